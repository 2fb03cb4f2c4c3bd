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

/// An older copy of a folder is put back: the node sees it by its witnesses, stops, and gets back what it lost.
@Suite struct RecoveryTests {
    /// XA had a file, was copied, had more, and was put back to the copy.
    private func putBack(_ more: (WitnessWorld) async throws -> Void) async throws -> (world: WitnessWorld, old: Node, back: Node) {
        let world = try await WitnessWorld(3)
        try await world.preservation("XA", "XB")
        try world.copy("XA", to: "backup")
        try await more(world)
        let old = try world.node("XA")
        for name in ["XA", "XB", "XC"] { await world.delivery(try world.node(name)).meetAll() }
        try FileManager.default.moveItem(atPath: world.folder("XA"), toPath: world.folder("gone"))
        try FileManager.default.moveItem(atPath: world.folder("backup"), toPath: world.folder("XA"))
        let back = try Node(folder: world.folder("XA"))
        try world.replace("XA", by: back)
        return (world, old, back)
    }

    @Test func anOlderFolderIsHeldAndRecovered() async throws {
        let (world, old, back) = try await putBack { world in
            try await world.preservation("XA", "XC")
            try await world.preservation("XB", "XA")
            try await world.preservation("XC", "XA")
        }
        let size = try old.head.size
        let before = try back.head.size
        #expect(before < size)
        let delivery = world.delivery(back)
        await delivery.meetAll()
        let hold = try #require(try back.store.read { try $0.registerHold() })
        #expect(hold.cause == .behindWitnessed && hold.says.contains("\(size)") && hold.says.contains("\(before)"), "\(hold)")
        await #expect(throws: ComityError(.registerHeld, "")) { try await world.note(back, "no") }
        #expect(try back.doctor().contains { $0.name == "register" && $0.grade == .bad })
        // Nothing arrives while it is held; what is sent stays owed.
        let report = try await delivery.recover(officer: nil)
        #expect(report.before == before && report.size == size && report.acts == 6, "\(report)")
        #expect(report.lost == Int(size - before) - 6)
        #expect(try back.store.read { try $0.registerHold() } == nil)
        #expect(try back.store.read { try MerkleTree.root(size: size, reading: $0.node) } == old.head.root)
        let audit = try back.audit()
        #expect(audit.ok && audit.lost == report.lost, "\(audit.faults.prefix(3))")
        // Every file is as it was.
        for row in try old.store.read({ try $0.files() }) {
            let (was, now) = (try old.fileView(row.ref), try back.fileView(row.ref))
            #expect(was.state == now.state && was.acts.map(\.id) == now.acts.map(\.id), "\(row.ref)")
        }
        #expect(try back.store.read { try $0.files() }.count == 4)
        // Receipts came again, nothing is owed, and the witnesses go on.
        #expect(try back.store.read { try $0.waiting() }.isEmpty)
        await delivery.meetAll()
        for name in ["XB", "XC"] {
            let other = try world.node(name)
            #expect(try other.cosignedSize(back) == back.head.size && other.mirrored(back) == back.head.size)
            #expect(try other.splitViews(officer: nil).isEmpty)
        }
        let event = try #require(try back.store.read { try $0.lastEvent(.registerRecovered) })
        #expect(event.detail["size"]?.integer == size && event.detail["acts"]?.integer == 6)
        // Numbers of references that were given are not given again.
        let ref = try await world.preservation("XA", "XB")
        #expect(try old.store.read { try $0.file(ref) } == nil)
        #expect(try back.audit().ok)
        // Once more: nothing is missing.
        let again = try await delivery.recover(officer: nil)
        #expect(again.acts == 0 && again.before == again.size)
    }

    /// The only State that saw the last entries is away: what is missing is said, and nothing is made up.
    @Test func tooLittleIsMirrored() async throws {
        let (world, _, back) = try await putBack { world in try await world.preservation("XA", "XC") }
        try world.remove("XB")
        try world.remove("XC")
        let error = await #expect(throws: ComityError.self) { try await world.delivery(back).recover(officer: nil) }
        #expect(error?.code == .notFound && error?.why.contains("XC") == true && error?.next.isEmpty == false)
        await #expect(throws: ComityError(.permission, "")) { try await world.delivery(back).recover(officer: "D1") }
    }

