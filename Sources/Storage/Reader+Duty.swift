// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Reader {
    /// Lines of the roster that are not over at a moment and begin before another, the earliest first.
    public func roster(after: Instant, before: Instant) throws -> [RosterRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM roster WHERE finish > ? AND start < ? ORDER BY start, layer, id",
            arguments: [after.milliseconds, before.milliseconds]
        ).map(rosterRow)
    }

    public func rosterRow(_ id: UUIDv7) throws -> RosterRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM roster WHERE id = ?", arguments: [id.description]).map(rosterRow)
    }

    private func rosterRow(_ row: Row) throws -> RosterRow {
        try RosterRow(
            id: try UUIDv7(row["id"]), layer: row["layer"], officer: row["officer"], start: Instant(milliseconds: row["start"]),
            end: Instant(milliseconds: row["finish"]), isOverride: row["override"], by: row["made_by"], made: try Instant(row["made"]))
    }

    /// The shift that lasts; nil while nobody answers for the desk.
    public func openShift() throws -> ShiftRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM shift WHERE ended IS NULL").map(shiftRow)
    }

    public func shift(_ id: UUIDv7) throws -> ShiftRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM shift WHERE id = ?", arguments: [id.description]).map(shiftRow)
    }

    private func shiftRow(_ row: Row) throws -> ShiftRow {
        try ShiftRow(
            id: try UUIDv7(row["id"]), officer: row["officer"], began: try Instant(row["began"]), entry: row["entry"],
            ended: try (row["ended"] as String?).map { text throws(ComityError) in try Instant(text) })
    }

    public func handover(_ shift: UUIDv7) throws -> HandoverRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM handover WHERE shift = ?", arguments: [shift.description]).map(handoverRow)
    }

    /// Handovers that two officers signed, the newest first.
    public func handovers(limit: Int) throws -> [HandoverRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM handover WHERE taken IS NOT NULL ORDER BY began DESC LIMIT ?", arguments: [limit]).map(
            handoverRow)
    }

    private func handoverRow(_ row: Row) throws -> HandoverRow {
        func moment(_ name: String) throws -> Instant? {
            try (row[name] as String?).map { text throws(ComityError) in try Instant(text) }
        }
        return try HandoverRow(
            shift: try UUIDv7(row["shift"]), officer: row["officer"], notes: (row["notes"] as Data?).map { [UInt8]($0) },
            saved: try moment("saved"), bytes: (row["bytes"] as Data?).map { [UInt8]($0) }, hash: row["hash"],
            signed: try moment("signed"), taker: row["taker"], taken: try moment("taken"), event: row["event"])
    }

    /// Events of telephone calls, the newest first.
    /// - Parameters:
    ///   - since: milliseconds since 1970.
    ///   - before: the event of a call: only what stands below it in this order; nil begins with the newest.
    public func calls(ref: String? = nil, since: Int64 = .min, before: UUIDv7? = nil, limit: Int) throws -> [RegisterEvent] {
        try Data.fetchAll(
            db,
            sql: """
                SELECT event.bytes FROM call JOIN event ON event.idx = call.idx
                WHERE call.at >= ?1 AND (?3 IS NULL OR call.ref = ?3)
                  AND (?2 IS NULL OR (call.at, call.event) < (SELECT at, event FROM call WHERE event = ?2))
                ORDER BY call.at DESC, call.event DESC LIMIT ?4
                """, arguments: [since, before?.description, ref, limit]
        ).map { try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20) }
    }

    /// Rows of the quarantine about which somebody was reached by telephone.
    public func quarantineCalled() throws -> Set<Int64> {
        try Set(Int64.fetchAll(db, sql: "SELECT DISTINCT quarantine FROM call WHERE quarantine IS NOT NULL"))
    }

    /// Rows of the quarantine with one of these codes, the newest first.
    public func quarantine(codes: [String], limit: Int) throws -> [QuarantineRow] {
        let marks = Array(repeating: "?", count: codes.count).joined(separator: ", ")
        return try Row.fetchAll(
            db,
            sql:
                "SELECT id, code, says, peer, at, sha256, length(bytes) AS size FROM quarantine WHERE code IN (\(marks)) ORDER BY id DESC LIMIT ?",
            arguments: StatementArguments(codes.map { $0 as (any DatabaseValueConvertible)? } + [limit])
        ).map {
            try QuarantineRow(
                id: $0["id"], code: $0["code"], says: $0["says"], peer: $0["peer"], at: try Instant($0["at"]), sha256: $0["sha256"],
                size: $0["size"])
        }
    }

    /// A message that was not believed, as it arrived.
    public func quarantineBytes(_ id: Int64) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT bytes FROM quarantine WHERE id = ?", arguments: [id]).map { [UInt8]($0) }
    }

    // MARK: The register as a log

    /// Entries from an index on, the newest first, without those that say who opened a file.
    public func log(from index: Int64, limit: Int) throws -> [LogEntry] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT idx, kind, ref FROM entry WHERE idx >= ?
                  AND NOT EXISTS (SELECT 1 FROM event WHERE event.idx = entry.idx AND event.kind = 'viewed') ORDER BY idx DESC LIMIT ?
                """, arguments: [index, limit]
        ).compactMap { row in
            let ref: String = try row["ref"]
            if try row["kind"] == "act" { return try act(ref).map(LogEntry.act) }
            return try eventBytes(at: row["idx"]).map {
                try .event(try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20), index: row["idx"])
            }
        }
    }

    /// How many acts came and went out from an index on.
    public func actCount(from index: Int64) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM act INDEXED BY act_log WHERE idx >= ?", arguments: [index]) ?? 0
    }

    /// How many acts of each kind came in and went out from an index on.
    public func actCounts(from index: Int64) throws -> [(kind: String, isOutgoing: Bool, count: Int)] {
        try Row.fetchAll(
            db, sql: "SELECT kind, outgoing, COUNT(*) AS many FROM act INDEXED BY act_log WHERE idx >= ? GROUP BY kind, outgoing",
            arguments: [index]
        ).map { try ($0["kind"], $0["outgoing"], $0["many"]) }
    }

    /// How many events of each kind there are from an index on.
    public func eventCounts(from index: Int64) throws -> [String: Int] {
        try Row.fetchAll(
            db, sql: "SELECT kind, COUNT(*) AS many FROM event NOT INDEXED WHERE idx >= ? GROUP BY kind", arguments: [index]
        )
        .reduce(into: [:]) { try $0[$1["kind"]] = $1["many"] }
    }

    // MARK: Peers

    /// When there was last contact with each peer; milliseconds since 1970, the time of the node.
    public func contacts() throws -> [String: Int64] {
        try Row.fetchAll(db, sql: "SELECT state, at FROM contact").reduce(into: [:]) { try $0[$1["state"]] = $1["at"] }
    }

    /// What each peer is owed. What was tried tells how it stands: what waits behind it in the same file is not tried.
    public func owed() throws -> [String: OwedRow] {
        var owed: [String: OwedRow] = [:]
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT peer, acts, packages, attempts, tried AS next, code, says FROM (
                  SELECT peer, attempts, code, says, ROW_NUMBER() OVER (PARTITION BY peer ORDER BY attempts DESC, id) AS place,
                    SUM(kind = 'act') OVER line AS acts, SUM(kind = 'package') OVER line AS packages,
                    COALESCE(MIN(CASE WHEN attempts > 0 THEN next END) OVER line, MIN(next) OVER line) AS tried
                  FROM outbox WHERE stage = 'waiting' WINDOW line AS (PARTITION BY peer)
                ) WHERE place = 1
                """)
        {
            try owed[row["peer"]] = OwedRow(
                acts: row["acts"], packages: row["packages"], attempts: row["attempts"], next: row["next"], code: row["code"],
                says: row["says"])
        }
        return owed
    }
}
