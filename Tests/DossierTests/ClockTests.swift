// SPDX-License-Identifier: Apache-2.0

import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Dossier

@Suite struct ClockTests {
    static let day: Int64 = 86_400_000
    static let hour: Int64 = 3_600_000

    /// Plays acts at given times.
    struct Story {
        var maker: Maker
        let type: FileType
        var acts: [Dossier.HashedAct] = []
        let zero = Instant(milliseconds: 1_795_000_000_000)

        init(_ type: FileType, content: JSONValue? = nil) throws {
            maker = try Maker(Seeded(1))
            self.type = type
            if let content { maker.content = content }
            try take(.request, .requesting, at: 0)
        }

        mutating func take(_ kind: ActKind, _ side: Side, at milliseconds: Int64, _ body: (any Encodable)? = nil) throws {
            maker.clock = zero.milliseconds + milliseconds - 1000
            acts.append(
                try maker.act(
                    kind, by: side == .requesting ? maker.requesting : maker.requested, on: acts, type: type,
                    body: try body.map { try ActBody.json($0) }))
        }

        func at(_ milliseconds: Int64) -> Instant { zero.adding(milliseconds: milliseconds) }

        func standing(
            _ milliseconds: Int64, _ followers: [Standing.Follower] = [], calendars: WorkingCalendars? = nil
        ) throws -> Standing {
            Standing(
                of: try Dossier(folding: acts), law: try testLaw(), followers: followers, delivery: .done, now: at(milliseconds),
                calendars: calendars)
        }
    }

    private func preserved(_ maker: inout Maker) throws -> Dossier {
        var acts = [try maker.act(.request, side: .requesting, on: [])]
        acts.append(try maker.act(.acknowledge, side: .requested, on: acts))
        acts.append(try maker.act(.preserve, side: .requested, on: acts))
        return try Dossier(folding: acts)
    }

    @Test func sixtyDaysThenLapsed() throws {
        var maker = try Maker(Seeded(5))
        let dossier = try preserved(&maker)
        let law = try shippedLaw()
        let effective = try #require(dossier.entries.last?.act.at)
        let due = effective.adding(try ISODuration("P60D"))
        func standing(_ now: Instant, _ followers: [Standing.Follower] = []) -> Standing {
            Standing(of: dossier, law: law, followers: followers, delivery: .done, now: now)
        }
        let clock = try #require(standing(effective).clocks.first { $0.rule == "uncc.42.8.minimum" })
        #expect(clock.due == due && clock.state == .running && clock.article == "42(8)" && clock.unverified)
        #expect(standing(effective).state == .preserved)
        #expect(standing(due.adding(milliseconds: -1)).state == .preserved)
        #expect(standing(due).state == .lapsed)
        let ref = try FileReference("XA-2026-MLA-000001-I")
        let inTime = Standing.Follower(file: dossier.id, ref: ref, type: .storedData, at: due.adding(milliseconds: -1))
        #expect(standing(due.adding(try ISODuration("P300D")), [inTime]).state == .held)
        let late = Standing.Follower(file: dossier.id, ref: ref, type: .storedData, at: due)
        #expect(standing(due.adding(try ISODuration("P1D")), [late]).state == .lapsed)
    }

