// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Exchange
internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads from one snapshot of the database. Lives only inside `Store.read` or a commit.
public struct Reader {
    let db: Database
    let cache: ActCache

    // MARK: Register

    public func registerSize() throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT COALESCE(MAX(idx) + 1, 0) FROM entry")) ?? 0
    }

    /// The newest signed head; nil for a register without entries.
    public func head(signedBy key: NoteVerifier) throws -> PublishedHead? {
        guard let note = try String.fetchOne(db.cachedStatement(sql: "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")) else {
            return nil
        }
        return try cache.heads.head(note, signedBy: key)
    }

    /// All signed heads, oldest first.
    public func eachCheckpoint(_ body: (_ size: Int64, _ note: String) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT size, note FROM checkpoint ORDER BY size")
        while let row = try rows.next() { try body(row["size"], row["note"]) }
    }

    /// All entries in order, with what they are of.
    public func eachEntry(_ body: (_ index: Int64, _ content: [UInt8], _ kind: String, _ ref: String) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT idx, content, kind, ref FROM entry ORDER BY idx")
        while let row = try rows.next() { try body(row["idx"], [UInt8](row["content"] as Data), row["kind"], row["ref"]) }
    }

    /// Nil when there is no such event, and when its bytes were removed under a rule.
    public func eventBytes(at index: Int64) throws -> [UInt8]? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT bytes FROM event WHERE idx = ? AND length(bytes) > 0"), arguments: [index]).map {
            [UInt8]($0)
        }
    }

    /// An event of a kind of which there are few.
    public func eventBytes(_ id: String, kind: RegisterEvent.Kind) throws -> [UInt8]? {
        try Data.fetchOne(
            db.cachedStatement(
                sql:
                    "SELECT event.bytes FROM event JOIN entry ON entry.idx = event.idx WHERE event.kind = ? AND entry.ref = ? AND length(event.bytes) > 0"
            ),
            arguments: [kind.rawValue, id]
        ).map { [UInt8]($0) }
    }

    /// Events of a file, oldest first.
    public func events(of file: UUIDv7) throws -> [RegisterEvent] {
        try Data.fetchAll(
            db.cachedStatement(sql: "SELECT bytes FROM event WHERE file = ? AND length(bytes) > 0 ORDER BY idx"),
            arguments: [file.description]
        )
        .map { try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20) }
    }

    // MARK: Acts and files

    private func stored(_ row: Row) throws -> StoredAct {
        guard let hash = try Hash(row["hash"] as Data) else { throw ComityError(.storage, "An act in the database has no hash.") }
        let owed: Int = try row["owed"]
        let given: Int = try row["given"]
        let last: String? = try row["last"]
        return try StoredAct(
            id: try UUIDv7(row["id"]), file: try UUIDv7(row["file"]), hash: hash, jws: [UInt8](row["jws"] as Data),
            outgoing: row["outgoing"], index: row["idx"],
            refused: owed > 0 && row["refusals"] == owed, registered: try Instant(row["registered"]),
            receipted: try given >= owed ? last.map { text throws(ComityError) in try Instant(text) } : nil)
    }

    /// An act with how its deliveries stand: all receipted, or refused by all.
    private static let actColumns = """
        act.*, (SELECT MAX(at) FROM receipt WHERE receipt.act = act.id) AS last,
        (SELECT COUNT(*) FROM outbox WHERE outbox.kind = 'act' AND outbox.ref = act.id) AS owed,
        (SELECT COUNT(*) FROM receipt WHERE receipt.act = act.id) AS given,
        (SELECT COUNT(*) FROM outbox WHERE outbox.kind = 'act' AND outbox.ref = act.id AND outbox.stage = 'refused') AS refusals
        FROM act
        """

    public func act(_ id: UUIDv7) throws -> StoredAct? { try act(id.description) }

    public func act(_ id: String) throws -> StoredAct? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT \(Self.actColumns) WHERE act.id = ?"), arguments: [id]).map(stored)
    }

    /// When the requested side got an act, as this register knows: registered here, or the last receipt came back.
    public func arrived(_ id: UUIDv7) throws -> Instant? {
        let sql = """
            SELECT act.outgoing, act.registered, (SELECT MAX(at) FROM receipt WHERE receipt.act = act.id) AS last,
              (SELECT COUNT(*) FROM receipt WHERE receipt.act = act.id)
              >= (SELECT COUNT(*) FROM outbox WHERE outbox.kind = 'act' AND outbox.ref = act.id) AS given
            FROM act WHERE act.id = ?
            """
        guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [id.description]) else { return nil }
        guard try row["outgoing"] else { return try Instant(row["registered"]) }
        guard try row["given"] else { return nil }
        return try (row["last"] as String?).map { text throws(ComityError) in try Instant(text) }
    }

    /// An act by the hash under which it is registered; its bytes are read only when it was not read before.
    public func act(_ id: UUIDv7, hash: Hash) throws -> Act? {
        if let known = cache.acts([hash])[0] { return known }
        guard let jws = try Data.fetchOne(db.cachedStatement(sql: "SELECT jws FROM act WHERE id = ?"), arguments: [id.description]) else {
            return nil
        }
        let act = try UnverifiedAct.registeredPayload([UInt8](jws))
        cache.keep([.init(hash: hash, act: act, size: jws.count)])
        return act
    }

    /// Acts of a file, in the order in which they were registered here.
    public func acts(of file: UUIDv7) throws -> [StoredAct] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT \(Self.actColumns) WHERE act.file = ? ORDER BY act.idx"), arguments: [file.description]
        ).map(
            stored)
    }

    /// Every file that has an act here.
    public func fileIDsOfActs() throws -> [UUIDv7] {
        try String.fetchAll(db.cachedStatement(sql: "SELECT DISTINCT file FROM act")).map { text throws(ComityError) in try UUIDv7(text) }
    }

    /// Receipts for an act, by the State that gave them.
    public func receipts(of act: UUIDv7) throws -> [StateCode: [UInt8]] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT peer, json FROM receipt WHERE act = ?"), arguments: [act.description])
            .reduce(into: [:]) { $0[try StateCode($1["peer"])] = try [UInt8]($1["json"] as Data) }
    }

    /// The step of a file that waits for a second person.
    public func pending(_ file: UUIDv7) throws -> PendingRow? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM pending WHERE file = ?"), arguments: [file.description]).map { row in
            guard let kind = try ActKind(rawValue: row["kind"]) else { throw ComityError(.storage, "A prepared step has an unknown kind.") }
            return try PendingRow(
                file: file, kind: kind, officer: row["officer"], role: row["role"], created: try Instant(row["created"]),
                body: try IJSON.decode(JSONValue.self, from: row["body"] as Data, limit: 64 << 20))
        }
    }

    private static func states(_ text: String) throws -> [StateCode] { try text.split(separator: ",").map { try StateCode(String($0)) } }

    private func fileRow(_ row: Row) throws -> FileRow {
        guard let type = try FileType(rawValue: row["type"]), let side = try Side(rawValue: row["side"]) else {
            throw ComityError(.storage, "A file in the database has an unknown type.")
        }
        return try FileRow(
            id: try UUIDv7(row["id"]), ref: try FileReference(row["ref"]), type: type, side: side,
            counterparts: try Self.states(row["counterpart"]),
            title: row["title"], opened: try Instant(row["opened"]))
    }

    public func file(_ ref: FileReference) throws -> FileRow? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM file WHERE ref = ?"), arguments: [ref.description]).map(fileRow)
    }

    public func file(id: UUIDv7) throws -> FileRow? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM file WHERE id = ?"), arguments: [id.description]).map(fileRow)
    }

    public func hasFiles() throws -> Bool { try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM file)")) ?? false }

    /// How many files a State opened with a request to this one before a moment; counting stops at `most`.
    public func requests(from state: StateCode, before: Instant, most: Int = .max) throws -> Int {
        // A file of several States names all of them, the one that asks first.
        let name = state.description
        return try [("= ?1", name, name), ("> ?1 AND counterpart < ?2", name + ",", name + "-")].reduce(0) { sum, range in
            let count = try Int.fetchOne(
                db,
                sql: """
                    SELECT COUNT(*) FROM (SELECT 1 FROM file INDEXED BY file_from
                    WHERE side = 'requested' AND counterpart \(range.0) AND julianday(opened) < julianday(?3) AND ?2 <> '' LIMIT ?4)
                    """, arguments: [range.1, range.2, before.description, most])
            return min(most, sum + (count ?? 0))
        }
    }

    /// Every file. Pages never ask for it: it takes seconds on a large node.
    public func files() throws -> [FileRow] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM file ORDER BY opened, ref")).map(fileRow)
    }

    /// Files of the same two States whose request links to `file`. A third State cannot hold somebody else's file by naming it.
    public func followers(of file: UUIDv7) throws -> [FileRow] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT file.* FROM link JOIN file ON file.id = link.file JOIN file AS target ON target.id = link.target
                    WHERE link.target = ? AND link.relation = 'follows' AND file.counterpart = target.counterpart AND file.side = target.side
                    ORDER BY file.ref
                    """), arguments: [file.description]
        ).map(fileRow)
    }

    /// Links of a file to others, as target and relation.
    public func links(of file: UUIDv7) throws -> [(target: String, relation: String)] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT target, relation FROM link WHERE file = ? ORDER BY target, relation"),
            arguments: [file.description]
        )
        .map { try ($0["target"], $0["relation"]) }
    }

    /// Files that a file links to, and those that link to it.
    public func neighbours(of file: UUIDv7) throws -> [FileRow] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM file WHERE id IN (SELECT target FROM link WHERE file = ?1 UNION SELECT file FROM link WHERE target = ?1)
                    ORDER BY opened, ref
                    """), arguments: [file.description]
        ).map(fileRow)
    }

    /// Directory entries of peers that were replaced: their keys still verify what they signed.
    public func formerEntries() throws -> [DirectoryEntry] {
        try Data.fetchAll(db.cachedStatement(sql: "SELECT jws FROM former_entry ORDER BY rowid")).map {
            try cache.entries.entry(verifying: [UInt8]($0))
        }
    }

    private static func saved(_ officer: String?, _ at: String?) throws(ComityError) -> DraftRow.Saved? {
        guard let officer, let at else { return nil }
        return DraftRow.Saved(officer: officer, at: try Instant(at))
    }

    private func draftRow(_ row: Row) throws -> DraftRow {
        guard let type = try FileType(rawValue: row["type"]) else {
            throw ComityError(.storage, "A draft in the database has an unknown type.")
        }
        return try DraftRow(
            ref: try FileReference(row["ref"]), type: type, recipients: try Self.states(row["recipient"]), officer: row["officer"],
            role: row["role"],
            created: try Instant(row["created"]), content: try IJSON.decode(JSONValue.self, from: row["content"] as Data, limit: 64 << 20),
            approval: try (row["approval"] as Data?).map { data throws(ComityError) in
                try IJSON.decode(Act.Approval.self, from: data, limit: 1 << 16)
            }, stage: DraftRow.Stage(rawValue: row["stage"]) ?? .draft, comment: row["comment"],
            overrides: try (row["overrides"] as Data?).map { data throws(ComityError) in
                try IJSON.decode([DraftRow.Override].self, from: data, limit: 4 << 20)
            } ?? [], version: row["version"],
            saved: try Self.saved(row["saved_by"], row["saved_at"]),
            writers: (row["writers"] as String).split(separator: " ").map(String.init),
            form: try (row["form"] as Data?).map { data throws(ComityError) in
                try IJSON.decode(JSONValue.self, from: data, limit: 64 << 20)
            })
    }

    /// A draft that has not been sent.
    public func draft(_ ref: FileReference) throws -> DraftRow? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM draft WHERE ref = ? AND sent IS NULL"), arguments: [ref.description]).map(
            draftRow)
    }

    public func drafts() throws -> [DraftRow] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM draft WHERE sent IS NULL ORDER BY ref")).map(draftRow)
    }

    // MARK: Packages

    func packageRow(_ row: Row) throws -> PackageRow {
        guard let stage = try PackageRow.Stage(rawValue: row["stage"]) else {
            throw ComityError(.storage, "A package has an unknown stage.")
        }
        return try PackageRow(
            digest: row["digest"], file: try UUIDv7(row["file"]), name: row["name"], size: row["size"], exhibits: row["exhibits"],
            outgoing: row["outgoing"], stage: stage,
            conditions: try IJSON.decode([String].self, from: row["conditions"] as Data, limit: 1 << 20))
    }

    public func package(_ digest: String) throws -> PackageRow? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM package WHERE digest = ?"), arguments: [digest]).map(packageRow)
    }

    public func packages(of file: UUIDv7) throws -> [PackageRow] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM package WHERE file = ? ORDER BY created, digest"), arguments: [file.description]
        ).map(
            packageRow)
    }

    public func parts(ofPackage digest: String) throws -> Set<Int> {
        try Set(Int.fetchAll(db.cachedStatement(sql: "SELECT number FROM part WHERE package = ?"), arguments: [digest]))
    }

    public func isReminded(_ id: String) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM reminder WHERE id = ?)"), arguments: [id]) ?? false
    }

    // MARK: Trust

    private func peer(_ row: Row) throws -> Peer {
        let jws = try [UInt8](row["jws"] as Data)
        guard let trust = try Peer.Trust(rawValue: row["trust"]) else {
            throw ComityError(.storage, "A peer in the database has an unknown trust.")
        }
        return try Peer(
            entry: try cache.entries.entry(verifying: jws), jws: jws, trust: trust, addedAt: try Instant(row["added"]),
            confirmedAt: try (row["confirmed"] as String?).map { text throws(ComityError) in try Instant(text) },
            confirmedBy: row["confirmed_by"])
    }

    public func peers() throws -> [Peer] { try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM peer ORDER BY state")).map(peer) }

    public func peer(_ state: StateCode) throws -> Peer? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM peer WHERE state = ?"), arguments: [state.description]).map(peer)
    }

    public func officers() throws -> [String: String] {
        try Dictionary(
            Row.fetchAll(db.cachedStatement(sql: "SELECT id, role FROM officer")).map { (try $0["id"], try $0["role"]) },
            uniquingKeysWith: { first, _ in first })
    }

    public func setting(_ name: String) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: "SELECT value FROM setting WHERE name = ?"), arguments: [name])
    }

    /// Bytes of the database file.
    public func databaseSize() throws -> Int64 {
        (try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA page_count")) ?? 0)
            * (try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA page_size")) ?? 0)
    }

    /// The database itself says that its pages are whole.
    public func integrity() throws -> String { try String.fetchOne(db.cachedStatement(sql: "PRAGMA quick_check")) ?? "no answer" }
}
