// SPDX-License-Identifier: Apache-2.0

/// Strict base64 in the three dialects the formats need. Decoding refuses everything that encoding would not
/// have produced (padding, white space, non-zero trailing bits): one value has one spelling.
public enum Base64 {
    /// RFC 4648 section 5 without padding, as JOSE uses it (RFC 7515 section 2).
    public static func urlEncode(_ bytes: some Sequence<UInt8>) -> String { url.encode(bytes, isPadded: false) }

    public static func urlDecode(_ text: String) -> [UInt8]? { url.decode(text.utf8, isPadded: false) }

    /// The same from the characters as they came.
    public static func urlDecode(_ characters: some Collection<UInt8>) -> [UInt8]? { url.decode(characters, isPadded: false) }

    /// RFC 4648 section 4 without padding, as age headers use it.
    public static func rawEncode(_ bytes: some Sequence<UInt8>) -> String { standard.encode(bytes, isPadded: false) }

    public static func rawDecode(_ text: String) -> [UInt8]? { standard.decode(text.utf8, isPadded: false) }

    /// RFC 4648 section 4 with padding, as signed notes, PEM and `Content-Digest` use it.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String { standard.encode(bytes, isPadded: true) }

    public static func decode(_ text: String) -> [UInt8]? { standard.decode(text.utf8, isPadded: true) }

    /// The same, from the bytes of its characters.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? { standard.decode(text, isPadded: true) }

    private static let standard = Alphabet("+/")
    private static let url = Alphabet("-_")

    private struct Alphabet: Sendable {
        private let characters: [UInt8]
        /// The value of each character, 255 for one that is not in the alphabet.
        private let values: [UInt8]

        /// - Parameter last: the characters of 62 and 63.
        init(_ last: String) {
            let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(last)".utf8)
            var values = [UInt8](repeating: 255, count: 256)
            for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
            self.characters = characters
            self.values = values
        }

        func encode(_ bytes: some Sequence<UInt8>, isPadded: Bool) -> String {
            let bytes = Array(bytes)
            var out: [UInt8] = []
            out.reserveCapacity((bytes.count + 2) / 3 * 4)
            var index = 0
            while index < bytes.count {
                let left = bytes.count - index
                let second = left > 1 ? bytes[index + 1] : 0
                let third = left > 2 ? bytes[index + 2] : 0
                out.append(characters[Int(bytes[index] >> 2)])
                out.append(characters[Int((bytes[index] & 3) << 4 | second >> 4)])
                if left > 1 { out.append(characters[Int((second & 15) << 2 | third >> 6)]) }
                if left > 2 { out.append(characters[Int(third & 63)]) }
                index += 3
            }
            if isPadded { while out.count % 4 != 0 { out.append(UInt8(ascii: "=")) } }
            return String(decoding: out, as: UTF8.self)
        }

        func decode(_ text: some Collection<UInt8>, isPadded: Bool) -> [UInt8]? {
            var text = Array(text)
            if isPadded {
                guard text.count.isMultiple(of: 4) else { return nil }
                for _ in 0..<2 where text.last == UInt8(ascii: "=") { text.removeLast() }
            }
            guard text.count % 4 != 1 else { return nil }
            var out: [UInt8] = []
            out.reserveCapacity(text.count / 4 * 3 + 2)
            // Bits that have not made a byte yet.
            var bits: UInt32 = 0
            var count = 0
            for character in text {
                let value = values[Int(character)]
                guard value != 255 else { return nil }
                bits = bits << 6 | UInt32(value)
                count += 6
                guard count >= 8 else { continue }
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
            return bits == 0 ? out : nil
        }
    }
}
