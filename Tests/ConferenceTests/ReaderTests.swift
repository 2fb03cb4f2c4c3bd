// SPDX-License-Identifier: Apache-2.0

import Conference
import Foundation
import Law
import Standards
import TestSupport
import Testing
import Treaty

@Suite("Conference: documents of meetings") struct ReaderTests {
    private func problems(_ edit: (String) -> String) throws -> [MeetingProblem] {
        let fixture = try ConferenceFixture()
        let text = edit(try ConferenceFixture.text("exercise-2026"))
        let (meeting, problems) = try Meeting.read(Array(text.utf8), name: "test", treaty: fixture.treaty, rules: fixture.rules)
        #expect((meeting == nil) != problems.isEmpty)
        return problems
    }

    @Test(
        "what is wrong is named with its line and place",
        arguments: [
            (
                "room: main, languages: [ar, zh, en, fr, ru, es]}\n  - {id: signing",
                "room: cellar, languages: [ar, zh, en, fr, ru, es]}\n  - {id: signing", "sessions.0.room", "There is no room"
            ),
            ("start: \"09:00\", end: \"10:00\"", "start: \"10:00\", end: \"09:00\"", "sessions.0.end", "before it begins"),
            ("start: \"10:00\", end: \"12:30\"", "start: \"09:59\", end: \"12:30\"", "sessions.1.room", "same room at the same time"),
            ("start: \"14:00\"", "start: \"25:00\"", "sessions.2.start", "no time of that day"),
            ("day: \"2026-03-11\", start: \"12:00\"", "day: \"2026-03-12\", start: \"12:00\"", "sessions.4.day", "no day of the meeting"),
            ("id: closing", "id: opening", "sessions.5.id", "stands twice"),
            ("kind: side-event", "kind: party", "sessions.4.kind", "known are"),
            ("participant: \"XB\"", "participant: \"XA\"", "delegations.1.participant", "stands twice"),
            ("participant: \"XB\"", "participant: \"VN\"", "delegations.1.participant", "can take part"),
            ("name: Ines Marr", "name: Lian Toval", "delegations.0.members.0", "stands twice"),
            ("function: ambassador}]}", "function: Ambassador!}]}", "delegations.0.members.0.function", "is written as"),
            ("languages: {en: \"\", fr: \"\"}", "languages: {en: \"\", de: \"\"}", "documents.1.languages.de", "none of the languages"),
            ("languages: {en: \"\", fr: \"\"}", "languages: {en: \"12\"}", "documents.1.languages.en", "64 digits"),
            ("zone: Asia/Ho_Chi_Minh", "zone: Asia/Hanoi2", "zone", "no time zone"),
            ("exercise: true", "exercise: false", "exercise", "meetings of exercises only"),
            ("days: [\"2026-03-10\", \"2026-03-11\"]", "days: [\"2026-03-11\", \"2026-03-10\"]", "days", "in order"),
            ("days: [\"2026-03-10\", \"2026-03-11\"]", "days: [\"2026-03-10\", \"2026-02-30\"]", "days.1", "is no day"),
            ("place: Port Alva", "place: Port Alva\ncolour: blue", "colour", "is not known"),
            ("tag: D", "tag: Z", "tag", "known are"),
            ("order: {lot: ", "order: {dice: ", "order", "lot with its words"),
            ("name: Main hall, row: 2", "name: Main hall, row: 0", "rooms.0.row", "1 to 200"),
        ])
    func faults(before: String, after: String, path: String, says: String) throws {
        let found = try problems { text in
            #expect(text.contains(before))
            return text.replacingOccurrences(of: before, with: after)
        }
        let problem = try #require(found.first { $0.path == path }, "\(found)")
        #expect(problem.says.contains(says) && problem.line > 0, "\(problem)")
    }

    @Test("1,000 delegates and sessions, half of them wrong: each is named, and nothing is read")
    func many() throws {
        var random = Seeded.fresh()
        let wrong = Set((0..<1000).shuffled(using: &random).prefix(500))
        let rows = (0..<1000).map { index in
            let minute = (index % 60 < 10 ? "0" : "") + "\(index % 60)"
            return
                "  - {id: extra-\(index), kind: other, title: Talk \(index), day: \"\(wrong.contains(index) ? "2026-04-01" : "2026-03-11")\", start: \"17:\(minute)\"}"
        }
        let found = try problems { $0.replacingOccurrences(of: "\ndelegations:", with: "\n\(rows.joined(separator: "\n"))\ndelegations:") }
        #expect(Set(found.map(\.path)) == Set(wrong.map { "sessions.\($0 + 6).day" }))
        let text = try ConferenceFixture.text("exercise-2026")
        let first =
            text.prefix { _ in true }.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
                $0.hasPrefix("  - {id: closing")
            } ?? 0
        for problem in found { #expect(problem.line == first + 2 + (Int(problem.path.split(separator: ".")[1]) ?? 0) - 6) }
    }

    @Test("noise is refused with a sentence, never with a crash")
    func noise() throws {
        let fixture = try ConferenceFixture()
        var random = Seeded.fresh()
        let text = Array(try ConferenceFixture.text("exercise-2026").utf8)
        for _ in 0..<200 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
            }
            do throws(ComityError) {
                let (meeting, problems) = try Meeting.read(bytes, name: "noise", treaty: fixture.treaty, rules: fixture.rules)
                #expect((meeting == nil) != problems.isEmpty)
            } catch { #expect(!error.what.isEmpty) }
        }
    }
}
