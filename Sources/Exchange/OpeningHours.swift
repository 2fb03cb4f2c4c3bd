// SPDX-License-Identifier: Apache-2.0

public import Standards

/// When somebody is there, as people write it: `24/7`, or `mon-fri 08:00-16:30; sat 09:00-12:00`. In the time zone of the authority.
///
/// A time that ends before it begins goes on after midnight (`fri 22:00-06:00`). Public holidays are not known.
public struct OpeningHours: Sendable, Hashable, CustomStringConvertible {
    /// Days from Monday 0 to Sunday 6, and minutes of the day.
    public struct Span: Sendable, Hashable {
        public let days: [Int]
        public let from: Int
        /// At most 1440; less than `from` means on the next day.
        public let to: Int
    }

    public static let always = OpeningHours(spans: [])
    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let most = 14

    /// Empty: always.
    public let spans: [Span]
    public var isAlways: Bool { spans.isEmpty }

    private init(spans: [Span]) { self.spans = spans }

    /// - Throws: `.usage` saying how hours are written.
    public init(_ text: String) throws(ComityError) {
        let plain = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard plain != "24/7" else {
            self = .always
            return
        }
        let parts = plain.split { $0 == ";" || $0 == "," }.map { $0.drop { $0 == " " } }
        let bad = ComityError(
            .usage, "“\(Text.safe(text, limit: 80))” are no opening hours.",
            next: "Write 24/7, or days and times as mon-fri 08:00-16:30; sat 09:00-12:00.")
        guard (1...Self.most).contains(parts.count) else { throw bad }
        var spans: [Span] = []
        for part in parts {
            let words = part.split(separator: " ")
            let times = words.count == 2 ? words[1].split(separator: "-", omittingEmptySubsequences: false) : []
            guard times.count == 2, let days = Self.days(words[0]), let from = Self.minutes(times[0]), let to = Self.minutes(times[1]),
                from != to, from < 1440, to > 0
            else { throw bad }
            spans.append(Span(days: days, from: from, to: to))
        }
        self.spans = spans
    }

    private static func days(_ text: Substring) -> [Int]? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { names.firstIndex(of: String($0)) }
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        case (1, let day?, _): return [day]
        case (2, let first?, let last?): return first <= last ? Array(first...last) : Array(first...6) + Array(0...last)
        default: return nil
        }
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    /// As it is written; reads back to the same.
    public var description: String {
        func time(_ minutes: Int) -> String {
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            return "\(two(minutes / 60)):\(two(minutes % 60))"
        }
        guard !isAlways else { return "24/7" }
        return spans.map { span in
            let first = Self.names[span.days.first ?? 0]
            let days = span.days.count > 1 ? "\(first)-\(Self.names[span.days.last ?? 0])" : first
            return "\(days) \(time(span.from))-\(time(span.to))"
        }.joined(separator: "; ")
    }

    /// The same hours on the clock of another time zone, a number of minutes further; nil where whole days would be cut in two.
    public func shifted(by minutes: Int) -> OpeningHours? {
        guard !isAlways else { return self }
        var moved: [Span] = []
        for span in spans {
            let length = (span.to - span.from + 1440) % 1440
            guard length > 0 || minutes == 0 else { return nil }
            let from = span.from + minutes
            let day = (from - ((from % 1440) + 1440) % 1440) / 1440
            let start = ((from % 1440) + 1440) % 1440
            let end = minutes == 0 ? span.to : (start + length) % 1440
            moved.append(Span(days: span.days.map { (($0 + day) % 7 + 7) % 7 }, from: start, to: end == 0 ? 1440 : end))
        }
        return OpeningHours(spans: moved)
    }

    /// Whether somebody is there.
    /// - Parameter moment: in the offset of the authority's time zone at that moment.
    public func isOpen(at moment: Instant) -> Bool {
        guard !isAlways else { return true }
        let minutes = (moment.milliseconds + Int64(moment.offsetMinutes) * 60_000).flooredDivision(by: 60_000)
        let (day, minute) = (minutes.flooredDivision(by: 1440), Int(minutes - minutes.flooredDivision(by: 1440) * 1440))
        // 1 January 1970 was a Thursday.
        let weekday = Int(((day + 3) % 7 + 7) % 7)
        return spans.contains { span in
            if span.from < span.to { return span.days.contains(weekday) && (span.from..<span.to).contains(minute) }
            return span.days.contains(weekday) && minute >= span.from || span.days.contains((weekday + 6) % 7) && minute < span.to
        }
    }
}

extension Int64 {
    fileprivate func flooredDivision(by other: Int64) -> Int64 { self >= 0 ? self / other : -((-self + other - 1) / other) }
}

extension OpeningHours: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try OpeningHours(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
