// SPDX-License-Identifier: Apache-2.0

import Law
public import Standards

/// What happened and what the rules compute from it, in the order of days.
public struct TimelineEntry: Sendable, Encodable {
    public enum Kind: String, Sendable, Encodable {
        /// A record.
        case fact
        /// A record that another one has taken the place of, or that another source contradicts.
        case corrected, disputed
        /// A day that the rules give.
        case computed
    }

    public let day: CalendarDay
    /// As the source gives it; nil where it gives none.
    public let date: String?
    public let kind: Kind
    public let participant: StateCode?
    public let title: String
    /// Id of the record.
    public let record: String?
    public let cite: String?
    public let unverified: Bool
}

extension Treaty {
    /// Everything that is known by a day, and the days that follow from it; `of` leaves only what concerns one State.
    public func timeline(of code: StateCode? = nil, in status: TreatyStatus) -> [TimelineEntry] {
        let ledger = ledger(knownBy: status.knownBy)
        var entries = ledger.visible.filter { code == nil || $0.participant == code }.map { record in
            TimelineEntry(
                day: record.settled, date: record.counting?.description,
                kind: ledger.correctedBy[record.id] != nil || record.void ? .corrected : record.disputes != nil ? .disputed : .fact,
                participant: record.participant, title: "\(participants.name(record.participant)): \(Self.words(record))",
                record: record.id,
                cite: record.article, unverified: record.tag.isUnverified)
        }
        func computed(_ day: CalendarDay, _ title: String, _ rule: Constant, _ participant: StateCode? = nil) {
            entries.append(
                .init(
                    day: day, date: day.description, kind: .computed, participant: participant, title: title, record: nil, cite: rule.cite,
                    unverified: rule.tag.isUnverified))
        }
        computed(rules.signatureOpens, "Open for signature", rules.opens)
        computed(rules.signatureCloses, "Last day of signature (until midnight in New York)", rules.closes)
        if let day = status.entry.day {
            computed(day, status.entry.assumed ? "In force by assumption of the exercise" : "Entry into force", rules.entryDays)
            let conference = day.adding(years: rules.number(rules.conferenceYears))
            computed(conference, "The Conference of the States Parties is convened by this day", rules.conferenceYears)
            computed(
                day.adding(years: rules.number(rules.amendmentYears)), "Amendments may be proposed from this day on", rules.amendmentYears)
        }
        for standing in status.standings where code == nil || standing.code == code {
            for bond in standing.bonds {
                if bond.from != status.entry.day || code != nil {
                    computed(bond.from, "\(standing.name): bound from this day on", rules.laterDays, standing.code)
                }
                if let until = bond.until {
                    computed(until, "\(standing.name): not bound any more", rules.denunciationYears, standing.code)
                }
            }
        }
        return entries.enumerated().sorted { ($0.element.day, $0.offset) < ($1.element.day, $1.offset) }.map(\.element)
    }

    /// A record in a few words.
    public static func words(_ record: TreatyRecord) -> String {
        var words = record.action.rawValue
        if let phase = record.phase { words += ", " + String(phase.rawValue.map { $0 == "-" ? " " : $0 }) }
        if let number = record.notification { words += " " + number }
        if let article = record.article { words += " under article \(article)" }
        if let of = record.of { words += " of \(of)" }
        return words
    }

    /// Deadlines as a calendar: the last day of signature, entry into force, the Conference; with a State, what it owes too.
    /// - Parameter stamp: when the calendar is written.
    public func calendar(of code: StateCode? = nil, in status: TreatyStatus, stamp: Instant) -> String {
        var file = CalendarFile(name: rules.title, stamp: stamp)
        for entry in timeline(of: code, in: status) where entry.kind == .computed {
            let notes = [
                entry.cite.map { "Article \($0)\(entry.unverified ? ", not compared with the official text" : "")" },
                status.exercise ? "Exercise" : nil, "Computed as of \(status.asOf) from what was known by \(status.knownBy).",
            ]
            // The same from one calendar to the next, whatever the day.
            let slug = entry.title.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
            let about = entry.participant?.description.lowercased() ?? "all"
            file.add(
                uid: "\(rules.instrument)-\(about)-\(slug)", day: entry.day, summary: entry.title,
                description: notes.compactMap { $0 }.joined(separator: "\n"))
        }
        if let code, let checklist = checklist(code, in: status) {
            for line in checklist.lines {
                guard let day = line.day, [.owed, .upcoming, .expired, .given].contains(line.state) else { continue }
                let what = line.state == .given || line.state == .expired ? "Renew" : "Notify the Secretary-General"
                file.add(
                    uid: "\(rules.instrument)-\(code.description.lowercased())-\(line.cite.filter { $0.isLetter || $0.isNumber })",
                    day: day,
                    summary: "\(checklist.name): \(what): \(line.title) (\(line.number))",
                    description: "Article \(line.cite)\(line.unverified ? ", not compared with the official text" : "")\n\(line.says)")
            }
        }
        return file.text
    }
}
