// SPDX-License-Identifier: Apache-2.0

import Standards

extension RuleFileReader {
    static let conditions = [
        "all", "any", "not", "is", "in", "has", "exists", "before", "mentions", "each", "some", "requested", "requesting", "route",
    ]

    mutating func condition(_ value: JSONValue, _ at: String) -> Condition? {
        if let field = value.string { return .exists(FieldPath(field)) }
        guard let members = value.object, members.count == 1, let (name, inner) = members.first else {
            fault(at, "A condition is a field, or one of \(Self.conditions.joined(separator: ", ")).")
            return nil
        }
        switch name {
        case "exists": if let field = inner.string { return .exists(FieldPath(field)) }
        case "not": return condition(inner, "\(at).not").map(Condition.not)
        case "requested": return condition(inner, "\(at).requested").map(Condition.requested)
        case "requesting": return condition(inner, "\(at).requesting").map(Condition.requesting)
        case "all", "any":
            guard let parts = inner.array, !parts.isEmpty else { break }
            var conditions: [Condition] = []
            for (index, part) in parts.enumerated() {
                guard let condition = condition(part, "\(at).\(name).\(index)") else { return nil }
                conditions.append(condition)
            }
            return name == "all" ? .all(conditions) : .any(conditions)
        case "each", "some":
            guard let pair = inner.array, pair.count == 2, let list = pair[0].string else { break }
            guard let condition = condition(pair[1], "\(at).\(name).1") else { return nil }
            return name == "each" ? .each(FieldPath(list), condition) : .some(FieldPath(list), condition)
        case "route":
            if let names = inner.array?.compactMap(\.string), !names.isEmpty, names.allSatisfy({ RouteClass(rawValue: $0) != nil }) {
                return .route(names)
            }
        case "is": if let pair = inner.array, pair.count == 2, let field = pair[0].string { return .equals(FieldPath(field), pair[1]) }
        case "in", "has", "mentions":
            guard let pair = inner.array, pair.count == 2, let field = pair[0].string, let values = pair[1].array, !values.isEmpty else {
                break
            }
            if name == "in" { return .oneOf(FieldPath(field), values) }
            if name == "has" { return .has(FieldPath(field), values) }
            let words = values.compactMap { $0.string?.lowercased() }
            if words.count == values.count { return .mentions(FieldPath(field), words) }
        case "before":
            if let pair = inner.array, pair.count == 2, let first = pair[0].string, let second = pair[1].string {
                return .before(FieldPath(first), FieldPath(second))
            }
        default:
            fault(at, "“\(name)” is not a condition; known are \(Self.conditions.joined(separator: ", ")).")
            return nil
        }
        fault(at, "“\(name)” is not followed by what it needs.")
        return nil
    }

    /// `applies: {type: x}` or `{type: [x, y]}` where a name may be a type, a group, or `all`; `except` takes types out; `when`
    /// narrows by a condition. Names are resolved once all files are read.
    mutating func applies(_ item: JSONValue, at: String) -> (types: [String], when: Condition?) {
        guard let members = item["applies"], members.object != nil else {
            fault(at, "“applies” is missing.")
            return ([], nil)
        }
        let inside = "\(at).applies"
        allow(members, at: inside, ["type", "except", "when"])
        let types = texts(members, "type", at: inside)
        if types.isEmpty { fault(inside, "“type” is missing.") }
        let except = texts(members, "except", at: inside).map { "-" + $0 }
        return (types + except, members["when"].flatMap { condition($0, "\(inside).when") })
    }
}
