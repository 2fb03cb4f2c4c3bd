// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Strict base64 in the three dialects the formats need. Decoding refuses everything that encoding would not
/// have produced (padding, white space, non-zero trailing bits): one value has one spelling.
public enum Base64 {
    /// RFC 4648 section 5 without padding, as JOSE uses it (RFC 7515 section 2).
    public static func urlEncode(_ bytes: some Sequence<UInt8>) -> String {
        var text = Data(bytes).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
    }

    public static func urlDecode(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        guard let bytes = rawDecode(standard), urlEncode(bytes) == text else { return nil }
        return bytes
    }

    /// RFC 4648 section 4 without padding, as age headers use it.
    public static func rawEncode(_ bytes: some Sequence<UInt8>) -> String {
        var text = Data(bytes).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return text
    }

    public static func rawDecode(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(UInt8(ascii: "=")), text.utf8.count % 4 != 1 else { return nil }
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), rawEncode(data) == text else { return nil }
        return [UInt8](data)
    }

    /// RFC 4648 section 4 with padding, as signed notes, PEM and `Content-Digest` use it.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    public static func decode(_ text: String) -> [UInt8]? {
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else { return nil }
        return [UInt8](data)
    }
}
