// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Return of assets: proposed with itemised expenses, agreed, paid, received.
    static let returnOfAssets: LifeCycle = {
        let shared = SharedCycle(live: [.returnProposed, .returnAgreed])
        let able = SharedCycle.assessing.union([.accepted])
        let own: [Transition] = [
            Transition(
                .realise, .requested, able.union([.returnProposed, .returnAgreed]), .same, roles: Roles.assets, requires: [.assets]),
            Transition(
                .proposeReturn, .requested, able.union([.returnProposed]), .state(.returnProposed), roles: Roles.assets,
                requires: [.screened, .assets]),
            Transition(.agreeReturn, .requesting, [.returnProposed], .state(.returnAgreed), roles: Roles.decide),
            Transition(.decline, .requesting, [.returnProposed], .state(.consultation), roles: Roles.decide),
            Transition(
                .return, .requested, [.returnAgreed], .state(.returned), roles: Roles.assets, fourEyes: true, requires: [.assets]),
            Transition(
                .receive, .requesting, [.returned], .complete(.returned, .received), roles: Roles.assets.union(Roles.evidence),
                requires: [.suppliedByOther]),
        ]
        let main: [Main] = [
            .init([.accepted, .consultation], .requested, [.proposeReturn, .screen]),
            .init([.returnProposed], .requesting, [.agreeReturn]),
            .init([.returnAgreed], .requested, [.return]),
        ]
        return LifeCycle(type: .returnOfAssets, transitions: shared.talk + shared.decision + own, main: main + SharedCycle.main())
    }()
}
