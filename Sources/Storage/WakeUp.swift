// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Wakes those who wait for work. Calls while one is awake count once.
///
/// Owns `waiting`, under one lock: one stream for each who waits, until it stops.
public final class WakeUp: Sendable {
    private struct State {
        var waiting: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// Calls from now on, for one task.
    public func calls() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.next += 1
            state.waiting[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.waiting.removeValue(forKey: id) } }
        return stream
    }

    public func call() {
        // Outside the lock: a stream that ends at this moment takes it.
        for one in state.withLock({ Array($0.waiting.values) }) { one.yield() }
    }
}
