// SPDX-License-Identifier: Apache-2.0

package import Standards

/// Writes days as iCalendar (RFC 5545): lines of at most 75 octets, CRLF, escaped texts, whole days.
package struct CalendarFile {
    private var lines: [String]
    private let stamp: String

    package init(name: String, stamp: Instant) {
        self.stamp = Self.moment(stamp)
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Comity//Treaty//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
            "X-WR-CALNAME:" + Self.escaped(name),
        ]
    }

    /// - Parameter uid: the same for the same day of the same thing, so that a calendar replaces it.
    package mutating func add(uid: String, day: CalendarDay, summary: String, description: String) {
        lines += [
            "BEGIN:VEVENT", "UID:\(uid)@comity", "DTSTAMP:\(stamp)", "DTSTART;VALUE=DATE:\(day.description.filter { $0 != "-" })",
            "DTEND;VALUE=DATE:\(day.adding(days: 1).description.filter { $0 != "-" })", "SUMMARY:" + Self.escaped(summary),
            "DESCRIPTION:" + Self.escaped(description), "TRANSP:TRANSPARENT", "END:VEVENT",
        ]
    }

    /// From one moment to another, with a place.
    package mutating func add(uid: String, from: Instant, to: Instant?, place: String, summary: String, description: String) {
        lines += ["BEGIN:VEVENT", "UID:\(uid)@comity", "DTSTAMP:\(stamp)", "DTSTART:\(Self.moment(from))"]
        if let to { lines.append("DTEND:\(Self.moment(to))") }
        lines += [
            "SUMMARY:" + Self.escaped(summary), "LOCATION:" + Self.escaped(place), "DESCRIPTION:" + Self.escaped(description), "END:VEVENT",
        ]
    }

    /// `20261121T080000Z`
    private static func moment(_ instant: Instant) -> String { String(instant.utc.prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z" }

    package var text: String { (lines + ["END:VCALENDAR"]).map { Self.folded($0) + "\r\n" }.joined() }

    /// Section 3.3.11: backslash, semicolon, comma and line break; other control characters are left out.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",": out += "\\" + String(scalar)
            case "\n": out += "\\n"
            default: if scalar.value >= 0x20, scalar.value != 0x7F { out.unicodeScalars.append(scalar) }
            }
        }
        return out
    }

    /// Section 3.1: a line goes on after CRLF and a space; no character is cut.
    static func folded(_ line: String) -> String {
        var out = ""
        var octets = 0
        for scalar in line.unicodeScalars {
            let width = String(scalar).utf8.count
            if octets + width > 75 {
                out += "\r\n "
                octets = 1
            }
            out.unicodeScalars.append(scalar)
            octets += width
        }
        return out
    }
}
