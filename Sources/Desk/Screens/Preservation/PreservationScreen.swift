// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// Everything that is kept, since when, until when, and what it is kept for.
enum PreservationScreen: Screen {
    static let rail = [RailEntry(path: "/preservations", key: "preservations.title", icon: "clip", permission: .readMetadata)]
    static let templates = ["preservations"]

    static func add(to routes: DeskRoutes) {
        routes.page("/preservations") { visit in
            guard let shows = PreservationChoice(rawValue: visit.query("show") ?? "open") else {
                return visit.pages.notFound(visit.session)
            }
            let page: PreservationPage
            do throws(ComityError) {
                page = try visit.node.preservations(
                    shows, after: visit.query("after"), limit: PreservationBoard.cards, officer: visit.officer)
            } catch {
                // A place in the list that cannot be is a mistyped address.
                if error.code == .usage { return visit.pages.notFound(visit.session) }
                throw error
            }
            let scene = try visit.scene()
            return try visit.pages.show(
                "preservations", try PreservationBoard(scene: scene, shows: shows, page: page).fields, scene,
                title: scene.strings("preservations.title"), here: "/preservations")
        }
    }
}

/// The board: a card for each preservation, the one that ends first at the top.
struct PreservationBoard {
    /// Cards on a page.
    static let cards = 15

    let scene: Scene
    let shows: PreservationChoice
    let page: PreservationPage

    private var strings: Strings { scene.strings }

    var fields: Fields {
        get throws(ComityError) {
            var cards: [Fields] = []
            for line in page.lines { cards.append(try card(line)) }
            func path(_ after: String?) -> String { "/preservations?show=\(shows.rawValue)&after=\(URLText.encode(after ?? ""))" }
            return [
                "cards": cards, "hasCards": !cards.isEmpty, "total": strings.count("preservations.total", page.total, scene.figures),
                "isPaged": page.next != nil || page.previous != nil, "hasEarlier": page.previous != nil, "earlier": path(page.previous),
                "hasLater": page.next != nil, "later": path(page.next),
                "unlinked": strings.count("preservations.unlinked", page.unlinked, scene.figures), "hasUnlinked": page.unlinked > 0,
                "shows": PreservationChoice.allCases.map { view -> Fields in
                    [
                        "path": "/preservations?show=\(view.rawValue)", "word": strings("preservations.show.\(view.rawValue)"),
                        "isHere": view == shows,
                    ]
                },
            ]
        }
    }

    /// Data are kept and nobody has asked for them.
    private func isUnlinked(_ line: PreservationLine) -> Bool { line.effective != nil && !line.isLinked && line.outcome != "none-found" }

