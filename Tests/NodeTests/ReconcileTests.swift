// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// Both chains of a file, compared: whatever parts them is named.
@Suite struct ReconcileTests {
    private func reconciled(_ ref: FileReference, _ own: Node, _ other: Node) async throws -> Reconciliation {
        let delivery = Delivery(node: own) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: other, from: own.state) }
        return try #require(try await delivery.reconcile(ref, officer: nil).first)
    }

    @Test func whatIsTheSameAgreesAndWhatIsOwedIsSaid() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        for (own, other) in [(a, b), (b, a)] {
            let result = try await reconciled(ref, own, other)
            #expect(result.agrees && result.same == 1 && result.state == other.state)
        }
        let act = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        let owed = try await reconciled(ref, b, a)
        #expect(!owed.agrees && owed.same == 1 && owed.differences.map(\.kind) == [.notDelivered] && owed.differences[0].act == act)
        #expect(owed.differences[0].says.contains("next try at"))
        // The other side sees that something is on its way.
        let coming = try await reconciled(ref, a, b)
        #expect(coming.differences.map(\.kind) == [.missingHere] && coming.differences[0].act == act)
        #expect(coming.differences[0].step == .acknowledge)
        try await pair.carry(from: b, to: a)
        #expect(try await reconciled(ref, b, a).agrees)
        #expect(try await reconciled(ref, a, b).same == 2)
        // Acts of other files are no difference.
        _ = try await pair.deliveredPreservation()
        #expect(try await reconciled(ref, a, b).agrees)
    }

    @Test func lossesAndForgeriesAreNamed() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let act = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        // One register lost what it gave a receipt for.
        try SQLiteShell.run(a.folder.path + "/comity.sqlite", "DELETE FROM act WHERE id = '\(act)'")
        let lost = try await reconciled(ref, b, a)
        #expect(lost.differences.map(\.kind) == [.missingThere] && lost.differences[0].says.contains("receipt"))
        let own = try await reconciled(ref, a, b)
        #expect(own.differences.map(\.kind) == [.missingHere])
        // Another one has something else under the same id.
        let other = String(repeating: "ab", count: 32)
        try SQLiteShell.run(a.folder.path + "/comity.sqlite", "UPDATE act SET hash = x'\(other)'")
        let changed = try await reconciled(ref, b, a)
        #expect(changed.differences.map(\.kind) == [.missingThere] && changed.same == 1)
    }

    @Test func whoMayAskAndOfWhat() async throws {
        let pair = try await NodePair()
        let ref = try await pair.deliveredPreservation()
        let delivery = Delivery(node: pair.requesting) { _ in DirectLine(to: pair.requested, from: pair.requesting.state) }
        let unknown = try FileReference(state: pair.requesting.state, year: 2026, typeCode: FileType.preservation.code, number: 999_999)
        await #expect(throws: ComityError(.notFound, "")) { try await delivery.reconcile(unknown, officer: nil) }
        _ = try await pair.requesting.revokePeer(pair.requested.state, by: "D1")
        await #expect(throws: ComityError(.permission, "")) { try await delivery.reconcile(ref, officer: nil) }
    }
}
