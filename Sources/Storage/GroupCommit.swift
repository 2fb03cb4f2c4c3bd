// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import GRDB
internal import Register
internal import Standards
internal import Synchronization

/// Merges the writes of many callers into one transaction and one fsync.
///
/// Owns `waiting`, the jobs nobody has taken yet, and `busy`, whether a drain is on its way, both under one lock; and `edge`, the right
/// edge of the register as the last transaction of this process left it, under another.
/// Guarantees: a job's continuation is resumed exactly once, and with success only after COMMIT has returned.
final class GroupCommit: Sendable {
    private struct Job: Sendable {
        let run: @Sendable (inout Writer) throws -> Void
        /// Called after the transaction: entries mean that everything is on disk.
        let finish: @Sendable (Result<DurableEntries, any Error>) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var busy = false
    }

    /// Somebody in this process commits in a thread that is not made for waiting: one at a time.
    private static let inline = Atomic<Bool>(false)

    /// Most jobs in one transaction.
    static let batch = 512

    private let pool: DatabasePool
    private let views: WorkViews?
    private let cache: ActCache
    private let clock: @Sendable () -> Int64
    private let mark: RegisterMark
    private let owing: WakeUp
    private let queue = DispatchQueue(label: "comity.commit", qos: .userInitiated)
    private let state = Mutex(State())
    private let edge = Mutex<TileEdge?>(nil)

    init(pool: DatabasePool, views: WorkViews?, cache: ActCache, clock: @escaping @Sendable () -> Int64, mark: RegisterMark, owing: WakeUp)
    {
        self.pool = pool
        self.views = views
        self.cache = cache
        self.clock = clock
        self.mark = mark
        self.owing = owing
    }

    /// The result of one caller, written on the commit queue before the continuation resumes.
    private final class Box<Value>: @unchecked Sendable {
        var value: Value?
        /// Written before the call returns, by the caller's own thread.
        var isInline = false
    }

    func submit<Value: Sendable>(_ work: @escaping @Sendable (inout Writer) throws -> Value) async throws -> (
        value: Value, entries: DurableEntries
    ) {
        let box = Box<Value>()
        let result: (value: Value, entries: DurableEntries) = try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { box.value = try work(&$0) },
                finish: { result in
                    continuation.resume(
                        with: result.flatMap { entries in
                            guard let value = box.value else { return .failure(ComityError(.storage, "The commit was lost.")) }
                            return .success((value, entries))
                        })
                })
            let start = state.withLock { state -> Bool in
                state.waiting.append(job)
                defer { state.busy = true }
                return !state.busy
            }
            guard start else { return }
            guard Self.inline.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
                return queue.async { self.drain() }
            }
            box.isInline = true
            // A lone caller commits in its own thread, without being passed from one to another and back; whoever came meanwhile
            // is served by the queue.
            commit(take())
            Self.inline.store(false, ordering: .releasing)
            if state.withLock({ state in
                if state.waiting.isEmpty { state.busy = false }
                return state.busy
            }) {
                queue.async { self.drain() }
            }
        }
        // A caller that never had to wait lets others have the thread.
        if box.isInline { await Task.yield() }
        return result
    }

    private func take() -> [Job] {
        state.withLock { state in
            let taken = Array(state.waiting.prefix(Self.batch))
            state.waiting.removeFirst(taken.count)
            if taken.isEmpty { state.busy = false }
            return taken
        }
    }

    private func drain() {
        while true {
            let jobs = take()
            if jobs.isEmpty { return }
            commit(jobs)
        }
    }

    /// First without a savepoint around each job, which is twice as fast; when one fails, all are done again with them.
    private func commit(_ jobs: [Job]) {
        do {
            let ranges = try transaction { writer throws in
                try jobs.map { job throws in
                    let start = writer.registerSize
                    try run(job, &writer)
                    return start..<writer.registerSize
                }
            }
            for (job, entries) in zip(jobs, ranges) { job.finish(.success(entries)) }
        } catch {
            guard jobs.count > 1 else {
                for job in jobs { job.finish(.failure(error)) }
                return
            }
            commitOneByOne(jobs)
        }
    }

    private func commitOneByOne(_ jobs: [Job]) {
        do {
            var errors: [(any Error)?] = []
            let ranges = try transaction { writer throws in
                errors = []
                return try jobs.map { job throws in
                    let before = writer
                    let start = writer.registerSize
                    do {
                        try writer.db.inSavepoint {
                            try run(job, &writer)
                            return .commit
                        }
                        errors.append(nil)
                    } catch {
                        writer = before
                        errors.append(error)
                    }
                    return start..<writer.registerSize
                }
            }
            for ((job, entries), error) in zip(zip(jobs, ranges), errors) {
                job.finish(error.map { .failure($0) } ?? .success(entries))
            }
        } catch {
            for job in jobs { job.finish(.failure(error)) }
        }
    }

    private func run(_ job: Job, _ writer: inout Writer) throws {
        try job.run(&writer)
        if let views { try writer.writeWork(views) }
    }

    /// One transaction. When it returns, its entries are on disk and integrated.
    private func transaction(_ work: (inout Writer) throws -> [Range<Int64>]) throws -> [DurableEntries] {
        try pool.writeWithoutTransaction { db in
            var ranges: [Range<Int64>] = []
            var grown: TileEdge?
            var (isLetGoOn, owes) = (false, false)
            try db.inTransaction(.immediate) {
                var writer = try Writer(db: db, cache: cache, clock: clock)
                ranges = try work(&writer)
                grown = try writer.integrate(from: edge.withLock { $0 })
                isLetGoOn = writer.isLetGoOn
                owes = writer.owes
                return .commit
            }
            guard let grown else { throw ComityError(.storage, "The transaction has no result.") }
            edge.withLock { $0 = grown }
            mark.set(grown.size, always: isLetGoOn)
            if owes { owing.call() }
            return ranges.map { DurableEntries($0, edge: grown) }
        }
    }
}
