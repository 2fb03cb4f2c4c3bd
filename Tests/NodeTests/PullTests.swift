// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import NIOCore
import Register
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// A node that nobody can reach fetches what is owed to it.
@Suite struct PullTests {
    private func delivery(_ own: Node, to other: Node) -> Delivery {
        Delivery(node: own) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: other, from: own.state) }
    }

    private func owed(_ node: Node) throws -> Int { try node.store.read { try $0.waiting().count } }

    @Test func whatIsOwedIsFetchedInOrderAndOnce() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        #expect(try owed(b) == 2)
        let fetching = delivery(a, to: b)
        #expect(try await fetching.pull(from: b.state) == 2)
        #expect(try owed(b) == 0)
        #expect(try await fetching.pull(from: b.state) == 0)
        #expect(try a.fileView(ref).state == b.fileView(ref).state)
        #expect(try await fetching.reconcile(ref, officer: nil).allSatisfy(\.agrees))
        for node in [a, b] {
            let report = try node.audit()
            #expect(report.ok, "\(report.faults)")
        }
        await #expect(throws: ComityError(.notFound, "")) { try await fetching.pull(from: try StateCode("XC")) }
    }

    /// An emergency is taken before what was owed longer.
    @Test func emergenciesComeFirst() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        for level in ["normal", "emergency"] {
            var draft = try pair.draft()
            draft["title"] = .string(level)
            draft["urgency"] = .object(["level": .string(level), "reason": .string("A life is in danger.")])
            let ref = try #require(try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref)
            try await a.approve(ref, officer: "D3")
            _ = try await a.send(ref, officer: "D1")
        }
        #expect(try await delivery(b, to: a).pull(from: a.state) == 2)
        let titles = try b.store.read { reader in try reader.files().sorted { $0.id.description < $1.id.description }.map(\.title) }
        let order = try b.store.read { reader in
            try reader.files().map { ($0.title, try reader.filedActs(of: $0.id)[0].index) }.sorted { $0.1 < $1.1 }.map(\.0)
        }
        #expect(titles == ["normal", "emergency"] && order == ["emergency", "normal"])
    }

    /// A receipt that does not hold, or for what is not owed to the caller, changes nothing.
    @Test func aFalseReceiptSettlesNothing() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let act = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        let opening = try #require(try a.store.read { reader in try reader.file(ref).flatMap { try reader.filedActs(of: $0.id).first } })
        let other = try b.receipt(for: opening.act.id)
        for bytes in [Array("{}".utf8), try IJSON.encode(other)] {
            await #expect(throws: ComityError.self) { try await b.answer(.receipt(act: act.description, bytes), from: a.state) }
        }
        await #expect(throws: ComityError(.notFound, "")) {
            try await b.answer(.receipt(act: opening.act.id.description, try IJSON.encode(other)), from: a.state)
        }
        await #expect(throws: ComityError.self) { try await b.answer(.receipt(act: "x", try IJSON.encode(other)), from: a.state) }
        #expect(try owed(b) == 1)
    }
}
