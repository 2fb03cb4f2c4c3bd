// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Standards

/// Writes the bodies of acts: each kind once by its type, then with other times, packages and grounds.
struct ActMaker {
    private var templates: [ActKind: [String: JSONValue]] = [:]
    private var contents: [FileType: [JSONValue]] = [:]
    private static let zero = String(repeating: "0", count: 64)

    init() throws(ComityError) {
        let at = Instant(milliseconds: 1_795_000_000_000)
        for kind in ActKind.allCases where kind != .request {
            guard let members = try Self.template(kind, at).object else { continue }
            templates[kind] = members
        }
        for type in FileType.allCases { contents[type] = ["normal", "urgent", "emergency"].map { Self.content(type, $0) } }
    }

    /// The content of a request; the same value for all of a type, so that a million requests share it.
    /// - Parameter urgency: 0 normal, 1 urgent, 2 emergency.
    func content(_ type: FileType, urgency: Int) -> JSONValue { contents[type]?[urgency] ?? .object([:]) }

    private static func content(_ type: FileType, _ level: String) -> JSONValue {
        var members: [String: JSONValue] = ["urgency": .object(["level": .string(level)])]
        switch type {
        case .freezing, .confiscation, .returnOfAssets:
            members["assets"] = .array(["A1", "A2"].map { .object(["id": .string($0)]) })
        case .spontaneousInformation: members["offer"] = .object(["conditions": .array([.string("for this case only")])])
        case .jointInvestigation:
            members["agreement"] = .object(["period": .object(["to": .string("2028-01-01T00:00:00Z")])])
        default: break
        }
        return .object(members)
    }

    private static func template(_ kind: ActKind, _ at: Instant) throws(ComityError) -> JSONValue {
        func json(_ body: some Encodable) throws(ComityError) -> JSONValue { try ActBody.json(body) }
        let package = ActBody.PackageDescription(name: "a.bag.tar.age", size: 40 << 20, digest: zero, exhibits: 1)
        switch kind {
        case .request: return .object([:])
        case .acknowledge: return try json(ActBody.Acknowledge(localReference: nil))
        case .ask: return try json(ActBody.Ask(questions: ["Which?"], reviewBy: at))
        case .answer: return try json(ActBody.Answer(answers: ["This."]))
        case .consult: return try json(ActBody.Consult(text: "Views?"))
        case .screen: return try json(ActBody.Screen(decision: .proceed, reasons: "r"))
        case .accept: return try json(ActBody.Accept())
        case .acceptConditions, .resume, .activate, .agreeReturn, .approveAgreement, .certify, .end, .statusQuery, .releaseWitness, .depart:
            return try json(ActBody.Remark())
        case .offerConditions: return try json(ActBody.OfferConditions(conditions: ["c"], reviewBy: at))
        case .decline: return try json(ActBody.Decline(reason: "r"))
        case .withdraw, .reopen, .downgrade, .interrupt, .lapse: return try json(ActBody.Reason(reason: "r"))
        case .refuse: return try json(ActBody.Refusal(grounds: ["g"], text: "t"))
        case .partlyRefuse: return try json(ActBody.Refusal(grounds: ["g"], text: "t", parts: ["p"]))
        case .postpone: return try json(ActBody.Postpone(grounds: ["g"], text: "t", reviewBy: at))
        case .execute: return try json(ActBody.Execute(authority: "court"))
        case .complete: return try json(ActBody.Complete(outcome: .full, note: "n"))
        case .report: return try json(ActBody.Report(status: "s"))
        case .supply: return try json(ActBody.Supply(package: package, conditions: [], last: true))
        case .receive: return try json(ActBody.Receive(package: nil, exhibits: 0, what: .decision))
        case .transfer: return try json(ActBody.Transfer(authority: "other", reason: "r"))
        case .close: return try json(ActBody.Close(outcome: .full))
        case .override: return try json(ActBody.Override(rule: "some.rule", reason: "r"))
        case .preserve: return try json(ActBody.Preserve(effective: at, outcome: .full, note: nil))
        case .extend: return try json(ActBody.Extend(until: at))
        case .hold, .retroactiveProcess, .convert: return .object(["note": .string("n")])
        case .release: return try json(ActBody.Release(cause: .agreed, effective: at))
        case .disclose: return try json(ActBody.Disclose(package: package))
        case .callBack: return try json(ActBody.CallBack(number: "+999105550101", fromDirectory: true, spokeWith: "D1"))
        case .arrest: return try json(ActBody.Arrest(arrested: at, place: "airport"))
        case .commit: return try json(ActBody.Commit(court: "court"))
        case .grant: return try json(ActBody.Grant(decided: at, conditions: nil))
        case .prosecuteInstead: return try json(ActBody.ProsecuteInstead(authority: "prosecutor", reason: "nationality"))
        case .schedule, .agree: return try json(ActBody.Schedule(when: at, place: "room"))
        case .surrender: return try json(ActBody.Surrender(handedOver: at, place: "airport", daysInCustody: 87))
        case .seekConsent: return try json(ActBody.SeekConsent(subject: .otherOffence, reason: "r"))
        case .consent: return try json(ActBody.Consent(by: .person, given: true, record: "r"))
        case .trace, .requestStop, .announceLift, .lift: return try json(ActBody.Assets(assets: ["A1"], reason: "r"))
        case .stopPayment, .freeze, .confiscate:
            return try json(ActBody.Measure(assets: ["A1"], effective: at, until: at, authority: "a"))
        case .realise, .proposeReturn, .return:
            return try json(
                ActBody.Ledger(
                    assets: ["A1"], currency: "EUR", gross: "1916800.00", expenses: [.init(what: "costs", amount: "28752.00")],
                    net: "1888048.00"))
        case .sign: return try json(ActBody.Sign(amendment: nil, text: zero))
        case .amend: return try json(ActBody.Amend(text: "t", reason: "r"))
        case .logEvidence: return try json(ActBody.LogEvidence(origin: .during, items: 1, description: "d"))
        case .evaluate, .feedback: return try json(ActBody.Evaluation(text: "t"))
        case .assess: return try json(ActBody.Assess(use: .used))
        case .summon: return try json(ActBody.Summon(served: at))
        case .test: return try json(ActBody.Test(passed: true, conditions: "c"))
        case .hear: return try json(ActBody.Hear(began: at, ended: at, present: ["judge"]))
        case .minutes: return try json(ActBody.Minutes(text: "t"))
        }
    }

