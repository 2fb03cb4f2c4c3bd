// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
public import Standards
import Storage

extension Node {
    /// Officers who may have files in hand and be on duty, by id.
    /// - Parameter officer: who asks, any officer of this node; nil is the node's owner.
    public func colleagues(officer: String?) throws(ComityError) -> [Colleague] {
        if let officer { _ = try role(of: officer) }
        return try store.read { try $0.accounts() }
            .filter { $0.state != Account.State.disabled.rawValue && Permission.of(role: $0.role).contains(.answer) }
            .map { Colleague(officer: $0.officer, name: $0.name, role: $0.role) }
    }

    /// Lines of the roster that are not over at `from` and begin before `to`.
    /// - Parameter officer: who asks, any officer of this node; nil is the node's owner.
    public func roster(from: Instant, to: Instant, officer: String?) throws(ComityError) -> [RosterLine] {
        if let officer { _ = try role(of: officer) }
        return try store.read { reader in try reader.roster(after: from, before: to).compactMap { try line($0, reader) } }
    }

    /// Who is on duty at a moment by the roster, the first to be called first: in each layer the newest override, or else the
    /// ordinary line.
    public func onDuty(at moment: Instant) throws(ComityError) -> [RosterLine] {
        try store.read { reader in try onDuty(at: moment, reader) }
    }

    func onDuty(at moment: Instant, _ reader: Reader) throws -> [RosterLine] {
        let rows = try reader.roster(after: moment, before: moment.adding(milliseconds: 1))
        return try DutyLayer.allCases.compactMap { layer in
            let own = rows.filter { $0.layer == layer.rawValue }
            let first = own.filter(\.isOverride).max { ($0.made, $0.id.description) < ($1.made, $1.id.description) } ?? own.first
            return try first.flatMap { try line($0, reader) }
        }
    }

    /// Who answers for the desk now: whoever took the duty, or else whom the roster names first; nil when that is nobody.
    public func duty() throws(ComityError) -> OnDuty? {
        try store.read { reader in
            let now = try time.now(reader)
            let first = try onDuty(at: now, reader).first { $0.layer == .primary }
            guard let shift = try reader.openShift() else {
                return first.map { OnDuty(officer: $0.officer, name: $0.name, until: $0.end, since: nil) }
            }
            return OnDuty(
                officer: shift.officer, name: try Self.name(shift.officer, reader), until: first?.end,
                since: shift.began)
        }
    }

    /// Puts an officer on the roster; on several days at once when it is repeated daily, at the same time of the clock on the wall.
    /// - Parameters:
    ///   - days: how many times, 1 to 31.
    ///   - by: somebody with the permission `roster`; nil is the node's owner.
    /// - Throws: `.permission`; `.usage` for times that cannot be; `.alreadyExists` when somebody has that time already and it is
    ///   no override.
    public func addToRoster(
        _ layer: DutyLayer, officer: String, from start: Instant, to end: Instant, days: Int = 1, isOverride: Bool = false,
        by maker: String?
    ) async throws(ComityError) {
        try authorise(maker, .roster, to: "change the roster")
        guard Permission.of(role: try role(of: officer)).contains(.answer) else {
            throw ComityError(
                .usage, "\(officer) cannot be on duty.", why: "The role does not take steps in files.", next: "Choose another officer.")
        }
        let now = try now()
        try Self.check(start, end, days: days, now: now)
        let rows = (0..<days).map { day in
            RosterRow(
                id: newID(at: now), layer: layer.rawValue, officer: officer, start: later(start, days: day), end: later(end, days: day),
                isOverride: isOverride, by: maker ?? "node", made: now)
        }
        let events = try rows.map { row throws(ComityError) in try rosterEvent("added", row, by: maker) }
        _ = try await store.commit { writer in
            for row in rows where !isOverride {
                let known = try writer.reader.roster(after: row.start, before: row.end).first { $0.layer == row.layer && !$0.isOverride }
                guard let known else { continue }
                throw ComityError(
                    .alreadyExists, "\(known.officer) is on the roster as \(row.layer) at that time.",
                    why: "From \(self.local(known.start)) to \(self.local(known.end)).",
                    next: "Take that line off first, or enter this one as an override.")
            }
            for (row, event) in zip(rows, events) {
                try writer.insert(row)
                try writer.append(event)
            }
        }
    }

