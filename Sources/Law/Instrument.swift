// SPDX-License-Identifier: Apache-2.0

public import Standards

/// How far the text of a rule has been compared with the official text of its instrument.
/// The letters are those of the fact sheet of the Convention; anything but `V` and `C` is shown as unverified.
public enum VerificationTag: String, Sendable, Codable, CaseIterable {
    /// Read in the official text or a primary source.
    case verified = "V"
    /// Confirmed by commentary.
    case confirmed = "C"
    /// The same rule stands in the parallel treaty it was taken from; wording and number still to be compared.
    case parallel = "P"
    /// Content and number both thought right, not compared.
    case unverified = "M"
    /// A rule of this system, not of a treaty.
    case house = "D"

    /// Nobody has compared the rule with the official text yet.
    public var isUnverified: Bool { self == .parallel || self == .unverified }
}

/// A treaty, a law or the house rules, as data: one folder of YAML files.
public struct Instrument: Sendable {
    /// Short stable name, equal to the folder, for example `uncc`.
    public let id: String
    public let title: String
    /// Version of this data, recorded in every act judged by it.
    public let version: String
    /// Where the text was taken from.
    public let source: String
    public var types: [RequestType] = []
    public var rules: [Rule] = []
    public var clocks: [ClockRule] = []
}

/// A kind of request that an instrument opens.
public struct RequestType: Sendable, Hashable {
    /// For example `preservation` or `stored-data`.
    public let id: String
    /// The three letters of its references, for example `PRE`.
    public let code: String
    public let instrument: String
    /// For example `42`.
    public let article: String
    public let title: String
    public let tag: VerificationTag
}

/// One sentence of duty about the contents of a request.
public struct Rule: Sendable {
    public enum Demand: Sendable {
        /// The draft must satisfy this condition.
        case needs(Condition)
        /// What the condition language cannot say: a check written in Swift, cited here.
        case check(NamedCheck)
    }

    /// Unique over all instruments, for example `uncc.42.3.d`.
    public let id: String
    public let instrument: String
    /// Article, paragraph and letter, for example `42(3)(d)`; `house` for rules of this system.
    public let cite: String
    public let tag: VerificationTag
    /// Request types it speaks about.
    public let types: [String]
    /// Extra condition under which it applies; nil = always.
    public let when: Condition?
    public let level: Finding.Level
    public let demand: Demand
    /// The duty in plain words.
    public let says: String
    /// How to mend a draft that misses it.
    public let mend: String
}

/// A time limit as data: what starts it, how long it runs, what holds or stops it, what happens at its end.
public struct ClockRule: Sendable {
    public enum End: String, Sendable { case lapse, overdue }

    public let id: String
    public let instrument: String
    public let cite: String
    public let tag: VerificationTag
    public let types: [String]
    /// Kind of the act that starts it, for example `preserve`.
    public let startAct: String
    /// The member of the act that holds the starting time: `at`, or a member of its body such as `effective`.
    public let startField: String
    /// Applies only when the request satisfies this; nil = always.
    public let when: Condition?
    public let length: ISODuration
    /// Remaining times at which to remind, longest first.
    public let remind: [ISODuration]
    /// Type of a linked request whose arrival holds the clock until it is decided.
    public let heldBy: String?
    /// Kinds of acts that stop it as met.
    public let stoppedBy: [String]
    public let atEnd: End
    public let says: String
}
