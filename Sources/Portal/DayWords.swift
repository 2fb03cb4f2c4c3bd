// SPDX-License-Identifier: Apache-2.0

import Treaty

/// Days as people read them: 25 October 2025; a month alone where a source gives no more.
enum DayWords {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    static func words(_ day: CalendarDay) -> String { words(day.description) }

    /// Nil: no source gives one.
    static func words(_ date: SourceDate?) -> String { date.map { words($0.description) } ?? "day unknown" }

    /// `2025-10-25`, `2025-10` or `2025`.
    private static func words(_ text: String) -> String {
        let parts = text.split(separator: "-").map { Int($0) ?? 0 }
        guard parts.count > 1, (1...12).contains(parts[1]) else { return text }
        return (parts.count > 2 ? "\(parts[2]) " : "") + "\(months[parts[1] - 1]) \(parts[0])"
    }
}