    /// Takes a line off the roster; one that has begun ends now, so that what was stays on record.
    /// - Parameter by: somebody with the permission `roster`; nil is the node's owner.
    /// - Throws: `.permission`, `.notFound`, `.wrongState` for a line that is over.
    public func removeFromRoster(_ id: UUIDv7, by maker: String?) async throws(ComityError) {
        try authorise(maker, .roster, to: "change the roster")
        let now = try now()
        guard let row = try store.read({ try $0.rosterRow(id) }) else {
            throw ComityError(.notFound, "This line is not on the roster.", next: "Load the roster again.")
        }
        guard row.end > now else {
            throw ComityError(.wrongState, "This line of the roster is over.", why: "What was stays on record.")
        }
        let hasBegun = row.start < now
        let event = try rosterEvent(hasBegun ? "ended" : "removed", row, by: maker)
        _ = try await store.commit { writer in
            // Somebody may have been faster.
            guard try writer.reader.rosterRow(id) == row else { return }
            if hasBegun { try writer.setEnd(ofRosterRow: id, now) } else { try writer.deleteRosterRow(id) }
            try writer.append(event)
        }
    }

    // MARK: Parts

    private func line(_ row: RosterRow, _ reader: Reader) throws -> RosterLine? {
        guard let layer = DutyLayer(rawValue: row.layer) else { return nil }
        return RosterLine(
            id: row.id, layer: layer, officer: row.officer, name: try Self.name(row.officer, reader), start: local(row.start),
            end: local(row.end), isOverride: row.isOverride)
    }

    /// The pseudonym of an officer, or the id when there is no account any more.
    static func name(_ officer: String, _ reader: Reader) throws -> String { try reader.account(officer)?.name ?? officer }

    private func rosterEvent(_ change: String, _ row: RosterRow, by maker: String?) throws(ComityError) -> RegisterEvent {
        try event(
            .rosterChanged, file: nil, by: maker ?? "node",
            detail: [
                "change": .string(change), "line": .string(row.id.description), "layer": .string(row.layer),
                "officer": .string(row.officer), "from": .string(local(row.start).description), "to": .string(local(row.end).description),
                "override": .bool(row.isOverride),
            ])
    }

    private static func check(_ start: Instant, _ end: Instant, days: Int, now: Instant) throws(ComityError) {
        let length = end.milliseconds - start.milliseconds
        guard length > 0 else {
            throw ComityError(.usage, "The end is not after the beginning.", next: "Correct one of the two times.")
        }
        guard length <= RosterLimits.longest else {
            throw ComityError(.usage, "This is longer than 31 days.", next: "Enter it in parts.")
        }
        guard RosterLimits.days.contains(days) else {
            throw ComityError(.usage, "A line can be repeated on 1 to 31 days.", next: "Enter fewer days.")
        }
        guard days == 1 || length <= 86_400_000 else {
            throw ComityError(
                .usage, "A line that is repeated daily lasts at most 24 hours.", next: "Enter it for one day, or make it shorter.")
        }
        guard end > now else { throw ComityError(.usage, "This time is over.", next: "Enter a time that is still to come.") }
        guard start.milliseconds - now.milliseconds <= RosterLimits.ahead else {
            throw ComityError(.usage, "This is more than 400 days ahead.", next: "Check the year.")
        }
    }

    /// The same time of the clock on the wall, some days later.
    private func later(_ instant: Instant, days: Int) -> Instant {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let moved = calendar.date(byAdding: .day, value: days, to: date) ?? date.addingTimeInterval(Double(days) * 86_400)
        return local(Instant(milliseconds: Int64((moved.timeIntervalSince1970 * 1000).rounded())))
    }

    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: configuration.authority.timeZone) ?? .gmt
        return calendar
    }

    /// The moment that a person writes as a date and time of the authority's zone: `2026-11-22T06:00`.
    /// - Throws: `.malformedInput`.
    public func moment(fromLocal text: String) throws(ComityError) -> Instant {
        let wrong = ComityError(
            .malformedInput, "“\(Text.safe(text, limit: 40))” is not a date and time.", next: "Write it as 2026-11-22 06:00.")
        guard let match = text.wholeMatch(of: /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(:00)?/), let year = Int(match.1),
            let month = Int(match.2), let day = Int(match.3), let hour = Int(match.4), let minute = Int(match.5), hour < 24, minute < 60
        else { throw wrong }
        let calendar = calendar
        let wanted = DateComponents(year: year, month: month, day: day)
        // A day that no calendar has is moved to another one.
        guard let date = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: hour, minute: minute)),
            let midday = calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12)),
            calendar.dateComponents([.year, .month, .day], from: midday) == wanted
        else { throw wrong }
        return local(Instant(milliseconds: Int64(date.timeIntervalSince1970 * 1000)))
    }
}
