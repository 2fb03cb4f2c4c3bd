// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// What a file asks for, in labelled values. Members the desk has words for come first and in a fixed order; any other
/// member is shown under its own name, so that nothing another State wrote is hidden.
struct RequestContent {
    static let identifierLimit = 50
    /// Shown elsewhere on the page.
    private static let elsewhere: Set<String> = ["identifiers", "title", "type", "to", "tlp", "follows"]
    private static let order = [
        "urgency", "offences", "facts", "data_sought", "link_facts_to_data", "custodian", "system_location", "necessity", "purpose",
        "intent_to_send_mla", "confidentiality", "authorisation", "use_limits", "data_protection", "assistance", "case", "persons",
        "authority", "lang",
    ]

    let scene: Scene
    let view: FileView

    private var ref: FileReference { view.ref }
    private var content: JSONValue { view.content }
    private var strings: Strings { scene.strings }
    private var values: ValueView { ValueView(scene: scene) }

    var rows: [Fields] {
        let members = content.object ?? [:]
        let known = Self.order.filter { members[$0] != nil }
        let other = members.keys.filter { !Self.order.contains($0) && !Self.elsewhere.contains($0) }.sorted()
        let catalogue = scene.pages.resources.catalogue
        let answers = AnswerText(
            choices: FormChoices(scene: scene, type: view.type, recipients: [view.counterpart], catalogue: catalogue), isRead: true)
        let fields = catalogue.sections(for: view.type.rawValue, law: scene.node.law).flatMap(\.fields)
        return (known + other.prefix(50)).compactMap { name in
            guard let value = members[name], !value.isEmpty else { return nil }
            guard let field = fields.first(where: { $0.name == name }) else {
                return ["label": values.label(name), "value": values.fields(value, of: name)]
            }
            let label = strings.has("content.\(name)") ? strings("content.\(name)") : answers.label(field)
            return ["label": label, "value": answers.fields(field, value)]
        }
    }

    /// The two facts that stand beside the parties at the head of the page.
    var band: [Fields] {
        var facts: [Fields] = []
        let offences = (content["offences"]?.array ?? []).compactMap { $0["article"]?.string ?? $0.string }
        if !offences.isEmpty {
            let shown = offences.prefix(4).map { Text.safe($0, limit: 40) }.joined(separator: strings("list.and"))
            facts.append(["label": values.label("offences"), "value": shown])
        }
        let custodian = content["custodian"]
        if let holder = custodian?["provider"]?.string ?? custodian?.string ?? custodian?["location"]?.string {
            facts.append(["label": values.label("custodian"), "value": Text.safe(holder, limit: 80)])
        }
        return facts
    }

    private var list: [JSONValue] { content["identifiers"]?.array ?? [] }
    var hasIdentifiers: Bool { !list.isEmpty }

    var identifiers: [Fields] {
        list.prefix(Self.identifierLimit).map { item in
            let kind = item["kind"]?.string ?? ""
            let at = item["at"]?.string.flatMap { try? Instant($0) }
            return [
                "id": Text.safe(item["id"]?.string ?? "", limit: 40),
                "kind": strings.has("identifier.\(kind)") ? strings("identifier.\(kind)") : values.spaced(kind),
                "value": Text.safe(Self.value(of: item), limit: 300), "hasTime": at != nil,
                "at": at.map { scene.times.fields($0, theirs: nil, exact: true)["local"] ?? "" } ?? "",
                "utc": at.map { scene.times.text($0.at(offsetMinutes: 0), exact: true) } ?? "",
                "source": Text.safe(item["source"]?.string ?? "", limit: 300),
            ]
        }
    }

    var moreIdentifiers: String {
        guard list.count > Self.identifierLimit else { return "" }
        return strings(
            "identifiers.more",
            [
                "shown": scene.figures.count(Self.identifierLimit), "more": scene.figures.count(list.count - Self.identifierLimit),
                "ref": ref.description,
            ])
    }

