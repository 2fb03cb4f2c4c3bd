// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Law
import Node
import Standards
import Treaty

/// The members of a record on the command line.
struct RecordOptions: ParsableArguments {
    @Option(help: "How far a consent has come: approved-at-home, announced, deposited.") var phase: String?
    @Option(help: "When it was done: 2026-07-14, 2026-07 or 2026.") var date: String?
    @Option(help: "When the depositary received it.") var deposited: String?
    @Option(help: "The article concerned, for example 7(2).") var article: String?
    @Option(help: "Number of the notification that it gives, for example N1.") var notification: String?
    @Option(help: "Id of the record that it withdraws or objects to.") var of: String?
    @Option(help: "The text in a language, for example en=Words; may stand several times.") var text: [String] = []
    @Option(help: "Reference of the depositary.") var reference: String?
    @Option(help: "Where it was read.") var source: String?
    @Option(help: "Address of the source.") var url: String?
    @Option(help: "The day on which the source was read. Default: today.") var retrieved: String?
    @Option(help: "How far it was compared: V read in a primary source, C confirmed by another, M unverified.") var tag: String?
    @Option(help: "Until when it holds.") var expires: String?
    @Option(help: "Id of the record that this source contradicts; it does not count.") var disputes: String?
    @Option(help: "A remark.") var note: String?
    @Option(help: "Id of the record. Default: a new one.") var id: String?
    @Flag(help: "Only say what is wrong.") var dryRun = false

    /// What is said here, over what a record says already; `none` takes a member away.
    func members(over base: [String: JSONValue]) throws(ComityError) -> [String: JSONValue] {
        var members = base
        let given: [(String, String?)] = [
            ("phase", phase), ("date", date), ("deposited", deposited), ("article", article), ("notification", notification), ("of", of),
            ("reference", reference), ("retrieved", retrieved), ("tag", tag), ("expires", expires), ("disputes", disputes), ("note", note),
            ("id", id),
        ]
        for (name, value) in given {
            if let value { members[name] = value == "none" ? nil : .string(value) }
        }
        if source != nil || url != nil {
            var new = members["source"]?.object ?? [:]
            if let source { new = ["title": .string(source)] }
            if let url { new["url"] = .string(url) }
            members["source"] = .object(new)
        }
        var texts = members["text"]?.object ?? [:]
        for pair in text {
            guard let mark = pair.firstIndex(of: "=") else {
                throw ComityError(.usage, "“\(Text.safe(pair, limit: 40))” names no language.", next: "Write --text en=Words.")
            }
            texts[String(pair[..<mark])] = .string(String(pair[pair.index(after: mark)...]))
        }
        if !texts.isEmpty { members["text"] = .object(texts) }
        return members
    }
}

