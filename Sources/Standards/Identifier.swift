// SPDX-License-Identifier: Apache-2.0

/// Checks of the identifiers a request names. Each says what is wrong in words, or nothing.
public enum Identifier {
    /// IPv4 dotted decimal without leading zeros, or IPv6 (RFC 4291 text form).
    public static func isIPAddress(_ text: String) -> Bool { isIPv4(text) || isIPv6(text) }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(part) else {
                    return false
                }
                return value <= 255 && (part == "0" || !part.hasPrefix("0"))
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        guard text.utf8.count <= 45, text.contains(":") else { return false }
        let halves = text.components(separatedByDouble: ":")
        guard halves.count <= 2 else { return false }
        func groups(_ half: Substring, last: Bool) -> Int? {
            if half.isEmpty { return 0 }
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            var count = 0
            for (index, part) in parts.enumerated() {
                if last, index == parts.count - 1, part.contains(".") {
                    guard isIPv4(String(part)) else { return nil }
                    count += 2
                } else {
                    guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), part.allSatisfy(\.isASCII) else { return nil }
                    count += 1
                }
            }
            return count
        }
        guard let first = groups(halves[0], last: halves.count == 1) else { return false }
        if halves.count == 1 { return first == 8 }
        guard let second = groups(halves[1], last: true) else { return false }
        return first + second <= 7
    }

    /// The common subset of RFC 5321 and RFC 6531: one `@`, a non-empty local part of at most 64 octets without spaces or
    /// control characters, and a domain of labels.
    public static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count),
            !parts[0].hasPrefix("."), !parts[0].hasSuffix("."), !parts[0].contains(".."),
            !text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F || "<>()[],;:\\\"".unicodeScalars.contains($0) })
        else { return false }
        return isDomain(String(parts[1]))
    }

    /// At least two labels of 1 to 63 octets that neither begin nor end with a hyphen.
    public static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253 && labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
            }
    }

    public static func isPort(_ value: Int64) -> Bool { (1...65535).contains(value) }
}

extension String {
    /// Splits at a doubled separator: `a::b` gives two parts. Three parts or more mean that it stands more than once.
    fileprivate func components(separatedByDouble separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var index = startIndex
        while index < endIndex {
            let next = self.index(after: index)
            if self[index] == separator, next < endIndex, self[next] == separator {
                parts.append(self[start..<index])
                start = self.index(after: next)
                index = start
            } else {
                index = next
            }
        }
        parts.append(self[start...])
        return parts
    }
}
