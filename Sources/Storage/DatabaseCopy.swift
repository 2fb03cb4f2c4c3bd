// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Register
public import Standards

extension Store {
    /// Copies one moment of the database into a file of its own, while others go on writing (SQLite's online backup on the pages of
    /// one read transaction). The copy is whole only when this returns.
    /// - Parameters:
    ///   - path: a file that does not exist.
    ///   - progress: told the pages done and in all; throws to stop.
    /// - Throws: `.storage`, and what `progress` throws.
    public func copy(to path: String, progress: (Int64, Int64) throws -> Void) throws(ComityError) {
        do {
            var configuration = Configuration()
            configuration.label = "comity.copy"
            // What is not finished is thrown away: nothing of the copy needs a journal.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = -2048") }
            let target = try DatabaseQueue(path: path, configuration: configuration)
            try withoutActuallyEscaping(progress) { progress in
                try pool.backup(to: target, pagesPerStep: 1024) {
                    try progress(Int64($0.completedPageCount), Int64($0.totalPageCount))
                }
            }
            try target.writeWithoutTransaction { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
            try target.close()
        } catch let error as ComityError { throw error } catch { throw Self.failure(error) }
    }
}

/// The database of a node in a file that no node uses: a copy in a backup, or one that was just taken out of it.
public struct DatabaseCopy: Sendable {
    /// What is recomputed of a register from its entries alone.
    public struct Measure: Sendable, Equatable {
        /// Entries.
        public let size: Int64
        public let root: Hash
        /// The newest signed head; nil for a register without one.
        public let head: PublishedHead?
        /// The root that the register had at the size of ``head``.
        public let rootAtHead: Hash?
    }

    /// The file.
    public let path: String

    public init(path: String) { self.path = path }

    /// `ok`, or what SQLite finds wrong with its pages and indexes.
    /// - Throws: `.verificationFailed` when the file is no database.
    public func integrity() throws(ComityError) -> String {
        try open { db in try db.inDatabase { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "no answer" } }
    }

    /// Recomputes size and root.
    /// - Throws: `.verificationFailed` when the file is no database of a node or its entries have a gap, and what an unsigned head throws.
    public func measure(signedBy key: NoteVerifier) throws(ComityError) -> Measure {
        try open { queue in
            try queue.inDatabase { db in
                let reader = Reader(db: db, cache: ActCache())
                let head = try reader.head(signedBy: key)
                var tree = CompactTree()
                var rootAtHead = head?.checkpoint.size == 0 ? tree.root : nil
                try reader.eachEntry { index, content, _, _ in
                    guard index == tree.size, let content = Hash(content) else {
                        throw ComityError(.verificationFailed, "Entry \(tree.size) of the register in the copy is missing or damaged.")
                    }
                    tree.append(RegisterEntry(content: content).leafHash)
                    if tree.size == head?.checkpoint.size { rootAtHead = tree.root }
                }
                return Measure(size: tree.size, root: tree.root, head: head, rootAtHead: rootAtHead)
            }
        }
    }

    /// Makes the copy fit to be a node again: its register is held, nobody is signed in, and parts of packages that were on their way
    /// are asked for again, because their bytes are not in a backup.
    public func prepareRestored(_ hold: RegisterHold) throws(ComityError) {
        let text = String(decoding: try IJSON.encode(hold), as: UTF8.self)
        try open { queue in
            try queue.inTransaction { db in
                try db.execute(
                    sql: "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    arguments: [Reader.holdSetting, text])
                try db.execute(sql: "DELETE FROM session")
                try db.execute(
                    sql: "DELETE FROM part WHERE package IN (SELECT digest FROM package WHERE outgoing = 0 AND stage = 'supplied')")
                return .commit
            }
        }
    }

    private func open<Value>(_ work: (DatabaseQueue) throws -> Value) throws(ComityError) -> Value {
        do {
            var configuration = Configuration()
            configuration.label = "comity.copy"
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let value = try work(queue)
            try queue.close()
            return value
        } catch let error as ComityError { throw error } catch let error as DatabaseError {
            throw ComityError(.verificationFailed, "The database in the copy cannot be read: \(error.message ?? "\(error.resultCode)").")
        } catch { throw Store.failure(error) }
    }
}
