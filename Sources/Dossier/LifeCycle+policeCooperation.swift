// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Police cooperation: intelligence, marked *not evidence* until a request for mutual assistance converts it.
    static let policeCooperation = LifeCycle.assistance(
        .policeCooperation, fourEyes: false, main: SharedCycle.supplied,
        and: [Transition(.convert, .requesting, [.returned, .received, .closed], .same, roles: Roles.decide, fourEyes: true)])
}
