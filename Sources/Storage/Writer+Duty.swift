// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    public func insert(_ row: RosterRow) throws {
        try db.execute(
            sql: "INSERT INTO roster (id, layer, officer, start, finish, override, made_by, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                row.id.description, row.layer, row.officer, row.start.milliseconds, row.end.milliseconds, row.isOverride, row.by,
                row.made.description,
            ])
    }

    public func deleteRosterRow(_ id: UUIDv7) throws {
        try db.execute(sql: "DELETE FROM roster WHERE id = ?", arguments: [id.description])
    }

    public func setEnd(ofRosterRow id: UUIDv7, _ end: Instant) throws {
        try db.execute(sql: "UPDATE roster SET finish = ? WHERE id = ?", arguments: [end.milliseconds, id.description])
    }

    /// Begins a shift; what is registered from now on belongs to it.
    public func beginShift(_ id: UUIDv7, officer: String, at: Instant) throws {
        try db.execute(
            sql: "INSERT INTO shift (id, officer, began, entry) VALUES (?, ?, ?, ?)",
            arguments: [id.description, officer, at.description, try reader.registerSize()])
    }

    public func endShift(_ id: UUIDv7, at: Instant) throws {
        try db.execute(sql: "UPDATE shift SET ended = ? WHERE id = ?", arguments: [at.description, id.description])
    }

    /// Keeps a handover as it stands, in the place of what was kept of that shift.
    public func save(_ row: HandoverRow, began: Instant) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO handover (shift, officer, notes, saved, bytes, hash, signed, taker, taken, event, began)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.shift.description, row.officer, row.notes.map { Data($0) }, row.saved?.description, row.bytes.map { Data($0) },
                row.hash,
                row.signed?.description, row.taker, row.taken?.description, row.event, began.milliseconds,
            ])
    }

    /// Registers a telephone call and lists it.
    public mutating func insertCall(_ event: RegisterEvent, ref: String?, quarantine: Int64?) throws {
        try append(event)
        try insertCallRow(event, at: registerSize - 1, ref: ref, quarantine: quarantine)
    }

    func insertCallRow(_ event: RegisterEvent, at index: Int64, ref: String?, quarantine: Int64?) throws {
        try db.execute(
            sql: "INSERT INTO call (event, at, ref, quarantine, idx) VALUES (?, ?, ?, ?, ?)",
            arguments: [event.id.description, event.at.milliseconds, ref, quarantine, index])
    }

    /// Notes that a peer answered, or wrote.
    public func noteContact(_ state: StateCode, at milliseconds: Int64) throws {
        try db.execute(
            sql: "INSERT INTO contact (state, at) VALUES (?1, ?2) ON CONFLICT (state) DO UPDATE SET at = MAX(at, ?2)",
            arguments: [state.description, milliseconds])
    }
}
