// SPDX-License-Identifier: Apache-2.0

import Conference
import Foundation
import Law
import Register
import Standards
import TestSupport
import Testing
import Treaty

@Suite("Conference") struct ConferenceTests {
    @Test("the ceremony of Hanoi: its log is that of the records, and what is not known is said")
    func hanoi() throws {
        let hanoi = try ConferenceFixture("hanoi-2025")
        let course = try hanoi.course()
        let first = try CalendarDay("2025-10-25")
        #expect(course.log.count { $0.day == first } >= 60 && course.log.contains { $0.participant.description == "ML" && $0.day > first })
        #expect(course.log.allSatisfy { $0.name == nil && $0.at == nil && $0.record != nil && $0.origin?.source.title.isEmpty == false })
        // Mauritius signed later, in New York; Viet Nam signed, but no source used here gives the day.
        #expect(!course.log.contains { ["MU", "VN"].contains($0.participant.description) })
        let journal = try course.journal(of: first, treaty: hanoi.treaty, rules: hanoi.rules)
        #expect(
            journal.hasPrefix(
                "JOURNAL\nSigning ceremony of the United Nations Convention against Cybercrime, Hanoi 2025\nHanoi\nSaturday 2025-10-25, times of Asia/Ho_Chi_Minh\n"
            ))
        #expect(journal.contains("who signed is not known (record az-signature)") && journal.contains("NOT KNOWN\nWho headed"))
        #expect(throws: ComityError.self) {
            try course.journal(of: try CalendarDay("2025-10-27"), treaty: hanoi.treaty, rules: hanoi.rules)
        }
        // A record that is corrected corrects the log.
        var correction = try #require(hanoi.treaty.records.first { $0.id == "az-signature" })
        correction = TreatyRecord(
            id: "az-again", participant: correction.participant, action: .signature, date: SourceDate(try CalendarDay("2025-10-26")),
            source: correction.source, retrieved: correction.retrieved, tag: .verified, known: correction.known)
        correction.corrects = "az-signature"
        correction.reason = "A test."
        let again = try hanoi.course(treaty: hanoi.treaty.adding([correction]))
        #expect(again.line(of: correction.participant)?.day.description == "2025-10-26")
        let closed = MeetingChange(id: "x", meeting: "hanoi-2025", kind: .signature, at: try Instant("2026-11-22T00:00:00Z"), by: "D1")
        #expect(course.problems(of: closed, treaty: hanoi.treaty, rules: hanoi.rules, now: try Instant("2026-11-22T00:00:00Z")).count == 1)
    }

    @Test("who may sign: by function, or with full powers that were accepted")
    func powers() throws {
        let fixture = try ConferenceFixture()
        #expect(try fixture.problems(fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs")).isEmpty)
        #expect(try fixture.problems(fixture.signature("XC", "Dana Quill", "head-of-government")).isEmpty)
        let ambassador = try fixture.signature("XB", "Oru Besk", "ambassador")
        #expect(
            try fixture.problems(ambassador) == [
                "ambassador signs with full powers (house conference.powers (Vienna Convention on the Law of Treaties, 7(2)(a))); those of XB were not accepted."
            ])
        for (decision, holds) in [(MeetingChange.Decision.accepted, true), (.provisional, false), (.refused, false)] {
            let powers = try fixture.change(.credentials, id: "p") {
                $0.participant = try StateCode("XB")
                $0.decision = decision
                $0.note = "seen"
            }
            #expect(try fixture.problems(powers).isEmpty)
            #expect(try fixture.problems(ambassador, after: [powers]).isEmpty == holds, "\(decision)")
        }
    }

    @Test("a signature that cannot be is refused, with the reason")
    func refused() throws {
        let fixture = try ConferenceFixture()
        func says(_ change: MeetingChange, after: [MeetingChange] = []) throws -> String {
            try fixture.problems(change, after: after).joined(separator: " ")
        }
        let good = try fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs")
        #expect(try says(good, after: [good]).contains("XA stands in the log already."))
        #expect(try says(fixture.signature("XA", "A Stranger", "head-of-state")).contains("is not in the delegation"))
        #expect(try says(fixture.signature("XZ", "A Stranger", "head-of-state")).contains("can take part"))
        #expect(
            try says(fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs", at: "2026-03-10T05:00:01Z")).contains("future"))
        #expect(
            try says(fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs", at: "2026-03-09T16:59:59Z")).contains(
                "no day of the meeting"))
        #expect(try says(fixture.change(.signature) { _ in }).contains("by a person"))
        // Midnight in the place, which is the afternoon before in New York, is the first day.
        #expect(
            try fixture.problems(fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs", at: "2026-03-09T17:00:00Z")).isEmpty)
        #expect(
            try fixture.problems(
                fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs", at: "2026-03-09T17:00:00Z"),
                now: "2026-03-09T17:30:00Z"
            ).isEmpty)
    }

    @Test("a line becomes a record only when a second person confirms it")
    func confirmed() throws {
        let fixture = try ConferenceFixture()
        let line = try fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs")
        func confirmation(by: String, of: String = "s") throws -> MeetingChange {
            try fixture.change(.confirmation, id: "k", by: by) { $0.of = of }
        }
        #expect(try fixture.problems(confirmation(by: "D1"), after: [line]) == ["D1 wrote the line; a second person confirms it."])
        #expect(try fixture.problems(confirmation(by: "D2", of: "other"), after: [line]) == ["There is no such line in the log."])
        #expect(try fixture.problems(confirmation(by: "D2"), after: [line]).isEmpty)
        let kept = try #require(try fixture.course([line]).line(of: try StateCode("XA")))
        let record = try fixture.course([line]).record(of: kept, by: "D2", treaty: fixture.treaty, now: try Instant("2026-03-10T05:00:00Z"))
        #expect(record.id == "xa-signature-exercise-2026" && record.date?.description == "2026-03-10" && record.tag == .house)
        #expect(record.note == "Signed by Lian Toval, minister-for-foreign-affairs. Logged by D1, confirmed by D2.")
        let done = try confirmation(by: "D2")
        #expect(try fixture.problems(confirmation(by: "D3"), after: [line, done]) == ["The line is confirmed already."])
        let strike = try fixture.change(.strike, id: "x") {
            $0.of = "s"
            $0.note = "misread"
        }
        #expect(try fixture.problems(strike, after: [line, done]).count == 1)
        #expect(try fixture.problems(strike, after: [line]).isEmpty)
        #expect(try fixture.problems(confirmation(by: "D2"), after: [line, strike]) == ["The line was struck out."])
        // What was struck out stays visible, and the State may be logged again.
        let course = try fixture.course([line, strike])
        #expect(course.log.map(\.struck) == ["misread"])
        let alvania = try StateCode("XA")
        #expect(course.line(of: alvania) == nil)
        #expect(
            try fixture.problems(fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs", id: "s2"), after: [line, strike])
                .isEmpty)
        // A State that the records know as a signatory does not sign again.
        var signed = TreatyRecord(
            id: "xa-before", participant: try StateCode("XA"), action: .signature, date: try SourceDate("2026-02-01"),
            source: .init(title: "Test"),
            retrieved: try CalendarDay("2026-02-01"), tag: .house, known: try CalendarDay("2026-02-01"))
        signed.note = "before"
        let treaty = fixture.treaty.adding([signed])
        let problems = try fixture.course([line], treaty: treaty).problems(
            of: confirmation(by: "D2"), treaty: treaty, rules: fixture.rules, now: try Instant("2026-03-10T05:00:00Z"))
        #expect(problems.contains { $0.contains("has signed already") })
    }

    @Test("the order by lot is the same for everybody, and can be computed by hand")
    func lot() throws {
        let fixture = try ConferenceFixture()
        let words = "drawn in Port Alva on 9 March by the delegations of XB and XC"
        let codes = fixture.meeting.delegations.map(\.participant)
        let order = SigningOrder(codes, order: fixture.meeting.order, row: 2, treaty: fixture.treaty)
        let hashes = Dictionary(uniqueKeysWithValues: codes.map { ($0, Hash.of(Array("\(words)\n\($0)".utf8)).description) })
        let byHand = codes.sorted { hashes[$0, default: ""] < hashes[$1, default: ""] }
        #expect(order.places.map(\.participant) == byHand)
        #expect(order.places.map { [$0.number, $0.row ?? 0, $0.seat ?? 0] } == [[1, 1, 1], [2, 1, 2], [3, 2, 1]])
        // sha256sum of the words, a line feed and the code, computed with another tool.
        #expect(order.places.map(\.participant.description) == Self.independent)
    }

    @Test("the order by name knows accents; whatever the order of input, it is one order")
    func names() throws {
        let treaty = try ConferenceFixture.treaty(exercise: false)
        var random = Seeded.fresh()
        let codes = treaty.participants.all.map(\.code)
        let order = SigningOrder(codes, order: .name, row: nil, treaty: treaty)
        let names = order.places.map(\.name)
        #expect(names.count == 196 && names.first == "Afghanistan" && names.last == "Zimbabwe")
        let ivory = try #require(names.firstIndex { $0.hasSuffix("Ivoire") })
        #expect(names[ivory - 1] == "Costa Rica" && names[ivory + 1] == "Croatia")
        for _ in 0..<20 {
            let some = codes.shuffled(using: &random)
            #expect(SigningOrder(some, order: .name, row: 7, treaty: treaty).places.map(\.participant) == order.places.map(\.participant))
            let lot = SigningOrder(some, order: .lot("a"), row: 7, treaty: treaty)
            #expect(
                lot.places.map(\.participant) == SigningOrder(codes, order: .lot("a"), row: nil, treaty: treaty).places.map(\.participant))
            #expect(Set(lot.places.map { [$0.row ?? 0, $0.seat ?? 0] }).count == 196, "everybody has a seat of their own")
        }
    }

    @Test("journal and calendar of the exercise, word for word")
    func texts() throws {
        let fixture = try ConferenceFixture()
        let line = try fixture.signature("XA", "Lian Toval", "minister-for-foreign-affairs")
        let present = try fixture.change(.attendance, id: "a") {
            $0.session = "opening"
            $0.present = [try StateCode("XC"), try StateCode("XA")]
        }
        let powers = try fixture.change(.credentials, id: "p") {
            $0.participant = try StateCode("XB")
            $0.decision = .accepted
        }
        let course = try fixture.course([line, present, powers])
        #expect(
            try course.journal(of: try CalendarDay("2026-03-10"), treaty: fixture.treaty, rules: fixture.rules) == """
                JOURNAL  (EXERCISE: nothing here is real)
                Exercise of a signing ceremony and Conference, Port Alva 2026
                Port Alva
                Tuesday 2026-03-10, times of Asia/Ho_Chi_Minh

                PROGRAMME
                09:00-10:00  plenary: Opening  [opening]
                       Main hall; interpretation ar zh en fr ru es
                       present 2: XA XC
                10:00-12:30  signing: Signing session  [signing]
                       Main hall; interpretation ar zh en fr ru es
                14:00-16:00  high-level: High-level discussion: evidence that arrives in time  [high-level]
                       Main hall; interpretation en fr

                SIGNATURES
                10:20  XA Alvania: Lian Toval, minister-for-foreign-affairs (not confirmed yet)

                CREDENTIALS
                XB Bresta: accepted

                DOCUMENTS
                EX/2026/1  Provisional agenda: ar zh en fr ru es

                """)
        let calendar = course.calendar(stamp: try Instant("2026-03-01T00:00:00Z"))
        #expect(
            calendar.contains(
                "BEGIN:VEVENT\r\nUID:exercise-2026-opening@comity\r\nDTSTAMP:20260301T000000Z\r\nDTSTART:20260310T020000Z\r\nDTEND:20260310T030000Z\r\nSUMMARY:Opening\r\nLOCATION:Main hall\r\n"
            ))
        #expect(calendar.components(separatedBy: "BEGIN:VEVENT").count == 7)
        #expect(calendar.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        let hanoi = try ConferenceFixture("hanoi-2025").course().calendar(stamp: try Instant("2026-03-01T00:00:00Z"))
        #expect(hanoi.contains("DTSTART;VALUE=DATE:20251025\r\n"))
    }

    private static let independent = ["XC", "XB", "XA"]
}
