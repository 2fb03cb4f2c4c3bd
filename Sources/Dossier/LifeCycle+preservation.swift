// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Expedited preservation. `held` and `lapsed` may be recorded by an act; without one they follow from the clock and the
    /// linked request, so both sides compute them alike.
    static let preservation: LifeCycle = {
        let kept: Set<FileState> = [.preserved, .extended, .held]
        let shared = SharedCycle(live: kept, closing: kept.union([.released, .nothingFound, .lapsed]))
        let able = SharedCycle.assessing.union([.accepted, .executing]).subtracting([.consultation])
        let own: [Transition] = [
            Transition(.execute, .requested, able, .state(.executing), roles: Roles.answer, requires: [.screened]),
            Transition(
                .preserve, .requested, able, .outcome([.preserved, .nothingFound]), roles: Roles.answer, requires: [.screened]),
            Transition(.extend, .requesting, kept, .same, roles: Roles.send),
            Transition(.extend, .requested, [.preserved, .extended], .state(.extended), roles: Roles.decide),
            Transition(.extend, .requested, [.held], .same, roles: Roles.decide),
            Transition(
                .accept, .requested, [.preserved, .extended], .state(.extended), roles: Roles.decide, requires: [.extensionPending]),
            Transition(.accept, .requested, [.held], .same, roles: Roles.decide, requires: [.extensionPending]),
            Transition(.decline, .requested, kept, .same, roles: Roles.decide, requires: [.extensionPending]),
            Transition(.hold, .requested, [.preserved, .extended], .state(.held), roles: Roles.answer),
            Transition(.hold, .requested, [.held], .same, roles: Roles.answer),
            Transition(.release, .requested, kept.union([.lapsed, .withdrawn]), .state(.released), roles: Roles.decide),
            Transition(.release, .requested, [.closed], .same, roles: Roles.decide),
            Transition(.lapse, .requested, [.preserved, .extended], .state(.lapsed), roles: Roles.answer),
            Transition(.complete, .requested, [.accepted, .executing], .outcome([.notExecutable]), roles: Roles.answer),
        ]
        let main: [Main] = [
            .init([.acknowledged, .triage, .accepted, .executing], .requested, [.preserve, .screen]),
            .init([.preserved, .extended, .held], .requested, [.accept]),
            .init([.preserved, .extended, .nothingFound, .released], .requesting, [.close]),
            .init([.withdrawn], .requested, [.release], when: .somethingKept),
        ]
        return LifeCycle(
            type: .preservation, transitions: shared.talk + shared.decision + own, main: main + SharedCycle.main(),
            followUp: [.preserved, .extended])
    }()
}
