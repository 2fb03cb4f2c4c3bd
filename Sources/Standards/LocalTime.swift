// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A clock time as a local log shows it, in a named zone. Twice a year some zones skip an hour or live it twice.
public enum LocalTime: Sendable, Equatable {
    /// The one moment it names.
    case exact(Instant)
    /// The clocks were set back: the time was shown twice.
    case twice(first: Instant, second: Instant)
    /// The clocks were set forward over it: no clock showed it.
    case never
    case unknownZone
    case malformed

    /// Reads `2026-10-25T03:30:00` as a clock in `zone` (IANA name, for example `Europe/Helsinki`) showed it.
    public static func check(_ text: String, zone: String) -> LocalTime {
        guard text.utf8.count <= 30, let zone = TimeZone(identifier: zone) else {
            return TimeZone(identifier: zone) == nil ? .unknownZone : .malformed
        }
        guard let plain = try? Instant(text + "Z") else { return .malformed }
        var found: [Instant] = []
        var offsets: [Int] = []
        for day in [-1.0, 0, 1] {
            let offset = zone.secondsFromGMT(for: date(plain.milliseconds).addingTimeInterval(day * 86_400))
            if !offsets.contains(offset) { offsets.append(offset) }
        }
        for offset in offsets {
            let moment = plain.milliseconds - Int64(offset) * 1000
            if zone.secondsFromGMT(for: date(moment)) == offset {
                found.append(Instant(milliseconds: moment, offsetMinutes: Int16(offset / 60)))
            }
        }
        found.sort()
        switch found.count {
        case 0: return .never
        case 1: return .exact(found[0])
        default: return .twice(first: found[0], second: found[found.count - 1])
        }
    }

    /// What is wrong with it, in words; nil when it names one moment.
    public var fault: String? {
        switch self {
        case .exact: nil
        case .twice(let first, let second): "That clock time was shown twice in this zone; write \(first) or \(second)."
        case .never: "That clock time does not exist in this zone; the clocks were set forward over it."
        case .unknownZone: "The time zone is not one of the IANA list, for example Europe/Helsinki."
        case .malformed: "The local time is not written as 2026-10-25T03:30:00."
        }
    }

    private static func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
