// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The small language of the rule files. No arithmetic, no loops, no code in strings.
///
/// A field is a dotted path; `*` as a step means every item of a list, and then there must be at least one.
public indirect enum Condition: Sendable {
    /// Something was said in the field.
    case exists(FieldPath)
    case all([Condition])
    case any([Condition])
    case not(Condition)
    case equals(FieldPath, JSONValue)
    /// Every value is one of these.
    case oneOf(FieldPath, [JSONValue])
    /// At least one value is one of these; a list counts item by item.
    case has(FieldPath, [JSONValue])
    /// Both fields hold times and the first is earlier.
    case before(FieldPath, FieldPath)
    /// A text below the field contains one of these words, whatever their case.
    case mentions(FieldPath, [String])
    /// Every item of the list satisfies this; the inner fields start at the item. An empty list satisfies it.
    case each(FieldPath, Condition)
    /// At least one item of the list satisfies this.
    case some(FieldPath, Condition)
    /// The profile of the requested State satisfies this; false when no profile is known.
    case requested(Condition)
    /// The profile of the requesting State satisfies this; false when no profile is known.
    case requesting(Condition)
    /// The way on which the request is open is one of these: convention, serious, other.
    case route([String])

    /// What a condition looks at: the draft, and what the context adds to it.
    struct Facts {
        var draft: JSONValue
        var requested: StateProfile?
        var requesting: StateProfile?
        /// The widest class among the offences.
        var route: RouteClass?
        /// The class of each offence.
        var classes: [RouteClass] = []
        var on: Instant?
        var issuer: String?
        var type: RequestType?
        var instrument: Instrument?
        /// Rules that a request sets aside and that its sender may not.
        var wronglySetAside: [String] = []

        init(draft: JSONValue) { self.draft = draft }

        func looking(at draft: JSONValue) -> Facts {
            var copy = self
            copy.draft = draft
            return copy
        }
    }

    public func holds(in draft: JSONValue) -> Bool { holds(in: Facts(draft: draft)) }

    func holds(in facts: Facts) -> Bool {
        let draft = facts.draft
        switch self {
        case .exists(let field):
            let values = field.values(in: draft)
            return !values.isEmpty && values.allSatisfy { !($0?.isEmpty ?? true) }
        case .all(let conditions): return conditions.allSatisfy { $0.holds(in: facts) }
        case .any(let conditions): return conditions.contains { $0.holds(in: facts) }
        case .not(let condition): return !condition.holds(in: facts)
        case .equals(let field, let value):
            let values = field.values(in: draft)
            return !values.isEmpty && values.allSatisfy { $0 == value }
        case .oneOf(let field, let allowed):
            let values = field.values(in: draft)
            return !values.isEmpty && values.allSatisfy { $0.map(allowed.contains) ?? false }
        case .has(let field, let wanted):
            return field.values(in: draft).contains { value in
                guard let value else { return false }
                return wanted.contains(value) || (value.array?.contains(where: wanted.contains) ?? false)
            }
        case .before(let first, let second):
            return zip(first.values(in: draft), second.values(in: draft)).allSatisfy { pair in
                guard let left = try? Instant(pair.0?.string ?? ""), let right = try? Instant(pair.1?.string ?? "") else { return false }
                return left < right
            }
        case .mentions(let field, let words):
            return field.values(in: draft).contains { Self.mentions($0, words) }
        case .each(let list, let condition):
            return items(list, facts).allSatisfy { condition.holds(in: facts.looking(at: $0)) }
        case .some(let list, let condition):
            return items(list, facts).contains { condition.holds(in: facts.looking(at: $0)) }
        case .requested(let condition): return facts.requested.map { condition.holds(in: facts.looking(at: $0.data)) } ?? false
        case .requesting(let condition): return facts.requesting.map { condition.holds(in: facts.looking(at: $0.data)) } ?? false
        case .route(let classes): return facts.route.map { classes.contains($0.rawValue) } ?? false
        }
    }

    /// The first field because of which the condition does not hold: where the person should look.
    public func firstUnmetField(in draft: JSONValue) -> String { unmet(in: Facts(draft: draft)).first ?? "" }

    /// The fields because of which the condition does not hold, in order: one for each failing item of an `each`, else one.
    func unmet(in facts: Facts) -> [String] {
        switch self {
        case .each(let list, let condition):
            return items(list, facts).enumerated().filter { !condition.holds(in: facts.looking(at: $0.element)) }.map { index, item in
                let inner = condition.unmet(in: facts.looking(at: item)).first ?? ""
                return FieldPath.join("\(list).\(index)", inner)
            }
        case .all(let conditions):
            return (conditions.first { !$0.holds(in: facts) } ?? conditions.first)?.unmet(in: facts) ?? []
        case .any(let conditions): return conditions.first?.unmet(in: facts) ?? []
        case .not(let condition): return condition.unmet(in: facts)
        case .requested, .requesting, .route: return [""]
        case .exists(let field): return [Self.failing(field, in: facts.draft) { !($0?.isEmpty ?? true) }]
        case .equals(let field, let value): return [Self.failing(field, in: facts.draft) { $0 == value }]
        case .oneOf(let field, let allowed): return [Self.failing(field, in: facts.draft) { $0.map(allowed.contains) ?? false }]
        case .has(let field, _), .before(let field, _), .mentions(let field, _), .some(let field, _):
            return [field.steps.contains("*") ? field.stem : field.description]
        }
    }

    /// Every field the condition names, with the names of lists in front: what a template shows as demanded.
    var fields: [String] {
        switch self {
        case .exists(let field), .equals(let field, _), .oneOf(let field, _), .has(let field, _), .mentions(let field, _):
            return [field.description]
        case .before(let first, let second): return [first.description, second.description]
        case .all(let conditions), .any(let conditions): return conditions.flatMap(\.fields)
        case .not(let condition): return condition.fields
        case .each(let list, let condition), .some(let list, let condition):
            return condition.fields.map { FieldPath.join("\(list).*", $0) }
        case .requested, .requesting, .route: return []
        }
    }

    private static func failing(_ field: FieldPath, in draft: JSONValue, _ holds: (JSONValue?) -> Bool) -> String {
        guard field.steps.contains("*") else { return field.description }
        return field.located(in: draft).first { !holds($0.value) }?.path ?? field.stem
    }

    private func items(_ list: FieldPath, _ facts: Facts) -> [JSONValue] {
        list.values(in: facts.draft).first.flatMap { $0?.array } ?? []
    }

    private static func mentions(_ value: JSONValue?, _ words: [String]) -> Bool {
        switch value {
        case .string(let text):
            let lower = text.lowercased()
            return words.contains { lower.contains($0) }
        case .array(let items): return items.contains { mentions($0, words) }
        case .object(let members): return members.values.contains { mentions($0, words) }
        default: return false
        }
    }
}
