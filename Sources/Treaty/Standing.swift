// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// Where one State or organisation stands towards a treaty, as of a day.
public struct Standing: Sendable, Encodable {
    /// A time in which it is bound: since when, and until when where it ends.
    public struct Bond: Sendable, Encodable, Equatable {
        /// Id of the instrument; nil where an exercise assumes it.
        public let record: String?
        public let deposited: CalendarDay?
        public let from: CalendarDay
        /// The first day on which it is not bound any more.
        public let until: CalendarDay?
        /// The day of the deposit is not known exactly; this is the latest that it can be.
        public let approximate: Bool

        public func binds(on day: CalendarDay) -> Bool { from <= day && until.map { day < $0 } ?? true }
    }

    /// What it may do now, and by which rule.
    public struct Way: Sendable, Encodable, Equatable {
        public let action: String
        public let cite: String
        public let tag: VerificationTag
        public let unverified: Bool
        public let says: String

        init(_ action: String, _ rule: Constant, _ says: String) {
            self.action = action
            cite = rule.cite
            tag = rule.tag
            unverified = rule.tag.isUnverified
            self.says = says
        }
    }

    public let code: StateCode
    public let name: String
    public let kind: Participants.Participant.Kind
    public internal(set) var signature: TreatyRecord?
    /// Approved by a parliament or head of State; nothing that binds towards others.
    public internal(set) var approvedAtHome: [TreatyRecord] = []
    public internal(set) var announced: [TreatyRecord] = []
    /// The instrument that holds; nil where none was deposited, or where it was withdrawn.
    public internal(set) var deposit: TreatyRecord?
    /// Counts towards the number of instruments.
    public internal(set) var counts = false
    public internal(set) var bonds: [Bond] = []
    public internal(set) var isParty = false
    public internal(set) var denunciation: TreatyRecord?
    /// Declarations, reservations and objections that hold.
    public internal(set) var declarations: [TreatyRecord] = []
    /// Records that may or may not have happened by that day: a source gives a month only, or no date.
    public internal(set) var uncertain: [TreatyRecord] = []
    /// Records of sources that contradict one that counts.
    public internal(set) var disputes: [TreatyRecord] = []
    public internal(set) var possible: [Way] = []

    /// Since when the treaty binds it, or will; of the last bond.
    public var bindingFrom: CalendarDay? { bonds.last?.from }

    init(_ participant: Participants.Participant) {
        code = participant.code
        name = participant.name
        kind = participant.kind
    }
}

/// Makes the standings of all participants as of a day: who signed, who deposited, what was taken back.
struct StandingMaker {
    let treaty: Treaty
    let asOf: CalendarDay
    let ledger: Ledger
    private let happened: [TreatyRecord]
    private let byID: [String: TreatyRecord]
    /// Ids of records that were withdrawn by that day, and when.
    private let withdrawn: [String: CalendarDay]

