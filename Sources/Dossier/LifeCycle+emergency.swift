// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Emergency disclosure: the sender is called back on the number of the directory, two persons agree, what averts the danger
    /// is disclosed, and the ordinary request follows; without it the file does not close.
    static let emergency: LifeCycle = {
        let shared = SharedCycle(live: [.authenticated], closing: [.downgraded])
        let before: Set<FileState> = [.acknowledged, .triage, .consultation, .authenticated, .accepted]
        let talk = shared.talk.map { step -> Transition in
            guard step.kind == .close, step.side == .requesting else { return step }
            return Transition(.close, .requesting, step.from.subtracting([.received]), step.to, roles: step.roles)
        }
        let own: [Transition] = [
            Transition(
                .certify, .requesting, [.delivered, .acknowledged, .triage, .clarification, .authenticated], .same, roles: Roles.approve),
            Transition(
                .callBack, .requested, before.subtracting([.accepted, .authenticated]), .state(.authenticated), roles: Roles.answer),
            Transition(.callBack, .requested, [.delivered, .accepted, .authenticated, .clarification], .same, roles: Roles.answer),
            Transition(
                .disclose, .requested, before, .state(.returned), roles: Roles.answer.union(Roles.evidence), fourEyes: true,
                requires: [.calledBack]),
            Transition(.disclose, .requested, [.returned, .received], .state(.returned), roles: Roles.answer, fourEyes: true),
            Transition(
                .receive, .requesting, [.returned], .complete(.returned, .received), roles: Roles.evidence.union(Roles.send),
                requires: [.suppliedByOther]),
            Transition(.downgrade, .requested, before.union([.delivered]), .state(.downgraded), roles: Roles.decide),
            Transition(
                .retroactiveProcess, .requesting, [.returned, .received, .clarification], .same, roles: Roles.send),
            Transition(.close, .requesting, [.received], .state(.closed), roles: Roles.send, requires: [.retroactiveProcess]),
        ]
        let main: [Main] = [
            .init([.acknowledged, .triage, .consultation, .authenticated, .accepted], .requested, [.disclose, .callBack]),
            .init([.received], .requesting, [.close, .retroactiveProcess]),
            .init([.downgraded], .requesting, [.close]),
        ]
        return LifeCycle(type: .emergency, transitions: talk + shared.decision + own, main: main + SharedCycle.main())
    }()
}
