// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Backups: made while others write, checked to the last byte, restored whole or not at all, tried.
@Suite struct BackupTests {
    private let pair: NodePair
    private let identity = AgeIdentity.generate(.x25519)
    private let folder: TemporaryFolder

    init() async throws {
        pair = try await NodePair()
        folder = try TemporaryFolder()
    }

    private var node: Node { pair.requesting }
    private var openers: [any AgeOpener] { [identity] }

    private func make(packages: Bool = true) async throws -> BackupMade {
        try await node.makeBackup(in: folder.path, seal: .recipients([identity.recipient]), packages: packages)
    }

    private func modes(_ path: String) throws -> Set<Int> {
        var found: Set<Int> = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            found.insert(try #require(attributes[.posixPermissions] as? NSNumber).intValue)
        }
        return found
    }

    @Test func whatWasBackedUpIsRestoredAndHeld() async throws {
        let ref = try await pair.deliveredPreservation()
        let package = node.folder.outgoingPackages + "/a.bag.tar.age"
        try Data(repeating: 7, count: 300_000).write(to: URL(fileURLWithPath: package))
        try FileManager.default.createDirectory(atPath: node.folder.incomingPackage("ab"), withIntermediateDirectories: true)
        try Data("whole".utf8).write(to: URL(fileURLWithPath: node.folder.incomingPackage("ab") + "/b.bag.tar.age"))
        try Data("half".utf8).write(to: URL(fileURLWithPath: node.folder.incomingPackage("ab") + "/.partial-c"))
        #expect(throws: Never.self) { try node.doctor() }
        let made = try await make()
        #expect(made.registered)
        #expect(made.path.hasPrefix(folder.path + "/XA-xa-247-20") && made.path.hasSuffix("Z.backup.tar.age"))
        let sealed = try Data(contentsOf: URL(fileURLWithPath: made.path))
        #expect(sealed.range(of: Data("SQLite format".utf8)) == nil)
        // Nothing of the making is left in the data folder.
        #expect(!FileManager.default.fileExists(atPath: node.folder.path + "/.backup"))
        let manifest = try Backup.verify(made.path, openers)
        #expect(manifest.registerSize == made.registerSize && manifest.root == made.root)
        #expect(manifest.members.contains { $0.path == "packages/out/a.bag.tar.age" && $0.size == 300_000 })
        #expect(!manifest.members.contains { $0.path.contains(".partial-") })

        let place = folder("restored")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        _ = try Backup.restore(made.path, openers, to: place)
        #expect(try modes(place).isSubset(of: [0o600, 0o700]))
        #expect(try Data(contentsOf: URL(fileURLWithPath: place + "/packages/in/ab/b.bag.tar.age")) == Data("whole".utf8))
        let restored = try Node(folder: place)
        #expect(try restored.audit().ok)
        #expect(try restored.store.read { try $0.file(ref) } != nil)
        // Everything can be read, nothing appended, until somebody takes the responsibility.
        let hold = try #require(try restored.store.read { try $0.registerHold() })
        #expect(hold.cause == .restored && hold.next.contains("audit recover"))
        await #expect(throws: ComityError(.registerHeld, "")) { try await restored.noteBackup(place: "disk 2", by: nil) }
        #expect(try restored.doctor().contains { $0.name == "register" && $0.grade == .bad })
        await #expect(throws: ComityError(.usage, "")) { try await restored.resumeRegister(reason: "because", officer: "D1") }
        await #expect(throws: ComityError(.permission, "")) {
            try await restored.resumeRegister(reason: "nobody answers today", officer: "X1")
        }
        try await restored.resumeRegister(reason: "the only peer is gone for good", officer: "D1")
        try await restored.noteBackup(place: "disk 2", by: nil)
        let resumed = try #require(try restored.store.read { try $0.events([.registerResumed], limit: 1) }.first)
        #expect(resumed.detail["cause"] == .string("restored"))
        await #expect(throws: ComityError(.wrongState, "")) {
            try await restored.resumeRegister(reason: "once more, please", officer: "D1")
        }
        #expect(try restored.audit().ok)
        // Never over what is there, never through a link.
        #expect(throws: ComityError(.alreadyExists, "")) { try Backup.restore(made.path, openers, to: place) }
        #expect(symlink(folder("elsewhere"), folder("link")) == 0)
        #expect(throws: ComityError(.alreadyExists, "")) { try Backup.restore(made.path, openers, to: folder("link")) }
        #expect(!FileManager.default.fileExists(atPath: folder("elsewhere")))
    }

    @Test func aRegisterThatContradictsItselfIsNotResumed() async throws {
        for cause in [RegisterHold.Cause.forked, .damaged] {
            try node.store.hold(RegisterHold(cause, says: "it is", next: "restore a backup", since: try node.now()))
            await #expect(throws: ComityError(.wrongState, "")) {
                try await node.resumeRegister(reason: "I think that it is fine", officer: "D1")
            }
            // A backup can still be made; it only cannot be registered.
            if cause == .forked { #expect(try await make().registered == false) }
            try node.store.releaseHold()
        }
    }

    @Test func aBackupWhileOthersAppendIsOneMoment() async throws {
        let node = node
        let writers = Task {
            var count = 0
            while !Task.isCancelled {
                try await node.noteBackup(place: "disk \(count)", by: nil)
                count += 1
            }
            return count
        }
        while try node.store.read({ try $0.registerSize() }) < 20 { try await Task.sleep(for: .milliseconds(5)) }
        let made = try await make()
        writers.cancel()
        _ = try await writers.value
        let manifest = try Backup.verify(made.path, openers)
        #expect(manifest.registerSize == made.registerSize && made.registerSize >= 20)
        let drill = try await node.drill(made.path, openers)
        #expect(drill.ok && drill.entries == made.registerSize && drill.registered)
        #expect(try FileManager.default.contentsOfDirectory(atPath: node.folder.path).allSatisfy { !$0.hasPrefix(".partial") })
        #expect(try node.doctor().filter { ["backup", "drill"].contains($0.name) }.allSatisfy { $0.grade == .ok })
        await #expect(throws: ComityError(.verificationFailed, "")) { try await pair.requested.drill(made.path, openers) }
    }

    @Test func oneBadByteAnywhereIsFound() async throws {
        _ = try await pair.deliveredPreservation()
        let made = try await make()
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: made.path)))
        var seeded = Seeded.fresh()
        for round in 0..<24 {
            var bad = bytes
            let place = round == 0 ? bytes.count - 1 : Int.random(in: 0..<bytes.count, using: &seeded)
            switch round % 3 {
            case 0: bad[place] ^= 1 << UInt8.random(in: 0..<8, using: &seeded)
            case 1: bad.removeLast(bytes.count - place)
            default: bad.insert(UInt8.random(in: 0...255, using: &seeded), at: place)
            }
            let path = folder("bad\(round)")
            try Data(bad).write(to: URL(fileURLWithPath: path))
            #expect(throws: ComityError.self, "seed \(seeded.seed), byte \(place)") { try Backup.verify(path, openers) }
            #expect(throws: ComityError.self, "seed \(seeded.seed), byte \(place)") { try Backup.restore(path, openers, to: folder("r")) }
            // All or nothing, and nothing beside it.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0 != "r" && !$0.hasPrefix(".partial") })
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(throws: ComityError(.cannotDecrypt, "")) { try Backup.verify(made.path, [AgeIdentity.generate(.x25519)]) }
    }

    /// Archives that a recipient's public key lets anybody make.
    @Test func forgedArchivesAreNamedByTheirFirstWrongMember() async throws {
        let made = try await make()
        var members: [(String, [UInt8])] = []
        let reader = TarReader(try AgeReader(from: try FileSource(path: made.path), identities: openers))
        while let entry = try reader.next() {
            var bytes = [UInt8](repeating: 0, count: Int(entry.size))
            var done = 0
            while done < bytes.count { done += try bytes.withUnsafeMutableBytes { try reader.read(into: .init(rebasing: $0[done...])) } }
            members.append((entry.path, bytes))
        }
        func forge(_ name: String, _ change: (inout [(String, [UInt8])]) throws -> Void) throws -> String {
            var forged = members
            try change(&forged)
            let path = folder(name)
            let file = try DurableFileWriter(path: path)
            let age = try AgeWriter(to: file, recipients: [identity.recipient])
            let tar = TarWriter(to: age)
            for (path, bytes) in forged { try tar.add(path, bytes, modified: 0) }
            try tar.finish()
            try age.finish()
            try file.commit()
            return path
        }
        func says(_ path: String) -> String {
            do { return try "\(Backup.verify(path, openers))" } catch { return "\(error)" }
        }
        func manifest(_ forged: inout [(String, [UInt8])], _ change: (String) -> String) {
            forged[0].1 = Array(change(String(decoding: forged[0].1, as: UTF8.self)).utf8)
        }
        #expect(try Backup.verify(try forge("same", { _ in }), openers).root == made.root)
        let database = try #require(members.firstIndex { $0.0 == "comity.sqlite" })
        #expect(says(try forge("byte", { $0[database].1[5000] ^= 1 })).contains("damaged at comity.sqlite"))
        #expect(says(try forge("gone", { $0.removeLast() })).contains("The archive ends before it"))
        #expect(says(try forge("more", { $0.append(("keys/more", [1])) })).contains("damaged at keys/more"))
        #expect(says(try forge("order", { $0.swapAt(1, 2) })).contains("stands in its place"))
        #expect(
            says(try forge("format", { manifest(&$0) { $0.replacing("comity-backup/1", with: "comity-backup/2") } })).contains("format"))
        #expect(says(try forge("state", { manifest(&$0) { $0.replacing("\"XA\"", with: "\"XC\"") } })).contains("node.json"))
        #expect(
            says(try forge("size", { manifest(&$0) { $0.replacing("\"registerSize\":\(made.registerSize)", with: "\"registerSize\":1") } }))
                .contains("damaged at comity.sqlite"))
        let journal = try forge("journal") { forged in
            let member = "{\"path\":\"comity.sqlite-wal\",\"sha256\":\"\(Hash.of([1]))\",\"size\":1}"
            manifest(&forged) { $0.replacing("\"members\":[", with: "\"members\":[\(member),") }
            forged.insert(("comity.sqlite-wal", [1]), at: 1)
        }
        #expect(says(journal).contains("No backup has a file of this name"))
        // A register that was rewritten in the database, its hash in the manifest put right.
        let rewritten = try forge("rewritten") { forged in
            let copy = folder("copy.sqlite")
            try Data(forged[database].1).write(to: URL(fileURLWithPath: copy))
            try SQLiteShell.run(copy, "UPDATE entry SET content = randomblob(32) WHERE idx = 0")
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: copy)))
            let old = try #require(try Backup.verify(made.path, openers).members.first { $0.path == "comity.sqlite" }).sha256
            forged[database].1 = bytes
            manifest(&forged) {
                $0.replacing(old, with: Hash.of(bytes).description).replacing(
                    "\"size\":\(members[database].1.count)", with: "\"size\":\(bytes.count)")
            }
        }
        #expect(says(rewritten).contains("Its register is not the one of the manifest"))
    }

    @Test func whatCannotBe() async throws {
        await #expect(throws: ComityError(.usage, "")) {
            try await node.makeBackup(in: node.folder.path + "/packages", seal: .recipients([identity.recipient]))
        }
        await #expect(throws: ComityError(.notFound, "")) {
            try await node.makeBackup(in: folder("none"), seal: .recipients([identity.recipient]))
        }
        await #expect(throws: ComityError(.permission, "")) {
            try await node.makeBackup(in: folder.path, seal: .recipients([identity.recipient]), by: "D1")
        }
        // Stopped: nothing is left.
        await #expect(throws: ComityError(.interrupted, "")) {
            try await node.makeBackup(in: folder.path, seal: .recipients([identity.recipient])) { (_, _) throws(ComityError) in
                throw ComityError(.interrupted, "stop")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        let lean = try await make(packages: false)
        #expect(try Backup.verify(lean.path, openers).packages == false)
        let lock = open(node.folder.path + "/backup.lock", O_RDWR)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        await #expect(throws: ComityError(.wrongState, "")) { try await make() }
    }
}