    /// Members that name a time to come, and times that are the moment of the act.
    private static let later = ["reviewBy", "until", "when"]
    private static let same = ["effective", "arrested", "decided", "handedOver", "served", "began", "ended"]

    /// A body of the kind on top of the file as this party knows it; nil when something that it must name is missing.
    /// - Parameter linked: the request that a hold or a promise names.
    func body(
        _ kind: ActKind, _ dossier: Dossier, by party: Party, at: Instant, law: Law, linked: (id: UUIDv7, ref: FileReference)?,
        _ draws: inout Draws
    ) -> JSONValue? {
        guard var members = templates[kind] else { return nil }
        let course = dossier.course
        for name in Self.later where members[name] != nil {
            members[name] = .string(at.adding(milliseconds: draws.between(Span.day, 60 * Span.day)).description)
        }
        for name in Self.same where members[name] != nil { members[name] = .string(at.description) }
        switch kind {
        case .accept: if let until = course.extensionAsked { members["until"] = .string(until.description) }
        case .supply, .disclose:
            if kind == .disclose, dossier.type == .trafficDisclosure {
                let hop: [String: JSONValue] = ["hop": .integer(1), "state": .string(party.state.description), "provider": .string("p")]
                return .object(["path": .array([.object(hop)])])
            }
            guard var package = members["package"]?.object else { return nil }
            package["digest"] = .string(Hex.encode(draws.bytes(32)))
            members["package"] = .object(package)
        case .receive:
            let own: Side = party == dossier.parties[0] ? .requesting : .requested
            let waiting = course.outstanding.filter { $0.value != own }.keys.filter { $0.utf8.count == 64 }.sorted()
            if let package = waiting.first { members = ["package": .string(package), "exhibits": .integer(1)] }
        case .refuse, .partlyRefuse, .postpone:
            let known = dossier.grounds(for: kind == .postpone ? .postpone : .refuse, law: law, party: party).filter { !$0.forbidden }
            guard let ground = draws.pick(known) else { return nil }
            members["grounds"] = .array([.string(ground.id)])
        case .hold, .retroactiveProcess, .convert:
            guard let linked else { return nil }
            members["file"] = .string(linked.id.description)
            members["ref"] = .string(linked.ref.description)
        case .preserve:
            if draws.chance(0.1) { members["outcome"] = .string("none-found") }
        case .complete:
            members["outcome"] = .string(draws.chance(0.2) ? "partial" : "full")
        case .grant: if draws.chance(0.3) { members["conditions"] = .array([.string("speciality")]) }
        case .sign:
            if course.state == .amending {
                guard let open = course.amendments.filter({ !$0.value.contains(party) }).keys.min() else { return nil }
                members["amendment"] = .string(open.description)
            }
        case .decline: if let open = course.amendments.keys.min() { members["about"] = .string(open.description) }
        case .trace, .requestStop, .announceLift, .lift, .stopPayment, .freeze, .confiscate, .realise, .proposeReturn, .return:
            members["assets"] = .array([.string(draws.chance(0.5) ? "A1" : "A2")])
        default: break
        }
        return .object(members)
    }
}
