// SPDX-License-Identifier: Apache-2.0

package import Mustache
package import Standards

/// What a template reads.
package typealias Fields = [String: Any]

/// The pages as Mustache templates, read and checked once.
///
/// Everything a template writes passes `PageText`; `{{{ }}}` and `{{& }}` are refused at start.
package struct Templates: Sendable {
    private let library: MustacheLibrary
    private let icons: IconSheet

    /// - Throws: `.failure` naming the template that is broken, writes unescaped text, or uses one that is not there.
    package init(texts: [String: String], icons: IconSheet) throws(ComityError) {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        var library = MustacheLibrary()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard !text.contains("{{{"), !Self.tags(text).contains(where: { $0.hasPrefix("&") }) else {
                throw Self.fault("The template \(name) writes text that is not escaped.")
            }
            for used in Self.tags(text) where used.hasPrefix(">") {
                let partial = used.dropFirst().drop(while: \.isWhitespace)
                guard texts[String(partial)] != nil else {
                    throw Self.fault("The template \(name) uses “\(partial)”, which is missing.")
                }
            }
            do { try library.register("{{% CONTENT_TYPE:\(PageText.name)}}" + text, named: name) } catch {
                throw Self.fault("The template \(name) is broken: \(error)")
            }
        }
        self.library = library
        self.icons = icons
    }

    /// - Parameter page: the name of a template: a whole page, or a part of one for a script of the desk.
    package func render(_ page: String, _ fields: Fields) throws(ComityError) -> String {
        guard let body = library.render(fields, withTemplate: page) else {
            throw Self.fault("The template \(page) is missing.")
        }
        return icons.place(in: body)
    }

    package static func fault(_ what: String) -> ComityError {
        ComityError(
            .failure, what, why: "Pages that cannot be shown are not served.", next: "Install the program again with its resource folders.")
    }

    /// What stands between `{{` and `}}`, trimmed.
    private static func tags(_ text: String) -> [String] {
        var tags: [String] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            tags.append(
                String(
                    rest[open.upperBound..<close.lowerBound].drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()))
            rest = rest[close.upperBound...]
        }
        return tags
    }
}

/// How a value becomes text of a page: control and reordering characters are replaced, and the five characters that mean
/// something in HTML are escaped. Ends of lines, tabs and the joiners that Persian and Hindi are written with stay as they
/// are: a text field must give back what was typed. What must not have them either passes `Text.safe` first.
///
/// It looks at Unicode scalars, not at characters: a combining mark after `<`, or a prefixing mark before it, makes
/// another character of it for Swift, while a browser still reads `<`.
package struct PageText: MustacheContentType {
    package init() {}

    package static let name = "PAGE"
    private static let kept: Set<Unicode.Scalar> = ["\n", "\t", "\u{200C}", "\u{200D}"]

    /// Stands before a text that goes into a form and comes back from there: nobody outside can write it.
    private static let mark = Array("\u{F8FF}\(UInt64.random(in: .min ... .max))\(UInt64.random(in: .min ... .max))\u{F8FF}".unicodeScalars)

    /// A text that a person is about to change: every character comes back from the form as it was, line ends and
    /// invisible ones too. Only for the value of a field, where it cannot reorder what stands beside it.
    package static func verbatim(_ text: String) -> String { String(String.UnicodeScalarView(mark + Array(text.unicodeScalars))) }

    package func escapeText(_ text: String) -> String {
        // By scalars: a combining mark behind it would make another character of its end.
        if text.unicodeScalars.starts(with: Self.mark) { return Self.reference(text.unicodeScalars.dropFirst(Self.mark.count)) }
        if text.utf8.allSatisfy(Self.isPlain) { return text }
        var out = ""
        var rest = text.unicodeScalars[...]
        while let place = rest.firstIndex(where: Self.kept.contains) {
            escape(Text.safe(String(rest[..<place]), limit: .max), into: &out)
            out.unicodeScalars.append(rest[place])
            rest = rest[rest.index(after: place)...]
        }
        escape(Text.safe(String(rest), limit: .max), into: &out)
        return out
    }

    private func escape(_ text: String, into out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }

    /// Printable ASCII that means nothing in HTML.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: (0x20...0x7E).contains(byte)
        }
    }

    /// As HTML reads it back: what is not plain becomes a numeric reference. Control characters but tab and line end have none.
    private static func reference(_ text: some Sequence<Unicode.Scalar>) -> String {
        var out = ""
        for scalar in text {
            switch scalar.value {
            case 0x09, 0x0A, 0x22, 0x26, 0x27, 0x3C, 0x3E, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
                0xFFF9...0xFFFB, 0xE0000...0xE007F:
                out += "&#\(scalar.value);"
            case 0x0D: continue
            case 0x00...0x1F, 0x7F...0x9F: out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// The drawn symbols. A page carries only those it uses, in one sheet at its head.
package struct IconSheet: Sendable {
    package static let place = "<!--icons-->"

    private let symbols: [(id: String, text: String)]

    /// - Throws: `.failure` when the sheet has no symbols.
    package init(svg: String) throws(ComityError) {
        symbols = svg.split(separator: "\n").compactMap { line in
            let line = line.drop(while: \.isWhitespace)
            guard line.hasPrefix("<symbol id=\""), line.hasSuffix("</symbol>") else { return nil }
            return (String(line.dropFirst("<symbol id=\"".count).prefix { $0 != "\"" }), String(line))
        }
        guard !symbols.isEmpty else { throw Templates.fault("The file assets/icons.svg has no symbols.") }
    }

    /// Looks through the page once, byte by byte: a page has many icons, and a search for each symbol would be most of its time.
    package func place(in page: String) -> String {
        let bytes = Array(page.utf8)
        let hint = Array("href=\"#".utf8)
        let marker = Array(Self.place.utf8)
        var used: Set<String> = []
        var gap: Int?
        var position = 0
        while position < bytes.count {
            if bytes[position] == hint[0], bytes[position...].starts(with: hint) {
                let name = bytes[(position + hint.count)...].prefix { $0 != UInt8(ascii: "\"") }
                used.insert(String(decoding: name, as: UTF8.self))
                position += hint.count + name.count
            } else if gap == nil, bytes[position] == marker[0], bytes[position...].starts(with: marker) {
                gap = position
                position += marker.count
            } else {
                position += 1
            }
        }
        guard let gap else { return page }
        let sheet = symbols.filter { used.contains($0.id) }.map(\.text).joined()
        return String(decoding: bytes[..<gap] + Array(sheet.utf8) + bytes[(gap + marker.count)...], as: UTF8.self)
    }
}
