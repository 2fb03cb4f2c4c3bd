// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Law
import Node
import Standards

struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask another State, and answer one that asks.", subcommands: [New.self, Approve.self, Send.self, Ack.self, Preserve.self])

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draft a request from a YAML file; the law checks it first.",
            discussion:
                "EXAMPLE\n  comity request new preservation --from-file request.yaml --as XA-D1\n\nExit status 8: a required content is missing; nothing was kept."
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "preservation or stored-data.") var type: String
        @Option(help: "The draft; - reads standard input.") var fromFile: String
        @Option(help: "The requested State, when the file does not say it.") var to: String?
        @Option(help: "Reference of the file that this request follows; repeat.") var follows: [String] = []
        @Flag(help: "Only say what the rules say; keep nothing.") var dryRun = false

        struct Result: Encodable {
            let ref: FileReference?
            let findings: [Finding]
        }

        func run() async throws {
            let node = try global.node()
            let text = try YAMLText(try InputFile.read(fromFile, limit: YAMLText.maximumBytes), name: fromFile)
            guard var draft = text.value.object else {
                throw ComityError(.malformedInput, "\(fromFile) is not a list of names and values.")
            }
            if let to { draft["to"] = .string(to) }
            if !follows.isEmpty { draft["follows"] = .array(follows.map(JSONValue.string)) }
            let result = try await node.newRequest(type: type, draft: .object(draft), officer: try officer.resolved(), dryRun: dryRun)
            if global.json {
                try Output.json(Result(ref: result.ref, findings: result.findings))
            } else {
                for finding in result.findings { Output.line(Output.text(finding)) }
                if let ref = result.ref {
                    Output.line("drafted  \(ref)")
                    Output.line("next     another person approves: comity request approve \(ref) --as OFFICER")
                } else {
                    Output.line(
                        result.findings.isEmpty
                            ? "no findings"
                            : "\(result.findings.count) finding\(result.findings.count == 1 ? "" : "s"); nothing was kept (dry run)")
                }
            }
            if dryRun, result.findings.contains(where: { $0.level == .must }) { throw ExitCode(ErrorCode.refusedByRule.exitStatus) }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Agree to a drafted request as the second person.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the draft.") var ref: String

        func run() async throws {
            let ref = try FileReference(ref)
            let officer = try officer.resolved()
            try await global.node().approve(ref, officer: officer)
            if global.json {
                try Output.json(["ref": ref.description, "state": "authorised", "approvedBy": officer])
            } else {
                Output.line("approved  \(ref)  by \(officer)\nnext      comity request send \(ref) --as OFFICER")
            }
        }
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Sign an approved request and deliver it.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the draft.") var ref: String

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            let act = try await node.send(ref, officer: try officer.resolved())
            try await Delivered.report(act, ref: ref, step: "sent", node: node, wait: waiting.wait, json: global.json)
        }
    }

    struct Ack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take responsibility for an incoming request.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Your own number for it.") var localReference: String?

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            let act = try await node.acknowledge(ref, officer: try officer.resolved(), localReference: localReference)
            try await Delivered.report(act, ref: ref, step: "acknowledged", node: node, wait: waiting.wait, json: global.json)
        }
    }

    struct Preserve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Record that the data are preserved; the clock of article 42(8) starts.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "From when the data are safe, with zone. Default: now.") var effective: String?
        @Option(help: "full or partial.") var outcome = "full"
        @Option(help: "A remark for the other State.") var note: String?

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            guard let outcome = ActBody.Preserve.Outcome(rawValue: outcome) else {
                throw ComityError(.usage, "The outcome is full or partial.")
            }
            var from: Instant?
            if let effective { from = try Instant(effective) }
            let act = try await node.preserve(ref, officer: try officer.resolved(), effective: from, outcome: outcome, note: note)
            try await Delivered.report(act, ref: ref, step: "preserved", node: node, wait: waiting.wait, json: global.json)
            if !global.json, let clock = try node.fileView(ref).clocks.first(where: { $0.state == .running }) {
                Output.line(
                    "clock         due \(node.local(clock.due))  (\(clock.due.utc))  Art. \(clock.article)\(clock.unverified ? ", text not compared yet" : "")"
                )
            }
        }
    }
}
