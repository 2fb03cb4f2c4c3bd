// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The time stamp of a package: owed, or kept. Times of attempts are milliseconds since 1970, real time.
public struct TimeStampRow: Sendable {
    /// What a service answered, after it was verified.
    public struct Kept: Sendable, Equatable {
        /// The answer exactly as it came: `TimeStampResp`, DER.
        public let bytes: [UInt8]
        /// The time that the service says.
        public let time: Instant
        /// The name in the certificate of the service.
        public let authority: String
        /// The address that was asked.
        public let service: String

        public init(bytes: [UInt8], time: Instant, authority: String, service: String) {
            self.bytes = bytes
            self.time = time
            self.authority = authority
            self.service = service
        }
    }

    /// Digest of the package.
    public let package: String
    public let attempts: Int
    /// When to ask next, while there is none.
    public let next: Int64
    /// Why the last attempt failed.
    public let says: String?
    public let kept: Kept?
}

extension Reader {
    private func timeStampRow(_ row: Row) throws -> TimeStampRow {
        var kept: TimeStampRow.Kept?
        if let bytes = try row["bytes"] as Data? {
            kept = try .init(bytes: [UInt8](bytes), time: try Instant(row["time"]), authority: row["authority"], service: row["service"])
        }
        return try TimeStampRow(package: row["package"], attempts: row["attempts"], next: row["next"], says: row["says"], kept: kept)
    }

    public func timeStamp(ofPackage digest: String) throws -> TimeStampRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM time_stamp WHERE package = ?", arguments: [digest]).map(timeStampRow)
    }

    /// Those that are owed and due, the longest due first.
    public func dueTimeStamps(at time: Int64, limit: Int) throws -> [TimeStampRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM time_stamp WHERE bytes IS NULL AND next <= ? ORDER BY next LIMIT ?", arguments: [time, limit]
        ).map(timeStampRow)
    }

    /// How many are owed, and how many of them were asked for more than three times.
    public func owedTimeStamps() throws -> (all: Int, stuck: Int) {
        let row = try Row.fetchOne(
            db, sql: "SELECT COUNT(*) AS many, COUNT(CASE WHEN attempts > 3 THEN 1 END) AS stuck FROM time_stamp WHERE bytes IS NULL")
        return try (row?["many"] ?? 0, row?["stuck"] ?? 0)
    }
}

extension Writer {
    /// Owes a package a time stamp, or moves the next attempt. One that is there stays.
    public func oweTimeStamp(_ package: String, next: Int64) throws {
        try db.execute(
            sql: "INSERT INTO time_stamp (package, next) VALUES (?, ?) ON CONFLICT (package) DO UPDATE SET next = excluded.next",
            arguments: [package, next])
    }

    public func failTimeStamp(_ package: String, next: Int64, says: String) throws {
        try db.execute(
            sql: "UPDATE time_stamp SET attempts = attempts + 1, next = ?, says = ? WHERE package = ? AND bytes IS NULL",
            arguments: [next, says, package])
    }

    /// Keeps a time stamp; the first one stays.
    public func keepTimeStamp(_ package: String, _ kept: TimeStampRow.Kept) throws {
        try db.execute(
            sql: """
                INSERT INTO time_stamp (package, next, bytes, time, authority, service) VALUES (?, 0, ?, ?, ?, ?)
                ON CONFLICT (package) DO UPDATE SET
                  bytes = excluded.bytes, time = excluded.time, authority = excluded.authority, service = excluded.service, says = NULL
                WHERE bytes IS NULL
                """,
            arguments: [package, Data(kept.bytes), kept.time.description, kept.authority, kept.service])
    }
}
