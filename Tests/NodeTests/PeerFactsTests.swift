// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// An entry with the keys that are known changes the facts about a State; the keys decide about trust.
@Suite struct PeerFactsTests {
    private func entry(
        of node: Node, id: String? = nil, phone: String? = nil, endpoint: String? = nil, sealing: String? = nil,
        statementKey: StatementVerifyingKey?? = nil, later: Int64 = 1000
    ) throws -> [UInt8] {
        let own = try node.entry()
        let authority = DirectoryEntry.Authority(
            id: id ?? own.authority.id, name: own.authority.name, languages: own.authority.languages, timeZone: own.authority.timeZone,
            phone: phone ?? own.authority.phone, email: own.authority.email)
        return try DirectoryEntry(
            state: own.state, authority: authority, endpoint: endpoint ?? own.endpoint, rootKey: own.rootKey, signingKey: own.signingKey,
            sealing: sealing ?? own.sealing, certificate: own.certificate, register: own.register, exercise: own.exercise,
            issuedAt: own.issuedAt.adding(milliseconds: later), statementKey: statementKey ?? own.statementKey
        ).signed(by: node.keys.root)
    }

    @Test func aLaterEntryWithTheSameKeysChangesFactsAndKeepsTrust() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let before = try #require(try a.listPeers().first)
        let old = try b.directoryEntry()
        try await b.setAuthority(
            name: "24/7 point of XB", languages: ["fr", "en"], timeZone: "Europe/Helsinki", phone: "+999 205 550 299", email: nil, by: nil)
        let new = try b.directoryEntry()
        #expect(
            try a.factsChanged(by: try a.readEntry(new, officer: "D1")) == ["languages", "timeZone", "phone"])
        let size = try a.store.read { try $0.registerSize() }
        let peer = try await a.addPeer(new, by: "D1")
        #expect(peer.trust == .confirmed && peer.entry.authority.phone == "+999 205 550 299")
        let kept = try #require(try a.listPeers().first)
        #expect(kept == peer && kept.jws == new)
        #expect(kept.addedAt == before.addedAt && kept.confirmedAt == before.confirmedAt && kept.confirmedBy == before.confirmedBy)
        let event = try #require(try a.store.read { try $0.lastEvent(.peerAdded) })
        #expect(event.by == "D1" && event.detail["change"]?.string == "facts" && event.detail["state"]?.string == "XB")
        #expect(event.detail["changed"]?.array?.compactMap(\.string) == ["languages", "timeZone", "phone"])
        #expect(try a.shiftLog(officer: "D1").lines.first?.what == .peer(b.state, change: .facts))
        #expect(try a.store.read { try $0.registerSize() } == size + 1)
        // The same entry again does nothing; an older one is refused, and what is here stays.
        #expect(try await a.addPeer(new, by: "D1") == peer)
        #expect(try a.factsChanged(by: try a.readEntry(new, officer: nil)) == nil)
        let refusal = await #expect(throws: ComityError.self) { try await a.addPeer(old, by: "D1") }
        #expect(refusal?.code == .wrongState && refusal?.why.contains("was issued at") == true)
        #expect(throws: ComityError(.wrongState, "")) { try a.factsChanged(by: try a.readEntry(old, officer: nil)) }
        #expect(try a.listPeers().first == peer && a.store.read { try $0.registerSize() } == size + 1)
        // They go on exchanging acts under the keys that were compared.
        let ref = try await pair.deliveredPreservation()
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        #expect(try a.fileView(ref).state == .acknowledged)
        for node in [a, b] { #expect(try node.audit().ok) }
    }

    @Test func theNodeReachesAMovedPeerAtItsNewAddress() async throws {
        let pair = try await NodePair()
        let moved = try entry(of: pair.requested, endpoint: "https://127.0.0.1:4711")
        #expect(try await pair.requesting.addPeer(moved).trust == .confirmed)
        #expect(try pair.requesting.confirmedPeer(pair.requested.state).entry.endpoint == "https://127.0.0.1:4711")
        #expect(try pair.requesting.store.read { try $0.lastEvent(.peerAdded) }?.by == "node")
    }

    @Test func otherKeysOrAnotherAuthorityAreNoChangeOfFacts() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let known = try a.listPeers()
        let otherKey = try entry(of: b, sealing: AgeIdentity.generate().recipient.text)
        let otherAuthority = try entry(of: b, id: "xb-ministry")
        let otherStatementKey = try entry(of: b, statementKey: try StatementKey.generate().verifyingKey)
        let noStatementKey = try entry(of: b, statementKey: .some(nil))
        for jws in [otherKey, otherAuthority, otherStatementKey, noStatementKey] {
            #expect(try a.factsChanged(by: try a.readEntry(jws, officer: nil)) == nil)
            await #expect(throws: ComityError(.alreadyExists, "")) { try await a.addPeer(jws) }
        }
        // Of the same moment, with other facts: nobody can say which counts.
        await #expect(throws: ComityError(.wrongState, "")) { try await a.addPeer(try entry(of: b, phone: "+999 1 234", later: 0)) }
        #expect(try a.listPeers() == known)
        // Revoked keys do not come back with new facts.
        _ = try await a.revokePeer(b.state, by: "D1")
        await #expect(throws: ComityError(.revokedKey, "")) { try await a.addPeer(try entry(of: b, phone: "+999 1 234")) }
    }

    @Test func whatWasNotConfirmedStaysUnconfirmed() async throws {
        let pair = try await NodePair()
        let third = try await NodePair.node("XC", pair.folder("xc"), exchange: 9)
        #expect(try await pair.requesting.addPeer(try third.directoryEntry()).trust == .unconfirmed)
        let changed = try await pair.requesting.addPeer(try entry(of: third, phone: "+999 1 234"))
        #expect(changed.trust == .unconfirmed && changed.entry.authority.phone == "+999 1 234" && changed.confirmedAt == nil)
        await #expect(throws: ComityError(.wrongState, "")) { try await pair.requesting.addPeer(try third.directoryEntry()) }
    }

    @Test func everyChangeOfFactsIsLaterThanTheOneBefore() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        var last = try node.entry().issuedAt
        for number in 0..<5 {
            try await node.setAuthority(name: "Point \(number)", languages: ["en"], timeZone: "UTC", phone: nil, email: nil, by: nil)
            let next = try node.entry().issuedAt
            #expect(next > last)
            #expect(try await pair.requesting.addPeer(try node.directoryEntry()).entry.authority.name == "Point \(number)")
            last = next
        }
    }
}
