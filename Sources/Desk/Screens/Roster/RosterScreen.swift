// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// Who is on duty when.
enum RosterScreen: Screen {
    static let rail = [RailEntry(path: "/roster", key: "roster.title", icon: "cal")]
    static let templates = ["roster"]

    static func add(to routes: DeskRoutes) {
        routes.page("/roster") { visit in try show(visit, Form(), nil) }
        routes.form("/roster") { visit, form in
            do throws(ComityError) {
                try await visit.node.addToRoster(
                    try layer(form, visit), officer: try form.required("officer", as: visit.strings("roster.officer")),
                    from: try visit.node.moment(fromLocal: form.text("from") ?? ""),
                    to: try visit.node.moment(fromLocal: form.text("to") ?? ""), days: Int(form.text("days") ?? "1") ?? 0,
                    isOverride: form["override"] != nil, by: visit.officer)
            } catch {
                guard error.code != .permission else { throw error }
                return try show(visit, form, error)
            }
            return visit.goTo("/roster")
        }
        routes.form("/roster/remove") { visit, form in
            try await visit.node.removeFromRoster(try UUIDv7(form["line"] ?? ""), by: visit.officer)
            return visit.goTo("/roster")
        }
    }

    private static func layer(_ form: Form, _ visit: Visit) throws(ComityError) -> DutyLayer {
        guard let layer = DutyLayer(rawValue: form["layer"] ?? "") else {
            throw ComityError(.malformedInput, visit.strings("roster.error.layer"), next: visit.strings("roster.error.layer.next"))
        }
        return layer
    }

    private static func show(_ visit: Visit, _ form: Form, _ problem: ComityError?) throws -> Response {
        let scene = try visit.scene()
        let page = try RosterPage(scene: scene, form: form, problem: problem)
        let title = scene.strings("roster.title")
        return try visit.pages.show(
            "roster", page.fields, scene, title: problem.map { scene.strings("problem.title", ["what": $0.what]) } ?? title,
            here: "/roster", status: problem == nil ? .ok : .unprocessableContent)
    }
}
