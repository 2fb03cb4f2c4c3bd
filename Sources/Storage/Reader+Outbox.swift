// SPDX-License-Identifier: Apache-2.0

import Dossier
internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What is owed to other States, and what came from them and was not believed.
extension Reader {
    private func outboxRow(_ row: Row) throws -> OutboxRow {
        guard let kind = try OutboxRow.Kind(rawValue: row["kind"]), let stage = try OutboxRow.Stage(rawValue: row["stage"]) else {
            throw ComityError(.storage, "A row of the outbox cannot be read.")
        }
        return try OutboxRow(
            id: row["id"], peer: try StateCode(row["peer"]), kind: kind, ref: row["ref"], attempts: row["attempts"], next: row["next"],
            stage: stage,
            code: row["code"], says: row["says"], file: try (row["file"] as String?).map { text throws(ComityError) in try UUIDv7(text) },
            isEmergency: (row["urgency"] as Int?) == WorkRow.emergency)
    }

    /// Rows of the outbox, each with the file that it belongs to, and how urgent that is.
    /// - Parameter newer: only rows after one, found by their number.
    private static func outbox(_ condition: String, newer: Bool = false) -> String {
        """
        SELECT outbox.*, COALESCE(act.file, package.file) AS file, work.urgency FROM outbox \(newer ? "NOT INDEXED" : "")
        LEFT JOIN act ON outbox.kind = 'act' AND act.id = outbox.ref
        LEFT JOIN package ON outbox.kind = 'package' AND package.digest = outbox.ref
        LEFT JOIN work ON work.file = COALESCE(act.file, package.file) WHERE \(condition) ORDER BY outbox.id
        """
    }

    /// What is owed, oldest first.
    public func waiting() throws -> [OutboxRow] {
        try Row.fetchAll(db.cachedStatement(sql: Self.outbox("outbox.stage = 'waiting'"))).map(outboxRow)
    }

    /// Peers to whom something of a kind is owed; takes a step for each of them, not for each row.
    public func peersOwed(_ kind: OutboxRow.Kind) throws -> [StateCode] {
        try String.fetchAll(
            db.cachedStatement(
                sql: """
                    WITH RECURSIVE owed (peer) AS (
                      SELECT MIN(peer) FROM outbox INDEXED BY outbox_owed WHERE stage = 'waiting' AND kind = ?1
                      UNION ALL
                      SELECT (SELECT MIN(peer) FROM outbox INDEXED BY outbox_owed WHERE stage = 'waiting' AND kind = ?1 AND peer > owed.peer)
                      FROM owed WHERE owed.peer IS NOT NULL)
                    SELECT peer FROM owed WHERE peer IS NOT NULL
                    """), arguments: [kind.rawValue]
        ).map { text throws(ComityError) in try StateCode(text) }
    }

    /// What has come to be owed to a peer after a row of the outbox, oldest first; looks only at newer rows.
    public func waiting(for peer: StateCode, after id: Int64) throws -> [OutboxRow] {
        try Row.fetchAll(
            db.cachedStatement(sql: Self.outbox("outbox.id > ? AND outbox.stage = 'waiting' AND outbox.peer = ?", newer: true)),
            arguments: [id, peer.description]
        ).map(outboxRow)
    }

    /// All that is owed to a peer, oldest first.
    public func waiting(for peer: StateCode) throws -> [OutboxRow] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: Self.outbox("outbox.stage = 'waiting' AND outbox.kind IN ('act', 'package') AND outbox.peer = ?")),
            arguments: [peer.description]
        ).map(outboxRow)
    }

    /// What is owed of the acts of a file and was not delivered, by the id of the act.
    public func undelivered(of file: UUIDv7) throws -> [String: [OutboxRow]] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT outbox.*, act.file, NULL AS urgency FROM act JOIN outbox ON outbox.kind = 'act' AND outbox.ref = act.id
                WHERE act.file = ? AND outbox.stage <> 'delivered' ORDER BY outbox.id
                """, arguments: [file.description]
        ).map(outboxRow)
        return Dictionary(grouping: rows, by: \.ref)
    }

    /// What is owed of one act or package, a row for each recipient.
    public func outbox(_ kind: OutboxRow.Kind, _ ref: String) throws -> [OutboxRow] {
        try Row.fetchAll(db.cachedStatement(sql: Self.outbox("outbox.kind = ? AND outbox.ref = ?")), arguments: [kind.rawValue, ref]).map(
            outboxRow)
    }

    public func quarantine() throws -> [QuarantineRow] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT id, code, says, peer, at, sha256, length(bytes) AS size FROM quarantine ORDER BY id")
        ).map {
            try QuarantineRow(
                id: $0["id"], code: $0["code"], says: $0["says"], peer: $0["peer"], at: try Instant($0["at"]), sha256: $0["sha256"],
                size: $0["size"])
        }
    }

    /// How many messages from a peer were put into quarantine since a time, and their bytes.
    public func quarantined(from peer: String, since: Instant) throws -> (messages: Int, bytes: Int64) {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT COUNT(*), COALESCE(SUM(length(bytes)), 0) FROM quarantine WHERE peer = ? AND at >= ?"),
            arguments: [peer, since.description]
        ).map { row in (try row[0], try row[1]) } ?? (0, 0)
    }

    /// A message with this digest lies there.
    public func isQuarantined(_ sha256: String) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM quarantine WHERE sha256 = ?)"), arguments: [sha256]) ?? false
    }

    /// Events of a kind of which there are few, oldest first.
    public func events(_ kind: RegisterEvent.Kind) throws -> [RegisterEvent] {
        try Data.fetchAll(
            db.cachedStatement(sql: "SELECT bytes FROM event WHERE kind = ? AND length(bytes) > 0 ORDER BY idx"), arguments: [kind.rawValue]
        ).map { try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20) }
    }
}
