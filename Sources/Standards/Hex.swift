// SPDX-License-Identifier: Apache-2.0

/// Lower-case hexadecimal (RFC 4648 section 8, lower case as `sha256sum` prints it).
public enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two characters a byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String { String(decoding: characters(bytes), as: UTF8.self) }

    static func characters(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.underestimatedCount * 2)
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return out
    }

    /// The bytes, or nil when the length is odd or a character is not `0-9a-f`. Upper case is refused:
    /// one value has one spelling.
    public static func decode(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 2) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(characters.count / 2)
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = value(characters[index]), let low = value(characters[index + 1]) else { return nil }
            out.append(high << 4 | low)
        }
        return out
    }

    static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
