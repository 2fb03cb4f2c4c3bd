// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards
public import Treaty

/// One thing that an officer kept of a meeting. Never changed or deleted.
public struct MeetingChange: Sendable, Equatable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The document of the meeting, or a newer one of it.
        case document
        /// Whether the credentials and full powers of a delegation were found in order.
        case credentials
        /// A State signed.
        case signature
        /// A line of the log was wrong and is struck out, before it was confirmed.
        case strike
        /// A second person confirms a line of the log.
        case confirmation
        /// Who was at a session.
        case attendance
    }

    public enum Decision: String, Sendable, Codable, CaseIterable { case accepted, provisional, refused }

    public let v: Int
    public let id: String
    public let meeting: String
    public let kind: Kind
    public let at: Instant
    public let by: String
    public var document: String?
    public var participant: StateCode?
    public var name: String?
    public var function: String?
    public var signedAt: Instant?
    public var decision: Decision?
    /// Id of the change that is struck out or confirmed.
    public var of: String?
    public var note: String?
    public var session: String?
    public var present: [StateCode]?
    /// Id of the record of the treaty that came of it.
    public var record: String?

    public init(id: String, meeting: String, kind: Kind, at: Instant, by: String) {
        v = 1
        self.id = id
        self.meeting = meeting
        self.kind = kind
        self.at = at
        self.by = by
    }
}

/// A meeting with what was kept of it: a pure fold.
public struct Course: Sendable {
    /// A line of the signing log.
    public struct Line: Sendable, Encodable, Equatable {
        /// Id of the change, or of the record where the log is that of the records.
        public let id: String
        public let participant: StateCode
        /// Nil: not known.
        public let name: String?
        public let function: String?
        /// The moment; nil where only the day is known.
        public let at: Instant?
        public let day: CalendarDay
        /// Who wrote it down; nil: taken from the records of the treaty.
        public let loggedBy: String?
        public internal(set) var confirmedBy: String?
        public internal(set) var record: String?
        /// Why it was struck out; nil: it stands.
        public internal(set) var struck: String?
        public let origin: Meeting.Origin?
    }

    public struct Credentials: Sendable, Encodable, Equatable {
        public let decision: MeetingChange.Decision
        public let by: String
        public let at: Instant
        public let note: String?
    }

    public let meeting: Meeting
    public private(set) var log: [Line] = []
    public private(set) var credentials: [StateCode: Credentials] = [:]
    /// By id of a session: the last that was said of it.
    public private(set) var attendance: [String: [StateCode]] = [:]

    /// - Parameter changes: those of this meeting, in the order in which they were kept. Documents are read before.
    public init(_ meeting: Meeting, changes: [MeetingChange], treaty: Treaty, status: TreatyStatus) {
        self.meeting = meeting
        if meeting.signedByRecords {
            log = status.standings.compactMap { standing in
                guard let record = standing.signature, let date = record.counting, date.isExact, meeting.days.contains(date.latest) else {
                    return nil
                }
                return Line(
                    id: record.id, participant: standing.code, name: nil, function: nil, at: nil, day: date.latest, loggedBy: nil,
                    confirmedBy: nil,
                    record: record.id, struck: nil, origin: .init(source: record.source, tag: record.tag, note: record.note))
            }.sorted { ($0.day, $0.participant) < ($1.day, $1.participant) }
        }
        for change in changes { take(change) }
    }

    private mutating func take(_ change: MeetingChange) {
        switch change.kind {
        case .document: break
        case .credentials:
            guard let code = change.participant, let decision = change.decision else { return }
            credentials[code] = .init(decision: decision, by: change.by, at: change.at, note: change.note)
        case .signature:
            guard let code = change.participant, let at = change.signedAt else { return }
            log.append(
                Line(
                    id: change.id, participant: code, name: change.name, function: change.function, at: at,
                    day: CalendarDay(of: at, zone: meeting.zone),
                    loggedBy: change.by, confirmedBy: nil, record: nil, struck: nil, origin: nil))
        case .strike:
            guard let index = log.firstIndex(where: { $0.id == change.of }) else { return }
            log[index].struck = change.note ?? ""
        case .confirmation:
            guard let index = log.firstIndex(where: { $0.id == change.of }) else { return }
            log[index].confirmedBy = change.by
            log[index].record = change.record
        case .attendance:
            guard let session = change.session else { return }
            attendance[session] = (change.present ?? []).sorted()
        }
    }

    /// The line that stands for a State; nil: it has not signed here.
    public func line(of code: StateCode) -> Line? { log.first { $0.participant == code && $0.struck == nil } }

    /// Whether a delegation has a delegate with this name, and with which function.
    public func function(of name: String, in code: StateCode) -> String? {
        meeting.delegation(of: code).flatMap { delegation in ([delegation.head] + delegation.members).first { $0.name == name }?.function }
    }
}

