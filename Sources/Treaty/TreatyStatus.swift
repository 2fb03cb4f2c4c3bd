// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// The status of a treaty as of a day, from what was known by a day. Computed, never stored.
public struct TreatyStatus: Sendable, Encodable {
    /// A number with the rule that it rests on.
    public struct RuleLine: Sendable, Encodable, Equatable {
        public let id: String
        public let cite: String
        public let tag: VerificationTag
        public let unverified: Bool
        public let value: String
        public let says: String

        init(_ constant: Constant) {
            id = constant.id
            cite = constant.cite
            tag = constant.tag
            unverified = constant.tag.isUnverified
            value = constant.value
            says = constant.says
        }
    }

    /// The days in which it can be signed.
    public struct Window: Sendable, Encodable, Equatable {
        public let opens: CalendarDay
        public let closes: CalendarDay
        public let zone: String
        /// The moment at which the last day ends, where one signs.
        public let closesAt: Instant
        public let isOpen: Bool
        /// Whole days until the last one; 0 on it; nil once it is over.
        public let daysLeft: Int?
    }

    /// When it enters into force.
    public struct Entry: Sendable, Encodable, Equatable {
        public let needed: Int
        public let counting: Int
        public let missing: Int
        /// The day on which the number was complete.
        public let completed: CalendarDay?
        public let day: CalendarDay?
        public let inForce: Bool
        /// A deposit that counts has no exact day; `day` is the latest that it can be.
        public let approximate: Bool
        /// An exercise assumes it.
        public let assumed: Bool
    }

    /// A count that somebody published beside the one computed for the same day.
    public struct Comparison: Sendable, Encodable {
        public let published: Treaty.PublishedCount
        public let computed: Int
        /// With records that may have happened by then.
        public let computedAtMost: Int
        public var differs: Bool { !(computed...computedAtMost).contains(published.value) }

        enum Member: String, CodingKey { case published, computed, computedAtMost, differs }

