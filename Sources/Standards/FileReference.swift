// SPDX-License-Identifier: Apache-2.0

/// The reference of a file that people read over the telephone: `XA-2026-PRE-000042-L`.
///
/// Requesting State, year, three letters of the type, a number of at least six digits, and an ISO 7064 Mod 37,36 check
/// character over the letters and digits before it. The check character catches every single wrong character and every
/// exchange of two neighbours.
public struct FileReference: Sendable, Hashable, CustomStringConvertible, Codable {
    public let state: StateCode
    public let year: Int
    /// Three capital letters, for example `PRE`.
    public let typeCode: String
    public let number: Int
    public let description: String

    public init(state: StateCode, year: Int, typeCode: String, number: Int) throws(ComityError) {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        guard (1000...9999).contains(year), number > 0, padded.count <= 9, typeCode.utf8.count == 3,
            typeCode.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }),
            let check = ISO7064.mod3736("\(state)\(year)\(typeCode)\(padded)")
        else { throw ComityError(.malformedInput, "\(state)-\(year)-\(typeCode)-\(number) cannot be a reference.") }
        self.state = state
        self.year = year
        self.typeCode = typeCode
        self.number = number
        description = "\(state)-\(year)-\(typeCode)-\(padded)-\(check)"
    }

    /// Reads a reference as typed; lower case is accepted, a wrong check character is not.
    /// - Throws: `.malformedInput`, saying whether the shape or the check character is wrong.
    public init(_ text: String) throws(ComityError) {
        let upper = text.uppercased()
        let parts = upper.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= 40, parts.count == 5, parts[4].count == 1, parts[3].utf8.count >= 6, parts[1].utf8.count == 4,
            parts[1].utf8.allSatisfy(isDigit), parts[3].utf8.allSatisfy(isDigit),
            let year = Int(parts[1]), let number = Int(parts[3]), let state = try? StateCode(parts[0]),
            let reference = try? FileReference(state: state, year: year, typeCode: parts[2], number: number)
        else {
            throw ComityError(
                .malformedInput, "“\(text.prefix(40))” is not a file reference.", next: "A reference looks like XA-2026-PRE-000042-L.")
        }
        guard reference.description == upper else {
            throw ComityError(
                .malformedInput, "The check character of “\(text.prefix(40))” does not match.",
                why: "A character was mistyped or two were exchanged.", next: "Compare it with the file, character by character.")
        }
        self = reference
    }

    public static func == (left: Self, right: Self) -> Bool { left.description == right.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try FileReference(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// ISO 7064 check characters.
public enum ISO7064 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// The Mod 37,36 hybrid check character, or nil when a character is not `0-9A-Z`.
    public static func mod3736(_ text: String) -> Character? {
        var product = 36
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            product = (product + value) % 36
            if product == 0 { product = 36 }
            product = product * 2 % 37
        }
        return Character(UnicodeScalar(alphabet[(37 - product) % 36]))
    }
}
