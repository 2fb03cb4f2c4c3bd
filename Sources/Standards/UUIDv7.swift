// SPDX-License-Identifier: Apache-2.0

/// A version 7 UUID (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then 74 random bits.
///
/// Time and randomness are passed in; nothing here reads a clock.
public struct UUIDv7: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    /// The 16 bytes, big-endian as in the text form.
    public let bytes: [UInt8]

    public init(at instant: Instant, using generator: inout some RandomNumberGenerator) {
        let time = UInt64(max(0, instant.milliseconds)) & 0xFFFF_FFFF_FFFF
        let high = time << 16 | 0x7000 | (generator.next() & 0x0FFF)
        let low = 0x8000_0000_0000_0000 | (generator.next() & 0x3FFF_FFFF_FFFF_FFFF)
        bytes = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) } }
    }

    /// Reads the lower-case text form.
    /// - Throws: `.schema` when it is not a version 7 UUID in its one spelling.
    public init(_ text: String) throws(ComityError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        var high: UInt8?
        var position = 0
        for character in text.utf8 {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard character == UInt8(ascii: "-") else { throw Self.malformed(text) }
            } else {
                guard let value = Hex.value(character) else { throw Self.malformed(text) }
                if let first = high {
                    bytes.append(first << 4 | value)
                    high = nil
                } else {
                    high = value
                }
            }
            position += 1
            guard position <= 36 else { throw Self.malformed(text) }
        }
        guard position == 36, bytes[6] >> 4 == 7, bytes[8] >> 6 == 2 else { throw Self.malformed(text) }
        self.bytes = bytes
    }

    private static func malformed(_ text: String) -> ComityError { ComityError(.schema, "“\(text.prefix(40))” is not a version 7 UUID.") }

    public var description: String {
        var out: [UInt8] = []
        out.reserveCapacity(36)
        for (index, character) in Hex.characters(bytes).enumerated() {
            if [8, 12, 16, 20].contains(index) { out.append(UInt8(ascii: "-")) }
            out.append(character)
        }
        return String(decoding: out, as: UTF8.self)
    }

    public static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try UUIDv7(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
