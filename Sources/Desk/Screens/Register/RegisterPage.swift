// SPDX-License-Identifier: Apache-2.0

import Node
import Standards

/// What this node has recorded, and how to check it.
struct RegisterPage {
    let fields: Fields

    init(scene: Scene) throws(ComityError) {
        let head = try scene.node.registerHead(officer: scene.session.officer)
        fields = [
            "hasHead": head != nil, "size": scene.figures.count(head?.size ?? 0),
            // A signed note: its lines are part of what is signed, so they stay lines.
            "note": (head?.note ?? "").split(separator: "\n", omittingEmptySubsequences: false).dropLast().prefix(40).map {
                Text.safe(String($0), limit: 400)
            },
            "command": "comity audit check",
        ]
    }
}
