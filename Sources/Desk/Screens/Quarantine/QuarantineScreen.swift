// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Node
import Standards
import Web

/// What arrived and was not believed: the facts, and what to do next. Nothing of the content is shown.
enum QuarantineScreen: Screen {
    static let rail = [
        RailEntry(path: "/quarantine", key: "quarantine.title", icon: "shield-no", permission: .readRegister) { scene in
            (try? scene.node.quarantineCount(officer: scene.session.officer)) ?? 0
        }
    ]
    static let templates = ["quarantine", "quarantine-item"]
    static let most = 200

    static func add(to routes: DeskRoutes) {
        routes.page("/quarantine") { visit in
            let scene = try visit.scene()
            let items = try visit.node.quarantineItems(officer: visit.officer)
            let fields: Fields = [
                "hasItems": !items.isEmpty, "count": scene.strings.count("quarantine.count", items.count, scene.figures),
                "items": items.prefix(most).map { row($0, scene) },
            ]
            return try visit.pages.show("quarantine", fields, scene, title: scene.strings("quarantine.title"), here: "/quarantine")
        }
        routes.page("/quarantine/:item") { visit in
            let scene = try visit.scene()
            guard let id = Int64(visit.path("item")),
                let item = try visit.node.quarantineItems(officer: visit.officer).first(where: { $0.id == id })
            else { throw ComityError(.notFound, scene.strings("quarantine.missing"), next: scene.strings("quarantine.missing.next")) }
            var fields = row(item, scene)
            // The number comes from the directory, never from the message.
            let peer = try visit.node.listPeers().first { $0.entry.state == item.peer }
            fields["hasPhone"] = peer?.entry.authority.phone != nil
            fields["phone"] = Text.safe(peer?.entry.authority.phone ?? "", limit: 60)
            fields["time"] = peer.map { scene.times.text(Node.at(scene.now, zone: $0.entry.authority.timeZone)) } ?? ""
            fields["peerPath"] = item.peer.map { "/directory/\($0)" } ?? ""
            fields["isKnown"] = peer != nil
            fields["entryPath"] = "/register?kind=quarantined"
            return try visit.pages.show(
                "quarantine-item", fields, scene, title: scene.strings("quarantine.item", ["number": "\(id)"]), here: "/quarantine")
        }
    }

    private static func row(_ item: QuarantineItem, _ scene: Scene) -> Fields {
        let key = scene.strings.has("refused.\(item.code.rawValue)") ? item.code.rawValue : "other"
        return [
            "path": "/quarantine/\(item.id)", "number": scene.figures.count(item.id), "code": item.code.rawValue,
            "word": scene.strings("refused.\(key)"), "why": scene.strings("refused.\(key).why"),
            "next": scene.strings("refused.\(key).next"),
            "at": scene.times.fields(item.at, theirs: item.peer.flatMap { scene.names.zone($0) }, exact: true), "hasPeer": item.peer != nil,
            "peer": item.peer.map { scene.names.fields($0) } ?? [:], "size": scene.figures.size(Int64(item.size)),
            "bytes": scene.strings("package.bytes", ["count": scene.figures.count(item.size)]), "hash": Text.safe(item.sha256, limit: 64),
            "short": "\(item.sha256.prefix(4))…\(item.sha256.suffix(4))",
        ]
    }
}
