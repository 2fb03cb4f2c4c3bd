// SPDX-License-Identifier: Apache-2.0

import Standards

/// A dotted path into a draft, split once when the rule file is read. `*` as a step means every item of a list.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// As written, for example `data_sought.*.from`.
    public let description: String
    let steps: [String]

    public init(_ text: String) {
        description = text
        steps = text.split(separator: ".").map(String.init)
    }

    public init(stringLiteral text: String) { self.init(text) }

    /// The values the path leads to; nil for each that is absent. A `*` over an empty or absent list gives none.
    func values(in draft: JSONValue) -> [JSONValue?] {
        if !steps.contains("*") {
            var current = draft
            for step in steps {
                guard
                    let next = current[step]
                        ?? current.array.flatMap({ list in Int(step).flatMap { list.indices.contains($0) ? list[$0] : nil } })
                else { return [nil] }
                current = next
            }
            return [current]
        }
        return located(in: draft).map(\.value)
    }

    /// The values with their concrete paths: `data_sought.0.from`, `data_sought.1.from`.
    func located(in draft: JSONValue) -> [(path: String, value: JSONValue?)] {
        var current: [(path: String, value: JSONValue?)] = [("", draft)]
        for step in steps {
            if step == "*" {
                current = current.flatMap { entry in
                    (entry.value?.array ?? []).enumerated().map { (Self.join(entry.path, String($0.offset)), $0.element) }
                }
            } else {
                current = current.map { (Self.join($0.path, step), $0.value?[step]) }
            }
        }
        return current
    }

    /// The path before the first `*`, for a finding about an empty list.
    var stem: String { steps.prefix { $0 != "*" }.joined(separator: ".") }

    static func join(_ base: String, _ step: String) -> String {
        if base.isEmpty { return step }
        return step.isEmpty ? base : "\(base).\(step)"
    }
}
