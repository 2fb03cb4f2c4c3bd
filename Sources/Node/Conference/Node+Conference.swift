// SPDX-License-Identifier: Apache-2.0

public import Conference
import Foundation
import Law
import Register
public import Standards
import Storage
public import Treaty

/// Signing ceremonies and meetings of the Conference: those that ship with the program, and what officers of this node have kept.
extension Node {
    /// The meetings that ship with the program: the real ones, or those of the fictional States.
    public static func loadMeetings(_ treaty: Treaty) throws(ComityError) -> [Meeting] {
        let folder = try ResourceFolder.locate("Meetings", room: "Conference")
        let rules = try MeetingRules(treaty.law, instrument: treaty.rules.instrument)
        var found: [Meeting] = []
        for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() where name.hasSuffix(".yaml") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                throw ComityError(.storage, "The meeting \(name) cannot be read.")
            }
            // Those of exercises and real ones are kept apart.
            guard try YAMLText([UInt8](data), name: name).value["exercise"]?.bool ?? false == treaty.exercise else { continue }
            let (meeting, problems) = try Meeting.read([UInt8](data), name: name, treaty: treaty, rules: rules)
            guard let meeting else { throw Self.fault(problems, name) }
            found.append(meeting)
        }
        return found
    }

    private static func fault(_ problems: [MeetingProblem], _ name: String) -> ComityError {
        ComityError(
            .malformedInput,
            "\(Text.safe(name, limit: 80)) has faults:\n"
                + problems.map { "line \($0.line), \($0.path): \($0.says)" }.joined(separator: "\n"),
            next: "Correct the lines named above.")
    }

    /// The meetings with all that was kept of them, as of today.
    public func courses() throws(ComityError) -> (treaty: Treaty, courses: [Course]) {
        let shippedTreaty = try Self.loadTreaty(exercise: exercise, law: law)
        let shipped = try Self.loadMeetings(shippedTreaty)
        let now = try now()
        return try store.read { reader in try Self.courses(shipped, shippedTreaty, reader, now: now) }
    }

    private static func courses(
        _ shipped: [Meeting], _ shippedTreaty: Treaty, _ reader: Reader, now: Instant
    ) throws -> (treaty: Treaty, courses: [Course]) {
        let treaty = shippedTreaty.adding(try reader.treatyRecords().map { try Treaty.record(kept: $0.bytes) })
        let rules = try MeetingRules(treaty.law, instrument: treaty.rules.instrument)
        let changes = try reader.meetingChanges().map {
            try IJSON.decode(MeetingChange.self, from: $0.bytes, limit: Meeting.maximumBytes * 3)
        }
        var meetings = Dictionary(shipped.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for change in changes where change.kind == .document {
            let (meeting, problems) = try Meeting.read(
                Array((change.document ?? "").utf8), name: change.meeting, treaty: treaty, rules: rules)
            guard let meeting else { throw fault(problems, change.meeting) }
            meetings[meeting.id] = meeting
        }
        let today = treaty.day(of: now)
        let status = treaty.status(asOf: today, knownBy: today)
        let grouped = Dictionary(grouping: changes, by: \.meeting)
        let courses = meetings.values.sorted { ($0.days.first?.description ?? "", $0.id) < ($1.days.first?.description ?? "", $1.id) }
            .map { Course($0, changes: grouped[$0.id] ?? [], treaty: treaty, status: status) }
        return (treaty, courses)
    }

    /// Reads the document of a meeting and keeps it whole, or not at all.
    /// - Parameter dryRun: only judges.
    /// - Returns: the meeting, or every problem by its place.
    /// - Throws: `.permission`; `.malformedInput`, `.tooLarge` for what is no document at all; `.wrongState` where what was kept does not fit it.
    public func importMeeting(
        _ bytes: [UInt8], name: String, by officer: String, dryRun: Bool = false
    ) async throws(ComityError) -> (meeting: Meeting?, problems: [MeetingProblem]) {
        _ = try require(officer, .trust, to: "keep a meeting")
        let (treaty, courses) = try courses()
        let rules = try MeetingRules(treaty.law, instrument: treaty.rules.instrument)
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw ComityError(.malformedInput, "\(Text.safe(name, limit: 80)) is not UTF-8 text.")
        }
        let (meeting, problems) = try Meeting.read(bytes, name: name, treaty: treaty, rules: rules)
        guard let meeting else { return (nil, problems) }
        if let course = courses.first(where: { $0.meeting.id == meeting.id }) {
            let lost = course.attendance.keys.filter { meeting.session($0) == nil }.sorted()
            let left = course.credentials.keys.filter { meeting.delegation(of: $0) == nil }.sorted()
            guard lost.isEmpty, left.isEmpty else {
                throw ComityError(
                    .wrongState, "Attendance or credentials that were kept have no place in the new document.",
                    why: "Missing: \((lost + left.map(\.description)).joined(separator: ", ")).",
                    next: "Leave these sessions and delegations in it.")
            }
        }
        guard !dryRun else { return (meeting, []) }
        let now = try now()
        var change = MeetingChange(id: newID(at: now).description, meeting: meeting.id, kind: .document, at: now, by: officer)
        change.document = text
        _ = try await keep(change)
        return (meeting, [])
    }

    /// Keeps what happened at a meeting, where nothing speaks against it. A confirmation also keeps the record of the treaty.
    /// - Parameters:
    ///   - id: of the meeting.
    ///   - edit: fills in what the kind needs.
    /// - Returns: what was kept.
    /// - Throws: `.permission`, `.notFound`; `.refusedByRule` with every reason.
    public func change(
        _ id: String, _ kind: MeetingChange.Kind, by officer: String, _ edit: @Sendable (inout MeetingChange) -> Void
    ) async throws(ComityError) -> MeetingChange {
        _ = try require(officer, .trust, to: "keep what happens at a meeting")
        guard try courses().courses.contains(where: { $0.meeting.id == id }) else { throw Self.noMeeting(id) }
        let now = try now()
        var change = MeetingChange(id: newID(at: now).description, meeting: id, kind: kind, at: now, by: officer)
        edit(&change)
        return try await keep(change)
    }

    public static func noMeeting(_ id: String) -> ComityError {
        ComityError(.notFound, "There is no meeting “\(Text.safe(id, limit: 60))”.", next: "comity conference list shows them.")
    }

    private func keep(_ change: MeetingChange) async throws(ComityError) -> MeetingChange {
        let shippedTreaty = try Self.loadTreaty(exercise: exercise, law: law)
        let shipped = try Self.loadMeetings(shippedTreaty)
        let rules = try MeetingRules(shippedTreaty.law, instrument: shippedTreaty.rules.instrument)
        let now = change.at
        let event = newID(at: now)
        let recordEvent = newID(at: now)
        return try await store.commit { writer in
            var kept = change
            // Judged in the transaction: another officer may have kept something since.
            let (treaty, courses) = try Self.courses(shipped, shippedTreaty, writer.reader, now: now)
            if let course = courses.first(where: { $0.meeting.id == change.meeting }) {
                let problems = course.problems(of: change, treaty: treaty, rules: rules, now: now)
                guard problems.isEmpty else {
                    throw ComityError(
                        .refusedByRule, "This cannot be kept: \(problems.joined(separator: " "))",
                        next: "See what is kept: comity conference log \(change.meeting)")
                }
                if change.kind == .confirmation, let line = course.log.first(where: { $0.id == change.of }) {
                    let record = course.record(of: line, by: change.by, treaty: treaty, now: now)
                    kept.record = record.id
                    let bytes = try IJSON.encode(record)
                    try writer.insert(
                        TreatyRow(id: record.id, event: recordEvent, bytes: bytes),
                        RegisterEvent(
                            id: recordEvent, event: .treatyRecorded, file: nil, at: now, by: change.by,
                            detail: [
                                "record": .string(record.id), "participant": .string(record.participant.description),
                                "action": .string(record.action.rawValue), "sha256": .string(Hash.of(bytes).description),
                            ]))
                }
            }
            let bytes = try IJSON.encode(kept)
            var detail: [String: JSONValue] = [
                "meeting": .string(kept.meeting), "change": .string(kept.id), "kind": .string(kept.kind.rawValue),
                "sha256": .string(Hash.of(bytes).description),
            ]
            if let participant = kept.participant { detail["participant"] = .string(participant.description) }
            try writer.insert(
                MeetingRow(id: kept.id, meeting: kept.meeting, event: event, bytes: bytes),
                RegisterEvent(id: event, event: .meetingChanged, file: nil, at: now, by: kept.by, detail: detail))
            return kept
        }.value
    }

    /// Everything that was registered of meetings is kept, and is what the register says.
    static func auditMeetings(_ reader: Reader) throws -> [String] {
        let rows = try reader.meetingChanges()
        let events = Dictionary(try reader.events(.meetingChanged).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var faults = rows.filter { row in
            let detail = events[row.event]?.detail
            return detail?["change"]?.string != row.id || detail?["sha256"]?.string != Hash.of(row.bytes).description
        }.map { "What was kept of the meeting “\(Text.safe($0.meeting, limit: 60))” was changed: \(Text.safe($0.id, limit: 60))." }
        if events.count != rows.count { faults.append("\(events.count) changes of meetings were registered, and \(rows.count) are kept.") }
        return faults
    }
}
