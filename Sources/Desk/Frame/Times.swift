// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// A moment in words: day, month name, 24 hours, and always the zone.
struct Times: Sendable {
    let strings: Strings
    /// IANA zone of this node's authority.
    let zone: String

    /// `22 Nov 2026, 03:12 (-03:00)`, in the offset that the instant carries.
    /// - Parameter exact: with seconds, where a log or a proof needs them.
    func text(_ instant: Instant, exact: Bool = false) -> String {
        let (date, time) = parts(instant, exact: exact)
        return strings("time.moment", ["date": date, "time": time])
    }

    func local(_ instant: Instant) -> Instant { Node.at(instant, zone: zone) }

    /// The three renderings for a template: here, in UTC, and where the counterpart is.
    func fields(_ instant: Instant, theirs zone: String?, exact: Bool = false) -> Fields {
        let local = local(instant)
        let (date, time) = parts(local, exact: false)
        return [
            "iso": local.description, "local": text(local, exact: exact), "date": date, "time": time,
            "utc": text(instant.at(offsetMinutes: 0), exact: exact),
            // The hands of the clock alone, for the bar at the top.
            "clock": String(local.description.dropFirst(11).prefix(5)),
            "utcClock": String(instant.at(offsetMinutes: 0).description.dropFirst(11).prefix(5)),
            "theirs": zone.map { text(Node.at(instant, zone: $0), exact: exact) } ?? strings("time.unknown"),
        ]
    }

    private func parts(_ instant: Instant, exact: Bool) -> (date: String, time: String) {
        let characters = Array(instant.description.utf8)
        func field(_ range: Range<Int>) -> String { String(decoding: characters[range], as: UTF8.self) }
        let seconds = !exact || instant.milliseconds % 60_000 == 0 ? "" : ":" + field(17..<19)
        let offset = instant.offsetMinutes == 0 ? strings("time.utc") : field(characters.count - 6..<characters.count)
        let day = field(8..<10)
        return (
            strings(
                "time.date",
                [
                    "day": day.hasPrefix("0") ? String(day.dropFirst()) : day, "month": strings("month.\(field(5..<7))"),
                    "year": field(0..<4),
                ]),
            strings("time.clock", ["time": field(11..<16) + seconds, "offset": offset])
        )
    }
}
