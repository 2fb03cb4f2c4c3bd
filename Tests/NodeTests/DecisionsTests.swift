// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Law
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Refusing, consulting, pausing, reminding: what the law wants around a decision.
@Suite struct DecisionsTests {
    private func refusal(_ ground: String, _ text: String = "reasons") -> JSONValue {
        .object(["grounds": .array([.string(ground)]), "text": .string(text)])
    }

    private func acknowledged(_ pair: NodePair) async throws -> FileReference {
        let ref = try await pair.deliveredPreservation()
        try await pair.requested.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: pair.requested, to: pair.requesting)
        return ref
    }

    @Test func noRefusalWithoutGroundReasonsConsultationAndASecondPerson() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await acknowledged(pair)
        let ground = try #require(
            a.law.grounds(for: "preservation", use: .refuse).first { !$0.forbidden && $0.requires.contains("consultation") })
        let forbidden = try #require(a.law.grounds(for: "preservation", use: .refuse).first { $0.forbidden })
        await #expect(throws: ComityError(.wrongState, "")) { try await b.take(.refuse, on: ref, officer: "D1", body: refusal(ground.id)) }
        await #expect(throws: ComityError(.refusedByRule, "")) {
            try await b.take(.refuse, on: ref, officer: "D1", body: refusal(forbidden.id))
        }
        await #expect(throws: ComityError(.refusedByRule, "")) {
            try await b.take(.refuse, on: ref, officer: "D1", body: refusal("no.such.ground"))
        }
        try await b.step(.consult, ref, ["text": .string("Could you narrow it?")])
        await #expect(throws: ComityError(.refusedByRule, "")) {
            try await b.take(.refuse, on: ref, officer: "D1", body: refusal(ground.id, " "))
        }
        guard case .prepared = try await b.take(.refuse, on: ref, officer: "D1", body: refusal(ground.id)) else {
            Issue.record("a refusal must wait for a second person")
            return
        }
        #expect(try b.fileView(ref).pending?.kind == .refuse && b.fileView(ref).state == .consultation)
        await #expect(throws: ComityError(.permission, "")) { try await b.approve(ref, officer: "D1") }
        await #expect(throws: ComityError(.wrongState, "")) { try await b.take(.refuse, on: ref, officer: "D1", body: refusal(ground.id)) }
        try await b.approve(ref, officer: "D3")
        try await pair.carry(from: b, to: a)
        #expect(try a.fileView(ref).state == .refused && b.fileView(ref).state == .refused)
        #expect(try a.fileView(ref).outcome == "refused")
        #expect(try a.audit().ok && b.audit().ok)
    }

    @Test func aPreparedStepCanBeDiscarded() async throws {
        let pair = try await NodePair()
        let b = pair.requested
        let ref = try await acknowledged(pair)
        guard
            case .prepared = try await b.take(
                .override, on: ref, officer: "D1", body: .object(["rule": .string("consultation"), "reason": .string("danger")]))
        else {
            Issue.record("an override must wait for a second person")
            return
        }
        try await b.discard(ref, officer: "D1")
        #expect(try b.fileView(ref).pending == nil)
        await #expect(throws: ComityError(.wrongState, "")) { try await b.approve(ref, officer: "D3") }
        let draft = try #require(
            try await pair.requesting.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await pair.requesting.discard(draft, officer: "D1")
        await #expect(throws: ComityError(.notFound, "")) { try await pair.requesting.approve(draft, officer: "D3") }
    }

    @Test func aDraftGoesToReviewAndBackAndIsRevised() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        var draft = try pair.draft()
        let ref = try #require(try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref)
        #expect(try a.fileView(ref).state == .draft)
        try await a.submit(ref, officer: "D1")
        #expect(try a.fileView(ref).state == .review)
        await #expect(throws: ComityError(.permission, "")) { try await a.returnDraft(ref, officer: "D1", comment: "x") }
        await #expect(throws: ComityError(.usage, "")) { try await a.returnDraft(ref, officer: "D3", comment: " ") }
        try await a.returnDraft(ref, officer: "D3", comment: "Say more about the facts.")
        #expect(try a.fileView(ref).state == .draft)
        draft["facts"] = nil
        await #expect(throws: ComityError(.refusedByRule, "")) { try await a.revise(ref, draft: .object(draft), officer: "D1") }
        draft["facts"] = .string("More about the facts.")
        draft["translation"] = .object(["to": .string("ar"), "certified": .bool(false), "status": .string("in_progress")])
        _ = try await a.revise(ref, draft: .object(draft), officer: "D1")
        try await a.submit(ref, officer: "D1")
        #expect(try a.fileView(ref).state == .translation)
        try await a.approve(ref, officer: "D3")
        #expect(try a.fileView(ref).state == .authorised)
        // Another content is not the one that was approved.
        draft["translation"] = nil
        _ = try await a.revise(ref, draft: .object(draft), officer: "D1")
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: pair.requested)
        #expect(try pair.requested.fileView(ref).content["facts"] == .string("More about the facts."))
        await #expect(throws: ComityError(.wrongState, "")) { try await a.revise(ref, draft: .object(draft), officer: "D1") }
        #expect(try a.audit().ok)
    }

    /// Malformed bodies are turned away at input, with the member, and nothing is registered.
    @Test func bodiesAreChecked() async throws {
        let pair = try await NodePair()
        let b = pair.requested
        let ref = try await acknowledged(pair)
        let size = try b.store.read { try $0.registerSize() }
        for (kind, body) in [
            (ActKind.ask, [:]), (.ask, ["questions": .array([]), "reviewBy": .string("2027-01-01T00:00:00Z")]),
            (.ask, ["questions": .array([.string("?")]), "reviewBy": .string("2027-01-01T00:00:00")]),
            (.preserve, ["outcome": .string("maybe")]),
            (.transfer, ["authority": .string("")]), (.ask, ["questions": .integer(1)]),
        ] as [(ActKind, [String: JSONValue])] {
            await #expect(throws: ComityError(.malformedInput, "")) { try await b.take(kind, on: ref, officer: "D1", body: .object(body)) }
        }
        #expect(try b.store.read { try $0.registerSize() } == size)
    }

    /// One reminder for each threshold, ever: also in another process, and after a restart.
    @Test func remindersAreGivenOnce() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await acknowledged(pair)
        try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        try await pair.carry(from: b, to: a)
        _ = try await a.remind()
        let start = try a.now()
        for node in [a, b] { try await node.setClock(start.adding(try ISODuration("P31D"))) }
        let first = try await a.remind().filter { $0.rule == "uncc.42.8.minimum" }
        #expect(first.map(\.threshold) == [30 * 86_400_000])
        let again = try Node(folder: a.folder.path)
        #expect(try await again.remind().isEmpty)
        try await again.setClock(start.adding(try ISODuration("P58D")))
        let later = try await a.remind().filter { $0.rule == "uncc.42.8.minimum" }
        #expect(later.map(\.threshold) == [14, 7, 3].map { Int64($0) * 86_400_000 })
        #expect(try await again.remind().isEmpty)
        #expect(try a.audit().ok)
    }

    /// Nobody acknowledges an urgent request: each level is registered once, on the side whose duty it is, also after a restart.
    @Test func escalationIsRegisteredOnce() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let rule = "house.acknowledge.urgent"
        let sent = try #require(try b.fileView(ref).acts.first?.at)
        func told(_ node: Node, after minutes: Int64) async throws -> [String?] {
            try await node.setClock(sent.adding(milliseconds: minutes * 60_000 + 1))
            return try await node.remind().filter { $0.rule == rule }.map { $0.level?.tell }
        }
        func level(_ node: Node) throws -> Int? { try node.queue().first { $0.ref == ref }?.clock?.escalated?.level }
        #expect(try await told(b, after: 29) == [])
        #expect(try level(b) == nil)
        #expect(try await told(b, after: 31) == ["second_officer"])
        #expect(try await told(b, after: 59) == [])
        let again = try Node(folder: b.folder.path)
        #expect(try await told(again, after: 95) == ["supervisor", "head"])
        #expect(try level(again) == 3 && again.fileView(ref).clocks.first { $0.rule == rule }?.escalated?.tell == "head")
        #expect(try await told(b, after: 96) == [])
        #expect(try await told(again, after: 500) == [])
        #expect(try await told(a, after: 95) == [nil])
        let file = try #require(try b.fileView(ref).id)
        let events = try b.store.read { try $0.events(of: file) }.filter { $0.event == .reminded && $0.detail["rule"] == .string(rule) }
        #expect(events.map { $0.detail["tell"]?.string } == ["second_officer", "supervisor", "head"])
        #expect(events.map { $0.detail["level"]?.integer } == [1, 2, 3])
        #expect(try a.audit().ok && b.audit().ok)
    }
}
