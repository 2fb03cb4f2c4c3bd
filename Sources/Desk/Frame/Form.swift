// SPDX-License-Identifier: Apache-2.0

import Standards

/// The fields of a form that a browser sent as `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
///
/// A name may come several times (check boxes); the order is kept. Names and values are text; a `+` is a space.
struct Form: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        let name: String
        let value: String
    }

    /// The largest form the desk reads, in bytes. A draft has at most 4 MiB; its text may grow threefold by the encoding.
    static let limit = 12 << 20
    static let largestCount = 20_000

    let fields: [Field]

    init(fields: [Field] = []) { self.fields = fields }

    /// - Throws: `.malformedInput` for bytes that are not such a form, `.tooLarge` for too many fields.
    init(urlEncoded bytes: some Collection<UInt8>) throws(ComityError) {
        var fields: [Field] = []
        for pair in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            guard fields.count < Self.largestCount else {
                throw ComityError(.tooLarge, "The form has more than \(Self.largestCount) fields.", next: "Send less at once.")
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.text(pair[..<(equals ?? pair.endIndex)])
            let value = try equals.map { index throws(ComityError) in try Self.text(pair[pair.index(after: index)...]) } ?? ""
            fields.append(Field(name: name, value: value))
        }
        self.fields = fields
    }

    /// The first value of that name; nil when the form has no such field.
    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { fields.lazy.filter { $0.name == name }.map(\.value) }

    /// The value without spaces around it; nil when there is none or it is empty.
    func text(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        let trimmed = value.drop(while: \.isWhitespace)
        guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        // A browser ends lines with CR LF in what it sends; everywhere else a line ends with LF.
        return String(trimmed[...last]).replacing("\r\n", with: "\n")
    }

    /// The value without spaces around it.
    /// - Throws: `.malformedInput` naming the field in the words of the page.
    func required(_ name: String, as label: String) throws(ComityError) -> String {
        guard let value = text(name) else {
            throw ComityError(.malformedInput, "“\(label)” is empty.", next: "Fill it in and send the form again.")
        }
        return value
    }

    private static func text(_ bytes: some Sequence<UInt8>) throws(ComityError) -> String {
        var out: [UInt8] = []
        var digits: [UInt8]?
        for byte in bytes {
            if var open = digits {
                open.append(byte)
                if open.count == 2 {
                    guard let high = nibble(open[0]), let low = nibble(open[1]) else { throw broken }
                    out.append(high << 4 | low)
                    digits = nil
                } else {
                    digits = open
                }
            } else if byte == UInt8(ascii: "%") {
                digits = []
            } else {
                out.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard digits == nil, let text = String(validating: out, as: UTF8.self) else { throw broken }
        return text
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static var broken: ComityError {
        ComityError(
            .malformedInput, "The form cannot be read.", why: "It is not URL-encoded UTF-8 text.", next: "Go back, and send it again.")
    }
}
