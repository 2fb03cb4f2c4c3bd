// SPDX-License-Identifier: Apache-2.0

/// Identifiers with check digits: telephones, cards, accounts, companies, vehicles, passports.
extension Identifier {
    static func digits(_ text: String) -> [Int]? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.utf8.map { Int($0) - 0x30 }
    }

    static func luhn(_ digits: [Int]) -> Bool {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let doubled = digit * 2
            sum += index % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }

    /// ISO 7064 Mod 97-10 over digits and letters (A = 10).
    static func mod97(_ text: some Sequence<UInt8>) -> Int? {
        var rest = 0
        for byte in text {
            switch byte {
            case 0x30...0x39: rest = (rest * 10 + Int(byte) - 0x30) % 97
            case 0x41...0x5A: rest = (rest * 100 + Int(byte) - 0x41 + 10) % 97
            default: return nil
            }
        }
        return rest
    }

    /// E.164: `+`, then up to fifteen digits that do not begin with zero.
    public static func isPhone(_ text: String) -> Bool {
        guard text.hasPrefix("+"), let digits = digits(String(text.dropFirst())) else { return false }
        return (2...15).contains(digits.count) && digits[0] != 0
    }

    /// Digits with the usual separators and no country: a number as it is dialled inside one State.
    public static func isNationalPhone(_ text: String) -> Bool {
        let plain = text.filter { !" -./()".contains($0) }
        return !text.hasPrefix("+") && (3...15).contains(plain.count) && digits(plain) != nil
    }

    /// `+999 10 555-0101` as `+999105550101`; nil when that is not E.164.
    public static func normalisedPhone(_ text: String) -> String? {
        guard text.utf8.count <= 40 else { return nil }
        let plain = text.filter { !" -./()".contains($0) }
        return isPhone(plain) ? plain : nil
    }

    /// Fifteen digits with a Luhn check digit, or sixteen (IMEISV), which has none.
    public static func isIMEI(_ text: String) -> Bool {
        guard let digits = digits(text) else { return false }
        return digits.count == 16 || digits.count == 15 && luhn(digits)
    }

    /// E.212: fourteen or fifteen digits, the first three a country between 001 and 901.
    public static func isIMSI(_ text: String) -> Bool {
        guard let digits = digits(text), (14...15).contains(digits.count) else { return false }
        return (1...901).contains(digits[0] * 100 + digits[1] * 10 + digits[2])
    }

    /// E.118: 89, nineteen or twenty digits, the last a Luhn check digit.
    public static func isICCID(_ text: String) -> Bool {
        guard let digits = digits(text), (19...20).contains(digits.count) else { return false }
        return digits[0] == 8 && digits[1] == 9 && luhn(digits)
    }

    /// EUI-48 or EUI-64 with one kind of separator: `00-00-5E-00-53-2A`, `00:00:5e:00:53:2a`.
    public static func isMAC(_ text: String) -> Bool {
        for separator in ["-", ":"] as [Character] {
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            if [6, 8].contains(parts.count) { return parts.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy(isHex) } }
        }
        return false
    }

    static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// ISO 13616: country, two check digits, at most thirty letters and digits; the whole modulo 97 is one.
    public static func isIBAN(_ text: String) -> Bool {
        let plain = Array(text.utf8.filter { $0 != 0x20 })
        guard (15...34).contains(plain.count), plain[..<2].allSatisfy({ (0x41...0x5A).contains($0) }),
            plain[2..<4].allSatisfy({ (0x30...0x39).contains($0) })
        else { return false }
        return mod97(plain[4...] + plain[..<4]) == 1
    }

    /// ISO 9362: bank, country, place, and optionally the branch.
    public static func isBIC(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let letter: (UInt8) -> Bool = { (0x41...0x5A).contains($0) }
        return [8, 11].contains(bytes.count) && bytes[4..<6].allSatisfy(letter)
            && bytes.allSatisfy { letter($0) || (0x30...0x39).contains($0) }
    }

    /// ISO 17442: twenty letters and digits, modulo 97 one.
    public static func isLEI(_ text: String) -> Bool { text.utf8.count == 20 && mod97(text.utf8) == 1 }

    /// ISO 3779 with the check digit in the ninth place.
    public static func isVIN(_ text: String) -> Bool {
        let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
        let values = Dictionary(
            uniqueKeysWithValues: zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9]))
        let characters = Array(text)
        guard characters.count == 17, text.utf8.count == 17 else { return false }
        var sum = 0
        for (index, character) in characters.enumerated() {
            guard let value = character.isASCII ? character.wholeNumberValue ?? values[character] : nil else { return false }
            sum += value * weights[index]
        }
        return characters[8] == (sum % 11 == 10 ? "X" : Character(String(sum % 11)))
    }

    /// IMO ship number: seven digits, the last a weighted sum of the others.
    public static func isIMO(_ text: String) -> Bool {
        let plain = text.hasPrefix("IMO") ? text.dropFirst(3).drop { $0 == " " } : text[...]
        guard let digits = digits(String(plain)), digits.count == 7 else { return false }
        return zip(digits, stride(from: 7, to: 1, by: -1)).map { $0 * $1 }.reduce(0, +) % 10 == digits[6]
    }

    /// Thirteen to nineteen digits with a Luhn check digit: a full card number, which may not be kept.
    public static func looksLikeCardNumber(_ text: String) -> Bool {
        guard text.utf8.count <= 40, let digits = digits(text.filter { $0 != " " && $0 != "-" }) else { return false }
        return (13...19).contains(digits.count) && luhn(digits)
    }

    /// First six and last four digits, as six and four or as `400000******0002`.
    public static func isCardFragment(first: String, last: String) -> Bool {
        digits(first)?.count == 6 && digits(last)?.count == 4
    }

    /// RFC 6996 and others keep some for themselves; only the range is checked.
    public static func isASNumber(_ value: Int64) -> Bool { (0...4_294_967_295).contains(value) }

    /// `MCC-MNC-LAC-CI` in digits.
    public static func isCell(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { digits(String($0)) }
        guard parts.count == 4, let country = parts[0], let network = parts[1], let area = parts[2], let cell = parts[3] else {
            return false
        }
        return country.count == 3 && (2...3).contains(network.count) && (1...8).contains(area.count) && (1...11).contains(cell.count)
    }

    /// The second line of a passport (ICAO 9303 TD3): 44 characters, check digits of number, birth, expiry, personal number and
    /// the whole. Returns what is wrong, or nil.
    public static func passportLineFault(_ text: String) -> String? {
        let line = Array(text.utf8)
        guard line.count == 44 else { return "The line has \(line.count) characters; the second line of a passport has 44." }
        func value(_ byte: UInt8) -> Int? {
            switch byte {
            case 0x30...0x39: Int(byte) - 0x30
            case 0x41...0x5A: Int(byte) - 0x41 + 10
            case 0x3C: 0
            default: nil
            }
        }
        guard line.allSatisfy({ value($0) != nil }) else { return "The line holds capital letters, digits and < only." }
        func check(_ part: [UInt8]) -> Int {
            part.enumerated().reduce(0) { $0 + (value($1.element) ?? 0) * [7, 3, 1][$1.offset % 3] } % 10
        }
        let parts: [(String, [UInt8], UInt8)] = [
            ("the number", Array(line[0..<9]), line[9]), ("the date of birth", Array(line[13..<19]), line[19]),
            ("the date of expiry", Array(line[21..<27]), line[27]), ("the personal number", Array(line[28..<42]), line[42]),
            ("the whole line", Array(line[0..<10] + line[13..<20] + line[21..<43]), line[43]),
        ]
        for (name, part, digit) in parts where value(digit) != check(part) { return "The check digit of \(name) is wrong." }
        return nil
    }
}
