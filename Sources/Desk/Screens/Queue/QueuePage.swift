// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// The files by time left, in time groups, with what narrows them and who has them in hand.
struct QueuePage {
    static let rowsPerPage = 100

    let scene: Scene
    let query: QueueQuery
    let page: WorkPage
    let colleagues: [Colleague]
    /// Where the register stands, for a script that asks what has changed.
    let head: Int64

    private var strings: Strings { scene.strings }
    private var view: QueueView { query.view }
    private var own: (key: String, view: SavedView)? {
        SavedView.all(in: scene.session.preferences).first { $0.view.path == query.path }
    }

    var title: String { own?.view.name ?? strings("view.\(view.rawValue)") }

    var fields: Fields {
        let isAll = view == .all && !query.isFiltered
        let canAssign = scene.may(.readContent)
        return [
            "title": title,
            "total": strings.count(
                page.isMore ? "queue.total-more" : query.filter.sort == .due ? "queue.total" : "queue.total-plain", page.total,
                scene.figures),
            "refresh": query.path, "hasRows": !page.items.isEmpty, "groups": groups(page.items), "isAll": isAll,
            "emptyTitle": strings(isAll ? "queue.empty.title" : query.isFiltered ? "queue.empty.filtered" : "queue.empty.view"),
            "canBegin": scene.may(.draft),
            "emptyText": strings(query.isFiltered ? "queue.empty.filtered.says" : "queue.empty.\(view.rawValue)"),
            "isFiltered": query.isFiltered, "viewPath": view.path,
            "isPaged": page.next != nil || page.previous != nil,
            "pageOf": "", "hasEarlier": page.previous != nil, "earlier": query.path(after: page.previous ?? ""),
            "hasLater": page.next != nil, "later": query.path(after: page.next ?? ""), "changes": "/changes?since=\(head)",
            "view": view.rawValue, "filter": filter, "canAssign": canAssign, "back": query.after.map(query.path(after:)) ?? query.path,
            "people": people(chosen: scene.session.officer, anybody: false), "self": scene.session.officer,
            "canSave": own == nil && (query.isFiltered || query.filter.sort != .due), "isOwn": own != nil, "ownKey": own?.key ?? "",
            "viewAddress": query.path,
        ]
    }

    // MARK: What narrows the list

    private var filter: Fields {
        let filter = query.filter
        func option(_ value: String, _ word: String, _ isChosen: Bool) -> Fields {
            ["value": value, "word": word, "isChosen": isChosen]
        }
        let types = FileType.allCases.map { option($0.rawValue, strings("type.\($0.rawValue)"), $0 == filter.type) }
        let states = scene.names.counterparts.map {
            option($0.description, "\($0) \(Text.safe(scene.names.name($0), limit: 60))", $0 == filter.counterpart)
        }
        let sides = Side.allCases.map { option($0.rawValue, strings("direction.\($0.rawValue)"), $0 == filter.side) }
        let sorts = WorkFilter.Sort.allCases.map { option($0.rawValue, strings("queue.sort.\($0.rawValue)"), $0 == filter.sort) }
        return [
            "q": filter.text ?? "", "types": types, "states": states, "sides": sides, "sorts": sorts,
            "people": people(chosen: filter.assigned, anybody: true), "isOpen": query.isFiltered || filter.sort != .due,
        ]
    }

    private func people(chosen: String?, anybody: Bool) -> [Fields] {
        // Whoever looks comes first.
        let me = scene.session.officer
        let sorted = colleagues.filter { $0.officer == me } + colleagues.filter { $0.officer != me }
        return sorted.map { colleague in
            [
                "value": colleague.officer,
                "word": colleague.officer == me
                    ? strings("queue.me", ["name": Text.safe(colleague.name, limit: 60)]) : Text.safe(colleague.name, limit: 60),
                "isChosen": colleague.officer == chosen,
            ]
        }
    }

    // MARK: Rows

    /// Cuts the rows, in the order of the node, where the time group changes; in another order there is one group.
    private func groups(_ items: [QueueItem]) -> [Fields] {
        var groups: [(key: String, rows: [Fields])] = []
        for item in items {
            let key = query.filter.sort == .due ? group(item) : "sort-\(query.filter.sort.rawValue)"
            if groups.last?.key != key { groups.append((key, [])) }
            groups[groups.count - 1].rows.append(row(item))
        }
        return groups.map { ["word": strings("queue.group.\($0.key)"), "count": scene.figures.count($0.rows.count), "rows": $0.rows] }
    }

    private func group(_ item: QueueItem) -> String {
        guard let clock = item.clock else { return "none" }
        if clock.pausedSince != nil { return "paused" }
        switch clock.due.milliseconds - scene.now.milliseconds {
        case ...0: return "over"
        case ..<3_600_000: return "hour"
        case ..<86_400_000: return "day"
        case ..<604_800_000: return "week"
        default: return "later"
        }
    }

    private func row(_ item: QueueItem) -> Fields {
        let title = Text.safe(item.title, limit: 160)
        let isMine = item.assigned == scene.session.officer
        let name = item.assigned.map { id in colleagues.first { $0.officer == id }?.name ?? id } ?? ""
        return [
            "ref": item.ref.description, "path": "/files/\(item.ref)",
            "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title, "type": strings("type.\(item.type.rawValue)"),
            "icon": item.side == .requested ? "in" : "out", "direction": strings("direction.\(item.side.rawValue)"),
            "with": item.counterparts.map(scene.names.fields), "state": StateTag(item.state, strings).fields,
            "next": strings("next.\(item.next.step)"), "isEmergency": item.urgency == .emergency,
            "whose": scene.phrase("whose.\(item.next.whose.rawValue)", ["who": .outside("\(item.counterpart)")]),
            "isAssigned": item.assigned != nil, "assigned": isMine ? strings("queue.you") : Text.safe(name, limit: 40),
            "isFree": item.assigned == nil && item.next.whose != .nobody,
            "isPending": item.pending != nil,
            "pending": item.pending.map { strings("queue.pending", ["step": strings("next.\($0.rawValue)")]) } ?? "",
            "clock": ClockFace(scene, item.clock, state: item.state, counterpart: item.counterpart).fields,
        ]
    }
}
