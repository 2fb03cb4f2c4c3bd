// SPDX-License-Identifier: Apache-2.0

import Dossier
internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Computes the row of a file or draft from what the transaction sees; nil when there is none any more.
public typealias WorkViews = @Sendable (WorkRow.Key, Reader) throws -> WorkRow?

extension Writer {
    /// Notes that the row of a file or draft has to be computed again before the commit.
    public mutating func touch(_ key: WorkRow.Key) { touched.insert(key) }

    /// The file of an act, and the files that its request follows: their clocks may be held by it.
    mutating func touch(file: UUIDv7) throws {
        touch(.file(file))
        for target in try String.fetchAll(
            db, sql: "SELECT target FROM link WHERE file = ? AND relation = 'follows'", arguments: [file.description])
        { touch(.file(try UUIDv7(target))) }
    }

    mutating func touch(fileOfAct act: String) throws {
        guard let file = try String.fetchOne(db, sql: "SELECT file FROM act WHERE id = ?", arguments: [act]) else { return }
        try touch(file: try UUIDv7(file))
    }

    /// Writes the rows of all that was touched, in the transaction that touched it.
    mutating func writeWork(_ views: WorkViews) throws {
        let keys = touched
        touched = []
        for key in keys { try write(try views(key, reader), for: key) }
    }

    /// Gives a file or draft to an officer, or to nobody.
    public mutating func assign(_ ref: FileReference, to officer: String?) throws {
        if let officer {
            try db.execute(
                sql: "INSERT OR REPLACE INTO assignment (ref, officer) VALUES (?, ?)", arguments: [ref.description, officer])
        } else {
            try db.execute(sql: "DELETE FROM assignment WHERE ref = ?", arguments: [ref.description])
        }
        touch(.draft(ref))
        if let file = try reader.file(ref) { touch(.file(file.id)) }
    }

    func dropWork() throws { try db.execute(sql: "DELETE FROM work; DELETE FROM work_text;") }

    private func write(_ row: WorkRow?, for key: WorkRow.Key) throws {
        guard let row else {
            let id: Int64?
            switch key {
            case .file(let file): id = try Int64.fetchOne(db, sql: "SELECT id FROM work WHERE file = ?", arguments: [file.description])
            case .draft(let ref):
                // A draft that was sent is a file now, under the same reference.
                id = try Int64.fetchOne(db, sql: "SELECT id FROM work WHERE ref = ? AND file IS NULL", arguments: [ref.description])
            }
            guard let id else { return }
            try db.execute(sql: "DELETE FROM work WHERE id = ?", arguments: [id])
            return try db.execute(sql: "DELETE FROM work_text WHERE rowid = ?", arguments: [id])
        }
        let names = Self.columns.joined(separator: ", ")
        let known = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(names), id FROM work WHERE ref = ?"), arguments: [row.ref.description])
        let values = try Self.values(row)
        if let known {
            let id: Int64 = try known["id"]
            // Only what has changed: most columns stand in an index of their own.
            let stored = Array(known.databaseValues)
            let changed = values.indices.filter { (values[$0]?.databaseValue ?? .null) != stored[$0] }
            guard !changed.isEmpty else { return }
            let sets = changed.map { "\(Self.columns[$0]) = ?" }.joined(separator: ", ")
            try db.run("UPDATE work SET \(sets) WHERE id = ?", StatementArguments(changed.map { values[$0] } + [id]))
            guard try known["title"] as String != row.title else { return }
            try db.run("UPDATE work_text SET title = ? WHERE rowid = ?", [row.title, id])
        } else {
            try db.execute(sql: "INSERT INTO work (\(names)) VALUES (\(Self.marks))", arguments: StatementArguments(values))
            // The number also as people say it: 42 for 000042.
            try db.execute(
                sql: "INSERT INTO work_text (rowid, ref, title) VALUES (?, ?, ?)",
                arguments: [db.lastInsertedRowID, "\(row.ref) \(row.ref.number)", row.title])
        }
    }

    static let columns = [
        "ref", "file", "type", "side", "counterpart", "state", "step", "whose", "press", "due", "lapses", "remind", "since", "until",
        "opened", "changed", "changed_at", "unanswered", "urgency", "assigned", "author", "pending", "views", "withheld", "title", "clock",
        "ends",
    ]
    private static let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")

    static func values(_ row: WorkRow) throws -> [(any DatabaseValueConvertible)?] {
        [
            row.ref.description, row.file?.description, row.type.rawValue, row.side.rawValue,
            row.counterparts.map(\.description).joined(separator: ","), row.state.rawValue, row.step, row.whose.rawValue, row.press,
            row.clock?.due.milliseconds, row.lapses, row.remind, row.since, row.until, row.opened.description,
            row.changed.milliseconds, row.changed.description, row.unanswered, row.urgency, row.assigned, row.author,
            row.pending?.rawValue, row.views, row.withheld, row.title, try row.clock.map { Data(try IJSON.encode($0)) }, row.ends,
        ]
    }
}