    @Test func acknowledgmentInTimeAndLate() throws {
        var maker = try Maker(Seeded(6))
        let opening = try maker.act(.request, side: .requesting, on: [])
        let law = try shippedLaw()
        let open = Standing(
            of: try Dossier(folding: [opening]), law: law, followers: [], delivery: .done,
            now: opening.act.at.adding(try ISODuration("PT31M")))
        #expect(open.clocks.map(\.rule) == ["house.acknowledge.urgent"])
        #expect(open.clocks.first?.state == .over)
        #expect(open.pressing?.rule == "house.acknowledge.urgent")
        let answered = try Dossier(folding: [opening, try maker.act(.acknowledge, side: .requested, on: [opening])])
        let late = Standing(
            of: try Dossier(folding: [opening, try maker.act(.acknowledge, by: maker.requested, on: [opening], after: 9 * Self.day)]),
            law: law,
            followers: [], delivery: .done, now: opening.act.at.adding(try ISODuration("P9D")))
        #expect(late.clocks.first { $0.rule == "house.acknowledge.urgent" }.map { $0.state == .over && $0.stopped != nil } == true)
        #expect(late.pressing?.rule != "house.acknowledge.urgent")
        #expect(Standing(of: answered, law: law, followers: [], delivery: .done, now: opening.act.at).clocks.first?.state == .met)
        #expect(
            Standing(of: try Dossier(folding: [opening]), law: law, followers: [], delivery: .missing, now: opening.act.at).state == .sent)
    }

    /// Story 8: three hours used stay three hours; the other side has a clock of its own.
    @Test func aQuestionPausesTheClockOfTheSideThatAsks() throws {
        var story = try Story(.storedData)
        try story.take(.acknowledge, .requested, at: 0)
        try story.take(.ask, .requested, at: 3 * Self.hour)
        let paused = try story.standing(9 * Self.day)
        let target = try #require(paused.clocks.first { $0.rule == "t.target" })
        #expect(target.state == .paused && target.pausedSince == story.at(3 * Self.hour))
        #expect(target.remaining == 120 * Self.day - 3 * Self.hour)
        #expect(target.due == story.at(9 * Self.day + 120 * Self.day - 3 * Self.hour))
        #expect(target.remindersDue(at: .distant, file: story.acts[0].act.file).isEmpty)
        let answer = try #require(paused.clocks.first { $0.rule == "t.answer" })
        #expect(answer.state == .running && answer.side == .requesting && answer.due == story.at(3 * Self.hour + 10 * Self.day))
        try story.take(.answer, .requesting, at: 3 * Self.hour + 9 * Self.day)
        let resumed = try story.standing(20 * Self.day)
        let after = try #require(resumed.clocks.first { $0.rule == "t.target" })
        // Case 11: 120 days plus nine days of pause.
        #expect(after.state == .running && after.due == story.at(129 * Self.day) && after.remaining == nil)
        #expect(resumed.clocks.first { $0.rule == "t.answer" }?.state == .met)
        try story.take(.withdraw, .requesting, at: 21 * Self.day)
        #expect(try story.standing(22 * Self.day).clocks.first { $0.rule == "t.target" }?.state == .ended)
    }

    /// Story 4 and case 04: asking moves nothing, accepting moves the end; reminders follow the new end.
    @Test func anExtensionMovesTheEnd() throws {
        var story = try Story(.preservation)
        try story.take(.acknowledge, .requested, at: 0)
        try story.take(.preserve, .requested, at: Self.hour, ActBody.Preserve(effective: story.at(0), outcome: .full, note: nil))
        let file = story.acts[0].act.file
        let first = try story.standing(31 * Self.day).remindersDue(at: story.at(31 * Self.day), file: file)
        #expect(first.map(\.threshold) == [30 * Self.day])
        #expect(first.first?.id == "\(file)/t.minimum/\(story.acts[2].act.id)/\(30 * Self.day)")
        try story.take(.extend, .requesting, at: 45 * Self.day, ActBody.Extend(until: story.at(90 * Self.day)))
        #expect(try story.standing(46 * Self.day).clocks.first?.due == story.at(60 * Self.day))
        let bare = try story.maker.act(.accept, by: story.maker.requested, on: story.acts, body: ActBody.json(ActBody.Accept()))
        #expect(throws: ComityError(.wrongState, "")) { try Dossier(folding: story.acts).mayTake(bare.act, law: try testLaw()) }
        try story.take(.accept, .requested, at: 46 * Self.day, ActBody.Accept(until: story.at(90 * Self.day)))
        let moved = try story.standing(61 * Self.day)
        #expect(moved.state == .extended && moved.clocks.first?.due == story.at(90 * Self.day))
        #expect(moved.outcome == .running)
        let second = moved.remindersDue(at: story.at(61 * Self.day), file: file)
        #expect(second.count == 1 && second.first?.id != first.first?.id)
        #expect(try story.standing(90 * Self.day).state == .lapsed)
        #expect(
            try story.standing(90 * Self.day).remindersDue(at: story.at(90 * Self.day), file: file).map(\.threshold) == [
                30 * Self.day, Self.day, 0,
            ])
    }

    /// The hold lasts until the linked request is decided; then, and not before, the data may be let go.
    @Test func theHoldEndsWithTheDecision() throws {
        let law = try testLaw()
        var story = try Story(.preservation)
        try story.take(.acknowledge, .requested, at: 0)
        try story.take(.preserve, .requested, at: 0, ActBody.Preserve(effective: story.at(0), outcome: .full, note: nil))
        let ref = try story.maker.reference(.storedData)
        func follower(_ decided: Int64?) -> Standing.Follower {
            .init(file: story.acts[0].act.id, ref: ref, type: .storedData, at: story.at(50 * Self.day), decided: decided.map(story.at))
        }
        func release(_ milliseconds: Int64, _ followers: [Standing.Follower], _ acts: [Dossier.HashedAct]) throws -> ComityError? {
            let standing = try story.standing(milliseconds, followers)
            let steps = try Dossier(folding: acts).possible(
                side: .requested, role: "duty_officer", law: law, now: story.at(milliseconds), standing: standing)
            return try #require(steps.first { $0.kind == .release }).obstacle
        }
        #expect(try release(59 * Self.day, [], story.acts)?.what.contains("must be kept until") == true)
        #expect(try release(60 * Self.day, [], story.acts) == nil)
        #expect(try story.standing(300 * Self.day, [follower(nil)]).state == .held)
        #expect(try release(300 * Self.day, [follower(nil)], story.acts)?.what.contains("held") == true)
        #expect(try story.standing(300 * Self.day, [follower(299 * Self.day)]).state == .lapsed)
        #expect(try release(300 * Self.day, [follower(299 * Self.day)], story.acts) == nil)
        // Decided before the minimum: kept as before, until it ends.
        #expect(try story.standing(55 * Self.day, [follower(54 * Self.day)]).state == .preserved)
        #expect(try release(55 * Self.day, [follower(54 * Self.day)], story.acts) != nil)
        try story.take(.hold, .requested, at: 51 * Self.day)
        #expect(try story.standing(300 * Self.day).state == .held)
        #expect(try story.standing(300 * Self.day, [follower(299 * Self.day)]).state == .lapsed)
        try story.take(.release, .requested, at: 301 * Self.day)
        #expect(try story.standing(302 * Self.day, [follower(299 * Self.day)]).state == .released)
    }

    /// One package of several is no answer: the hold ends with the last one, with the word on the execution, or with the file.
    @Test func theLastSupplyDecides() throws {
        func supply(_ story: inout Story, at hours: Int64, last: Bool?) throws {
            let package = ActBody.PackageDescription(
                name: "a.bag.tar.age", size: 10, digest: Hex.encode(story.maker.hash()), exhibits: 1)
            try story.take(
                .supply, .requested, at: hours * Self.hour, ActBody.Supply(package: package, conditions: [], last: last))
        }
        func decided(_ story: Story) throws -> Instant? { try Dossier(folding: story.acts).course.decided }
        var story = try Story(.storedData)
        try story.take(.acknowledge, .requested, at: 0)
        try supply(&story, at: 1, last: nil)
        #expect(try decided(story) == nil)
        try supply(&story, at: 2, last: false)
        #expect(try decided(story) == nil && Dossier(folding: story.acts).state == .returned)
        var closed = story
        try supply(&story, at: 3, last: true)
        #expect(try decided(story) == story.at(3 * Self.hour))
        // What comes after the decision does not move it; a new start of the file takes it back.
        try supply(&story, at: 4, last: true)
        #expect(try decided(story) == story.at(3 * Self.hour))
        try closed.take(.receive, .requesting, at: 5 * Self.hour, ActBody.Receive(package: nil, exhibits: 0, what: .decision))
        #expect(try decided(closed) == nil && Dossier(folding: closed.acts).state == .received)
        try closed.take(.close, .requesting, at: 6 * Self.hour)
        #expect(try decided(closed) == closed.at(6 * Self.hour))
        try closed.take(.reopen, .requesting, at: 7 * Self.hour)
        #expect(try decided(closed) == nil)
        for (kind, body) in [
            (ActKind.complete, ActBody.Complete(outcome: .full) as any Encodable),
            (.refuse, ActBody.Refusal(grounds: ["dual_criminality"], text: "t")),
        ] {
            var other = try Story(.storedData)
            try other.take(.acknowledge, .requested, at: 0)
            try other.take(.accept, .requested, at: Self.hour)
            try other.take(kind, .requested, at: 2 * Self.hour, body)
            #expect(try decided(other) == other.at(2 * Self.hour), "\(kind)")
        }
    }

    /// Story 6: five working days on the calendar of the State whose duty it is.
    @Test func workingDaysCountOnTheCalendarThatIsGiven() throws {
        var story = try Story(.emergency)
        try story.take(.acknowledge, .requested, at: Self.hour)
        try story.take(.callBack, .requested, at: 2 * Self.hour)
        try story.take(.disclose, .requested, at: 3 * Self.hour)
        let calendars = WorkingCalendars([
            try StateCode("XA"): { start, days in start.adding(milliseconds: Int64(days) * 2 * ClockTests.day) },
            try StateCode("XB"): { start, _ in start },
        ])
        #expect(try story.standing(0, calendars: calendars).clocks.first?.due == story.at(3 * Self.hour + 10 * Self.day))
        // Without a calendar: Monday to Friday. The story is played on 18 November 2026, a Wednesday.
        let plain = try #require(try story.standing(4 * Self.hour).clocks.first)
        #expect(plain.due.utc == "2026-11-25T23:59:59Z" && plain.side == .requesting)
        #expect(try story.standing(30 * Self.day).clocks.first?.state == .over)
        try story.take(.retroactiveProcess, .requesting, at: Self.day)
        #expect(try story.standing(30 * Self.day).clocks.first?.state == .met)
    }

    /// Case 08: the full request stops the clock of the arrest; and the clock of the money runs from the transaction (story 14).
    @Test func clocksStartWhereTheRuleSays() throws {
        var arrest = try Story(.provisionalArrest)
        try arrest.take(.acknowledge, .requested, at: 0)
        try arrest.take(.arrest, .requested, at: Self.day, ActBody.Arrest(arrested: arrest.at(Self.hour), place: "airport"))
        #expect(try arrest.standing(2 * Self.day).clocks.first?.due == arrest.at(Self.hour + 40 * Self.day))
        let full = Standing.Follower(
            file: arrest.acts[0].act.id, ref: try arrest.maker.reference(.extradition), type: .extradition, at: arrest.at(27 * Self.day))
        #expect(try arrest.standing(50 * Self.day, [full]).clocks.first?.state == .held)
        #expect(try arrest.standing(50 * Self.day).clocks.first?.state == .over)

        let moved = Instant(milliseconds: 1_795_000_000_000 - 5 * Self.hour)
        let money = try Story(
            .freezing, content: .object(["assets": .array([.object(["id": .string("A1"), "moved": .string(moved.description)])])]))
        #expect(try money.standing(0).clocks.first { $0.rule == "t.money" }?.due == money.at(67 * Self.hour))
    }

    /// A clock that names an act nobody can write would never start or never stop.
    @Test func everyActThatAClockNamesIsAKindOfItsTypes() throws {
        let law = try shippedLaw()
        #expect(law.clocksOfUnknownSteps.isEmpty, "\(law.clocksOfUnknownSteps)")
        for rule in law.instruments.flatMap(\.clocks) {
            if let type = rule.heldBy { #expect(FileType(rawValue: type) != nil, "\(rule.id): \(type)") }
        }
    }

    @Test func aMisspeltActOfAClockIsNamed() throws {
        let head = "id: t\ntitle: T\nversion: \"1\"\nsource: none\n"
        let rules = """
            article: "1"
            title: T
            types: [{id: preservation, code: PRE, title: P, tag: D}]
            clocks:
              - {id: c, cite: "1", tag: D, applies: {type: preservation}, starts: acknowledge|preserv.at, length: P1D, at_end: overdue,
                 stopped_by: [preserve, supply.last], stopped_by_all: [sing], ended_by: [release], says: S}
            """
        let law = try Law(reading: [
            .init(path: "t/instrument.yaml", bytes: Array(head.utf8)), .init(path: "t/rules.yaml", bytes: Array(rules.utf8)),
        ])
        #expect(
            law.clocksOfUnknownSteps == [
                "The clock c names “preserv”, which is no kind of act.", "The clock c names “supply”, which no file of its types has.",
                "The clock c names “sing”, which is no kind of act.",
            ])
    }

    @Test func clocksAreJSON() throws {
        var story = try Story(.storedData)
        try story.take(.acknowledge, .requested, at: 0)
        try story.take(.ask, .requested, at: 3 * Self.hour)
        for clock in try story.standing(Self.day).clocks {
            #expect(try IJSON.decode(Clock.self, from: IJSON.encode(clock), limit: 1 << 16) == clock)
        }
    }

    /// Intelligence is no evidence until a request for assistance converts it; a path proposes its next hop.
    @Test func marksAndHops() throws {
        var police = try Story(.policeCooperation)
        try police.take(.acknowledge, .requested, at: 0)
        try police.take(.supply, .requested, at: 1000)
        #expect(try police.standing(0).isNotEvidence)
        try police.take(.convert, .requesting, at: 2000)
        #expect(try !police.standing(0).isNotEvidence)

        var traffic = try Story(.trafficDisclosure)
        try traffic.take(
            .disclose, .requesting, at: 1000,
            ActBody.Disclose(path: [
                .init(hop: 2, state: try StateCode("XC"), provider: "xc-sp"), .init(hop: 1, state: try StateCode("XA"), provider: "xa-sp"),
            ]))
        let standing = try traffic.standing(2000)
        #expect(standing.proposedHop?.state.description == "XC" && standing.state == .returned)
    }
}
