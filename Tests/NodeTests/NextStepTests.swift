// SPDX-License-Identifier: Apache-2.0

import Dossier
import Standards
import Testing

@testable import Node

/// What the worklist of two nodes says next, where more than the state of the file counts.
@Suite struct NextStepTests {
    private static let minute: Int64 = 60_000

    /// The other State's time begins when it has the request, on both nodes alike.
    @Test func anUndeliveredRequestHasNoClock() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let start = try Instant("2026-12-03T12:00:00Z")
        for node in [a, b] { try await node.setClock(start) }
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        let later = start.adding(milliseconds: 45 * Self.minute)
        for node in [a, b] { try await node.setClock(later) }
        let waiting = try #require(try a.workItem(ref))
        #expect(waiting.state == .sent && waiting.clock == nil && waiting.next == NextStep(step: "deliver", whose: .us))
        #expect(try a.fileView(ref).clocks.isEmpty && a.workCounts()[.overdue] == 0)
        #expect(try await a.remind().isEmpty)
        try await pair.carry(from: a, to: b)
        for (node, whose) in [(a, NextStep.Whose.them), (b, .us)] {
            let item = try #require(try node.workItem(ref))
            #expect(item.state == .delivered && item.next == NextStep(step: "acknowledge", whose: whose))
            let clock = try #require(try node.fileView(ref).clocks.first { $0.rule == "house.acknowledge.urgent" })
            #expect(clock.state == .running && clock.starts >= later)
            #expect(clock.due.milliseconds - later.milliseconds < 31 * Self.minute)
        }
        // The acknowledgment comes in time, though more than half an hour after the request was made.
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        for node in [a, b] {
            #expect(try node.fileView(ref).clocks.first { $0.rule == "house.acknowledge.urgent" }?.state == .met)
        }
    }

    /// Whoever consults waits; the other side answers, and the file goes on where it was.
    @Test func aConsultationWaitsForViews() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await b.step(.execute, ref, ["authority": .string("court")])
        func next() throws -> [NextStep] { try [a, b].map { try #require(try $0.workItem(ref)).next } }
        try await pair.carry(from: b, to: a)
        #expect(try next() == [NextStep(step: "preserve", whose: .them), NextStep(step: "preserve", whose: .us)])
        try await b.step(.consult, ref, ["text": .string("Is a copy enough?")])
        try await pair.carry(from: b, to: a)
        #expect(try next() == [NextStep(step: "answer", whose: .us), NextStep(step: "answer", whose: .them)])
        #expect(try a.workItem(ref)?.unanswered == 1)
        try await a.step(.answer, ref, ["answers": .array([.string("It is.")])])
        try await pair.carry(from: a, to: b)
        #expect(try next() == [NextStep(step: "preserve", whose: .them), NextStep(step: "preserve", whose: .us)])
        #expect(try [a, b].allSatisfy { try $0.fileView(ref).state == .executing } && a.workItem(ref)?.unanswered == 0)
        try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        try await pair.carry(from: b, to: a)
        #expect(try next() == [NextStep(step: "follow-up", whose: .us), NextStep(step: "follow-up", whose: .them)])
    }
}
