// SPDX-License-Identifier: Apache-2.0

/// A State or regional organisation by its ISO 3166-1 alpha-2 code; `EU` for the organisation. The user-assigned codes
/// `XA` to `XZ` are the fictional States of drills and tests.
public struct StateCode: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    public let description: String

    /// - Throws: `.malformedInput` when the text is not two capital letters.
    public init(_ text: String) throws(ComityError) {
        guard text.utf8.count == 2, text.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw ComityError(
                .malformedInput, "“\(text.prefix(20))” is not a State.", why: "A State is named by its two-letter ISO 3166-1 code.",
                next: "Use capital letters, for example XA.")
        }
        description = text
    }

    /// One of the user-assigned codes that stand for no State.
    public var isFictional: Bool { description.hasPrefix("X") }

    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try StateCode(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
