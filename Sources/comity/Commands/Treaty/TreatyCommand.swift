// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Law
import Node
import Standards
import Treaty

struct TreatyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "treaty", abstract: "Who is bound by the Convention, since when, by what; what a State owes the depositary.",
        discussion: """
            Everything is computed as of a day (--as-of, a day in New York) from dated records with sources that were known by a day
            (--known-by). Without a node, the records that ship with the program are used; add, correct and import need a node.

            EXAMPLES
              comity treaty status
              comity treaty status --as-of 2025-12-31 --json
              comity treaty show VN
              comity treaty pair VN AT
              comity treaty notifications VN --letter N1
              comity treaty add VN --action ratification --phase deposited --deposited 2026-12-01 \\
                  --source "C.N.1.2026.TREATIES-XVIII.16" --tag V --as D1
              comity treaty correct ca-signature --date 2026-07-14 --reason "The depositary gives the day." --as D1
              comity treaty export --format csv > records.csv
              comity treaty import records.csv --dry-run --as D1
              comity treaty ics VN > vn.ics
            """,
        subcommands: [
            Status.self, Show.self, PairCommand.self, Notifications.self, Timeline.self, Ics.self, Add.self, Correct.self, Import.self,
            Export.self,
        ])
}

/// As of which day, and from what.
struct TreatyOptions: ParsableArguments {
    @Option(
        name: .customLong("as-of"),
        help: "The day, in New York, as of which everything is computed, or a time with its zone. Default: today.")
    var asOf: String?
    @Option(name: .customLong("known-by"), help: "Use only what was known by this day. Default: today.")
    var knownBy: String?
    @Flag(help: "Without a node: the fictional States of exercises, in place of the real ones.")
    var exercise = false

    /// The node that is named or stands in the folder; nil where there is none and none is named.
    func node(_ global: GlobalOptions) throws(ComityError) -> Node? {
        let isNamed = global.data != nil || ProcessInfo.processInfo.environment["COMITY_DATA"] != nil
        guard isNamed || FileManager.default.fileExists(atPath: global.folder + "/node.json") else { return nil }
        return try global.node()
    }

    /// The records of the node that is named, or else those that ship with the program.
    func load(_ global: GlobalOptions) throws(ComityError) -> (treaty: Treaty, now: Instant) {
        guard let node = try node(global) else {
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            return (try Node.loadTreaty(exercise: exercise, law: try Node.loadLaw()), now)
        }
        guard !exercise || node.exercise else {
            throw ComityError(
                .exerciseMismatch, "This is a real node.", why: "Records of exercises and real ones are kept apart.",
                next: "Leave --exercise out, or leave the node out.")
        }
        return (try node.treaty(), try node.now())
    }

    func status(_ global: GlobalOptions) throws(ComityError) -> (treaty: Treaty, status: TreatyStatus, now: Instant) {
        let (treaty, now) = try load(global)
        let today = treaty.day(of: now)
        let day = try asOf.map { text throws(ComityError) in try treaty.day(reading: text) } ?? today
        let known = try knownBy.map { text throws(ComityError) in try treaty.day(reading: text) } ?? today
        return (treaty, treaty.status(asOf: day, knownBy: known), now)
    }
}

extension TreatyCommand {
    /// `Art. 65(1)`, and whether anybody compared it.
    static func article(_ cite: String, _ unverified: Bool) -> String { "Art. \(cite)\(unverified ? ", text not compared yet" : "")" }

    static func label(_ text: String) -> String { text.padding(toLength: 15, withPad: " ", startingAt: 0) }

    static func codes(_ codes: [StateCode]) -> String { codes.isEmpty ? "none" : codes.map(\.description).joined(separator: " ") }

