// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// The first page: what a duty officer sees at three in the morning.
enum DutyScreen: Screen {
    static let templates = ["duty", "shift"]

    static func add(to routes: DeskRoutes) {
        routes.page("/") { visit in
            let scene = try visit.scene()
            var fields = try DutyPage(scene).fields
            // First steps stand in nobody's way: for who can take them, and for everybody while there are no files.
            if scene.may(.administer) || scene.counts.values.allSatisfy({ $0 == 0 }) {
                fields.merge(try GettingStartedList.fields(scene)) { $1 }
            }
            fields["done"] = try done(visit, scene)
            fields["hasDone"] = fields["done"] != nil
            return try visit.pages.show("duty", fields, scene, title: scene.strings("duty.title"), here: "/")
        }
        routes.page("/shift") { visit in
            let scene = try visit.scene()
            let log = try visit.node.shiftLog(officer: visit.officer)
            let fields: Fields = [
                "since": scene.times.fields(log.since, theirs: nil)["local"] ?? "", "isShift": log.isShift, "hasNew": !log.lines.isEmpty,
                "newRows": LogTable(scene: scene).rows(log.lines), "isMore": log.isMore,
            ]
            return try visit.pages.show("shift", fields, scene, title: scene.strings("shift.title"), here: "/")
        }
        routes.form("/duty/acknowledge") { visit, form in
            let ref = try FileReference(form["ref"] ?? "")
            _ = try await visit.node.take(.acknowledge, on: ref, officer: visit.officer, body: .object([:]))
            return visit.goTo("/?acknowledged=\(ref)")
        }
        routes.form("/duty/rings/answer") { visit, form in
            let ring = try UUIDv7(form["ring"] ?? "")
            let state = try await visit.node.answerTestCall(ring, by: visit.officer)
            return visit.goTo("/directory/\(state)?done=answered")
        }
        routes.form("/duty/take") { visit, form in
            try await visit.node.takeDuty(officer: visit.officer, reason: form.text("reason"))
            return visit.goTo("/?taken=1")
        }
    }

    /// The confirmation of what was done on the page before, as far as the node says the same.
    private static func done(_ visit: Visit, _ scene: Scene) throws(ComityError) -> Fields? {
        if visit.query("taken") != nil, try visit.node.shift()?.officer == visit.officer {
            return [
                "title": Phrase([.words(scene.strings("duty.taken"))]), "says": scene.strings("duty.taken.says"), "hasRef": false,
            ]
        }
        guard let text = visit.query("acknowledged"), let ref = try? FileReference(text), scene.may(.readContent),
            let item = try visit.node.workItem(ref, officer: visit.officer), item.next.step != "acknowledge"
        else { return nil }
        return [
            "title": scene.phrase("duty.acknowledged", ["ref": .outside(ref.description)]),
            "says": scene.strings("duty.acknowledged.says"), "hasRef": true, "ref": ref.description, "path": "/files/\(ref)",
            "next": scene.strings("duty.acknowledged.next", ["step": scene.strings("next.\(item.next.step)")]),
        ]
    }
}
