// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    /// Keeps the exhibits that wait to be sealed, or replaces what is known of them.
    public func save(_ upload: UploadRow) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO upload (id, ref, officer, created, detail) VALUES (?, ?, ?, ?, ?)",
            arguments: [upload.id.description, upload.ref.description, upload.officer, upload.created, Data(upload.detail)])
    }

    public func deleteUpload(_ id: UUIDv7) throws {
        try db.execute(sql: "DELETE FROM upload WHERE id = ?", arguments: [id.description])
    }

    /// Keeps a task, or replaces what is known of it.
    public func save(_ task: TaskRow) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO task (id, kind, officer, ref, subject, state, started, ended, result)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                task.id.description, task.kind, task.officer, task.ref?.description, task.subject, task.state.rawValue, task.started,
                task.ended, Data(try IJSON.encode(task.result)),
            ])
    }

    /// Forgets tasks that were started before `time`, milliseconds since 1970.
    public func deleteTasks(startedBefore time: Int64) throws {
        try db.execute(sql: "DELETE FROM task WHERE started < ?", arguments: [time])
    }

    public func setRecord(ofPackage digest: String, _ record: [UInt8]) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO package_record (package, record) VALUES (?, ?)", arguments: [digest, Data(record)])
    }
}
