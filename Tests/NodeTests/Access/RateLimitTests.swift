// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Node

@Suite struct RateLimitTests {
    @Test func aBucketFillsEvenlyAndHoldsAMinute() {
        let limit = RateLimit(perMinute: 60)
        for _ in 0..<60 { #expect(limit.take("a", now: 1000).isAllowed) }
        #expect(limit.take("a", now: 1000) == .init(isAllowed: false, left: 0, seconds: 1))
        #expect(limit.take("a", now: 1999) == .init(isAllowed: false, left: 0, seconds: 1))
        #expect(limit.take("a", now: 2000) == .init(isAllowed: true, left: 0, seconds: 60))
        #expect(limit.take("a", now: 500).isAllowed == false, "a clock that goes back gives nothing")
        #expect(limit.take("a", now: 600_000) == .init(isAllowed: true, left: 59, seconds: 1))
    }
}
