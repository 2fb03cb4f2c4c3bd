// SPDX-License-Identifier: Apache-2.0

/// An ISO 8601 duration of weeks, days, hours, minutes and seconds (`P60D`, `PT24H`, `P1DT12H`).
///
/// Years and months are refused: their length depends on where they start, and every time limit of the instruments
/// at hand counts days.
public struct ISODuration: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    public let milliseconds: Int64
    public let description: String

    /// - Throws: `.malformedInput` when the text is not such a duration, or is longer than 200 years.
    public init(_ text: String) throws(ComityError) {
        let bad = ComityError(
            .malformedInput, "“\(text.prefix(40))” is not a duration in weeks, days, hours, minutes and seconds.",
            next: "Write it as P60D or PT24H (ISO 8601).")
        guard text.utf8.count <= 32, text.hasPrefix("P"), text.count > 1 else { throw bad }
        var total: Int64 = 0
        var number: Int64?
        var inTime = false
        var units: [Character] = []
        for character in text.dropFirst() {
            if let digit = character.wholeNumberValue, character.isASCII {
                guard (number ?? 0) < 1_000_000_000 else { throw bad }
                number = (number ?? 0) * 10 + Int64(digit)
                continue
            }
            if character == "T", !inTime, number == nil {
                inTime = true
                continue
            }
            guard let value = number else { throw bad }
            let unit: Int64
            switch (inTime, character) {
            case (false, "W"): unit = 604_800
            case (false, "D"): unit = 86_400
            case (true, "H"): unit = 3_600
            case (true, "M"): unit = 60
            case (true, "S"): unit = 1
            default: throw bad
            }
            guard !units.contains(character) else { throw bad }
            units.append(character)
            total += value * unit
            number = nil
        }
        guard number == nil, !units.isEmpty, !text.hasSuffix("T"), total <= 200 * 366 * 86_400 else { throw bad }
        self.milliseconds = total * 1000
        self.description = text
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try ISODuration(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
