// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Register
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Content is removed under a rule, by two officers; the register proves what was there, and nothing else is left.
@Suite struct RetentionTests {
    private let pair: NodePair
    private let ref: FileReference
    private static let secret = "Kowalczyk-fingerprint-of-this-test"

    private var node: Node { pair.requesting }

    /// A preservation that was closed more than five years ago.
    init() async throws {
        pair = try await NodePair()
        ref = try await pair.deliveredPreservation()
        try await pair.requested.acknowledge(ref, officer: "D1", localReference: nil)
        try await exchange()
        try await node.addNote(ref, text: "Telephoned with \(Self.secret).", officer: "D1")
        try await node.step(.withdraw, ref, ["reason": .string("The investigation ended.")])
        try await exchange()
        if try node.steps(ref, officer: nil).contains(where: { $0.kind == .close && $0.possible && $0.ours }) {
            try await node.step(.close, ref, ["outcome": .string("withdrawn")])
        } else {
            try await pair.requested.step(.close, ref, ["outcome": .string("withdrawn")])
        }
        try await exchange()
        let file = try #require(try node.store.read { try $0.file(ref) })
        let now = try node.now()
        _ = try await node.store.commit { writer in
            try writer.insert(
                PackageRow(
                    digest: "aa", file: file.id, name: "a.bag.tar.age", size: 5, exhibits: 1, outgoing: true, stage: .received,
                    conditions: []),
                created: now)
        }
        try Data(Self.secret.utf8).write(to: URL(fileURLWithPath: node.folder.outgoingPackages + "/a.bag.tar.age"))
    }

    private func exchange() async throws {
        try await pair.carry(from: pair.requesting, to: pair.requested)
        try await pair.carry(from: pair.requested, to: pair.requesting)
    }

    private func later() async throws {
        for node in [pair.requesting, pair.requested] {
            try await node.setClock(Instant(milliseconds: Node.realMilliseconds()).adding(try ISODuration("P1830D")))
        }
    }

    private func remove() async throws -> RemovedFile {
        try await later()
        try await node.prepareRemoval([ref], officer: "D1")
        return try await node.approveRemoval(ref, officer: "D3")
    }

