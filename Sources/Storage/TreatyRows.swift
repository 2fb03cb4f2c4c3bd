// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A record of the treaty that this node keeps, as it was hashed into the register.
public struct TreatyRow: Sendable {
    public let id: String
    /// Id of the event that registered it.
    public let event: UUIDv7
    public let bytes: [UInt8]

    public init(id: String, event: UUIDv7, bytes: [UInt8]) {
        self.id = id
        self.event = event
        self.bytes = bytes
    }
}

extension Reader {
    /// In the order in which they were kept.
    public func treatyRecords() throws -> [TreatyRow] {
        try Row.fetchAll(db, sql: "SELECT id, event, bytes FROM treaty_record ORDER BY idx").map { row in
            TreatyRow(id: try row["id"], event: try UUIDv7(row["event"] as String), bytes: [UInt8](try row["bytes"] as Data))
        }
    }
}

/// What this node keeps of a meeting, as it was hashed into the register.
public struct MeetingRow: Sendable {
    /// Id of the change.
    public let id: String
    public let meeting: String
    /// Id of the event that registered it.
    public let event: UUIDv7
    public let bytes: [UInt8]

    public init(id: String, meeting: String, event: UUIDv7, bytes: [UInt8]) {
        self.id = id
        self.meeting = meeting
        self.event = event
        self.bytes = bytes
    }
}

extension Reader {
    /// In the order in which they were kept.
    /// - Parameter meeting: id of one; nil: of all.
    public func meetingChanges(of meeting: String? = nil) throws -> [MeetingRow] {
        try Row.fetchAll(
            db, sql: "SELECT id, meeting, event, bytes FROM meeting_change WHERE ?1 IS NULL OR meeting = ?1 ORDER BY idx",
            arguments: [meeting]
        ).map { row in
            MeetingRow(
                id: try row["id"], meeting: try row["meeting"], event: try UUIDv7(row["event"] as String),
                bytes: [UInt8](try row["bytes"] as Data))
        }
    }
}

extension Writer {
    /// Keeps a change of a meeting and registers it, both or neither.
    public mutating func insert(_ row: MeetingRow, _ event: RegisterEvent) throws {
        try append(event)
        try db.execute(
            sql: "INSERT INTO meeting_change (id, meeting, event, bytes) VALUES (?, ?, ?, ?)",
            arguments: [row.id, row.meeting, row.event.description, Data(row.bytes)])
    }

    /// Keeps a record and registers it, both or neither.
    public mutating func insert(_ row: TreatyRow, _ event: RegisterEvent) throws {
        try append(event)
        try db.execute(
            sql: "INSERT INTO treaty_record (id, event, bytes) VALUES (?, ?, ?)",
            arguments: [row.id, row.event.description, Data(row.bytes)])
    }
}
