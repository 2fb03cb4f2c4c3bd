// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import GRDB
internal import Register
internal import Standards
internal import Synchronization

/// Merges the writes of many callers into one transaction and one fsync.
///
/// Owns `waiting`, the jobs nobody has taken yet, and `busy`, whether a drain is on its way; both under one lock.
/// Guarantees: a job's continuation is resumed exactly once, and with success only after COMMIT has returned.
final class GroupCommit: Sendable {
    private struct Job: Sendable {
        let run: @Sendable (inout Writer) throws -> Void
        /// Called after the transaction: nil error means that it is on disk.
        let finish: @Sendable (SignedHead?, (any Error)?) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var busy = false
    }

    /// Most jobs in one transaction.
    static let batch = 512

    private let pool: DatabasePool
    private let signer: NoteSigner
    private let views: WorkViews?
    private let cache: ActCache
    private let queue = DispatchQueue(label: "comity.commit")
    private let state = Mutex(State())

    init(pool: DatabasePool, signer: NoteSigner, views: WorkViews?, cache: ActCache) {
        self.pool = pool
        self.signer = signer
        self.views = views
        self.cache = cache
    }

    /// The result of one caller, written on the commit queue before the continuation resumes.
    private final class Box<Value>: @unchecked Sendable { var value: Value? }

    func submit<Value: Sendable>(_ work: @escaping @Sendable (inout Writer) throws -> Value) async throws -> (
        value: Value, head: SignedHead
    ) {
        try await withCheckedThrowingContinuation { continuation in
            let box = Box<Value>()
            let job = Job(
                run: { box.value = try work(&$0) },
                finish: { head, error in
                    if let value = box.value, let head, error == nil {
                        continuation.resume(returning: (value, head))
                    } else {
                        continuation.resume(throwing: error ?? ComityError(.storage, "The commit was lost."))
                    }
                })
            let start = state.withLock { state -> Bool in
                state.waiting.append(job)
                defer { state.busy = true }
                return !state.busy
            }
            if start { queue.async { self.drain() } }
        }
    }

    private func drain() {
        while true {
            let jobs = state.withLock { state -> [Job] in
                let taken = Array(state.waiting.prefix(Self.batch))
                state.waiting.removeFirst(taken.count)
                if taken.isEmpty { state.busy = false }
                return taken
            }
            if jobs.isEmpty { return }
            commit(jobs)
        }
    }

    private func commit(_ jobs: [Job]) {
        var outcomes: [(any Error)?] = []
        do {
            let head = try pool.writeWithoutTransaction { db -> SignedHead in
                var head: SignedHead?
                try db.inTransaction(.immediate) {
                    outcomes = []
                    var writer = try Writer(db: db, signer: signer, cache: cache)
                    for job in jobs {
                        let before = writer
                        do {
                            try db.inSavepoint {
                                try job.run(&writer)
                                if let views { try writer.writeWork(views) }
                                return .commit
                            }
                            outcomes.append(nil)
                        } catch {
                            writer = before
                            outcomes.append(error)
                        }
                    }
                    head = try writer.seal()
                    return .commit
                }
                guard let head else { throw ComityError(.storage, "The commit has no head.") }
                return head
            }
            for (job, error) in zip(jobs, outcomes) { job.finish(head, error) }
        } catch {
            for job in jobs { job.finish(nil, error) }
        }
    }
}
