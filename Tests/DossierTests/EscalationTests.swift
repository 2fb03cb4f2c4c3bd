// SPDX-License-Identifier: Apache-2.0

import Law
import LawSupport
import Standards
import Testing

@testable import Dossier

/// Clocks that are due at a time in the draft, and whom to tell when nobody reacts. By the rules as they ship.
@Suite struct EscalationTests {
    typealias Story = ClockTests.Story
    static let minute: Int64 = 60_000
    static let day: Int64 = 86_400_000

    private func standing(_ story: Story, _ milliseconds: Int64) throws -> Standing {
        Standing(
            of: try Dossier(folding: story.acts), law: try shippedLaw(), followers: [], delivery: .done, now: story.at(milliseconds))
    }

    private func clock(_ rule: String, _ story: Story, _ milliseconds: Int64) throws -> Clock? {
        try standing(story, milliseconds).clocks.first { $0.rule == rule }
    }

    /// Thirty minutes: the second officer; sixty: the supervisor; ninety: the head. Only on the side whose duty it is.
    @Test func nobodyReacts() throws {
        var story = try Story(.preservation)
        let file = story.acts[0].act.file
        func given(_ minutes: Int64, _ own: Side) throws -> [Clock.Reminder] {
            try #require(try clock("house.acknowledge.urgent", story, minutes * Self.minute))
                .remindersDue(at: story.at(minutes * Self.minute), file: file, own: own)
        }
        #expect(try given(29, .requested).isEmpty)
        for (minutes, told) in [
            (30, ["second_officer"]), (59, ["second_officer"]), (60, ["second_officer", "supervisor"]),
            (90, ["second_officer", "supervisor", "head"]), (100_000, ["second_officer", "supervisor", "head"]),
        ] as [(Int64, [String])] {
            #expect(try given(minutes, .requested).map { $0.level?.tell } == told, "\(minutes)")
            #expect(try given(minutes, .requesting).map(\.threshold) == [0] && given(minutes, .requesting)[0].level == nil)
            let reached = try #require(try clock("house.acknowledge.urgent", story, minutes * Self.minute)?.escalated)
            #expect(reached.tell == told.last && reached.level == told.count)
        }
        let all = try given(90, .requested)
        #expect(all.map(\.at) == [30, 60, 90].map { story.at($0 * Self.minute) })
        #expect(Set(all.map(\.id)).count == 3 && all.map(\.threshold) == [0, -30, -60].map { $0 * Self.minute })
        #expect(try clock("house.acknowledge.urgent", story, 29 * Self.minute)?.escalated == nil)
        try story.take(.acknowledge, .requested, at: 70 * Self.minute)
        #expect(try given(90, .requested).isEmpty)
        let late = try #require(try clock("house.acknowledge.urgent", story, 500 * Self.minute))
        #expect(late.state == .over && late.escalated?.tell == "supervisor")
    }

    private func needed(_ value: JSONValue) throws -> Story {
        try Story(.preservation, content: .object(["urgency": .object(["level": .string("normal"), "needed_by": value])]))
    }

    @Test func dueAtATimeInTheDraft() throws {
        let zero = Instant(milliseconds: 1_795_000_000_000)
        let due = zero.adding(milliseconds: 3 * Self.day)
        var story = try needed(.string(due.at(offsetMinutes: -180).description))
        let file = story.acts[0].act.file
        let running = try #require(try clock("house.needed-by", story, 2 * Self.day))
        #expect(running.due == due && running.state == .running && running.side == .requested && running.article == "house needed.by")
        // Two days before the end, but not seven: that lies before the request.
        #expect(running.remindersDue(at: story.at(2 * Self.day), file: file).map(\.threshold) == [2 * Self.day])
        #expect(try clock("house.needed-by", story, 3 * Self.day)?.state == .over)
        try story.take(.acknowledge, .requested, at: Self.day)
        try story.take(.preserve, .requested, at: 2 * Self.day)
        #expect(try clock("house.needed-by", story, 9 * Self.day)?.state == .met)
        // Without a time there is no such clock, and never one at a wrong time.
        for value in [JSONValue.null, .string(""), .string("soon"), .string("2026-12-20"), .integer(5), .array([.string(due.description)])]
        {
            #expect(try clock("house.needed-by", try needed(value), 0) == nil, "\(value)")
        }
        #expect(try clock("house.needed-by", try needed(.string(zero.adding(milliseconds: -1).description)), 0)?.state == .over)
    }

    /// The team's period ends on the day of the agreement; a later end holds when all have signed it, and then it reminds anew.
    @Test func theTeamsPeriod() throws {
        let zero = Instant(milliseconds: 1_795_000_000_000)
        let end = zero.adding(milliseconds: 100 * Self.day)
        let period: JSONValue = .object(["from": .string(zero.description), "to": .string(end.description)])
        var story = try Story(.jointInvestigation, content: .object(["agreement": .object(["period": period])]))
        try story.take(.acknowledge, .requested, at: 1)
        for side in Side.allCases { try story.take(.approveAgreement, side, at: 2) }
        for side in Side.allCases { try story.take(.sign, side, at: 3) }
        #expect(try clock("house.joint.period", story, 4) == nil)
        try story.take(.activate, .requesting, at: 5)
        let first = try #require(try clock("house.joint.period", story, 6))
        #expect(first.due == end && first.side == .requesting)
        let later = zero.adding(milliseconds: 300 * Self.day)
        for side in Side.allCases {
            // Refused once, agreed the second time; who proposes it makes no difference.
            try story.take(.extend, side, at: 10 * Self.day, ActBody.Extend(until: later))
            let proposal = try #require(story.acts.last?.act.id)
            try story.take(.sign, side, at: 11 * Self.day, ActBody.Sign(amendment: proposal, text: Maker.zero))
            #expect(try clock("house.joint.period", story, 12 * Self.day)?.due == end)
            if side == .requesting {
                try story.take(.decline, side.other, at: 12 * Self.day, ActBody.Decline(reason: "r", about: proposal))
                #expect(try clock("house.joint.period", story, 13 * Self.day)?.due == end)
            } else {
                try story.take(.sign, side.other, at: 13 * Self.day, ActBody.Sign(amendment: proposal, text: Maker.zero))
                let moved = try #require(try clock("house.joint.period", story, 14 * Self.day))
                #expect(moved.due == later && moved.startAct == proposal && moved.starts == first.starts)
            }
        }
        try story.take(.end, .requesting, at: 99 * Self.day)
        #expect(try clock("house.joint.period", story, 400 * Self.day)?.state == .met)
    }
}
