// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards

/// The files by time left, in time groups.
struct QueuePage {
    static let rowsPerPage = 100

    let scene: Scene
    let view: QueueView
    let page: WorkPage

    private var strings: Strings { scene.strings }

    var fields: Fields {
        [
            "title": strings("view.\(view.rawValue)"),
            "total": strings.count("queue.total", scene.counts[view.work] ?? page.total, scene.figures),
            "refresh": view.path, "hasRows": !page.items.isEmpty, "groups": groups(page.items), "isAll": view == .all,
            "emptyTitle": strings(view == .all ? "queue.empty.title" : "queue.empty.view"),
            "emptyText": strings("queue.empty.\(view.rawValue)"), "isPaged": page.next != nil || page.previous != nil,
            "pageOf": "", "hasEarlier": page.previous != nil, "earlier": "\(view.path)&after=\(page.previous ?? "")",
            "hasLater": page.next != nil, "later": "\(view.path)&after=\(page.next ?? "")",
        ]
    }

    /// Cuts the rows, in the order of the node, where the time group changes.
    private func groups(_ items: [QueueItem]) -> [Fields] {
        var groups: [(key: String, rows: [Fields])] = []
        for item in items {
            let key = group(item)
            if groups.last?.key != key { groups.append((key, [])) }
            groups[groups.count - 1].rows.append(row(item))
        }
        return groups.map { ["word": strings("queue.group.\($0.key)"), "count": scene.figures.count($0.rows.count), "rows": $0.rows] }
    }

    private func group(_ item: QueueItem) -> String {
        guard let due = item.clock?.due else { return "none" }
        switch due.milliseconds - scene.now.milliseconds {
        case ...0: return "over"
        case ..<3_600_000: return "hour"
        case ..<86_400_000: return "day"
        case ..<604_800_000: return "week"
        default: return "later"
        }
    }

    private func row(_ item: QueueItem) -> Fields {
        let title = Text.safe(item.title, limit: 160)
        return [
            "ref": item.ref.description, "path": "/files/\(item.ref)",
            "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title, "type": strings("type.\(item.type.rawValue)"),
            "icon": item.side == .requested ? "in" : "out", "direction": strings("direction.\(item.side.rawValue)"),
            "with": scene.names.fields(item.counterpart), "state": StateTag(item.state, strings).fields,
            "next": strings("next.\(item.next.step)"),
            "whose": scene.phrase("whose.\(item.next.whose.rawValue)", ["who": .outside("\(item.counterpart)")]),
            "clock": ClockFace(scene, item.clock, state: item.state, counterpart: item.counterpart).fields,
        ]
    }
}
