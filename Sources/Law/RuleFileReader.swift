// SPDX-License-Identifier: Apache-2.0

import Standards

/// Every fault found in a set of rule files.
public struct LawErrors: Error, Sendable, CustomStringConvertible {
    public struct Fault: Sendable, Equatable {
        public let path: String
        public let line: Int
        public let says: String
    }

    public let faults: [Fault]
    public var description: String { faults.map { "\($0.path):\($0.line): \($0.says)" }.joined(separator: "\n") }
}

/// One open rule file: its values, and the faults found in it. The members are read by name; a name that nobody asked for
/// is a fault.
struct RuleFileReader {
    let path: String
    let text: YAMLText
    var faults: [LawErrors.Fault] = []

    /// The folder it lies in: the id of its instrument.
    var folder: String { String(path.prefix { $0 != "/" }) }

    func line(_ at: String) -> Int { text.line(of: at) }

    mutating func fault(_ at: String, _ says: String) { faults.append(.init(path: path, line: text.line(of: at), says: says)) }

    mutating func allow(_ value: JSONValue, at: String, _ names: Set<String>) {
        guard let members = value.object else { return fault(at, "A list of names and values is expected here.") }
        for name in members.keys.sorted() where !names.contains(name) {
            fault(FieldPath.join(at, name), "“\(name)” is not known here; known are \(names.sorted().joined(separator: ", ")).")
        }
    }

    mutating func required(_ value: JSONValue, _ name: String, at: String) -> String {
        switch value[name] {
        case .string(let text) where !text.isEmpty: return text
        case .integer(let number): return String(number)
        default:
            fault(at, "“\(name)” is missing.")
            return ""
        }
    }

    /// A text that may be absent; anything but a text is a fault.
    mutating func optional(_ value: JSONValue, _ name: String, at: String) -> String? {
        switch value[name] {
        case .string(let text): return text
        case .integer(let number): return String(number)
        case nil, .null: return nil
        default:
            fault(FieldPath.join(at, name), "“\(name)” is a text.")
            return nil
        }
    }

    mutating func flag(_ value: JSONValue, _ name: String, at: String) -> Bool {
        switch value[name] {
        case .bool(let flag): return flag
        case nil: return false
        default:
            fault(FieldPath.join(at, name), "“\(name)” is true or false.")
            return false
        }
    }

    mutating func whole(_ value: JSONValue, _ name: String, at: String, _ range: ClosedRange<Int64>) -> Int? {
        switch value[name] {
        case .integer(let number) where range.contains(number): return Int(number)
        case nil, .null: return nil
        default:
            fault(FieldPath.join(at, name), "“\(name)” is a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
    }

    /// One text or a list of texts.
    mutating func texts(_ value: JSONValue, _ name: String, at: String) -> [String] {
        switch value[name] {
        case .string(let text): return [text]
        case .array(let items):
            let found = items.compactMap { $0.string ?? $0.integer.map { String($0) } }
            if found.count != items.count { fault(FieldPath.join(at, name), "“\(name)” is a list of texts.") }
            return found
        case nil, .null: return []
        default:
            fault(FieldPath.join(at, name), "“\(name)” is a text or a list of texts.")
            return []
        }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: JSONValue, _ name: String, at: String, default fallback: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let text = optional(value, name, at: at) else { return fallback }
        if let choice = Choice(rawValue: text) { return choice }
        fault(FieldPath.join(at, name), "“\(text)” is not known; known are \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        return fallback
    }

    mutating func items(_ root: JSONValue, _ name: String, at: String = "") -> [(Int, JSONValue)] {
        switch root[name] {
        case .array(let items): return Array(items.enumerated())
        case nil, .null: return []
        default:
            fault(FieldPath.join(at, name), "“\(name)” is a list.")
            return []
        }
    }

    mutating func tag(_ value: JSONValue, at: String) -> VerificationTag {
        let text = required(value, "tag", at: at)
        if let tag = VerificationTag(rawValue: text) { return tag }
        if !text.isEmpty {
            fault(
                FieldPath.join(at, "tag"),
                "“\(text)” is not a verification tag; known are \(VerificationTag.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return .unverified
    }

    mutating func duration(_ value: JSONValue?, _ at: String) -> ISODuration? {
        do {
            let duration = try ISODuration(value?.string ?? "")
            guard duration.milliseconds > 0 else {
                fault(at, "A length of zero makes no sense.")
                return nil
            }
            return duration
        } catch {
            fault(at, error.what)
            return nil
        }
    }

    mutating func instant(_ value: JSONValue, _ name: String, at: String) -> Instant? {
        let text = required(value, name, at: at)
        do { return text.isEmpty ? nil : try Instant(text) } catch {
            fault(FieldPath.join(at, name), error.what)
            return nil
        }
    }
}
