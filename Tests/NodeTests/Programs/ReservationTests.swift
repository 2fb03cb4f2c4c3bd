// SPDX-License-Identifier: Apache-2.0

import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Tokens, and keys of requests: nothing is done twice, whatever fails in between.
@Suite struct ReservationTests {
    private static let answer: @Sendable ([EntryLine]) throws -> ProgramAnswer = { lines in
        ProgramAnswer(status: 201, headers: ["Location": "/x"], body: Array(lines.map(\.name).joined(separator: ",").utf8))
    }

    private func reserved(_ node: Node, _ key: String, _ request: [UInt8] = [1]) async throws -> Reservation {
        guard case .yours(let reservation) = try await node.reserve(key, for: request, officer: "D1") else {
            throw ComityError(.failure, "the key \(key) is taken")
        }
        return reservation
    }

    @Test func theAnswerIsKeptInTheTransactionOfTheEffect() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        node.realTime.stop()
        let draft = JSONValue.object(try pair.draft())
        let reservation = try await reserved(node, "k")
        if case .inProgress(let seconds) = try await node.reserve("k", for: [1], officer: "D1") {
            #expect((1...60).contains(seconds))
        } else {
            Issue.record("the same request is being worked on")
        }
        if case .another = try await node.reserve("k", for: [2], officer: "D1") {} else { Issue.record("another request") }
        if case .yours = try await node.reserve("k", for: [2], officer: "D3") {} else { Issue.record("keys belong to officers") }
        let (made, kept) = try await node.carry(Passage(reservation: reservation, answer: Self.answer)) { () async throws(ComityError) in
            try await node.newRequest(type: "preservation", draft: draft, officer: "D1", dryRun: false)
        }
        #expect(made.ref != nil && kept?.body == Array("drafted".utf8))
        // As if the process had ended right there: the answer is in the database.
        let again = try Node(folder: node.folder.path)
        guard case .answered(let answer) = try await again.reserve("k", for: [1], officer: "D1") else {
            Issue.record("the answer was lost")
            return
        }
        #expect(answer == kept)
        // After a day the key is free.
        node.realTime.advance(milliseconds: Node.answersKept)
        _ = try await reserved(node, "k", [3])
    }

    @Test func anAttemptThatWasOvertakenUndoesItself() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        node.realTime.stop()
        let draft = JSONValue.object(try pair.draft())
        let slow = try await reserved(node, "k")
        node.realTime.advance(milliseconds: Node.reservationLease)
        let fast = try await reserved(node, "k")
        let size = try node.store.read { try $0.registerSize() }
        func run(_ reservation: Reservation) async throws -> ProgramAnswer? {
            try await node.carry(Passage(reservation: reservation, answer: Self.answer)) { () async throws(ComityError) in
                try await node.newRequest(type: "preservation", draft: draft, officer: "D1", dryRun: false)
            }.answer
        }
        // The slow one comes first or second: either way it is not the one that counts.
        await #expect(throws: ComityError.coded(.wrongState)) { try await run(slow) }
        #expect(try node.store.read { try $0.registerSize() } == size && node.queue().isEmpty)
        await node.release(slow)
        let kept = try await run(fast)
        #expect(kept?.status == 201)
        await #expect(throws: ComityError.coded(.wrongState)) { try await run(slow) }
        await #expect(throws: ComityError.coded(.wrongState)) { try await run(fast) }
        #expect(try node.store.read { try $0.registerSize() } == size + 1 && node.queue().count == 1)
        #expect(try node.audit().ok)
    }

    @Test func whatFailedFreesItsKey() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let reservation = try await reserved(node, "k")
        await #expect(throws: ComityError.coded(.malformedInput)) {
            try await node.carry(Passage(reservation: reservation, answer: Self.answer)) { () async throws(ComityError) in
                try await node.newRequest(type: "preservation", draft: .object([:]), officer: "D1", dryRun: false)
            }
        }
        await node.release(reservation)
        _ = try await reserved(node, "k", [2])
    }

    @Test func conditionsAreJudgedInTheTransaction() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let draft = JSONValue.object(try pair.draft())
        let ref = try #require(try await node.newRequest(type: "preservation", draft: draft, officer: "D1", dryRun: false).ref)
        let version = try node.draftView(ref, officer: "D1").version
        func submit(_ condition: Passage.Condition) async throws {
            _ = try await node.carry(Passage(condition: condition)) { () async throws(ComityError) in
                try await node.submit(ref, officer: "D1")
            }
        }
        await #expect(throws: ComityError.coded(.changed)) { try await submit(.draft(ref, versions: ["0"])) }
        await #expect(throws: ComityError.coded(.changed)) { try await submit(.draft(ref, versions: [])) }
        await #expect(throws: ComityError.coded(.wrongState)) { try await submit(.file(ref)) }
        try await submit(.draft(ref, versions: ["0", version]))
        #expect(try node.draftView(ref, officer: "D1").version != version)
        let other = try FileReference("XA-2026-PRE-000042-L")
        await #expect(throws: ComityError.coded(.notFound)) { try await submit(.draft(other, versions: nil)) }
        await #expect(throws: ComityError.coded(.notFound)) { try await submit(.file(other)) }
        // Nothing rides along when nobody asked for it.
        try await node.approve(ref, officer: "D3")
        _ = try await node.send(ref, officer: "D1")
        await #expect(throws: ComityError.coded(.wrongState)) { try await submit(.draft(ref, versions: nil)) }
    }

    @Test func tokens() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let size = try node.store.read { try $0.registerSize() }
        for (label, days, scopes) in [("", 1, nil), ("x", 0, nil), ("x", 367, nil), ("x", 1, [.approve]), ("x", 1, [])]
            as [(String, Int, Set<Permission>?)]
        {
            await #expect(throws: ComityError.coded(.usage)) {
                try await node.makeToken(for: "D1", label: label, days: days, scopes: scopes, by: nil)
            }
        }
        _ = try await node.invite(officer: "S1", role: "administrator", name: "S", by: nil)
        // Who holds a token acts as its officer, so nobody makes one for somebody else.
        for by in ["S1", "D3"] {
            await #expect(throws: ComityError.coded(.permission)) { try await node.makeToken(for: "D1", label: "x", days: 1, by: by) }
        }
        await #expect(throws: ComityError.coded(.permission)) { try await node.makeToken(for: "nobody", label: "x", days: 1, by: nil) }
        #expect(try node.store.read { try $0.registerSize() } == size + 1)
        let (text, token) = try await node.makeToken(for: "D1", label: "case system", days: 2, by: "D1")
        #expect(text.hasPrefix("comity_") && token.scopes == [.readContent, .readMetadata, .readRegister])
        #expect(try node.store.read { try $0.token(hash: Secret.hash(text)) }?.id == token.id)
        let caller = try #require(try node.caller(token: text))
        #expect(caller.officer == "D1" && caller.role == "duty_officer" && caller.permissions == Set(token.scopes))
        for wrong in [text + "x", String(text.dropFirst()), "comity_" + Secret.token()] { #expect(try node.caller(token: wrong) == nil) }
        let (reads, sends) = try await Node.limited(to: caller) {
            #expect(throws: ComityError.coded(.permission)) { try node.authorise("D1", .draft, to: "x") }
            return (try node.may("D1", .readContent), try node.may("D1", .send))
        }
        #expect(reads && !sends)
        #expect(try node.may("D1", .send))
        #expect(throws: ComityError.coded(.permission)) { try node.tokens(of: "D1", by: "D3") }
        #expect(try node.tokens(of: nil, by: "S1").map(\.id) == [token.id])
        node.realTime.advance(milliseconds: 2 * 86_400_000 - 1)
        #expect(try node.caller(token: text) != nil)
        node.realTime.advance(milliseconds: 1)
        #expect(try node.caller(token: text) == nil, "it has ended")
        let second = try await node.makeToken(for: "D1", label: "b", days: 1, by: nil)
        await #expect(throws: ComityError.coded(.permission)) { try await node.revokeToken(second.token.id, by: "D3") }
        #expect(try await node.revokeToken(second.token.id, by: "S1").revoked != nil)
        #expect(try node.caller(token: second.text) == nil)
        let events = try access.events(.accountChanged).compactMap { $0.detail["change"]?.string }
        #expect(events == ["invited", "token-made", "token-made", "token-revoked"])
        let database = try node.store.read { try $0.tokens(of: nil) }
        #expect(!"\(database)".contains(text.dropFirst("comity_".count)), "only a hash is kept")
    }
}
