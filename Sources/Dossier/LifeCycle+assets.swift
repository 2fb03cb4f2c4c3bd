// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Measures on assets, shared by freezing and confiscation. The file is where its last measure stands; each asset has a state
    /// of its own.
    static func measures(secured: Set<FileState>) -> [Transition] {
        let able = SharedCycle.assessing.union([.accepted, .partlyRefused, .executing]).union(secured)
        return [
            Transition(.trace, .requested, able, .same, roles: Roles.assets, requires: [.assets]),
            Transition(
                .execute, .requested, [.accepted, .partlyRefused, .executing], .state(.executing), roles: Roles.decide,
                requires: [.screened]),
            Transition(
                .complete, .requested, [.accepted, .partlyRefused, .executing], .outcome([.executed, .partlyExecuted, .notExecutable]),
                roles: Roles.assets),
            Transition(
                .partlyRefuse, .requested, SharedCycle.assessing.union([.accepted]), .state(.partlyRefused), roles: Roles.decide,
                fourEyes: true),
            Transition(
                .freeze, .requested, able, .state(.frozen), roles: Roles.assets, fourEyes: true, requires: [.screened, .assets]),
            Transition(.announceLift, .requested, secured, .same, roles: Roles.assets, requires: [.assets]),
            Transition(
                .lift, .requested, secured, .state(.lifted), roles: Roles.assets, fourEyes: true, requires: [.liftAnnounced, .assets]),
            Transition(
                .confiscate, .requested, able, .state(.confiscated), roles: Roles.assets, fourEyes: true, requires: [.screened, .assets]),
            Transition(.realise, .requested, [.confiscated, .realised], .state(.realised), roles: Roles.assets, requires: [.assets]),
        ]
    }
}
