// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Mutual legal assistance in accessing stored data. Several packages may be supplied; each is received.
    static let storedData = LifeCycle(
        type: .storedData,
        transitions: [
            Transition(kind: .request, side: .requesting, from: [.draft], to: .delivered, roles: Roles.send),
            Transition(kind: .acknowledge, side: .requested, from: [.delivered], to: .acknowledged, roles: Roles.answer),
            Transition(kind: .supply, side: .requested, from: [.acknowledged, .returned, .received], to: .returned, roles: Roles.evidence),
            Transition(kind: .receive, side: .requesting, from: [.returned, .received], to: .received, roles: Roles.evidence),
        ])
}
