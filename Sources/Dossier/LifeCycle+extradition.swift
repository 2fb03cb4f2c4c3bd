// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Extradition: court, decision of the executive, surrender, and afterwards the rule of speciality.
    static let extradition: LifeCycle = {
        let shared = SharedCycle(live: [.court], closing: [.surrendered, .prosecutedInstead])
        let handed: Set<FileState> = [.surrendered, .closed]
        let decision = shared.decision.map { step -> Transition in
            // Accepting the conditions of a grant makes it unconditional.
            guard step.kind == .acceptConditions else { return step }
            return Transition(.acceptConditions, step.side, step.from, .state(.granted), roles: step.roles)
        }
        let own: [Transition] = [
            Transition(
                .commit, .requested, SharedCycle.assessing.union([.accepted]), .state(.court), roles: Roles.decide, requires: [.screened]),
            Transition(
                .grant, .requested, [.court, .accepted], .outcome([.granted, .acceptedWithConditions]), roles: Roles.decide,
                fourEyes: true, requires: [.screened]),
            Transition(
                .prosecuteInstead, .requested, [.court, .refused, .consultation], .state(.prosecutedInstead), roles: Roles.decide,
                fourEyes: true),
            Transition(.refuse, .requested, [.granted, .surrenderScheduled], .state(.refused), roles: Roles.decide, fourEyes: true),
            Transition(.withdraw, .requesting, [.granted, .surrenderScheduled], .state(.withdrawn), roles: Roles.decide),
            Transition(.postpone, .requested, [.granted, .surrenderScheduled], .state(.postponed), roles: Roles.decide, fourEyes: true),
            Transition(.schedule, .requested, [.granted, .surrenderScheduled], .state(.surrenderScheduled), roles: Roles.answer),
            Transition(
                .surrender, .requested, [.granted, .surrenderScheduled], .state(.surrendered), roles: Roles.decide, fourEyes: true),
            Transition(.receive, .requesting, [.surrendered], .same, roles: Roles.send.union(Roles.evidence)),
            Transition(.seekConsent, .requesting, handed, .same, roles: Roles.send, fourEyes: true),
            Transition(.consent, .requested, handed, .same, roles: Roles.decide, fourEyes: true, requires: [.consentSought]),
            Transition(.decline, .requested, handed, .same, roles: Roles.decide, fourEyes: true, requires: [.consentSought]),
        ]
        let main: [Main] = [
            .init([.acknowledged, .triage, .consultation, .accepted], .requested, [.commit, .screen]),
            .init([.court], .requested, [.grant]),
            .init([.granted], .requested, [.schedule]),
            .init([.surrenderScheduled], .requested, [.surrender]),
            .init([.surrendered, .closed], .requested, [.consent]),
            .init([.surrendered, .prosecutedInstead], .requesting, [.close]),
        ]
        return LifeCycle(type: .extradition, transitions: shared.talk + decision + own, main: main + SharedCycle.main())
    }()
}
