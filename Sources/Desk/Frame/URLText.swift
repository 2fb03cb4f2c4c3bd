// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Text inside an address (RFC 3986): everything but unreserved characters is percent-encoded.
enum URLText {
    private static let digits = Array("0123456789ABCDEF")

    static func encode(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.append(Character(UnicodeScalar(byte)))
            default:
                out.append("%")
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            }
        }
        return out
    }

    /// Undoes `encode`; nil for what is not UTF-8 or not percent-encoded rightly.
    static func decode(_ text: Substring) -> String? { String(text).removingPercentEncoding }

    /// A path of this desk, or `/`: never an address of somebody else's.
    static func ownPath(_ text: String?) -> String {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.hasPrefix("/\\"),
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7f && $0 != "\\" })
        else { return "/" }
        return text
    }
}
