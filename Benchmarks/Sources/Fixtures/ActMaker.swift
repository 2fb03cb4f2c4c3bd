// SPDX-License-Identifier: Apache-2.0

import Dossier
import Standards

/// SplitMix64: every run measures the same bytes.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes the acts of a stored-data file between XA and XB: unsigned, with hashes drawn at random.
struct ActMaker {
    private var generator = Seeded(1)
    private var clock: Int64
    let requesting: Party
    let requested: Party

    init() throws {
        clock = try Instant("2026-12-03T12:00:00Z").milliseconds
        requesting = Party(state: try StateCode("XA"), authority: "xa-ca")
        requested = Party(state: try StateCode("XB"), authority: "xb-ca")
    }

    /// A request, its acknowledgement, then reports, questions and answers, one after the other.
    mutating func chain(_ count: Int) throws -> [Dossier.HashedAct] {
        var acts = try opened()
        let kinds: [ActKind] = [.report, .ask, .answer, .statusQuery]
        while acts.count < count, let last = acts.last {
            acts.append(try act(kinds[(acts.count - 2) % kinds.count], after: [last]))
        }
        return Array(acts.prefix(count))
    }

    /// After the acknowledgement both sides write at the same time, again and again: each pair crosses.
    mutating func pairs(_ count: Int) throws -> [Dossier.HashedAct] {
        var acts = try opened()
        var heads = Array(acts.suffix(1))
        while acts.count < count {
            heads = [try act(.statusQuery, after: heads), try act(.report, after: heads)]
            acts += heads
        }
        return Array(acts.prefix(count))
    }

    /// After the acknowledgement the two sides do not hear of each other: every act of one crosses every act of the other.
    mutating func branches(_ count: Int) throws -> [Dossier.HashedAct] { try branches(count, of: .statusQuery, and: .report) }

    /// The same, and every act of the requesting side is overtaken. No node writes a second withdrawal; it is only much to judge.
    mutating func overtaken(_ count: Int) throws -> [Dossier.HashedAct] { try branches(count, of: .withdraw, and: .supply) }

    private mutating func branches(_ count: Int, of first: ActKind, and second: ActKind) throws -> [Dossier.HashedAct] {
        var acts = try opened()
        var heads = Array(repeating: acts[1], count: 2)
        while acts.count < count {
            heads = [try act(first, after: [heads[0]]), try act(second, after: [heads[1]])]
            acts += heads
        }
        return Array(acts.prefix(count))
    }

    /// One act of the side to which its kind belongs here.
    mutating func act(_ kind: ActKind, after known: [Dossier.HashedAct]) throws -> Dossier.HashedAct {
        clock += 1_000
        let at = Instant(milliseconds: clock)
        let isRequesting = [.request, .answer, .statusQuery, .withdraw].contains(kind)
        let act = Act(
            id: UUIDv7(at: at, using: &generator), file: known.first?.act.file ?? UUIDv7(at: at, using: &generator), kind: kind,
            from: isRequesting ? requesting : requested, to: [isRequesting ? requested : requesting], after: known.map(\.act.id),
            lamport: (known.map(\.act.lamport).max() ?? 0) + 1, at: at,
            by: .init(role: "lawyer", officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: at)]), tlp: .amber, lang: "en",
            exercise: true, law: [:], body: try body(kind, at))
        return Dossier.HashedAct(act: act, hash: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    private mutating func opened() throws -> [Dossier.HashedAct] {
        let request = try act(.request, after: [])
        return [request, try act(.acknowledge, after: [request])]
    }

    private mutating func body(_ kind: ActKind, _ at: Instant) throws -> JSONValue {
        switch kind {
        case .request:
            let ref = try FileReference(state: requesting.state, year: 2026, typeCode: FileType.storedData.code, number: 1)
            let content = JSONValue.object(try Shipped.draft("stored-data"))
            return try ActBody.json(ActBody.Request(ref: ref, type: .storedData, title: "Stored data", content: content, links: []))
        case .acknowledge: return try ActBody.json(ActBody.Acknowledge(localReference: "XB-1"))
        case .report: return try ActBody.json(ActBody.Report(status: "The court has set a date."))
        case .ask:
            let review = at.adding(milliseconds: 86_400_000)
            return try ActBody.json(ActBody.Ask(questions: ["Which account is meant?"], reviewBy: review))
        case .answer: return try ActBody.json(ActBody.Answer(answers: ["The one named in I2."]))
        case .withdraw: return try ActBody.json(ActBody.Reason(reason: "The case is closed."))
        case .supply:
            let hash = (0..<64).map { _ in "0123456789abcdef".randomElement(using: &generator) ?? "0" }
            let package = ActBody.PackageDescription(name: "a.bag.tar.age", size: 10, sha256: String(hash), exhibits: 1)
            return try ActBody.json(ActBody.Supply(package: package, conditions: []))
        default: return try ActBody.json(ActBody.Remark())
        }
    }
}

enum Checked {
    /// The acts, when there are that many and all but so many of them change the file as they should.
    static func applied(_ acts: [Dossier.HashedAct], count: Int, overtaken: Int = 0) throws -> [Dossier.HashedAct] {
        let dossier = try Dossier(folding: acts)
        let applied = dossier.entries.count { $0.effect == .applied }
        guard dossier.entries.count == count, applied == count - overtaken else {
            throw FixtureError(says: "Of \(dossier.entries.count) acts \(applied) are applied.")
        }
        return acts
    }
}