extension TreatyCommand {
    /// Keeps all of it or nothing, and says every problem.
    static func keep(_ bytes: [UInt8], _ format: RecordTable.Format, _ node: Node, _ officer: String, dryRun: Bool, json: Bool) async throws
    {
        let result = try await node.importTreaty(bytes, as: format, by: officer, dryRun: dryRun)
        if json {
            try Output.json(result)
            if result.problems.isEmpty { return }
            throw ExitCode(ErrorCode.malformedInput.exitStatus)
        }
        guard result.problems.isEmpty else {
            let shown = result.problems.prefix(50).map { "  row \($0.row)\($0.id.isEmpty ? "" : " “\($0.id)”"): \($0.says)" }
            let rows = Set(result.problems.map(\.row)).count
            let rest = result.problems.count - shown.count
            throw ComityError(
                .malformedInput,
                "\(rows) of \(result.rows) rows cannot be kept:\n\(shown.joined(separator: "\n"))"
                    + (rest > 0 ? "\n  and \(rest) more problems; --json names all" : ""),
                why: "Nothing was kept: records are kept all or none.", next: "Correct these rows and try again.")
        }
        if dryRun { return Output.line("ok            \(result.rows) rows; nothing was kept, because of --dry-run") }
        Output.line("kept          \(result.kept.count) \(result.kept.count == 1 ? "record" : "records")")
        for id in result.kept.prefix(20) { Output.line("              \(id)") }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a fact: who did what, when, and where that was read.",
            discussion: """
                EXAMPLES
                  comity treaty add UY --action signature --date 2026-11-20 --source "UN Treaty Collection" --tag V --as D1
                  comity treaty add AZ --action ratification --phase deposited --deposited 2026-12-01 --source "C.N.1.2026" --tag V --as D1
                  comity treaty add AZ --action withdrawal --of az-7-2 --date 2026-12-01 --source "C.N.2.2026" --tag V --as D1
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var record: RecordOptions
        @Argument(help: "Code or name of the State or organisation.") var participant: String
        @Option(help: "What was done: \(TreatyRecord.Action.allCases.map(\.rawValue).joined(separator: ", ")).") var action: String

        func run() async throws {
            let node = try global.node()
            let code = try node.treaty().participants.find(participant).code
            let base: [String: JSONValue] = ["participant": .string(code.description), "action": .string(action)]
            let bytes = try IJSON.encode(JSONValue.array([.object(try record.members(over: base))]))
            try await TreatyCommand.keep(bytes, .json, node, try officer.resolved(), dryRun: record.dryRun, json: global.json)
        }
    }

    struct Correct: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a correction of a record; both stay visible.",
            discussion: """
                What is not said stays as in the record, but for its note; “none” takes a member away. --void says that nothing took place.

                EXAMPLES
                  comity treaty correct ca-signature --date 2026-07-14 --reason "The depositary gives the day." --tag V --as D1
                  comity treaty correct zw-signature --void --reason "The source was mistaken." --as D1
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var record: RecordOptions
        @Argument(help: "Id of the record that is wrong.") var target: String
        @Option(help: "Why it is corrected.") var reason: String
        @Flag(help: "Nothing took place: neither record counts.") var void = false

        func run() async throws {
            let node = try global.node()
            guard let wrong = try node.treaty().records.first(where: { $0.id == target }) else {
                throw ComityError(
                    .notFound, "There is no record “\(Text.safe(target, limit: 80))”.", next: "comity treaty show STATE lists them.")
            }
            var base = try IJSON.decode(JSONValue.self, from: try IJSON.encode(wrong), limit: 1 << 22).object ?? [:]
            for name in ["id", "known", "retrieved", "corrects", "reason", "void", "note"] { base[name] = nil }
            var members = try record.members(over: base)
            members["corrects"] = .string(target)
            members["reason"] = .string(reason)
            if void { members["void"] = .bool(true) }
            let bytes = try IJSON.encode(JSONValue.array([.object(members)]))
            try await TreatyCommand.keep(bytes, .json, node, try officer.resolved(), dryRun: record.dryRun, json: global.json)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep the records of a table or of JSON: all of them, or none.",
            discussion: """
                The columns are those of comity treaty export. Every problem is named by its row; the head of a table is row 1.

                EXAMPLES
                  comity treaty import records.csv --dry-run --as D1
                  comity treaty import - --format json --as D1 < records.json
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "The file; - reads standard input.") var file: String
        @Option(help: "csv or json. Default: by the end of the name.") var format: String?
        @Flag(help: "Only say what is wrong.") var dryRun = false

        func run() async throws {
            let node = try global.node()
            let name = format ?? (file.lowercased().hasSuffix(".json") ? "json" : "csv")
            guard let format = RecordTable.Format(rawValue: name) else { throw ComityError(.usage, "The format is csv or json.") }
            let bytes = try InputFile.read(file, limit: RecordTable.maximumBytes)
            try await TreatyCommand.keep(bytes, format, node, try officer.resolved(), dryRun: dryRun, json: global.json)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All records with their sources, corrected ones too, as a table or as JSON.",
            discussion: "EXAMPLES\n  comity treaty export --format csv > records.csv\n  comity treaty export --only AZ --json")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var options: TreatyOptions
        @Option(help: "csv or json.") var format: String?
        @Option(help: "Only this State or organisation.") var only: String?
        @Flag(help: "Only the records that this node keeps itself, not those that ship with the program.") var own = false

        func run() async throws {
            let (treaty, status, _) = try options.status(global)
            guard let format = RecordTable.Format(rawValue: format ?? (global.json ? "json" : "csv")) else {
                throw ComityError(.usage, "The format is csv or json.")
            }
            let code = try only.map { name throws(ComityError) in try treaty.participants.find(name).code }
            let shipped = own ? Set(try Node.loadTreaty(exercise: treaty.exercise, law: treaty.law).records.map(\.id)) : []
            let records = treaty.records.filter {
                (code == nil || $0.participant == code) && $0.known <= status.knownBy && !shipped.contains($0.id)
            }
            FileHandle.standardOutput.write(Data(try RecordTable.write(records, as: format).utf8))
        }
    }
}
