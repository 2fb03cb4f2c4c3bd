// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Foundation
import Law
import Node
import Standards

struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask another State, and answer one that asks.",
        discussion: "Every act of the life cycles is a command; comity file next REF says which are possible now.",
        subcommands: [
            Types.self, New.self, Revise.self, Submit.self, Return.self, Approve.self, Send.self, Discard.self, Ack.self, Preserve.self,
            Override.self,
        ] + ActCommands.all)

    struct Types: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the types of request, with their articles.")
        @OptionGroup var global: GlobalOptions

        struct Line: Encodable {
            let type: String
            let code: String
            let instrument: String
            let article: String
            let title: String
            let unverified: Bool
        }

        func run() async throws {
            let law = try Node.loadLaw()
            let lines = FileType.allCases.compactMap { type in
                law.requestType(type.rawValue).map {
                    Line(
                        type: type.rawValue, code: $0.code, instrument: $0.instrument, article: $0.article, title: $0.title,
                        unverified: $0.tag.isUnverified)
                }
            }
            if global.json { return try Output.json(lines) }
            for line in lines {
                let name = line.type.padding(toLength: 28, withPad: " ", startingAt: 0)
                Output.line(
                    "\(name) \(line.code)  \(line.instrument) Art. \(line.article)\(line.unverified ? " (text not compared yet)" : "")  \(line.title)"
                )
            }
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draft a request from a YAML file; the law checks it first.",
            discussion:
                "EXAMPLE\n  comity request new preservation --from-file request.yaml --as XA-D1\n\nExit status 8: a required content is missing; nothing was kept."
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "A type; comity request types lists them.") var type: String
        @Option(help: "The draft; - reads standard input.") var fromFile: String?
        @Flag(help: "Print a commented template of this type and stop.") var template = false
        @Option(help: "The requested State, when the file does not say it.") var to: String?
        @Option(help: "Reference of the file that this request follows; repeat.") var follows: [String] = []
        @Flag(help: "Only say what the rules say; keep nothing.") var dryRun = false
        @Flag(help: "Keep it although something is missing that an approver may set aside; it is not sent before.") var keep = false

        struct Result: Encodable {
            let ref: FileReference?
            let findings: [Finding]
        }

        func run() async throws {
            if template {
                guard FileType(rawValue: type) != nil else {
                    throw ComityError(
                        .usage, "“\(Text.safe(type, limit: 60))” is not a type of request.", next: "comity request types lists them.")
                }
                return Output.line(try Node.loadLaw().template(type: type) ?? "")
            }
            guard let fromFile else {
                throw ComityError(.usage, "The draft is missing.", next: "Add --from-file FILE; --template prints one to start from.")
            }
            let node = try global.node()
            let text = try YAMLText(try InputFile.read(fromFile, limit: YAMLText.maximumBytes), name: fromFile)
            guard var draft = text.value.object else {
                throw ComityError(.malformedInput, "\(fromFile) is not a list of names and values.")
            }
            if let to { draft["to"] = .string(to) }
            if !follows.isEmpty { draft["follows"] = .array(follows.map(JSONValue.string)) }
            let result = try await node.newRequest(
                type: type, draft: .object(draft), officer: try officer.resolved(), dryRun: dryRun, keep: keep)
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
            if dryRun, result.findings.contains(where: \.blocks) { throw ExitCode(ErrorCode.refusedByRule.exitStatus) }
        }
    }

    struct Revise: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a draft another content; an approval no longer counts.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the draft.") var ref: String
        @Option(help: "The draft; - reads standard input.") var fromFile: String
        @Flag(help: "Only say what the rules say; keep nothing.") var dryRun = false
        @Flag(help: "Keep it although something is missing that an approver may set aside; it is not sent before.") var keep = false

        func run() async throws {
            let ref = try FileReference(ref)
            let text = try YAMLText(try InputFile.read(fromFile, limit: YAMLText.maximumBytes), name: fromFile)
            let findings = try await global.node().revise(
                ref, draft: text.value, officer: try officer.resolved(), dryRun: dryRun, keep: keep)
            if global.json { return try Output.json(New.Result(ref: ref, findings: findings)) }
            for finding in findings { Output.line(Output.text(finding)) }
            Output.line(dryRun ? "nothing was kept (dry run)" : "revised  \(ref)")
            if dryRun, findings.contains(where: \.blocks) { throw ExitCode(ErrorCode.refusedByRule.exitStatus) }
        }
    }

    struct Submit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hand a draft to the reviewer.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the draft.") var ref: String

        func run() async throws {
            let ref = try FileReference(ref)
            let node = try global.node()
            try await node.submit(ref, officer: try officer.resolved())
            let state = try node.fileView(ref, officer: nil).state.rawValue
            if global.json {
                try Output.json(["ref": ref.description, "state": state])
            } else {
                Output.line("submitted  \(ref)  \(state)")
            }
        }
    }

    struct Return: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "return-draft", abstract: "Give a draft back to its author, with a comment.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the draft.") var ref: String
        @Option(help: "What must change.") var text: String

        func run() async throws {
            let ref = try FileReference(ref)
            try await global.node().returnDraft(ref, officer: try officer.resolved(), comment: text)
            if global.json { try Output.json(["ref": ref.description, "state": "draft"]) } else { Output.line("returned  \(ref)") }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Agree as the second person: to a drafted request, or to a step that waits for approval.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the draft or the file.") var ref: String

        func run() async throws {
            let ref = try FileReference(ref)
            let officer = try officer.resolved()
            let node = try global.node()
            if let act = try await node.approve(ref, officer: officer) {
                try await Delivered.report(act, ref: ref, step: "approved", node: node, wait: waiting.wait, json: global.json)
                try await Delivered.packages(node, wait: waiting.wait)
            } else if global.json {
                try Output.json(["ref": ref.description, "state": "authorised", "approvedBy": officer])
            } else {
                Output.line("approved  \(ref)  by \(officer)\nnext      comity request send \(ref) --as OFFICER")
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give up a draft, or a step that waits for approval. What was sent stays.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the draft or the file.") var ref: String

        func run() async throws {
            let ref = try FileReference(ref)
            try await global.node().discard(ref, officer: try officer.resolved())
            if global.json { try Output.json(["ref": ref.description, "discarded": "true"]) } else { Output.line("discarded  \(ref)") }
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
            let body = try ActBody.json(ActBody.Acknowledge(localReference: localReference))
            let step = try await node.take(.acknowledge, on: ref, officer: try officer.resolved(), body: body)
            try await Delivered.report(step, ref: ref, step: "acknowledged", node: node, wait: waiting.wait, json: global.json)
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
            let moment = try from ?? node.now()
            let body = try ActBody.json(ActBody.Preserve(effective: moment, outcome: outcome, note: note))
            let step = try await node.take(.preserve, on: ref, officer: try officer.resolved(), body: body)
            try await Delivered.report(step, ref: ref, step: "preserved", node: node, wait: waiting.wait, json: global.json)
            if !global.json, let clock = try node.fileView(ref, officer: nil).clocks.first(where: { $0.state == .running }) {
                Output.line(
                    "clock         due \(node.local(clock.due))  (\(clock.due.utc))  \(Output.article(clock.article))\(clock.unverified ? ", text not compared yet" : "")"
                )
            }
        }
    }
}
