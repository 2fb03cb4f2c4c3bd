// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Freezing: a payment is stopped for hours, an asset frozen until a review, lifted only after the other side was told.
    static let freezing: LifeCycle = {
        let secured: Set<FileState> = [.stopped, .frozen, .lifted]
        let shared = SharedCycle(live: secured, closing: secured.union([.confiscated, .realised, .executed, .partlyExecuted]))
        let able = SharedCycle.assessing.union([.accepted, .executing, .stopped, .frozen])
        let own: [Transition] = [
            Transition(
                .requestStop, .requesting, able.union([.delivered, .clarification, .lifted, .partlyRefused]), .same, roles: Roles.send,
                requires: [.assets]),
            Transition(
                .stopPayment, .requested, able.subtracting([.frozen]), .state(.stopped), roles: Roles.assets,
                requires: [.screened, .assets]),
            Transition(.extend, .requesting, [.stopped, .frozen], .same, roles: Roles.send),
            Transition(.extend, .requested, [.stopped, .frozen], .same, roles: Roles.assets),
            Transition(.accept, .requested, [.stopped, .frozen], .same, roles: Roles.decide, requires: [.extensionPending]),
            Transition(.decline, .requested, [.stopped, .frozen], .same, roles: Roles.decide, requires: [.extensionPending]),
        ]
        let main: [Main] = [
            .init(
                [.acknowledged, .triage, .consultation, .accepted, .executing], .requested, [.stopPayment, .screen], when: .stopRequested),
            .init([.stopped, .frozen], .requested, [.accept]),
            .init([.accepted, .executing, .partlyRefused, .stopped], .requested, [.freeze]),
            .init([.lifted, .confiscated, .realised, .executed, .partlyExecuted], .requesting, [.close]),
        ]
        return LifeCycle(
            type: .freezing, transitions: shared.talk + shared.decision + measures(secured: secured) + own, main: main + SharedCycle.main())
    }()
}
