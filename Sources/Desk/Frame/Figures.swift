// SPDX-License-Identifier: Apache-2.0

import Standards

/// Numbers, sizes and spans of time in the words of a language.
struct Figures: Sendable {
    let strings: Strings

    /// `24,018,944`, grouped as the language does.
    func count(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        let groups = stride(from: digits.count, to: 0, by: -3).map { end in
            String(digits.dropLast(digits.count - end).suffix(3))
        }
        return (value < 0 ? "-" : "") + groups.reversed().joined(separator: strings("figures.group"))
    }

    /// `1.84 GB`, in powers of 1000.
    func size(_ bytes: Int64) -> String {
        var unit = 0
        var scaled = Double(bytes)
        while scaled >= 999.5, unit < 4 {
            scaled /= 1000
            unit += 1
        }
        let places = unit == 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
        let factor = [1.0, 10, 100][places]
        let fixed = Int64((scaled * factor).rounded())
        var text = count(fixed / Int64(factor))
        if places > 0 {
            let rest = String(fixed % Int64(factor))
            text += strings("figures.point") + String(repeating: "0", count: places - rest.count) + rest
        }
        return strings("size.\(unit)", ["count": text])
    }

    /// `59 d 23 h`, `3 h 05 min`, `18 min`.
    func span(milliseconds: Int64) -> String {
        let minutes = milliseconds.magnitude / 60_000
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
        if days > 0 { return strings(hours > 0 ? "span.days" : "span.days-only", ["days": count(days), "hours": "\(hours)"]) }
        if hours > 0 { return strings("span.hours", ["hours": "\(hours)", "minutes": rest < 10 ? "0\(rest)" : "\(rest)"]) }
        return rest > 0 ? strings("span.minutes", ["minutes": "\(rest)"]) : strings("span.now")
    }
}
