// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Provisional arrest: the time for the full request runs from the arrest; without the request the person is set free.
    static let provisionalArrest: LifeCycle = {
        let shared = SharedCycle(live: [.arrested], closing: [.arrested, .released])
        let able = SharedCycle.assessing.union([.accepted, .executing]).subtracting([.consultation])
        let own: [Transition] = [
            Transition(.execute, .requested, able, .state(.executing), roles: Roles.decide, requires: [.screened]),
            Transition(
                .complete, .requested, [.accepted, .executing], .outcome([.notExecutable]), roles: Roles.answer),
            Transition(.arrest, .requested, able, .state(.arrested), roles: Roles.decide, fourEyes: true, requires: [.screened]),
            Transition(.release, .requested, [.arrested, .withdrawn], .state(.released), roles: Roles.decide),
        ]
        let main: [Main] = [
            .init([.acknowledged, .triage, .accepted, .executing], .requested, [.arrest, .screen]),
            .init([.arrested, .released], .requesting, [.close]),
            .init([.withdrawn], .requested, [.release], when: .somethingKept),
        ]
        return LifeCycle(
            type: .provisionalArrest, transitions: shared.talk + shared.decision + own, main: main + SharedCycle.main(),
            followUp: [.arrested])
    }()
}
