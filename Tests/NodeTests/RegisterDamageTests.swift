// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Disks that lie: bits that flip, pages that are torn. Nothing acknowledged is lost without a word: it is there as it was, or the node says
/// what is wrong and adds nothing.
@Suite struct RegisterDamageTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What the register holds, with the bytes of acts and events.
    private func content(_ node: Node) throws -> [String] {
        var lines: [String] = []
        try node.store.read {
            try $0.eachAuditRow(filedUpTo: 0) {
                lines.append("\($0.index) \($0.ref) \($0.content?.description ?? "") \(Hash.of($0.event ?? $0.act?.jws ?? []))")
            }
        }
        return lines
    }

    private func made() async throws -> (path: String, content: [String]) {
        let pair = try await NodePair()
        _ = try await pair.deliveredPreservation()
        for _ in 0..<300 {
            let event = try pair.requesting.event(.backupNoted, file: nil, by: "node", detail: ["place": .string("stick")])
            _ = try await pair.requesting.store.commit { try $0.append(event) }
        }
        try pair.requesting.publishRegister()
        let copy = folder("sound")
        try FileManager.default.copyItem(atPath: pair.requesting.folder.path, toPath: copy)
        try SQLiteShell.run(copy + "/comity.sqlite", "DELETE FROM setting WHERE name = 'database-inode'")
        try SQLiteShell.run(copy + "/comity.sqlite", "PRAGMA wal_checkpoint(TRUNCATE)")
        return (copy, try content(pair.requesting))
    }

    /// One bit anywhere in the database: an act, a tile, a checkpoint, an index, a page that links others.
    @Test func oneFlippedBitIsNamedOrChangesNothing() async throws {
        let (sound, expected) = try await made()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: sound + "/comity.sqlite"))
        var generator = Seeded.fresh()
        var (found, refused, harmless) = (0, 0, 0)
        for round in 0..<60 {
            let copy = folder("flip-\(round)")
            try FileManager.default.copyItem(atPath: sound, toPath: copy)
            var damaged = bytes
            let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            try damaged.write(to: URL(fileURLWithPath: copy + "/comity.sqlite"))
            do {
                let node = try Node(folder: copy)
                let report = try node.audit()
                if report.ok, report.held == nil {
                    harmless += 1
                    #expect(try content(node) == expected, "seed \(generator.seed): bit \(bit) changed the register and nobody noticed")
                } else {
                    found += 1
                }
            } catch is ComityError { refused += 1 }
            try FileManager.default.removeItem(atPath: copy)
        }
        #expect(found + refused > 5, "seed \(generator.seed): \(found) named, \(refused) refused, \(harmless) harmless")
    }

    /// A value of another kind in any column of the register and of the lists of files and work: the audit says so, and nothing ends the
    /// process. One kind a column, all with COMITY_LONG.
    @Test func aValueOfAnotherKindIsSaid() async throws {
        let (sound, _) = try await made()
        var generator = Seeded.fresh()
        let kinds = ["NULL", "'x'", "x'00'", "-7", "1e300"]
        let isLong = ProcessInfo.processInfo.environment["COMITY_LONG"] != nil
        var (unnoticed, noticed): (Set<String>, Int) = ([], 0)
        for table in ["entry", "act", "event", "receipt", "checkpoint", "tile", "file", "work"] {
            let columns = try SQLiteShell.run(sound + "/comity.sqlite", "SELECT name FROM pragma_table_info('\(table)')")
            for column in columns.split(separator: "\n").map(String.init) {
                for kind in isLong ? kinds : [kinds.randomElement(using: &generator) ?? "NULL"] {
                    let copy = folder("kind")
                    defer { try? FileManager.default.removeItem(atPath: copy) }
                    try FileManager.default.copyItem(atPath: sound, toPath: copy)
                    // What the database refuses cannot come to be there by its language, and what is there already is no change.
                    let statement = """
                        UPDATE \(table) SET \(column) = \(kind) WHERE rowid = (SELECT MAX(rowid) FROM \(table)) AND \(column) IS NOT \(kind);;
                        SELECT changes()
                        """
                    let inKeys = statement.replacingOccurrences(of: "rowid", with: "act")
                    guard let changed = try? SQLiteShell.run(copy + "/comity.sqlite", table == "receipt" ? inKeys : statement),
                        changed.hasPrefix("1")
                    else { continue }
                    do {
                        let report = try Node(folder: copy).audit()
                        if report.ok, report.held == nil { unnoticed.insert("\(table).\(column)") } else { noticed += 1 }
                    } catch { noticed += 1 }
                }
            }
        }
        #expect(noticed > 20, "seed \(generator.seed): \(noticed) noticed")
        #expect(unnoticed.isSubset(of: Self.harmless), "seed \(generator.seed): nobody noticed \(unnoticed.subtracting(Self.harmless))")
    }

    /// Columns in which every kind of value means the same, or nothing.
    private static let harmless: Set<String> = ["act.outgoing", "work.id"]

    /// The end of the log of SQLite is cut off, as by a disk that lost what it had confirmed: the mark knows how many entries there were.
    @Test func aTornLastPageIsNoticed() async throws {
        let path = folder("xa")
        let node = try await NodePair.node("XA", path, exchange: 1)
        for round in 0..<6 {
            let event = try node.event(.backupNoted, file: nil, by: "node", detail: ["place": .string("stick")])
            _ = try await node.store.commit { try $0.append(event) }
            // As it lies on the disk now, while the node runs.
            let copy = folder("torn-\(round)")
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            let log = copy + "/comity.sqlite-wal"
            let whole = try Data(contentsOf: URL(fileURLWithPath: log))
            guard whole.count > 4200 else { continue }
            try whole.dropLast([1, 100, 4096, 4120, 2000, 24][round]).write(to: URL(fileURLWithPath: log))
            let torn = try Node(folder: copy)
            #expect(try torn.store.standing()?.cause == .behindPublished)
            await #expect(throws: ComityError(.registerHeld, "")) { _ = try await torn.store.commit { try $0.append(event) } }
        }
        #expect(try node.audit().ok)
    }

    /// An act is judged once: with its file, or with its entry when it came after the list of files was read.
    @Test func actsThatCameAfterTheListOfFilesAreReadWithTheirEntries() async throws {
        let pair = try await NodePair()
        _ = try await pair.deliveredPreservation()
        let node = pair.requesting
        let size = try node.store.read { try $0.registerSize() }
        for (from, judged) in [(size, false), (0, true)] {
            var acts = 0
            try node.store.read { reader in
                try reader.eachAuditRow(filedUpTo: from) { row in
                    guard let act = row.act else { return }
                    acts += 1
                    #expect((act.jws != nil) == judged)
                }
            }
            #expect(acts == 1)
        }
        _ = try SQLiteShell.run(pair.folder("xa") + "/comity.sqlite", "UPDATE act SET jws = zeroblob(10)")
        let keys = AuditKeys(own: node.keys.signing.verifyingKey, state: node.state, entries: [])
        for (from, faults) in [(size, 0), (0, 1)] {
            var audit = RegisterAudit(keys: keys, register: node.keys.register)
            var report = AuditReport()
            try node.store.read { try audit.run($0, filedUpTo: from) { _ in } }
            audit.finish(&report) { _ in true }
            #expect(report.faults.count == faults, "\(report.faults)")
        }
        // The whole audit names it either way.
        #expect(try node.audit().faults.contains { $0.says.contains("was changed") })
    }
}
