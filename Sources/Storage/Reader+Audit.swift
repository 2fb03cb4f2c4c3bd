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
        public let kind: String?
        /// Id of the file.
        public let file: String?
        /// Nil when its file was in the list of files, with which it is read and judged (``Reader/filedActs(of:judge:)``).
        public let jws: [UInt8]?
    }

    /// Kind of the event, as its own row says.
    public let what: String?

    public let index: Int64
    /// When the machine made it, in milliseconds since 1970; nil for one that is older than these times, and for what is no time.
    public let at: Int64?
    /// Nil when it is no hash.
    public let content: Hash?
    public let kind: String
    public let ref: String
    /// Id of the file of the act or event.
    public let file: String?
    public let act: StoredAct?
    public let event: [UInt8]?
}

extension Reader {
    /// All entries in order.
    /// - Parameter size: entries that there were when the list of files was read: the acts of later ones come with their bytes, since nobody
    ///   reads them with their file.
    public func eachAuditRow(filedUpTo size: Int64, _ body: (AuditRow) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT entry.idx, entry.content, entry.kind, entry.ref, event.bytes, event.file, act.id, act.hash, act.outgoing,
                    CASE WHEN file.id IS NULL OR entry.idx >= ?1 THEN act.jws END, act.file, act.kind, event.kind, entry.at, file.id IS NULL OR entry.idx >= ?1
                FROM entry LEFT JOIN event ON event.idx = entry.idx LEFT JOIN act ON act.idx = entry.idx
                    LEFT JOIN file ON file.id = act.file ORDER BY entry.idx
                """, arguments: [size])
        // What is not of the kind that belongs there reads as absent, so that the audit can say which entry it is.
        func bytes(_ row: Row, _ column: Int) -> [UInt8]? { (try? row[column] as Data?)?.map { [UInt8]($0) } }
        func text(_ row: Row, _ column: Int) -> String? { try? row[column] }
        while let row = try rows.next() {
            let act: AuditRow.StoredAct? = text(row, 6).map { id in
                .init(
                    id: id, hash: bytes(row, 7).flatMap(Hash.init), outgoing: (try? row[8]) ?? false, kind: text(row, 11),
                    file: text(row, 10), jws: (try? row[14]) == false ? nil : bytes(row, 9) ?? [])
            }
            try body(
                AuditRow(
                    what: text(row, 12), index: row[0], at: try? row[13], content: bytes(row, 1).flatMap(Hash.init),
                    kind: text(row, 2) ?? "",
                    ref: text(row, 3) ?? "", file: text(row, 5) ?? text(row, 10), act: act,
                    event: bytes(row, 4).flatMap { $0.isEmpty ? nil : $0 }))
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

    /// The bytes of the events of a file of one kind, oldest first.
    public func eventBytes(of file: UUIDv7, kind: RegisterEvent.Kind) throws -> [[UInt8]] {
        try Data.fetchAll(
            // Of one file there are few; without the plus SQLite reads all events of the kind.
            db.cachedStatement(sql: "SELECT bytes FROM event WHERE file = ? AND +kind = ? ORDER BY idx"),
            arguments: [file.description, kind.rawValue]
        ).map { [UInt8]($0) }
    }

    /// The receipts for the acts of a file, by the id of the act.
    public func receiptBytes(of file: UUIDv7) throws -> [String: [(state: StateCode, bytes: [UInt8])]] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT receipt.act, receipt.peer, receipt.json FROM act INDEXED BY act_filed CROSS JOIN receipt
                    WHERE act.file = ? AND receipt.act = act.id
                    """), arguments: [file.description]
        ).reduce(into: [:]) { try $0[$1[0], default: []].append((StateCode($1[1]), [UInt8]($1[2] as Data))) }
    }
}
