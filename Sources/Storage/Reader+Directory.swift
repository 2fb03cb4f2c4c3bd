// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Reader {
    /// The change of this node's entry that is prepared.
    public func proposal() throws -> ProposalRow? {
        try Data.fetchOne(db, sql: "SELECT detail FROM directory_proposal").map {
            try IJSON.decode(ProposalRow.self, from: $0, limit: 4 << 20)
        }
    }

    public func secretariats() throws -> [SecretariatRow] {
        try Data.fetchAll(db, sql: "SELECT detail FROM secretariat ORDER BY id").map {
            try IJSON.decode(SecretariatRow.self, from: $0, limit: 1 << 16)
        }
    }

    public func secretariat(_ id: String) throws -> SecretariatRow? {
        try Data.fetchOne(db, sql: "SELECT detail FROM secretariat WHERE id = ?", arguments: [id]).map {
            try IJSON.decode(SecretariatRow.self, from: $0, limit: 1 << 16)
        }
    }

    /// When entries were last shown to be the newest, by State.
    public func entryChecks() throws -> [StateCode: EntryCheckRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM entry_check").reduce(into: [:]) { found, row in
            let state = try StateCode(row["state"])
            found[state] = try EntryCheckRow(
                state: state, asked: row["asked"], listedBy: row["listed_by"],
                listed: try (row["listed"] as String?).map { text throws(ComityError) in try Instant(text) })
        }
    }

    /// Numbers of a State that were known from something that was believed, oldest first.
    public func knownNumbers(_ state: StateCode) throws -> [KnownNumberRow] {
        try Row.fetchAll(db, sql: "SELECT number, source, at FROM known_number WHERE state = ? ORDER BY at", arguments: [state.description])
            .map { try KnownNumberRow(number: $0["number"], source: $0["source"], at: try Instant($0["at"])) }
    }

    private func ring(_ row: Row) throws -> RingRow {
        func moment(_ name: String) throws -> Instant? {
            try (row[name] as String?).map { text throws(ComityError) in try Instant(text) }
        }
        return try RingRow(
            id: try UUIDv7(row["id"]), state: try StateCode(row["state"]), isIncoming: row["incoming"], number: row["number"],
            officer: row["officer"], at: try Instant(row["at"]), reached: try moment("reached"), answered: try moment("answered"),
            by: row["by"])
    }

    /// Test calls with a State, or with all, the newest first.
    public func rings(with state: StateCode? = nil, limit: Int) throws -> [RingRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM ring WHERE ?1 IS NULL OR state = ?1 ORDER BY began DESC, id DESC LIMIT ?2",
            arguments: [state?.description, limit]
        ).map(ring)
    }

    /// The newest test call that went out to each State.
    public func lastRings() throws -> [StateCode: RingRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT * FROM ring WHERE incoming = 0 AND began = (
                  SELECT MAX(began) FROM ring AS other WHERE other.state = ring.state AND other.incoming = 0)
                """
        ).map(ring).reduce(into: [:]) { $0[$1.state] = $1 }
    }

    public func ring(_ id: UUIDv7) throws -> RingRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM ring WHERE id = ?", arguments: [id.description]).map(ring)
    }

    /// Test calls that came and that nobody has answered, oldest first.
    public func openRings() throws -> [RingRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM ring WHERE incoming = 1 AND answered IS NULL ORDER BY began").map(ring)
    }

    /// Notices that are owed.
    public func notices() throws -> [NoticeRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM notice ORDER BY next").map {
            try NoticeRow(
                id: try UUIDv7($0["id"]), peer: try StateCode($0["peer"]), jws: [UInt8]($0["jws"] as Data), attempts: $0["attempts"],
                next: $0["next"], until: $0["until"])
        }
    }

    public func isNoticeSeen(_ id: UUIDv7) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM notice_seen WHERE id = ?)", arguments: [id.description]) ?? false
    }

    /// Acts that came from or went to a State, registered at or after a moment, oldest first: id and the file.
    /// - Parameter state: of the other side; nil: of all files.
    public func acts(outgoing: Bool, with state: StateCode?, since: Instant) throws -> [StoredAct] {
        let ids = try String.fetchAll(
            db,
            sql: """
                SELECT act.id FROM act JOIN file ON file.id = act.file
                WHERE act.outgoing = ?1 AND julianday(act.registered) >= julianday(?2)
                  AND (?3 IS NULL OR instr(',' || file.counterpart || ',', ',' || ?3 || ',') > 0) ORDER BY act.idx
                """, arguments: [outgoing, since.description, state?.description])
        return try ids.compactMap { try act($0) }
    }
}
