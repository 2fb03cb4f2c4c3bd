// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// The first run: the set-up code, the first administrator, then facts, officers, a peer and a backup. Each step can be left
/// for later; the list of first steps says what is open.
enum SetUpScreen: Screen {
    static let templates = ["set-up", "set-up-authority", "set-up-officers", "set-up-peer", "set-up-backup", "getting-started-page"]
    static let first = "/set-up/authority"
    private static let steps = ["administrator", "authority", "officers", "peer", "backup"]

    static func add(to routes: DeskRoutes) {
        let pages = routes.pages
        // What `comity serve` prints, and what a person types.
        for path in ["/set-up", "/setup"] {
            routes.open(RouterPath(stringLiteral: path)) { _, _ in try start(pages) }
        }
        routes.openForm("/set-up") { _, _, form in
            guard try !pages.node.isSetUp() else { return Response(status: .seeOther, headers: [.location: "/sign-in"]) }
            let code = form.text("code") ?? ""
            do throws(ComityError) { _ = try pages.node.enrolment(code) } catch { return try start(pages, typed: form, problem: error) }
            return try EnrolmentScreen.begin(pages, code: code)
        }
        routes.page("/set-up/authority") { visit in try authority(visit) }
        routes.form("/set-up/authority") { visit, form in
            do throws(ComityError) { try await AuthorityForm.save(form, visit) } catch { return try authority(visit, form, error) }
            return visit.goTo("/set-up/officers")
        }
        routes.page("/set-up/officers") { visit in
            try visit.show(
                "set-up-officers", try step(visit, "officers", AccountPages.inviteForm(visit, from: "set-up")),
                title: visit.strings("set-up.officers"))
        }
        routes.page("/set-up/peer") { visit in
            let groups = visit.node.fingerprint.split(separator: " ").map(String.init)
            return try visit.show("set-up-peer", try step(visit, "peer", ["fingerprint": groups]), title: visit.strings("set-up.peer"))
        }
        routes.page("/set-up/backup") { visit in
            try visit.show("set-up-backup", try step(visit, "backup", BackupForm.fields(visit)), title: visit.strings("set-up.backup"))
        }
        routes.form("/set-up/backup") { visit, form in
            do throws(ComityError) { try await visit.node.noteBackup(place: form.text("place") ?? "", by: visit.officer) } catch {
                let fields = try step(visit, "backup", BackupForm.fields(visit, typed: form, problem: error))
                return try visit.show(
                    "set-up-backup", fields, title: visit.strings("problem.title", ["what": visit.strings("set-up.backup")]),
                    status: .init(code: error.code.httpStatus))
            }
            return visit.goTo("/getting-started")
        }
        routes.page("/getting-started") { visit in
            let scene = try visit.scene()
            return try visit.pages.show(
                "getting-started-page", try GettingStartedList.fields(scene, always: true), scene, title: visit.strings("start.title"),
                here: "")
        }
        routes.form("/getting-started/put-away") { visit, _ in
            let preferences = visit.session.preferences.merging([GettingStartedList.preference: "away"], uniquingKeysWith: { $1 })
            try await visit.node.setPreferences(preferences, of: visit.officer)
            return visit.goTo("/")
        }
    }

    private static func start(_ pages: DeskPages, typed: Form? = nil, problem: ComityError? = nil) throws(ComityError) -> Response {
        guard try !pages.node.isSetUp() else { return Response(status: .seeOther, headers: [.location: "/sign-in"]) }
        let form = AccessForm(strings: pages.strings, prefix: "set-up", typed: typed, problem: problem, wrong: "code")
        return try pages.showOutside(
            "set-up", form.fields([AccessInput(id: "code", kind: .code)]), title: form.title(pages.strings("set-up.title")),
            status: .init(code: form.status))
    }

    private static func authority(_ visit: Visit, _ typed: Form? = nil, _ problem: ComityError? = nil) throws(ComityError) -> Response {
        let form = AuthorityForm.form(visit, typed, problem)
        return try visit.show(
            "set-up-authority", try step(visit, "authority", form.fields(AuthorityForm.inputs(visit))),
            title: form.title(visit.strings("set-up.authority")), status: .init(code: form.status))
    }

    /// The fields of a step with the way through all of them. For administrators.
    private static func step(_ visit: Visit, _ here: String, _ fields: Fields) throws(ComityError) -> Fields {
        try visit.node.requireAdministrator(visit.officer)
        return fields.merging(
            [
                "steps": steps.enumerated().map { number, step -> Fields in
                    ["number": "\(number + 1)", "word": visit.strings("set-up.step.\(step)"), "isHere": step == here]
                }
            ], uniquingKeysWith: { $1 })
    }
}
