// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Node
import Standards
import Synchronization

/// Audits that programs asked for. One runs at a time; the last ones are kept until the process ends.
///
/// Owns the jobs, under one lock.
final class AuditJobs: Sendable {
    struct Job: Sendable, Encodable {
        enum State: String, Sendable, Encodable { case running, done, failed }

        let id: UUIDv7
        let state: State
        let started: Instant
        var finished: Instant?
        var report: AuditReport?
        var failure: String?
        let officer: String

        private enum CodingKeys: String, CodingKey { case id, state, started, finished, report, failure }
    }

    static let kept = 20

    private let jobs = Mutex<[Job]>([])

    /// - Throws: `.wrongState` while one runs.
    func start(_ node: Node, officer: String) throws(ComityError) -> Job {
        let now = try node.now()
        var generator = SystemRandomNumberGenerator()
        let job = Job(id: UUIDv7(at: now, using: &generator), state: .running, started: now, officer: officer)
        let isFree = jobs.withLock { jobs in
            guard !jobs.contains(where: { $0.state == .running }) else { return false }
            jobs = jobs.suffix(Self.kept - 1) + [job]
            return true
        }
        guard isFree else { throw ComityError(.wrongState, "An audit is running already.", next: "Ask again when it has ended.") }
        // It reads for seconds or minutes: not on the threads that answer.
        DispatchQueue.global().async { self.finish(job, node) }
        return job
    }

    private func finish(_ job: Job, _ node: Node) {
        let result: Result<AuditReport, ComityError>
        do throws(ComityError) { result = .success(try node.audit(officer: job.officer)) } catch { result = .failure(error) }
        var report: AuditReport?
        var failure: String?
        switch result {
        case .success(let made): report = made
        case .failure(let error): failure = error.what
        }
        let ended = Job(
            id: job.id, state: failure == nil ? .done : .failed, started: job.started, finished: (try? node.now()) ?? job.started,
            report: report, failure: failure, officer: job.officer)
        jobs.withLock { jobs in
            if let index = jobs.firstIndex(where: { $0.id == job.id }) { jobs[index] = ended }
        }
    }

    /// A job of an officer.
    func job(_ id: String, officer: String) -> Job? { jobs.withLock { $0.first { $0.id.description == id && $0.officer == officer } } }
}
