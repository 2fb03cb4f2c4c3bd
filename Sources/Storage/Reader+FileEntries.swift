// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An entry of the register that belongs to one file.
public struct FileEntry: Sendable {
    public enum Source: String, Sendable { case act, event }

    public let index: Int64
    /// What the entry holds: SHA-256 of the act's payload or of the event's bytes.
    public let content: Hash
    public let source: Source
    /// Id of the act or event.
    public let id: UUIDv7
}

extension Reader {
    private static let entriesOfFile = """
        SELECT entry.idx AS idx, entry.content AS content, 'act' AS source, act.id AS id
          FROM act JOIN entry ON entry.idx = act.idx WHERE act.file = :file
        UNION ALL
        SELECT entry.idx, entry.content, 'event', entry.ref FROM event JOIN entry ON entry.idx = event.idx WHERE event.file = :file
        """

    /// Entries of a file, newest first.
    public func entries(of file: UUIDv7, limit: Int, offset: Int) throws -> [FileEntry] {
        try Row.fetchAll(
            db, sql: "\(Self.entriesOfFile) ORDER BY idx DESC LIMIT :limit OFFSET :offset",
            arguments: ["file": file.description, "limit": limit, "offset": offset]
        ).map { row in
            guard let hash = try Hash(row["content"] as Data), let source = try FileEntry.Source(rawValue: row["source"]) else {
                throw ComityError(.storage, "An entry of the register cannot be read.")
            }
            return try FileEntry(index: row["idx"], content: hash, source: source, id: try UUIDv7(row["id"]))
        }
    }

    public func entryCount(of file: UUIDv7) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM (\(Self.entriesOfFile))", arguments: ["file": file.description]) ?? 0
    }

    /// When each State's receipt for an act was registered here.
    public func receiptTimes(of act: UUIDv7) throws -> [StateCode: Instant] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT peer, at FROM receipt WHERE act = ?"), arguments: [act.description])
            .reduce(into: [:]) { $0[try StateCode($1["peer"])] = try Instant($1["at"]) }
    }
}
