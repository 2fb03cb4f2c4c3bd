// SPDX-License-Identifier: Apache-2.0

import Law
public import Standards

/// Whether records may be kept: each by itself, then all of them together as they would stand.
extension Treaty {
    /// Every problem of new records, by row. An empty list: all of them may be kept, in one step.
    /// - Parameter now: nothing later is a fact; what the depositary receives is dated in New York, what happens at home anywhere on earth.
    /// - Parameter zone: of the place where the signatures among them were given, where that is another than the usual one: its day counts.
    public func problems(
        of rows: [(row: Int, record: TreatyRecord)], at now: Instant, signedIn zone: String? = nil
    ) -> [RecordProblem] {
        let there = zone.map { CalendarDay(of: now, zone: $0) } ?? day(of: now)
        return problems(of: rows, today: day(of: now), anywhere: CalendarDay.latestAnywhere(at: now), there: there)
    }

    func problems(
        of rows: [(row: Int, record: TreatyRecord)], today: CalendarDay, anywhere: CalendarDay, there: CalendarDay? = nil
    ) -> [RecordProblem] {
        var found: [RecordProblem] = []
        var ids = Set(records.map(\.id))
        for (row, record) in rows {
            func says(_ text: String) { found.append(.init(row: row, id: record.id, says: text)) }
            if !ids.insert(record.id).inserted { says("The id “\(record.id)” stands twice, or is kept already.") }
            for text in alone(record, record.action == .signature ? max(today, there ?? today) : today, anywhere) { says(text) }
        }
        found += corrections(rows)
        let newRows = Dictionary(rows.map { ($0.record.id, $0.row) }, uniquingKeysWith: { first, _ in first })
        let touched = Dictionary(rows.map { ($0.record.participant, $0) }, uniquingKeysWith: { first, _ in first })
        // What was wrong before is not the fault of these rows.
        let before = Set(Together(self, records, touching: touched.keys).problems().map { "\($0.id) \($0.says)" })
        for problem in Together(self, records + rows.map(\.record), touching: touched.keys).problems()
        where !before.contains("\(problem.id) \(problem.says)") {
            if let row = newRows[problem.id] {
                found.append(.init(row: row, id: problem.id, says: problem.says))
            } else if let cause = touched[problem.participant] ?? rows.first {
                found.append(
                    .init(row: cause.row, id: cause.record.id, says: "With it, “\(problem.id)” does not hold any more: \(problem.says)"))
            }
        }
        if found.isEmpty { found = withdrawnTooLate(rows, anywhere) }
        return found.sorted { ($0.row, $0.says) < ($1.row, $1.says) }
    }

    /// An instrument is taken back only before it binds; a Party leaves by denunciation.
    private func withdrawnTooLate(_ rows: [(row: Int, record: TreatyRecord)], _ anywhere: CalendarDay) -> [RecordProblem] {
        let all = records + rows.map(\.record)
        let deposits = Set(all.filter(\.isDeposit).map(\.id))
        return rows.compactMap { row, record in
            guard record.action == .withdrawal, let target = record.of, deposits.contains(target) else { return nil }
            let without = adding(rows.map(\.record).filter { $0.id != record.id })
            let standing = without.status(asOf: record.settled, knownBy: max(anywhere, record.settled)).standing(record.participant)
            guard standing?.bonds.contains(where: { $0.record == target && $0.from <= record.settled }) ?? false else { return nil }
            return .init(row: row, id: record.id, says: "\(record.participant) is bound already; a Party leaves by denunciation.")
        }
    }

