// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import GRDB
import Register
import Standards
import TestSupport
import Testing

@testable import Storage

@Suite struct StoreTests {
    private let folder: TemporaryFolder
    private let signer: NoteSigner

    init() throws {
        folder = try TemporaryFolder()
        signer = try NoteSigner(name: "comity/XA/xa-247", seed: [UInt8](repeating: 3, count: 32))
    }

    private func event(_ generator: inout Seeded, _ number: Int) -> RegisterEvent {
        let at = Instant(milliseconds: 1_795_000_000_000 + Int64(number))
        return RegisterEvent(
            id: UUIDv7(at: at, using: &generator), event: .opened, file: nil, at: at, by: "XA-X1", detail: ["n": .integer(Int64(number))])
    }

    private struct Deliberate: Error {}

    /// DatabasePool lowers the writer to NORMAL behind our back; an acknowledged act could then vanish at power loss.
    @Test func theWriterIsFullySynchronous() throws {
        let store = try Store(folder: folder.path, signer: signer)
        #expect(try store.writerSynchronous() == 2)
        #expect(try store.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func manyCallersShareCommitsAndAllAreThere() async throws {
        let store = try Store(folder: folder.path, signer: signer)
        var generator = Seeded.fresh()
        let events = (0..<400).map { event(&generator, $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for item in events {
                group.addTask {
                    let entries = try await store.commit { try $0.append(item) }.entries
                    // What was acknowledged is where it was said to be, and under the head that is published then.
                    let covered = try store.read { try $0.eventBytes(at: entries.indexes.lowerBound) }
                    #expect(covered == (try IJSON.encode(item)) && entries.indexes.count == 1)
                    #expect(try store.publish().covers(entries.indexes.lowerBound))
                }
            }
            try await group.waitForAll()
        }
        let (size, root) = try store.read { reader in (try reader.registerSize(), try MerkleTree.root(size: 400, reading: reader.node)) }
        #expect(size == 400)
        var tree = CompactTree()
        try store.read { try $0.eachEntry { _, content, _, _ in tree.append(RegisterEntry(content: Hash(content)!).leafHash) } }
        #expect(tree.root == root)
        let head = try store.publish()
        #expect(head.checkpoint.size == 400 && head.checkpoint.root == root)
    }

    @Test func aFailingJobIsUndoneAloneAndLeavesNoGap() async throws {
        let store = try Store(folder: folder.path, signer: signer)
        var generator = Seeded.fresh()
        let events = (0..<60).map { event(&generator, $0) }
        await withTaskGroup(of: Bool.self) { group in
            for (number, item) in events.enumerated() {
                group.addTask {
                    do {
                        _ = try await store.commit { writer in
                            try writer.append(item)
                            try writer.set("n\(number)", "x")
                            if number % 3 == 0 { throw ComityError(.wrongState, "deliberate") }
                        }
                        return true
                    } catch { return false }
                }
            }
            var kept = 0
            for await result in group where result { kept += 1 }
            #expect(kept == 40)
        }
        try store.read { reader throws in
            #expect(try reader.registerSize() == 40)
            var kept: Set<String> = []
            try reader.eachEntry { _, _, _, ref in kept.insert(ref) }
            for (number, item) in events.enumerated() {
                #expect(kept.contains(item.id.description) != (number % 3 == 0))
                #expect(try (reader.setting("n\(number)") == nil) == (number % 3 == 0))
            }
            #expect(try MerkleTree.root(size: 40, reading: reader.node) == store.publish().checkpoint.root)
        }
    }

    /// The command line and the serving node write at the same time.
    @Test func twoStoresOnOneFolderKeepOneRegister() async throws {
        let first = try Store(folder: folder.path, signer: signer)
        let second = try Store(folder: folder.path, signer: signer)
        var generator = Seeded.fresh()
        let events = (0..<120).map { event(&generator, $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, item) in events.enumerated() {
                let store = number.isMultiple(of: 2) ? first : second
                group.addTask { _ = try await store.commit { try $0.append(item) } }
            }
            try await group.waitForAll()
        }
        try second.read { reader throws in
            #expect(try reader.registerSize() == 120)
            #expect(try MerkleTree.root(size: 120, reading: reader.node) == second.publish().checkpoint.root)
        }
    }

    @Test func proofsFromTheDatabaseHold() async throws {
        let store = try Store(folder: folder.path, signer: signer)
        var generator = Seeded.fresh()
        for number in 0..<33 {
            let item = event(&generator, number)
            _ = try await store.commit { try $0.append(item) }
        }
        try store.read { reader throws in
            let root = try MerkleTree.root(size: 33, reading: reader.node)
            try reader.eachEntry { index, content, _, _ throws in
                let proof = try MerkleTree.inclusionProof(index: index, size: 33, reading: reader.node)
                #expect(
                    MerkleTree.root(leaf: RegisterEntry(content: Hash(content)!).leafHash, index: index, size: 33, proof: proof) == root)
            }
        }
    }

