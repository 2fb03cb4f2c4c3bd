// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node

/// Whom this node speaks for, and whom it trusts.
enum DirectoryScreen: Screen {
    static let rail = [RailEntry(path: "/directory", key: "directory.title", icon: "people")]
    static let templates = ["directory"]

    static func add(to routes: DeskRoutes) {
        routes.page("/directory") { visit in
            let scene = try visit.scene()
            return try visit.pages.show(
                "directory", try DirectoryPage(scene: scene).fields, scene, title: scene.strings("directory.title"), here: "/directory")
        }
    }
}
