// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Node
import Standards
import Storage

/// `comity retention`: content is removed under a rule, by two officers; proofs stay.
struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "Remove the content of files under a rule; the register proves what was there.",
        discussion: """
            EXAMPLES
              comity retention due
              comity retention apply XA-2026-PRE-000042-L --as D1        (prepares it; without REF all that are due)
              comity retention approve XA-2026-PRE-000042-L --as D3      (another officer: now it is removed)
              comity retention hold XA-2026-PRE-000042-L --reason "appeal pending at the Supreme Court" --as D1
            """,
        subcommands: [Due.self, Apply.self, Approve.self, Discard.self, Hold.self, Unhold.self, List.self], defaultSubcommand: Due.self)

    struct Due: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List files whose content may be removed now, and under which rule.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let node = try global.node()
            try await node.refreshWork()
            let due = try node.retentionDue(officer: nil)
            if global.json { return try Output.json(due) }
            if due.isEmpty { Output.line("Nothing is due.") }
            for item in due { Output.line(RetentionCommand.line(item)) }
        }
    }

    static func line(_ item: RetentionDue) -> String {
        """
        \(item.ref)  \(item.type.rawValue)  \(item.state.rawValue)  due since \(item.since)\(item.prepared.map { ", prepared by \($0)" } ?? "")
                \(item.says) (\(Output.article(item.cite))\(item.unverified ? ", text not compared yet" : ""), \(item.rule))
        """
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prepare the removal; nothing is removed until another officer approves.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "References; without, all files that are due.") var refs: [String] = []

        func run() async throws {
            let node = try global.node()
            try await node.refreshWork()
            let prepared = try await node.prepareRemoval(
                try refs.map { text throws(ComityError) in try FileReference(text) }, officer: try officer.resolved())
            if global.json { return try Output.json(prepared) }
            if prepared.isEmpty { Output.line("Nothing is due.") }
            for item in prepared {
                Output.line("prepared  \(RetentionCommand.line(item))")
                Output.line("next      comity retention approve \(item.ref) --as ANOTHER-OFFICER")
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Agree to prepared removals: the content is removed now, for good.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "References.") var refs: [String]

        func run() async throws {
            let node = try global.node()
            let officer = try officer.resolved()
            try await node.refreshWork()
            var removed: [RemovedFile] = []
            for ref in refs { removed.append(try await node.approveRemoval(try FileReference(ref), officer: officer)) }
            if global.json { return try Output.json(removed) }
            for file in removed { Output.line("removed   \(file.ref)  under \(file.rule); its proofs stay in the register") }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give up a prepared removal.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String

        func run() async throws {
            try await global.node().discardRemoval(try FileReference(ref), officer: try officer.resolved())
            if global.json { return try Output.json(["ref": ref]) }
            Output.line("\(ref) is kept.")
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold a file: nothing is removed from it, whatever a rule says.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Why, in at least 10 characters.") var reason: String

        func run() async throws {
            try await global.node().holdFile(try FileReference(ref), reason: reason, officer: try officer.resolved())
            if global.json { return try Output.json(["ref": ref]) }
            Output.line("\(ref) is held: nothing is removed from it.")
        }
    }

    struct Unhold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lift the hold on a file.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Why, in at least 10 characters.") var reason: String

        func run() async throws {
            try await global.node().unholdFile(try FileReference(ref), reason: reason, officer: try officer.resolved())
            if global.json { return try Output.json(["ref": ref]) }
            Output.line("\(ref) is not held any more.")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List files whose content was removed, and files that are held.")
        @OptionGroup var global: GlobalOptions

        struct Report: Encodable {
            let removed: [RemovedFile]
            let held: [LegalHold]
        }

        func run() async throws {
            let node = try global.node()
            let report = Report(removed: try node.removedFiles(officer: nil), held: try node.legalHolds(officer: nil))
            if global.json { return try Output.json(report) }
            if report.removed.isEmpty, report.held.isEmpty { Output.line("Nothing was removed, and no file is held.") }
            for file in report.removed {
                Output.line("removed   \(file.ref)  \(file.at)  \(file.rule)  \(file.preparedBy), \(file.approvedBy)")
            }
            for hold in report.held {
                Output.line("held      \(hold.ref)  \(hold.at)  \(hold.officer): \(Text.safe(hold.reason, limit: 300))")
            }
        }
    }
}

extension FileCommand.Show {
    /// What is left of a file whose content was removed.
    static func show(_ view: RemovedView) {
        let file = view.file
        Output.line(
            "\(file.ref)  \(file.type.rawValue)  \(file.side == .requesting ? "to" : "from") \(file.counterparts.map(\.description).joined(separator: ", "))"
        )
        Output.line(
            "removed   the content was removed under \(file.rule) on \(file.at); \(file.preparedBy) prepared it, \(file.approvedBy) approved it"
        )
        Output.line("rule      \(file.says)")
        Output.line("state     \(file.state.rawValue), last act registered \(file.last)")
        for stub in view.stubs {
            Output.line("entry     \(stub.index)  \(stub.source.rawValue) \(stub.kind)  \(stub.from)  \(stub.at)  \(stub.hash)")
        }
    }
}
