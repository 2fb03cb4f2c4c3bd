// SPDX-License-Identifier: Apache-2.0

/// The life cycle that all types share. A type names the states it adds to each group, and appends its own acts.
struct SharedCycle {
    typealias Transition = LifeCycle.Transition

    /// The requested State looks at the request: it may accept, refuse, consult.
    static let assessing: Set<FileState> = [.acknowledged, .triage, .consultation, .reopened]
    /// Accepted, and not answered yet.
    static let working: Set<FileState> = [.accepted, .partlyRefused, .executing, .executed, .partlyExecuted]
    /// A consultation may be open here beside the work, and is answered without moving the file.
    static let heard = LifeCycle.shared.subtracting([
        .delivered, .transferred, .clarification, .consultation, .withdrawn, .lapsed, .closed, .reopened, .released, .notExecutable,
        .nothingFound, .downgraded, .prosecutedInstead,
    ])
    /// Nobody owes anything but a closing.
    static let over: Set<FileState> = [.refused, .withdrawn, .lapsed, .notExecutable, .partlyRefused, .received]

    /// Own states of the type in which the work goes on: questions, reports, refusal and withdrawal stay possible.
    var live: Set<FileState> = []
    /// Own states of the type in which the requesting State may close.
    var closing: Set<FileState> = []
    /// Accepting is refused until the screen is decided.
    let acceptRequires: [LifeCycle.Requirement] = [.screened]

    /// Opening, talking, ending: what every type has.
    var talk: [Transition] {
        let underway = Self.assessing.union(Self.working).union(live).subtracting([.executed, .partlyExecuted])
        let before = underway.union([
            .delivered, .clarification, .acceptedWithConditions, .postponed, .transferred, .executed, .partlyExecuted,
        ])
        let asks = underway.subtracting([.reopened])
        return [
            Transition(.request, .requesting, [.draft], .state(.delivered), roles: Roles.send, fourEyes: true),
            Transition(.acknowledge, .requested, [.delivered, .transferred, .reopened], .state(.acknowledged), roles: Roles.answer),
            Transition(.ask, .requested, asks, .state(.clarification), roles: Roles.answer),
            Transition(.ask, .requesting, [.returned, .received], .state(.clarification), roles: Roles.answer),
            Transition(.answer, .requesting, [.clarification], .resume, roles: Roles.send, requires: [.askedByOther]),
            Transition(.answer, .requested, [.clarification], .resume, roles: Roles.answer, requires: [.askedByOther]),
            Transition(.answer, .requesting, [.consultation], .same, roles: Roles.send),
            Transition(.answer, .requested, [.consultation], .same, roles: Roles.answer),
            Transition(.answer, .requesting, Self.heard, .same, roles: Roles.send, requires: [.consultedByOther]),
            Transition(.answer, .requested, Self.heard, .same, roles: Roles.answer, requires: [.consultedByOther]),
            Transition(.consult, .requested, [.acknowledged, .triage], .state(.consultation), roles: Roles.answer),
            Transition(.consult, .requested, asks.subtracting([.acknowledged, .triage]), .same, roles: Roles.answer),
            Transition(.consult, .requesting, [.consultation, .refused, .partlyRefused, .postponed], .same, roles: Roles.send),
            Transition(.screen, .requested, [.acknowledged, .reopened], .state(.triage), roles: Roles.screen),
            Transition(.screen, .requested, asks.subtracting([.acknowledged]), .same, roles: Roles.screen),
            Transition(
                .transfer, .requested, [.delivered, .acknowledged, .triage, .reopened], .state(.transferred), roles: Roles.answer),
            Transition(.report, .requested, before.union([.returned]).subtracting([.delivered]), .same, roles: Roles.answer),
            Transition(.statusQuery, .requesting, before.union([.returned]), .same, roles: Roles.send),
            Transition(.withdraw, .requesting, before, .state(.withdrawn), roles: Roles.decide.union(Roles.send)),
            Transition(
                .lapse, .requested, [.clarification, .acceptedWithConditions], .state(.lapsed), roles: Roles.answer,
                requires: [.reviewDatePassed]),
            Transition(.close, .requesting, Self.over.union(closing), .state(.closed), roles: Roles.send),
            Transition(.close, .requested, [.refused, .withdrawn, .lapsed, .notExecutable], .same, roles: Roles.answer),
            Transition(.receive, .requesting, [.refused, .notExecutable], .same, roles: Roles.send.union(Roles.evidence)),
            Transition(.reopen, .requesting, [.closed, .lapsed, .refused], .state(.reopened), roles: Roles.send),
            Transition(.reopen, .requested, [.closed, .lapsed, .refused], .state(.reopened), roles: Roles.decide),
            Transition(.override, .requesting, LifeCycle.shared, .same, roles: Roles.decide, fourEyes: true),
            Transition(.override, .requested, LifeCycle.shared, .same, roles: Roles.decide, fourEyes: true),
        ]
    }

