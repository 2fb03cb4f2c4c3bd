// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Standards

/// The working days and hours of a State, from its profile. Time zones and dates come from Foundation.
public struct WorkingCalendar: Sendable, Equatable {
    /// IANA name.
    public let zone: String
    /// Days of the week that are worked, 1 = Sunday … 7 = Saturday.
    public let days: Set<Int>
    /// Minutes after local midnight.
    public let opens: Int
    public let closes: Int
    /// Local dates, `2026-11-30`.
    public let holidays: Set<String>

    static let dayNames = ["sun": 1, "mon": 2, "tue": 3, "wed": 4, "thu": 5, "fri": 6, "sat": 7]
    /// A calendar of holidays only would otherwise be searched without end.
    private static let longestSearch = 3 * 366

    /// - Throws: `.malformedInput` for an unknown zone, no working day, or hours that do not follow each other.
    public init(zone: String, days: Set<Int>, opens: Int, closes: Int, holidays: Set<String>) throws(ComityError) {
        guard TimeZone(identifier: zone) != nil else {
            throw ComityError(
                .malformedInput, "“\(Text.safe(zone, limit: 60))” is not a time zone.",
                next: "Use a name of the IANA list, for example America/Montevideo.")
        }
        guard !days.isEmpty, days.isSubset(of: Set(1...7)), opens >= 0, opens < closes, closes < 24 * 60 else {
            throw ComityError(
                .malformedInput, "The working days or hours make no sense.", next: "Give days such as [mon, tue] and hours in order.")
        }
        self.zone = zone
        self.days = days
        self.opens = opens
        self.closes = closes
        self.holidays = holidays
    }

    /// The close of the n-th working day that follows the local day of `after`, written in the local offset. Nil when
    /// so many working days are not found within three years.
    public func due(after: Instant, workingDays: Int) -> Instant? {
        guard workingDays > 0, let zone = TimeZone(identifier: zone) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        var day = calendar.startOfDay(for: Date(timeIntervalSince1970: Double(after.milliseconds) / 1000))
        var left = workingDays
        for _ in 0..<Self.longestSearch {
            // Noon exists on every day; midnight does not in zones that change their clocks there.
            guard let noon = calendar.date(byAdding: .hour, value: 36, to: day) else { return nil }
            day = calendar.startOfDay(for: noon)
            if isWorking(day, calendar) { left -= 1 }
            if left == 0 {
                let parts = calendar.dateComponents([.year, .month, .day], from: day)
                var close = DateComponents()
                close.year = parts.year
                close.month = parts.month
                close.day = parts.day
                close.hour = closes / 60
                close.minute = closes % 60
                guard let end = calendar.date(from: close) else { return nil }
                return Instant(
                    milliseconds: Int64(end.timeIntervalSince1970 * 1000), offsetMinutes: Int16(zone.secondsFromGMT(for: end) / 60))
            }
        }
        return nil
    }

    /// The office is open at that moment.
    public func isOpen(at moment: Instant) -> Bool {
        guard let zone = TimeZone(identifier: zone) else { return false }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        let parts = calendar.dateComponents([.hour, .minute], from: date)
        let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
        return isWorking(calendar.startOfDay(for: date), calendar) && minute >= opens && minute < closes
    }

    private func isWorking(_ day: Date, _ calendar: Calendar) -> Bool {
        let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: day)
        func two(_ value: Int?) -> String { (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        return days.contains(parts.weekday ?? 0) && !holidays.contains("\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))")
    }
}
