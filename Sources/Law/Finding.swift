// SPDX-License-Identifier: Apache-2.0

/// What a rule says about a draft.
public struct Finding: Sendable, Codable, Equatable {
    /// `must` stops the sending, `should` wants a change or a reason, `note` informs.
    public enum Level: String, Sendable, Codable, CaseIterable, Comparable {
        case must, should, note

        public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .must: 0
            case .should: 1
            case .note: 2
            }
        }
    }

    /// Whether a sender may set the rule aside, in the open and with a reason.
    public enum Override: String, Sendable, Codable, CaseIterable {
        case any
        /// Only an officer with the role approver.
        case approver
        /// It stands: a safeguard, a treaty that binds, who is competent, or a row that says so.
        case never
    }

    /// The sender set the rule aside.
    public struct SetAside: Sendable, Codable, Equatable {
        public let reason: String
        /// The officer, by pseudonym; nil when the request does not say.
        public let by: String?

        public init(reason: String, by: String?) {
            self.reason = reason
            self.by = by
        }
    }

    public let level: Level
    /// Id of the rule.
    public let rule: String
    /// A short name for tests and screens, for example `preservation.mla_intent_missing`; the id of the rule when it has none.
    public let code: String
    /// The rule does not decide: a person has to decide and record why.
    public let decision: Bool
    /// The instrument, or the State whose own requirement this is.
    public let instrument: String
    /// For example `42(3)(d)`, `house emergency.retro` or `State XB offence-text`.
    public let article: String
    public let tag: VerificationTag
    /// Nobody has compared this rule with the official text yet; every screen says so.
    public let unverified: Bool
    /// Dotted path of the field that is missing or wrong.
    public let field: String
    public let says: String
    /// What exactly is wrong with this field, when the rule looked inside it.
    public let detail: String?
    public let mend: String
    public let override: Override
    /// Nil while nobody has set it aside.
    public var setAside: SetAside?

    /// It stops the sending.
    public var blocks: Bool { level == .must && setAside == nil }

    init(rule: Rule, field: String, detail: String? = nil, code: String? = nil) {
        level = rule.level
        self.rule = rule.id
        self.code = code ?? rule.code ?? rule.id
        decision = rule.decision
        instrument = rule.instrument
        article = rule.cite
        tag = rule.tag
        unverified = rule.tag.isUnverified
        self.field = rule.field ?? field
        says = rule.says
        self.detail = detail
        mend = rule.mend
        override = Self.override(of: rule)
    }

    /// What must be in a request may be missing for a reason that an approver answers for. Safeguards, what a person must decide, and
    /// whether the way is open at all are not the sender's to set aside; a note asks for nothing.
    static func override(of rule: Rule) -> Override {
        if rule.stands || rule.decision || rule.phase == .safeguards { return .never }
        switch rule.level {
        case .note: return .never
        case .should: return .any
        case .must: return rule.phase == .contents ? .approver : .never
        }
    }
}
