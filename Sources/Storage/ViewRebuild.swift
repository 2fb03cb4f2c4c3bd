// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
internal import GRDB
import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A view: a table that is a function of the register and of the primary tables, so that it may be dropped at any time.
/// docs/architecture.md, section 5, says of every table what it is.
public enum RegisterView: String, Sendable, Codable, CaseIterable {
    case file, link, call, assignment, work
    case workText = "work_text"
    case workCount = "work_count"

    /// The rows as text, one a line, in the order of their keys, without numbers that only tie tables together.
    fileprivate var dump: String {
        func lines(_ columns: [String], _ rest: String) -> String {
            "SELECT " + columns.map { "quote(\($0))" }.joined(separator: " || '|' || ") + " " + rest
        }
        switch self {
        case .file: return lines(["id", "ref", "type", "side", "counterpart", "title", "opened"], "FROM file ORDER BY id")
        case .link: return lines(["file", "target", "relation"], "FROM link ORDER BY file, target, relation")
        case .call: return lines(["event", "at", "ref", "quarantine", "idx"], "FROM call ORDER BY event")
        case .assignment: return lines(["ref", "officer"], "FROM assignment ORDER BY ref")
        case .work: return lines(Writer.columns + ["zero"], "FROM work ORDER BY ref")
        case .workText:
            // Joined by the number: a text that hangs on another row is another line.
            return lines(
                ["work.ref", "work_text.ref", "work_text.title"], "FROM work_text LEFT JOIN work ON work.id = work_text.rowid ORDER BY 1")
        case .workCount: return lines(["views", "many"], "FROM work_count WHERE many <> 0 ORDER BY views")
        }
    }
}

/// What rebuilding did to one view.
public struct RebuiltView: Sendable, Codable, Equatable {
    public let view: RegisterView
    /// Rows that it has now.
    public let rows: Int
    /// Its rows were not what the register makes of them.
    public let differed: Bool
}

extension Reader {
    /// Every row of a view as a line of text: two views are equal when these are.
    public func dump(_ view: RegisterView) throws -> [String] { try String.fetchAll(db, sql: view.dump) }

    /// Number of rows and a hash over all of them.
    fileprivate func digest(_ view: RegisterView) throws -> (rows: Int, hash: Hash) {
        var rows = 0
        var hash = Hash.of([])
        let lines = try String.fetchCursor(db, sql: view.dump)
        while let line = try lines.next() {
            rows += 1
            hash = Hash.of(hash.bytes + Array(line.utf8))
        }
        return (rows, hash)
    }

    /// Whether a rebuilding was begun and did not end.
    public func isRebuilding() throws -> Bool { try setting(Store.rebuilding) == "1" }
}

extension Store {
    static let rebuilding = "views-rebuilding"

    /// Drops every view and computes it anew, in one transaction. That it was begun is kept first: whoever opens the folder after a
    /// process died in the middle finds the old rows, and does it again.
    /// - Parameters:
    ///   - own: the State of this node.
    ///   - version: of the rows of the worklist.
    ///   - progress: told the files and drafts done and in all; throws to stop, and nothing has changed then.
    public func rebuild(own: StateCode, version: String, progress: (Int, Int) throws -> Void = { _, _ in }) throws(ComityError)
        -> [RebuiltView]
    {
        do {
            try write { writer in
                try writer.set(Self.rebuilding, "1")
                try writer.set(Self.workVersion, "")
            }
            return try write { writer in
                let before = try RegisterView.allCases.map { try writer.reader.digest($0) }
                try writer.dropViews()
                try writer.rebuildFiles(own)
                try writer.rebuildCalls()
                try writer.rebuildAssignments()
                try rebuildRows(&writer, progress)
                try writer.set(Self.workVersion, version)
                try writer.set(Self.rebuilding, "")
                return try zip(RegisterView.allCases, before).map { view, before in
                    let after = try writer.reader.digest(view)
                    return RebuiltView(view: view, rows: after.rows, differed: after.hash != before.hash)
                }
            }
        } catch let error as ComityError { throw error } catch { throw Self.failure(error) }
    }

    private func rebuildRows(_ writer: inout Writer, _ progress: (Int, Int) throws -> Void) throws {
        guard let views else { return }
        let keys = try writer.reader.workKeys()
        for (done, key) in keys.enumerated() {
            if done % 100 == 0 { try progress(done, keys.count) }
            writer.touched = [key]
            // A file that cannot be folded gets no row; the audit names it.
            do { try writer.writeWork(views) } catch is ComityError { continue }
        }
        writer.touched = []
        try progress(keys.count, keys.count)
    }
}

extension Reader {
    /// Everything that has a row in the worklist.
    func workKeys() throws -> [WorkRow.Key] {
        try files().map { .file($0.id) } + drafts().map { .draft($0.ref) } + removedFiles().map { .file($0.id) }
    }
}

extension Writer {
    fileprivate func dropViews() throws {
        try dropWork()
        try db.execute(sql: "DELETE FROM work_count; DELETE FROM file; DELETE FROM link; DELETE FROM call; DELETE FROM assignment;")
    }

    /// A row for each request that is registered, with its links.
    fileprivate func rebuildFiles(_ own: StateCode) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT jws FROM act WHERE kind = ? ORDER BY idx", arguments: [ActKind.request.rawValue])
        while let row = try rows.next() {
            guard let act = try? UnverifiedAct.registeredPayload([UInt8](row["jws"] as Data)) else { continue }
            try insertFile(of: act, own: own)
        }
    }

    fileprivate func rebuildCalls() throws {
        try eachEvent(.called) { index, event in
            try insertCallRow(event, at: index, ref: event.detail["ref"]?.string, quarantine: event.detail["quarantine"]?.integer)
        }
    }

    /// Who has a file or draft in hand: what was said last.
    fileprivate func rebuildAssignments() throws {
        try eachEvent(.assigned) { _, event in
            guard let ref = event.detail["ref"]?.string else { return }
            if let officer = event.detail["to"]?.string {
                try db.execute(sql: "INSERT OR REPLACE INTO assignment (ref, officer) VALUES (?, ?)", arguments: [ref, officer])
            } else {
                try db.execute(sql: "DELETE FROM assignment WHERE ref = ?", arguments: [ref])
            }
        }
        try db.execute(sql: "DELETE FROM assignment WHERE ref IN (SELECT ref FROM removed_file)")
    }

    private func eachEvent(_ kind: RegisterEvent.Kind, _ body: (Int64, RegisterEvent) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT idx, bytes FROM event WHERE kind = ? AND length(bytes) > 0 ORDER BY idx", arguments: [kind.rawValue])
        while let row = try rows.next() {
            try body(row["idx"], try IJSON.decode(RegisterEvent.self, from: row["bytes"] as Data, limit: 1 << 20))
        }
    }
}
