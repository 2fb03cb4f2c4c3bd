// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node

/// One file or draft.
enum FileScreen: Screen {
    static let templates = ["file"]

    static func add(to routes: DeskRoutes) {
        routes.page("/files/:ref") { visit in
            let ref = try visit.ref()
            let view = try visit.node.fileView(ref, officer: visit.officer)
            let scene = try visit.scene()
            return try visit.pages.show("file", FilePage(scene: scene, view: view).fields, scene, title: "\(ref)", here: "")
        }
    }
}