    /// `198.51.100.24:51514/tcp → 203.0.113.77:8443`, or whatever value the identifier has.
    static func value(of item: JSONValue) -> String {
        if let text = item.string { return text }
        if let value = item["value"]?.string { return value }
        func endpoint(_ address: String, _ port: String) -> String? {
            guard let ip = item[address]?.string else { return nil }
            guard let number = item[port]?.integer else { return ip }
            return ip.contains(":") ? "[\(ip)]:\(number)" : "\(ip):\(number)"
        }
        var text = endpoint("ip", "port") ?? ""
        if !text.isEmpty, let transport = item["protocol"]?.string { text += "/\(transport)" }
        if let destination = endpoint("dst_ip", "dst_port") { text += " → \(destination)" }
        if text.isEmpty {
            let rest = (item.object ?? [:]).filter { !["id", "kind", "source", "at", "person", "confidence"].contains($0.key) }
            text = rest.sorted { $0.key < $1.key }.compactMap { $0.value.string }.joined(separator: " ")
        }
        return text
    }
}

/// A JSON value of any shape as nested lists, bounded in depth, length and width.
struct ValueView {
    private static let depth = 5
    private static let items = 50
    private static let text = 20_000

    let scene: Scene

    private var strings: Strings { scene.strings }

    /// The words for a member; without words its own name.
    func label(_ name: String) -> String { strings.has("content.\(name)") ? strings("content.\(name)") : spaced(name) }

    func spaced(_ name: String) -> String {
        Text.safe(String(name.map { $0 == "_" ? " " : $0 }), limit: 60)
    }

    /// Members whose value is a code, and the options of the form that have the words for it.
    private static let codes = [
        "category": "category", "reasons": "urgency-reasons", "level": "urgency", "stage": "stage", "protocol": "protocol",
        "role": "person-role",
    ]

    /// - Parameter name: the member that has the value; it tells which codes have words.
    func fields(_ value: JSONValue, of name: String = "", depth: Int = 0) -> Fields {
        var fields: Fields = ["isText": false, "isList": false, "isPairs": false, "hasMore": false]
        switch value {
        case .array(let list) where depth < Self.depth:
            fields["isList"] = true
            fields["list"] = list.prefix(Self.items).map { self.fields($0, of: name, depth: depth + 1) }
            more(list.count, &fields)
        case .object(let members) where depth < Self.depth:
            let shown = members.filter { !$0.value.isEmpty }.sorted { Self.rank($0.key) < Self.rank($1.key) }
            fields["isPairs"] = true
            fields["pairs"] = shown.prefix(Self.items).map {
                ["label": label($0.key), "value": self.fields($0.value, of: $0.key, depth: depth + 1)] as Fields
            }
            more(shown.count, &fields)
        case .array, .object:
            fields["isText"] = true
            fields["paragraphs"] = [strings("content.too-deep")]
        default:
            fields["isText"] = true
            let key = Self.codes[name].flatMap { list in value.string.map { "option.\(list).\(Text.safe($0, limit: 40))" } }
            fields["paragraphs"] = key.flatMap { strings.has($0) ? [strings($0)] : nil } ?? paragraphs(value)
        }
        return fields
    }

    private func more(_ count: Int, _ fields: inout Fields) {
        guard count > Self.items else { return }
        fields["hasMore"] = true
        fields["more"] = strings("content.more", ["more": scene.figures.count(count - Self.items)])
    }

    private func paragraphs(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text):
            if let instant = try? Instant(text) { return [scene.times.text(instant, exact: true)] }
            // A blank line parts two paragraphs; a single line end is only where the writer's editor broke the line.
            let lines = text.prefix(Self.text).split(omittingEmptySubsequences: false) { $0.isNewline }
            let parts = lines.split { $0.allSatisfy(\.isWhitespace) }.map { $0.joined(separator: " ") }
            let shown = parts.prefix(Self.items).map { Text.safe($0, limit: Self.text) }
            return text.count > Self.text || parts.count > Self.items ? shown + [strings("content.cut")] : shown
        case .bool(let flag): return [strings(flag ? "content.is-true" : "content.is-false")]
        case .integer(let number): return [scene.figures.count(number)]
        case .number(let number): return ["\(number)"]
        case .null, .array, .object: return [strings("content.nothing")]
        }
    }

    /// Identity first, then what, when and why; the rest by name.
    private static func rank(_ name: String) -> (Int, String) {
        let first = [
            "id", "article", "category", "code", "level", "requested", "stated", "name", "provider", "items", "from", "to", "by",
            "identifiers", "why", "reason",
        ]
        return (first.firstIndex(of: name) ?? first.count, name)
    }
}
