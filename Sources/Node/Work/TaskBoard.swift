// SPDX-License-Identifier: Apache-2.0

import Standards
import Synchronization

/// How far a task is. The work reports, pages read.
///
/// Owns two numbers, under one lock; `done` never passes `all`.
public final class TaskProgress: Sendable {
    private let numbers = Mutex<(done: Int64, all: Int64)>((0, 0))

    /// Bytes or entries done, and in all.
    public func report(_ done: Int64, _ all: Int64) { numbers.withLock { $0 = (min(done, all), all) } }

    var now: (done: Int64, all: Int64) { numbers.withLock { $0 } }
}

/// The tasks that run in this process.
///
/// Owns the list, under one lock. A task of the database that says it runs and is not here ran in a process that ended.
final class TaskBoard: Sendable {
    private struct Entry {
        let progress: TaskProgress
        let subject: String?
    }

    static let most = 4

    private let running = Mutex<[UUIDv7: Entry]>([:])

    /// - Throws: `.wrongState` when the same thing is being worked on, or too much is under way.
    func begin(_ id: UUIDv7, subject: String?) throws(ComityError) -> TaskProgress {
        let progress = TaskProgress()
        let refusal = running.withLock { running -> ComityError? in
            if let subject, running.values.contains(where: { $0.subject == subject }) {
                return ComityError(.wrongState, "This is being worked on already.", next: "Wait until the task that runs has ended.")
            }
            guard running.count < Self.most else {
                return ComityError(.wrongState, "\(Self.most) tasks run already.", next: "Wait until one has ended, then start again.")
            }
            running[id] = Entry(progress: progress, subject: subject)
            return nil
        }
        if let refusal { throw refusal }
        return progress
    }

    func end(_ id: UUIDv7) { _ = running.withLock { $0.removeValue(forKey: id) } }

    /// nil when it does not run here.
    func progress(_ id: UUIDv7) -> TaskProgress? { running.withLock { $0[id]?.progress } }

    func isBusy(with subject: String) -> Bool { running.withLock { $0.values.contains { $0.subject == subject } } }
}
