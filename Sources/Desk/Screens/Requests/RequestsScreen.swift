// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards

/// New requests: from what a person needs, section by section, to the second person and out.
enum RequestsScreen: Screen {
    static let rail = [RailEntry(path: "/requests/new", key: "requests.rail", icon: "plus", permission: .draft)]
    static let templates = [
        "request-new", "request-follow", "request-need", "request-start", "request", "request-section", "request-conflict", "request-check",
        "request-aside",
        "request-answers", "request-done", "request-discard",
    ]

    static func add(to routes: DeskRoutes) {
        routes.page("/requests/new") { visit in try begin(visit) }
        routes.form("/requests/new") { visit, form in try await start(visit, form) }
        routes.page("/requests/:ref") { visit in
            guard let page = try open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            return try RequestPage(page: page).response()
        }
        routes.page("/requests/:ref/check") { visit in
            guard let page = try open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            return try CheckPage(page: page).response()
        }
        routes.page("/requests/:ref/answers") { visit in
            guard let page = try open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            return try AnswersPage(page: page).response()
        }
        routes.form("/requests/:ref/check") { visit, form in
            guard let page = try open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            return try await setAside(visit, page, form)
        }
        routes.page("/requests/:ref/:section") { visit in
            guard let page = try open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            guard let section = page.section(visit.path("section")) else { return visit.pages.notFound(visit.session) }
            // What is being reviewed is read as a whole.
            guard page.isOpen else { return visit.goTo("\(page.path)/answers") }
            var windows: [String: Int] = [:]
            for field in section.fields { windows[field.name] = visit.query(field.name).flatMap { Int($0) }.map { max(0, $0 - 1) } }
            return try SectionPage(page: page, section: section, windows: windows).response()
        }
        routes.form("/requests/:ref/:section") { visit, form in
            guard let page = try open(visit) else { return try visit.goTo("/files/\(visit.ref())") }
            guard let section = page.section(visit.path("section")) else { return visit.pages.notFound(visit.session) }
            return try await SectionSaving(visit: visit, page: page, section: section, form: form).response()
        }
        ReviewSteps.add(to: routes)
    }

    /// A finding is set aside with a reason, or that is taken back.
    private static func setAside(_ visit: Visit, _ page: DraftPage, _ form: Form) async throws -> Response {
        let (rule, reason) = (form["rule"] ?? "", form.text("reason"))
        let isUndone = form["do"] == "undo"
        guard isUndone || reason != nil else {
            let missing = ComityError(.usage, visit.strings("check.aside.missing"), next: visit.strings("check.aside.missing.next"))
            return try CheckPage(page: page).response(problem: missing, rule: rule, reason: form["reason"] ?? "")
        }
        do throws(ComityError) {
            _ = try await visit.node.override(page.view.ref, rule: rule, reason: isUndone ? nil : reason, officer: visit.officer)
        } catch {
            guard error.code == .usage || error.code == .tooLarge else { throw error }
            return try CheckPage(page: page).response(problem: error, rule: rule, reason: form["reason"] ?? "")
        }
        return visit.goTo("\(page.path)/check")
    }

    /// The draft of the address; nil when it was sent, and is a file now.
    static func open(_ visit: Visit) throws(ComityError) -> DraftPage? {
        let ref = try visit.ref()
        let view: DraftView
        do throws(ComityError) { view = try visit.node.draft(ref, officer: visit.officer) } catch {
            if error.code == .wrongState { return nil }
            throw error
        }
        return DraftPage(scene: try visit.scene(), view: view)
    }

    // MARK: Beginning

    private static func chooser(_ visit: Visit) throws(ComityError) -> ChooserPage {
        ChooserPage(
            visit: visit, scene: try visit.scene(),
            follows: try visit.query("follows").map { text throws(ComityError) in try FileReference(text) })
    }

    private static func begin(_ visit: Visit) throws(ComityError) -> Response {
        let page = try chooser(visit)
        if let name = visit.query("type") {
            guard let type = FileType(rawValue: name) else { return visit.pages.notFound(visit.session) }
            return try page.states(type, chosen: Set([visit.query("to")].compactMap { $0 }), title: "")
        }
        if let need = visit.query("need") { return try page.need(need) }
        // `need=` without a value is the whole list, also for a request that follows another.
        if let parent = page.follows, visit.request.uri.queryParameters["need"] == nil {
            return try page.followUps(try visit.node.fileView(parent, officer: visit.officer))
        }
        return try page.needs()
    }

    private static func start(_ visit: Visit, _ form: Form) async throws -> Response {
        guard let type = form.text("type").flatMap(FileType.init) else { return visit.pages.notFound(visit.session) }
        let scene = try visit.scene()
        let follows = try form.text("follows").map { text throws(ComityError) in try FileReference(text) }
        let page = ChooserPage(visit: visit, scene: scene, follows: follows)
        let chosen = form.all("to").filter { !$0.isEmpty }
        func again(_ problem: String) throws(ComityError) -> Response {
            try page.states(type, chosen: Set(chosen), title: form["title"] ?? "", problem: problem)
        }
        if chosen.isEmpty { return try again(visit.strings("new.state.missing")) }
        if chosen.count > 1, !type.allowsSeveralParties { return try again(visit.strings("new.state.one")) }
        do throws(ComityError) {
            var states: [StateCode] = []
            for text in chosen { states.append(try StateCode(text)) }
            let ref = try await visit.node.startDraft(
                type: type, to: states, title: form.text("title") ?? "", follows: follows, officer: visit.officer)
            return visit.goTo("/requests/\(ref)")
        } catch {
            // What the person can mend stands in the form again; everything else is told as a problem.
            guard error.code == .malformedInput || error.code == .usage else { throw error }
            return try again([error.what, error.next].filter { !$0.isEmpty }.joined(separator: " "))
        }
    }
}
