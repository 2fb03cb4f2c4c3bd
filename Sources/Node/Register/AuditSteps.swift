// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Standards
import Synchronization

/// Runs the parts of an audit side by side and puts together what they found.
///
/// Owns `state` under one lock. Guarantees: progress is told by one thread at a time and never goes back; when a part fails, or the one who
/// waits stops it, the others end at their next step, and the first error is thrown.
final class AuditSteps: Sendable {
    typealias Step = (Int64) throws -> Void
    typealias Part = @Sendable (_ report: inout AuditReport, _ step: Step) throws -> Void

    private struct State {
        var done: Int64 = 0
        var error: (any Error)?
        var reports: [Int: AuditReport] = [:]
    }

    private struct Stopped: Error {}

    private let all: Int64
    private let state = Mutex(State())

    /// - Parameter all: steps of all parts together.
    init(of all: Int64) { self.all = all }

    /// - Parameters:
    ///   - parts: the first one's report is the base; the others add receipts and faults to it.
    ///   - progress: steps done, and in all; what it throws ends the audit.
    /// - Returns: the faults by entry, those at no entry last.
    func run(_ parts: [Part], progress: ((Int64, Int64) throws(ComityError) -> Void)?) throws(ComityError) -> AuditReport {
        // It is called under the lock, while this function waits.
        nonisolated(unsafe) let progress = progress
        // A thread each: a loop over all processors that runs within another such loop would have one processor only.
        let group = DispatchGroup()
        for (index, part) in parts.enumerated() {
            DispatchQueue(label: "audit-\(index)").async(group: group) {
                var report = AuditReport()
                do {
                    try part(&report) { count in try self.advance(count, progress) }
                    let made = report
                    self.state.withLock { $0.reports[index] = made }
                } catch { self.state.withLock { $0.error = $0.error ?? error } }
            }
        }
        group.wait()
        let state = self.state.withLock { $0 }
        if let error = state.error {
            throw error as? ComityError ?? ComityError(.storage, "The register cannot be read to its end: \(error)")
        }
        var report = state.reports[0] ?? AuditReport()
        for index in parts.indices.dropFirst() {
            guard let other = state.reports[index] else { continue }
            report.receipts += other.receipts
            report.unreceipted += other.unreceipted
            report.faults += other.faults
        }
        report.faults.sort { ($0.index < 0 ? .max : $0.index, $0.says) < ($1.index < 0 ? .max : $1.index, $1.says) }
        try progress?(all, all)
        return report
    }

    private func advance(_ count: Int64, _ progress: ((Int64, Int64) throws(ComityError) -> Void)?) throws {
        nonisolated(unsafe) let progress = progress
        try state.withLock { state in
            if state.error != nil { throw Stopped() }
            state.done = min(state.done + count, all)
            try progress?(state.done, all)
        }
    }
}
