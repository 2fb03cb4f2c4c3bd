// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

@Suite struct NodeTests {
    @Test func theWholeStoryInOneProcess() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        #expect(try a.fileView(ref).state == .delivered && b.fileView(ref).state == .delivered)
        _ = try await b.acknowledge(ref, officer: "D1", localReference: "PV 12")
        let effective = try b.now()
        _ = try await b.preserve(ref, officer: "D1", effective: effective, outcome: .full, note: nil)
        try await pair.carry(from: b, to: a)
        for node in [a, b] {
            let view = try node.fileView(ref)
            let clock = try #require(view.clocks.first { $0.article == "42(8)" })
            let due = effective.adding(try ISODuration("P60D"))
            #expect(view.state == .preserved && clock.state == .running && clock.due == due)
        }
        var follow = try pair.draft("stored-data")
        follow["follows"] = .string(ref.description)
        let second = try #require(try await a.newRequest(type: "stored-data", draft: .object(follow), officer: "D1", dryRun: false).ref)
        try await a.approve(second, officer: "D3")
        _ = try await a.send(second, officer: "D1")
        try await pair.carry(from: a, to: b)
        for node in [a, b] {
            #expect(try node.fileView(ref).state == .held)
            #expect(try node.fileView(ref).links.map(\.relation) == ["followed-by"])
            #expect(try node.fileView(second).links.map(\.relation) == ["follows"])
        }
        _ = try await b.acknowledge(second, officer: "D1", localReference: nil)
        try Data("log line\n".utf8).write(to: URL(fileURLWithPath: pair.folder("exhibit.log")))
        let sealed = try await b.seal(
            .init(paths: [pair.folder("exhibit.log")], authorisation: "order 1", conditions: ["this case only"]), for: second, to: a.state,
            officer: "X1")
        try await b.supplyApproved(second, officer: "X1")
        try await pair.carry(from: b, to: a)
        // Nothing can be received before the bytes are there.
        await #expect(throws: ComityError(.wrongState, "")) { try await a.receiveEvidence(second, package: nil, officer: "X1") }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path)))
        let progress = try await a.receive(part: 0, ofPackage: sealed.package.digest, bytes: bytes, from: b.state)
        #expect(progress.complete)
        let received = try await a.receiveEvidence(second, package: nil, officer: "X1")
        #expect(received.verdict.isValid)
        try await pair.carry(from: a, to: b)
        #expect(try a.fileView(second).acts.map(\.hash) == b.fileView(second).acts.map(\.hash))
        #expect(try b.fileView(second).state == .received)
        // One package is no answer yet; the last one is, and then nothing holds the preserved data beyond their own time.
        for node in [a, b] { #expect(try node.fileView(ref).state == .held) }
        _ = try await b.seal(
            .init(paths: [pair.folder("exhibit.log")], authorisation: "order 1", conditions: []), for: second, to: a.state, officer: "X1")
        try await b.supplyApproved(second, officer: "X1", last: true)
        try await pair.carry(from: b, to: a)
        for node in [a, b] { #expect(try node.fileView(ref).state == .preserved) }
        #expect(try a.fileView(second).acts.map(\.hash) == b.fileView(second).acts.map(\.hash))
        for node in [a, b] {
            let report = try node.audit()
            #expect(report.ok, "\(report.faults)")
            #expect(report.unreceipted == 0)
        }
    }

    @Test func fourEyesAndRoles() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        let draft = JSONValue.object(try pair.draft())
        await #expect(throws: ComityError(.permission, "")) {
            try await a.newRequest(type: "preservation", draft: draft, officer: "A1", dryRun: false)
        }
        await #expect(throws: ComityError(.permission, "")) {
            try await a.newRequest(type: "preservation", draft: draft, officer: "nobody", dryRun: false)
        }
        let ref = try #require(try await a.newRequest(type: "preservation", draft: draft, officer: "D1", dryRun: false).ref)
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        await #expect(throws: ComityError(.permission, "")) { try await a.approve(ref, officer: "D1") }
        try await a.approve(ref, officer: "D3")
        await #expect(throws: ComityError(.wrongState, "")) { try await a.approve(ref, officer: "D3") }
        _ = try await a.send(ref, officer: "D1")
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        await #expect(throws: ComityError(.wrongState, "")) { try await a.acknowledge(ref, officer: "D1", localReference: nil) }
        await #expect(throws: ComityError(.notFound, "")) {
            try await a.acknowledge(try FileReference("XA-2026-PRE-000042-L"), officer: "D1", localReference: nil)
        }
    }

    @Test func aMissingContentIsRefusedAndNothingIsKept() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        var draft = try pair.draft()
        draft["necessity"] = nil
        let before = try a.store.read { try $0.registerSize() }
        await #expect(throws: ComityError(.refusedByRule, "")) {
            try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false)
        }
        #expect(try a.queue().isEmpty)
        #expect(try a.store.read { try $0.registerSize() } == before)
        let dry = try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: true)
        #expect(dry.ref == nil && dry.findings.contains { $0.article == "42(3)(e)" })
        #expect(try a.queue().isEmpty)
    }

    @Test func namesThatCannotCrossABorderAreRefusedAtInput() async throws {
        let pair = try await NodePair()
        for name in ["a\"b", "a\\b", "a\nb", "", "a\u{202E}b", String(repeating: "x", count: 101)] {
            var draft = try pair.draft()
            draft["custom"] = .array([.object([name: .string("x")])])
            await #expect(throws: ComityError(.malformedInput, "")) {
                try await pair.requesting.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false)
            }
        }
        #expect(try pair.requesting.queue().isEmpty)
        // Values may hold anything; every page and command can read them back.
        var draft = try pair.draft()
        draft["facts"] = .string("\"quoted\" \\ \u{202E}reversed\u{1} العربية")
        let ref = try #require(
            try await pair.requesting.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref)
        #expect(try pair.requesting.fileView(ref).content["facts"] == draft["facts"])
    }

    @Test func whatIsNotBelievedGoesToQuarantineNotToTheInbox() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let before = try b.fileView(ref).acts.count
        await #expect(throws: ComityError(.schema, "")) { try await b.receive(Array("garbage".utf8), from: a.state) }
        await #expect(throws: ComityError(.schema, "")) { try await b.receive(Array("garbage".utf8), from: a.state) }
        let stranger = try await NodePair.node("XC", pair.folder("xc"), exchange: 3)
        _ = try await stranger.addPeer(try b.directoryEntry())
        _ = try await stranger.confirmPeer(b.state, fingerprint: b.fingerprint, by: "D1", how: "test")
        let foreign = try #require(
            try await stranger.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await stranger.approve(foreign, officer: "D3")
        let act = try await stranger.send(foreign, officer: "D1")
        let sealed = try pair.sealed(act.description, from: stranger, to: b)
        await #expect(throws: ComityError(.unknownKey, "")) { try await b.receive(sealed, from: a.state) }
        await b.refuseOversized(from: a.state)
        let rows = try b.quarantined(officer: nil)
        #expect(rows.map(\.code) == ["schema", "unknown-key", "too-large"])
        #expect(try b.queue().map(\.ref) == [ref])
        #expect(try b.fileView(ref).acts.count == before)
        #expect(try b.audit().ok)
    }

    @Test func revokedKeysAreNotBelievedAnyMore() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        _ = try await pair.deliveredPreservation()
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        let act = try await a.send(ref, officer: "D1")
        _ = try await b.revokePeer(a.state, by: "D1")
        let sealed = try pair.sealed(act.description, from: a, to: b)
        await #expect(throws: ComityError(.revokedKey, "")) { try await b.receive(sealed, from: a.state) }
        #expect(b.caller(certificate: a.keys.tls.der) == nil)
        #expect(try b.audit().ok)
    }

    @Test func theSameActTwiceGivesTwoReceiptsAndOneEntry() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        let act = try await a.send(ref, officer: "D1")
        let sealed = try pair.sealed(act.description, from: a, to: b)
        let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
            for _ in 0..<16 { group.addTask { try await b.receive(sealed, from: a.state) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(receipts.map(\.index)).count == 1)
        for receipt in receipts { _ = try receipt.verify(act: receipts[0].act, signedBy: b.entry().register) }
        #expect(try b.fileView(ref).acts.count == 1)
        #expect(try b.audit().ok)
    }

    @Test func partsOfPackages() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let hash = String(repeating: "a", count: 64)
        await #expect(throws: ComityError(.notFound, "")) { try await a.parts(ofPackage: hash, from: b.state) }
        await #expect(throws: ComityError(.notFound, "")) { try await a.receive(part: 0, ofPackage: hash, bytes: [1], from: b.state) }
        await #expect(throws: ComityError(.notFound, "")) {
            try await a.receive(part: 0, ofPackage: "../../etc/passwd", bytes: [1], from: b.state)
        }
        var draft = try pair.draft("stored-data")
        draft["title"] = .string("parts")
        let ref = try #require(try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try Data(repeating: 7, count: PackageProgress.partSize + 1000).write(to: URL(fileURLWithPath: pair.folder("big")))
        let sealed = try await b.seal(
            .init(paths: [pair.folder("big")], authorisation: "order", conditions: []), for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        try await pair.carry(from: b, to: a)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path)))
        let first = Array(bytes[0..<PackageProgress.partSize])
        let second = Array(bytes[PackageProgress.partSize...])
        let sha = sealed.package.digest
        // Wrong lengths and numbers.
        for (number, part) in [(0, second), (1, first), (2, second), (-1, second), (1, [])] as [(Int, [UInt8])] {
            await #expect(throws: ComityError(.schema, "")) {
                try await a.receive(part: number, ofPackage: sha, bytes: part, from: b.state)
            }
        }
        // Out of order.
        _ = try await a.receive(part: 1, ofPackage: sha, bytes: second, from: b.state)
        let done = try await a.receive(part: 0, ofPackage: sha, bytes: first, from: b.state)
        #expect(done.complete && done.of == 2)
        // Another State may not even ask.
        await #expect(throws: ComityError(.notFound, "")) { try await a.parts(ofPackage: sha, from: try StateCode("XC")) }
        #expect(try await a.receiveEvidence(ref, package: nil, officer: "X1").verdict.isValid)
        let opened = try await a.openEvidence(ref, package: nil, to: pair.folder.path, officer: "X1")
        #expect(FileManager.default.contentsEqual(atPath: opened + "/data/big", andPath: pair.folder("big")))
    }

    @Test func trustIsNotReplacedSilently() async throws {
        let pair = try await NodePair()
        let other = try await NodePair.node("XB", pair.folder("other"), exchange: 9)
        await #expect(throws: ComityError(.alreadyExists, "")) { try await pair.requesting.addPeer(try other.directoryEntry()) }
        await #expect(throws: ComityError(.verificationFailed, "")) {
            try await pair.requesting.confirmPeer(pair.requested.state, fingerprint: other.fingerprint, by: "D1", how: "telephone")
        }
        await #expect(throws: ComityError(.wrongState, "")) { try await pair.requesting.addPeer(try pair.requesting.directoryEntry()) }
        await #expect(throws: ComityError(.notFound, "")) {
            try await pair.requesting.confirmPeer(try StateCode("XC"), fingerprint: "", by: "D1", how: "x")
        }
        await #expect(throws: ComityError.self) { try await pair.requesting.addPeer(Array("{}".utf8)) }
    }

    @Test func theAuditNamesWhatWasTamperedWith() async throws {
        let pair = try await NodePair()
        _ = try await pair.deliveredPreservation()
        #expect(try pair.requesting.audit().ok)
        for (sql, words) in [
            ("UPDATE act SET jws = replace(jws, 'payload', 'payloae')", "was changed"),
            ("UPDATE act SET jws = replace(jws, 'signature', 'signatura')", "changed"), ("DELETE FROM entry WHERE idx = 2", "missing"),
            ("INSERT INTO tile VALUES (0, zeroblob(8192))", "has 1 tiles"),
            ("UPDATE entry SET content = zeroblob(32) WHERE idx = 1", "has another root"),
            ("UPDATE entry SET kind = 'lost' WHERE idx = 1", "lost"),
            ("INSERT INTO entry SELECT idx + 1, content, kind, ref, at FROM entry ORDER BY idx DESC LIMIT 1", "gone"),
            ("UPDATE event SET bytes = '{}' WHERE idx = 1", "changed"),
            ("UPDATE checkpoint SET note = replace(note, char(10), char(32)) WHERE size = (SELECT MAX(size) FROM checkpoint)", "verify"),
            ("DELETE FROM act", "gone"),
            ("UPDATE receipt SET json = '{}'", "receipt"), ("DELETE FROM receipt", "is gone"), ("DELETE FROM file", "not in the list"),
            ("INSERT INTO link VALUES ((SELECT id FROM file), 'x', 'follows')", "links"), ("UPDATE act SET outgoing = 0", "direction"),
            ("UPDATE file SET title = 'other'", "differs"),
            ("UPDATE work SET state = 'closed'", "in the worklist differs"), ("DELETE FROM work", "worklist has 0 rows"),
            ("UPDATE work_count SET many = many + 1", "counts of the worklist"),
            ("DELETE FROM entry WHERE idx > 3", "was signed"),
        ] {
            let copy = pair.folder("copy-" + UUID().uuidString)
            try FileManager.default.copyItem(atPath: pair.requesting.folder.path, toPath: copy)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            process.arguments = [
                "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()", copy + "/comity.sqlite",
                sql,
            ]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let report = try Node(folder: copy).audit()
            #expect(!report.ok, "\(sql)")
            #expect(report.faults.contains { $0.says.contains(words) }, "\(sql): \(report.faults.map(\.says))")
        }
    }

    @Test func realNodesAndExercisesDoNotMix() async throws {
        let folder = try TemporaryFolder()
        let real = NodeConfiguration(
            state: try StateCode("VN"),
            authority: .init(id: "vn-247", name: "24/7", languages: ["vi"], timeZone: "Asia/Ho_Chi_Minh", phone: nil, email: nil),
            exchange: .init(host: "127.0.0.1", port: 1), endpoint: "https://127.0.0.1:1", desk: .init(host: "127.0.0.1", port: 2),
            exercise: false,
            createdAt: Instant(milliseconds: Node.realMilliseconds()))
        let node = try await Node.create(folder: folder("vn"), real, officers: [("D1", "duty_officer")])
        await #expect(throws: ComityError(.permission, "")) { try await node.setClock(try Instant("2027-01-19T09:00:00Z")) }
        let drill = try await NodePair.node("XB", folder("xb"), exchange: 3)
        await #expect(throws: ComityError(.exerciseMismatch, "")) { try await node.addPeer(try drill.directoryEntry()) }
        await #expect(throws: ComityError(.exerciseMismatch, "")) { try await drill.addPeer(try node.directoryEntry()) }
        try await drill.setClock(try Instant("2027-01-19T09:00:00Z"))
        #expect(try drill.now().utcYear == 2027)
        #expect(try node.now().offsetMinutes == 420)
        let fictional = NodeConfiguration(
            state: try StateCode("XA"), authority: real.authority, exchange: real.exchange, endpoint: real.endpoint, desk: real.desk,
            exercise: false,
            createdAt: real.createdAt)
        await #expect(throws: ComityError(.usage, "")) { try await Node.create(folder: folder("fictional"), fictional, officers: []) }
        await #expect(throws: ComityError(.alreadyExists, "")) { try await Node.create(folder: folder("vn"), real, officers: []) }
        #expect(throws: ComityError(.notFound, "")) { try Node(folder: folder("nowhere")) }
    }
}
