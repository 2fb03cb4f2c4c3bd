// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards

/// The steps of a whole draft: to the reviewer, back, approved, sent, discarded. Each is a form and ends on a page of its own.
enum ReviewSteps {
    static func add(to routes: DeskRoutes) {
        step("submit", routes) { visit, ref, _ in try await visit.node.submit(ref, officer: visit.officer) }
        step("send", routes) { visit, ref, _ in _ = try await visit.node.send(ref, officer: visit.officer) }
        routes.form("/requests/:ref/take-back") { visit, _ in
            let ref = try visit.ref()
            try await visit.node.takeBack(ref, officer: visit.officer)
            return visit.goTo("/requests/\(ref)")
        }
        step("translated", routes) { visit, ref, form in
            try await visit.node.attachTranslation(
                ref, certified: form["certified"] == "yes", text: form.text("text") ?? "", officer: visit.officer)
        }
        routes.form("/requests/:ref/approve") { visit, form in
            guard let page = try RequestsScreen.open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            guard form["read"] == "yes" else {
                return try AnswersPage(page: page).response(problems: [("read", visit.strings("answers.sign.read.missing"))])
            }
            guard let version = form.text("version").flatMap({ Int($0) }) else {
                throw ComityError(.malformedInput, visit.strings("answers.sign.read.missing"))
            }
            try await visit.node.approveDraft(page.view.ref, version: version, officer: visit.officer)
            return visit.goTo("\(page.path)/done")
        }
        routes.form("/requests/:ref/return") { visit, form in
            guard let page = try RequestsScreen.open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            guard let comment = form.text("comment") else {
                return try AnswersPage(page: page).response(problems: [("comment", visit.strings("answers.return.missing"))])
            }
            guard comment.utf8.count <= 4000 else {
                return try AnswersPage(page: page).response(
                    problems: [("comment", visit.strings("fault.too-long", ["count": page.scene.figures.count(4000)]))], comment: comment)
            }
            try await visit.node.returnDraft(page.view.ref, officer: visit.officer, comment: comment)
            return visit.goTo("\(page.path)/done")
        }
        routes.page("/requests/:ref/discard") { visit in
            guard let page = try RequestsScreen.open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            return try visit.show("request-discard", page.frame(here: nil), title: visit.strings("discard.title"))
        }
        routes.form("/requests/:ref/discard") { visit, _ in
            guard let page = try RequestsScreen.open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            try await visit.node.discard(page.view.ref, officer: visit.officer)
            return visit.goTo("\(page.path)/done?discarded=yes")
        }
        routes.page("/requests/:ref/done") { visit in try done(visit) }
    }

    private static func step(
        _ name: String, _ routes: DeskRoutes, _ take: @escaping @Sendable (Visit, FileReference, Form) async throws -> Void
    ) {
        routes.form("/requests/:ref/\(name)") { visit, form in
            let ref = try visit.ref()
            try await take(visit, ref, form)
            return visit.goTo("/requests/\(ref)/done")
        }
    }

    /// What has just been done, read from how the draft or file stands now: loading it again repeats nothing.
    private static func done(_ visit: Visit) throws(ComityError) -> Response {
        let ref = try visit.ref()
        let scene = try visit.scene()
        do throws(ComityError) {
            guard let page = try RequestsScreen.open(visit) else {
                let view = try visit.node.fileView(ref, officer: visit.officer)
                return try RequestPage.done(scene, ref: ref, step: "sent", state: view.counterpart)
            }
            let state = page.view.recipients.first
            switch page.view.state {
            case .review: return try RequestPage.done(scene, ref: ref, step: "review", state: state)
            case .translation: return try RequestPage.done(scene, ref: ref, step: "translation", state: state)
            case .authorised:
                return try RequestPage.done(
                    scene, ref: ref, step: "authorised", state: state,
                    next: scene.may(.send) ? (visit.strings("done.authorised.send"), "\(page.path)/answers") : nil)
            default:
                guard page.view.comment != nil else { return visit.goTo(page.path) }
                return try RequestPage.done(scene, ref: ref, step: "returned", state: state)
            }
        } catch {
            guard error.code == .notFound, visit.query("discarded") != nil else { throw error }
            return try RequestPage.done(scene, ref: ref, step: "discarded", state: nil)
        }
    }
}
