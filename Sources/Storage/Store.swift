// SPDX-License-Identifier: Apache-2.0

internal import CSQLite
internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The database of a node: one SQLite file in WAL mode. The front door of the room.
///
/// Guarantees: whatever `commit` returned from is on disk (`synchronous=FULL` on the writer, asserted when the store is
/// opened and by a test); a commit is whole or absent; several processes may use one folder at the same time, because
/// every write takes SQLite's write lock first and reads the head of the register inside its transaction.
public final class Store: Sendable {
    let pool: DatabasePool
    let group: GroupCommit
    let signer: NoteSigner
    let views: WorkViews?
    let cache = ActCache()
    let folder: String
    let mark: RegisterMark
    /// Called when this process has come to owe something to a peer.
    public let owing = WakeUp()
    let clock: @Sendable () -> Int64

    /// Of SQLite in the whole process, made once before it is first used.
    private static let settings: Int32 = comity_sqlite_counts_no_memory()

    /// Opens or creates the database `comity.sqlite` in `folder`.
    /// - Parameters:
    ///   - signer: key of the register; signs its checkpoints.
    ///   - clock: the machine's, in milliseconds since 1970. An entry that is older than the one before it is not appended.
    ///   - views: computes rows of the worklist; it runs inside commits. Without it none are kept.
    /// - Throws: `.storage` when the file cannot be opened, is not a database, or was made by a newer version.
    public init(
        folder: String, signer: NoteSigner, views: WorkViews? = nil, clock: @escaping @Sendable () -> Int64 = Store.realClock
    ) throws(ComityError) {
        _ = Self.settings
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(20)
            configuration.maximumReaderCount = 4
            configuration.label = "comity"
            // 8 MiB for each connection: the indexes of a long list are read many times within one page.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -8192") }
            let pool = try DatabasePool(path: folder + "/comity.sqlite", configuration: configuration)
            try Schema.migrator.migrate(pool)
            guard try pool.read({ try Schema.migrator.hasBeenSuperseded($0) }) == false else {
                throw ComityError(
                    .storage, "This data folder was written by a newer version of Comity.", next: "Use that version, or a later one.")
            }
            // DatabasePool lowers the writer to synchronous=NORMAL after its own set-up, under which an acknowledged act
            // can vanish at power loss. This must come after opening, on the writer itself.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            self.pool = pool
            self.folder = folder
            self.clock = clock
            mark = RegisterMark(folder)
            self.signer = signer
            self.views = views
            group = GroupCommit(pool: pool, views: views, cache: cache, clock: clock, mark: mark, owing: owing)
            try checkStanding(folder)
        } catch let error as ComityError {
            throw error
        } catch {
            throw Self.failure(error)
        }
        guard try writerSynchronous() == 2 else {
            throw ComityError(.storage, "SQLite does not write durably (synchronous is not FULL).")
        }
    }

    /// The value of `PRAGMA synchronous` on the writer: 2 is FULL.
    public func writerSynchronous() throws(ComityError) -> Int {
        do {
            return try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
        } catch { throw Self.failure(error) }
    }

    /// The one write path: runs `work` in a transaction shared with other callers that are waiting, and returns when the
    /// transaction is on disk. When `work` throws, its own changes are undone and nobody else's. A `CommitRider` of the task rides along.
    /// `work` may be run twice, when another caller's part of the same transaction failed: what it changes outside the transaction must
    /// not add up.
    /// - Returns: what `work` returned, with the entries of the register that it appended, durable.
    public func commit<Value: Sendable>(
        _ work: @escaping @Sendable (inout Writer) throws -> Value
    ) async throws(ComityError) -> (value: Value, entries: DurableEntries) {
        let rider = CommitRider.current
        do {
            return try await group.submit { writer in
                guard let rider else { return try work(&writer) }
                return try rider.ride(&writer, work)
            }
        } catch let error as ComityError { throw error } catch { throw Self.failure(error) }
    }

    /// Computes the whole worklist anew, a few hundred rows in each transaction, and notes the version of its rows at the end: a
    /// rebuilding that was interrupted is not taken for a finished one. A file that cannot be folded gets no row; the audit names it.
    public func rebuildWork(version: String) throws(ComityError) {
        guard let views else { return }
        do {
            var left = try write { writer -> [WorkRow.Key] in
                try writer.set(Self.workVersion, "")
                try writer.dropWork()
                return try writer.reader.workKeys()
            }[...]
            while !left.isEmpty {
                let batch = left.prefix(Self.rebuildBatch)
                left = left.dropFirst(Self.rebuildBatch)
                try write { writer in
                    for key in batch {
                        writer.touch(key)
                        do { try writer.writeWork(views) } catch is ComityError { continue }
                    }
                }
            }
            try write { try $0.set(Self.workVersion, version) }
        } catch let error as ComityError { throw error } catch { throw Self.failure(error) }
    }

    /// The setting that says by which version of the rows and the rules the worklist was computed.
    public static let workVersion = "work-version"
    private static let rebuildBatch = 500

    /// A transaction that appends nothing to the register.
    func write<Value>(_ work: (inout Writer) throws -> Value) throws -> Value {
        try pool.writeWithoutTransaction { db in
            var result: Value?
            try db.inTransaction(.immediate) {
                var writer = try Writer(db: db, cache: cache)
                result = try work(&writer)
                return .commit
            }
            guard let result else { throw ComityError(.storage, "The transaction gave no result.") }
            return result
        }
    }

    /// Reads a consistent snapshot. A read inside a read is allowed and sees the outer snapshot's connection.
    public func read<Value>(_ work: (Reader) throws -> Value) throws(ComityError) -> Value {
        do { return try pool.unsafeReentrantRead { try snapshot($0, work) } } catch let error as ComityError { throw error } catch {
            throw Self.failure(error)
        }
    }

    /// One transaction around the outermost read: without it each statement would see its own moment.
    private func snapshot<Value>(_ db: Database, _ work: (Reader) throws -> Value) throws -> Value {
        if db.isInsideTransaction { return try work(Reader(db: db, cache: cache)) }
        var result: Result<Value, any Error> = .failure(ComityError(.storage, "The database was not read."))
        try db.inTransaction(.deferred) {
            result = Result { try work(Reader(db: db, cache: cache)) }
            return .commit
        }
        return try result.get()
    }

    static func failure(_ error: any Error) -> ComityError {
        if let error = error as? DatabaseError, error.resultCode == .SQLITE_FULL || error.resultCode == .SQLITE_IOERR {
            return ComityError(
                .storage, "The disk refused to write (\(error.message ?? "no reason given")).", why: "Nothing of this step was kept.",
                next: "Free some space or check the disk, then repeat the step.")
        }
        return ComityError(.storage, "The database cannot be used: \(error).", next: "Run comity doctor on this folder.")
    }
}
