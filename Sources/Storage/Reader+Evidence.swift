// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Reader {
    private func uploadRow(_ row: Row) throws -> UploadRow {
        try UploadRow(
            id: try UUIDv7(row["id"]), ref: try FileReference(row["ref"]), officer: row["officer"], created: row["created"],
            detail: [UInt8](row["detail"] as Data))
    }

    public func upload(_ id: UUIDv7) throws -> UploadRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM upload WHERE id = ?", arguments: [id.description]).map(uploadRow)
    }

    public func uploads() throws -> [UploadRow] { try Row.fetchAll(db, sql: "SELECT * FROM upload ORDER BY created").map(uploadRow) }

    private func taskRow(_ row: Row) throws -> TaskRow {
        guard let state = try TaskRow.State(rawValue: row["state"]) else { throw ComityError(.storage, "A task has an unknown state.") }
        return try TaskRow(
            id: try UUIDv7(row["id"]), kind: row["kind"], officer: row["officer"],
            ref: try (row["ref"] as String?).map { text throws(ComityError) in try FileReference(text) }, subject: row["subject"],
            state: state, started: row["started"], ended: row["ended"],
            result: try (row["result"] as Data?).map { data throws(ComityError) in
                try IJSON.decode(JSONValue.self, from: data, limit: 1 << 20)
            } ?? .null)
    }

    public func task(_ id: UUIDv7) throws -> TaskRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM task WHERE id = ?", arguments: [id.description]).map(taskRow)
    }

    /// Tasks of one subject, the newest first.
    public func tasks(on subject: String) throws -> [TaskRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM task WHERE subject = ? ORDER BY started DESC LIMIT 20", arguments: [subject]).map(taskRow)
    }

    /// Every package of every file, the newest first, with when it was announced or sealed.
    public func packages(limit: Int) throws -> [(package: PackageRow, created: Instant)] {
        try Row.fetchAll(db, sql: "SELECT * FROM package ORDER BY created DESC, digest LIMIT ?", arguments: [limit])
            .map { (try packageRow($0), try Instant($0["created"])) }
    }

    /// How many packages there are in all files.
    public func packageCount() throws -> Int { try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM package") ?? 0 }

    /// When a package was announced or sealed.
    public func created(ofPackage digest: String) throws -> Instant? {
        try String.fetchOne(db, sql: "SELECT created FROM package WHERE digest = ?", arguments: [digest])
            .map { text throws(ComityError) in try Instant(text) }
    }

    /// What is known of the inside of a package.
    public func record(ofPackage digest: String) throws -> [UInt8]? {
        try Data.fetchOne(db, sql: "SELECT record FROM package_record WHERE package = ?", arguments: [digest]).map { [UInt8]($0) }
    }

    // MARK: Register

    /// Entries before `index`, the newest first.
    /// - Parameters:
    ///   - what: only this kind of act or event.
    ///   - file: only of this file.
    public func entries(before index: Int64, what: String?, file: UUIDv7?, limit: Int) throws -> [EntryRow] {
        var chosen = "SELECT idx FROM entry WHERE idx < :before ORDER BY idx DESC LIMIT :limit"
        var arguments: StatementArguments = ["before": index, "limit": limit]
        if what != nil || file != nil {
            // Each table has an index for the kind and one for the file; both hold the places of the register.
            let conditions = [what.map { _ in "kind = :what" }, file.map { _ in "file = :file" }].compactMap { $0 }
            let arms = ["act", "event"].map { table in
                """
                SELECT * FROM (SELECT idx FROM \(table) INDEXED BY \(table)_\(file == nil ? "kind" : "file")
                WHERE \(conditions.joined(separator: " AND ")) AND idx < :before ORDER BY idx DESC LIMIT :limit)
                """
            }
            chosen = "SELECT idx FROM (\(arms.joined(separator: " UNION ALL "))) ORDER BY idx DESC LIMIT :limit"
            if let what { arguments = arguments &+ ["what": what] }
            if let file { arguments = arguments &+ ["file": file.description] }
        }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT entry.idx, entry.content, entry.kind, entry.ref, COALESCE(act.kind, event.kind) AS what,
                  COALESCE(act.file, event.file) AS file, COALESCE(act.jws, event.bytes) AS bytes FROM entry
                LEFT JOIN act ON entry.kind = 'act' AND act.id = entry.ref
                LEFT JOIN event ON entry.kind = 'event' AND event.idx = entry.idx
                WHERE entry.idx IN (\(chosen)) ORDER BY entry.idx DESC
                """, arguments: arguments
        ).map { row in
            try EntryRow(
                index: row["idx"], content: [UInt8](row["content"] as Data), kind: row["kind"], ref: row["ref"], what: row["what"],
                file: row["file"], bytes: (row["bytes"] as Data?).map { [UInt8]($0) } ?? [])
        }
    }

    /// Acts and events of a file that may be about a package, oldest first: acts that supply or receive, and events in which its hash
    /// stands somewhere.
    public func custodyEntries(of file: UUIDv7, package digest: String) throws -> [EntryRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT entry.idx AS idx, entry.content AS content, 'act' AS kind, act.id AS ref, act.kind AS what, act.file AS file, act.jws AS bytes
                  FROM act JOIN entry ON entry.idx = act.idx WHERE act.file = :file AND act.kind IN ('supply', 'disclose', 'receive')
                UNION ALL
                SELECT entry.idx, entry.content, 'event', entry.ref, event.kind, event.file, event.bytes
                  FROM event JOIN entry ON entry.idx = event.idx WHERE event.file = :file AND instr(event.bytes, :digest) > 0 ORDER BY idx
                """, arguments: ["file": file.description, "digest": Data(digest.utf8)]
        ).map { row in
            try EntryRow(
                index: row["idx"], content: [UInt8](row["content"] as Data), kind: row["kind"], ref: row["ref"], what: row["what"],
                file: row["file"], bytes: [UInt8](row["bytes"] as Data))
        }
    }

    /// Signed directory entries of peers that were replaced.
    public func formerDocuments() throws -> [[UInt8]] {
        try Data.fetchAll(db, sql: "SELECT jws FROM former_entry ORDER BY rowid").map { [UInt8]($0) }
    }

    /// The newest event of a kind.
    public func lastEvent(_ kind: RegisterEvent.Kind) throws -> RegisterEvent? {
        try Data.fetchOne(db, sql: "SELECT bytes FROM event WHERE kind = ? ORDER BY idx DESC LIMIT 1", arguments: [kind.rawValue])
            .map { try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20) }
    }

    /// How many messages were not believed.
    public func quarantineCount() throws -> Int { try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM quarantine") ?? 0 }
}
