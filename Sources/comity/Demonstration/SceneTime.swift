// SPDX-License-Identifier: Apache-2.0

import Node
import Standards

/// A moment counted from the moment of the demonstration: `-P59DT14H` before it, `P1D` after it, or `-P59D 10:40`, that day of
/// UTC at that time of the officer's clock, so that people work in the hours in which people work.
struct SceneTime: Sendable, Hashable {
    let milliseconds: Int64
    /// Minutes after midnight.
    let clock: Int64?

    /// - Throws: `.malformedInput`.
    init(_ text: String) throws(ComityError) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        let span = parts.first ?? ""
        milliseconds =
            span.hasPrefix("-") ? -(try ISODuration(String(span.dropFirst())).milliseconds) : try ISODuration(span).milliseconds
        guard parts.count == 2 else {
            clock = nil
            return
        }
        let digits = parts[1].split(separator: ":").compactMap { Int64($0) }
        guard digits.count == 2, (0..<24).contains(digits[0]), (0..<60).contains(digits[1]) else {
            throw ComityError(.malformedInput, "“\(Text.safe(text, limit: 40))” is no moment.", next: "Write -P59DT14H, or -P59D 10:40.")
        }
        clock = digits[0] * 60 + digits[1]
    }

    /// The moment itself.
    /// - Parameter zone: IANA name of the zone of the officer who acts.
    func from(_ anchor: Instant, zone: String) -> Instant {
        let moment = anchor.adding(milliseconds: milliseconds)
        guard let clock else { return moment }
        // The day is that of UTC, or two States would count from different days.
        let day: Int64 = 86_400_000
        let wanted = moment.milliseconds - ((moment.milliseconds % day) + day) % day + clock * 60_000
        return Instant(milliseconds: wanted - Int64(Node.at(Instant(milliseconds: wanted), zone: zone).offsetMinutes) * 60_000)
    }
}
