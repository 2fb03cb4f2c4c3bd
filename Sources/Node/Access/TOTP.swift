// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards

/// Time-based one-time passwords: RFC 6238 with SHA-1, six digits, 30 seconds, which every code generator knows.
public enum TOTP {
    /// Seconds of a step.
    public static let period: Int64 = 30
    static let secretLength = 20

    /// The step of a moment, milliseconds since 1970.
    public static func step(at milliseconds: Int64) -> Int64 { milliseconds / 1000 / period }

    /// HOTP of RFC 4226.
    /// - Parameter digits: 6 to 9.
    static func code(_ secret: [UInt8], counter: Int64, digits: Int = 6) -> String {
        let message = withUnsafeBytes(of: UInt64(bitPattern: counter).bigEndian) { [UInt8]($0) }
        let mac = [UInt8](HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 0x0F)
        let value = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(value % (0..<digits).reduce(UInt32(1)) { power, _ in power * 10 })
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The code that a generator with this secret (base32) shows at a moment, milliseconds since 1970; nil for a bad secret.
    public static func code(secret: String, at milliseconds: Int64) -> String? {
        Base32.decode(secret).map { code($0, counter: step(at: milliseconds)) }
    }

    /// The step that a typed code belongs to: now, one before or one after, and later than `last`.
    static func match(_ typed: String, secret: [UInt8], at milliseconds: Int64, after last: Int64) -> Int64? {
        let digits = Array(typed.utf8.filter { $0 != UInt8(ascii: " ") })
        guard digits.count == 6 else { return nil }
        let now = step(at: milliseconds)
        var found: Int64?
        // All three are compared, so that the time does not tell which one fits.
        for step in now - 1...now + 1 where Secret.equal(digits, Array(code(secret, counter: step).utf8)) && step > last { found = step }
        return found
    }

    /// `otpauth://totp/…`, as code generators read it from a QR code.
    static func uri(secret: [UInt8], officer: String, node: String) -> String {
        func escaped(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: CharacterSet.alphanumerics.intersection(.urlPathAllowed)) ?? ""
        }
        return "otpauth://totp/\(escaped(node)):\(escaped(officer))?secret=\(Base32.encode(secret))&issuer=\(escaped(node))"
            + "&algorithm=SHA1&digits=6&period=\(period)"
    }
}

/// RFC 4648 base32 without padding.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func encode(_ bytes: [UInt8], alphabet: [UInt8] = alphabet) -> String {
        var out: [UInt8] = []
        var bits: UInt64 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt64(byte)
            count += 8
            while count >= 5 {
                count -= 5
                out.append(alphabet[Int(bits >> UInt64(count) & 31)])
            }
        }
        if count > 0 { out.append(alphabet[Int(bits << UInt64(5 - count) & 31)]) }
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var out: [UInt8] = []
        var bits: UInt64 = 0
        var count = 0
        for character in text.uppercased().utf8 where character != UInt8(ascii: " ") {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 5 | UInt64(value)
            count += 5
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt64(count)))
            }
        }
        return out
    }
}