    /// What can be said of a record without the others.
    private func alone(_ record: TreatyRecord, _ today: CalendarDay, _ anywhere: CalendarDay) -> [String] {
        var found: [String] = []
        if participants[record.participant] == nil {
            found.append(
                exercise != record.participant.isFictional
                    ? "\(record.participant) is \(exercise ? "a real" : "a fictional") State; records of an exercise and real ones are kept apart."
                    : "\(record.participant) is not a State or organisation that can take part.")
        }
        if record.action.isConsent, record.phase == nil {
            found.append("A \(record.action.rawValue) says how far it has come: approved-at-home, announced or deposited.")
        }
        if !record.action.isConsent, record.phase != nil {
            found.append("Only a ratification, acceptance, approval or accession has a phase.")
        }
        let atHome = record.phase == .approvedAtHome || record.phase == .announced
        for (name, date) in [("date", record.date), ("deposited", record.deposited)] {
            guard let date, date.earliest > (atHome && name == "date" ? anywhere : today) else { continue }
            found.append("\(name) \(date) lies in the future; only what has happened is a fact.")
        }
        if record.retrieved > anywhere { found.append("retrieved \(record.retrieved) lies in the future.") }
        if record.known > anywhere { found.append("known \(record.known) lies in the future.") }
        if record.deposited != nil, atHome {
            found.append("What is \(record.phase?.rawValue ?? "") has no date of deposit; a deposit is a record of its own.")
        }
        if let date = record.date, let deposited = record.deposited, date.earliest > deposited.latest {
            found.append("The deposit \(deposited) lies before the \(record.action.rawValue) of \(date).")
        }
        if let first = record.counting ?? record.date, first.latest < rules.signatureOpens, record.phase != .announced, !exercise {
            found.append("\(first) lies before \(rules.signatureOpens), the day on which it was opened for signature.")
        }
        if record.action == .signature, let date = record.date, date.earliest > rules.signatureCloses {
            found.append("It could be signed until \(rules.signatureCloses); afterwards one accedes (Art. \(rules.closes.cite)).")
        }
        if [.declaration, .reservation].contains(record.action), record.article == nil {
            found.append("A \(record.action.rawValue) names its article.")
        }
        if let article = record.article, !isPlace(article) {
            found.append("“\(Text.safe(article, limit: 40))” is no article of the instrument.")
        }
        if let number = record.notification, !rules.notifications.contains(where: { $0.number == number }) {
            found.append("There is no notification “\(Text.safe(number, limit: 20))”; comity treaty notifications lists them.")
        }
        if record.void, record.corrects == nil { found.append("“void” belongs to a correction: say which record it corrects.") }
        if record.corrects != nil, record.reason == nil { found.append("A correction says its reason.") }
        if let date = record.date, let expires = record.expires, expires < date.earliest { found.append("It expires before it begins.") }
        return found
    }

    /// `7(2)`: an article that the instrument has, then paragraphs and letters.
    private func isPlace(_ text: String) -> Bool {
        let number = String(text.prefix { $0.isASCII && $0.isNumber })
        let rest = text.dropFirst(number.count)
        return rest.utf8.count <= 30 && (rest.isEmpty || rest.hasPrefix("(") && rest.hasSuffix(")"))
            && law.article(rules.instrument, number) != nil
    }

    private func corrections(_ rows: [(row: Int, record: TreatyRecord)]) -> [RecordProblem] {
        var found: [RecordProblem] = []
        let all = Dictionary((records + rows.map(\.record)).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var taken = Dictionary(records.compactMap { one in one.corrects.map { ($0, one.id) } }, uniquingKeysWith: { first, _ in first })
        for (row, record) in rows {
            func says(_ text: String) { found.append(.init(row: row, id: record.id, says: text)) }
            if let target = record.corrects {
                if target == record.id { says("It corrects itself.") }
                if let other = all[target], other.participant != record.participant {
                    says("“\(target)” is of \(other.participant), not of \(record.participant).")
                }
                if all[target] == nil { says("There is no record “\(Text.safe(target, limit: 80))” to correct.") }
                if let by = taken[target] { says("“\(target)” was corrected already by “\(by)”; correct that one.") }
                taken[target] = record.id
                // Two new rows could correct each other, and nothing would hold.
                var seen: Set<String> = [record.id]
                var next = all[target]?.corrects
                while let id = next, seen.insert(id).inserted { next = all[id]?.corrects }
                if next == record.id, target != record.id { says("The corrections lead back to themselves.") }
            }
            if let target = record.disputes, all[target] == nil || target == record.id {
                says("There is no record “\(Text.safe(target, limit: 80))” that it contradicts.")
            }
        }
        return found
    }
}
