// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// The numbers and ways of the final clauses of an instrument, as the rule files give them. No article number stands in code: each
/// carries its citation.
public struct TreatyRules: Sendable {
    public let instrument: String
    public let title: String
    /// Instruments needed, and the days after the last of them.
    public let deposits: Constant
    public let entryDays: Constant
    public let laterDays: Constant
    /// Instruments that one of an organisation counts for, beside those of its members.
    public let organisationCounts: Constant
    public let opens: Constant
    public let closes: Constant
    public let zone: Constant
    /// Ways of consent of those who signed, and of others.
    public let consentOfSignatories: Constant
    public let consentOfOthers: Constant
    /// Member States that must have signed, or consented, before an organisation does.
    public let organisationSigns: Constant
    public let organisationConsents: Constant
    public let denunciationYears: Constant
    public let conferenceYears: Constant
    public let amendmentYears: Constant
    public let notifications: [DepositaryNotification]
    /// The frame of letters to the depositary.
    public let letter: String

    public let signatureOpens: CalendarDay
    public let signatureCloses: CalendarDay
    let signatoryWays: Set<TreatyRecord.Action>
    let otherWays: Set<TreatyRecord.Action>

    /// - Throws: `.notFound` for an unknown instrument, `.malformedInput` naming the constant that is missing or no number.
    public init(_ law: Law, instrument id: String) throws(ComityError) {
        guard let instrument = law.instrument(id) else {
            throw ComityError(.notFound, "There is no instrument \(Text.safe(id, limit: 40)).")
        }
        func constant(_ name: String, number: Bool = true) throws(ComityError) -> Constant {
            guard let found = law.constant(name, of: id), !number || Int(found.value).map({ (0...10_000).contains($0) }) ?? false else {
                throw ComityError(
                    .malformedInput, "The rules of \(id) have no usable constant “\(name)”.",
                    why: "The status of a treaty is computed with the numbers of its final clauses.",
                    next: "Add the row to its rule files; comity law check reads them.")
            }
            return found
        }
        self.instrument = id
        title = instrument.title
        deposits = try constant("deposits")
        entryDays = try constant("entry-days")
        laterDays = try constant("later-days")
        organisationCounts = try constant("organisation-counts")
        opens = try constant("signature-opens", number: false)
        closes = try constant("signature-closes", number: false)
        zone = try constant("signature-zone", number: false)
        consentOfSignatories = try constant("consent-of-signatories", number: false)
        consentOfOthers = try constant("consent-of-others", number: false)
        organisationSigns = try constant("signature-organisation")
        organisationConsents = try constant("consent-organisation")
        denunciationYears = try constant("denunciation-years")
        conferenceYears = try constant("conference-years")
        amendmentYears = try constant("amendment-years")
        notifications = law.notifications(id)
        letter = instrument.letter ?? "{body}\n"
        signatureOpens = try CalendarDay(opens.value)
        signatureCloses = try CalendarDay(closes.value)
        func ways(_ constant: Constant) -> Set<TreatyRecord.Action> {
            Set(constant.value.split(separator: ",").compactMap { TreatyRecord.Action(rawValue: String($0.drop { $0 == " " })) })
        }
        signatoryWays = ways(consentOfSignatories)
        otherWays = ways(consentOfOthers)
    }

    /// Rules whose text nobody has compared with the official text.
    public var unverified: [Constant] {
        [
            deposits, entryDays, laterDays, organisationCounts, opens, closes, zone, consentOfSignatories, consentOfOthers,
            organisationSigns, organisationConsents, denunciationYears, conferenceYears, amendmentYears,
        ].filter(\.tag.isUnverified)
    }

    func number(_ constant: Constant) -> Int { Int(constant.value) ?? 0 }

    /// The day on which the Convention enters into force when the instrument that completes the number comes on this day.
    public func entry(afterLastDeposit day: CalendarDay) -> CalendarDay { day.adding(days: number(entryDays)) }

    /// From when on an instrument binds who deposited it.
    /// - Parameter completing: the day of the instrument that completed the number.
    public func binding(deposit: CalendarDay, completing: CalendarDay) -> CalendarDay {
        let general = entry(afterLastDeposit: completing)
        return deposit <= completing ? general : max(general, deposit.adding(days: number(laterDays)))
    }

    /// The last moment of the days of signature, where one signs.
    public func closing(shown zoneName: String? = nil) -> Instant { signatureCloses.end(in: zone.value, shown: zoneName) }
}
