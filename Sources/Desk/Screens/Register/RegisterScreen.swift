// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node

/// What this node has recorded.
enum RegisterScreen: Screen {
    static let rail = [RailEntry(path: "/register", key: "register.title", icon: "book", permission: .readRegister)]
    static let templates = ["register"]

    static func add(to routes: DeskRoutes) {
        routes.page("/register") { visit in
            let scene = try visit.scene()
            return try visit.pages.show(
                "register", try RegisterPage(scene: scene).fields, scene, title: scene.strings("register.title"), here: "/register")
        }
    }
}
