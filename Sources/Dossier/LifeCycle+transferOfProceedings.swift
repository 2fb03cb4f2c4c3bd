// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Transfer of proceedings: the State that gives them away asks; once accepted it supplies the case file, and learns how it
    /// ended. Consents of persons concerned are recorded.
    static let transferOfProceedings: LifeCycle = {
        let shared = SharedCycle(closing: [.executed, .partlyExecuted])
        var own: [Transition] = [
            Transition(
                .supply, .requesting, [.accepted, .returned, .received], .state(.returned), roles: Roles.evidence, fourEyes: true),
            Transition(
                .receive, .requested, [.returned], .complete(.returned, .received), roles: Roles.evidence, requires: [.suppliedByOther]),
            Transition(.report, .requested, [.received], .same, roles: Roles.answer),
            Transition(
                .complete, .requested, [.accepted, .received], .outcome([.executed, .partlyExecuted, .notExecutable]), roles: Roles.decide),
        ]
        for side in Side.allCases {
            own.append(
                Transition(
                    .consent, side, SharedCycle.assessing.union([.delivered, .accepted, .clarification]), .same, roles: Roles.answer))
        }
        let main: [Main] = [
            .init([.accepted], .requesting, [.supply]),
            .init([.returned], .requested, [.receive]),
            .init([.received], .requested, [.complete]),
            .init([.executed, .partlyExecuted], .requesting, [.close]),
        ]
        return LifeCycle(
            type: .transferOfProceedings, transitions: shared.talk + shared.decision + own,
            main: main + SharedCycle.main(without: [.returned, .received]))
    }()
}
