// SPDX-License-Identifier: Apache-2.0

import Node
import Standards

/// A moment as a person writes it: day, month, year, time, and the zone of the place that the time is of.
struct WrittenMoment {
    static let parts = ["day", "month", "year", "time", "zone"]

    enum Fault: Error {
        /// Not a date and a time.
        case unreadable
        /// The clocks of that zone were put forward over it.
        case missing
    }

    let day: String
    let month: String
    let year: String
    let time: String
    /// IANA name.
    let zone: String

    init(day: String, month: String, year: String, time: String, zone: String) {
        self.day = day
        self.month = month
        self.year = year
        self.time = time
        self.zone = zone
    }

    /// The fields of a form whose names begin with `name`.
    init(_ form: Form, _ name: String) {
        func part(_ part: String) -> String { form.text("\(name).\(part)") ?? "" }
        self.init(day: part("day"), month: part("month"), year: part("year"), time: part("time"), zone: part("zone"))
    }

    /// How a person in that zone writes an instant; to the minute unless seconds matter.
    init(_ instant: Instant, zone: String) {
        let text = Array(Node.at(instant, zone: zone).description)
        let seconds = instant.milliseconds % 60_000 == 0 ? 16 : 19
        self.init(
            day: String(text[8..<10]), month: String(text[5..<7]), year: String(text[0..<4]), time: String(text[11..<seconds]), zone: zone)
    }

    /// Nothing was written; a date that stood there already does not count without a time.
    var isEmpty: Bool { time.isEmpty && (day.isEmpty || month.isEmpty || year.isEmpty) }

    /// - Throws: `Fault`.
    func instant() throws(Fault) -> Instant {
        func two(_ text: String) throws(Fault) -> String {
            guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .unreadable }
            return text.utf8.count == 1 ? "0" + text : text
        }
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard year.utf8.count == 4, year.utf8.allSatisfy({ (0x30...0x39).contains($0) }), (2...3).contains(clock.count) else {
            throw .unreadable
        }
        var text = "\(year)-\(try two(month))-\(try two(day))T\(try two(String(clock[0]))):\(try two(String(clock[1])))"
        text += ":" + (clock.count == 3 ? try two(String(clock[2])) : "00") + "Z"
        let face: Instant
        do { face = try Instant(text) } catch { throw .unreadable }
        // The offset depends on the moment, which depends on the offset: the second look settles it.
        var found = face
        for _ in 0..<2 { found = face.adding(milliseconds: -Int64(Node.at(found, zone: zone).offsetMinutes) * 60_000) }
        let local = Node.at(found, zone: zone)
        guard local.milliseconds + Int64(local.offsetMinutes) * 60_000 == face.milliseconds else { throw .missing }
        return local
    }

    /// As fields of a form.
    func fields(_ name: String) -> [Form.Field] {
        [
            .init(name: "\(name).day", value: day), .init(name: "\(name).month", value: month), .init(name: "\(name).year", value: year),
            .init(name: "\(name).time", value: time), .init(name: "\(name).zone", value: zone),
        ]
    }
}
