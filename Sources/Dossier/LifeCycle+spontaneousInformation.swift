// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// Spontaneous information: the requesting side offers, the other accepts the conditions or declines; only then the
    /// information follows, and what it was good for comes back.
    static let spontaneousInformation: LifeCycle = {
        let open: Set<FileState> = [.delivered, .acknowledged, .accepted]
        let known: Set<FileState> = [.received, .assessed, .feedbackGiven]
        let both = open.union(known).union([.returned])
        var own: [Transition] = [
            Transition(.request, .requesting, [.draft], .state(.delivered), roles: Roles.send, fourEyes: true),
            Transition(.acknowledge, .requested, [.delivered], .state(.acknowledged), roles: Roles.answer),
            Transition(.acknowledge, .requested, [.returned, .received], .same, roles: Roles.answer, requires: [.firstByParty]),
            Transition(.acceptConditions, .requested, [.delivered, .acknowledged], .state(.accepted), roles: Roles.decide),
            Transition(.decline, .requested, open, .state(.declined), roles: Roles.decide),
            Transition(
                .supply, .requesting, open.union(known).union([.returned]), .state(.returned), roles: Roles.evidence, fourEyes: true,
                requires: [.offerAccepted]),
            Transition(
                .receive, .requested, [.returned], .complete(.returned, .received), roles: Roles.evidence, requires: [.suppliedByOther]),
            Transition(.assess, .requested, known, .state(.assessed), roles: Roles.answer),
            Transition(.feedback, .requested, known, .state(.feedbackGiven), roles: Roles.answer),
            Transition(.withdraw, .requesting, open.union([.clarification]), .state(.withdrawn), roles: Roles.decide.union(Roles.send)),
            Transition(.close, .requesting, known.union([.declined, .withdrawn]), .state(.closed), roles: Roles.send),
            Transition(.close, .requested, known.union([.declined, .withdrawn]), .same, roles: Roles.answer),
            Transition(.reopen, .requesting, [.closed, .declined], .state(.delivered), roles: Roles.send),
            Transition(.transfer, .requested, [.delivered, .acknowledged], .same, roles: Roles.answer),
        ]
        for side in Side.allCases {
            own += [
                Transition(.ask, side, both.subtracting([.delivered]), .state(.clarification), roles: Roles.answer),
                Transition(.answer, side, [.clarification], .resume, roles: Roles.send.union(Roles.answer), requires: [.askedByOther]),
                Transition(.override, side, LifeCycle.shared, .same, roles: Roles.decide, fourEyes: true),
            ]
        }
        let main: [Main] = [
            .init([.delivered], .requested, [.acknowledge]),
            .init([.acknowledged], .requested, [.acceptConditions], when: .conditionsOffered),
            .init([.delivered, .acknowledged, .accepted], .requesting, [.supply]),
            .init([.returned], .requested, [.receive]),
            .init([.received], .requested, [.assess]),
            .init([.assessed], .requested, [.feedback]),
            .init([.feedbackGiven, .declined, .withdrawn], .requesting, [.close]),
            .init([.clarification], .requesting, [.answer]),
            .init([.clarification], .requested, [.answer]),
        ]
        return LifeCycle(type: .spontaneousInformation, transitions: own, main: main)
    }()
}
