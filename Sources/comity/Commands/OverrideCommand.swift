// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Node
import Standards

extension Request {
    /// Sets a rule aside: for a draft before it is sent, or as an act of its own in a file.
    struct Override: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a rule aside, with a reason that the other State reads.",
            discussion:
                "For a draft: the rule is one of its findings; an approval no longer counts. In a file: the rule, or a step that is skipped, such as consultation; a second person approves it.\n\nEXAMPLE\n  comity request override XA-2026-PRE-000042-L --rule uncc.42.3.e --reason \"told by telephone\" --as XA-D3"
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the draft or the file.") var ref: String
        @Option(help: "Id of the rule, or in a file the step that is skipped.") var rule: String
        @Option(help: "Why.") var reason: String?
        @Flag(help: "Take it back, for a draft.") var undo = false

        func run() async throws {
            let ref = try FileReference(ref)
            let node = try global.node()
            guard (reason == nil) == undo else {
                throw ComityError(.usage, "The reason is missing, or stands beside --undo.", next: "Add --reason TEXT, or only --undo.")
            }
            if try node.fileView(ref, officer: nil).id == nil {
                let findings = try await node.override(ref, rule: rule, reason: reason, officer: try officer.resolved())
                if global.json { return try Output.json(New.Result(ref: ref, findings: findings)) }
                for finding in findings { Output.line(Output.text(finding)) }
                Output.line("\(undo ? "stands again" : "set aside")  \(rule)  in \(ref)")
                Output.line("next       another person approves: comity request approve \(ref) --as OFFICER")
            } else {
                guard let reason else { throw ComityError(.wrongState, "\(ref) was sent; what it set aside stays on record.") }
                let body = try ActBody.json(ActBody.Override(rule: rule, reason: reason))
                let step = try await node.take(.override, on: ref, officer: try officer.resolved(), body: body)
                try await Delivered.report(step, ref: ref, step: "override", node: node, wait: waiting.wait, json: global.json)
            }
        }
    }
}
