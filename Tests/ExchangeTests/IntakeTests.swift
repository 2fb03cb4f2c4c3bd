// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Law
import LawSupport
import Register
import Sealing
import Standards
import TestSupport
import Testing

@testable import Exchange

/// Two States with keys, and acts between them: XA asks XB, unless others are named. Everything in memory.
struct World {
    var generator = Seeded(1)
    let signing = SigningKey.generate()
    let root = SigningKey.generate()
    let stranger = SigningKey.generate()
    let identity = AgeIdentity.generate()
    let requesting: Party
    let requested: Party
    let now: Instant

    /// - Parameter peer: the State whose key signs; the other one receives.
    init(peer: String = "XA", own: String = "XB") throws {
        requesting = Party(state: try StateCode(peer), authority: peer.lowercased() + "-247")
        requested = Party(state: try StateCode(own), authority: own.lowercased() + "-247")
        now = try Instant("2026-11-24T23:19:00Z")
    }

    func entry() throws -> DirectoryEntry {
        DirectoryEntry(
            state: requesting.state,
            authority: .init(id: requesting.authority, name: "A", languages: ["en"], timeZone: "UTC", phone: nil, email: nil),
            endpoint: "https://127.0.0.1:1", rootKey: root.verifyingKey, signingKey: signing.verifyingKey, sealing: identity.recipient.text,
            certificate: "AAAA",
            register: try NoteVerifier(
                name: "comity/\(requesting.state)/\(requesting.authority)", publicKey: [UInt8](repeating: 1, count: 32)),
            exercise: true, issuedAt: now)
    }

    func peer(_ trust: Peer.Trust = .confirmed) throws -> Peer {
        let entry = try entry()
        return Peer(entry: entry, jws: try entry.signed(by: root), trust: trust, addedAt: now, confirmedAt: nil, confirmedBy: nil)
    }

    func intake(
        _ trust: Peer.Trust = .confirmed, known: [VerifiedAct] = [], own: Party? = nil, exercise: Bool = true, now: Instant? = nil
    ) throws -> Intake {
        let peer = try peer(trust)
        return Intake(
            own: own ?? requested, law: try shippedLaw(), exercise: exercise, now: now ?? self.now,
            peer: { $0 == peer.entry.signingKey.keyID ? peer : nil },
            knownHash: { id in known.first { $0.act.id == id }?.hash },
            file: { file in
                let acts = known.filter { $0.act.file == file }.map { Dossier.HashedAct(act: $0.act, hash: $0.hash.bytes) }
                return acts.isEmpty ? nil : try Dossier(folding: acts)
            },
            knownReference: { ref in known.contains { $0.act.body["ref"]?.string == ref.description } })
    }

    mutating func request(
        approvals: [Act.Approval]? = nil, from: Party? = nil, to: Party? = nil, at: Instant? = nil, exercise: Bool = true,
        id: UUIDv7? = nil, number: Int = 1
    ) throws -> Act {
        let at = at ?? now
        let ref = try FileReference(state: (from ?? requesting).state, year: 2026, typeCode: "PRE", number: number)
        let body = ActBody.Request(ref: ref, type: .preservation, title: "t", content: .object([:]), links: [])
        return Act(
            id: id ?? UUIDv7(at: at, using: &generator), file: UUIDv7(at: at, using: &generator), kind: .request,
            from: from ?? requesting, to: [to ?? requested],
            after: [], lamport: 1, at: at,
            by: .init(role: "duty_officer", officer: "XA-D1", approvals: approvals ?? [.init(role: "approver", officer: "XA-D3", at: at)]),
            tlp: .amber, lang: "en",
            exercise: exercise, law: [:], body: try ActBody.json(body))
    }

    mutating func next(_ kind: ActKind, after acts: [Act], from: Party? = nil) throws -> Act {
        let body: JSONValue =
            kind == .acknowledge
            ? try ActBody.json(ActBody.Acknowledge(localReference: nil))
            : try ActBody.json(ActBody.Preserve(effective: now, outcome: .full, note: nil))
        let sender = from ?? requested
        return Act(
            id: UUIDv7(at: now, using: &generator), file: acts[0].file, kind: kind, from: sender,
            to: [sender == requesting ? requested : requesting],
            after: [acts[acts.count - 1].id], lamport: Int64(acts.count) + 1, at: now, by: .init(role: "duty_officer", officer: "D1"),
            tlp: .amber, lang: "en",
            exercise: true, law: [:], body: body)
    }

