// SPDX-License-Identifier: Apache-2.0

import Exchange
internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    /// Keeps the prepared change of this node's entry, in the place of the one before; nil ends it.
    public func setProposal(_ row: ProposalRow?) throws {
        guard let row else { return try db.execute(sql: "DELETE FROM directory_proposal") }
        try db.execute(
            sql: "INSERT OR REPLACE INTO directory_proposal (slot, detail) VALUES (1, ?)", arguments: [Data(try IJSON.encode(row))])
    }

    public func save(_ row: SecretariatRow) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO secretariat (id, detail) VALUES (?, ?)", arguments: [row.id, Data(try IJSON.encode(row))])
    }

    /// The State's own node showed this entry as its newest.
    public func noteAsked(_ state: StateCode, at milliseconds: Int64) throws {
        try db.execute(
            sql: "INSERT INTO entry_check (state, asked) VALUES (?1, ?2) ON CONFLICT (state) DO UPDATE SET asked = ?2",
            arguments: [state.description, milliseconds])
    }

    /// A published list had it.
    public func noteListed(_ state: StateCode, by publisher: String, at: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO entry_check (state, listed_by, listed) VALUES (?1, ?2, ?3)
                ON CONFLICT (state) DO UPDATE SET listed_by = ?2, listed = ?3
                """, arguments: [state.description, publisher, at.description])
    }

    /// Numbers that are known from something that is believed; the first source of each stays.
    public func noteNumbers(_ numbers: [String], of state: StateCode, source: String, at: Instant) throws {
        for number in numbers {
            try db.execute(
                sql: "INSERT OR IGNORE INTO known_number (state, digits, number, source, at) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    state.description, number.filter { $0.isASCII && $0.isNumber }, number, source, at.description,
                ])
        }
    }

    /// Numbers that came to be known from a moment on are not believed any more.
    public func forgetNumbers(of state: StateCode, since: Instant) throws {
        try db.execute(
            sql: "DELETE FROM known_number WHERE state = ? AND julianday(at) >= julianday(?)",
            arguments: [state.description, since.description])
    }

    public func insert(_ ring: RingRow) throws {
        try db.execute(
            sql: """
                INSERT INTO ring (id, state, incoming, number, officer, at, reached, answered, by, began)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                ring.id.description, ring.state.description, ring.isIncoming, ring.number, ring.officer, ring.at.description,
                ring.reached?.description, ring.answered?.description, ring.by, ring.at.milliseconds,
            ])
    }

    /// The other node has the ring.
    public func setReached(_ ring: UUIDv7, at: Instant) throws {
        try db.execute(
            sql: "UPDATE ring SET reached = ? WHERE id = ? AND reached IS NULL", arguments: [at.description, ring.description])
    }

    /// - Returns: false when it was answered before.
    public func setAnswered(_ ring: UUIDv7, at: Instant, by: String) throws -> Bool {
        try db.execute(
            sql: "UPDATE ring SET answered = ?, by = ? WHERE id = ? AND answered IS NULL",
            arguments: [at.description, by, ring.description])
        return db.changesCount == 1
    }

    public func insert(_ notice: NoticeRow) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO notice (id, peer, jws, attempts, next, until) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                notice.id.description, notice.peer.description, Data(notice.jws), notice.attempts, notice.next, notice.until,
            ])
    }

    public func postpone(_ notice: NoticeRow, next: Int64) throws {
        try db.execute(
            sql: "UPDATE notice SET attempts = attempts + 1, next = ? WHERE id = ? AND peer = ?",
            arguments: [next, notice.id.description, notice.peer.description])
    }

    public func delete(_ notice: NoticeRow) throws {
        try db.execute(
            sql: "DELETE FROM notice WHERE id = ? AND peer = ?", arguments: [notice.id.description, notice.peer.description])
    }

    /// - Returns: false when it came before.
    public func seeNotice(_ id: UUIDv7, at milliseconds: Int64) throws -> Bool {
        try db.execute(
            sql: "INSERT OR IGNORE INTO notice_seen (id, at) VALUES (?, ?)", arguments: [id.description, milliseconds])
        return db.changesCount == 1
    }

    /// Keeps an entry of this node itself that another has followed: it verifies what was signed then.
    public func retireOwn(_ jws: [UInt8], of state: StateCode) throws {
        try db.execute(sql: "INSERT OR IGNORE INTO former_entry (state, jws) VALUES (?, ?)", arguments: [state.description, Data(jws)])
    }
}
