// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Transfer of a sentenced person: nobody is handed over before the consent of the person is recorded.
    static let transferOfSentencedPerson: LifeCycle = {
        let shared = SharedCycle(live: [.surrenderScheduled], closing: [.surrendered])
        var own: [Transition] = [
            Transition(
                .schedule, .requested, [.accepted, .surrenderScheduled], .state(.surrenderScheduled), roles: Roles.answer,
                requires: [.personConsents])
        ]
        for side in Side.allCases {
            // Whoever holds the person hands over; the other side receives.
            own += [
                Transition(
                    .consent, side, SharedCycle.assessing.union([.delivered, .accepted, .surrenderScheduled, .clarification]), .same,
                    roles: Roles.answer),
                Transition(
                    .surrender, side, [.accepted, .surrenderScheduled], .state(.surrendered), roles: Roles.decide, fourEyes: true,
                    requires: [.personConsents]),
                Transition(
                    .receive, side, [.surrendered], .state(.received), roles: Roles.send.union(Roles.evidence), requires: [.suppliedByOther]
                ),
            ]
        }
        let main: [Main] = [
            .init([.accepted], .requested, [.schedule, .consent]),
            .init([.surrenderScheduled], .requested, [.surrender]),
            .init([.surrendered], .requesting, [.receive]),
            .init([.surrendered], .requested, [.receive]),
        ]
        return LifeCycle(
            type: .transferOfSentencedPerson, transitions: shared.talk + shared.decision + own, main: main + SharedCycle.main())
    }()
}