    /// Everything a read sees belongs to one moment, also in a read inside the read.
    @Test func aReadSeesOneSnapshot() async throws {
        let store = try Store(folder: folder.path, signer: signer)
        var generator = Seeded.fresh()
        let first = event(&generator, 1)
        let second = event(&generator, 2)
        _ = try await store.commit { try $0.append(first) }
        let other = try Store(folder: folder.path, signer: signer)
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        async let sizes: [Int64] = Task.detached {
            try store.read { reader throws in
                let before = try reader.registerSize()
                begin.yield()
                gate.wait()
                return [before, try reader.registerSize(), try store.read { try $0.registerSize() }]
            }
        }.value
        var iterator = begun.makeAsyncIterator()
        _ = await iterator.next()
        _ = try await other.commit { try $0.append(second) }
        gate.signal()
        #expect(try await sizes == [1, 1, 1])
        #expect(try store.read { try $0.registerSize() } == 2)
    }

    /// What a commit changes and its row in the worklist are one: when the row cannot be computed, nothing was written.
    @Test func aRowBelongsToTheTransactionOfItsFile() async throws {
        let draft = DraftRow(
            ref: try FileReference(state: try StateCode("XA"), year: 2026, typeCode: "PRE", number: 1), type: .preservation,
            recipients: [try StateCode("XB")], officer: "D1", role: "duty_officer", created: Instant(milliseconds: 1_795_000_000_000),
            content: .object([:]), approval: nil)
        let store = try Store(folder: folder.path, signer: signer) { key, reader in
            guard case .draft(let ref) = key, try reader.draft(ref) != nil else { throw ComityError(.storage, "the draft is not seen") }
            throw ComityError(.wrongState, "deliberate")
        }
        await #expect(throws: ComityError(.wrongState, "")) { _ = try await store.commit { try $0.insert(draft) } }
        #expect(try store.read { try $0.drafts() }.isEmpty)
        let other = try Store(folder: folder.path, signer: signer)
        _ = try await other.commit { try $0.insert(draft) }
        #expect(try store.read { try $0.drafts() }.count == 1)
    }

    @Test func somethingThatIsNotADatabase() throws {
        try Data(repeating: 0x41, count: 5000).write(to: URL(fileURLWithPath: folder("comity.sqlite")))
        #expect(throws: ComityError(.storage, "")) { try Store(folder: folder.path, signer: signer) }
        #expect(throws: ComityError(.storage, "")) { try Store(folder: folder("nowhere"), signer: signer) }
    }

    @Test func numbersAreGivenOnce() async throws {
        let store = try Store(folder: folder.path, signer: signer)
        let state = try StateCode("XA")
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { try await store.commit { try $0.nextNumber(state: state, year: 2026, type: "PRE") }.value } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(numbers == Set(1...50))
    }
}
