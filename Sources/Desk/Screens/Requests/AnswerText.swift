// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// What was answered, in the words of the form: the same shape as `ValueView`, with labels and choices of the catalogue.
struct AnswerText {
    private static let items = 50

    let choices: FormChoices
    /// For whoever reads the request, not for its author: “you” would be somebody else.
    var isRead = false

    private var strings: Strings { choices.scene.strings }
    private var raw: ValueView { ValueView(scene: choices.scene) }

    static func identifier(_ item: JSONValue) -> String { Text.safe(RequestContent.value(of: item), limit: 120) }

    func fields(_ field: FormField, _ value: JSONValue, kind: String? = nil) -> Fields {
        switch field.kind {
        case .group: return pairs(field.shown(in: value), value, kind: nil)
        case .repeat:
            guard let rows = value.array else { break }
            var out = Self.blank
            out["isList"] = true
            out["list"] = rows.prefix(Self.items).map { row in
                pairs(field.shown(in: row), row, kind: field.by.flatMap { row[$0]?.string })
            }
            if rows.count > Self.items {
                out["hasMore"] = true
                out["more"] = strings("content.more", ["more": choices.scene.figures.count(rows.count - Self.items)])
            }
            return out
        case .choice, .issuer, .language:
            if let text = value.string, let label = choices.label(field, text) { return text == label ? line(text) : line(label) }
        case .choices, .identifiers:
            guard let texts = value.array?.compactMap(\.string) else { break }
            return list(texts.prefix(Self.items).map { choices.label(field, $0) ?? $0 })
        case .recipient, .state, .states:
            let codes = value.array?.compactMap(\.string) ?? value.string.map { [$0] } ?? []
            return list(codes.prefix(Self.items).map(state))
        case .id, .code, .ownState, .theirState, .reference, .references, .number:
            return raw.fields(value)
        default: break
        }
        return raw.fields(value)
    }

    /// What a member is called: `read.<key>` for a reader where the words of the form speak to the author.
    func label(_ field: FormField, kind: String? = nil) -> String {
        isRead && strings.has("read.\(field.key)") ? strings("read.\(field.key)") : field.label(strings, kind: kind)
    }

    private func state(_ text: String) -> String {
        guard let code = try? StateCode(text) else { return text }
        let name = choices.scene.names.name(code)
        return name.isEmpty ? text : "\(code) \(name)"
    }

    private static var blank: Fields { ["isText": false, "isList": false, "isPairs": false, "hasMore": false] }

    private func line(_ text: String) -> Fields {
        var out = Self.blank
        out["isText"] = true
        out["paragraphs"] = [Text.safe(text, limit: 400)]
        return out
    }

    private func list(_ texts: [String]) -> Fields {
        if texts.count == 1 { return line(texts[0]) }
        var out = Self.blank
        out["isList"] = true
        out["list"] = texts.map(line)
        return out
    }

    /// Members with the form's labels first, then those that the form does not know, under their own names.
    private func pairs(_ fields: [FormField], _ value: JSONValue, kind: String?) -> Fields {
        guard let members = value.object else { return raw.fields(value) }
        var out = Self.blank
        var shown: [Fields] = []
        for field in fields {
            guard let inner = members[field.name], !inner.isEmpty else { continue }
            shown.append(["label": label(field, kind: kind), "value": self.fields(field, inner, kind: kind)])
        }
        let known = Set(fields.map(\.name))
        for (name, inner) in members.sorted(by: { $0.key < $1.key }) where !known.contains(name) && !inner.isEmpty {
            shown.append(["label": raw.label(name), "value": raw.fields(inner)])
        }
        out["isPairs"] = true
        out["pairs"] = Array(shown.prefix(Self.items))
        if shown.count > Self.items {
            out["hasMore"] = true
            out["more"] = strings("content.more", ["more": choices.scene.figures.count(shown.count - Self.items)])
        }
        return out
    }
}