    /// Something was added before anybody asked the witnesses: the register is a fork, and is not taken back.
    @Test func whatWasAddedAfterTheRestoreIsAFork() async throws {
        let (world, old, back) = try await putBack { world in
            try await world.preservation("XA", "XC")
            try await world.note(try world.node("XA"), "more")
        }
        try await world.note(back, "a fork")
        #expect(try back.head.size < old.head.size)
        await world.delivery(back).meetAll()
        #expect(try back.store.read { try $0.registerHold() } != nil)
        let size = try back.head.size
        await #expect(throws: ComityError(.verificationFailed, "")) { try await world.delivery(back).recover(officer: nil) }
        #expect(try back.store.read { try $0.registerSize() } == size && back.store.read { try $0.registerHold() } != nil)
        // It never said so outside: the witnesses have nothing against it.
        for name in ["XB", "XC"] { #expect(try world.node(name).splitViews(officer: nil).isEmpty) }
        // With more entries than the witnesses saw, the roots tell.
        let other = try Node(folder: world.folder("XA"))
        try other.store.releaseHold()
        while try other.head.size <= old.head.size { try await world.note(other, "more") }
        await world.delivery(other).meetAll()
        #expect(try other.store.read { try $0.registerHold()?.cause } == .forked)
    }

    /// A peer that gives back wrong entries or acts is not believed.
    @Test func entriesThatDoNotMakeTheRoot() async throws {
        let (world, _, back) = try await putBack { world in try await world.preservation("XA", "XC") }
        let log = Node.log(back.keys.register.verifier)
        for name in ["XB", "XC"] {
            let node = try world.node(name)
            let size = try node.mirrored(back)
            _ = try await node.store.commit { writer in
                var bytes = try writer.reader.mirrorEntries(log, from: 0, limit: Int(size))
                bytes[bytes.count - 1] ^= 1
                try writer.dropMirror(log)
                try writer.appendMirror(log, bytes)
            }
        }
        let size = try back.head.size
        await #expect(throws: ComityError(.verificationFailed, "")) { try await world.delivery(back).recover(officer: nil) }
        #expect(try back.head.size == size)
    }

    /// A receipt was given, and the node was lost before anybody had its entries: it is not continued to something else.
    @Test func aReceiptThatCannotBeReached() async throws {
        let world = try await WitnessWorld(2)
        try await world.preservation("XA", "XB")
        for name in ["XA", "XB"] { await world.delivery(try world.node(name)).meetAll() }
        try world.copy("XA", to: "backup")
        try await world.note(try world.node("XA"), "an event that nobody else has")
        try await world.preservation("XB", "XA", acknowledged: false)
        try FileManager.default.moveItem(atPath: world.folder("XA"), toPath: world.folder("gone"))
        try FileManager.default.moveItem(atPath: world.folder("backup"), toPath: world.folder("XA"))
        let back = try Node(folder: world.folder("XA"))
        try world.replace("XA", by: back)
        let size = try back.head.size
        await world.delivery(back).meetAll()
        #expect(try back.store.read { try $0.registerHold()?.cause } == .behindWitnessed)
        let error = await #expect(throws: ComityError.self) { try await world.delivery(back).recover(officer: nil) }
        #expect(error?.code == .notFound && error?.what.hasPrefix("XB holds a checkpoint of ") == true, "\(String(describing: error))")
        #expect(try back.store.read { try $0.registerSize() } == size && back.store.read { try $0.registerHold() } != nil)
    }

    /// A receipt that arrives now bears both signatures of the register.
    @Test func aReceiptWithOneSignatureIsNotTaken() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        let act = try await a.send(ref, officer: "D1")
        let receipt = try await b.receive(try pair.sealed(act.description, from: a, to: b), from: a.state)
        let note = try SignedNote(parsing: receipt.checkpoint).keeping([b.keys.register.verifier])
        let lone = Receipt(act: receipt.act, index: receipt.index, checkpoint: note.description, proof: receipt.proof)
        let (stored, row) = try a.store.read { (try $0.act(act), try $0.waiting().first) }
        let peer = try a.confirmedPeer(b.state)
        let (own, owed) = (try #require(stored), try #require(row))
        await #expect(throws: ComityError(.verificationFailed, "")) { try await a.register(lone, for: own, from: peer, row: owed.id) }
        #expect(try a.store.read { try $0.receipts(of: act) }.isEmpty)
        // One that was kept from before counts with Ed25519 alone.
        _ = try lone.verify(act: own.hash, signedBy: peer.entry.register)
        try await a.register(receipt, for: own, from: peer, row: owed.id)
        #expect(try a.audit().ok)
    }

    /// A peer that claims a larger register without showing what this node signed stops nothing.
    @Test func claimsWithoutASignatureStopNothing() async throws {
        let world = try await WitnessWorld(2)
        let (a, b) = (try world.node("XA"), try world.node("XB"))
        let key = try NoteSigner(name: a.keys.register.verifier.name, seed: NoteSigner.newSeed())
        let forged = Checkpoint(origin: key.verifier.name, size: 1_000_000, root: Hash.of([1]))
        let log = Node.log(a.keys.register.verifier)
        let note = try forged.signed(by: key)
        _ = try await b.store.commit { try $0.setCosigned(log, forged, note: note, at: 1) }
        await world.delivery(a).meetAll()
        #expect(try a.store.read { try $0.registerHold() } == nil)
        #expect(try a.witnessLines(officer: nil).first?.says?.contains("1000000") == true)
        try await world.note(a, "goes on")
    }
}
