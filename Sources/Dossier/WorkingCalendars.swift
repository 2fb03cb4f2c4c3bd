// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// Working days of States, passed in: this room knows no calendar.
public struct WorkingCalendars: Sendable {
    /// The end of the working day that lies so many working days after a moment.
    public typealias End = @Sendable (_ start: Instant, _ workingDays: Int) -> Instant?

    private let end: @Sendable (StateCode, Instant, Int) -> Instant?

    public init(_ ends: [StateCode: End]) { end = { state, start, days in ends[state]?(start, days) } }

    /// The calendars of the State profiles.
    public init(of law: Law) { end = { state, start, days in law.state(state)?.calendar?.due(after: start, workingDays: days) } }

    /// The end of a time limit of working days in a State; of a State whose calendar is unknown, Monday to Friday in the offset of
    /// the start, to the end of the day.
    public func end(in state: StateCode, from start: Instant, workingDays: Int) -> Instant {
        if let end = end(state, start, workingDays) { return end }
        let day: Int64 = 86_400_000
        let offset = Int64(start.offsetMinutes) * 60_000
        let local = start.milliseconds + offset
        var date = local >= 0 ? local / day : -((-local + day - 1) / day)
        var left = min(max(workingDays, 0), 10_000)
        while left > 0 {
            date += 1
            // 1970-01-01 was a Thursday: 0 is Monday.
            let weekday = ((date + 3) % 7 + 7) % 7
            if weekday < 5 { left -= 1 }
        }
        return Instant(milliseconds: (date + 1) * day - 1000 - offset, offsetMinutes: start.offsetMinutes)
    }
}
