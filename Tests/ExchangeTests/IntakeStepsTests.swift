// SPDX-License-Identifier: Apache-2.0

import Dossier
import Sealing
import Standards
import TestSupport
import Testing

@testable import Exchange

/// The receiver judges the steps of a file by the same rules as the sender: here this node has asked, and the peer answers.
@Suite struct IntakeStepsTests {
    /// A file that this node opened, with the acts that followed, all signed by whoever made them.
    private struct File {
        var world: World
        var acts: [VerifiedAct] = []
        let ours = SigningKey.generate()

        init(peer: String, offence: String = "serious", at: Instant) throws {
            world = try World(peer: peer, own: "XA")
            let content: JSONValue = .object([
                "offences": .array([.object(["article": .string(offence), "domestic": .object(["max_penalty_months": .integer(60)])])])
            ])
            let ref = try FileReference(state: world.requested.state, year: 2026, typeCode: "PRE", number: 1)
            let body = ActBody.Request(ref: ref, type: .preservation, title: "t", content: content, links: [])
            acts.append(try VerifiedAct.sign(try act(.request, from: world.requested, at: at, try ActBody.json(body)), with: ours))
        }

        private mutating func act(_ kind: ActKind, from: Party, at: Instant, _ body: JSONValue) throws -> Act {
            let id = UUIDv7(at: at, using: &world.generator)
            return Act(
                id: id, file: acts.first?.act.file ?? id, kind: kind, from: from,
                to: [from == world.requesting ? world.requested : world.requesting], after: acts.last.map { [$0.act.id] } ?? [],
                lamport: Int64(acts.count) + 1, at: at,
                by: .init(role: "lawyer", officer: "L1", approvals: [.init(role: "approver", officer: "L2", at: at)]), tlp: .amber,
                lang: "en", exercise: true, law: [:], body: body)
        }

        /// An act of the peer, signed with its key.
        mutating func next(_ kind: ActKind, at: Instant, _ body: some Encodable) throws -> VerifiedAct {
            try VerifiedAct.sign(try act(kind, from: world.requesting, at: at, try ActBody.json(body)), with: world.signing)
        }

        mutating func take(_ kind: ActKind, at: Instant, _ body: some Encodable) throws {
            let act = try next(kind, at: at, body)
            #expect(try judge(act, now: at, keep: true) == nil)
        }

        /// What the receiver answers; nil when it accepts. With `keep` the act belongs to the file from then on.
        mutating func judge(_ act: VerifiedAct, now: Instant, keep: Bool = false) throws -> ComityError? {
            let sealed = try Age.encrypt(act.bytes, to: [world.identity.recipient])
            switch try world.intake(known: acts, now: now).judge(sealed, with: [world.identity]) {
            case .accept:
                if keep { acts.append(act) }
                return nil
            case .duplicate: return nil
            case .notYet(let error), .quarantine(let error): return error
            }
        }
    }

    private let start = Result { try Instant("2026-11-24T12:00:00Z") }

    /// A State may use its reservation, and the receiver takes it; of a State that made none it does not.
    @Test func theReceiverKnowsTheReservations() throws {
        let start = try start.get()
        for (peer, offence, allowed) in [("XC", "serious", true), ("XC", "UNCC-7", false), ("XB", "serious", false)] {
            var file = try File(peer: peer, offence: offence, at: start)
            try file.take(.acknowledge, at: start.adding(milliseconds: 1000), ActBody.Acknowledge(localReference: nil))
            try file.take(.consult, at: start.adding(milliseconds: 2000), ActBody.Consult(text: "Views?"))
            let at = start.adding(milliseconds: 3000)
            let refusal = try file.next(.refuse, at: at, ActBody.Refusal(grounds: ["uncc.42.5.dual-criminality"], text: "reasons"))
            let fault = try file.judge(refusal, now: at)
            #expect((fault == nil) == allowed, "\(peer) \(offence): \(String(describing: fault))")
            if let fault { #expect(fault.code == .transitionNotAllowed && fault.why.contains("42(5)"), "\(fault)") }
        }
    }

    /// A State that lets preserved data go before the time is not believed, however it dates what it writes.
    @Test func theReceiverJudgesTime() throws {
        let start = try start.get()
        func at(_ text: String) throws -> Instant { start.adding(try ISODuration(text)) }
        var kept = try File(peer: "XB", at: start)
        try kept.take(.acknowledge, at: at("PT1H"), ActBody.Acknowledge(localReference: nil))
        try kept.take(.preserve, at: at("PT2H"), ActBody.Preserve(effective: at("PT2H"), outcome: .full, note: nil))
        let due = try at("PT1442H")
        let early = try at("P59D")
        var file = kept
        func lapse(at: Instant) throws -> VerifiedAct { try file.next(.lapse, at: at, ActBody.Reason(reason: "the time is over")) }
        func release(_ cause: ActBody.Release.Cause, at: Instant, effective: Instant? = nil) throws -> VerifiedAct {
            try file.next(.release, at: at, ActBody.Release(cause: cause, effective: effective ?? at))
        }
        for forged in [
            try lapse(at: early), try release(.lapsed, at: early), try release(.decided, at: early), try release(.agreed, at: early),
            try lapse(at: due.adding(milliseconds: -1)), try release(.lapsed, at: due, effective: early),
        ] {
            let fault = try #require(try file.judge(forged, now: due), "\(forged.act.kind) of \(forged.act.at)")
            #expect(fault.code == .transitionNotAllowed && fault.what.contains("must be kept until"), "\(fault)")
            #expect(fault.why.contains("42(8)"), "\(fault)")
        }
        // Dated to the end of the clock, but sent before it.
        #expect(try file.judge(try lapse(at: due), now: early)?.code == .impossibleTime)
        #expect(try file.judge(try lapse(at: due), now: due) == nil)
        #expect(try file.judge(try release(.lapsed, at: due), now: due) == nil)
        #expect(try file.judge(try release(.ordered, at: early), now: early) == nil)
        // An extension moves the end for the receiver too.
        try file.take(.extend, at: at("P10D"), ActBody.Extend(until: at("P90D")))
        #expect(try file.judge(try lapse(at: due), now: due)?.code == .transitionNotAllowed)
        #expect(try file.judge(try lapse(at: at("P90D")), now: at("P90D")) == nil)
        // A hold lasts as long as the sender says, the minimum period does not.
        file = kept
        let linked = try FileReference(state: file.world.requested.state, year: 2026, typeCode: "MLA", number: 1)
        try file.take(
            .hold, at: at("P20D"), ActBody.LinkedRequest(file: UUIDv7(at: start, using: &file.world.generator), ref: linked))
        #expect(try file.judge(try release(.decided, at: early), now: early)?.code == .transitionNotAllowed)
        #expect(try file.judge(try release(.decided, at: due), now: due) == nil)
    }
}