    init(_ treaty: Treaty, asOf: CalendarDay, knownBy: CalendarDay) {
        self.treaty = treaty
        self.asOf = asOf
        ledger = treaty.ledger(knownBy: knownBy)
        happened = ledger.effective.filter { $0.settled <= asOf }
        byID = Dictionary(ledger.effective.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        withdrawn = Dictionary(
            happened.compactMap { one in one.action == .withdrawal ? one.of.map { ($0, one.settled) } : nil }, uniquingKeysWith: min)
    }

    /// Days on which instruments that count came, each with its record, and days on which one was taken back: until the number is complete.
    /// - Returns: the day on which it was complete, the instruments that count on `asOf`, and whether a day was not exact.
    func completion() -> (completed: CalendarDay?, counting: Set<String>, approximate: Bool) {
        let needed = treaty.rules.number(treaty.rules.deposits)
        let organisationCounts = treaty.rules.number(treaty.rules.organisationCounts) > 0
        var steps: [(day: CalendarDay, id: String, comes: Bool, exact: Bool)] = []
        for record in happened where record.isDeposit {
            let isOrganisation = treaty.participants[record.participant]?.isOrganisation ?? false
            guard organisationCounts || !isOrganisation else { continue }
            steps.append((record.settled, record.id, true, record.isExact))
            if let day = withdrawn[record.id] { steps.append((day, record.id, false, true)) }
        }
        // On one day what comes is counted before what goes.
        steps.sort { ($0.day, $0.comes ? 0 : 1, $0.id) < ($1.day, $1.comes ? 0 : 1, $1.id) }
        var counting: Set<String> = []
        var completed: CalendarDay?
        var inexact: Set<String> = []
        var approximate = false
        for step in steps {
            if step.comes { counting.insert(step.id) } else { counting.remove(step.id) }
            if step.comes, !step.exact { inexact.insert(step.id) }
            if completed == nil, counting.count >= needed {
                completed = step.day
                approximate = !inexact.isDisjoint(with: counting)
            }
        }
        return (completed, counting, approximate)
    }

    func standings(_ completion: (completed: CalendarDay?, counting: Set<String>, approximate: Bool)) -> [Standing] {
        let grouped = Dictionary(grouping: ledger.visible, by: \.participant)
        let facts = Dictionary(grouping: happened, by: \.participant)
        return treaty.participants.all.map { participant in
            var standing = Standing(participant)
            let mine = facts[participant.code] ?? []
            let standingFacts = mine.filter { withdrawn[$0.id] == nil }
            standing.signature = standingFacts.first { $0.action == .signature }
            standing.approvedAtHome = standingFacts.filter { $0.action.isConsent && $0.phase == .approvedAtHome }
            standing.announced = standingFacts.filter { $0.action.isConsent && $0.phase == .announced }
            standing.declarations = standingFacts.filter { [.declaration, .reservation, .objection].contains($0.action) }
                .filter { record in record.expires.map { asOf <= $0 } ?? true }
            standing.disputes = (grouped[participant.code] ?? []).filter {
                $0.disputes != nil && ledger.correctedBy[$0.id] == nil && !$0.void
            }
            standing.uncertain = ledger.effective(of: grouped[participant.code] ?? []).filter { record in
                record.settled > asOf && (record.earliest ?? treaty.rules.signatureOpens) <= asOf
            }
            bind(&standing, mine, completion)
            return standing
        }
    }

    private func bind(
        _ standing: inout Standing, _ mine: [TreatyRecord],
        _ completion: (completed: CalendarDay?, counting: Set<String>, approximate: Bool)
    ) {
        let rules = treaty.rules
        let ends = mine.filter { $0.action == .denunciation && withdrawn[$0.id] == nil }
        func end(after from: CalendarDay, before next: CalendarDay?) -> (record: TreatyRecord, day: CalendarDay)? {
            ends.first { one in one.settled >= from && next.map { one.settled <= $0 } ?? true }.map {
                ($0, $0.settled.adding(years: rules.number(rules.denunciationYears)))
            }
        }
        if let assumed = treaty.assumed, assumed.parties.contains(standing.code) {
            let ended = end(after: assumed.inForce, before: nil)
            standing.denunciation = ended?.record
            standing.bonds = [.init(record: nil, deposited: nil, from: assumed.inForce, until: ended?.day, approximate: false)]
        }
        let deposits = mine.filter { $0.isDeposit && withdrawn[$0.id] == nil }.sorted { $0.settled < $1.settled }
        for (index, deposit) in deposits.enumerated() {
            let next = index + 1 < deposits.count ? deposits[index + 1].settled : nil
            let ended = end(after: deposit.earliest ?? deposit.settled, before: next)
            standing.denunciation = ended?.record
            // A denunciation that took effect leaves no instrument that holds.
            standing.deposit = ended.map { $0.day <= asOf } ?? false ? nil : deposit
            standing.counts = standing.deposit != nil && completion.counting.contains(deposit.id)
            guard let completed = completion.completed else { continue }
            standing.bonds.append(
                .init(
                    record: deposit.id, deposited: deposit.settled, from: rules.binding(deposit: deposit.settled, completing: completed),
                    until: ended?.day, approximate: !deposit.isExact || completion.approximate))
        }
        standing.isParty = standing.bonds.contains { $0.binds(on: asOf) }
    }
}

extension Ledger {
    /// Of these, the ones that hold.
    func effective(of records: [TreatyRecord]) -> [TreatyRecord] {
        records.filter { correctedBy[$0.id] == nil && !$0.void && $0.disputes == nil }
    }
}