    func sealed(_ act: Act, by key: SigningKey? = nil) throws -> [UInt8] {
        try Age.encrypt(try VerifiedAct.sign(act, with: key ?? signing).bytes, to: [identity.recipient])
    }
}

@Suite struct IntakeTests {
    private func code(_ verdict: Intake.Verdict) -> ErrorCode? {
        switch verdict {
        case .accept, .duplicate: nil
        case .notYet(let error), .quarantine(let error): error.code
        }
    }

    @Test func soundRequestIsAcceptedAndItsCopyIsADuplicate() throws {
        var world = try World()
        let act = try world.request()
        guard case .accept(let verified) = try world.intake().judge(try world.sealed(act), with: [world.identity]) else {
            Issue.record("not accepted")
            return
        }
        #expect(verified.act == act)
        guard case .duplicate = try world.intake(known: [verified]).judge(try world.sealed(act), with: [world.identity]) else {
            Issue.record("not a duplicate")
            return
        }
    }

    /// The receipt was lost on the way, and then the key was revoked: what is registered is receipted again. A refusal would make the
    /// sender leave the act out of the file, and the two sides would never agree again. Anything else that the key signed is refused.
    @Test func whatWasRegisteredBeforeTheRevocationIsReceiptedAgain() throws {
        var world = try World()
        let act = try world.request()
        guard case .accept(let verified) = try world.intake().judge(try world.sealed(act), with: [world.identity]) else {
            Issue.record("not accepted")
            return
        }
        guard case .duplicate = try world.intake(.revoked, known: [verified]).judge(try world.sealed(act), with: [world.identity]) else {
            Issue.record("not receipted again")
            return
        }
        let other = try world.request(id: act.id, number: 2)
        #expect(code(try world.intake(.revoked, known: [verified]).judge(try world.sealed(other), with: [world.identity])) == .revokedKey)
        #expect(code(try world.intake(.revoked).judge(try world.sealed(act), with: [world.identity])) == .revokedKey)
        let forged = try world.sealed(act, by: world.stranger)
        #expect(code(try world.intake(.revoked, known: [verified]).judge(forged, with: [world.identity])) == .unknownKey)
    }