    /// A record on a line or two.
    static func lines(_ record: TreatyRecord, indent: String = "  ") -> [String] {
        var when = record.counting.map(\.description) ?? "day unknown"
        if record.isDeposit, let date = record.date { when += " (made \(date))" }
        var lines = ["\(indent)\(when)  \(Treaty.words(record))\(record.tag.isUnverified ? "  (not verified)" : "")  [\(record.id)]"]
        for (language, text) in record.text.sorted(by: { $0.key < $1.key }) {
            lines.append("\(indent)  \(language): \(Text.safe(text, limit: 500))")
        }
        lines.append(
            "\(indent)  source \(Text.safe(record.source.title, limit: 300))\(record.source.url.map { " " + Text.safe($0, limit: 300) } ?? ""), retrieved \(record.retrieved), known \(record.known), tag \(record.tag.rawValue)"
        )
        if let note = record.note { lines.append("\(indent)  note   \(Text.safe(note, limit: 500))") }
        return lines
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Signatories, instruments, what is missing, entry into force, the days of signature.",
            discussion: """
                EXAMPLES
                  comity treaty status
                  comity treaty status --as-of 2027-01-01                 (what is possible then, from what is known today)
                  comity treaty status --as-of 2025-11-01 --known-by 2026-11-21
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions

        func run() async throws {
            let (treaty, status, _) = try options.status(global)
            if global.json { return try Output.json(status) }
            Output.line(status.title + (status.exercise ? "  (EXERCISE: fictional States)" : ""))
            func say(_ label: String, _ text: String) { Output.line(TreatyCommand.label(label) + text) }
            say("as of", "\(status.asOf) in New York, from what was known by \(status.knownBy)")
            let perhaps =
                status.perhapsSignatories.isEmpty
                ? ""
                : "; perhaps \(status.perhapsSignatories.count) more, whose day is not known: \(TreatyCommand.codes(status.perhapsSignatories))"
            say("signatories", "\(status.signatories.count)\(perhaps)")
            if !status.signatories.isEmpty { say("", TreatyCommand.codes(status.signatories)) }
            say(
                "at home",
                "approved: \(TreatyCommand.codes(status.approvedAtHome)); announced: \(TreatyCommand.codes(status.announced))  (binds nobody before the deposit)"
            )
            let entry = status.entry
            let rule = status.rules[0]
            say(
                "instruments",
                "\(entry.counting) deposited that count, \(entry.needed) needed, \(entry.missing) missing  (\(TreatyCommand.article(rule.cite, rule.unverified)))"
            )
            let others = status.deposited.count - entry.counting
            if others > 0 { say("", "\(others) more deposited that does not count: \(status.rules[1].says)") }
            if !status.perhapsDeposited.isEmpty {
                say("", "perhaps also \(TreatyCommand.codes(status.perhapsDeposited)); their day is not known")
            }
            say("in force", Self.force(status))
            if !status.parties.isEmpty {
                say("Parties", "\(status.parties.count)")
                for standing in status.standings where standing.isParty {
                    Output.line("  \(standing.code)  \(standing.name), since \(standing.bindingFrom.map(\.description) ?? "?")")
                }
            }
            say("signature", Self.window(treaty, status))
            for (action, rows) in Dictionary(grouping: status.standings.flatMap(\.possible), by: \.action).sorted(by: { $0.key < $1.key }) {
                say("may \(action)", "\(rows.count)  (\(TreatyCommand.article(rows[0].cite, rows[0].unverified)))")
            }
            if !status.comparisons.isEmpty { Output.line("counts that others published, beside ours for the same day:") }
            for one in status.comparisons {
                let ours = one.computed == one.computedAtMost ? "\(one.computed)" : "\(one.computed) to \(one.computedAtMost)"
                Output.line(
                    "  \(one.published.date)  \(one.published.of.rawValue) \(one.published.value), ours \(ours)\(one.differs ? "  DIFFERS" : "")  \(one.published.source.title)\(one.published.note.map { "; " + $0 } ?? "")"
                )
            }
            if !status.unknown.isEmpty { Output.line("not known:") }
            for line in status.unknown { Output.line("  \(line)") }
            let open = treaty.rules.unverified
            if !open.isEmpty {
                Output.line(
                    "rules used here that nobody has compared with the official text: "
                        + open.map { "Art. \($0.cite) (\($0.id))" }.joined(separator: ", "))
            }
        }

        private static func force(_ status: TreatyStatus) -> String {
            if status.entry.assumed, let day = status.entry.day {
                return "\(status.entry.inForce ? "yes, since" : "from") \(day): \(status.assumption ?? "")"
            }
            let rule = status.rules[2]
            guard let day = status.entry.day, let completed = status.entry.completed else {
                return
                    "no; \(rule.value) days after the last instrument that is needed  (\(TreatyCommand.article(rule.cite, rule.unverified)))"
            }
            let when = "\(day), \(rule.value) days after the instrument of \(completed)"
            return (status.entry.inForce ? "yes, since \(when)" : "no; from \(when)")
                + (status.entry.approximate ? "; at the latest, a day is not exact" : "")
        }

        private static func window(_ treaty: Treaty, _ status: TreatyStatus) -> String {
            let closes =
                "\(status.window.closes), midnight in New York (\(status.window.closesAt.utc); in Hanoi \(treaty.rules.closing(shown: "Asia/Ho_Chi_Minh")))"
            guard status.window.isOpen, let left = status.window.daysLeft else {
                return status.asOf < status.window.opens
                    ? "opens on \(status.window.opens)" : "over since \(closes); from then on one accedes"
            }
            return "open until \(closes); \(left) \(left == 1 ? "day" : "days") left"
        }
    }
}
