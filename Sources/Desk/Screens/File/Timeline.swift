// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// The acts of a file as the page of a bound register: newest first, each under the number it has for ever.
struct Timeline {
    /// Acts on one page.
    static let limit = 50

    let scene: Scene
    let view: FileView
    /// From 1, the newest acts.
    var page = 1

    private var strings: Strings { scene.strings }

    /// Key of the sentence that says what an act did.
    /// - Parameter asks: the requesting State did it; an extension is then only asked for.
    static func key(_ kind: ActKind, _ type: FileType, asks: Bool) -> String {
        switch kind {
        case .request: "act.request.\(type.rawValue)"
        case .extend where asks && type != .jointInvestigation: "act.extend.asked"
        default: "act.\(kind.rawValue)"
        }
    }

    static func key(_ act: FileView.ActLine, _ view: FileView) -> String {
        key(act.kind, view.type, asks: (act.from == view.counterpart) == (view.side == .requested))
    }

    /// The words of the button for a step of this side.
    static func step(_ kind: ActKind, _ view: FileView, _ strings: Strings) -> String {
        let asks = kind == .extend && view.side == .requesting && view.type != .jointInvestigation
        return strings(asks ? "next.extend.ask" : "next.\(kind.rawValue)")
    }

    var pages: Int { max(1, (view.acts.count + Self.limit - 1) / Self.limit) }

    var lines: [Fields] {
        zip(1..., view.acts).reversed().dropFirst((page - 1) * Self.limit).prefix(Self.limit).map { number, act in
            line(act, number: number)
        }
    }

    /// Links to the neighbouring pages; without acts on other pages nothing.
    var paging: Fields {
        let path = "/files/\(view.ref)?page="
        return [
            "isPaged": pages > 1,
            "pageOf": strings("acts.page", ["page": scene.figures.count(page), "pages": scene.figures.count(pages)]),
            "hasNewer": page > 1, "newer": "\(path)\(page - 1)", "hasOlder": page < pages, "older": "\(path)\(page + 1)",
        ]
    }

    private func line(_ act: FileView.ActLine, number: Int) -> Fields {
        let ours = act.from == scene.node.state
        let details = act.kind == .request ? [] : ActWords(scene: scene).details(act.kind, act.body)
        return [
            "number": scene.figures.count(number),
            "says": scene.phrase(Self.key(act, view), ["who": scene.names.phrase(act.from)]),
            "officer": Text.safe(act.officer, limit: 80), "isOurs": ours, "side": strings(ours ? "act.side.ours" : "act.side.theirs"),
            "sideIcon": ours ? "out" : "in",
            "at": scene.times.fields(act.at, theirs: scene.names.zone(view.counterpart), exact: true),
            "theirs": scene.names.fields(view.counterpart), "hash": Text.safe(act.hash, limit: 64),
            "shortHash": "\(act.hash.prefix(8))…\(act.hash.suffix(8))", "receipted": act.receipted,
            "index": scene.figures.count(act.index), "isOvertaken": act.effect == .overtaken, "id": act.id.description,
            "undelivered": !act.receipted && act.delivery != nil, "delivery": Text.safe(act.delivery ?? "", limit: 400),
            "details": details, "hasDetails": !details.isEmpty, "path": "/files/\(view.ref)/acts/\(act.id)",
            "maySeeAct": !view.contentWithheld,
            "receiptWord": strings(act.receipted ? (ours ? "act.receipt.held" : "act.receipt.given") : "act.receipt.none"),
        ]
    }
}
