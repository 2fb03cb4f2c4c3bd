// SPDX-License-Identifier: Apache-2.0

public import Standards

/// How far the text of a rule has been compared with the official text of its instrument.
/// The letters are those of the fact sheet of the Convention; anything but `V`, `C` and `D` is shown as unverified.
public enum VerificationTag: String, Sendable, Codable, CaseIterable {
    /// Read in the official text or a primary source.
    case verified = "V"
    /// Confirmed by commentary.
    case confirmed = "C"
    /// The same rule stands in the parallel treaty it was taken from; wording and number still to be compared.
    case parallel = "P"
    /// Content and number both thought right, not compared.
    case unverified = "M"
    /// Content likely, number or detail may be off: compare before all others.
    case doubtful = "M?"
    /// A rule of this system, not of a treaty.
    case house = "D"

    /// Nobody has compared the rule with the official text yet.
    public var isUnverified: Bool { self == .parallel || self == .unverified || self == .doubtful }
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
    /// Applies to every request, beside whatever treaty governs (the house rules).
    public var always = false
    /// Among instruments that bind both States and open a type, the highest rank governs.
    public var rank = 0
    /// Types it opens beside those it declares itself.
    public var opens: [String] = []
    /// Instruments whose rules run together with this one when they bind both States too.
    public var with: [String] = []
    /// How its articles are named in `offences.*.article`, for example `UNCC`.
    public var offencePrefix: String?
    /// Chapter numeral to title, in the order of the file.
    public var chapters: [String: String] = [:]
    /// Number of its articles, when all of them are listed here; then a missing one is a fault.
    public var articleCount: Int?
    /// Years, days and counts that the text names, so that none stands in code.
    public var constants: [Constant] = []
    public var articles: [ArticleHead] = []
    public var types: [RequestType] = []
    public var rules: [Rule] = []
    public var clocks: [ClockRule] = []
    public var grounds: [Ground] = []
    public var offences: [Offence] = []
    public var duties: [Duty] = []
    public var categories: [DataCategory] = []
    public var fields: [DraftField] = []
    public var retention: [RetentionRule] = []
    public var notifications: [DepositaryNotification] = []
    /// The frame of letters to the depositary; `{body}` is where the words of a notification stand.
    public var letter: String?
}

/// A kind of request that an instrument opens.
public struct RequestType: Sendable, Hashable {
    /// How far the way is open for a class of offence.
    public enum Opening: String, Sendable, Hashable { case yes, evidence, no }

    /// For example `preservation` or `stored-data`.
    public let id: String
    /// The three letters of its references, for example `PRE`.
    public let code: String
    public let instrument: String
    /// For example `42`.
    public let article: String
    public let title: String
    public let tag: VerificationTag
    /// Groups it belongs to; a rule may name a group in place of types.
    public let groups: [String]
    /// The purpose under which a State names its languages: `mutual_legal_assistance`, `extradition`, `contact_point_24_7`.
    public let languagePurpose: String
    /// Kinds of authority that may issue it when the directory does not say more.
    public let issuers: [String]
    /// Open for offences of the Convention, for other serious crime, for any other offence.
    public let opening: [RouteClass: Opening]
    /// Types that it usually follows; they never lead back to it.
    public let follows: [String]
}

/// Which door a request came through.
public enum RouteClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// An offence that the Convention itself names.
    case convention
    /// Another offence that reaches the line of serious crime.
    case serious
    case other
}

/// One sentence of duty about a request.
public struct Rule: Sendable {
    public enum Demand: Sendable {
        /// The draft must satisfy this condition.
        case needs(Condition)
        /// What the condition language cannot say: a check written in Swift, cited here, with its setting.
        case check(NamedCheck, JSONValue)
        /// Always says something about this field, when it applies.
        case tells(String)
    }

    /// When a rule is asked: `contents` needs only the draft, everything else needs to know the two States and the day.
    public enum Phase: String, Sendable, CaseIterable {
        case route, contents, competence, dual, safeguards, language, state
    }

