// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Law
import Node
import Standards
import Treaty

extension TreatyCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Where one State or organisation stands, with every record about it, corrected ones too.",
            discussion:
                "EXAMPLES\n  comity treaty show VN\n  comity treaty show \"Viet Nam\" --as-of 2026-03-01 --json\n  comity treaty show EU")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions
        @Argument(help: "Code (VN, EU) or name of the State or organisation.") var participant: String

        struct Result: Encodable {
            let asOf: CalendarDay
            let knownBy: CalendarDay
            let exercise: Bool
            let standing: Standing
            let records: [TreatyRecord]
            let correctedBy: [String: String]
        }

        func run() async throws {
            let (treaty, status, _) = try options.status(global)
            let participant = try treaty.participants.find(participant)
            guard let standing = status.standing(participant.code) else {
                throw ComityError(.notFound, "\(participant.code) has no standing.")
            }
            let records = treaty.records.filter { $0.participant == participant.code && $0.known <= status.knownBy }
            let corrected = Dictionary(
                records.compactMap { one in one.corrects.map { ($0, one.id) } }, uniquingKeysWith: { first, _ in first })
            if global.json {
                return try Output.json(
                    Result(
                        asOf: status.asOf, knownBy: status.knownBy, exercise: status.exercise, standing: standing, records: records,
                        correctedBy: corrected))
            }
            func say(_ label: String, _ text: String) { Output.line(TreatyCommand.label(label) + text) }
            say(
                "\(standing.code)",
                "\(standing.name)\(standing.kind == .organisation ? ", regional organisation" : "")\(status.exercise ? "  (EXERCISE)" : "")"
            )
            say("as of", "\(status.asOf) in New York, from what was known by \(status.knownBy)")
            say(
                "signed",
                standing.signature.map { $0.counting?.description ?? "yes, day unknown" }
                    ?? (standing.uncertain.contains { $0.action == .signature }
                        ? "perhaps by then; its day is not known" : "no, as far as is known"))
            for (label, rows) in [("at home", standing.approvedAtHome), ("announced", standing.announced)] {
                for row in rows {
                    say(
                        label,
                        "\(row.counting.map(\.description) ?? "day unknown"), \(row.action.rawValue)\(row.note.map { "; " + Text.safe($0, limit: 300) } ?? "")"
                    )
                }
            }
            say("deposited", standing.deposit.map { $0.counting?.description ?? "yes, day unknown" } ?? "no deposit is known")
            for bond in standing.bonds {
                say(
                    "bound",
                    "from \(bond.from)\(bond.until.map { " until the day before \($0)" } ?? "")\(bond.approximate ? "; at the latest, a day is not exact" : "")"
                )
            }
            say("Party", standing.isParty ? "yes" : "no")
            for way in standing.possible {
                say("may now", "\(way.action)  (\(TreatyCommand.article(way.cite, way.unverified)))  \(way.says)")
            }
            Output.line("records (\(records.count)):")
            for record in records {
                for line in TreatyCommand.lines(record) { Output.line(line) }
                if let by = corrected[record.id] {
                    Output.line("    CORRECTED by \(by): \(records.first { $0.id == by }?.reason.map { Text.safe($0, limit: 300) } ?? "")")
                }
                if let target = record.corrects { Output.line("    \(record.void ? "takes back" : "takes the place of") \(target)") }
                if let target = record.disputes { Output.line("    CONTRADICTS \(target); it does not count") }
            }
        }
    }

    struct PairCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pair", abstract: "Whether the Convention is in force between two States, and what else matters between them.",
            discussion: "EXAMPLES\n  comity treaty pair VN AT\n  comity treaty pair XA XB --exercise --json")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions
        @Argument(help: "One State.") var left: String
        @Argument(help: "The other State.") var right: String

        func run() async throws {
            let (treaty, status, _) = try options.status(global)
            let pair = try treaty.pair(try treaty.participants.find(left).code, try treaty.participants.find(right).code, in: status)
            if global.json { return try Output.json(pair) }
            func say(_ label: String, _ text: String) { Output.line(TreatyCommand.label(label) + text) }
            say(
                "between",
                "\(treaty.participants.name(pair.left)) and \(treaty.participants.name(pair.right))\(status.exercise ? "  (EXERCISE)" : "")"
            )
            say("as of", "\(pair.asOf) in New York, from what was known by \(pair.knownBy)")
            say(
                "in force",
                (pair.inForce ? "yes" : "no") + (pair.since.map { ", \(pair.inForce ? "since" : "from") \($0)" } ?? "")
                    + (pair.until.map { ", until the day before \($0)" } ?? ""))
            for line in pair.why { say("", line) }
            if !pair.declarations.isEmpty { Output.line("declarations, reservations and objections that hold:") }
            for record in pair.declarations {
                Output.line("  \(record.participant)")
                for line in TreatyCommand.lines(record, indent: "    ") { Output.line(line) }
            }
            for other in pair.others { say("also binds", "\(other.title) [\(other.instrument)], both since \(other.since)") }
            if !pair.unrecorded.isEmpty {
                say(
                    "other treaties",
                    "those of \(TreatyCommand.codes(pair.unrecorded)) are not recorded here; that none is shown does not mean that there is none"
                )
            }
        }
    }

    struct Notifications: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What a State tells the Secretary-General: given, owed, when; and model letters.",
            discussion:
                "EXAMPLES\n  comity treaty notifications VN\n  comity treaty notifications VN --letter N1\n  comity treaty notifications AZ --letter \"7(2)\""
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions
        @Argument(help: "Code or name of the State or organisation.") var participant: String
        @Option(help: "Print the model letter of this notification: its number, article or id.") var letter: String?

        func run() async throws {
            let (treaty, status, _) = try options.status(global)
            let participant = try treaty.participants.find(participant)
            if let letter {
                let text = try treaty.letter(letter, from: participant.code)
                return global.json ? try Output.json(["letter": text]) : Output.line(text)
            }
            let list = try options.node(global).flatMap { node throws(ComityError) in
                try node.checklist(participant.code, of: treaty, in: status)
            }
            guard let checklist = list ?? treaty.checklist(participant.code, in: status) else {
                throw ComityError(.notFound, "\(participant.code) has no checklist.")
            }
            if global.json { return try Output.json(checklist) }
            Output.line("\(checklist.name), as of \(checklist.asOf)\(status.exercise ? "  (EXERCISE)" : "")")
            for line in checklist.lines {
                let number = line.number.padding(toLength: 4, withPad: " ", startingAt: 0)
                let state = String(line.state.rawValue.map { $0 == "-" ? " " : $0 }).padding(toLength: 16, withPad: " ", startingAt: 0)
                Output.line(
                    "\(number) \(state) \(line.day?.description ?? "          ")  \(line.title)  (\(TreatyCommand.article(line.cite, line.unverified)))"
                )
                Output.line("                                 \(line.says)")
                if !line.records.isEmpty {
                    Output.line("                                 records: \(line.records.joined(separator: ", "))")
                }
                if let named = line.named {
                    Output.line(
                        "                                 directory: "
                            + (named.isEmpty
                                ? "the entry names nobody for \(line.purpose ?? "")" : named.map { Text.safe($0) }.joined(separator: ", ")))
                }
            }
            let owed = checklist.lines.filter { $0.state == .owed || $0.state == .expired }.count
            Output.line("\(owed) owed; model letters: comity treaty notifications \(checklist.code) --letter N1")
        }
    }

    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What happened and what follows from it, in the order of days.",
            discussion: "EXAMPLES\n  comity treaty timeline\n  comity treaty timeline AZ --json")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions
        @Argument(help: "Only this State or organisation.") var participant: String?

        func run() async throws {
            let (treaty, status, _) = try options.status(global)
            let code = try participant.map { name throws(ComityError) in try treaty.participants.find(name).code }
            let entries = treaty.timeline(of: code, in: status)
            if global.json { return try Output.json(entries) }
            for entry in entries {
                let date = (entry.date ?? "day unknown").padding(toLength: 11, withPad: " ", startingAt: 0)
                let kind = entry.kind == .fact ? "" : "  [\(entry.kind.rawValue)]"
                Output.line("\(date)  \(entry.title)\(kind)\(entry.unverified ? "  (not verified)" : "")")
            }
        }
    }

    struct Ics: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deadlines and notifications as a calendar (iCalendar, RFC 5545).",
            discussion: "EXAMPLES\n  comity treaty ics > convention.ics\n  comity treaty ics VN > vn.ics")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions
        @Argument(help: "With what this State or organisation owes.") var participant: String?

        func run() async throws {
            let (treaty, status, now) = try options.status(global)
            let code = try participant.map { name throws(ComityError) in try treaty.participants.find(name).code }
            let text = treaty.calendar(of: code, in: status, stamp: now)
            if global.json { return try Output.json(["calendar": text]) }
            FileHandle.standardOutput.write(Data(text.utf8))
        }
    }
}
