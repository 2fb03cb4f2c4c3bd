// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The one source of chance of a world (SplitMix64): everything that is drawn comes from the seed, in the order of the events.
struct Draws: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 up to, not including, 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1.0p-53 }

    mutating func chance(_ share: Double) -> Bool { unit() < share }

    /// 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int { bound <= 1 ? 0 : Int(next() % UInt64(bound)) }

    mutating func between(_ low: Int64, _ high: Int64) -> Int64 { low + Int64(next() % UInt64(max(1, high - low + 1))) }

    /// Times between things that happen independently of each other.
    mutating func exponential(_ mean: Double) -> Double { -mean * log(1 - unit()) }

    /// Work takes about `median`, seldom much longer: a factor of e^±spread covers two thirds.
    mutating func work(_ median: Double, spread: Double = 0.8) -> Double {
        let normal = sqrt(-2 * log(1 - unit())) * cos(2 * Double.pi * unit())
        return median * exp(spread * normal)
    }

    mutating func pick<Element>(_ items: [Element]) -> Element? { items.isEmpty ? nil : items[below(items.count)] }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var found: [UInt8] = []
        found.reserveCapacity(count)
        while found.count < count { withUnsafeBytes(of: next()) { found += $0.prefix(count - found.count) } }
        return found
    }
}

/// Milliseconds of virtual time.
enum Span {
    static let second: Int64 = 1000
    static let minute: Int64 = 60 * second
    static let hour: Int64 = 60 * minute
    static let day: Int64 = 24 * hour
}
