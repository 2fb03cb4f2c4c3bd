// SPDX-License-Identifier: Apache-2.0

import Standards
import TestSupport

@testable import Dossier

/// Makes acts of the parties of a file for the tests: unsigned, with hashes drawn at random.
struct Maker {
    var generator: Seeded
    let parties: [Party]
    var clock: Int64 = 1_795_000_000_000
    var content: JSONValue = .object([
        "urgency": .object(["level": .string("urgent")]),
        "assets": .array([.object(["id": .string("A1")]), .object(["id": .string("A2")])]),
    ])
    static let zero = String(repeating: "0", count: 64)

    init(_ generator: Seeded, parties count: Int = 2) throws {
        self.generator = generator
        parties = try ["XA", "XB", "XC", "XD"].prefix(count).map {
            Party(state: try StateCode($0), authority: $0.lowercased() + "-247")
        }
    }

    init(_ generator: Seeded, named parties: [Party]) throws {
        self.generator = generator
        self.parties = parties
    }

    var requesting: Party { parties[0] }
    var requested: Party { parties[1] }

    mutating func act(_ kind: ActKind, side: Side, on acts: [Dossier.HashedAct], type: FileType = .preservation, file: UUIDv7? = nil)
        throws -> Dossier.HashedAct
    {
        try act(kind, by: side == .requesting ? requesting : requested, on: acts, type: type, file: file)
    }

