// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// The signed head, the last check, and the entries.
struct RegisterPage {
    let fields: Fields

    init(scene: Scene, filters: RegisterFilters) throws(ComityError) {
        let (strings, figures, officer) = (scene.strings, scene.figures, scene.session.officer)
        let head = try scene.node.registerHead(officer: officer)
        let page =
            filters.faults.isEmpty
            ? try scene.node.registerLines(filters.query, officer: officer) : RegisterPageView(lines: [], next: nil)
        let last = try scene.node.lastAudit(officer: officer)
        var fields: Fields = [
            "hasHead": head != nil, "size": figures.count(head?.size ?? 0),
            // A signed note: its lines are part of what is signed, so they stay lines.
            "note": (head?.note ?? "").split(separator: "\n", omittingEmptySubsequences: false).dropLast().prefix(40).map {
                Text.safe(String($0), limit: 400)
            },
            "hasLast": last != nil,
            "last": last.map { last -> Fields in
                [
                    "ok": last.ok, "at": scene.times.fields(last.at, theirs: nil), "by": Text.safe(last.by, limit: 80),
                    "says": last.ok
                        ? strings("register.last.ok", ["entries": figures.count(last.entries)])
                        : strings.count("register.last.faults", Int(last.faults), figures),
                    "look": last.ok ? "mark--yes" : "bad", "icon": last.ok ? "met" : "no",
                ]
            } ?? [:],
            "lines": page.lines.map { Self.line($0, scene) }, "hasLines": !page.lines.isEmpty, "hasNext": page.next != nil,
            "nextPath": filters.path(before: page.next), "isLater": filters.query.before != nil, "firstPath": filters.path(before: nil),
            "isFiltered": filters.isSet, "file": filters.file, "officer": filters.officer, "from": filters.from, "to": filters.to,
            "zone": Text.safe(scene.times.zone, limit: 60), "glassPath": "/register?kind=broke-glass",
            "looksPath": "/register?kind=previewed",
            "events": Self.options(Node.eventKinds, chosen: filters.kind) { strings("event.\($0)") },
            "acts": Self.options(Node.actKinds, chosen: filters.kind) {
                $0 == "request" ? strings("event.request") : strings("next.\($0)")
            },
        ]
        fields.merge(filters.faults.fields(["file", "from", "to"]), uniquingKeysWith: { $1 })
        self.fields = fields
    }

    private static func options(_ kinds: [String], chosen: String, _ words: (String) -> String) -> [Fields] {
        kinds.map { (kind: $0, word: words($0)) }.sorted { $0.word < $1.word }
            .map { ["kind": $0.kind, "word": $0.word, "isOn": $0.kind == chosen] }
    }

    static func line(_ line: RegisterLine, _ scene: Scene) -> Fields {
        let strings = scene.strings
        let word =
            line.kind.isEmpty
            ? strings("register.gone")
            : !line.isAct ? strings("event.\(line.kind)") : line.kind == "request" ? strings("event.request") : strings("next.\(line.kind)")
        return [
            "index": scene.figures.count(line.index), "path": "/register/\(line.index)", "isAct": line.isAct, "word": word,
            "sort": strings(line.isAct ? "register.act" : "register.event"), "icon": line.isAct ? "pen" : "info",
            "officer": line.officer == "node" ? strings("custody.node") : Text.safe(line.officer, limit: 80),
            "state": scene.names.fields(line.by), "hasTime": line.at != nil,
            "at": line.at.map { scene.times.fields($0, theirs: nil, exact: true) } ?? [:], "hasFile": line.ref != nil,
            "file": line.ref.map { "\($0)" } ?? "", "filePath": line.ref.map { "/files/\($0)" } ?? "",
            "detail": line.detail.prefix(8).map { detail -> Fields in
                [
                    "name": strings.has("detail.\(detail.name)") ? strings("detail.\(detail.name)") : Text.safe(detail.name, limit: 40),
                    "value": short(detail.value),
                ]
            }, "isGlass": line.kind == "broke-glass",
        ]
    }

    /// A hash is told by its ends.
    private static func short(_ value: String) -> String {
        let isHash = value.utf8.count == 64 && value.allSatisfy(\.isHexDigit)
        return isHash ? "\(value.prefix(4))…\(value.suffix(4))" : Text.safe(value, limit: 200)
    }
}

/// One entry and the proof that it is in the register.
struct RegisterEntryPage {
    let scene: Scene
    let entry: RegisterEntryView

    var fields: Fields {
        var fields = RegisterPage.line(entry.line, scene)
        fields["title"] = scene.strings("register.entry.title", ["index": scene.figures.count(entry.line.index)])
        fields["of"] = scene.strings("register.entry.of", ["size": scene.figures.count(entry.size)])
        fields["content"] = entry.content
        fields["leaf"] = entry.leaf
        fields["id"] = Text.safe(entry.line.id, limit: 60)
        fields["proof"] = entry.proof.split(separator: "\n", omittingEmptySubsequences: false).dropLast().prefix(120).map {
            Text.safe(String($0), limit: 400)
        }
        fields["hasBytes"] = !entry.bytes.isEmpty
        fields["bytes"] = Text.safe(entry.bytes, limit: 8000)
        fields["isWithheld"] = entry.isWithheld
        fields["earlier"] = "/register/\(entry.line.index - 1)"
        fields["hasEarlier"] = entry.line.index > 0
        fields["later"] = "/register/\(entry.line.index + 1)"
        fields["hasLater"] = entry.line.index + 1 < entry.size
        return fields
    }
}
