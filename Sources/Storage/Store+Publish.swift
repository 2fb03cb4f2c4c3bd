// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Store {
    /// The machine's clock, milliseconds since 1970.
    public static let realClock: @Sendable () -> Int64 = { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) }

    /// The signed head that covers everything that is durable now; signs one when there is none yet. While the register is held nothing
    /// is signed, and the last one is given.
    ///
    /// A checkpoint need not be synced before it is shown: it follows from entries that are. After a loss of power the same head, or a
    /// larger one, is signed again.
    /// - Throws: `.registerHeld` when the register does not extend what was published last. It is held from then on.
    /// - Parameter index: a head that covers this entry will do; nil: all entries. Callers that wait for each other share one.
    public func publish(covering index: Int64? = nil) throws(ComityError) -> PublishedHead {
        do {
            let (head, size) = try read { (try $0.head(signedBy: signer.verifier), try $0.registerSize()) }
            if let head, head.checkpoint.size == size || index.map({ $0 < head.checkpoint.size }) == true { return head }
            return try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
                var result: Result<PublishedHead, any Error> = .failure(ComityError(.storage, "Nothing was published."))
                do {
                    try db.inTransaction(.immediate) {
                        result = Result { try publish(db, covering: index) }
                        return .commit
                    }
                } catch { result = .failure(error) }
                try db.execute(sql: "PRAGMA synchronous = FULL")
                return try result.get()
            }
        } catch let error as ComityError { throw error } catch { throw Self.failure(error) }
    }

    private func publish(_ db: Database, covering index: Int64?) throws -> PublishedHead {
        let reader = Reader(db: db, cache: cache)
        let size = try reader.registerSize()
        let last = try reader.head(signedBy: signer.verifier)
        if let last, let index, index < last.checkpoint.size { return last }
        let hold = try reader.standing(at: clock())
        if let last, last.checkpoint.size == size || hold != nil { return last }
        if let hold { throw hold.error }
        if let last { try check(last.checkpoint, is: "published", size, reader, db) }
        let edge = try reader.edge(size: size)
        let checkpoint = Checkpoint(origin: signer.verifier.name, size: size, root: edge.root)
        let note = try checkpoint.signed(by: signer).description
        try db.execute(sql: "INSERT OR IGNORE INTO checkpoint (size, note) VALUES (?, ?)", arguments: [size, note])
        try thin(db)
        return PublishedHead(checkpoint: checkpoint, note: note)
    }

    /// The entries that are here make this earlier checkpoint; otherwise the register is held.
    private func check(_ earlier: Checkpoint, is what: String, _ size: Int64, _ reader: Reader, _ db: Database) throws {
        let root = earlier.size <= size ? try? reader.edge(size: earlier.size).root : nil
        guard root != earlier.root else { return }
        let hold = RegisterHold(
            earlier.size > size ? .behindPublished : .damaged,
            says: "its \(size) entries do not extend the checkpoint of \(earlier.size) entries that was \(what).",
            next: "Run comity audit check; then restore a backup, or fetch what is missing with comity audit recover.",
            since: Instant(milliseconds: Store.realClock()))
        try db.execute(
            sql: "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            arguments: [Reader.holdSetting, String(decoding: try IJSON.encode(hold), as: UTF8.self)])
        throw hold.error
    }

    /// Signed heads that are kept beside the newest. A later one proves what an earlier one does.
    static let checkpointsKept = 1024

    private func thin(_ db: Database) throws {
        guard try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM checkpoint") ?? 0 > 2 * Self.checkpointsKept else { return }
        try db.execute(
            sql: "DELETE FROM checkpoint WHERE size NOT IN (SELECT size FROM checkpoint ORDER BY size DESC LIMIT ?)",
            arguments: [Self.checkpointsKept])
    }
}
