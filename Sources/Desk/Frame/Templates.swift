// SPDX-License-Identifier: Apache-2.0

import Mustache
import Standards

/// The pages as Mustache templates, read and checked once.
///
/// Everything a template writes passes `PageText`; `{{{ }}}` and `{{& }}` are refused at start.
struct Templates: Sendable {
    private let library: MustacheLibrary
    private let icons: IconSheet

    /// - Throws: `.failure` naming the template that is broken, writes unescaped text, or uses one that is not there.
    init(texts: [String: String], icons: IconSheet) throws(ComityError) {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        var library = MustacheLibrary()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard !text.contains("{{{"), !Self.tags(text).contains(where: { $0.hasPrefix("&") }) else {
                throw DeskResources.fault("The template \(name) writes text that is not escaped.")
            }
            for used in Self.tags(text) where used.hasPrefix(">") {
                let partial = used.dropFirst().drop(while: \.isWhitespace)
                guard texts[String(partial)] != nil else {
                    throw DeskResources.fault("The template \(name) uses “\(partial)”, which is missing.")
                }
            }
            do { try library.register("{{% CONTENT_TYPE:\(PageText.name)}}" + text, named: name) } catch {
                throw DeskResources.fault("The template \(name) is broken: \(error)")
            }
        }
        self.library = library
        self.icons = icons
    }

    /// - Parameter page: the name of a template: a whole page, or a part of one for a script of the desk.
    func render(_ page: String, _ fields: Fields) throws(ComityError) -> String {
        guard let body = library.render(fields, withTemplate: page) else {
            throw DeskResources.fault("The template \(page) is missing.")
        }
        return icons.place(in: body)
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
struct PageText: MustacheContentType {
    static let name = "PAGE"
    private static let kept: Set<Unicode.Scalar> = ["\n", "\t", "\u{200C}", "\u{200D}"]

    func escapeText(_ text: String) -> String {
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
}

/// The drawn symbols. A page carries only those it uses, in one sheet at its head.
struct IconSheet: Sendable {
    static let place = "<!--icons-->"

    private let symbols: [(id: String, text: String)]

    /// - Throws: `.failure` when the sheet has no symbols.
    init(svg: String) throws(ComityError) {
        symbols = svg.split(separator: "\n").compactMap { line in
            let line = line.drop(while: \.isWhitespace)
            guard line.hasPrefix("<symbol id=\""), line.hasSuffix("</symbol>") else { return nil }
            return (String(line.dropFirst("<symbol id=\"".count).prefix { $0 != "\"" }), String(line))
        }
        guard !symbols.isEmpty else { throw DeskResources.fault("The file assets/icons.svg of the desk has no symbols.") }
    }

    func place(in page: String) -> String {
        guard let place = page.firstRange(of: Self.place) else { return page }
        let used = symbols.filter { page.contains("href=\"#\($0.id)\"") }.map(\.text).joined()
        return page.replacingCharacters(in: place, with: used)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
