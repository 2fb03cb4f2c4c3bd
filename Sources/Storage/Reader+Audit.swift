// SPDX-License-Identifier: Apache-2.0

internal import Exchange
internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An entry with what it is of, exactly as the tables have it.
public struct AuditRow: Sendable {
    public struct StoredAct: Sendable {
        public let id: String
        public let hash: Hash?
        public let outgoing: Bool
        public let jws: [UInt8]
    }

    /// Kind of the act or event, as its own row says.
    public let what: String?

    public let index: Int64
    /// Nil when it is no hash.
    public let content: Hash?
    public let kind: String
    public let ref: String
    /// Id of the file.
    public let file: String?
    public let act: StoredAct?
    public let event: [UInt8]?
}

extension Reader {
    /// All entries in order.
    public func eachAuditRow(_ body: (AuditRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT entry.idx, entry.content, entry.kind, entry.ref, event.bytes, event.file, act.id, act.hash, act.outgoing, act.jws, act.file, COALESCE(event.kind, act.kind)
                FROM entry LEFT JOIN event ON event.idx = entry.idx LEFT JOIN act ON act.idx = entry.idx ORDER BY entry.idx
                """)
        while let row = try rows.next() {
            let act: AuditRow.StoredAct? = (row[6] as String?).map { id in
                .init(id: id, hash: Hash(row[7] as Data), outgoing: row[8], jws: [UInt8](row[9] as Data))
            }
            try body(
                AuditRow(
                    what: row[11], index: row[0], content: Hash(row[1] as Data), kind: row[2], ref: row[3], file: row[5] ?? row[10],
                    act: act,
                    event: (row[4] as Data?).flatMap { $0.isEmpty ? nil : [UInt8]($0) }))
        }
    }

    /// What SQLite finds wrong with its pages and indexes, at most five things; empty when nothing is.
    public func damage() throws -> [String] {
        try String.fetchAll(db, sql: "PRAGMA integrity_check(5)").filter { $0 != "ok" }.map { Text.safe($0, limit: 200) }
    }

    public func fileCount() throws -> Int64 { try Int64.fetchOne(db, sql: "SELECT COUNT(*) FROM file") ?? 0 }

    /// Ids of all files.
    public func fileIDs() throws -> [UUIDv7] {
        try String.fetchAll(db, sql: "SELECT id FROM file ORDER BY id").map { text throws(ComityError) in try UUIDv7(text) }
    }

    /// Files that have acts and are not in the list of files.
    public func orphanFileIDs() throws -> [String] {
        try String.fetchAll(db, sql: "SELECT DISTINCT file FROM act WHERE file NOT IN (SELECT id FROM file) ORDER BY file")
    }

    /// Events of a file of one kind, oldest first.
    public func events(of file: UUIDv7, kind: RegisterEvent.Kind) throws -> [RegisterEvent] {
        try Data.fetchAll(
            // Of one file there are few; without the plus SQLite reads all events of the kind.
            db.cachedStatement(sql: "SELECT bytes FROM event WHERE file = ? AND +kind = ? ORDER BY idx"),
            arguments: [file.description, kind.rawValue]
        ).map { try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20) }
    }
}
