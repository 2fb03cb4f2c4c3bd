// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import NIOCore
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// What goes wrong between two nodes, one by one.
@Suite struct BadDaysTests {
    private func suppliedPackage(_ pair: NodePair, title: String = "x") async throws -> (
        ref: FileReference, package: PackageRow, path: String
    ) {
        let (a, b) = (pair.requesting, pair.requested)
        var draft = try pair.draft("stored-data")
        draft["title"] = .string(title)
        let ref = try #require(try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        return try await supplyAnother(pair, ref)
    }

    private func supplyAnother(_ pair: NodePair, _ ref: FileReference) async throws -> (
        ref: FileReference, package: PackageRow, path: String
    ) {
        let (a, b) = (pair.requesting, pair.requested)
        let exhibit = pair.folder("exhibit-\(UUID().uuidString)")
        try Data("evidence \(exhibit)".utf8).write(to: URL(fileURLWithPath: exhibit))
        let sealed = try await b.seal(.init(paths: [exhibit], authorisation: "order", conditions: []), for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        try await pair.carry(from: b, to: a)
        return (ref, sealed.package, sealed.path)
    }

    /// The node died after the last part was durable and before it put the package together.
    @Test func aPackageWhoseLastStepWasLostIsPutTogetherLater() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let supplied = try await suppliedPackage(pair)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: supplied.path)))
        let incoming = IncomingPackage(folder: a.folder.incomingPackage(supplied.package.digest), name: supplied.package.name)
        try incoming.write([ByteBuffer(bytes: bytes)], at: 0)
        _ = try await a.store.commit { try $0.insertPart(0, ofPackage: supplied.package.digest) }
        #expect(try a.fileView(supplied.ref).packages.first?.stage == "supplied")
        #expect(try await a.parts(ofPackage: supplied.package.digest, from: b.state).complete)
        // And the same when only the record of the last rename was lost.
        let second = try await suppliedPackage(pair, title: "y")
        let other = IncomingPackage(folder: a.folder.incomingPackage(second.package.digest), name: second.package.name)
        try other.write([ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: second.path)))], at: 0)
        try other.finish()
        _ = try await a.store.commit { try $0.insertPart(0, ofPackage: second.package.digest) }
        #expect(try await a.parts(ofPackage: second.package.digest, from: b.state).complete)
        #expect(try await a.receiveEvidence(second.ref, package: nil, officer: "X1").verdict.isValid)
    }

    /// A key that is doubtful from a time on: what this node knew before stays valid, what it learned later does not.
    @Test(arguments: [true, false]) func aKeyRevokedBeforeAndAfter(knownBefore: Bool) async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let supplied = try await suppliedPackage(pair)
        _ = try await a.receive(
            part: 0, ofPackage: supplied.package.digest, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: supplied.path))),
            from: b.state)
        let known = try #require(try a.store.read { try $0.created(ofPackage: supplied.package.digest) })
        let future = try a.now().adding(milliseconds: 60_000)
        await #expect(throws: ComityError.coded(.usage)) { _ = try await a.revokePeer(b.state, by: "D1", since: future) }
        let verdict = try a.verify(packageAt: a.arrivedPackage(supplied.ref).path)
        #expect(verdict.isValid && !verdict.sentence.contains("revoked"))
        _ = try await a.revokePeer(b.state, by: "D1", since: known.adding(milliseconds: knownBefore ? 1 : 0))
        let after = try a.verify(packageAt: a.arrivedPackage(supplied.ref).path)
        #expect(after.isValid == knownBefore && after.sentence.contains("revoked"), "\(after.sentence)")
        #expect(after.findings.map { $0.prefix(14) } == (knownBefore ? [] : ["signer-revoked"]))
        let folder = pair.folder("opened")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if knownBefore {
            #expect(try await a.openEvidence(supplied.ref, package: nil, to: folder, officer: "X1").hasPrefix(folder))
        } else {
            await #expect(throws: ComityError.coded(.verificationFailed)) {
                _ = try await a.openEvidence(supplied.ref, package: nil, to: folder, officer: "X1")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func aSecondPackageIsReceivedAfterTheFirst() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let first = try await suppliedPackage(pair)
        _ = try await a.receive(
            part: 0, ofPackage: first.package.digest, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: first.path))), from: b.state)
        _ = try await a.receiveEvidence(first.ref, package: nil, officer: "X1")
        try await pair.carry(from: a, to: b)
        let second = try await supplyAnother(pair, first.ref)
        // While the second is arriving, the first is not received again.
        await #expect(throws: ComityError(.wrongState, "")) { try await a.receiveEvidence(first.ref, package: nil, officer: "X1") }
        _ = try await a.receive(
            part: 0, ofPackage: second.package.digest, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: second.path))),
            from: b.state)
        _ = try await a.receiveEvidence(first.ref, package: nil, officer: "X1")
        try await pair.carry(from: a, to: b)
        #expect(try b.fileView(first.ref).packages.map(\.stage) == ["received", "received"])
        #expect(try a.fileView(first.ref).acts.map(\.hash) == b.fileView(first.ref).acts.map(\.hash))
    }

    /// An act that the other State's node will never take changes nothing here either.
    @Test func aRefusedActIsShownAndDoesNotCount() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let act = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        let row = try #require(try b.store.read { try $0.outbox(.act, act.description).first })
        _ = try await b.store.commit { try $0.finish(row.id, .refused, code: "schema", says: "not understood") }
        let view = try b.fileView(ref)
        #expect(try view.state == .delivered && view.state == a.fileView(ref).state)
        #expect(view.acts.last?.delivery?.contains("refused by XA") == true && view.acts.last?.effect == .overtaken)
        // The step can be taken again.
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        #expect(try a.fileView(ref).state == .acknowledged && b.fileView(ref).state == .acknowledged)
        #expect(try b.audit().ok)
    }

    @Test func noStateCarriesAnothersKeys() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let thief = try await NodePair.node("XC", pair.folder("xc"), exchange: 7)
        let stolen = try b.entry()
        let entry = DirectoryEntry(
            state: thief.state, authority: try thief.entry().authority, endpoint: "https://127.0.0.1:7",
            rootKey: thief.keys.root.verifyingKey,
            signingKey: stolen.signingKey, sealing: thief.keys.sealing.recipient.text, certificate: stolen.certificate,
            register: thief.keys.register.verifier, exercise: true, issuedAt: stolen.issuedAt)
        await #expect(throws: ComityError(.verificationFailed, "")) { try await a.addPeer(try entry.signed(by: thief.keys.root)) }
    }

    /// Revoked keys can be replaced by new ones, never by themselves; what the old ones signed still verifies.
    @Test func newKeysAfterRevocation() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        let preserved = try await b.step(
            .preserve, ref, ["effective": .string(try b.now().description), "outcome": .string("full")])
        _ = try await a.revokePeer(b.state, by: "D1")
        await #expect(throws: ComityError(.revokedKey, "")) { try await a.addPeer(try b.directoryEntry()) }
        await #expect(throws: ComityError(.wrongState, "")) {
            try await a.confirmPeer(b.state, fingerprint: b.fingerprint, by: "D1", how: "x")
        }
        let renewed = try await NodePair.node("XB", pair.folder("renewed"), exchange: 8)
        #expect(try await a.addPeer(try renewed.directoryEntry()).trust == .unconfirmed)
        #expect(try await a.confirmPeer(b.state, fingerprint: renewed.fingerprint, by: "D1", how: "x").trust == .confirmed)
        await #expect(throws: ComityError.self) { try await a.addPeer(try b.directoryEntry()) }
        // What the old key signs is known to be that of a revoked key, not of a stranger.
        let late = try pair.sealed(preserved.description, from: b, to: a)
        await #expect(throws: ComityError(.revokedKey, "")) { try await a.receive(late, from: a.state) }
        #expect(try a.quarantined(officer: nil).map(\.code) == ["revoked-key"])
        let report = try a.audit()
        #expect(report.ok, "\(report.faults)")
    }

    /// Sealed anew at each attempt, the same act stays one row; an oversized message is one row an hour.
    @Test func quarantineDoesNotGrowWithRetries() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        let act = try await a.send(ref, officer: "D1")
        _ = try await b.revokePeer(a.state, by: "D1")
        for _ in 0..<5 {
            let sealed = try pair.sealed(act.description, from: a, to: b)
            await #expect(throws: ComityError(.revokedKey, "")) { try await b.receive(sealed, from: a.state) }
            await b.refuseOversized(from: a.state)
        }
        #expect(try b.quarantined(officer: nil).map(\.code) == ["revoked-key", "too-large"])
    }

    @Test func draftsThatCouldNeverBeSentAreRefusedAtOnce() async throws {
        let pair = try await NodePair()
        var draft = try pair.draft()
        draft["title"] = .string(String(repeating: "x", count: 201))
        await #expect(throws: ComityError(.malformedInput, "")) {
            try await pair.requesting.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false)
        }
        draft["title"] = .string("t")
        draft["facts"] = .string(String(repeating: "x", count: 800_000))
        await #expect(throws: ComityError(.tooLarge, "")) {
            try await pair.requesting.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false)
        }
        draft["facts"] = .string(String(repeating: "x", count: 700_000))
        let ref = try #require(
            try await pair.requesting.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref)
        try await pair.requesting.approve(ref, officer: "D3")
        _ = try await pair.requesting.send(ref, officer: "D1")
        try await pair.carry(from: pair.requesting, to: pair.requested)
        #expect(try pair.requested.fileView(ref).state == .delivered)
    }

    /// A third State cannot hold a preservation of two others by naming its id.
    @Test func onlyTheSameTwoStatesHoldAPreservation() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        _ = try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        try await pair.carry(from: b, to: a)
        let third = try await NodePair.node("XC", pair.folder("xc"), exchange: 7)
        let entry = try third.entry()
        for (node, other) in [(third, b), (b, third)] {
            _ = try await node.addPeer(try other.directoryEntry())
            _ = try await node.confirmPeer(other.state, fingerprint: other.fingerprint, by: "D1", how: "x")
        }
        let now = try third.now()
        let link = ActBody.Link(file: try #require(try a.fileView(ref).id), ref: ref, relation: .follows)
        let body = ActBody.Request(
            ref: try FileReference(state: third.state, year: 2026, typeCode: "MLA", number: 1), type: .storedData, title: "t",
            content: .object([:]), links: [link])
        let act = Act(
            id: third.newID(at: now), file: third.newID(at: now), kind: .request, from: entry.party, to: [b.party], after: [], lamport: 1,
            at: now,
            by: .init(role: "duty_officer", officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: now)]), tlp: .amber,
            lang: "en",
            exercise: true, law: [:], body: try ActBody.json(body))
        let sealed = try Age.encrypt(try VerifiedAct.sign(act, with: third.keys.signing).bytes, to: [b.keys.sealing.recipient])
        _ = try await b.receive(sealed, from: third.state)
        #expect(try b.fileView(ref).state == .preserved && a.fileView(ref).state == .preserved)
    }

    @Test func aNodeThatCannotBePublishedIsNotMade() async throws {
        let folder = try TemporaryFolder()
        for (id, name) in [("XA 247", "A"), ("xa-247", ""), ("xa-247", "a\u{202E}b")] {
            let configuration = NodeConfiguration(
                state: try StateCode("XA"),
                authority: .init(id: id, name: name, languages: ["en"], timeZone: "UTC", phone: nil, email: nil),
                exchange: .init(host: "127.0.0.1", port: 1), endpoint: "https://127.0.0.1:1", desk: .init(host: "127.0.0.1", port: 2),
                exercise: true, createdAt: Instant(milliseconds: Node.realMilliseconds()))
            await #expect(throws: ComityError.self) { try await Node.create(folder: folder("n"), configuration, officers: []) }
            #expect(!FileManager.default.fileExists(atPath: folder("n")))
        }
        try FileManager.default.createDirectory(
            atPath: folder("open"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        _ = try await NodePair.node("XA", folder("open"), exchange: 1)
        let mode = try FileManager.default.attributesOfItem(atPath: folder("open"))[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o700)
        #expect(!NodeConfiguration.Listener(host: "127.evil.example", port: 1).isLoopback)
    }
}
