// SPDX-License-Identifier: Apache-2.0

import Standards

/// A date, or a date with a time and a zone, as a person types it in parts.
struct FormMoment: Equatable {
    static let parts = ["day", "month", "year", "time", "zone"]

    var day = ""
    var month = ""
    var year = ""
    var time = ""
    /// `UTC`, an offset such as `-03:00`, or a name of the IANA list.
    var zone = ""

    /// What is wrong with it: a key of the words, and what stands in them.
    struct Fault: Error, Equatable {
        let key: String
        var values: [String: String] = [:]
        /// Offsets that a person may choose from, when a clock showed the time twice.
        var offsets: [String] = []
    }

    var isEmpty: Bool { [day, month, year, time].allSatisfy(\.isEmpty) }

    // MARK: As kept in a draft

    /// Text that could not be read, as `DraftForm` keeps it.
    var kept: String { [day, month, year, time, zone].joined(separator: "\n") }

    init() {}

    init(kept: String) {
        let lines = kept.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func line(_ index: Int) -> String { lines.indices.contains(index) ? lines[index] : "" }
        (day, month, year, time, zone) = (line(0), line(1), line(2), line(3), line(4))
    }

    /// A value of a draft in parts; nil for text that is no date and no time.
    init?(_ text: String, zones: [FormZones.Place]) {
        guard let instant = try? Instant(text) else {
            guard text.utf8.count == 10, (try? Instant(text + "T00:00:00Z")) != nil else { return nil }
            self.init(date: text)
            return
        }
        let written = Array(instant.description)
        self.init(date: String(written[..<10]))
        let rest = written[11...].prefix { $0 != "Z" && $0 != "+" && $0 != "-" }
        time = String(rest)
        zone = FormZones.name(instant, zones)
    }

    private init(date: String) {
        let fields = date.split(separator: "-").map { String($0.drop { $0 == "0" }) }
        (year, month, day) = (fields[0], fields[1], fields[2])
    }

    // MARK: Reading

    /// `2026-11-24`
    func date() throws(Fault) -> String {
        func number(_ text: String, _ digits: ClosedRange<Int>) -> Int? {
            digits.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
        }
        guard !day.isEmpty, !month.isEmpty, !year.isEmpty else { throw Fault(key: "fault.date.parts") }
        guard let day = number(day, 1...2), let month = number(month, 1...2), let year = number(year, 4...4) else {
            throw Fault(key: "fault.date.none")
        }
        let text = "\(year)-\(Self.two(month))-\(Self.two(day))"
        guard (try? Instant(text + "T00:00:00Z")) != nil else { throw Fault(key: "fault.date.none") }
        return text
    }

    /// `2026-11-24T16:20:07-03:00`
    func moment() throws(Fault) -> Instant {
        let date = try date()
        guard !time.isEmpty else { throw Fault(key: "fault.time.missing") }
        let clock = try clock()
        guard !zone.isEmpty else { throw Fault(key: "fault.zone.missing") }
        if zone == "UTC" || zone == "Z" { return try fixed("\(date)T\(clock)Z") }
        if zone.hasPrefix("+") || zone.hasPrefix("-") { return try fixed("\(date)T\(clock)\(zone)") }
        switch LocalTime.check("\(date)T\(clock)", zone: zone) {
        case .exact(let instant): return instant
        case .twice(let first, let second):
            let offsets = [first, second].map { String($0.description.suffix(6)) }
            throw Fault(key: "fault.local.twice", values: ["first": offsets[0], "second": offsets[1]], offsets: offsets)
        case .never: throw Fault(key: "fault.local.never")
        case .unknownZone: throw Fault(key: "fault.zone.unknown")
        case .malformed: throw Fault(key: "fault.time.none")
        }
    }

    private func fixed(_ text: String) throws(Fault) -> Instant {
        do { return try Instant(text) } catch { throw Fault(key: "fault.zone.unknown") }
    }

    /// `16:20` and `1620` are the beginning of the minute; a fraction is kept.
    private func clock() throws(Fault) -> String {
        var text = time.split(separator: " ").joined()
        if text.utf8.count == 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { text = "\(text.prefix(2)):\(text.suffix(2))" }
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        if pieces.count == 2 { text += ":00" }
        if pieces.first?.utf8.count == 1 { text = "0" + text }
        guard text.utf8.count <= 16, (try? Instant("2026-01-01T\(text)Z")) != nil else { throw Fault(key: "fault.time.none") }
        return text
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

/// The zones that a person may choose from.
enum FormZones {
    struct Place: Equatable {
        let zone: String
        let label: String
    }

    /// All whole hours, and the halves and quarters that are in use.
    static let offsets: [String] = {
        let odd = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765]
        return (Array(stride(from: -720, through: 840, by: 60)) + odd).sorted().map(text)
    }()

    private static func text(_ minutes: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(minutes < 0 ? "-" : "+")\(two(abs(minutes) / 60)):\(two(abs(minutes) % 60))"
    }

    /// The choice that wrote this offset: UTC, the first place whose clocks had it then, or the offset itself.
    static func name(_ instant: Instant, _ places: [Place]) -> String {
        if instant.offsetMinutes == 0 { return "UTC" }
        let plain = String(instant.description.prefix(19))
        for place in places {
            if case .exact(let there) = LocalTime.check(plain, zone: place.zone), there.offsetMinutes == instant.offsetMinutes {
                return place.zone
            }
        }
        return text(Int(instant.offsetMinutes))
    }
}
