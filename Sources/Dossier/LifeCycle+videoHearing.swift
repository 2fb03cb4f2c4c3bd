// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Hearing by video conference: a time is agreed, the person summoned, the line tested; the hearing is held, perhaps
    /// interrupted, and its minutes come back.
    static let videoHearing: LifeCycle = {
        let planned: Set<FileState> = [.agreed, .summoned, .tested, .interrupted]
        let shared = SharedCycle(live: planned.union([.heard]))
        var own: [Transition] = [
            Transition(.summon, .requested, [.agreed, .tested], .state(.summoned), roles: Roles.answer, requires: [.screened]),
            Transition(.hear, .requested, planned, .state(.heard), roles: Roles.decide, requires: [.screened]),
            Transition(.interrupt, .requested, [.tested, .summoned, .agreed, .heard], .state(.interrupted), roles: Roles.decide),
            Transition(.minutes, .requested, [.heard, .interrupted], .state(.returned), roles: Roles.answer, fourEyes: true),
            Transition(
                .receive, .requesting, [.returned], .complete(.returned, .received), roles: Roles.send.union(Roles.evidence),
                requires: [.suppliedByOther]),
            Transition(.complete, .requested, [.accepted, .agreed, .summoned], .outcome([.notExecutable]), roles: Roles.answer),
        ]
        for side in Side.allCases {
            own += [
                Transition(.schedule, side, planned.union([.accepted]), .same, roles: Roles.answer),
                Transition(
                    .agree, side, [.accepted, .agreed, .interrupted], .state(.agreed), roles: Roles.answer, requires: [.proposedByOther]),
                Transition(.agree, side, [.summoned, .tested], .same, roles: Roles.answer, requires: [.proposedByOther]),
                Transition(.test, side, [.agreed, .summoned, .tested], .state(.tested), roles: Roles.answer.union(Roles.evidence)),
            ]
        }
        let main: [Main] = [
            .init([.accepted, .agreed, .summoned, .tested, .interrupted], .requesting, [.agree]),
            .init([.accepted, .agreed, .summoned, .tested, .interrupted], .requested, [.agree]),
            .init([.accepted], .requested, [.schedule], when: .nothingProposed),
            .init([.agreed], .requested, [.summon]),
            .init([.summoned], .requested, [.test]),
            .init([.tested, .interrupted], .requested, [.hear]),
            .init([.heard], .requested, [.minutes]),
        ]
        return LifeCycle(
            type: .videoHearing, transitions: shared.talk + shared.decision + safeConduct + own, main: main + SharedCycle.main())
    }()
}
