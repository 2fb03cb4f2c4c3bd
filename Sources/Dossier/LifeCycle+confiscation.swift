// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Confiscation: the order of the requesting State is executed, or an own one is obtained from a court.
    static let confiscation: LifeCycle = {
        let secured: Set<FileState> = [.frozen, .lifted]
        let shared = SharedCycle(
            live: secured.union([.court]), closing: secured.union([.confiscated, .realised, .executed, .partlyExecuted]))
        let own: [Transition] = [
            Transition(
                .commit, .requested, SharedCycle.assessing.union([.accepted, .executing, .frozen]), .state(.court), roles: Roles.decide,
                requires: [.screened]),
            Transition(
                .confiscate, .requested, [.court], .state(.confiscated), roles: Roles.assets, fourEyes: true,
                requires: [.screened, .assets]),
        ]
        let main: [Main] = [
            .init([.accepted, .executing, .partlyRefused, .frozen, .court], .requested, [.confiscate]),
            .init([.lifted, .confiscated, .realised, .executed, .partlyExecuted], .requesting, [.close]),
        ]
        return LifeCycle(
            type: .confiscation, transitions: shared.talk + shared.decision + measures(secured: secured) + own,
            main: main + SharedCycle.main())
    }()
}