    private func card(_ line: PreservationLine) throws(ComityError) -> Fields {
        let zone = scene.names.zone(line.counterpart)
        let steps = scene.may(.answer) ? try scene.node.steps(line.ref, officer: scene.session.officer) : []
        func possible(_ kind: ActKind) -> Bool { steps.contains { $0.kind == kind && $0.ours && $0.possible } }
        let title = Text.safe(line.title, limit: 160)
        let isHeld = line.state == .held
        var card: Fields = [
            "ref": line.ref.description, "path": "/files/\(line.ref)",
            "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title, "with": scene.names.fields(line.counterpart),
            "icon": line.side == .requested ? "in" : "out", "direction": strings("direction.\(line.side.rawValue)"),
            "state": StateTag(line.state, strings).fields,
            "clock": ClockFace(scene, line.clock, state: line.state, counterpart: line.counterpart).fields,
            "holder": Text.safe(line.holder, limit: 120), "hasHolder": !line.holder.isEmpty, "hasEffective": line.effective != nil,
            "effective": line.effective.map { scene.times.fields($0, theirs: zone) } ?? [:], "hasUntil": line.until != nil,
            "until": line.until.map { scene.times.fields($0, theirs: zone) } ?? [:],
            "hasOutcome": line.outcome != nil,
            "outcome": line.outcome.flatMap(ActBody.Preserve.Outcome.init(rawValue:)).map {
                strings("choice.preserve.outcome.\($0.rawValue)")
            } ?? "",
            "theirs": scene.names.fields(line.counterpart), "isHeld": isHeld, "isUnlinked": isUnlinked(line), "isLinked": line.isLinked,
        ]
        card["sets"] = line.dataSets.prefix(20).map(dataSet)
        card["hasSets"] = !line.dataSets.isEmpty
        card["followUps"] = line.followUps.prefix(10).map { follow -> Fields in
            [
                "ref": follow.ref.description, "path": "/files/\(follow.ref)", "type": strings("type.\(follow.type.rawValue)"),
                "state": StateTag(follow.state, strings).fields, "isHolder": follow.ref == line.heldFor,
            ]
        }
        card["extensions"] = line.extensions.suffix(10).map { item -> Fields in
            [
                "says": scene.phrase(
                    item.by == (line.side == .requesting ? scene.node.state : line.counterpart)
                        ? "preservations.extension.asked" : "preservations.extension.set",
                    ["who": scene.names.phrase(item.by), "time": .words(scene.times.text(scene.times.local(item.until)))]),
                "at": scene.times.fields(item.at, theirs: nil),
            ]
        }
        card["hasExtensions"] = !line.extensions.isEmpty
        card["hasAsked"] = line.extensionAsked != nil
        card["asked"] = line.extensionAsked.map { scene.times.fields($0, theirs: zone) } ?? [:]
        card["hops"] = line.hops.map(hop)
        card["hasHops"] = !line.hops.isEmpty
        card["mayExtend"] = possible(.extend)
        card["extendPath"] = "/files/\(line.ref)/acts/extend"
        card["extendWord"] = strings(line.side == .requesting ? "preservations.extend.ask" : "preservations.extend.set")
        card["mayFollow"] = line.side == .requesting && scene.may(.draft) && line.effective != nil && !line.isFinished
        card["followPath"] = "/requests/new?follows=\(line.ref)"
        card["mayRelease"] = possible(.release)
        card["releasePath"] = "/files/\(line.ref)/acts/release"
        card["mayHold"] = possible(.hold) && line.isLinked && !isHeld
        card["holdPath"] = "/files/\(line.ref)/acts/hold"
        card["hasActions"] = ["mayExtend", "mayFollow", "mayRelease", "mayHold"].contains { card[$0] as? Bool == true }
        return card
    }

    private func dataSet(_ set: PreservationLine.DataSet) -> Fields {
        func time(_ text: String?) -> String? {
            text.flatMap { try? Instant($0) }.map { scene.times.text($0.at(offsetMinutes: 0)) } ?? text.map { Text.safe($0, limit: 40) }
        }
        let period = [time(set.from), time(set.to)].compactMap { $0 }
        return [
            "category": Text.safe(set.category, limit: 40),
            "items": set.items.prefix(8).map { Text.safe($0, limit: 120) }.joined(separator: strings("list.and")),
            "hasPeriod": period.count == 2,
            "period": period.count == 2 ? strings("preservations.period", ["from": period[0], "to": period[1]]) : "",
        ]
    }

    private func hop(_ hop: PreservationLine.HopLine) -> Fields {
        [
            "number": scene.figures.count(hop.hop), "state": scene.names.fields(hop.state), "provider": Text.safe(hop.provider, limit: 80),
            "isHere": hop.isHere, "hasRef": hop.ref != nil && !hop.isHere, "ref": hop.ref?.description ?? "",
            "path": hop.ref.map { "/files/\($0)" } ?? "",
            "isGap": hop.ref == nil, "icon": hop.ref == nil ? "gap" : hop.until == nil ? "dots" : "check", "hasUntil": hop.until != nil,
            "until": hop.until.map { scene.times.text(scene.times.local($0)) } ?? "",
        ]
    }
}
