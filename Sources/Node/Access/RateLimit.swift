// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many requests each caller has left: a bucket that holds a minute's worth and fills evenly.
///
/// Owns the buckets, under one lock; they are forgotten when the process ends.
public final class RateLimit: Sendable {
    public struct Verdict: Equatable, Sendable {
        public let isAllowed: Bool
        /// Requests that are left now.
        public let left: Int
        /// Seconds until the bucket is full, or until the next request is allowed when this one is not.
        public let seconds: Int
    }

    private struct Bucket {
        var tokens: Double
        var at: Int64
    }

    static let mostBuckets = 10_000

    public let perMinute: Int
    private let buckets = Mutex<[String: Bucket]>([:])

    private let clock: @Sendable () -> Int64

    /// - Parameter clock: milliseconds of a clock that does not go back; that of the process when none is given.
    public init(perMinute: Int, clock: (@Sendable () -> Int64)? = nil) {
        self.perMinute = max(1, perMinute)
        let started = ContinuousClock.now
        self.clock =
            clock ?? {
                let span = (ContinuousClock.now - started).components
                return span.seconds * 1000 + span.attoseconds / 1_000_000_000_000_000
            }
    }

    /// Takes one request of the caller, when one is left.
    public func take(_ caller: String) -> Verdict { take(caller, now: clock()) }

    /// - Parameter now: milliseconds of any clock that does not go back.
    public func take(_ caller: String, now: Int64) -> Verdict {
        let most = Double(perMinute)
        let rate = most / 60_000
        return buckets.withLock { buckets in
            if buckets.count >= Self.mostBuckets { buckets = buckets.filter { $0.value.tokens + Double(now - $0.value.at) * rate < most } }
            var bucket = buckets[caller] ?? Bucket(tokens: most, at: now)
            bucket.tokens = min(most, bucket.tokens + Double(max(0, now - bucket.at)) * rate)
            bucket.at = now
            let isAllowed = bucket.tokens >= 1
            if isAllowed { bucket.tokens -= 1 }
            buckets[caller] = bucket
            let missing = isAllowed ? most - bucket.tokens : 1 - bucket.tokens
            return Verdict(isAllowed: isAllowed, left: Int(bucket.tokens), seconds: max(1, Int((missing / rate / 1000).rounded(.up))))
        }
    }
}
