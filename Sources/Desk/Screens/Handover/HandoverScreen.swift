// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// The handover of a shift: written by one officer, taken over by another, kept for ever.
enum HandoverScreen: Screen {
    static let rail = [RailEntry(path: "/handover", key: "handover.title", icon: "hand", permission: .readContent)]
    static let templates = ["handover", "handovers", "handover-kept"]

    static func add(to routes: DeskRoutes) {
        routes.page("/handover") { visit in try show(visit, nil, nil) }
        routes.form("/handover") { visit, form in
            let notes = HandoverNotes(
                situation: form.text("situation") ?? "", background: form.text("background") ?? "",
                assessment: form.text("assessment") ?? "", recommendation: form.text("recommendation") ?? "")
            do throws(ComityError) {
                if form["do"] == "sign" {
                    try await visit.node.signHandover(notes, officer: visit.officer)
                } else {
                    try await visit.node.saveHandover(notes, officer: visit.officer)
                }
            } catch {
                // Whatever went wrong, what was written stays on the page.
                return try show(visit, notes, error)
            }
            return visit.goTo(form["do"] == "sign" ? "/handover" : "/handover?saved=1")
        }
        routes.form("/handover/reopen") { visit, _ in
            try await visit.node.reopenHandover(officer: visit.officer)
            return visit.goTo("/handover")
        }
        routes.form("/handover/take") { visit, form in
            let shift = try visit.node.shift()
            do throws(ComityError) {
                try await visit.node.takeOver(
                    officer: visit.officer, hash: form["hash"] ?? "", code: form.text("code"),
                    address: visit.context.address.isEmpty ? nil : visit.context.address)
            } catch {
                return try show(visit, nil, error)
            }
            return visit.goTo(shift.map { "/handovers/\($0.id)?done=1" } ?? "/")
        }
        routes.page("/handovers") { visit in
            let scene = try visit.scene()
            let list = try visit.node.handovers(officer: visit.officer)
            let fields: Fields = ["hasHandovers": !list.isEmpty, "handovers": list.map { HandoverPage.line($0, scene) }]
            return try visit.pages.show("handovers", fields, scene, title: scene.strings("handovers.title"), here: "/handover")
        }
        routes.page("/handovers/:id") { visit in
            guard let id = try? UUIDv7(visit.path("id")) else { return visit.pages.notFound(visit.session) }
            let handover = try visit.node.handover(id, officer: visit.officer)
            let scene = try visit.scene()
            var fields = HandoverPage.kept(handover, scene)
            fields["hasDone"] = visit.query("done") != nil && handover.taker == visit.officer
            return try visit.pages.show("handover-kept", fields, scene, title: scene.strings("handover.title"), here: "/handover")
        }
    }

    private static func show(_ visit: Visit, _ notes: HandoverNotes?, _ problem: ComityError?) throws -> Response {
        let scene = try visit.scene()
        var fields = try HandoverPage(scene, typed: notes).fields
        let field = problem?.code == .usage ? "situation" : problem?.code == .permission && notes == nil ? "code" : nil
        fields.merge(FormProblem.fields(problem, field: field)) { $1 }
        fields["hasSaved"] = visit.query("saved") != nil
        return try visit.pages.show(
            "handover", fields, scene,
            title: problem.map { scene.strings("problem.title", ["what": $0.what]) } ?? scene.strings("handover.title"), here: "/handover",
            status: problem == nil ? .ok : problem?.code == .throttled ? .tooManyRequests : .unprocessableContent)
    }
}
