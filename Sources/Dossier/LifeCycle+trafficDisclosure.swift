// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Traffic data found during a preservation. The State that found the path opens the file and discloses at once, or it is
    /// asked and discloses; the other side receives. Each path names its hops, and the next hop proposes a request.
    static let trafficDisclosure: LifeCycle = {
        let shared = SharedCycle(closing: [.executed, .partlyExecuted])
        let able = SharedCycle.assessing.union([.accepted, .executing, .partlyRefused])
        let own: [Transition] = [
            // What was disclosed at once may have crossed the acknowledgment.
            Transition(.acknowledge, .requested, [.returned, .received], .same, roles: Roles.answer, requires: [.firstByParty]),
            Transition(
                .execute, .requested, [.accepted, .executing], .state(.executing), roles: Roles.decide, requires: [.screened]),
            Transition(
                .complete, .requested, [.accepted, .executing], .outcome([.executed, .partlyExecuted, .notExecutable]),
                roles: Roles.answer),
            Transition(
                .partlyRefuse, .requested, SharedCycle.assessing, .state(.partlyRefused), roles: Roles.decide, fourEyes: true),
            Transition(
                .disclose, .requested, able.union([.returned, .received]), .state(.returned), roles: Roles.answer, fourEyes: true,
                requires: [.screened]),
            Transition(
                .disclose, .requesting, [.delivered, .acknowledged, .triage, .returned, .received], .state(.returned),
                roles: Roles.answer, fourEyes: true),
            Transition(
                .receive, .requesting, [.returned], .complete(.returned, .received), roles: Roles.evidence.union(Roles.send),
                requires: [.suppliedByOther]),
            Transition(
                .receive, .requested, [.returned], .complete(.returned, .received), roles: Roles.evidence.union(Roles.answer),
                requires: [.suppliedByOther]),
            Transition(.close, .requested, [.received], .state(.closed), roles: Roles.answer),
        ]
        let main: [Main] = [
            .init([.acknowledged, .triage, .accepted, .executing, .partlyRefused], .requested, [.disclose, .screen]),
            .init([.returned], .requested, [.receive]),
            .init([.executed, .partlyExecuted], .requesting, [.close]),
        ]
        return LifeCycle(type: .trafficDisclosure, transitions: shared.talk + shared.decision + own, main: main + SharedCycle.main())
    }()
}
