// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// The check of incoming requests: is it really them, is it complete, is it ours, is there a ground against it, decide.
enum TriageScreen: Screen {
    static let rail = [RailEntry(path: "/triage", key: "triage.title", icon: "in", permission: .readContent)]
    static let templates = ["triage", "triage-list"]

    static func add(to routes: DeskRoutes) {
        routes.page("/triage") { visit in
            let page: WorkPage
            do throws(ComityError) {
                page = try visit.node.work(
                    view: .incoming, filter: TriageList.filter, after: visit.query("after"), limit: TriageList.rows,
                    officer: visit.officer)
            } catch {
                // A place in the list that cannot be is a mistyped address.
                if error.code == .usage { return visit.pages.notFound(visit.session) }
                throw error
            }
            let progress = try visit.node.triageProgress(page.items.map(\.ref), officer: visit.officer)
            let scene = try visit.scene()
            return try visit.pages.show(
                "triage-list", TriageList(scene: scene, page: page, progress: progress).fields, scene,
                title: scene.strings("triage.title"), here: "/triage")
        }
        routes.page("/files/:ref/triage") { visit in try show(visit) }
        routes.form("/files/:ref/triage") { visit, form in
            let ref = try visit.ref()
            // One part of the page is kept at a time: the questions that were answered in it.
            let names = form.all("question")
            var kept = false
            do throws(ComityError) {
                for name in names {
                    guard let question = Triage.Question(name), let answer = form.text("answer.\(name)") else { continue }
                    let reason = form.text("reason.\(name)") ?? ""
                    let now = try visit.node.triage(ref, officer: visit.officer).notes[question.name]
                    guard now?.answer != answer || now?.reason != reason else { continue }
                    try await visit.node.answerTriage(ref, question, answer: answer, reason: reason, officer: visit.officer)
                    kept = true
                }
                guard kept else {
                    throw ComityError(.usage, visit.strings("triage.nothing.what"), next: visit.strings("triage.nothing.next"))
                }
                return visit.goTo("/files/\(ref)/triage?kept=\(form.text("part") ?? "1")#part-\(form.text("part") ?? "1")")
            } catch { return try show(visit, form: form, problem: error) }
        }
    }

    private static func show(_ visit: Visit, form: Form = Form(), problem: ComityError? = nil) throws(ComityError) -> Response {
        let ref = try visit.ref()
        let triage = try visit.node.triage(ref, officer: visit.officer)
        let scene = try visit.scene()
        let view = try visit.node.fileView(ref, officer: visit.officer)
        let page = TriagePage(
            scene: scene, view: view, triage: triage, steps: try visit.node.steps(ref, officer: visit.officer), form: form,
            problem: problem,
            kept: visit.query("kept"))
        let title = scene.strings("triage.page", ["ref": ref.description])
        return try visit.pages.show(
            "triage", page.fields, scene, title: problem == nil ? title : scene.strings("problem.title", ["what": title]), here: "/triage",
            status: problem.map { .init(code: $0.code.httpStatus) } ?? .ok)
    }
}

/// Incoming files that nobody has accepted or refused yet, the most pressing first.
struct TriageList {
    /// Rows on a page.
    static let rows = 50
    static let filter: WorkFilter = {
        var filter = WorkFilter()
        filter.states = Set(FileActions.examining)
        return filter
    }()

    let scene: Scene
    let page: WorkPage
    let progress: [FileReference: TriageProgress]

    var fields: Fields {
        func path(_ after: String?) -> String { "/triage?after=\(URLText.encode(after ?? ""))" }
        return [
            "rows": page.items.map(row), "hasRows": !page.items.isEmpty,
            "total": scene.strings.count(page.isMore ? "triage.total-more" : "triage.total", page.total, scene.figures),
            "isPaged": page.next != nil || page.previous != nil, "hasEarlier": page.previous != nil, "earlier": path(page.previous),
            "hasLater": page.next != nil, "later": path(page.next),
        ]
    }

    private func row(_ item: QueueItem) -> Fields {
        let strings = scene.strings
        let progress = progress[item.ref]
        let (done, cares) = (progress?.partsDone ?? 0, progress?.indicators.count ?? 0)
        let isStarted = progress?.isStarted ?? false
        let title = Text.safe(item.title, limit: 160)
        return [
            "ref": item.ref.description, "path": "/files/\(item.ref)/triage",
            "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title, "type": strings("type.\(item.type.rawValue)"),
            "with": scene.names.fields(item.counterpart), "state": StateTag(item.state, strings).fields,
            "clock": ClockFace(scene, item.clock, state: item.state, counterpart: item.counterpart).fields,
            "progress": strings("triage.progress", ["done": scene.figures.count(done), "all": scene.figures.count(4)]),
            "isStarted": isStarted, "isDone": done == 4, "icon": done == 4 ? "met" : isStarted ? "k2" : "open",
            "hasCare": cares > 0, "care": strings.count("triage.care", cares, scene.figures),
        ]
    }
}
