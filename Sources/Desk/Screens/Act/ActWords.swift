// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Node
import Standards
import Web

/// The body of an act in words: members under their labels, coded values as sentences, moments in our time. For the timeline,
/// for what waits for a second person, for correspondence.
struct ActWords {
    private static let textLimit = 2000
    private static let listLimit = 16

    let scene: Scene

    private var strings: Strings { scene.strings }

    /// Label and values of each member that says something, in the order of the form; members that no form knows come last,
    /// under their own names.
    /// - Parameter leaving: members shown elsewhere.
    func details(_ kind: ActKind, _ body: JSONValue, leaving: Set<String> = []) -> [Fields] {
        let form = scene.pages.resources.forms[kind]
        let members = body.object ?? [:]
        var lines: [Fields] = []
        for field in form.fields where field.kind != .whole && !leaving.contains(field.name) {
            guard let value = members[field.name], !value.isEmpty else { continue }
            lines.append(line(form.label(field.name, strings), values(value, field, form)))
            if field.kind == .package, let package = package(value) { lines.append(package) }
        }
        if let conditions = members["conditions"], form.fields.contains(where: { $0.sets.contains("conditions") }), !conditions.isEmpty {
            lines.append(line(strings("package.conditions"), texts(conditions)))
        }
        if let exhibits = members["exhibits"]?.integer, exhibits > 0 {
            lines.append(
                line(strings("act.label.verified"), [text(strings.count("package.exhibits", Int(clamping: exhibits), scene.figures))]))
        }
        let known = Set(form.members)
        for (name, value) in members.filter({ !known.contains($0.key) && !$0.value.isEmpty }).sorted(by: { $0.key < $1.key }).prefix(12)
        where kind != .request {
            lines.append(line(Text.safe(name, limit: 60), texts(value)))
        }
        return lines
    }

    private func line(_ label: String, _ values: [Fields]) -> Fields { ["label": label, "values": values] }

    private func text(_ words: String, code: Bool = false, path: String? = nil) -> Fields {
        [
            "text": Text.lines(words, limit: Self.textLimit), "isCode": code, "isLink": path != nil, "path": path ?? "",
            "isText": !code && path == nil,
        ]
    }

    private func values(_ value: JSONValue, _ field: ActField, _ form: ActForm) -> [Fields] {
        switch field.kind {
        case .choice:
            guard let code = value.string, field.values.contains(code) else { return texts(value) }
            return [text(form.word(field.name, code, strings))]
        case .yesNo, .confirm: return [text(strings(value.bool == true ? "form.answer.yes" : "form.answer.no"))]
        case .moment, .ahead:
            guard let instant = value.string.flatMap({ try? Instant($0) }) else { return texts(value) }
            let local = scene.times.text(scene.times.local(instant))
            return [text(local), text(scene.times.text(instant.at(offsetMinutes: 0)))]
        case .grounds:
            return (value.array ?? []).prefix(Self.listLimit).map { item in
                let id = item.string ?? ""
                guard let ground = scene.node.law.ground(id) else { return text(id, code: true) }
                return text("\(ground.says) (\(Article.words(ground.cite, strings)))")
            }
        case .reference: return [text(value.string ?? "", path: value.string.flatMap { try? FileReference($0) }.map { "/files/\($0)" })]
        case .hash, .arrived:
            let hash = value.string ?? ""
            return [text(hash.utf8.count == 64 ? "\(hash.prefix(8))…\(hash.suffix(8))" : hash, code: true)]
        case .package: return [text(value["name"]?.string ?? "", code: true)]
        case .act, .zone, .phone: return [text(value.string ?? "", code: true)]
        case .hops: return (value.array ?? []).prefix(Self.listLimit).map(hop)
        case .expenses:
            return (value.array ?? []).prefix(Self.listLimit).map {
                text(strings("form.expense", ["what": $0["what"]?.string ?? "", "amount": $0["amount"]?.string ?? ""]))
            }
        default: return texts(value)
        }
    }

    private func hop(_ hop: JSONValue) -> Fields {
        let address = [hop["address"]?.string, hop["port"]?.integer.map { "\($0)" }].compactMap { $0 }.joined(separator: ":")
        let at = hop["at"]?.string.flatMap { try? Instant($0) }.map { scene.times.text($0.at(offsetMinutes: 0), exact: true) }
        let rest = [hop["provider"]?.string, address.isEmpty ? nil : address, hop["asNumber"]?.integer.map { "AS\($0)" }, at]
        return text(
            strings(
                "form.hop",
                [
                    "number": "\(hop["hop"]?.integer ?? 0)", "state": hop["state"]?.string ?? "",
                    "rest": rest.compactMap { $0 }.joined(separator: " · "),
                ]))
    }

    private func package(_ value: JSONValue) -> Fields? {
        guard let size = value["size"]?.integer, let exhibits = value["exhibits"]?.integer else { return nil }
        return line(
            strings("act.label.content"),
            [
                text(
                    strings(
                        "act.content",
                        [
                            "exhibits": strings.count("package.exhibits", Int(clamping: exhibits), scene.figures),
                            "size": scene.figures.size(max(0, size)),
                        ]))
            ])
    }

    /// Any value as short texts.
    private func texts(_ value: JSONValue) -> [Fields] {
        switch value {
        case .string(let words): return [text(words)]
        case .bool(let flag): return [text(strings(flag ? "form.answer.yes" : "form.answer.no"))]
        case .integer(let number): return [text(scene.figures.count(number))]
        case .number(let number): return [text("\(number)")]
        case .array(let items):
            let shown = items.prefix(Self.listLimit).flatMap(texts)
            let more = items.count - Self.listLimit
            return more > 0 ? shown + [text(strings("content.more", ["more": scene.figures.count(more)]))] : shown
        case .object(let members):
            return members.sorted { $0.key < $1.key }.prefix(Self.listLimit).compactMap { name, value in
                value.string.map { text("\(name): \($0)") } ?? value.integer.map { text("\(name): \($0)") }
            }
        case .null: return []
        }
    }
}
