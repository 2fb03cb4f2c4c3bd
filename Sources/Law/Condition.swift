// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The small language of the rule files. No arithmetic, no loops, no code in strings.
///
/// A field is a dotted path; `*` as a step means every item of a list, and then there must be at least one.
public indirect enum Condition: Sendable {
    /// Something was said in the field.
    case exists(String)
    case all([Condition])
    case any([Condition])
    case not(Condition)
    case equals(String, JSONValue)
    case oneOf(String, [JSONValue])
    /// Both fields hold times and the first is earlier.
    case before(String, String)

    public func holds(in draft: JSONValue) -> Bool {
        switch self {
        case .exists(let field):
            let values = Self.values(at: field, in: draft)
            return !values.isEmpty && values.allSatisfy { !($0?.isEmpty ?? true) }
        case .all(let conditions): return conditions.allSatisfy { $0.holds(in: draft) }
        case .any(let conditions): return conditions.contains { $0.holds(in: draft) }
        case .not(let condition): return !condition.holds(in: draft)
        case .equals(let field, let value):
            let values = Self.values(at: field, in: draft)
            return !values.isEmpty && values.allSatisfy { $0 == value }
        case .oneOf(let field, let allowed):
            let values = Self.values(at: field, in: draft)
            return !values.isEmpty && values.allSatisfy { $0.map(allowed.contains) ?? false }
        case .before(let first, let second):
            let pairs = zip(Self.values(at: first, in: draft), Self.values(at: second, in: draft))
            return pairs.allSatisfy { pair in
                guard let left = try? Instant(pair.0?.string ?? ""), let right = try? Instant(pair.1?.string ?? "") else { return false }
                return left < right
            }
        }
    }

    /// The first field because of which the condition does not hold: where the person should look.
    public func firstUnmetField(in draft: JSONValue) -> String {
        switch self {
        case .exists(let field), .equals(let field, _), .oneOf(let field, _), .before(let field, _): return field
        case .all(let conditions):
            return (conditions.first { !$0.holds(in: draft) } ?? conditions.first)?.firstUnmetField(in: draft) ?? ""
        case .any(let conditions): return conditions.first?.firstUnmetField(in: draft) ?? ""
        case .not(let condition): return condition.firstUnmetField(in: draft)
        }
    }

    /// The values a path leads to; nil for each that is absent. A `*` over an empty or absent list gives none.
    static func values(at path: String, in draft: JSONValue) -> [JSONValue?] {
        var current: [JSONValue?] = [draft]
        for step in path.split(separator: ".") {
            if step == "*" {
                current = current.flatMap { $0?.array?.map(Optional.some) ?? [] }
            } else {
                current = current.map { $0?[String(step)] }
            }
        }
        return current
    }
}