    /// The decision of the requested State.
    var decision: [Transition] {
        let open = Self.assessing.union([.clarification])
        return [
            Transition(.accept, .requested, Self.assessing, .state(.accepted), roles: Roles.decide, requires: acceptRequires),
            Transition(
                .offerConditions, .requested, Self.assessing, .state(.acceptedWithConditions), roles: Roles.decide,
                requires: acceptRequires),
            Transition(
                .acceptConditions, .requesting, [.acceptedWithConditions], .state(.accepted), roles: Roles.decide),
            Transition(.decline, .requesting, [.acceptedWithConditions], .state(.consultation), roles: Roles.decide),
            Transition(
                .refuse, .requested,
                open.union([.acceptedWithConditions, .accepted, .executing, .postponed]).union(live), .state(.refused),
                roles: Roles.decide, fourEyes: true),
            Transition(
                .postpone, .requested, Self.assessing.union([.accepted, .executing]), .state(.postponed), roles: Roles.decide,
                fourEyes: true),
            Transition(.resume, .requested, [.postponed], .resume, roles: Roles.decide),
        ]
    }

    /// Execution and return of the result.
    func execution(fourEyes: Bool, ordering: Bool = false) -> [Transition] {
        let able = Self.working.union([.acknowledged, .triage, .reopened]).union(live)
        return [
            Transition(
                .partlyRefuse, .requested, Self.assessing.union([.accepted, .executing]), .state(.partlyRefused), roles: Roles.decide,
                fourEyes: true),
            Transition(
                .execute, .requested, [.accepted, .partlyRefused, .executing, .reopened], .state(.executing), roles: Roles.decide,
                fourEyes: ordering, requires: [.screened]),
            Transition(
                .complete, .requested, [.accepted, .partlyRefused, .executing], .outcome([.executed, .partlyExecuted, .notExecutable]),
                roles: Roles.answer.union(Roles.evidence)),
            // What was supplied was all, though no supply said that it is the last.
            Transition(.complete, .requested, [.returned, .received], .same, roles: Roles.answer.union(Roles.evidence)),
            // Supplying is accepting: what is held already may be answered in the same hour.
            Transition(
                .supply, .requested, able.union([.returned, .received]), .state(.returned), roles: Roles.evidence, fourEyes: fourEyes,
                requires: [.screened]),
            Transition(
                .receive, .requesting, [.returned], .complete(.returned, .received), roles: Roles.evidence.union(Roles.send),
                requires: [.suppliedByOther]),
        ]
    }
}

extension LifeCycle {
    /// Every state of a file that both sides have.
    static let shared = Set(FileState.allCases).subtracting([.draft, .review, .translation, .authorised, .sent])

    /// Safe conduct of witnesses and experts who came: it runs out some time after they were told that they may go.
    static let safeConduct: [Transition] = {
        let during = SharedCycle.working.union([.returned, .received, .agreed, .summoned, .tested, .heard, .interrupted])
        return [
            Transition(.releaseWitness, .requesting, during, .same, roles: Roles.send),
            Transition(.depart, .requesting, during.union([.closed]), .same, roles: Roles.send),
        ]
    }()

    /// The types that ask for assistance and get a package back.
    static func assistance(
        _ type: FileType, live: Set<FileState> = [], closing: Set<FileState> = [], fourEyes: Bool = true, ordering: Bool = false,
        main: [Main] = SharedCycle.ordered, and own: [Transition] = []
    ) -> LifeCycle {
        let shared = SharedCycle(live: live, closing: closing)
        return LifeCycle(
            type: type, transitions: shared.talk + shared.decision + shared.execution(fourEyes: fourEyes, ordering: ordering) + own,
            main: main + SharedCycle.main())
    }
}
