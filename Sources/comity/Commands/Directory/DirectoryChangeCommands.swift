// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Exchange
import Foundation
import Node
import Standards
import Storage

extension DirectoryCommand {
    private struct Line: Encodable {
        let proposedBy: String
        let at: Instant
        let note: String
        let approvedBy: String?
        let changes: [EntryChange.Difference]
    }

    static func show(_ row: ProposalRow, _ node: Node, json: Bool) throws {
        let differences = try node.differences(row)
        if json {
            return try Output.json(
                Line(proposedBy: row.officer, at: row.at, note: row.note, approvedBy: row.approvedBy, changes: differences))
        }
        for item in differences {
            Output.line("\(Text.safe(item.path, limit: 200))")
            Output.line("    \(Text.safe(item.before ?? "–", limit: 500))  →  \(Text.safe(item.after ?? "–", limit: 500))")
        }
        Output.line("proposed      \(row.at) by \(row.officer)\(row.note.isEmpty ? "" : ": \(row.note)")")
        if let approver = row.approvedBy, let at = row.approvedAt { Output.line("approved      \(at) by \(approver)") }
    }

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prepare a change of this node's entry, for another officer to approve.",
            discussion: """
                Changes are PATH=VALUE; an empty value takes a member away. A file (YAML or JSON) gives whole members.
                Without changes, what is prepared is shown.

                EXAMPLES
                  comity directory propose authority.phone="+999 105 550 199" --as D1
                  comity directory propose authority.hours="mon-fri 08:00-16:30" authority.channels.telephone="+999 105 550 111" --as D1
                  comity directory propose authorities.xa-moj.name="Ministry of Justice" authorities.xa-moj.languages=es,en \\
                    authorities.xa-moj.timeZone=America/Montevideo authorities.xa-moj.purposes=mutual-legal-assistance --as D1
                  comity directory propose requirements.double-criminality="Needed for coercive measures (Penal Code 12)" --as D1
                  comity directory propose entry.yaml --as D1
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "A file, or PATH=VALUE; repeat.") var changes: [String] = []
        @Option(help: "Why, in words.") var note = ""

        func run() async throws {
            let node = try global.node()
            guard !changes.isEmpty else {
                guard let open = try node.proposal() else {
                    throw ComityError(.notFound, "No change is prepared.", next: "comity directory propose authority.phone=…")
                }
                return try DirectoryCommand.show(open, node, json: global.json)
            }
            let files = changes.filter { !$0.contains("=") }
            guard files.count <= 1 else { throw ComityError(.usage, "One file at a time.", next: "Write changes as PATH=VALUE.") }
            let file = try files.first.map { path throws(ComityError) in
                (bytes: try InputFile.read(path, limit: DirectoryEntry.limit), name: path)
            }
            let row = try await node.propose(
                file: file, changes: changes.filter { $0.contains("=") }, note: note, by: try officer.resolved())
            try DirectoryCommand.show(row, node, json: global.json)
            if !global.json { Output.line("next          comity directory approve --as ANOTHER-OFFICER") }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Agree to the prepared change, as another officer than the one who proposed it.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption

        func run() async throws {
            let node = try global.node()
            let row = try await node.approveProposal(by: try officer.resolved())
            try DirectoryCommand.show(row, node, json: global.json)
            if !global.json { Output.line("next          comity directory publish --as OFFICER") }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give the prepared change up.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption

        func run() async throws {
            try await global.node().discardProposal(by: try officer.resolved())
            if global.json { try Output.json(["discarded": true]) } else { Output.line("given up") }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put the approved change into this node's signed entry; peers are given it when they are met.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Option(help: "Also write the signed entry to this file.") var to: String?

        func run() async throws {
            let node = try global.node()
            let entry = try await node.publishProposal(by: try officer.resolved())
            if let to {
                guard FileManager.default.createFile(atPath: to, contents: Data(entry + [0x0A])) else {
                    throw ComityError(
                        .storage, "The file \(Text.safe(to)) cannot be written.", next: "The entry is published all the same.")
                }
            }
            let issued = try DirectoryEntry(verifying: entry).issuedAt
            if global.json { return try Output.json(["issuedAt": issued.description]) }
            Output.line("published     \(issued)\(to.map { "  \($0)" } ?? "")")
        }
    }
}
