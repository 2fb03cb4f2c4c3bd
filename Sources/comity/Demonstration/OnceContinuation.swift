// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Resumes a continuation the first time it is asked to.
final class OnceContinuation: Sendable {
    private let continuation: Mutex<CheckedContinuation<Void, Never>?>

    init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }

    func resume() {
        continuation.withLock { continuation in
            continuation?.resume()
            continuation = nil
        }
    }
}
