// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// What was not believed: looked at, let in when it holds after all, reported. Nothing that does not hold is let in.
@Suite struct QuarantineTests {
    /// An act of a State whose keys were not confirmed when it came.
    private func early() async throws -> (pair: NodePair, ref: FileReference, act: UUIDv7) {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        try SQLiteShell.run(b.folder.path + "/comity.sqlite", "UPDATE peer SET trust = 'unconfirmed'")
        b.peers.forget()
        let result = try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false)
        let ref = try #require(result.ref)
        try await a.approve(ref, officer: "D3")
        let sent = try await a.send(ref, officer: "D1")
        await #expect(throws: ComityError(.unknownKey, "")) { try await pair.carry(from: a, to: b) }
        return (pair, ref, sent)
    }

    @Test func whatHoldsAfterAllIsLetInOnceAndReceiptedAtTheNextTry() async throws {
        let (pair, ref, act) = try await early()
        let (a, b) = (pair.requesting, pair.requested)
        let message = try b.quarantined(1, officer: nil)
        #expect(message.code == "unknown-key" && message.claims?.act == act && message.claims?.from == a.party && !message.isFinal)
        // The number is that of the directory.
        #expect(message.callBack == a.state && message.phone == "+999105550101")
        await #expect(throws: ComityError(.unknownKey, "")) { try await b.releaseQuarantined(1, reason: "called", by: "D1") }
        await #expect(throws: ComityError(.usage, "")) { try await b.releaseQuarantined(1, reason: "", by: "D1") }
        await #expect(throws: ComityError(.permission, "")) { try await b.releaseQuarantined(1, reason: "called", by: "X1") }
        await #expect(throws: ComityError(.notFound, "")) { try await b.releaseQuarantined(2, reason: "called", by: "D1") }
        _ = try await b.confirmPeer(a.state, fingerprint: a.fingerprint, by: "D1", how: "test")
        #expect(try await b.releaseQuarantined(1, reason: "called Ms Ilves", by: "D1") == act)
        let file = try b.store.read { try $0.file(ref) }
        #expect(file != nil)
        #expect(try b.quarantined(1, officer: nil).released != nil)
        await #expect(throws: ComityError(.wrongState, "")) { try await b.releaseQuarantined(1, reason: "again", by: "D1") }
        // Its sender tries again by itself.
        try await pair.carry(from: a, to: b)
        let owed = try a.store.read { try $0.waiting().count }
        #expect(owed == 0)
        let kept = try b.store.read { reader in try reader.file(ref).map { try reader.filedActs(of: $0.id).count } }
        #expect(kept == 1)
        for node in [a, b] {
            let report = try node.audit()
            #expect(report.ok, "\(report.faults)")
        }
    }

    /// The sender of what was refused for good has left it out of its file: letting it in would part the two sides.
    @Test func whatWasRefusedForGoodIsNotLetIn() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let act = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        var bytes = try pair.sealed(act.description, from: b, to: a)
        bytes[bytes.count - 5] ^= 1
        let damaged = bytes
        await #expect(throws: ComityError(.cannotDecrypt, "")) { try await a.receive(damaged, from: b.state) }
        let message = try a.quarantined(1, officer: nil)
        #expect(message.code == "cannot-decrypt" && message.claims == nil && message.isFinal && message.callBack == b.state)
        await #expect(throws: ComityError(.wrongState, "")) { try await a.releaseQuarantined(1, reason: "called", by: "D1") }
    }

    @Test func aReportSaysTheFactsAndNothingOfTheContent() async throws {
        let (pair, _, act) = try await early()
        let b = pair.requested
        let text = try await b.reportQuarantined(1, to: "Central Authority of XA", by: "D1")
        #expect(text.contains(act.description) && text.contains("unknown-key") && text.contains("Central Authority of XA"))
        let title = try pair.draft()["title"]?.string ?? text
        #expect(!text.contains(title))
        let events = try b.store.read { try $0.events(.quarantineReported) }
        #expect(events.map(\.by) == ["D1"] && events[0].detail["to"]?.string == "Central Authority of XA")
        await #expect(throws: ComityError(.usage, "")) { try await b.reportQuarantined(1, to: "", by: "D1") }
    }

    /// What one State sends fills neither the disk nor the room of the others.
    @Test func theQuarantineHasRoomForEachPeer() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        for number in 0..<PeerLimits.messages + 20 {
            await #expect(throws: ComityError(.schema, "")) {
                try await node.receive(Array("garbage \(number)".utf8), from: pair.requesting.state)
            }
        }
        let kept = try node.quarantined(officer: nil)
        let facts = kept.filter { $0.code == "throttled" }
        // One for each hour that the test was in.
        #expect((1...2).contains(facts.count) && facts.allSatisfy { $0.size == 0 } && kept.count - facts.count <= PeerLimits.messages)
        let other = try StateCode("XC")
        await #expect(throws: ComityError(.schema, "")) { try await node.receive(Array("of another State".utf8), from: other) }
        #expect(try node.quarantined(officer: nil).contains { $0.peer == "XC" && $0.size > 0 })
    }

    @Test func bytesAreCountedToo() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        let message = [UInt8](repeating: 7, count: 1 << 20)
        for number in 0..<70 {
            await #expect(throws: ComityError(.schema, "")) {
                try await node.receive(message + Array("\(number)".utf8), from: pair.requesting.state)
            }
        }
        let sizes = try node.quarantined(officer: nil).map { Int64($0.size) }
        #expect(sizes.reduce(0, +) <= PeerLimits.bytes && sizes.filter { $0 > 0 }.count >= 60)
    }
}
