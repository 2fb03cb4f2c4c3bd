// SPDX-License-Identifier: Apache-2.0

/// Domain names, web addresses and message ids, and the tricks that letters of several scripts play.
extension Identifier {
    /// RFC 5322: `<left@right>` or the same without brackets, no spaces.
    public static func isMessageID(_ text: String) -> Bool {
        let inner = text.hasPrefix("<") && text.hasSuffix(">") ? text.dropFirst().dropLast() : text[...]
        let parts = inner.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && (3...998).contains(inner.utf8.count) && parts.allSatisfy { !$0.isEmpty }
            && inner.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x3C && $0 != 0x3E }
    }

    /// `http` or `https`, a host that is a domain or an address, at most 2,048 octets, no spaces or control characters.
    public static func isURL(_ text: String) -> Bool {
        guard text.utf8.count <= 2048, let host = host(of: text), text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else {
            return false
        }
        return isDomain(host) || isIPAddress(host)
    }

    /// The host of a web address, without port; nil when it is not one.
    public static func host(of url: String) -> String? {
        let lower = url.prefix(8).lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst(lower.hasPrefix("https://") ? 8 : 7).prefix { !"/?#".contains($0) }
        let authority = rest.split(separator: "@", omittingEmptySubsequences: false).last ?? rest
        if authority.hasPrefix("[") { return authority.dropFirst().split(separator: "]").first.map(String.init) }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2,
            parts.count == 1 || digits(String(parts[1])).map({ $0.count <= 5 }) ?? false
        else { return nil }
        return String(host)
    }

    /// What may deceive in a domain name: punycode that cannot be read, a label of several scripts, letters that look like Latin ones.
    /// Nil when nothing does.
    public static func domainWarning(_ text: String) -> String? {
        for label in text.split(separator: ".").prefix(128) {
            var shown = Array(label.unicodeScalars)
            if label.lowercased().hasPrefix("xn--") {
                guard let decoded = punycode(Array(label.lowercased().utf8.dropFirst(4))) else {
                    return "The label “\(Text.safe(String(label), limit: 63))” is not valid punycode."
                }
                shown = decoded
            }
            let name = Text.safe(String(String.UnicodeScalarView(shown)), limit: 63)
            let scripts = Set(shown.compactMap(Script.init))
            if scripts.count > 1, !Script.together.contains(where: scripts.isSubset) {
                return "The label “\(name)” mixes the letters of several scripts."
            }
            if let script = scripts.first, [.cyrillic, .greek].contains(script),
                shown.allSatisfy({ Script($0) == nil || lookalikes.contains($0) })
            {
                return "The label “\(name)” is written in \(script.rawValue) letters that look like Latin ones."
            }
            if label.hasPrefix("xn--") { return "The label “\(Text.safe(String(label), limit: 63))” is shown to people as “\(name)”." }
        }
        return nil
    }

    /// Unsafe text: control characters, or the invisible ones that turn the direction of writing.
    public static func hasHiddenCharacters(_ text: String) -> Bool { Text.safe(text, limit: Int.max) != text }

    private static let lookalikes = Set("асеорхуѕіјԁһӏԛԝАВЕКМНОРСТХУαοιυνρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ".unicodeScalars)

    private enum Script: String {
        case latin = "Latin"
        case greek = "Greek"
        case cyrillic = "Cyrillic"
        case armenian, hebrew, arabic, indic, thai, hangul, kana, han

        /// Scripts that one language writes side by side.
        static let together: [Set<Script>] = [[.han, .kana, .latin], [.han, .hangul, .latin]]

        init?(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: self = .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
            case 0x400...0x52F: self = .cyrillic
            case 0x530...0x58F: self = .armenian
            case 0x590...0x5FF: self = .hebrew
            case 0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF: self = .arabic
            case 0x900...0xDFF: self = .indic
            case 0xE00...0xE7F: self = .thai
            case 0xAC00...0xD7AF, 0x1100...0x11FF: self = .hangul
            case 0x3040...0x30FF: self = .kana
            case 0x3400...0x9FFF: self = .han
            default: return nil
            }
        }
    }

    /// RFC 3492, decoding one label without its `xn--`.
    static func punycode(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        guard (1...59).contains(bytes.count), bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let delimiter = bytes.lastIndex(of: 0x2D)
        var output = bytes[..<(delimiter ?? 0)].map { UInt32($0) }
        var (code, index, bias) = (128, 0, 72)
        var position = delimiter.map { $0 + 1 } ?? 0
        while position < bytes.count {
            let old = index
            var weight = 1
            var k = 36
            while true {
                guard position < bytes.count else { return nil }
                let byte = bytes[position]
                position += 1
                let digit: Int
                switch byte {
                case 0x61...0x7A: digit = Int(byte) - 0x61
                case 0x30...0x39: digit = Int(byte) - 0x30 + 26
                default: return nil
                }
                index += digit * weight
                guard index < 0x8000_0000 else { return nil }
                let threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias
                if digit < threshold { break }
                weight *= 36 - threshold
                guard weight < 0x8000_0000 else { return nil }
                k += 36
            }
            let count = output.count + 1
            var delta = old == 0 ? (index - old) / 700 : (index - old) / 2
            delta += delta / count
            var steps = 0
            while delta > 455 {
                delta /= 35
                steps += 36
            }
            bias = steps + 36 * delta / (delta + 38)
            code += index / count
            index %= count
            guard let value = UInt32(exactly: code), Unicode.Scalar(value) != nil else { return nil }
            output.insert(value, at: index)
            index += 1
        }
        return output.compactMap(Unicode.Scalar.init)
    }
}
