// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
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
            try $0.eachAuditRow {
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
}
