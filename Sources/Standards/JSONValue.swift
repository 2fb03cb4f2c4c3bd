// SPDX-License-Identifier: Apache-2.0

/// A JSON value of any shape: the body of a draft or an act before a rule or a type has read it.
///
/// Numbers are 64-bit integers or binary64 (RFC 7493, I-JSON). Objects compare without regard to order.
public enum JSONValue: Sendable, Equatable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The member of an object, or nil.
    public subscript(_ name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The value at a dotted path (`confidentiality.reason`); a number walks into an array (`data_sought.0.from`).
    public func at(_ path: String) -> JSONValue? {
        var current = self
        for step in path.split(separator: ".") {
            switch current {
            case .object(let members):
                guard let value = members[String(step)] else { return nil }
                current = value
            case .array(let items):
                guard let index = Int(step), items.indices.contains(index) else { return nil }
                current = items[index]
            default: return nil
            }
        }
        return current
    }

    /// The first member name that could not cross a border: empty, longer than 100 bytes, or with a quotation mark, a
    /// backslash, a control character or an invisible one (see `IJSON`).
    public var firstUnsafeName: String? {
        switch self {
        case .array(let items): return items.lazy.compactMap(\.firstUnsafeName).first
        case .object(let members):
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                let plain =
                    !name.isEmpty && name.utf8.count <= 100 && Text.safe(name) == name && !name.contains { $0 == "\"" || $0 == "\\" }
                if !plain { return name }
                if let inner = value.firstUnsafeName { return inner }
            }
            return nil
        default: return nil
        }
    }

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }

    /// Nothing was said: absent, null, blank text, an empty list or an empty object.
    public var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let text): text.allSatisfy(\.isWhitespace)
        case .array(let items): items.allSatisfy(\.isEmpty)
        case .object(let members): members.values.allSatisfy(\.isEmpty)
        case .bool, .integer, .number: false
        }
    }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // The frequent kinds first: each attempt that fails costs the library an error with the path to it.
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
