// SPDX-License-Identifier: Apache-2.0

extension LifeCycle {
    /// A joint investigation of two or more parties: active only when all have signed, amended only by all. Questions are talk
    /// between equals and change no state.
    static let jointInvestigation: LifeCycle = {
        let forming: Set<FileState> = [.delivered, .acknowledged, .negotiating]
        let running: Set<FileState> = [.active, .amending]
        let agreed = forming.union([.signed])
        let everything = agreed.union(running).union([.ended, .evaluated])
        var own: [Transition] = [
            Transition(.request, .requesting, [.draft], .state(.delivered), roles: Roles.send, fourEyes: true),
            Transition(.acknowledge, .requested, [.delivered], .state(.acknowledged), roles: Roles.joint, requires: [.firstByParty]),
            Transition(
                .acknowledge, .requested, everything.subtracting([.delivered]), .same, roles: Roles.joint, requires: [.firstByParty]),
            Transition(
                .refuse, .requested, agreed, .state(.refused), roles: Roles.decide, fourEyes: true),
            Transition(.close, .requesting, [.refused, .withdrawn, .ended, .evaluated], .state(.closed), roles: Roles.joint),
            Transition(.close, .requested, [.refused, .withdrawn, .ended, .evaluated], .same, roles: Roles.joint),
            Transition(.reopen, .requesting, [.refused, .withdrawn], .state(.negotiating), roles: Roles.decide),
        ]
        for side in Side.allCases {
            own += [
                Transition(.ask, side, everything, .same, roles: Roles.joint),
                Transition(.answer, side, everything, .same, roles: Roles.joint),
                Transition(.consult, side, everything, .same, roles: Roles.joint),
                Transition(.report, side, everything, .same, roles: Roles.joint),
                Transition(.override, side, LifeCycle.shared, .same, roles: Roles.decide, fourEyes: true),
                Transition(
                    .approveAgreement, side, forming, .state(.negotiating), roles: Roles.decide, requires: [.firstByParty]),
                Transition(.approveAgreement, side, running.union([.signed]), .same, roles: Roles.decide, requires: [.firstByParty]),
                Transition(
                    .sign, side, forming, .complete(.negotiating, .signed), roles: Roles.joint, fourEyes: true,
                    requires: [.ownApproval, .signatureMissing]),
                Transition(
                    .sign, side, [.amending], .complete(.amending, .active), roles: Roles.joint, fourEyes: true,
                    requires: [.signatureMissing]),
                Transition(.withdraw, side, agreed, .state(.withdrawn), roles: Roles.decide),
                Transition(.activate, side, [.signed], .state(.active), roles: Roles.joint),
                Transition(.amend, side, running, .state(.amending), roles: Roles.joint),
                Transition(
                    .decline, side, [.amending], .complete(.amending, .active), roles: Roles.decide, requires: [.amendmentOpen]),
                Transition(.extend, side, running, .state(.amending), roles: Roles.joint),
                Transition(.logEvidence, side, running.union([.ended]), .same, roles: Roles.joint.union(Roles.evidence)),
                Transition(.end, side, running, .state(.ended), roles: Roles.decide),
                Transition(.evaluate, side, [.ended, .evaluated], .state(.evaluated), roles: Roles.joint),
            ]
        }
        let main: [Main] = [
            .init([.delivered], .requested, [.acknowledge]),
            .init([.acknowledged, .negotiating], .requested, [.acknowledge, .approveAgreement, .sign]),
            .init([.acknowledged, .negotiating], .requesting, [.approveAgreement, .sign]),
            .init([.signed], .requesting, [.activate]),
            .init([.active], .requesting, [.logEvidence]),
            .init([.active], .requested, [.logEvidence]),
            .init([.amending], .requesting, [.sign]),
            .init([.amending], .requested, [.sign]),
            .init([.ended], .requesting, [.evaluate]),
            .init([.ended], .requested, [.evaluate]),
            .init([.evaluated, .refused, .withdrawn], .requesting, [.close]),
        ]
        return LifeCycle(type: .jointInvestigation, transitions: own, main: main)
    }()
}
