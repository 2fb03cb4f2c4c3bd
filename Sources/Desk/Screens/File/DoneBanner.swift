// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// After something was done: what, its hash, how the delivery stands, what happens next. On the page, until the next one.
struct DoneBanner {
    let fields: Fields

    /// - Parameter done: the id of an act, or `prepared`, `discarded`, `noted`, `glass`.
    init(_ scene: Scene, _ view: FileView, _ done: String) throws(ComityError) {
        let strings = scene.strings
        var fields: Fields = ["hasDone": false]
        if ["prepared", "discarded", "noted", "glass", "checked"].contains(done) {
            fields = [
                "hasDone": true, "doneWord": strings("done.\(done)"), "doneSays": strings("done.\(done).says"), "isAct": false,
                "isDoneRefused": false,
            ]
        } else if let id = try? UUIDv7(done), let act = view.acts.first(where: { $0.id == id }), act.from == scene.node.state {
            let deliveries = try scene.node.deliveries(of: id, on: view.ref, officer: scene.session.officer)
            let next = scene.item(view.ref)?.next
            fields = [
                "hasDone": true, "isAct": true, "doneAct": Timeline.step(act.kind, view, strings),
                "doneSentence": scene.phrase(Timeline.key(act, view), ["who": scene.names.phrase(act.from)]),
                "doneHash": act.hash, "doneShort": "\(act.hash.prefix(8))…\(act.hash.suffix(8))",
                "donePath": "/files/\(view.ref)/acts/\(id)",
                "doneNumber": scene.figures.count((view.acts.firstIndex { $0.id == id } ?? 0) + 1),
                "doneDeliveries": DeliveryWords(scene: scene).lines(deliveries), "again": "/files/\(view.ref)?done=\(id)",
                "isUnderway": deliveries.contains { $0.stage == .waiting }, "doneNext": strings("next.\(next?.step ?? "none")"),
                "doneWhose": scene.phrase(
                    "possible.\(next?.step == "deliver" ? "deliver" : next?.whose.rawValue ?? "nobody")",
                    ["who": scene.names.phrase(view.counterpart)]),
            ]
        }
        self.fields = fields
    }
}
