// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many pages are computed in a second, of everybody together: the same process answers other States and the duty desk, and these go before.
/// A bucket of tokens; safe from every thread.
final class PageBudget: Sendable {
    private struct Bucket {
        var tokens: Double
        var since: ContinuousClock.Instant
    }

    /// Pages in a second, and how many may come at once after a quiet time.
    static let (rate, burst) = (30.0, 120.0)

    private let bucket: Mutex<Bucket>
    private let rate: Double
    private let burst: Double

    init(rate: Double = PageBudget.rate, burst: Double = PageBudget.burst, now: ContinuousClock.Instant = .now) {
        self.rate = rate
        self.burst = burst
        bucket = Mutex(Bucket(tokens: burst, since: now))
    }

    /// Whether one more page may be computed now.
    func takes(now: ContinuousClock.Instant = .now) -> Bool {
        bucket.withLock { bucket in
            let seconds = max(0, (now - bucket.since) / .seconds(1))
            bucket = Bucket(tokens: min(burst, bucket.tokens + seconds * rate), since: max(now, bucket.since))
            guard bucket.tokens >= 1 else { return false }
            bucket.tokens -= 1
            return true
        }
    }
}
