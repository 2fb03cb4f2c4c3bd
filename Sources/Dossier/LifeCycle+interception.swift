// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Interception of content, for a period that may be extended; the order itself needs four eyes.
    static let interception = LifeCycle.assistance(
        .interception, ordering: true, main: SharedCycle.extensions(in: [.executing, .returned, .received]) + SharedCycle.ordered,
        and: [
            Transition(.extend, .requesting, [.executing, .returned, .received], .same, roles: Roles.send, fourEyes: true),
            Transition(
                .accept, .requested, [.executing, .returned, .received], .same, roles: Roles.decide, requires: [.extensionPending]),
            Transition(
                .decline, .requested, [.executing, .returned, .received], .same, roles: Roles.decide, requires: [.extensionPending]),
        ])
}
