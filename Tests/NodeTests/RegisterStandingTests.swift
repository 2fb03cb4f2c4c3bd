// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// A register never contradicts what it has signed: whatever is done to its folder, it goes on from there or not at all.
@Suite struct RegisterStandingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func note(_ node: Node, _ count: Int = 1) async throws {
        for _ in 0..<count {
            let event = try node.event(.backupNoted, file: nil, by: "node", detail: ["place": .string("stick")])
            _ = try await node.store.commit { try $0.append(event) }
        }
    }

    private func sqlite(_ database: String, _ sql: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()", database, sql,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// The database as one file, without its log.
    private func snapshot(_ path: String, to copy: String) throws { try sqlite(path + "/comity.sqlite", "VACUUM INTO '\(copy)'") }

    private func replaceDatabase(_ path: String, by copy: String) throws {
        for name in ["comity.sqlite", "comity.sqlite-wal", "comity.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        try FileManager.default.copyItem(atPath: copy, toPath: path + "/comity.sqlite")
    }

    private func expectHeld(_ path: String, _ cause: RegisterHold.Cause) async throws {
        let node = try Node(folder: path)
        #expect(try node.store.standing()?.cause == cause)
        let size = try node.registerSize()
        await #expect(throws: ComityError(.registerHeld, "")) { try await note(node) }
        #expect(try node.registerSize() == size)
        try node.publishRegister()
        #expect(try node.audit().held != nil)
    }

    @Test func aDatabaseThatIsGoneIsNotMadeAnew() async throws {
        let path = folder("xa")
        try await note(try await NodePair.node("XA", path, exchange: 1))
        for name in ["comity.sqlite", "comity.sqlite-wal", "comity.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        #expect(throws: ComityError(.registerHeld, "")) { try Node(folder: path) }
        #expect(!FileManager.default.fileExists(atPath: path + "/comity.sqlite"))
    }

    @Test func anOlderDatabaseInItsPlaceIsHeldAndMayBeLetGoOn() async throws {
        let path = folder("xa")
        try await {
            let node = try await NodePair.node("XA", path, exchange: 1)
            try await note(node, 3)
            try snapshot(path, to: folder("old"))
            try await note(node, 2)
        }()
        try replaceDatabase(path, by: folder("old"))
        try await expectHeld(path, .behindPublished)
        // It stays held in the next process too, until somebody who knows lets it go on.
        try await expectHeld(path, .behindPublished)
        let node = try Node(folder: path)
        await #expect(throws: ComityError(.usage, "")) { try await node.resumeRegister(reason: "because", officer: "D3") }
        try await node.resumeRegister(reason: "The disk was replaced; no other State has seen more.", officer: "D3")
        try await note(node)
        #expect(try Node(folder: path).store.standing() == nil)
        #expect(try Node(folder: path).store.standing() == nil)
        #expect(try node.audit().ok)
    }

    /// Without the mark, what was published tells.
    @Test func whatWasPublishedHoldsAnOlderOrOtherDatabase() async throws {
        let path = folder("xa")
        try await {
            let node = try await NodePair.node("XA", path, exchange: 1)
            try await note(node, 3)
            try snapshot(path, to: folder("old"))
            try await note(node, 2)
            try node.publishRegister()
        }()
        let size = try Node(folder: path).registerSize()
        try FileManager.default.copyItem(atPath: path, toPath: folder("other"))
        try FileManager.default.removeItem(atPath: path + "/register.mark")
        try replaceDatabase(path, by: folder("old"))
        // The inode of another file, or the mark that is gone and the checkpoint that is not.
        #expect([.copied, .behindPublished].contains(try Node(folder: path).store.standing()?.cause))
        try sqlite(path + "/comity.sqlite", "DELETE FROM setting WHERE name IN ('register-hold', 'database-inode')")
        try FileManager.default.removeItem(atPath: path + "/register.mark")
        try await expectHeld(path, .behindPublished)
        // Others in the place of the same number of entries.
        try sqlite(
            folder("other") + "/comity.sqlite",
            "DELETE FROM setting WHERE name = 'database-inode'; DELETE FROM checkpoint; UPDATE entry SET content = randomblob(32) WHERE idx = \(size - 1)"
        )
        try await expectHeld(folder("other"), .damaged)
    }

    @Test func aCopyOfTheFolderIsHeldAndTheOriginalGoesOn() async throws {
        let path = folder("xa")
        let node = try await NodePair.node("XA", path, exchange: 1)
        try await note(node, 2)
        try FileManager.default.copyItem(atPath: path, toPath: folder("copy"))
        try await expectHeld(folder("copy"), .copied)
        try await note(node)
        #expect(try Node(folder: path).store.standing() == nil)
    }

    /// Minutes are not appended backwards; seconds are what clocks are corrected by.
    @Test func aClockThatWasSetBackStopsTheRegister() async throws {
        let signer = try NoteSigner(name: "comity/XA/xa-247", seed: [UInt8](repeating: 3, count: 32))
        let now = Store.realClock()
        func append(at time: Int64) async throws {
            let store = try Store(folder: folder.path, signer: signer, clock: { time })
            var generator = Seeded.fresh()
            let at = Instant(milliseconds: time)
            let event = RegisterEvent(id: UUIDv7(at: at, using: &generator), event: .opened, file: nil, at: at, by: "XA-X1", detail: [:])
            _ = try await store.commit { try $0.append(event) }
        }
        try await append(at: now)
        try await append(at: now - 60_000)
        await #expect(throws: ComityError(.registerHeld, "")) { try await append(at: now - 6 * 60_000) }
        try await append(at: now + 60_000)
        await #expect(throws: ComityError(.registerHeld, "")) { try await append(at: now - 5 * 60_000) }
    }

    /// A checkpoint that does not extend the last one is never signed.
    @Test func entriesChangedUnderACheckpointAreNotPublished() async throws {
        let path = folder("xa")
        try await {
            let node = try await NodePair.node("XA", path, exchange: 1)
            try await note(node, 4)
            _ = try node.store.publish()
        }()
        try sqlite(path + "/comity.sqlite", "UPDATE entry SET content = randomblob(32) WHERE idx = 2")
        let node = try Node(folder: path)
        try await note(node)
        #expect(throws: ComityError(.registerHeld, "")) { try node.store.publish() }
        #expect(try node.store.standing()?.cause == .damaged)
        let report = try node.audit()
        #expect(report.first?.index == 2 && report.faults.first?.says.contains("was changed") == true, "\(report.faults)")
    }

    /// What is published is a log that somebody else's program can audit, at any size, and every change of a file is named.
    @Test func publishedFilesAreALogInTiles() async throws {
        let path = folder("xa")
        let node = try await NodePair.node("XA", path, exchange: 1)
        var size: Int64 = 0
        for more in [1, 2, 250, 3, 256, 30] {
            for _ in 0..<more {
                let event = try node.event(.backupNoted, file: nil, by: "node", detail: ["place": .string("stick")])
                _ = try await node.store.commit { try $0.append(event) }
            }
            try node.publishRegister()
            try node.publishRegister()
            size = try node.registerSize()
            #expect(try RegisterFiles(node).head()?.size == size)
            #expect(try audited(path + "/register") == "\(size) \(node.store.publish().checkpoint.root)")
        }
        #expect(try node.audit().ok)
        #expect(try node.audit().tiles == 3)
        let files = try FileManager.default.subpathsOfDirectory(atPath: path + "/register").filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/register/" + name, isDirectory: &isFolder) && !isFolder.boolValue
        }
        #expect(files.contains("tile/0/000") && files.contains("tile/1/000.p/2") && !files.contains("tile/0/000.p/3"))
        for name in files
        where name == "checkpoint" || TileAddress.of(size: size).contains(where: { "\($0)" == name || $0.entriesPath == name }) {
            let file = "\(path)/register/\(name)"
            let bytes = try #require(FileManager.default.contents(atPath: file))
            var changed = bytes
            changed[changed.count / 2] ^= 4
            try changed.write(to: URL(fileURLWithPath: file))
            let report = try node.audit()
            #expect(report.faults.contains { $0.says.contains(name) }, "\(name): \(report.faults)")
            try bytes.write(to: URL(fileURLWithPath: file))
        }
        #expect(try node.audit().ok)
        // A tile of the table.
        try sqlite(path + "/comity.sqlite", "UPDATE tile SET hashes = zeroblob(8192) WHERE id = 1")
        #expect(try Node(folder: path).audit().first?.index == 256)
    }

    /// RFC 6962 and C2SP tlog-tiles, written again in Python: size and root of the folder, from the entries upwards.
    private func audited(_ register: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [Shared.repository.appendingPathComponent("Tests/Vectors/register/tiles.py").path, register]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
