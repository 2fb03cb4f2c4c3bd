// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node

/// The files by time left.
enum QueueScreen: Screen {
    static let templates = ["queue"]

    static func add(to routes: DeskRoutes) {
        routes.page("/") { visit in visit.goTo("/queue") }
        routes.page("/queue") { visit in
            guard let view = QueueView(rawValue: visit.query("view") ?? QueueView.all.rawValue) else {
                return visit.pages.notFound(visit.session)
            }
            let scene = try visit.scene()
            let page = visit.query("page").map { Int($0) ?? 0 } ?? 1
            guard let fields = QueuePage(scene: scene, view: view, page: page).fields else { return visit.pages.notFound(visit.session) }
            return try visit.pages.show("queue", fields, scene, title: scene.strings("view.\(view.rawValue)"), here: view.path)
        }
    }
}
