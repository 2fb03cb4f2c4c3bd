// SPDX-License-Identifier: Apache-2.0

public import Standards

/// When what was written in files may be removed, as data (docs/formats/rule-files.md). A State changes the shipped house rules to its own law.
public struct RetentionRule: Sendable {
    public let id: String
    public let instrument: String
    /// Where it stands: `house retention`, or a law of the State.
    public let cite: String
    public let tag: VerificationTag
    /// Types of files that it speaks about.
    public var types: [String]
    /// States of a file in which its time runs: it is over.
    public let states: [String]
    /// How long after the last act of the file was registered.
    public let after: ISODuration
    public let says: String
    /// Where the text was taken from.
    public let source: String
}

extension RuleFileReader {
    /// States in which a file can be over; a rule names some of them.
    static let finalStates = [
        "closed", "refused", "withdrawn", "lapsed", "not-executable", "transferred", "released", "surrendered", "ended", "declined",
    ]

    /// `{id, cite, tag, applies, states, after, says}`
    mutating func retention(_ item: JSONValue, _ at: String, _ instrument: String, source: String) -> RetentionRule? {
        allow(item, at: at, ["id", "cite", "tag", "applies", "states", "after", "says"])
        let scope = applies(item, at: at)
        if scope.when != nil { fault("\(at).applies", "A rule of retention speaks about types only.") }
        let states = texts(item, "states", at: at)
        if states.isEmpty { fault(FieldPath.join(at, "states"), "The states in which the time runs are missing.") }
        for state in states where !Self.finalStates.contains(state) {
            fault(
                FieldPath.join(at, "states"),
                "“\(state)” is not a state in which a file is over; known are \(Self.finalStates.joined(separator: ", ")).")
        }
        guard let after = duration(item["after"], "\(at).after") else { return nil }
        return RetentionRule(
            id: required(item, "id", at: at), instrument: instrument, cite: required(item, "cite", at: at), tag: tag(item, at: at),
            types: scope.types, states: states, after: after, says: required(item, "says", at: at), source: source)
    }
}

extension Law {
    /// Rules of retention about a type, over all instruments.
    public func retention(for type: String) -> [RetentionRule] { instruments.flatMap(\.retention).filter { $0.types.contains(type) } }

    /// All rules of retention.
    public var retention: [RetentionRule] { instruments.flatMap(\.retention) }
}
