// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
public import Standards
public import Treaty

extension Course {
    /// The programme, the signatures, the documents and what is not known of a day, as the text of a daily journal.
    /// - Throws: `.notFound` for what is no day of the meeting.
    public func journal(of day: CalendarDay, treaty: Treaty, rules: MeetingRules) throws(ComityError) -> String {
        guard meeting.days.contains(day) else {
            throw ComityError(
                .notFound, "\(day) is no day of this meeting.",
                next: "Its days are \(meeting.days.map(\.description).joined(separator: ", ")).")
        }
        var lines = [
            "JOURNAL" + (meeting.exercise ? "  (EXERCISE: nothing here is real)" : ""), meeting.title, meeting.place,
            "\(Self.weekday(day)) \(day), times of \(meeting.zone)", "", "PROGRAMME",
        ]
        lines += programme(of: day, treaty: treaty)
        lines += ["", "SIGNATURES"]
        let signed = log.filter { $0.day == day && $0.struck == nil }
        lines += signed.isEmpty ? ["none recorded"] : signed.map { line in "\(clock(line.at))  \(Self.words(line, treaty))" }
        let decided = credentials.filter { CalendarDay(of: $0.value.at, zone: meeting.zone) == day }.sorted { $0.key < $1.key }
        if !decided.isEmpty {
            lines += ["", "CREDENTIALS"]
            lines += decided.map {
                "\($0.key) \(treaty.participants.name($0.key)): \($0.value.decision.rawValue)\($0.value.note.map { "; \($0)" } ?? "")"
            }
        }
        let documents = meeting.documents.filter { $0.day == day }
        if !documents.isEmpty { lines += ["", "DOCUMENTS"] + documents.map { Self.words($0, rules) } }
        if !meeting.unknown.isEmpty { lines += ["", "NOT KNOWN"] + meeting.unknown }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The lines of the programme of a day.
    public func programme(of day: CalendarDay, treaty: Treaty) -> [String] {
        let sessions = meeting.sessions.filter { $0.day == day }
        guard !sessions.isEmpty else { return ["nothing recorded"] }
        return sessions.flatMap { session in
            var lines = [
                "\(clock(session.start))\(session.end.map { "-" + clock($0) } ?? "")  \(session.kind.rawValue): \(session.title)  [\(session.id)]"
            ]
            var more: [String] = []
            if let room = meeting.room(session.room) { more.append(room.name) }
            if !session.languages.isEmpty { more.append("interpretation \(session.languages.joined(separator: " "))") }
            if !more.isEmpty { lines.append("       " + more.joined(separator: "; ")) }
            if let present = attendance[session.id] {
                lines.append("       present \(present.count): \(present.map(\.description).joined(separator: " "))")
            }
            if session.origin.tag.isUnverified { lines.append("       not verified") }
            if let note = session.origin.note { lines.append("       \(note)") }
            return lines
        }
    }

    /// What the log says of one signature.
    public static func words(_ line: Line, _ treaty: Treaty) -> String {
        let who = [line.name, line.function].compactMap { $0 }.joined(separator: ", ")
        let state =
            line.struck.map { "struck out: \($0)" }
            ?? (line.loggedBy == nil
                ? "record \(line.record ?? "")"
                : line.confirmedBy.map { "confirmed by \($0), record \(line.record ?? "")" } ?? "not confirmed yet")
        return
            "\(line.participant) \(treaty.participants.name(line.participant)): \(who.isEmpty ? "who signed is not known" : who) (\(state))"
    }

    /// What a list of documents says of one.
    public static func words(_ document: Meeting.Document, _ rules: MeetingRules) -> String {
        let there = rules.languageCodes.filter { document.languages[$0] != nil }
        let missing = rules.languageCodes.filter { document.languages[$0] == nil }
        return "\(document.symbol)  \(document.title): \(there.isEmpty ? "in no language" : there.joined(separator: " "))"
            + (missing.isEmpty ? "" : "; missing \(missing.joined(separator: " "))")
    }

    /// `09:30` as the clocks of the place show it; five blanks where no source gives it.
    public func clock(_ instant: Instant?) -> String {
        guard let instant else { return "     " }
        return String(instant.at(offsetMinutes: offset(at: instant)).description.dropFirst(11).prefix(5))
    }

    /// Minutes by which the clocks of the place are before UTC at a moment.
    public func offset(at instant: Instant) -> Int16 {
        let moment = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        return Int16(clamping: (TimeZone(identifier: meeting.zone)?.secondsFromGMT(for: moment) ?? 0) / 60)
    }

    private static func weekday(_ day: CalendarDay) -> String {
        guard let instant = try? Instant("\(day)T12:00:00Z") else { return "" }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let number = calendar.component(.weekday, from: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
        return ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"][(number - 1) % 7]
    }

    /// The programme as iCalendar (RFC 5545): a session with its hours, or a whole day where they are not known.
    public func calendar(stamp: Instant) -> String {
        var file = CalendarFile(name: meeting.title + (meeting.exercise ? " (EXERCISE)" : ""), stamp: stamp)
        for session in meeting.sessions {
            let uid = "\(meeting.id)-\(session.id)"
            let says =
                ([session.kind.rawValue]
                + (session.languages.isEmpty ? [] : ["interpretation " + session.languages.joined(separator: " ")]))
                .joined(separator: "; ")
            if let start = session.start {
                file.add(
                    uid: uid, from: start, to: session.end, place: meeting.room(session.room)?.name ?? meeting.place,
                    summary: session.title,
                    description: says)
            } else {
                file.add(uid: uid, day: session.day, summary: session.title, description: says)
            }
        }
        return file.text
    }
}
