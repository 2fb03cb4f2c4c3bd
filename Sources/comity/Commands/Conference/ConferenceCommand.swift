// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Conference
import Foundation
import Law
import Node
import Standards
import Treaty

struct ConferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conference",
        abstract:
            "Signing ceremonies and meetings of the Conference: delegations, programme, the order and the log of signatures, journal.",
        discussion: """
            Without a node, the meetings that ship with the program are shown. A line of the signing log becomes a record of the treaty only
            when a second person confirms it.

            EXAMPLES
              comity conference list
              comity conference show hanoi-2025
              comity conference journal hanoi-2025 --day 2025-10-25
              comity conference import meeting.yaml --dry-run --as D1
              comity conference credentials exercise-2026 XB accepted --as D1
              comity conference sign exercise-2026 XA "Lian Toval" --at 2026-03-10T10:20:00+07:00 --as D1
              comity conference confirm exercise-2026 XA --as D2
              comity conference ics exercise-2026 > programme.ics
            """,
        subcommands: [
            List.self, Show.self, Programme.self, Order.self, Log.self, Documents.self, JournalCommand.self, Ics.self, Import.self,
            Credentials.self,
            Sign.self, Strike.self, Confirm.self, Attend.self,
        ])
}

/// Which meeting, and from where.
struct MeetingOptions: ParsableArguments {
    @Flag(help: "Without a node: the fictional meeting of exercises, in place of the real ones.") var exercise = false

    func load(_ global: GlobalOptions) throws(ComityError) -> (treaty: Treaty, courses: [Course]) {
        let isNamed = global.data != nil || ProcessInfo.processInfo.environment["COMITY_DATA"] != nil
        guard isNamed || FileManager.default.fileExists(atPath: global.folder + "/node.json") else {
            let treaty = try Node.loadTreaty(exercise: exercise, law: try Node.loadLaw())
            let today = treaty.day(of: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
            let status = treaty.status(asOf: today, knownBy: today)
            return (treaty, try Node.loadMeetings(treaty).map { Course($0, changes: [], treaty: treaty, status: status) })
        }
        return try global.node().courses()
    }

    func course(_ id: String, _ global: GlobalOptions) throws(ComityError) -> (treaty: Treaty, rules: MeetingRules, course: Course) {
        let (treaty, courses) = try load(global)
        guard let course = courses.first(where: { $0.meeting.id == id }) else { throw Node.noMeeting(id) }
        return (treaty, try MeetingRules(treaty.law, instrument: treaty.rules.instrument), course)
    }
}

extension ConferenceCommand {
    static func say(_ label: String, _ text: String) { Output.line(label.padding(toLength: 14, withPad: " ", startingAt: 0) + text) }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The meetings that are known here.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions

        func run() async throws {
            let courses = try options.load(global).courses
            if global.json { return try Output.json(courses.map(\.meeting)) }
            for course in courses {
                let meeting = course.meeting
                Output.line(
                    "\(meeting.id.padding(toLength: 20, withPad: " ", startingAt: 0)) \(meeting.days.first?.description ?? "")  \(meeting.title)\(meeting.exercise ? "  (EXERCISE)" : "")"
                )
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One meeting: place, days, delegations with their credentials, what is not known.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String

        func run() async throws {
            let (treaty, rules, course) = try options.course(meeting, global)
            if global.json { return try Output.json(course) }
            let meeting = course.meeting
            Output.line(meeting.title + (meeting.exercise ? "  (EXERCISE)" : ""))
            say("place", "\(meeting.place), \(meeting.zone)")
            say("days", meeting.days.map(\.description).joined(separator: ", "))
            say(
                "source",
                "\(meeting.origin.source.title)\(meeting.origin.source.url.map { " " + $0 } ?? ""), retrieved \(meeting.retrieved)")
            say("sessions", "\(meeting.sessions.count)  (comity conference programme \(meeting.id))")
            say("documents", "\(meeting.documents.count)")
            let standing = course.log.filter { $0.struck == nil }
            let open = standing.filter { $0.record == nil }.count
            say("signatures", "\(standing.count)\(open > 0 ? ", \(open) not confirmed yet" : "")  (comity conference log \(meeting.id))")
            for delegation in meeting.delegations {
                let needs = rules.needsFullPowers(delegation.head.function)
                let powers = course.credentials[delegation.participant]?.decision.rawValue
                say(
                    "\(delegation.participant)",
                    "\(treaty.participants.name(delegation.participant)): \(delegation.head.name), \(delegation.head.function); "
                        + (powers.map { "credentials \($0)" }
                            ?? (needs ? "needs full powers, not accepted yet" : "signs without full powers")))
                for member in delegation.members { say("", "\(member.name), \(member.function)") }
            }
            if meeting.delegations.contains(where: { !rules.needsFullPowers($0.head.function) }) {
                say(
                    "rule",
                    "\(rules.withoutFullPowers.says) (\(rules.withoutFullPowers.cite)\(rules.withoutFullPowers.tag.isUnverified ? ", text not compared yet" : ""))"
                )
            }
            for text in meeting.unknown { say("not known", text) }
        }
    }

    struct Programme: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The sessions, with rooms, languages and who was there.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String
        @Option(help: "Only this day.") var day: String?

        func run() async throws {
            let (treaty, _, course) = try options.course(meeting, global)
            let only = try day.map { text throws(ComityError) in try CalendarDay(text) }
            if let only, !course.meeting.days.contains(only) {
                throw ComityError(
                    .notFound, "\(only) is no day of this meeting.",
                    next: "Its days are \(course.meeting.days.map(\.description).joined(separator: ", ")).")
            }
            if global.json { return try Output.json(course.meeting.sessions.filter { only == nil || $0.day == only }) }
            for day in course.meeting.days where only == nil || day == only {
                Output.line("\(day)  (times of \(course.meeting.zone))")
                for line in course.programme(of: day, treaty: treaty) { Output.line("  " + line) }
            }
        }
    }