// What may be kept.
extension Course {
    /// Every reason why a change cannot be kept; empty: it can.
    public func problems(of change: MeetingChange, treaty: Treaty, rules: MeetingRules, now: Instant) -> [String] {
        if let code = change.participant, treaty.participants[code] == nil {
            return ["\(code) is not a State or organisation that can take part."]
        }
        if meeting.signedByRecords, [.signature, .strike, .confirmation].contains(change.kind) {
            return ["The log of this meeting is that of the records of the treaty: correct those (comity treaty correct)."]
        }
        switch change.kind {
        case .document: return []
        case .credentials:
            guard let code = change.participant else { return ["Credentials are of a State."] }
            if meeting.delegation(of: code) == nil { return ["\(code) has no delegation at this meeting."] }
            if change.decision == .refused, change.note == nil { return ["A refusal says why."] }
            return line(of: code)?.confirmedBy != nil && change.decision != .accepted
                ? ["\(code) has signed, and that is confirmed; correct the record of the treaty instead."] : []
        case .signature: return signing(change, treaty, rules, now)
        case .strike:
            guard let line = log.first(where: { $0.id == change.of }) else { return ["There is no such line in the log."] }
            if line.confirmedBy != nil {
                return ["The line is confirmed and is a record of the treaty: correct that (comity treaty correct)."]
            }
            if line.struck != nil { return ["The line was struck out already."] }
            return (change.note ?? "").isEmpty ? ["Say why the line is struck out."] : []
        case .confirmation:
            guard let line = log.first(where: { $0.id == change.of }) else { return ["There is no such line in the log."] }
            if line.struck != nil { return ["The line was struck out."] }
            if line.confirmedBy != nil { return ["The line is confirmed already."] }
            if line.loggedBy == change.by { return ["\(change.by) wrote the line; a second person confirms it."] }
            let doubts = powers(line.participant, line.function ?? "", rules)
            return doubts
                + treaty.problems(of: [(1, record(of: line, by: change.by, treaty: treaty, now: now))], at: now, signedIn: meeting.zone)
                .map(\.says)
        case .attendance:
            guard let session = change.session.flatMap(meeting.session) else { return ["There is no such session."] }
            if session.day > CalendarDay(of: now, zone: meeting.zone) { return ["The session is on \(session.day); nobody was there yet."] }
            let present = change.present ?? []
            let strangers = present.filter { treaty.participants[$0] == nil }
            if !strangers.isEmpty { return ["Not a State or organisation: \(strangers.map(\.description).joined(separator: ", "))."] }
            return Set(present).count == present.count ? [] : ["A delegation stands twice."]
        }
    }

    private func signing(_ change: MeetingChange, _ treaty: Treaty, _ rules: MeetingRules, _ now: Instant) -> [String] {
        guard let code = change.participant, let name = change.name, let function = change.function, let at = change.signedAt else {
            return ["A signature is of a State, by a person with a function, at a time."]
        }
        var found: [String] = []
        if line(of: code) != nil { found.append("\(code) stands in the log already.") }
        if meeting.delegation(of: code) != nil, self.function(of: name, in: code) == nil {
            found.append("“\(Text.safe(name, limit: 80))” is not in the delegation of \(code).")
        }
        if at > now { found.append("\(at) lies in the future.") }
        let day = CalendarDay(of: at, zone: meeting.zone)
        if !meeting.days.contains(day) { found.append("\(day) in \(meeting.place) is no day of the meeting.") }
        found += powers(code, function, rules)
        let line = Line(
            id: change.id, participant: code, name: name, function: function, at: at, day: day, loggedBy: change.by, confirmedBy: nil,
            record: nil,
            struck: nil, origin: nil)
        found += treaty.problems(of: [(1, record(of: line, by: change.by, treaty: treaty, now: now))], at: now, signedIn: meeting.zone).map(
            \.says)
        return found
    }

    private func powers(_ code: StateCode, _ function: String, _ rules: MeetingRules) -> [String] {
        guard rules.needsFullPowers(function) else { return [] }
        switch credentials[code]?.decision {
        case .accepted: return []
        case .refused: return ["The full powers of \(code) were refused."]
        default: return ["\(function) signs with full powers (\(rules.withoutFullPowers.cite)); those of \(code) were not accepted."]
        }
    }

    /// The record of the treaty that a line becomes.
    public func record(of line: Line, by officer: String, treaty: Treaty, now: Instant) -> TreatyRecord {
        let today = treaty.day(of: now)
        var record = TreatyRecord(
            id: "\(line.participant)-signature-\(meeting.id)".lowercased(), participant: line.participant, action: .signature,
            date: SourceDate(line.day), source: .init(title: "Signing log: \(meeting.title), \(meeting.place)"), retrieved: today,
            tag: meeting.exercise ? .house : .verified, known: today)
        let who = [line.name, line.function].compactMap { $0 }.joined(separator: ", ")
        record.note = "Signed by \(who). Logged by \(line.loggedBy ?? ""), confirmed by \(officer)."
        return record
    }
}
