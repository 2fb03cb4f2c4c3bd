// SPDX-License-Identifier: Apache-2.0

public import Law

/// A row of the rules, of any kind, as people and programs see it: `comity law … --json` and the API.
public struct LawLine: Sendable, Codable {
    /// `rule`, `clock`, `ground`, `forbidden ground` `duty` or `notification`.
    public let kind: String
    public let id: String
    public let instrument: String
    public let article: String
    public let tag: VerificationTag
    /// Nobody has compared it with the official text yet.
    public let unverified: Bool
    /// Of a rule.
    public let level: Finding.Level?
    public let says: String
    public let source: String?

    private init(
        _ kind: String, _ id: String, _ instrument: String, _ cite: String, _ tag: VerificationTag, _ says: String,
        level: Finding.Level? = nil, source: String? = nil
    ) {
        self.kind = kind
        self.id = id
        self.instrument = instrument
        article = cite
        self.tag = tag
        unverified = tag.isUnverified
        self.level = level
        self.says = says
        self.source = source
    }

    public init(_ rule: Rule) { self.init("rule", rule.id, rule.instrument, rule.cite, rule.tag, rule.says, level: rule.level) }
    public init(_ clock: ClockRule) { self.init("clock", clock.id, clock.instrument, clock.cite, clock.tag, clock.says) }
    public init(_ ground: Ground) {
        self.init(
            ground.forbidden ? "forbidden ground" : "ground", ground.id, ground.instrument, ground.cite, ground.tag, ground.says,
            source: ground.source)
    }
    public init(_ duty: Duty) { self.init("duty", duty.id, duty.instrument, duty.cite, duty.tag, duty.says, source: duty.source) }

    public init(_ row: DepositaryNotification) {
        self.init("notification", row.id, row.instrument, row.cite, row.tag, row.says, source: row.source)
    }

    /// The rows that stand under an article.
    public static func lines(of article: Article) -> [LawLine] {
        article.rules.map { LawLine($0) } + article.clocks.map { LawLine($0) } + article.grounds.map { LawLine($0) }
            + article.duties.map { LawLine($0) } + article.notifications.map { LawLine($0) }
    }

    /// The rows about a type of request, or about all; each once.
    public static func lines(of law: Law, type: String?) -> [LawLine] {
        var seen: Set<String> = []
        var lines: [LawLine] = []
        for name in law.requestTypes.map(\.id) where type == nil || name == type {
            lines += law.rules(for: name).map { LawLine($0) }
            lines += law.clocks(for: name).map { LawLine($0) }
            for use in GroundUse.allCases { lines += law.grounds(for: name, use: use).map { LawLine($0) } }
            lines += law.duties(for: name).map { LawLine($0) }
        }
        return lines.filter { seen.insert($0.id).inserted }
    }
}
