// SPDX-License-Identifier: Apache-2.0

/// A moment with the offset it was written in: RFC 3339, never without a zone.
///
/// Two instants are equal and ordered by the moment alone; the offset is evidence of what the writer's clock showed.
/// Resolution is one millisecond, range the years 1 to 9999.
public struct Instant: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64
    /// Minutes east of UTC of the original text.
    public let offsetMinutes: Int16

    public init(milliseconds: Int64, offsetMinutes: Int16 = 0) {
        self.milliseconds = milliseconds
        self.offsetMinutes = offsetMinutes
    }

    /// Reads `2026-11-21T08:00:00Z` or `2026-11-21T05:00:00.250-03:00`.
    /// - Throws: `.timeWithoutZone` when the offset is missing, `.malformedInput` for anything else that is not RFC 3339.
    ///   A leap second (`:60`) is refused: nobody's clock here can produce one.
    public init(_ text: String) throws(ComityError) {
        let characters = Array(text.utf8)
        func bad(_ why: String) -> ComityError {
            ComityError(
                .malformedInput, "“\(text.prefix(40))” is not a time.", why: why,
                next: "Write it as 2026-11-21T08:00:00Z or 2026-11-21T05:00:00-03:00.")
        }
        func digits(_ start: Int, _ count: Int) -> Int? {
            guard start + count <= characters.count else { return nil }
            var value = 0
            for index in start..<start + count {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(characters[index]) else { return nil }
                value = value * 10 + Int(characters[index] - UInt8(ascii: "0"))
            }
            return value
        }
        guard characters.count >= 19, characters.count <= 40, let year = digits(0, 4), characters[4] == UInt8(ascii: "-"),
            let month = digits(5, 2), characters[7] == UInt8(ascii: "-"), let day = digits(8, 2),
            characters[10] == UInt8(ascii: "T") || characters[10] == UInt8(ascii: "t") || characters[10] == UInt8(ascii: " "),
            let hour = digits(11, 2), characters[13] == UInt8(ascii: ":"), let minute = digits(14, 2),
            characters[16] == UInt8(ascii: ":"), let second = digits(17, 2)
        else { throw bad("A date, a time with seconds and a zone are needed (RFC 3339).") }
        guard year >= 1, (1...12).contains(month), day >= 1, day <= Self.daysIn(month: month, year: year) else {
            throw bad("That day does not exist.")
        }
        guard hour <= 23, minute <= 59, second <= 59 else { throw bad("That time of day does not exist.") }
        var position = 19
        var fraction = 0
        if position < characters.count, characters[position] == UInt8(ascii: ".") {
            position += 1
            let start = position
            while position < characters.count, digits(position, 1) != nil { position += 1 }
            guard position > start else { throw bad("The fraction of the second is empty.") }
            for place in 0..<3 { fraction = fraction * 10 + (start + place < position ? digits(start + place, 1) ?? 0 : 0) }
        }
        guard position < characters.count else {
            throw ComityError(
                .timeWithoutZone, "“\(text.prefix(40))” has no time zone.",
                why: "The same clock time is a different moment in each State.",
                next: "Add Z for UTC or the offset, for example \(text.prefix(19))-03:00.")
        }
        var offset = 0
        if characters[position] == UInt8(ascii: "Z") || characters[position] == UInt8(ascii: "z") {
            guard position + 1 == characters.count else { throw bad("Something follows the zone.") }
        } else {
            let sign = characters[position]
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), characters.count == position + 6,
                let hours = digits(position + 1, 2), characters[position + 3] == UInt8(ascii: ":"),
                let minutes = digits(position + 4, 2), hours <= 23, minutes <= 59
            else { throw bad("The zone must be Z or an offset such as -03:00.") }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
        let days = Self.daysFromCivil(year: year, month: month, day: day)
        let seconds = Int64(days) * 86400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset) * 60
        self.init(milliseconds: seconds * 1000 + Int64(fraction), offsetMinutes: Int16(offset))
    }

    /// RFC 3339 in the original offset; a fraction only when there is one.
    public var description: String { text(offsetMinutes: offsetMinutes) }

    /// RFC 3339 in UTC.
    public var utc: String { text(offsetMinutes: 0) }

    public func adding(milliseconds delta: Int64) -> Instant {
        Instant(milliseconds: milliseconds.addingReportingOverflow(delta).partialValue, offsetMinutes: offsetMinutes)
    }

    public func adding(_ duration: ISODuration) -> Instant { adding(milliseconds: duration.milliseconds) }

    /// The same moment, written in another offset.
    public func at(offsetMinutes: Int16) -> Instant { Instant(milliseconds: milliseconds, offsetMinutes: offsetMinutes) }

    /// Calendar year in UTC, as references carry it.
    public var utcYear: Int {
        Self.civilFromDays(Int(Self.floorDivide(milliseconds, 86_400_000))).year
    }

    public static func == (left: Self, right: Self) -> Bool { left.milliseconds == right.milliseconds }
    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
    public func hash(into hasher: inout Hasher) { hasher.combine(milliseconds) }

    private func text(offsetMinutes: Int16) -> String {
        let local = milliseconds + Int64(offsetMinutes) * 60_000
        let days = Self.floorDivide(local, 86_400_000)
        let within = Int(local - days * 86_400_000)
        let date = Self.civilFromDays(Int(days))
        func pad(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        var out = "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T"
        out += "\(pad(within / 3_600_000, 2)):\(pad(within / 60_000 % 60, 2)):\(pad(within / 1000 % 60, 2))"
        if within % 1000 != 0 { out += ".\(pad(within % 1000, 3))" }
        if offsetMinutes == 0 { return out + "Z" }
        let absolute = Int(abs(offsetMinutes))
        return out + (offsetMinutes < 0 ? "-" : "+") + "\(pad(absolute / 60, 2)):\(pad(absolute % 60, 2))"
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : -((-value + by - 1) / by)
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar (eras of 400 years beginning on 1 March).
    private static func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civilFromDays(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}

extension Instant: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        // Not a DecodingError: a time without zone keeps its own code on the way out of `IJSON.decode`.
        self = try Instant(text)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