    /// Unique over all instruments, for example `uncc.42.3.d`.
    public let id: String
    public let instrument: String
    /// Article, paragraph and letter, for example `42(3)(d)`; `house` for rules of this system.
    public let cite: String
    public let tag: VerificationTag
    /// Request types it speaks about.
    public var types: [String]
    /// Extra condition under which it applies; nil = always.
    public let when: Condition?
    public let level: Finding.Level
    public let demand: Demand
    /// The duty in plain words.
    public let says: String
    /// How to mend a draft that misses it.
    public let mend: String
    public let phase: Phase
    /// A short name for its findings.
    public let code: String?
    /// The rule does not decide; a person must, and record it.
    public let decision: Bool
    /// The row says that a sender cannot set it aside.
    public let stands: Bool
    /// The field its findings point at, when not the one that is unmet.
    public let field: String?
    /// Id of a rule whose members this one takes over where it says nothing itself; already unfolded.
    public let extends: String?
    /// Where the text was taken from.
    public let source: String
}

/// A time limit as data: what starts it, how long it runs, what holds or stops it, what happens at its end.
public struct ClockRule: Sendable {
    public enum End: String, Sendable { case lapse, overdue }

    /// What the length counts: every day, or the working days of the calendar of the State whose duty it is.
    public enum Calendar: String, Sendable { case calendar, working }

    /// A length that a State sets for itself.
    public struct ProfileLength: Sendable, Equatable {
        public enum Unit: String, Sendable { case days, hours }

        /// Path in the profile of the State whose duty it is, for example `assets.provisional_stop_hours`.
        public let path: String
        public let unit: Unit
    }

    /// An act that stops or ends a clock.
    public struct Stop: Sendable, Equatable {
        /// Kind of the act.
        public let kind: String
        /// Only an act in whose body this member is true: `last` of `supply.last`. Nil takes every act of the kind.
        public let member: String?
    }

    /// Who is told when nobody has reacted for so long.
    public struct Level: Sendable, Equatable {
        /// Since the start of the clock; may lie beyond its end.
        public let after: ISODuration
        /// A role of `OfficerRole.all`, of the side whose duty it is.
        public let tell: String
    }

    public let id: String
    public let instrument: String
    public let cite: String
    public let tag: VerificationTag
    public var types: [String]
    /// Kind of the act that starts it, for example `preserve`.
    public let startAct: String
    /// The member of the act that holds the starting time: `at`, or a dotted path in its body such as `effective` or
    /// `content.transaction_at`.
    public let startField: String
    /// Applies only when the request satisfies this; nil = always.
    public let when: Condition?
    /// How long it runs; ignored when `calendar` is `.working` or `dueField` is set, and the fallback when `lengthFrom` leads nowhere.
    public let length: ISODuration
    /// Remaining times at which to remind, longest first.
    public let remind: [ISODuration]
    /// Type of a linked request whose arrival holds the clock until it is decided.
    public let heldBy: String?
    /// Acts that stop it: in time (met) or late (over).
    public let stoppedBy: [Stop]
    /// Kinds of acts that stop it once every party whose step it is has taken it.
    public let stoppedByAll: [String]
    /// Acts after which nothing is awaited any more, whether or not the duty was met.
    public let endedBy: [Stop]
    /// Only an act of this side starts it: `requesting` or `requested`; nil takes either.
    public let startsSide: String?
    public let atEnd: End
    public let says: String
    public let calendar: Calendar
    /// With `.working`: the clock ends at the close of this many following working days.
    public let workingDays: Int?
    /// Kinds of acts after which time does not count, until one of `resumedBy`.
    public let pausedBy: [String]
    public let resumedBy: [String]
    /// Kinds of acts that start it again, for example `extend`.
    public let restartedBy: [String]
    /// Whose duty it is: `requesting` or `requested`.
    public let side: String?
    public let lengthFrom: ProfileLength?
    /// Member of the draft that holds the time at which it is due, for example `urgency.needed_by`. A request that says no time
    /// there has no such clock.
    public let dueField: String?
    /// Whom to tell, the nearest first, later ones after longer.
    public let escalate: [Level]
}

/// Roles of officers, by which life cycles say who may take a step, and clocks whom to tell.
public enum OfficerRole {
    public static let all = [
        "duty_officer", "second_officer", "drafter", "lawyer", "prosecutor", "investigator", "approver", "supervisor", "head",
        "screening_panel", "asset_officer", "examiner", "auditor", "administrator",
    ]
}
