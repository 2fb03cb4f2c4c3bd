// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Collection of traffic data in real time, for a period that may be extended.
    static let realTimeTraffic = LifeCycle.assistance(
        .realTimeTraffic, ordering: true, main: SharedCycle.extensions(in: [.executing, .returned, .received]) + SharedCycle.ordered,
        and: [
            Transition(.extend, .requesting, [.executing, .returned, .received], .same, roles: Roles.send, fourEyes: true),
            Transition(
                .accept, .requested, [.executing, .returned, .received], .same, roles: Roles.decide, requires: [.extensionPending]),
            Transition(
                .decline, .requested, [.executing, .returned, .received], .same, roles: Roles.decide, requires: [.extensionPending]),
        ])
}
