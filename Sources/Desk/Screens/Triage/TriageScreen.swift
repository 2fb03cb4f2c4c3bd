// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards

/// The check of incoming requests: is it really them, is it complete, is it ours, is there a ground against it, decide.
enum TriageScreen: Screen {
    static let rail = [RailEntry(path: "/triage", key: "triage.title", icon: "in", permission: .readContent)]
    static let templates = ["triage", "triage-list"]

    static func add(to routes: DeskRoutes) {
        routes.page("/triage") { visit in
            let scene = try visit.scene()
            return try visit.pages.show(
                "triage-list", try TriageList(scene: scene).fields, scene, title: scene.strings("triage.title"), here: "/triage")
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

/// Incoming files that nobody has accepted or refused yet.
struct TriageList {
    static let limit = 200

    let scene: Scene

    var fields: Fields {
        get throws(ComityError) {
            var items: [QueueItem] = []
            for state in FileActions.examining {
                items += try scene.node.work(
                    view: .incoming, filter: WorkFilter(state: state), limit: Self.limit, officer: scene.session.officer
                ).items
            }
            items.sort {
                ($0.clock?.due.milliseconds ?? .max, $0.ref.description) < ($1.clock?.due.milliseconds ?? .max, $1.ref.description)
            }
            var rows: [Fields] = []
            for item in items.prefix(Self.limit) { rows.append(try row(item)) }
            return [
                "rows": rows, "hasRows": !rows.isEmpty, "total": scene.strings.count("triage.total", items.count, scene.figures),
                "isCut": items.count > Self.limit,
            ]
        }
    }

    private func row(_ item: QueueItem) throws(ComityError) -> Fields {
        let strings = scene.strings
        let triage = try scene.node.triage(item.ref, officer: scene.session.officer)
        let done = triage.partsDone
        let title = Text.safe(item.title, limit: 160)
        return [
            "ref": item.ref.description, "path": "/files/\(item.ref)/triage",
            "title": title.allSatisfy(\.isWhitespace) ? strings("file.untitled") : title, "type": strings("type.\(item.type.rawValue)"),
            "with": scene.names.fields(item.counterpart), "state": StateTag(item.state, strings).fields,
            "clock": ClockFace(scene, item.clock, state: item.state, counterpart: item.counterpart).fields,
            "progress": strings("triage.progress", ["done": scene.figures.count(done), "all": scene.figures.count(4)]),
            "isStarted": !triage.notes.isEmpty, "isDone": done == 4, "icon": done == 4 ? "met" : triage.notes.isEmpty ? "open" : "k2",
            "hasCare": !triage.authenticity.indicators.isEmpty,
            "care": strings.count("triage.care", triage.authenticity.indicators.count, scene.figures),
        ]
    }
}
