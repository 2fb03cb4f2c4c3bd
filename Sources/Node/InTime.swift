// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Work that another machine may draw out: the client's own limit ends with the head of an answer, and a body that drips would be
/// waited for as long as it drips.
enum InTime {
    /// What the work gives, or `late` when the time is over first; the work is cancelled then.
    static func run<Value: Sendable>(_ limit: TimeAmount, late: Value, _ work: @escaping @Sendable () async -> Value) async -> Value {
        await withTaskGroup(of: Value.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try? await Task.sleep(for: .nanoseconds(limit.nanoseconds))
                return late
            }
            let first = await group.next() ?? late
            group.cancelAll()
            return first
        }
    }
}
