// SPDX-License-Identifier: Apache-2.0

public import Standards
import Yams

/// YAML from a person or a rule file, bounded before it is parsed, as a value and with line numbers.
///
/// Plain scalars become booleans, integers, numbers or null by the YAML 1.2 core schema; everything else, dates too,
/// stays text: a time is read by a rule, never guessed by a parser. Aliases are unfolded, and the whole is bounded, so a few
/// lines cannot become gigabytes.
public struct YAMLText: Sendable {
    public static let maximumBytes = 16 * 1024 * 1024
    static let maximumDepth = 64
    /// Most values in one text, counted after aliases are unfolded.
    static let maximumValues = 500_000

    /// What was read.
    public let value: JSONValue
    /// Line (1-based) of each member, by dotted path.
    public let lines: [String: Int]

    /// - Throws: `.tooLarge`, or `.malformedInput` with the line.
    public init(_ bytes: [UInt8], name: String) throws(ComityError) { try self.init(bytes, name: name, withLines: true) }

    /// Without line numbers reading is twice as fast; a set of rule files is read again with them only when it has a fault.
    init(_ bytes: [UInt8], name: String, withLines: Bool) throws(ComityError) {
        guard bytes.count <= Self.maximumBytes else {
            throw ComityError(
                .tooLarge, "\(name) has \(bytes.count) bytes.", why: "At most \(Self.maximumBytes) bytes are read.",
                next: "Shorten the file, or move attachments into a package.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ComityError(.malformedInput, "\(name) is not UTF-8 text.", next: "Save it as UTF-8 and try again.")
        }
        try Self.refuseDeepNesting(bytes, name: name)
        let node: Yams.Node?
        // The basic resolver: tags are not wanted, and guessing them costs a regular expression for every name.
        do { node = try Yams.compose(yaml: text, .basic) } catch {
            throw ComityError(
                .malformedInput, "\(name) is not readable YAML.", why: Self.describe(error),
                next: "Check the indentation and quotes at that place.")
        }
        guard let node else { throw ComityError(.malformedInput, "\(name) is empty.") }
        var lines: [String: Int] = [:]
        var budget = Self.maximumValues
        if withLines {
            value = try Self.convert(node, path: "", depth: 0, name: name, lines: &lines, budget: &budget)
        } else {
            value = try Self.plain(node, depth: 0, name: name, budget: &budget)
        }
        self.lines = lines
    }

    /// The line of a path, or of its nearest ancestor.
    public func line(of path: String) -> Int {
        var steps = path.split(separator: ".").map(String.init)
        while !steps.isEmpty {
            if let line = lines[steps.joined(separator: ".")] { return line }
            steps.removeLast()
        }
        return 1
    }

    private static func describe(_ error: any Error) -> String {
        guard let error = error as? YamlError else { return Text.safe("\(error)", limit: 200) }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return "Line \(mark.line), column \(mark.column): \(Text.safe(problem, limit: 160))."
        case .duplicatedKeysInMapping(let names, let context):
            return "Near line \(context.mark.line): “\(Text.safe(names.first ?? "", limit: 60))” stands twice."
        case .reader(let problem, let offset, _, _): return "At character \(offset ?? 0): \(Text.safe(problem, limit: 160))."
        default: return "It is not YAML."
        }
    }

    private static func convert(
        _ node: Yams.Node, path: String, depth: Int, name: String, lines: inout [String: Int], budget: inout Int
    ) throws(ComityError) -> JSONValue {
        let line = node.mark?.line ?? 0
        guard depth <= maximumDepth else {
            throw ComityError(.malformedInput, "\(name), line \(line): nested deeper than \(maximumDepth) levels.")
        }
        budget -= 1
        guard budget > 0 else {
            throw ComityError(.tooLarge, "\(name), line \(line): the text unfolds into more than \(maximumValues) values.")
        }
        switch node {
        case .scalar(let scalar): return scalarValue(scalar)
        case .sequence(let sequence):
            var items: [JSONValue] = []
            for (index, item) in sequence.enumerated() {
                let inner = path.isEmpty ? "\(index)" : "\(path).\(index)"
                lines[inner] = item.mark?.line
                items.append(try convert(item, path: inner, depth: depth + 1, name: name, lines: &lines, budget: &budget))
            }
            return .array(items)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, item) in mapping {
                guard case .scalar(let scalar) = key else {
                    throw ComityError(.malformedInput, "\(name), line \(key.mark?.line ?? line): a name must be plain text.")
                }
                let inner = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
                lines[inner] = key.mark?.line
                guard
                    members.updateValue(
                        try convert(item, path: inner, depth: depth + 1, name: name, lines: &lines, budget: &budget), forKey: scalar.string)
                        == nil
                else {
                    throw ComityError(
                        .malformedInput, "\(name), line \(key.mark?.line ?? line): “\(Text.safe(scalar.string, limit: 60))” stands twice.")
                }
            }
            return .object(members)
        case .alias:
            throw ComityError(.malformedInput, "\(name), line \(line): an alias leads nowhere.")
        }
    }

    /// As `convert`, without the lines.
    private static func plain(_ node: Yams.Node, depth: Int, name: String, budget: inout Int) throws(ComityError) -> JSONValue {
        budget -= 1
        guard depth <= maximumDepth, budget > 0 else { throw ComityError(.tooLarge, "\(name) is too deep or too large.") }
        switch node {
        case .scalar(let scalar): return scalarValue(scalar)
        case .sequence(let sequence):
            var items: [JSONValue] = []
            items.reserveCapacity(sequence.count)
            for item in sequence { items.append(try plain(item, depth: depth + 1, name: name, budget: &budget)) }
            return .array(items)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            members.reserveCapacity(mapping.count)
            for (key, item) in mapping {
                guard case .scalar(let scalar) = key else { throw ComityError(.malformedInput, "\(name): a name must be plain text.") }
                members[scalar.string] = try plain(item, depth: depth + 1, name: name, budget: &budget)
            }
            guard members.count == mapping.count else { throw ComityError(.malformedInput, "\(name): a name stands twice.") }
            return .object(members)
        case .alias: throw ComityError(.malformedInput, "\(name): an alias leads nowhere.")
        }
    }

    private static func scalarValue(_ scalar: Yams.Node.Scalar) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let text = scalar.string
        if let integer = Int64(text), String(integer) == text { return .integer(integer) }
        let numeric = text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
        if numeric, text.contains("."), text.filter({ $0 == "." }).count == 1, let number = Double(text), number.isFinite {
            return .number(number)
        }
        return .string(text)
    }

    /// The parser below recurses; a megabyte of `[` must not reach it.
    private static func refuseDeepNesting(_ bytes: [UInt8], name: String) throws(ComityError) {
        var depth = 0
        var line = 1
        var dashes = 0
        var atLineStart = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "\n"):
                line += 1
                dashes = 0
                atLineStart = true
                continue
            case UInt8(ascii: "-"), UInt8(ascii: "?"): if atLineStart { dashes += 1 }
            case UInt8(ascii: " "): continue
            default: atLineStart = false
            }
            if depth > maximumDepth || dashes > maximumDepth {
                throw ComityError(.malformedInput, "\(name), line \(line): nested deeper than \(maximumDepth) levels.")
            }
        }
    }
}
