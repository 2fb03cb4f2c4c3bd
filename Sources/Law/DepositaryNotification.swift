// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What a State or organisation tells the depositary of an instrument, as data: when, under which article, with which words.
public struct DepositaryNotification: Sendable {
    /// When it is told.
    public enum Moment: String, Sendable, Codable, CaseIterable {
        case signature, deposit
        /// Once the authority is designated.
        case designation
        /// When the instrument binds the State.
        case becomingParty = "becoming-party"
        /// Whenever what was told changes.
        case ongoing
        case onRequest = "on-request"
    }

    /// Who tells it.
    public enum Teller: String, Sendable, Codable, CaseIterable { case state, organisation }

    /// For example `uncc.40.12.central-authority`.
    public let id: String
    public let instrument: String
    /// Number in the checklist, for example `N1`; rows about the same notification under several articles share it.
    public let number: String
    public let title: String
    public let cite: String
    public let tag: VerificationTag
    public let due: [Moment]
    public let tellers: [Teller]
    /// A choice of the teller: a declaration or reservation that the article allows.
    public let optional: Bool
    public let says: String
    /// The words of a model letter; `{cite}`, `{state}` and texts in square brackets are filled in.
    public let letter: String
    /// How long it holds where the instrument sets a term.
    public let renews: ISODuration?
    /// What the authority that it names is for, as a directory entry says it, for example `extradition`; nil where it names none.
    public let purpose: String?
    public let source: String

    /// The articles, paragraphs and letters that it names: `7(2)` and `9(2)` of `7(2), 9(2)`.
    public var places: [String] { cite.split(separator: ",").map { String($0.drop { $0 == " " }) } }
}

extension RuleFileReader {
    mutating func notification(_ item: JSONValue, _ at: String, _ instrument: String, source: String) -> DepositaryNotification {
        allow(
            item, at: at,
            ["id", "number", "title", "cite", "tag", "due", "by", "optional", "says", "letter", "renews", "purpose", "source"])
        func read<Choice: RawRepresentable & CaseIterable>(
            _ name: String, _ reader: inout RuleFileReader, _ type: Choice.Type
        ) -> [Choice] where Choice.RawValue == String {
            let names = reader.texts(item, name, at: at)
            if names.isEmpty { reader.fault(at, "“\(name)” is missing.") }
            for text in names where Choice(rawValue: text) == nil {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                reader.fault(FieldPath.join(at, name), "“\(text)” is not known; known are \(known).")
            }
            return names.compactMap(Choice.init)
        }
        return DepositaryNotification(
            id: required(item, "id", at: at), instrument: instrument, number: required(item, "number", at: at),
            title: required(item, "title", at: at), cite: required(item, "cite", at: at), tag: tag(item, at: at),
            due: read("due", &self, DepositaryNotification.Moment.self), tellers: read("by", &self, DepositaryNotification.Teller.self),
            optional: flag(item, "optional", at: at), says: required(item, "says", at: at), letter: required(item, "letter", at: at),
            renews: item["renews"] == nil ? nil : duration(item["renews"], FieldPath.join(at, "renews")),
            purpose: optional(item, "purpose", at: at), source: optional(item, "source", at: at) ?? source)
    }
}

extension Law {
    /// What is told to the depositary of an instrument, in the order of the numbers.
    public func notifications(_ instrument: String) -> [DepositaryNotification] {
        (self.instrument(instrument)?.notifications ?? []).enumerated().sorted {
            let left = ($0.element.number.count, $0.element.number, $0.offset)
            return left < ($1.element.number.count, $1.element.number, $1.offset)
        }.map(\.element)
    }

    /// A constant of an instrument by the end of its id, so that no article number stands in code.
    public func constant(_ name: String, of instrument: String) -> Constant? {
        self.instrument(instrument)?.constants.first { $0.id.hasSuffix("." + name) }
    }
}
