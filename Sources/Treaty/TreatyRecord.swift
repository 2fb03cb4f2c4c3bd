// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// One dated fact about a treaty, with its source. Never changed or deleted: a correction is another record that names it
/// (docs/formats/treaty-records.md).
public struct TreatyRecord: Sendable, Equatable {
    /// What was done.
    public enum Action: String, Sendable, Codable, CaseIterable {
        case signature, ratification, acceptance, approval, accession, declaration, reservation, objection, notification, withdrawal
        case denunciation

        /// Expresses the consent to be bound.
        public var isConsent: Bool { [.ratification, .acceptance, .approval, .accession].contains(self) }
    }

    /// How far a consent has come. Each is a fact of its own; only `deposited` binds.
    public enum Phase: String, Sendable, Codable, CaseIterable {
        case approvedAtHome = "approved-at-home"
        case announced, deposited
    }

    /// Where a fact was read.
    public struct Source: Sendable, Equatable, Hashable, Codable {
        public var title: String
        public var url: String?

        public init(title: String, url: String? = nil) {
            self.title = title
            self.url = url
        }
    }

    /// Unique; small letters, digits and hyphens.
    public var id: String
    public var participant: StateCode
    public var action: Action
    /// Of a consent, and only of one.
    public var phase: Phase?
    /// When it was done; nil where no source says.
    public var date: SourceDate?
    /// When the depositary received it; a consent that is deposited, a denunciation, a notification.
    public var deposited: SourceDate?
    /// The article, paragraph and letter concerned, for example `7(2)`.
    public var article: String?
    /// Number of the notification that it gives, for example `N1`.
    public var notification: String?
    /// Id of the record that it withdraws or objects to.
    public var of: String?
    /// The text by language.
    public var text: [String: String] = [:]
    /// Reference of the depositary, for example `C.N.123.2026.TREATIES-XVIII.16`.
    public var reference: String?
    public var source: Source
    public var retrieved: CalendarDay
    /// How far source and fact were compared.
    public var tag: VerificationTag
    /// From which day on this collection has it.
    public var known: CalendarDay
    /// Until when it holds, where it says so.
    public var expires: CalendarDay?
    /// Id of the record that it takes the place of, and why.
    public var corrects: String?
    public var reason: String?
    /// With `corrects`: nothing took place; neither record counts.
    public var void = false
    /// Id of the record that this source contradicts: shown beside it, never counted.
    public var disputes: String?
    public var note: String?

    public init(
        id: String, participant: StateCode, action: Action, phase: Phase? = nil, date: SourceDate? = nil, deposited: SourceDate? = nil,
        source: Source, retrieved: CalendarDay, tag: VerificationTag, known: CalendarDay
    ) {
        self.id = id
        self.participant = participant
        self.action = action
        self.phase = phase
        self.date = date
        self.deposited = deposited
        self.source = source
        self.retrieved = retrieved
        self.tag = tag
        self.known = known
    }

    /// What has reached the depositary and expresses consent.
    public var isDeposit: Bool { action.isConsent && phase == .deposited }

    /// The date that counts for the treaty: of a deposit the day of deposit, of a denunciation the day of its receipt.
    public var counting: SourceDate? {
        if isDeposit { return deposited }
        return action == .denunciation ? deposited ?? date : date ?? deposited
    }

    /// The first day on which it may have happened; nil where no source says.
    public var earliest: CalendarDay? { counting?.earliest }

    /// The day on which it certainly had happened: its day; the last day of its month, but not after it was known; or, without
    /// a date, the day from which it was known.
    public var settled: CalendarDay {
        guard let counting else { return known }
        return counting.isExact ? counting.latest : max(counting.earliest, min(counting.latest, known))
    }

    /// Its day is given, not bounded.
    public var isExact: Bool { counting?.isExact ?? false }
}

extension TreatyRecord: Encodable {
    /// In the order of the columns of a table.
    enum Member: String, CodingKey, CaseIterable {
        case id, participant, action, phase, date, deposited, article, notification, of, text, reference, source, url, retrieved, tag
        case known, expires, corrects, reason, void, disputes, note
    }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(id, forKey: .id)
        try members.encode(participant, forKey: .participant)
        try members.encode(action, forKey: .action)
        try members.encodeIfPresent(phase, forKey: .phase)
        try members.encodeIfPresent(date, forKey: .date)
        try members.encodeIfPresent(deposited, forKey: .deposited)
        try members.encodeIfPresent(article, forKey: .article)
        try members.encodeIfPresent(notification, forKey: .notification)
        try members.encodeIfPresent(of, forKey: .of)
        if !text.isEmpty { try members.encode(text, forKey: .text) }
        try members.encodeIfPresent(reference, forKey: .reference)
        try members.encode(source, forKey: .source)
        try members.encode(retrieved, forKey: .retrieved)
        try members.encode(tag, forKey: .tag)
        try members.encode(known, forKey: .known)
        try members.encodeIfPresent(expires, forKey: .expires)
        try members.encodeIfPresent(corrects, forKey: .corrects)
        try members.encodeIfPresent(reason, forKey: .reason)
        if void { try members.encode(void, forKey: .void) }
        try members.encodeIfPresent(disputes, forKey: .disputes)
        try members.encodeIfPresent(note, forKey: .note)
    }
}
