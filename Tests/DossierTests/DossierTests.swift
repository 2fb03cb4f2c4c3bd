// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Dossier

/// Makes acts of two parties for the tests: unsigned, with hashes drawn at random.
struct Maker {
    var generator: Seeded
    let requesting: Party
    let requested: Party
    var clock: Int64 = 1_795_000_000_000

    init(_ generator: Seeded) throws {
        self.generator = generator
        requesting = Party(state: try StateCode("XA"), authority: "xa-247")
        requested = Party(state: try StateCode("XB"), authority: "xb-247")
    }

    mutating func act(_ kind: ActKind, side: Side, on acts: [Dossier.HashedAct], type: FileType = .preservation, file: UUIDv7? = nil) throws
        -> Dossier.HashedAct
    {
        clock += 1000
        let at = Instant(milliseconds: clock)
        let id = UUIDv7(at: at, using: &generator)
        let body: JSONValue
        switch kind {
        case .request:
            body = try ActBody.json(
                ActBody.Request(
                    ref: try FileReference(state: requesting.state, year: 2026, typeCode: type.code, number: 1), type: type, title: "t",
                    content: .object(["urgency": .object(["level": .string("urgent")])]), links: []))
        case .acknowledge: body = try ActBody.json(ActBody.Acknowledge(localReference: nil))
        case .preserve: body = try ActBody.json(ActBody.Preserve(effective: at, outcome: .full, note: nil))
        case .supply:
            body = try ActBody.json(
                ActBody.Supply(
                    package: .init(name: "a.bag.tar.age", size: 10, sha256: String(repeating: "0", count: 64), exhibits: 1), conditions: [])
            )
        case .receive: body = try ActBody.json(ActBody.Receive(package: String(repeating: "0", count: 64), exhibits: 1))
        }
        let followed = Set(acts.flatMap(\.act.after))
        let act = Act(
            id: id, file: file ?? acts.first?.act.file ?? UUIDv7(at: at, using: &generator), kind: kind,
            from: side == .requesting ? requesting : requested, to: side == .requesting ? requested : requesting,
            after: acts.map(\.act.id).filter { !followed.contains($0) }, lamport: (acts.map(\.act.lamport).max() ?? 0) + 1, at: at,
            by: .init(role: "duty_officer", officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: at)]), tlp: .amber,
            lang: "en",
            exercise: true, law: [:], body: body)
        return Dossier.HashedAct(act: act, hash: (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
}

@Suite struct DossierTests {
    /// Two sides that act and exchange acts at random; whatever order they saw them in, both compute the same file.
    @Test(arguments: FileType.allCases)
    func bothSidesConverge(_ type: FileType) throws {
        var generator = Seeded.fresh()
        for _ in 0..<400 {
            var maker = try Maker(Seeded(generator.next()))
            let opening = try maker.act(.request, side: .requesting, on: [], type: type)
            var known: [Side: [Dossier.HashedAct]] = [.requesting: [opening], .requested: [opening]]
            for _ in 0..<Int.random(in: 1...10, using: &generator) {
                let side: Side = Bool.random(using: &generator) ? .requesting : .requested
                let mine = known[side] ?? []
                if Bool.random(using: &generator) {
                    // Deliver something of the other side's that is missing, oldest first, as the exchange does.
                    let missing = (known[side.other] ?? []).filter { other in !mine.contains { $0.act.id == other.act.id } }
                    if let next = missing.min(by: { $0.act.lamport < $1.act.lamport }),
                        next.act.after.allSatisfy({ id in mine.contains { $0.act.id == id } })
                    {
                        known[side]?.append(next)
                    }
                } else {
                    let dossier = try Dossier(folding: mine)
                    let possible = type.lifeCycle.transitions.filter { $0.side == side && $0.from.contains(dossier.state) }
                    if let step = possible.randomElement(using: &generator) {
                        known[side]?.append(try maker.act(step.kind, side: side, on: mine, type: type))
                    }
                }
            }
            var all: [UUIDv7: Dossier.HashedAct] = [:]
            for acts in known.values { for act in acts { all[act.act.id] = act } }
            let first = try Dossier(folding: all.values.shuffled(using: &generator))
            for _ in 0..<4 {
                let duplicated = all.values.shuffled(using: &generator) + all.values.prefix(2)
                let other = try Dossier(folding: duplicated)
                #expect(other.state == first.state, "seed \(generator.seed)")
                #expect(other.entries.map(\.act.id) == first.entries.map(\.act.id), "seed \(generator.seed)")
                #expect(other.entries.map(\.effect) == first.entries.map(\.effect), "seed \(generator.seed)")
            }
        }
    }

    @Test func codesAgreeWithTheLaw() throws {
        let law = try shippedLaw()
        for type in FileType.allCases { #expect(law.requestType(type.rawValue)?.code == type.code) }
    }

    /// Every kind, from every state, on both sides: allowed only where the table says so, otherwise a reason.
    @Test(arguments: FileType.allCases)
    func everyStepIsDecided(_ type: FileType) throws {
        var maker = try Maker(Seeded(1))
        let path: [(ActKind, Side)] =
            type == .preservation
            ? [(.request, .requesting), (.acknowledge, .requested), (.preserve, .requested)]
            : [(.request, .requesting), (.acknowledge, .requested), (.supply, .requested), (.receive, .requesting)]
        var acts: [Dossier.HashedAct] = []
        for (kind, side) in path {
            acts.append(try maker.act(kind, side: side, on: acts, type: type))
            let dossier = try Dossier(folding: acts)
            for kind in ActKind.allCases {
                for side in Side.allCases {
                    let allowed = type.lifeCycle.transitions.contains {
                        $0.kind == kind && $0.side == side && $0.from.contains(dossier.state) && $0.roles.contains("duty_officer")
                    }
                    if allowed {
                        try dossier.mayTake(kind, side: side, role: "duty_officer")
                    } else {
                        #expect(throws: ComityError.self) { try dossier.mayTake(kind, side: side, role: "duty_officer") }
                    }
                }
            }
        }
        #expect(try Dossier(folding: acts).entries.allSatisfy { $0.effect == .applied })
    }

    @Test func rolesCount() throws {
        var maker = try Maker(Seeded(2))
        let dossier = try Dossier(folding: [try maker.act(.request, side: .requesting, on: [])])
        try dossier.mayTake(.acknowledge, side: .requested, role: "duty_officer")
        #expect(throws: ComityError(.permission, "")) { try dossier.mayTake(.acknowledge, side: .requested, role: "auditor") }
    }

    @Test func strangersAndOrphansAreNotFolded() throws {
        var maker = try Maker(Seeded(3))
        let opening = try maker.act(.request, side: .requesting, on: [])
        let acknowledge = try maker.act(.acknowledge, side: .requested, on: [opening])
        #expect(throws: ComityError(.schema, "")) { try Dossier(folding: [acknowledge]) }
        #expect(throws: ComityError(.schema, "")) { try Dossier(folding: []) }
        let other = try maker.act(.acknowledge, side: .requested, on: [opening], file: UUIDv7(at: opening.act.at, using: &maker.generator))
        #expect(throws: ComityError(.schema, "")) { try Dossier(folding: [opening, other]) }
        let dossier = try Dossier(folding: [opening, acknowledge])
        #expect(dossier.causalPast(of: [acknowledge.act.id])?.count == 2)
        #expect(dossier.causalPast(of: [UUIDv7(at: opening.act.at, using: &maker.generator)]) == nil)
        #expect(dossier.heads == [acknowledge.act.id])
    }

    @Test func malformedActsAreRefused() throws {
        var maker = try Maker(Seeded(4))
        let good = try maker.act(.request, side: .requesting, on: []).act
        try good.validate()
        func changed(_ edit: (inout [String: JSONValue]) -> Void) throws -> Act {
            var members = try #require(try IJSON.decode(JSONValue.self, from: IJSON.encode(good), limit: 1 << 20).object)
            edit(&members)
            return try IJSON.decode(Act.self, from: IJSON.encode(JSONValue.object(members)), limit: 1 << 20)
        }
        for edit: (inout [String: JSONValue]) -> Void in [
            { $0["v"] = .integer(2) }, { $0["lamport"] = .integer(0) }, { $0["lamport"] = .integer(5) }, { $0["lang"] = .string("") },
            { $0["to"] = $0["from"] }, { $0["after"] = .array([.string("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")]) },
            { $0["body"] = .object([:]) }, { $0["lang"] = .string("e\u{202E}n") },
        ] {
            #expect(throws: ComityError(.schema, "")) { try changed(edit).validate() }
        }
        #expect(throws: ComityError(.timeWithoutZone, "")) { try changed { $0["at"] = .string("2026-11-24T10:00:00") } }
        #expect(throws: ComityError(.schema, "")) { try changed { $0["kind"] = .string("conjure") } }
    }

    @Test func packagesWithUnsafeNamesAreNotSound() {
        let hash = String(repeating: "a", count: 64)
        #expect(ActBody.PackageDescription(name: "A-1.bag.tar.age", size: 1, sha256: hash, exhibits: 1).isSound)
        for bad in ["../x.bag.tar.age", ".x.bag.tar.age", "x/y.bag.tar.age", "x.tar", "x\u{0}.bag.tar.age", ""] {
            #expect(!ActBody.PackageDescription(name: bad, size: 1, sha256: hash, exhibits: 1).isSound, "\(bad)")
        }
        #expect(!ActBody.PackageDescription(name: "a.bag.tar.age", size: Int64.max, sha256: hash, exhibits: 1).isSound)
        #expect(!ActBody.PackageDescription(name: "a.bag.tar.age", size: 1, sha256: "../../x", exhibits: 1).isSound)
    }
}

@Suite struct ClockTests {
    private func preserved(_ maker: inout Maker) throws -> Dossier {
        var acts = [try maker.act(.request, side: .requesting, on: [])]
        acts.append(try maker.act(.acknowledge, side: .requested, on: acts))
        acts.append(try maker.act(.preserve, side: .requested, on: acts))
        return try Dossier(folding: acts)
    }

    @Test func sixtyDaysThenLapsed() throws {
        var maker = try Maker(Seeded(5))
        let dossier = try preserved(&maker)
        let law = try shippedLaw()
        let effective = try #require(dossier.entries.last?.act.at)
        let due = effective.adding(try ISODuration("P60D"))
        func standing(_ now: Instant, _ followers: [Standing.Follower] = []) -> Standing {
            Standing(of: dossier, law: law, followers: followers, delivered: true, now: now)
        }
        let clock = try #require(standing(effective).clocks.first { $0.rule == "uncc.42.8.minimum" })
        #expect(clock.due == due && clock.state == .running && clock.article == "42(8)" && clock.unverified)
        #expect(standing(effective).state == .preserved)
        #expect(standing(due.adding(milliseconds: -1)).state == .preserved)
        #expect(standing(due).state == .lapsed)
        let ref = try FileReference("XA-2026-MLA-000001-I")
        let inTime = Standing.Follower(file: dossier.id, ref: ref, type: .storedData, at: due.adding(milliseconds: -1))
        #expect(standing(due.adding(try ISODuration("P300D")), [inTime]).state == .held)
        let late = Standing.Follower(file: dossier.id, ref: ref, type: .storedData, at: due)
        #expect(standing(due.adding(try ISODuration("P1D")), [late]).state == .lapsed)
    }

    @Test func acknowledgmentInTimeAndLate() throws {
        var maker = try Maker(Seeded(6))
        let opening = try maker.act(.request, side: .requesting, on: [])
        let law = try shippedLaw()
        let open = Standing(
            of: try Dossier(folding: [opening]), law: law, followers: [], delivered: true,
            now: opening.act.at.adding(try ISODuration("PT31M")))
        #expect(open.clocks.map(\.rule) == ["house.acknowledge.urgent"])
        #expect(open.clocks.first?.state == .over)
        #expect(open.pressing?.rule == "house.acknowledge.urgent")
        let answered = try Dossier(folding: [opening, try maker.act(.acknowledge, side: .requested, on: [opening])])
        let late = Standing(of: answered, law: law, followers: [], delivered: true, now: opening.act.at.adding(try ISODuration("P9D")))
        #expect(late.pressing == nil && late.clocks.first?.stopped != nil)
        #expect(Standing(of: answered, law: law, followers: [], delivered: true, now: opening.act.at).clocks.first?.state == .met)
        #expect(
            Standing(of: try Dossier(folding: [opening]), law: law, followers: [], delivered: false, now: opening.act.at).state == .sent)
    }
}
