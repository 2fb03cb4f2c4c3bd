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
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], let bytes = Hex.decode(parts.joined()), bytes[6] >> 4 == 7,
            bytes[8] >> 6 == 2
        else { throw ComityError(.schema, "“\(text.prefix(40))” is not a version 7 UUID.") }
        self.bytes = bytes
    }

    public var description: String {
        let hex = Array(Hex.encode(bytes))
        return [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]].map { String($0) }.joined(separator: "-")
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
