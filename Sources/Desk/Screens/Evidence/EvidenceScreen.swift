// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// Packages of evidence: the list, one package, sealing, supplying, receiving, and looking at exhibits.
enum EvidenceScreen: Screen {
    static let rail = [RailEntry(path: "/evidence", key: "evidence.title", icon: "seal", permission: .readMetadata)]
    static let templates = ["evidence", "package", "upload", "seal", "preview", "second-look"]

    static func add(to routes: DeskRoutes) {
        routes.page("/evidence") { visit in
            let scene = try visit.scene()
            let packages = try visit.node.packages(nil, limit: EvidenceList.most, officer: visit.officer)
            let total = try visit.node.packageCount(officer: visit.officer)
            return try visit.pages.show(
                "evidence", EvidenceList(scene: scene, ref: nil, packages: packages, total: total).fields, scene,
                title: scene.strings("evidence.title"),
                here: "/evidence")
        }
        routes.page("/files/:ref/evidence") { visit in
            let (scene, ref) = (try visit.scene(), try visit.ref())
            let packages = try visit.node.packages(ref, officer: visit.officer)
            return try visit.pages.show(
                "evidence", try EvidenceList(scene: scene, ref: ref, packages: packages).withSealing.fields, scene,
                title: scene.strings("evidence.of", ["ref": "\(ref)"]), here: "/evidence")
        }
        UploadPages.add(to: routes)
        PreviewPages.add(to: routes)
        routes.page("/files/:ref/evidence/:package") { visit in
            let (scene, ref) = (try visit.scene(), try visit.ref())
            let view = try visit.node.packageView(ref, package: visit.path("package"), officer: visit.officer)
            let page = PackagePage(scene: scene, view: view, page: Int(visit.query("page") ?? "1") ?? 1, done: visit.query("done"))
            return try visit.pages.show("package", page.fields, scene, title: page.title, here: "/evidence")
        }
        routes.form("/files/:ref/evidence/:package/receive") { visit, _ in
            let task = try await visit.node.startReceiving(try visit.ref(), package: visit.path("package"), officer: visit.officer)
            return visit.goTo("/tasks/\(task)")
        }
        routes.form("/files/:ref/evidence/:package/open") { visit, form in
            let (ref, package) = (try visit.ref(), visit.path("package"))
            guard form["accept"] == "yes" else {
                let scene = try visit.scene()
                var page = PackagePage(
                    scene: scene, view: try visit.node.packageView(ref, package: package, officer: visit.officer), page: 1, done: nil)
                page.faults.add("accept", scene.strings("package.open.accept-first"))
                return try visit.show("package", page.fields, title: page.title, faults: page.faults, here: "/evidence")
            }
            try await visit.node.openPackage(ref, package: package, accepting: true, officer: visit.officer)
            return visit.goTo("/files/\(ref)/evidence/\(package)?done=opened")
        }
        routes.page("/files/:ref/evidence/:package/supply") { visit in
            let ref = try visit.ref()
            let view = try visit.node.packageView(ref, package: visit.path("package"), officer: visit.officer)
            let look = try SupplyPage.look(view, scene: try visit.scene())
            return try visit.show("second-look", look.fields, title: look.title, here: "/evidence")
        }
        routes.form("/files/:ref/evidence/:package/supply") { visit, _ in
            let (ref, package) = (try visit.ref(), visit.path("package"))
            let supplied = try await visit.node.supply(ref, package: package, officer: visit.officer)
            return visit.goTo("/files/\(ref)/evidence/\(package)?done=\(supplied.step.isPrepared ? "prepared" : "supplied")")
        }
    }
}
