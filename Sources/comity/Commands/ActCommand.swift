// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Foundation
import Law
import Node
import Standards

/// A kind of act as a command. A type for each, because the parser finds commands by type.
protocol ActVerb: Sendable {
    static var kind: ActKind { get }
}

/// `comity request KIND REF`: takes any step of a life cycle.
struct ActCommand<Verb: ActVerb>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Verb.kind.rawValue, abstract: "Take the step “\(Verb.kind.rawValue)” in a file.",
            discussion: "The members of the body are in docs/formats/act.md. A step of weight waits for comity request approve REF.",
            shouldDisplay: ActCommands.common.contains(Verb.kind))
    }

    @OptionGroup var global: GlobalOptions
    @OptionGroup var officer: OfficerOption
    @OptionGroup var waiting: WaitOption
    @Argument(help: "Reference of the file.") var ref: String
    @Option(help: "A member of the body, name=value; repeat. A value that is YAML is read as YAML: questions='[a, b]'.") var set: [String] =
        []
    @Option(help: "The whole body as a YAML file; - reads standard input.") var fromFile: String?
    @Option(help: "Reasons or text, where the act has one.") var text: String?
    @Option(help: "Id of a ground; repeat.") var ground: [String] = []
    @Option(help: "A time with its zone: the new end, or the date to look again.") var until: String?

    func run() async throws {
        let ref = try FileReference(ref)
        let node = try global.node()
        let step = try await node.take(Verb.kind, on: ref, officer: try officer.resolved(), body: try body(node))
        try await Delivered.report(step, ref: ref, step: Verb.kind.rawValue, node: node, wait: waiting.wait, json: global.json)
        if Verb.kind == .disclose { try await Delivered.packages(node, wait: waiting.wait) }
    }

    private func body(_ node: Node) throws(ComityError) -> JSONValue {
        let now = try node.now()
        var members: [String: JSONValue] = [:]
        if let fromFile {
            let text = try YAMLText(try InputFile.read(fromFile, limit: YAMLText.maximumBytes), name: fromFile)
            guard let object = text.value.object else {
                throw ComityError(.malformedInput, "\(fromFile) is not a list of names and values.")
            }
            members = object
        }
        for pair in set {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw ComityError(.usage, "“\(Text.safe(pair, limit: 60))” is not name=value.")
            }
            let value = String(pair[pair.index(after: equals)...])
            let name = String(pair[..<equals])
            members[name] = try ActCommands.value(value, of: name)
        }
        if let text {
            let name = ActCommands.textMember(of: Verb.kind)
            members[name] = ActCommands.lists.contains(name) ? .array([.string(text)]) : .string(text)
        }
        if !ground.isEmpty { members["grounds"] = .array(ground.map(JSONValue.string)) }
        if let until { members[ActCommands.untilMember(of: Verb.kind)] = .string(try Instant(until).description) }
        for name in ActCommands.momentMembers(of: Verb.kind) where members[name] == nil { members[name] = .string(now.description) }
        if Verb.kind == .receive, members["package"] == nil, members["exhibits"] == nil { members["exhibits"] = .integer(0) }
        if ActCommands.linked.contains(Verb.kind), members["file"] == nil, let other = members["ref"]?.string {
            members["file"] = try node.fileView(try FileReference(other), officer: nil).id.map { .string($0.description) }
        }
        return .object(members)
    }
}
