// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Real time for sessions, pauses and one-time codes: never the exercise clock.
///
/// Owns `shift`, by which tests move it, under a lock.
final class RealTime: Sendable {
    private let shift = Mutex<Int64>(0)

    /// Milliseconds since 1970.
    func now() -> Int64 { Node.realMilliseconds() + shift.withLock { $0 } }

    /// For tests: time goes on from here.
    func advance(milliseconds: Int64) { shift.withLock { $0 += milliseconds } }
}