    /// Each fault has its own code, and none is accepted.
    @Test func everyFaultHasItsCode() throws {
        var world = try World()
        let good = try world.request()
        let sealed = try world.sealed(good)
        let known = try VerifiedAct.sign(good, with: world.signing)
        func judge(_ bytes: [UInt8], _ intake: Intake) throws -> ErrorCode? { code(try intake.judge(bytes, with: [world.identity])) }
        #expect(try judge(sealed, world.intake(.unconfirmed)) == .unknownKey)
        #expect(try judge(sealed, world.intake(.revoked)) == .revokedKey)
        #expect(try judge(try world.sealed(good, by: world.stranger), world.intake()) == .unknownKey)
        #expect(try judge(sealed, world.intake(own: Party(state: try StateCode("XC"), authority: "xc-247"))) == .wrongRecipient)
        #expect(try judge(sealed, world.intake(exercise: false)) == .exerciseMismatch)
        #expect(
            try judge(try world.sealed(try world.request(from: Party(state: try StateCode("XC"), authority: "xc-247"))), world.intake())
                == .keyOfAnotherState)
        #expect(
            try judge(try world.sealed(try world.request(at: world.now.adding(milliseconds: 11 * 60_000))), world.intake())
                == .impossibleTime)
        #expect(try judge(try world.sealed(try world.request(at: try Instant("2001-01-01T00:00:00Z"))), world.intake()) == .impossibleTime)
        #expect(try judge(try world.sealed(try world.request(id: good.id)), world.intake(known: [known])) == .replay)
        #expect(try judge(try world.sealed(try world.request()), world.intake(known: [known])) == .replay)
        #expect(try judge(try world.sealed(try world.request(approvals: [])), world.intake()) == .transitionNotAllowed)
        #expect(
            try judge(
                try world.sealed(try world.request(approvals: [.init(role: "approver", officer: "XA-D1", at: world.now)])), world.intake())
                == .transitionNotAllowed)
        // The requesting State takes a step of the requested one.
        #expect(
            try judge(try world.sealed(try world.next(.acknowledge, after: [good], from: world.requesting)), world.intake(known: [known]))
                == .transitionNotAllowed)
        // A step whose predecessor is not here waits.
        #expect(
            try judge(try world.sealed(try world.next(.acknowledge, after: [good], from: world.requesting)), world.intake())
                == .predecessorMissing)
        #expect(try judge([], world.intake()) == .schema)
        #expect(try judge(Array("hello".utf8), world.intake()) == .schema)
        #expect(try judge([UInt8](repeating: 0, count: Intake.limit + 1), world.intake()) == .tooLarge)
        let other = AgeIdentity.generate()
        #expect(try judge(try Age.encrypt(known.bytes, to: [other.recipient]), world.intake()) == .cannotDecrypt)
        #expect(try judge(try Age.encrypt(Array("{}".utf8), to: [world.identity.recipient]), world.intake()) == .schema)
        #expect(
            try judge(try Age.encrypt([UInt8](repeating: 0x20, count: Act.limit + 1), to: [world.identity.recipient]), world.intake())
                == .tooLarge)
    }

    /// A signed payload that is not a well-formed act: the signature holds, the schema does not.
    @Test func signedGarbage() throws {
        var world = try World()
        let good = try IJSON.encode(try world.request())
        let intake = try world.intake()
        func judge(_ payload: [UInt8], type: String = Act.mediaType) throws -> ErrorCode? {
            let jws = try JWS.sign(payload: payload, type: type, key: world.signing)
            return code(try intake.judge(try Age.encrypt(jws, to: [world.identity.recipient]), with: [world.identity]))
        }
        #expect(try judge(good) == nil)
        #expect(try judge(good, type: "comity-directory+jws") == .badSignature)
        let text = String(decoding: good, as: UTF8.self)
        #expect(try judge(Array(text.replacingOccurrences(of: "23:19:00Z\",\"body", with: "23:19:00\",\"body").utf8)) == .timeWithoutZone)
        #expect(try judge(Array(text.replacingOccurrences(of: "\"v\":1", with: "\"v\":1,\"v\":1").utf8)) == .schema)
        #expect(try judge(Array(text.replacingOccurrences(of: "\"v\":1", with: "\"v\":\"1\"").utf8)) == .schema)
        #expect(try judge(Array(text.dropLast().utf8)) == .schema)
        #expect(try judge([]) == .schema)
    }

    /// Every byte of a sealed message, changed: never accepted, never a crash.
    @Test func everyByteCounts() throws {
        var world = try World()
        let sealed = try world.sealed(try world.request())
        let intake = try world.intake()
        for index in sealed.indices {
            var flipped = sealed
            flipped[index] ^= 1 << UInt8(index % 8)
            let verdict = try intake.judge(flipped, with: [world.identity])
            #expect(code(verdict) != nil, "byte \(index)")
        }
        for length in stride(from: 0, to: sealed.count, by: 7) {
            #expect(code(try intake.judge(Array(sealed[0..<length]), with: [world.identity])) != nil, "length \(length)")
        }
    }

    @Test func directoryEntries() throws {
        let world = try World()
        let jws = try world.entry().signed(by: world.root)
        #expect(try DirectoryEntry(verifying: jws) == (try world.entry()))
        #expect(throws: ComityError(.badSignature, "")) { try DirectoryEntry(verifying: try world.entry().signed(by: world.stranger)) }
        for index in stride(from: 0, to: jws.count, by: 3) {
            var flipped = jws
            flipped[index] ^= 0x04
            #expect(throws: ComityError.self) { try DirectoryEntry(verifying: flipped) }
        }
        let print = try world.entry().fingerprint
        #expect(print.split(separator: " ").count == 8 && print.split(separator: " ").allSatisfy { $0.count == 5 })
    }

    @Test func pausesGrowAndEnd() {
        var last: Int64 = 0
        for attempts in 1...40 {
            let pause = RetrySchedule.pause(after: attempts, spread: 0)
            #expect(pause >= last && pause <= RetrySchedule.longest)
            #expect(RetrySchedule.pause(after: attempts, spread: 0.999) <= RetrySchedule.longest * 5 / 4)
            last = pause
        }
        #expect(last == RetrySchedule.longest)
    }
}