    private func occurs(_ text: String) throws -> Bool {
        try SQLiteShell.run(node.folder.path + "/comity.sqlite", "PRAGMA wal_checkpoint(TRUNCATE)")
        // By another process: when this one closes the file, it loses the locks of SQLite on it.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["grep", "-q", "-a", "-F", text, node.folder.path + "/comity.sqlite"]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test func twoOfficersAndAHold() async throws {
        #expect(try node.fileView(ref).state == .closed)
        #expect(try node.retentionDue(officer: nil).isEmpty)
        await #expect(throws: ComityError(.wrongState, "")) { try await node.prepareRemoval([ref], officer: "D1") }
        try await later()
        let due = try #require(try node.retentionDue(officer: nil).first)
        #expect(due.ref == ref && due.rule == "house.retention.short" && due.prepared == nil)
        // Held: never due.
        await #expect(throws: ComityError(.usage, "")) { try await node.holdFile(ref, reason: "appeal", officer: "D1") }
        try await node.holdFile(ref, reason: "appeal pending at the Supreme Court", officer: "D1")
        #expect(try node.retentionDue(officer: nil).isEmpty)
        await #expect(throws: ComityError(.wrongState, "")) { try await node.prepareRemoval([ref], officer: "D1") }
        #expect(try await node.prepareRemoval(officer: "D1").isEmpty)
        await #expect(throws: ComityError(.permission, "")) {
            try await node.unholdFile(ref, reason: "the appeal was decided", officer: "D1")
        }
        try await node.unholdFile(ref, reason: "the appeal was decided", officer: "D3")
        // One prepares, another approves.
        await #expect(throws: ComityError(.permission, "")) { try await node.prepareRemoval(officer: "A1") }
        #expect(try await node.prepareRemoval(officer: "D3").map(\.ref) == [ref])
        await #expect(throws: ComityError(.permission, "")) { try await node.approveRemoval(ref, officer: "D3") }
        await #expect(throws: ComityError(.permission, "")) { try await node.approveRemoval(ref, officer: "D1") }
        try await node.discardRemoval(ref, officer: "D1")
        await #expect(throws: ComityError(.notFound, "")) { try await node.approveRemoval(ref, officer: "D4") }
        // A hold that comes after the preparation takes it back.
        try await node.prepareRemoval(officer: "D3")
        try await node.holdFile(ref, reason: "a court asked for the file", officer: "D1")
        await #expect(throws: ComityError(.notFound, "")) { try await node.approveRemoval(ref, officer: "D4") }
        #expect(try node.audit().ok && node.fileView(ref).acts.count > 2)
    }

    @Test func theContentIsGoneAndTheProofStays() async throws {
        let view = try node.fileView(ref)
        let title = view.title
        let acts = view.acts
        #expect(try occurs(Self.secret))
        let sealed = try pair.sealed(
            acts.first { $0.from == pair.requested.state }.map(\.id.description) ?? "", from: pair.requested, to: node)
        let removed = try await remove()
        #expect(removed.ref == ref && removed.preparedBy == "D1" && removed.approvedBy == "D3")
        #expect(!FileManager.default.fileExists(atPath: node.folder.outgoingPackages + "/a.bag.tar.age"))
        #expect(try !occurs(Self.secret))
        // The audit says ok, and every entry has its proof.
        let report = try node.audit()
        #expect(report.ok, "\(report.faults)")
        let left = try #require(try node.removedView(ref, officer: nil))
        #expect(Set(left.stubs.filter { $0.source == .act }.map(\.hash.description)) == Set(acts.map(\.hash)))
        #expect(left.stubs.contains { $0.kind == "noted" })
        for stub in left.stubs {
            let entry = try node.registerEntry(stub.index, officer: "D1")
            #expect(entry.content == stub.hash.description)
        }
        // Whoever asks for the file is told.
        var query = RegisterQuery()
        query.file = ref
        let ofFile = query
        #expect(throws: ComityError(.contentRemoved, "")) { try node.fileView(ref, officer: "D1") }
        #expect(throws: ComityError(.contentRemoved, "")) { try node.steps(ref, officer: "D1") }
        #expect(throws: ComityError(.contentRemoved, "")) { try node.registerLines(ofFile, officer: "D1") }
        await #expect(throws: ComityError(.contentRemoved, "")) { try await node.take(.ask, on: ref, officer: "D1", body: .object([:])) }
        await #expect(throws: ComityError(.contentRemoved, "")) {
            try await node.holdFile(ref, reason: "much too late, sadly", officer: "D1")
        }
        // Lists go on.
        let item = try #require(try node.queue(officer: "D1").first { $0.ref == ref })
        #expect(item.title.contains("content removed") && item.title != title && item.next.whose == .nobody)
        #expect(try node.work(officer: "D1").items.contains { $0.ref == ref })
        #expect(try node.registerLines(RegisterQuery(), officer: "D1").lines.contains { $0.kind == "content-removed" })
        #expect(try node.registerLines(from: 0, limit: 200, officer: nil).contains { $0.ref == ref && $0.type == "act" })
        #expect(try node.shiftLog(officer: "D1").actsOut >= 0)
        #expect(try node.retentionDue(officer: nil).isEmpty && node.removedFiles(officer: "D1").map(\.ref) == [ref])
        // Views are still functions of what is there.
        #expect(try await node.rebuild().allSatisfy { !$0.differed })
        #expect(try Node(folder: node.folder.path).queue().contains { $0.ref == ref })
        // The other State's node is its own: it has everything, delivers again without harm, and is told when it goes on.
        #expect(try pair.requested.fileView(ref).acts.count == acts.count && pair.requested.audit().ok)
        let receipt = try await node.receive(sealed, from: pair.requested.state)
        #expect(acts.contains { $0.hash == receipt.act.description })
        if try pair.requested.steps(ref, officer: nil).contains(where: { $0.kind == .reopen && $0.possible && $0.ours }) {
            let act = try await pair.requested.step(.reopen, ref, ["reason": .string("New facts came up.")])
            let bytes = try pair.sealed(act.description, from: pair.requested, to: node)
            await #expect(throws: ComityError(.contentRemoved, "")) { try await node.receive(bytes, from: pair.requested.state) }
            #expect(try node.quarantined(officer: nil).isEmpty)
        }
        try node.finishRemovals()
    }

    @Test func whatIsGoneWithoutARuleIsAFault() async throws {
        let other = try await pair.deliveredPreservation()
        _ = try await remove()
        #expect(try node.audit().ok)
        let file = try #require(try node.store.read { try $0.file(other) })
        for (sql, words) in [
            ("DELETE FROM proof_stub WHERE idx = (SELECT MIN(idx) FROM proof_stub)", "is gone"),
            ("DELETE FROM event WHERE kind = 'content-removed'", "is gone"),
            ("UPDATE event SET bytes = x'' WHERE kind = 'content-removed'", "is gone"),
            ("UPDATE event SET bytes = replace(bytes, '\"acts\":[', '\"acts\":[0,') WHERE kind = 'content-removed'", "was changed"),
            // An act of another file, with a stub like those that a removal leaves.
            (
                """
                INSERT INTO proof_stub SELECT idx, id, file, (SELECT detail FROM proof_stub LIMIT 1) FROM act WHERE file = '\(file.id)' LIMIT 1;;\
                DELETE FROM act WHERE idx IN (SELECT idx FROM proof_stub)
                """, "is gone"
            ),
            ("DELETE FROM removed_file", "worklist"),
        ] {
            let copy = pair.folder("copy-" + UUID().uuidString)
            try FileManager.default.copyItem(atPath: node.folder.path, toPath: copy)
            try SQLiteShell.run(copy + "/comity.sqlite", sql)
            let report = try Node(folder: copy).audit()
            #expect(report.faults.contains { $0.says.contains(words) }, "\(sql): \(report.faults.map(\.says))")
        }
    }
}
