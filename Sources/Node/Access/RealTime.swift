// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Real time for sessions, pauses and one-time codes: never the exercise clock.
///
/// Owns `state`, by which tests stop and move it, under a lock.
final class RealTime: Sendable {
    private struct State {
        var shift: Int64 = 0
        var stopped: Int64?
    }

    private let state = Mutex(State())

    /// Milliseconds since 1970.
    func now() -> Int64 { state.withLock { ($0.stopped ?? Node.realMilliseconds()) + $0.shift } }

    /// For tests: time goes on from there.
    func advance(milliseconds: Int64) { state.withLock { $0.shift += milliseconds } }

    /// For tests: time stands still, now or at a moment in milliseconds since 1970, unless it is advanced.
    func stop(at moment: Int64? = nil) { state.withLock { $0.stopped = moment ?? Node.realMilliseconds() } }
}