        public func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Member.self)
            try members.encode(published, forKey: .published)
            try members.encode(computed, forKey: .computed)
            try members.encode(computedAtMost, forKey: .computedAtMost)
            try members.encode(differs, forKey: .differs)
        }
    }

    public let instrument: String
    public let title: String
    public let exercise: Bool
    public let asOf: CalendarDay
    public let knownBy: CalendarDay
    public let window: Window
    public let entry: Entry
    public let signatories: [StateCode]
    /// May have signed by that day.
    public let perhapsSignatories: [StateCode]
    public let approvedAtHome: [StateCode]
    public let announced: [StateCode]
    /// Instruments that were deposited and hold, those of organisations too.
    public let deposited: [StateCode]
    public let perhapsDeposited: [StateCode]
    /// For whom it is in force.
    public let parties: [StateCode]
    public let rules: [RuleLine]
    public let comparisons: [Comparison]
    public let unknown: [String]
    public let assumption: String?
    public let standings: [Standing]

    init(_ treaty: Treaty, asOf: CalendarDay, knownBy: CalendarDay) {
        let rules = treaty.rules
        let maker = StandingMaker(treaty, asOf: asOf, knownBy: knownBy)
        let completion = maker.completion()
        var standings = maker.standings(completion)
        let signed = Set(standings.filter { $0.signature != nil }.map(\.code))
        let consented = Set(standings.filter { $0.deposit != nil || $0.isParty }.map(\.code))
        let isOpen = rules.signatureOpens <= asOf && asOf <= rules.signatureCloses
        window = Window(
            opens: rules.signatureOpens, closes: rules.signatureCloses, zone: rules.zone.value, closesAt: rules.closing(), isOpen: isOpen,
            daysLeft: asOf <= rules.signatureCloses ? asOf.days(until: rules.signatureCloses) : nil)
        for index in standings.indices {
            standings[index].possible = Self.possible(standings[index], treaty, isOpen: isOpen, asOf: asOf, signed, consented)
        }
        let day = treaty.assumed?.inForce ?? completion.completed.map { rules.entry(afterLastDeposit: $0) }
        let needed = rules.number(rules.deposits)
        let counting = standings.filter(\.counts).count
        entry = Entry(
            needed: needed, counting: counting, missing: completion.completed == nil ? max(0, needed - counting) : 0,
            completed: completion.completed, day: day, inForce: day.map { $0 <= asOf } ?? false, approximate: completion.approximate,
            assumed: treaty.assumed != nil)
        instrument = rules.instrument
        title = rules.title
        exercise = treaty.exercise
        self.asOf = asOf
        self.knownBy = knownBy
        func codes(_ holds: (Standing) -> Bool) -> [StateCode] { standings.filter(holds).map(\.code) }
        signatories = codes { $0.signature != nil }
        perhapsSignatories = codes { $0.signature == nil && $0.uncertain.contains { $0.action == .signature } }
        approvedAtHome = codes { !$0.approvedAtHome.isEmpty }
        announced = codes { !$0.announced.isEmpty }
        deposited = codes { $0.deposit != nil }
        perhapsDeposited = codes { $0.deposit == nil && $0.uncertain.contains(where: \.isDeposit) }
        parties = codes(\.isParty)
        self.rules = [rules.deposits, rules.organisationCounts, rules.entryDays, rules.laterDays, rules.opens, rules.closes, rules.zone]
            .map(RuleLine.init)
        comparisons = treaty.counts.filter { $0.date.earliest <= asOf && treaty.retrieved <= knownBy }
            .map { Self.compare($0, treaty, knownBy: knownBy) }
        unknown = treaty.retrieved <= knownBy ? treaty.unknown : []
        assumption = treaty.assumed?.note
        self.standings = standings
    }

    public func standing(_ code: StateCode) -> Standing? { standings.first { $0.code == code } }

    private static func compare(_ count: Treaty.PublishedCount, _ treaty: Treaty, knownBy: CalendarDay) -> Comparison {
        let maker = StandingMaker(treaty, asOf: count.date.latest, knownBy: knownBy)
        let standings = maker.standings(maker.completion())
        let isCounted: (Standing) -> Bool = count.of == .signatories ? { $0.signature != nil } : { $0.deposit != nil }
        let action: (TreatyRecord) -> Bool = count.of == .signatories ? { $0.action == .signature } : { $0.isDeposit }
        let sure = standings.filter(isCounted).count
        let perhaps = standings.filter { !isCounted($0) && $0.uncertain.contains(where: action) }.count
        return Comparison(published: count, computed: sure, computedAtMost: sure + perhaps)
    }

    /// What a State or organisation may do on that day.
    private static func possible(
        _ standing: Standing, _ treaty: Treaty, isOpen: Bool, asOf: CalendarDay, _ signed: Set<StateCode>, _ consented: Set<StateCode>
    ) -> [Standing.Way] {
        let rules = treaty.rules
        let members = treaty.participants[standing.code]?.members ?? []
        let isOrganisation = standing.kind == .organisation
        guard asOf >= rules.signatureOpens else { return [] }
        if standing.deposit != nil || standing.isParty {
            guard standing.isParty, standing.denunciation == nil else { return [] }
            return [.init("denounce", rules.denunciationYears, rules.denunciationYears.says)]
        }
        // Who signed, and was not bound and freed again since.
        if standing.signature != nil, !standing.bonds.contains(where: { $0.until != nil }) {
            if isOrganisation, members.filter(consented.contains).count < rules.number(rules.organisationConsents) {
                return [.init("wait", rules.organisationConsents, rules.organisationConsents.says)]
            }
            return [.init("ratify", rules.consentOfSignatories, rules.consentOfSignatories.says)]
        }
        if isOpen, standing.signature == nil {
            if isOrganisation, members.filter(signed.contains).count < rules.number(rules.organisationSigns) {
                return [.init("wait", rules.organisationSigns, rules.organisationSigns.says)]
            }
            return [.init("sign", rules.closes, rules.closes.says)]
        }
        if isOrganisation, members.filter(consented.contains).count < rules.number(rules.organisationConsents) {
            return [.init("wait", rules.organisationConsents, rules.organisationConsents.says)]
        }
        return [.init("accede", rules.consentOfOthers, rules.consentOfOthers.says)]
    }
}
