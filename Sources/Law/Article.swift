// SPDX-License-Identifier: Apache-2.0

/// An article of an instrument: what it is called, and why it holds no rows when it holds none.
public struct ArticleHead: Sendable, Equatable {
    /// For example `42`.
    public let number: String
    public let title: String
    /// Roman numeral of the chapter; empty when the instrument has none.
    public let chapter: String
    /// How far number and topic were compared.
    public let tag: VerificationTag
    public let source: String
    /// Why no rule, clock, ground, offence or type stands under it.
    public let whyNone: String?
}

/// An article with everything that stands under it.
public struct Article: Sendable {
    public let instrument: String
    public let number: String
    public let title: String
    public let chapter: String
    public let chapterTitle: String
    public let tag: VerificationTag
    public let source: String
    public let whyNone: String?
    public let types: [RequestType]
    public let rules: [Rule]
    public let clocks: [ClockRule]
    public let grounds: [Ground]
    public let offences: [Offence]
    public let duties: [Duty]
    public let constants: [Constant]
    public let categories: [DataCategory]
    public let notifications: [DepositaryNotification]

    /// Number of rows of every kind.
    public var rows: Int {
        types.count + rules.count + clocks.count + grounds.count + offences.count + duties.count + constants.count + categories.count
            + notifications.count
    }
}

/// One line of the coverage of an instrument.
public struct CoverageRow: Sendable, Equatable {
    public let article: String
    public let title: String
    public let chapter: String
    public let tag: VerificationTag
    public let types: Int
    public let rules: Int
    public let clocks: Int
    public let grounds: Int
    public let offences: Int
    public let duties: Int
    /// Constants and data categories.
    public let terms: Int
    /// What is told to the depositary.
    public let notifications: Int
    /// Rows that nobody has compared with the official text.
    public let unverified: Int
    public let whyNone: String?
}

/// What a ground is used for.
public enum GroundUse: String, Sendable, CaseIterable { case refuse, postpone }

/// A ground for refusing or postponing, or one that may not be used.
public struct Ground: Sendable {
    /// For example `uncc.42.6.essential-interests`.
    public let id: String
    public let instrument: String
    public let cite: String
    public let tag: VerificationTag
    public var types: [String]
    public let uses: [GroundUse]
    public let says: String
    /// What must stand in the file before it may be used: `reason`, `consultation`, `decision`.
    public let requires: [String]
    /// The instrument forbids this ground; it is listed so that a screen can say so.
    public let forbidden: Bool
    /// Usable only when the request satisfies this.
    public let when: Condition?
    /// The reason code of the answer, for example `bank_secrecy`.
    public let code: String?
    public let source: String
}

/// A duty of a State around a request that is not about its contents.
public struct Duty: Sendable {
    public let id: String
    public let instrument: String
    public let cite: String
    public let tag: VerificationTag
    public var types: [String]
    /// `requesting` or `requested`.
    public let side: String
    /// Kinds of acts at which it is due; empty = always.
    public let on: [String]
    public let says: String
    public let source: String
}

/// An offence that the instrument asks its Parties to establish.
public struct Offence: Sendable {
    /// What a State may require on top, or leave out.
    public struct Option: Sendable, Equatable {
        public let cite: String
        public let tag: VerificationTag
        public let says: String
    }

    /// Three letters, for example `ACC`.
    public let code: String
    public let instrument: String
    public let article: String
    public let title: String
    public let tag: VerificationTag
    /// The conduct in our own words.
    public let conduct: String
    public let options: [Option]
}

/// A number that the instrument names.
public struct Constant: Sendable, Equatable {
    public let id: String
    public let cite: String
    public let tag: VerificationTag
    /// A whole number, or a date as text.
    public let value: String
    public let unit: String
    public let says: String
}

/// A class of data that a request may ask for.
public struct DataCategory: Sendable, Equatable {
    /// For example `SUBSCRIBER`.
    public let id: String
    public let cite: String
    public let tag: VerificationTag
    public let says: String
}

/// A member of a draft, described for the template.
public struct DraftField: Sendable {
    /// Top-level name, or a dotted name that explains a member.
    public let path: String
    public var types: [String]
    public let says: String
    /// YAML lines of an example that satisfies the rules; empty for a member that the example of its parent shows.
    public let example: String
}

/// A member of a draft as a program sees it.
public struct FieldLine: Sendable, Codable {
    /// Top-level name, or a dotted name that explains a member.
    public let path: String
    public let says: String
    /// YAML lines of an example; empty for a member that the example of its parent shows.
    public let example: String
    /// Ids of the rules that require it.
    public let required: [String]
    /// Ids of the rules that want it, or a reason.
    public let wanted: [String]
}
