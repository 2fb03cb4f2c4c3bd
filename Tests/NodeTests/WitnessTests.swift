// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Register
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// Nodes cosign each other's registers, mirror their entries, and find out who shows different histories.
@Suite struct WitnessTests {
    @Test func deliveryHasTheRegisterCosigned() async throws {
        let world = try await WitnessWorld(2)
        let (a, b) = (try world.node("XA"), try world.node("XB"))
        let ref = try await world.preservation()
        // What was registered after the last meeting is cosigned by the next.
        await world.delivery(a).meetAll()
        await world.delivery(b).meetAll()
        for (node, other) in [(a, b), (b, a)] {
            let size = try node.head.size
            #expect(try other.cosignedSize(node) == size && other.mirrored(node) == size)
            let line = try #require(try node.witnessLines(officer: nil).first)
            #expect(line.isWitness && line.ours.size == size && line.ours.mirrored == size && line.says == nil && line.splitView == nil)
            #expect(try node.audit().ok)
            #expect(try node.doctor().first { $0.name == "witnesses" }?.grade == .ok)
        }
        // Every act is proved with a checkpoint that the other State has cosigned.
        let proofs = try a.prove("\(ref)", all: true, officer: "A1")
        #expect(proofs.count == 2)
        for proof in proofs {
            #expect(proof.cosigners.map(\.state) == [b.state])
            let read = try TlogProof(parsing: proof.proof.description)
            let shown = try read.verify(
                entry: RegisterEntry(content: proof.hash), signedBy: try a.entry().registerKeys,
                witnesses: [try b.entry().register.cosigner])
            #expect(shown.signers.count == 2 && shown.cosignatures.count == 1 && shown.checkpoint == proof.checkpoint)
        }
        #expect(try a.prove("\(try #require(proofs.first?.act))", all: false, officer: nil).count == 1)
        let shown = try a.fileEntries(ref, officer: "D1", page: 1, size: 50).lines.filter(\.isAct)
        #expect(shown.count == 2 && shown.allSatisfy { $0.cosigners.map(\.state) == [b.state] })
        let act = try #require(proofs.last)
        #expect(try a.signedAct(act.act, on: ref, officer: "D1").cosigners == act.cosigners)
        let consistency = try a.consistency(from: 2, to: try a.head.size, officer: nil)
        #expect(consistency.holds && !consistency.proof.isEmpty)
        // Meeting again when nothing happened asks for nothing and adds nothing.
        let before = try a.head
        await world.delivery(a).meetAll()
        #expect(try a.head == before)
    }

