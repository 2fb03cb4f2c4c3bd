// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Lists that a secretariat publishes bring entries and facts, never keys.
@Suite struct ListTests {
    private struct World {
        let pair: NodePair
        let third: Node
        let secretariat = SigningKey.generate()

        init() async throws {
            pair = try await NodePair()
            third = try await NodePair.node("XC", pair.folder("xc"), exchange: 9)
        }

        func list(_ entries: [[UInt8]], at: String = "2026-11-20T00:00:00Z", exercise: Bool = true, key: SigningKey? = nil) throws
            -> [UInt8]
        {
            let key = key ?? secretariat
            return try DirectoryList(
                publisher: "unodc", name: "Secretariat", key: key.verifyingKey, issuedAt: Instant(at), exercise: exercise,
                entries: entries.map { String(decoding: $0, as: UTF8.self) }
            ).signed(by: key)
        }

        func confirm(_ node: Node, _ list: [UInt8]) async throws {
            let row = try await node.addSecretariat(list: list, by: "D1")
            _ = try await node.confirmSecretariat(
                row.id, fingerprint: Node.fingerprint(of: row).words, by: "D1",
                over: SecondChannel(how: "telephone", called: "Desk officer", number: "+99 1 23 45", numberSource: "letter"))
        }
    }

    @Test func aListBringsNewEntriesAndFactsAndNothingElse() async throws {
        let world = try await World()
        let (a, b) = (world.pair.requesting, world.pair.requested)
        _ = try await b.propose(file: nil, changes: ["authority.hours=24/7", "authority.channels.telephone=+999 205 550 222"], by: "D1")
        _ = try await b.approveProposal(by: "D3")
        let changed = try await b.publishProposal(by: "D1")
        let list = try world.list([try a.directoryEntry(), changed, try world.third.directoryEntry()])
        // Nobody is believed because they sign lists.
        await #expect(throws: ComityError(.unknownKey, "")) { try await a.importList(list, by: "D1") }
        _ = try await a.addSecretariat(list: list, by: "D1")
        await #expect(throws: ComityError(.unknownKey, "")) { try await a.importList(list, by: "D1") }
        await #expect(throws: ComityError(.verificationFailed, "")) {
            try await a.confirmSecretariat(
                "unodc", fingerprint: DirectoryEntry.fingerprint(of: [UInt8](repeating: 1, count: 32)), by: "D1",
                over: SecondChannel(how: "telephone"))
        }
        try await world.confirm(a, list)
        let report = try await a.importList(list, by: "D1")
        #expect(report.new == [world.third.state] && report.changed == [b.state] && report.left.isEmpty)
        let peers = try a.listPeers()
        #expect(peers.first { $0.entry.state == b.state }?.trust == .confirmed)
        #expect(peers.first { $0.entry.state == b.state }?.entry.authority.hours?.isAlways == true)
        #expect(peers.first { $0.entry.state == world.third.state }?.trust == .unconfirmed)
        #expect(try a.freshness(officer: nil).first { $0.state == world.third.state }?.listedBy == "unodc")
        // Again: nothing new. An older list would bring older facts back.
        #expect(try await a.importList(list, by: "D1").same.count == 2)
        let older = try world.list([changed], at: "2026-11-19T00:00:00Z")
        await #expect(throws: ComityError(.wrongState, "")) { try await a.importList(older, by: "D1") }
        #expect(try a.audit().ok)
    }

    @Test func aListNeverReplacesKeys() async throws {
        let world = try await World()
        let (a, b) = (world.pair.requesting, world.pair.requested)
        try await world.confirm(a, try world.list([]))
        let known = try a.listPeers()
        // Another node says it is XB; XB itself with a successor of its key, which its own node will bring.
        let other = try await NodePair.node("XB", world.pair.folder("other"), exchange: 12)
        _ = try await b.rotate(.signing, by: nil)
        let rotated = try Node(folder: b.folder.path).directoryEntry()
        for jws in [try other.directoryEntry(), rotated] {
            let report = try await a.importList(try world.list([jws]), by: "D1")
            #expect(report.left.count == 1 && report.new.isEmpty && report.changed.isEmpty)
            #expect(try a.listPeers() == known)
        }
        // Damage in one entry does not keep the others out.
        let damaged = String(decoding: try world.third.directoryEntry(), as: UTF8.self).replacing(
            "\"signature\":\"", with: "\"signature\":\"A")
        let report = try await a.importList(try world.list([Array(damaged.utf8), try world.third.directoryEntry()]), by: "D1")
        #expect(report.left.count == 1 && report.new == [world.third.state])
    }

    @Test func anotherKeyOrAnotherWorldIsRefused() async throws {
        let world = try await World()
        let a = world.pair.requesting
        let list = try world.list([])
        try await world.confirm(a, list)
        let thief = try world.list([], key: .generate())
        await #expect(throws: ComityError(.unknownKey, "")) { try await a.importList(thief, by: "D1") }
        await #expect(throws: ComityError(.alreadyExists, "")) { try await a.addSecretariat(list: thief, by: "D1") }
        await #expect(throws: ComityError(.exerciseMismatch, "")) {
            try await a.importList(try world.list([], exercise: false), by: "D1")
        }
        await #expect(throws: ComityError(.badSignature, "")) {
            let text = String(decoding: list, as: UTF8.self)
            let cut = try #require(text.range(of: "\"signature\":\"")).upperBound
            let other = text[cut] == "A" ? "B" : "A"
            try await a.importList(Array(text.replacingCharacters(in: cut..<text.index(after: cut), with: other).utf8), by: "D1")
        }
    }

    /// The number for the call must be known from something that was believed before.
    @Test func theNumberOfTheCallIsKnownFromBefore() async throws {
        let world = try await World()
        let (a, c) = (world.pair.requesting, world.third)
        _ = try await a.addPeer(try c.directoryEntry())
        func confirm(_ number: String, source: String? = nil, on node: Node) async throws -> Peer {
            try await node.confirmPeer(
                c.state, fingerprint: try c.entry().fingerprintWords, by: "D1",
                over: SecondChannel(how: "telephone", called: "Ms Ilves", number: number, numberSource: source))
        }
        let own = try #require(try c.entry().authority.phone)
        // Whoever made the entry wrote the number in it.
        await #expect(throws: ComityError(.usage, "")) { try await confirm(own, on: a) }
        #expect(try a.listPeers().contains { $0.entry.state == c.state && $0.trust == .unconfirmed })
        let said = try await confirm(own, source: "letter of 3 May", on: a)
        #expect(said.trust == .confirmed && said.confirmedBy?.contains("letter of 3 May") == true)
        let event = try #require(try a.store.read { try $0.lastEvent(.peerConfirmed) })
        #expect(event.detail["number"]?.string == own && event.detail["numberSource"]?.string == "said: letter of 3 May")
        // From then on it is known, also for the next entry with new keys.
        _ = try await a.revokePeer(c.state, by: "D1", since: try a.now())
        #expect(try a.knownNumbers(c.state).map(\.number) == [own])
        // A confirmed publisher vouches for it at another node.
        let b = world.pair.requested
        let list = try world.list([try c.directoryEntry()])
        try await world.confirm(b, list)
        _ = try await b.importList(list, by: "D1")
        #expect(try await confirm(own, on: b).confirmedBy?.contains("the list of unodc") == true)
    }
}
