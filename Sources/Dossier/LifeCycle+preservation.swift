// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Expedited preservation. `held` and `lapsed` are not reached by an act: they follow from the clock and the linked
    /// request, so both sides compute them alike.
    static let preservation = LifeCycle(
        type: .preservation,
        transitions: [
            Transition(kind: .request, side: .requesting, from: [.draft], to: .delivered, roles: Roles.send),
            Transition(kind: .acknowledge, side: .requested, from: [.delivered], to: .acknowledged, roles: Roles.answer),
            Transition(kind: .preserve, side: .requested, from: [.acknowledged], to: .preserved, roles: Roles.answer),
        ])
}

/// Roles of officers, by what they may do.
public enum Roles {
    public static let all = ["duty_officer", "drafter", "approver", "examiner", "auditor"]
    public static let draft: Set<String> = ["duty_officer", "drafter"]
    public static let approve: Set<String> = ["approver"]
    public static let send: Set<String> = ["duty_officer", "drafter", "approver"]
    public static let answer: Set<String> = ["duty_officer"]
    public static let evidence: Set<String> = ["duty_officer", "examiner"]
}
