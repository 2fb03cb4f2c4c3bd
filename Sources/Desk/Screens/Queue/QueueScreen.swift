// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// The files by time left.
enum QueueScreen: Screen {
    static let templates = ["queue"]

    static func add(to routes: DeskRoutes) {
        routes.page("/") { visit in
            visit.goTo(Permission.of(role: visit.session.role).contains(.readMetadata) ? "/queue" : AdminScreen.start)
        }
        routes.page("/queue") { visit in
            guard let view = QueueView(rawValue: visit.query("view") ?? QueueView.all.rawValue) else {
                return visit.pages.notFound(visit.session)
            }
            let page: WorkPage
            do throws(ComityError) {
                page = try visit.node.work(
                    view: view.work, after: visit.query("after"), limit: QueuePage.rowsPerPage, officer: visit.officer)
            } catch {
                // A place in the list that cannot be is a mistyped address.
                if error.code == .usage { return visit.pages.notFound(visit.session) }
                throw error
            }
            let scene = try visit.scene()
            return try visit.pages.show(
                "queue", QueuePage(scene: scene, view: view, page: page).fields, scene,
                title: scene.strings("view.\(view.rawValue)"), here: view.path)
        }
    }
}
