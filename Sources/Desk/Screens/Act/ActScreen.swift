// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Law
import Node
import Standards

/// Every act of the life cycles as a form, and a signed act as it is registered.
enum ActScreen: Screen {
    static let templates = ["act", "act-field", "act-signed"]

    static func add(to routes: DeskRoutes) {
        routes.page("/files/:ref/acts/:act") { visit in
            if let id = try? UUIDv7(visit.path("act")) { return try SignedActPage(visit, id).show() }
            guard let kind = ActKind(rawValue: visit.path("act")) else { return visit.pages.notFound(visit.session) }
            let page = try ActPage(visit, kind)
            return try page.show(prefilled(page, visit))
        }
        routes.form("/files/:ref/acts/:act") { visit, form in
            guard let kind = ActKind(rawValue: visit.path("act")) else { return visit.pages.notFound(visit.session) }
            let page = try ActPage(visit, kind)
            if let more = form["more"] { return try page.show(form, more: more) }
            // What was signed since the form was shown is read before anything follows it.
            if let seen = form["seen"], seen != page.seen { return try page.show(form, changed: true) }
            let read = ActReader(page.context, form)
            guard read.problems.isEmpty else { return try page.show(form, problems: read.problems) }
            do throws(ComityError) {
                switch try await take(kind, visit, read.body) {
                case .taken(let id): return visit.goTo("/files/\(page.context.view.ref)?done=\(id)")
                case .prepared: return visit.goTo("/files/\(page.context.view.ref)?done=prepared")
                }
            } catch { return try page.show(form, error: error) }
        }
    }

    /// A package that arrived is verified before it is received; every other act is taken as it was written.
    private static func take(_ kind: ActKind, _ visit: Visit, _ body: [String: JSONValue]) async throws(ComityError) -> Node.StepResult {
        let ref = try visit.ref()
        if kind == .receive, let package = body["package"]?.string {
            return try await visit.node.receiveEvidence(ref, package: package, officer: visit.officer).step
        }
        return try await visit.node.take(kind, on: ref, officer: visit.officer, body: .object(body))
    }

    /// Questions about what is missing, when the officer came from the check of a request.
    private static func prefilled(_ page: ActPage, _ visit: Visit) -> Form {
        let form = page.context.prefilled
        guard page.context.kind == .ask, visit.query("from") == "check" else { return form }
        let missing = page.context.view.findings.filter { $0.level != .note }
        let questions = missing.prefix(20).map { finding in
            Form.Field(
                name: "questions",
                value: visit.strings(
                    "form.ask.missing", ["what": finding.detail ?? finding.says, "article": Article.words(finding.article, visit.strings)]))
        }
        return Form(fields: form.fields + questions)
    }
}
