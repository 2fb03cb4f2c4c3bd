// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Standards

/// A day of the Gregorian calendar, without time and zone, as treaties and depositaries name it.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    /// `2026-11-21`; the order of the texts is the order of the days.
    public let description: String

    /// - Throws: `.malformedInput` for anything but an existing day written as `2026-11-21`.
    public init(_ text: String) throws(ComityError) {
        guard text.utf8.count == 10, (try? Instant(text + "T00:00:00Z")) != nil else {
            throw ComityError(
                .malformedInput, "“\(Text.safe(text, limit: 40))” is not a day.", next: "Write it as 2026-11-21; the day has to exist.")
        }
        description = text
    }

    private init(known text: String) { description = text }

    /// The day on which a moment falls in a zone (IANA name); an unknown zone counts as UTC.
    public init(of instant: Instant, zone: String) {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let seconds = TimeZone(identifier: zone)?.secondsFromGMT(for: date) ?? 0
        self.init(Instant(milliseconds: instant.milliseconds + Int64(seconds) * 1000))
    }

    /// The last day that has begun anywhere on earth (UTC+14): what happened at home cannot be later.
    public static func latestAnywhere(at instant: Instant) -> CalendarDay {
        CalendarDay(Instant(milliseconds: instant.milliseconds + 14 * 3_600_000))
    }

    private init(_ instant: Instant) { description = String(instant.utc.prefix(10)) }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        return calendar
    }()

    private var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
    private var milliseconds: Int64 { (try? Instant(description + "T00:00:00Z"))?.milliseconds ?? 0 }

    /// The calendar of Foundation counts: 29 February and one year give 28 February.
    private func adding(_ component: Calendar.Component, _ value: Int) -> CalendarDay {
        guard let date = Self.calendar.date(byAdding: component, value: value, to: date) else { return self }
        return CalendarDay(Instant(milliseconds: Int64(date.timeIntervalSince1970) * 1000))
    }

    /// The n-th day after this one; before it where n is negative.
    public func adding(days: Int) -> CalendarDay { adding(.day, days) }
    public func adding(years: Int) -> CalendarDay { adding(.year, years) }
    public func adding(months: Int) -> CalendarDay { adding(.month, months) }

    /// How many days later the other day is.
    public func days(until other: CalendarDay) -> Int { Int((other.milliseconds - milliseconds) / 86_400_000) }

    /// The moment at which the day ends in a zone: the next midnight there, written in the offset of `shown`.
    public func end(in zone: String, shown: String? = nil) -> Instant {
        var calendar = Self.calendar
        calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
        let next = adding(days: 1).description.split(separator: "-").compactMap { Int($0) }
        let midnight = calendar.date(from: DateComponents(year: next[0], month: next[1], day: next[2])) ?? adding(days: 1).date
        let other = TimeZone(identifier: shown ?? zone) ?? calendar.timeZone
        return Instant(
            milliseconds: Int64(midnight.timeIntervalSince1970) * 1000,
            offsetMinutes: Int16(clamping: other.secondsFromGMT(for: midnight) / 60))
    }

    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    public init(from decoder: any Decoder) throws { self = try CalendarDay(decoder.singleValueContainer().decode(String.self)) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A day as a source gives it: the day, or only its month, or only its year.
public struct SourceDate: Sendable, Hashable, CustomStringConvertible, Codable {
    public let description: String
    /// The first and the last day that it may mean.
    public let earliest: CalendarDay
    public let latest: CalendarDay

    /// - Throws: `.malformedInput` for anything but `2026-07-14`, `2026-07` or `2026`.
    public init(_ text: String) throws(ComityError) {
        description = text
        switch text.utf8.count {
        case 4:
            earliest = try CalendarDay(text + "-01-01")
            latest = try CalendarDay(text + "-12-31")
        case 7:
            earliest = try CalendarDay(text + "-01")
            latest = earliest.adding(months: 1).adding(days: -1)
        default:
            earliest = try CalendarDay(text)
            latest = earliest
        }
    }

    /// A day that is known exactly.
    public init(_ day: CalendarDay) {
        description = day.description
        earliest = day
        latest = day
    }

    public var isExact: Bool { earliest == latest }

    public init(from decoder: any Decoder) throws { self = try SourceDate(decoder.singleValueContainer().decode(String.self)) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
