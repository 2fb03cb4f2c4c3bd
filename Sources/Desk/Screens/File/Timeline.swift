// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards

/// The acts of a file as the page of a bound register: newest first, each under the number it has for ever.
struct Timeline {
    static let limit = 200

    let scene: Scene
    let view: FileView

    private var strings: Strings { scene.strings }

    var lines: [Fields] {
        zip(1..., view.acts).reversed().prefix(Self.limit).map { number, act in line(act, number: number) }
    }

    /// How many older acts are not shown; empty when all are.
    var more: String { view.acts.count > Self.limit ? strings.count("act.more", view.acts.count - Self.limit, scene.figures) : "" }

    private func line(_ act: FileView.ActLine, number: Int) -> Fields {
        let key = act.kind == .request ? "act.request.\(view.type.rawValue)" : "act.\(act.kind.rawValue)"
        let ours = act.from == scene.node.state
        return [
            "number": scene.figures.count(number), "says": scene.phrase(key, ["who": scene.names.phrase(act.from)]),
            "officer": Text.safe(act.officer, limit: 80),
            "at": scene.times.fields(act.at, theirs: scene.names.zone(view.counterpart), exact: true),
            "theirs": scene.names.fields(view.counterpart), "hash": Text.safe(act.hash, limit: 64),
            "shortHash": "\(act.hash.prefix(8))…\(act.hash.suffix(8))", "receipted": act.receipted,
            "index": scene.figures.count(act.index), "isOvertaken": act.effect == .overtaken, "id": act.id.description,
            "undelivered": !act.receipted && act.delivery != nil, "delivery": Text.safe(act.delivery ?? "", limit: 400),
            "details": details(act),
            "receiptWord": strings(act.receipted ? (ours ? "act.receipt.held" : "act.receipt.given") : "act.receipt.none"),
        ]
    }

    /// What the act itself says, for the kinds that say something.
    private func details(_ act: FileView.ActLine) -> [Fields] {
        func item(_ key: String, _ value: String, code: Bool = false) -> Fields {
            ["label": strings("act.label.\(key)"), "value": Text.safe(value, limit: 600), "isCode": code, "isText": !code]
        }
        var items: [Fields] = []
        switch act.kind {
        case .request: break
        case .acknowledge:
            if let reference = act.body["localReference"]?.string { items.append(item("local-reference", reference)) }
        case .preserve:
            if let outcome = act.body["outcome"]?.string.flatMap(ActBody.Preserve.Outcome.init) {
                items.append(item("outcome", strings("outcome.\(outcome.rawValue)")))
            }
            if let effective = act.body["effective"]?.string.flatMap({ try? Instant($0) }) {
                items.append(item("effective", scene.times.text(scene.times.local(effective))))
            }
            if let note = act.body["note"]?.string { items.append(item("note", note)) }
        case .supply:
            let package = act.body["package"]
            if let name = package?["name"]?.string { items.append(item("package", name, code: true)) }
            if let size = package?["size"]?.integer, let exhibits = package?["exhibits"]?.integer {
                items.append(
                    item(
                        "content",
                        strings(
                            "act.content",
                            [
                                "exhibits": strings.count("package.exhibits", Int(clamping: exhibits), scene.figures),
                                "size": scene.figures.size(max(0, size)),
                            ])))
            }
        case .receive:
            if let exhibits = act.body["exhibits"]?.integer {
                items.append(item("verified", strings.count("package.exhibits", Int(clamping: exhibits), scene.figures)))
            }
            if let hash = act.body["package"]?.string {
                items.append(item("package-hash", "\(hash.prefix(8))…\(hash.suffix(8))", code: true))
            }
        default:
            // What is particular to other kinds, member by member, under the names of the format.
            for (name, value) in (act.body.object ?? [:]).sorted(by: { $0.key < $1.key }).prefix(12) {
                let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? value.bool.map { ["\($0)"] } ?? []
                guard !texts.isEmpty else { continue }
                items.append([
                    "label": Text.safe(name, limit: 60), "value": Text.safe(texts.prefix(8).joined(separator: "; "), limit: 600),
                    "isCode": false,
                    "isText": true,
                ])
            }
        }
        return items
    }
}