    @Test func whatIsNotCosigned() async throws {
        let world = try await WitnessWorld(3)
        let (a, b, c) = (try world.node("XA"), try world.node("XB"), try world.node("XC"))
        let size = try a.head.size
        guard case .cosigned(let lines)? = try await b.ask(try a.request(old: 0), from: a.state) else {
            throw ComityError(.failure, "refused")
        }
        let key = try b.entry().register.cosigner
        #expect(try a.request(old: 0).note.adding(lines).cosignatures(by: [key]).count == 1)
        try await world.note(a, "one")
        #expect(try await b.ask(try a.request(old: 0), from: a.state) == .conflict(size))
        #expect(try await b.ask(try a.request(old: size - 1), from: a.state) == .conflict(size))
        let sound = try a.request(old: size)
        let cut = AddCheckpoint(old: size, proof: Array(sound.proof.dropLast()), note: sound.note)
        #expect(try await b.ask(cut, from: a.state) == .unprocessable)
        #expect(try await b.ask(try a.request(old: size + 1, size: size), from: a.state) == .malformed)
        // One signature of two is not enough, and a stranger's register is not known.
        let lone = AddCheckpoint(old: size, proof: sound.proof, note: sound.note.keeping([a.keys.register.verifier]))
        #expect(try await b.ask(lone, from: a.state) == .forbidden)
        let stranger = try NoteSigner(name: "comity/XD/xd-247", seed: NoteSigner.newSeed())
        let foreign = try Checkpoint(origin: "comity/XD/xd-247", size: 0, root: MerkleTree.emptyRoot).signed(by: stranger)
        #expect(try await b.ask(AddCheckpoint(old: 0, proof: [], note: foreign), from: a.state) == .unknownOrigin)
        #expect(try await b.ask(try b.request(old: 0), from: a.state) == .unknownOrigin)
        for garbage in [[], Array("old".utf8), [0xFF, 0xFE]] as [[UInt8]] {
            #expect(try await b.answer(.addCheckpoint(garbage), from: a.state).status == 400)
        }
        // Whoever brings it: what counts are the signatures.
        guard case .cosigned? = try await b.ask(sound, from: c.state) else { throw ComityError(.failure, "refused") }
        #expect(try b.cosignedSize(a) == size + 1)
        // Entries come in order, up to what was cosigned, and must make its root.
        let entries = try a.store.read { try $0.entryBytes(from: 0, to: size + 1) }
        #expect(try await b.answer(.addEntries(from: 1, entries), from: a.state) == RegisterReply(status: 409, size: 0))
        await #expect(throws: ComityError(.malformedInput, "")) {
            try await b.answer(.addEntries(from: 0, entries + entries), from: a.state)
        }
        await #expect(throws: ComityError(.malformedInput, "")) { try await b.answer(.addEntries(from: 0, [1, 2, 3]), from: a.state) }
        var wrong = entries
        wrong[40] ^= 1
        #expect(try await b.answer(.addEntries(from: 0, wrong), from: a.state) == RegisterReply(status: 422, size: 0))
        #expect(try b.mirrored(a) == 0)
        let reply = try await b.answer(.addEntries(from: 0, entries), from: a.state)
        #expect(reply == RegisterReply(status: 200, size: size + 1) && reply.size == size + 1)
        // They are given back to their owner, and to nobody else.
        #expect(try await b.answer(.entries(from: 2), from: a.state).body == Array(entries.dropFirst(64)))
        #expect(try await b.answer(.entries(from: 0), from: c.state).body.isEmpty)
    }

    /// Requests at once: each that is cosigned extends the one before, and nothing is rolled back.
    @Test func concurrentRequestsMakeOneChain() async throws {
        let world = try await WitnessWorld(2)
        let (a, b) = (try world.node("XA"), try world.node("XB"))
        for number in 0..<20 { try await world.note(a, "\(number)") }
        var generator = Seeded.fresh()
        print("seed \(generator.seed)")
        let top = try a.head.size
        let wanted = (0..<120).map { _ in
            let old = Int64.random(in: 0..<top, using: &generator)
            return (old: old, new: Int64.random(in: old...top, using: &generator))
        }
        let requests = try (wanted + [(0, 3), (0, 5), (0, 8), (0, 2)]).map { try a.request(old: $0.0, size: $0.1) }
        let state = a.state
        let cosigned: [(Int64, Int64)] = try await withThrowingTaskGroup(of: (Int64, Int64)?.self) { group in
            for request in requests + requests {
                group.addTask {
                    guard case .cosigned? = try await b.ask(request, from: state) else { return nil }
                    return (request.old, try Checkpoint(unverified: request.note).size)
                }
            }
            var made: [(Int64, Int64)] = []
            for try await step in group { if let step { made.append(step) } }
            return made
        }
        let steps = cosigned.filter { $0.0 != $0.1 }.sorted { $0.0 < $1.0 }
        #expect(!steps.isEmpty && steps.first?.0 == 0)
        for (one, next) in zip(steps, steps.dropFirst()) { #expect(next.0 == one.1) }
        #expect(try b.cosignedSize(a) == steps.last?.1)
    }

    /// A mirror of several rows, in pieces of every size.
    @Test func mirrorsOfManyRows() async throws {
        let world = try await WitnessWorld(2)
        let (a, b) = (try world.node("XA"), try world.node("XB"))
        let log = Node.log(a.keys.register.verifier)
        let entries = (0..<1100).flatMap { Hash.of(Array("\($0)".utf8)).bytes }
        var tree = CompactTree()
        var roots = [tree.root]
        for index in 0..<1100 {
            tree.append(RegisterEntry(content: Hash.of(Array("\(index)".utf8))).leafHash)
            roots.append(tree.root)
        }
        _ = try await b.store.commit { writer in
            var from = 0
            for size in [1, 255, 1, 300, 256, 10, 200, 77] {
                try writer.appendMirror(log, Array(entries[from * 32..<(from + size) * 32]))
                from += size
                #expect(try writer.reader.mirrorSize(log) == Int64(from))
            }
            #expect(from == 1100)
        }
        try b.store.read { reader in
            for size in [1, 2, 255, 256, 257, 511, 512, 513, 700, 1024, 1099, 1100] as [Int64] {
                #expect(try MerkleTree.root(size: size, reading: reader.mirrorNode(log)) == roots[Int(size)], "\(size)")
                let proof = try MerkleTree.consistencyProof(from: size, to: 1100, reading: reader.mirrorNode(log))
                #expect(MerkleTree.isConsistent(old: size, oldRoot: roots[Int(size)], new: 1100, newRoot: roots[1100], proof: proof))
            }
            #expect(throws: ComityError(.verificationFailed, "")) { try MerkleTree.root(size: 1101, reading: reader.mirrorNode(log)) }
            #expect(try reader.mirrorEntries(log, from: 250, limit: 300) == Array(entries[250 * 32..<550 * 32]))
            #expect(try reader.mirrorEntries(log, from: 1100, limit: 9).isEmpty)
        }
    }

    // MARK: Split view

    /// XC runs two copies of one folder and shows each to another State.
    private func equivocating(same: Bool) async throws -> (world: WitnessWorld, one: Node, two: Node) {
        let world = try await WitnessWorld(3)
        try world.copy("XC", to: "other")
        let (one, two) = (try world.node("XC"), try Node(folder: world.folder("other")))
        try await world.note(one, "one")
        try await world.note(two, "two")
        if !same { for number in 0..<5 { try await world.note(two, "more \(number)") } }
        await world.delivery(one).meet(try world.node("XA").state)
        await world.delivery(two).meet(try world.node("XB").state)
        return (world, one, two)
    }

    @Test(arguments: [true, false]) func twoHistoriesAreFoundByComparing(same: Bool) async throws {
        let (world, one, two) = try await equivocating(same: same)
        let (a, b) = (try world.node("XA"), try world.node("XB"))
        #expect(try a.cosignedSize(one) == one.head.size && b.cosignedSize(two) == two.head.size)
        #expect(try a.splitViews(officer: nil).isEmpty && b.splitViews(officer: nil).isEmpty)
        // They compare on the next exchange; both keep the proof.
        await world.delivery(a).meet(b.state)
        for node in [a, b] {
            let found = try #require(try node.splitViews(officer: "A1").first)
            let sizes = [try one.head.size, try two.head.size]
            #expect(found.state == one.state && found.sizes == sizes, "\(found)")
            #expect(try node.registerAlarms(officer: "D1").map(\.name) == ["split-view"])
            #expect(try node.doctor().contains { $0.name == "split-view" && $0.grade == .bad && $0.says.contains("XC") })
            let events = try node.store.read { try $0.events([.splitView], limit: 9) }
            #expect(events.count == 1 && events[0].detail["state"]?.string == "XC")
            // Anyone who knows the key can check it; a bit of it changed proves nothing.
            let bytes = try node.splitViewProof(found.number, officer: nil)
            let proof = try IJSON.decode(SplitView.self, from: bytes, limit: SplitView.limit)
            let shown = try proof.verify(signedBy: try one.entry().register)
            #expect(Set([shown.smaller, shown.larger]) == Set([try one.head, try two.head]))
            #expect(throws: ComityError.self) { try proof.verify(signedBy: try a.entry().register) }
            // It is not cosigned any more, whichever copy asks.
            for copy in [one, two] { #expect(try await node.ask(try copy.request(old: 0), from: copy.state) == .forbidden) }
            #expect(try node.witnessLines(officer: nil).first { $0.state == one.state }?.splitView == found.number)
            #expect(try node.audit().ok)
        }
        // Found once, however often they compare.
        await world.delivery(b).meet(a.state)
        #expect(try a.store.read { try $0.events([.splitView], limit: 9) }.count == 1)
        // XC, which is told by its witnesses, sees its own other history and stops.
        #expect(try two.store.read { try $0.registerHold() } == nil)
        await world.delivery(two).meet(a.state)
        #expect(try two.store.read { try $0.registerHold()?.cause } == .forked)
        await #expect(throws: ComityError(.registerHeld, "")) { try await world.note(two, "again") }
    }

    /// A witness that is asked to cosign another history of the same register keeps the proof at once.
    @Test func aWitnessIsAskedToCosignTwoHistories() async throws {
        let (world, one, two) = try await equivocating(same: false)
        let a = try world.node("XA")
        // The smaller one has an odd size, so the consistency proof itself shows the other root.
        while try one.head.size & (one.head.size - 1) == 0 { try await world.note(one, "more") }
        await world.delivery(one).meet(a.state)
        let size = try one.head.size
        while try two.head.size <= size { try await world.note(two, "more") }
        #expect(try await a.ask(try two.request(old: size), from: two.state) == .unprocessable)
        let found = try #require(try a.splitViews(officer: nil).first)
        let larger = try two.head.size
        #expect(found.sizes == [size, larger])
    }

    @Test func witnessesCanBeTakenOff() async throws {
        let world = try await WitnessWorld(2)
        let (a, b) = (try world.node("XA"), try world.node("XB"))
        await #expect(throws: ComityError(.permission, "")) { try await a.setWitness(b.state, false, by: "A1") }
        try await a.setWitness(b.state, false, by: "D1")
        await world.delivery(a).meetAll()
        #expect(try b.cosignedSize(a) == 0)
        #expect(try a.witnessLines(officer: nil).map(\.isWitness) == [false])
        try await a.setWitness(b.state, true, by: "D1")
        await world.delivery(a).meetAll()
        #expect(try b.cosignedSize(a) == a.head.size)
        #expect(try a.store.read { try $0.events([.witnessChanged], limit: 9) }.count == 2)
    }
}