    mutating func act(
        _ kind: ActKind, by party: Party, on acts: [Dossier.HashedAct], type: FileType = .preservation, file: UUIDv7? = nil,
        course: Course? = nil, body given: JSONValue? = nil, role: String = "duty_officer", after milliseconds: Int64 = 1000
    ) throws -> Dossier.HashedAct {
        clock += milliseconds
        let at = Instant(milliseconds: clock)
        let id = UUIDv7(at: at, using: &generator)
        let body = try given ?? body(kind, type: type, party: party, at: at, course: course)
        let followed = Set(acts.flatMap(\.act.after))
        let act = Act(
            id: id, file: file ?? acts.first?.act.file ?? UUIDv7(at: at, using: &generator), kind: kind, from: party,
            to: parties.filter { $0 != party }, after: acts.map(\.act.id).filter { !followed.contains($0) },
            lamport: (acts.map(\.act.lamport).max() ?? 0) + 1, at: at,
            by: .init(role: role, officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: at)]), tlp: .amber, lang: "en",
            exercise: true, law: [:], body: body)
        return Dossier.HashedAct(act: act, hash: hash())
    }

    mutating func hash() -> [UInt8] { (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) } }

    private mutating func hex() -> String { Hex.encode(hash()) }

    func reference(_ type: FileType = .storedData, _ number: Int = 1) throws -> FileReference {
        try FileReference(state: requesting.state, year: 2026, typeCode: type.code, number: number)
    }

    /// A sound body of each kind; what waits in the file is named where a step needs it.
    mutating func body(_ kind: ActKind, type: FileType, party: Party, at: Instant, course: Course?) throws -> JSONValue {
        let later = at.adding(milliseconds: Int64.random(in: 1...5_000_000, using: &generator))
        let asset =
            (course?.assets ?? [:]).filter { Course.step(kind, from: $0.value) != nil }.keys.sorted().randomElement(using: &generator)
            ?? "A1"
        let package = ActBody.PackageDescription(name: "a.bag.tar.age", size: 10, digest: course == nil ? Self.zero : hex(), exhibits: 1)
        let outstanding = course?.outstanding.filter { $0.value != (party == requesting ? .requesting : .requested) }.keys.sorted().first
        let other = UUIDv7(at: at, using: &generator)
        func json(_ body: some Encodable) throws -> JSONValue { try ActBody.json(body) }
        switch kind {
        case .request:
            return try json(ActBody.Request(ref: try reference(type), type: type, title: "t", content: content, links: []))
        case .acknowledge: return try json(ActBody.Acknowledge(localReference: nil))
        case .ask: return try json(ActBody.Ask(questions: ["Which?"], reviewBy: later))
        case .answer: return try json(ActBody.Answer(answers: ["This."]))
        case .consult: return try json(ActBody.Consult(text: "Views?"))
        case .screen: return try json(ActBody.Screen(decision: .proceed, reasons: "r"))
        case .accept: return try json(ActBody.Accept(until: course?.extensionAsked))
        case .acceptConditions, .resume, .activate, .agreeReturn, .approveAgreement, .certify, .end, .statusQuery, .releaseWitness, .depart:
            return try json(ActBody.Remark())
        case .offerConditions: return try json(ActBody.OfferConditions(conditions: ["c"], reviewBy: later))
        case .decline: return try json(ActBody.Decline(reason: "r", about: course?.amendments.keys.min()))
        case .withdraw, .reopen, .downgrade, .interrupt, .lapse: return try json(ActBody.Reason(reason: "r"))
        case .refuse: return try json(ActBody.Refusal(grounds: ["g"], text: "t"))
        case .partlyRefuse: return try json(ActBody.Refusal(grounds: ["g"], text: "t", parts: ["p"]))
        case .postpone: return try json(ActBody.Postpone(grounds: ["g"], text: "t", reviewBy: later))
        case .execute: return try json(ActBody.Execute(authority: "court"))
        case .complete:
            let result = ActBody.Complete.Result.allCases.randomElement(using: &generator) ?? .full
            return try json(ActBody.Complete(outcome: result, note: "n"))
        case .report: return try json(ActBody.Report(status: "s"))
        case .supply: return try json(ActBody.Supply(package: package, conditions: []))
        case .receive:
            if let outstanding, outstanding.utf8.count == 64 { return try json(ActBody.Receive(package: outstanding, exhibits: 1)) }
            return course == nil
                ? try json(ActBody.Receive(package: Self.zero, exhibits: 1))
                : try json(ActBody.Receive(package: nil, exhibits: 0, what: .decision))
        case .transfer: return try json(ActBody.Transfer(authority: "xb-ca", reason: "r"))
        case .close: return try json(ActBody.Close(outcome: .full))
        case .override: return try json(ActBody.Override(rule: "some.rule", reason: "r"))
        case .preserve:
            let outcome: ActBody.Preserve.Outcome =
                course == nil ? .full : ActBody.Preserve.Outcome.allCases.randomElement(using: &generator) ?? .full
            return try json(ActBody.Preserve(effective: at, outcome: outcome, note: nil))
        case .extend: return try json(ActBody.Extend(until: later))
        case .hold, .retroactiveProcess, .convert: return try json(ActBody.LinkedRequest(file: other, ref: try reference()))
        case .release: return try json(ActBody.Release(cause: .agreed, effective: at))
        case .disclose:
            return type == .trafficDisclosure
                ? try json(ActBody.Disclose(path: [.init(hop: 1, state: party.state, provider: "p")]))
                : try json(ActBody.Disclose(package: package))
        case .callBack: return try json(ActBody.CallBack(number: "+999105550101", fromDirectory: true, spokeWith: "XA-D1"))
        case .arrest: return try json(ActBody.Arrest(arrested: at, place: "airport"))
        case .commit: return try json(ActBody.Commit(court: "court"))
        case .grant:
            return try json(ActBody.Grant(decided: at, conditions: Bool.random(using: &generator) ? ["speciality"] : nil))
        case .prosecuteInstead: return try json(ActBody.ProsecuteInstead(authority: "prosecutor", reason: "nationality"))
        case .schedule, .agree: return try json(ActBody.Schedule(when: later, place: "room"))
        case .surrender: return try json(ActBody.Surrender(handedOver: at, place: "airport", daysInCustody: 87))
        case .seekConsent: return try json(ActBody.SeekConsent(subject: .otherOffence, reason: "r"))
        case .consent: return try json(ActBody.Consent(by: .person, given: true, record: "r"))
        case .trace, .requestStop, .announceLift, .lift: return try json(ActBody.Assets(assets: [asset], reason: "r"))
        case .stopPayment, .freeze, .confiscate:
            return try json(ActBody.Measure(assets: [asset], effective: at, until: later, authority: "a"))
        case .realise, .proposeReturn, .return:
            return try json(
                ActBody.Ledger(
                    assets: [asset], currency: "EUR", gross: "1916800.00", expenses: [.init(what: "costs", amount: "28752.00")],
                    net: "1888048.00"))
        case .sign:
            let amendment = course?.amendments.filter { !$0.value.contains(party) }.keys.min()
            return try json(ActBody.Sign(amendment: course?.state == .amending ? amendment : nil, text: Self.zero))
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

    /// An act of a kind that the party may take on top of what it knows, or nil.
    mutating func possible(_ kind: ActKind, by party: Party, on acts: [Dossier.HashedAct], _ dossier: Dossier) throws -> Dossier.HashedAct?
    {
        let side: Side = party == requesting ? .requesting : .requested
        guard let step = dossier.type.lifeCycle.transition(kind, by: side, from: dossier.state) else { return nil }
        let item = try act(kind, by: party, on: acts, type: dossier.type, course: dossier.course, after: kind == .lapse ? 6_000_000 : 1000)
        let move = Course.Move(kind: kind, side: side, party: party, at: item.act.at, id: item.act.id, body: item.act.body)
        return step.requires.allSatisfy { dossier.course.objection($0, move) == nil } ? item : nil
    }

    /// Kinds with a transition for the party now.
    func kinds(_ party: Party, _ dossier: Dossier) -> [ActKind] {
        let side: Side = party == requesting ? .requesting : .requested
        let kinds = Set(dossier.type.lifeCycle.transitions.filter { $0.side == side && $0.from.contains(dossier.state) }.map(\.kind))
        return ActKind.allCases.filter { kinds.contains($0) && $0 != .request }
    }
}