    struct Order: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "In which order delegations are called to sign, and where they sit.",
            discussion:
                "EXAMPLES\n  comity conference order exercise-2026\n  comity conference order exercise-2026 --lot \"the words that were drawn\" --row 12"
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String
        @Option(help: "By lot with these words, in place of the order of the meeting.") var lot: String?
        @Flag(help: "By name, in place of the order of the meeting.") var byName = false
        @Option(help: "Places in a row. Default: of the room of the signing session.") var row: Int?

        func run() async throws {
            let (treaty, _, course) = try options.course(meeting, global)
            guard lot == nil || !byName else { throw ComityError(.usage, "An order is by lot or by name.") }
            if let row, !(1...200).contains(row) { throw ComityError(.usage, "A row has 1 to 200 places.") }
            let meeting = course.meeting
            let codes = meeting.delegations.isEmpty ? course.log.map(\.participant) : meeting.delegations.map(\.participant)
            let room = meeting.room(meeting.sessions.first { $0.kind == .signing }?.room)
            let order = SigningOrder(
                codes, order: lot.map { .lot($0) } ?? (byName ? .name : meeting.order), row: row ?? room?.row, treaty: treaty)
            if global.json { return try Output.json(order) }
            Output.line(Text.safe(order.method, limit: 400))
            if codes.isEmpty { Output.line("no delegation is known") }
            for place in order.places {
                let seat = place.row.map { "row \($0), seat \(place.seat ?? 0)" } ?? ""
                let number = String(place.number)
                Output.line(
                    String(repeating: " ", count: max(0, 3 - number.count)) + number + "  \(place.participant)  "
                        + place.name.padding(toLength: max(34, place.name.count + 1), withPad: " ", startingAt: 0) + seat)
            }
        }
    }

    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The signing log: who signed when, what is confirmed, what was struck out.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String

        func run() async throws {
            let (treaty, _, course) = try options.course(meeting, global)
            if global.json { return try Output.json(course.log) }
            for line in course.log {
                Output.line(
                    "\(line.at.map { "\($0.at(offsetMinutes: course.offset(at: $0)))" } ?? line.day.description)  \(Course.words(line, treaty))"
                )
            }
            if course.log.isEmpty { Output.line("nobody has signed, as far as was kept") }
        }
    }

    struct Documents: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The documents, in which of the languages they are there, and which are missing.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String

        func run() async throws {
            let (_, rules, course) = try options.course(meeting, global)
            if global.json { return try Output.json(course.meeting.documents) }
            if course.meeting.documents.isEmpty { Output.line("no document is known") }
            for document in course.meeting.documents {
                Output.line("\(document.day)  \(Course.words(document, rules))")
                for (language, hash) in document.languages.sorted(by: { $0.key < $1.key }) where !hash.isEmpty {
                    Output.line("            \(language) \(hash)")
                }
            }
        }
    }

    struct JournalCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "journal", abstract: "The journal of a day, as text.",
            discussion: "EXAMPLE\n  comity conference journal hanoi-2025 --day 2025-10-25")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String
        @Option(help: "The day.") var day: String

        func run() async throws {
            let (treaty, rules, course) = try options.course(meeting, global)
            let text = try course.journal(of: try CalendarDay(day), treaty: treaty, rules: rules)
            if global.json { return try Output.json(["journal": text]) }
            Output.line(String(text.dropLast()))
        }
    }

    struct Ics: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The programme as a calendar (iCalendar).",
            discussion: "EXAMPLE\n  comity conference ics exercise-2026 > programme.ics")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: MeetingOptions
        @Argument(help: "Id of the meeting.") var meeting: String

        func run() async throws {
            let course = try options.course(meeting, global).course
            let text = course.calendar(stamp: Instant(milliseconds: Int64(Date().timeIntervalSince1970) * 1000))
            if global.json { return try Output.json(["ics": text]) }
            FileHandle.standardOutput.write(Data(text.utf8))
        }
    }
}
