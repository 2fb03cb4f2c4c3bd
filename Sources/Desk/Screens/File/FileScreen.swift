// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// One file or draft, and what is done on its page: the second person, a note, the broken glass.
enum FileScreen: Screen {
    static let templates = ["file"]

    static func add(to routes: DeskRoutes) {
        routes.page("/files/:ref") { visit in try show(visit) }
        routes.form("/files/:ref/prepared/approve") { visit, form in
            let ref = try visit.ref()
            try requireSame(visit, ref, form)
            guard let id = try await visit.node.approve(ref, officer: visit.officer) else { return visit.goTo("/files/\(ref)") }
            return visit.goTo("/files/\(ref)?done=\(id)")
        }
        routes.form("/files/:ref/prepared/discard") { visit, form in
            let ref = try visit.ref()
            try requireSame(visit, ref, form)
            try await visit.node.discard(ref, officer: visit.officer)
            return visit.goTo("/files/\(ref)?done=discarded")
        }
        routes.form("/files/:ref/notes") { visit, form in
            let ref = try visit.ref()
            do throws(ComityError) {
                try await visit.node.addNote(ref, text: form["text"] ?? "", officer: visit.officer)
                return visit.goTo("/files/\(ref)?part=correspondence&done=noted")
            } catch { return try show(visit, part: .correspondence, problem: error, kept: form["text"] ?? "") }
        }
        routes.form("/files/:ref/glass") { visit, form in
            let ref = try visit.ref()
            do throws(ComityError) {
                try await visit.node.breakGlass(ref, officer: visit.officer, reason: form["reason"] ?? "")
                return visit.goTo("/files/\(ref)?done=glass")
            } catch { return try show(visit, problem: error, kept: form["reason"] ?? "") }
        }
    }

    /// What is approved or discarded is the step that was on the page, not one that was prepared since.
    private static func requireSame(_ visit: Visit, _ ref: FileReference, _ form: Form) throws(ComityError) {
        guard let stamp = form["stamp"] else { return }
        let waiting = try visit.node.preparedStep(ref, officer: visit.officer)
        guard waiting?.created.description == stamp else {
            throw ComityError(.wrongState, visit.strings("prepared.gone.what"), next: visit.strings("prepared.gone.next"))
        }
    }

    private static func show(_ visit: Visit, part: FilePage.Part? = nil, problem: ComityError? = nil, kept: String = "")
        throws(ComityError) -> Response
    {
        let ref = try visit.ref()
        let part = part ?? visit.query("part").flatMap(FilePage.Part.init(rawValue:)) ?? .summary
        let number = visit.query("page").map { Int($0) ?? 0 } ?? 1
        let view = try visit.node.fileView(ref, officer: visit.officer)
        let scene = try visit.scene()
        let pages = part == .audit ? .max : Timeline(scene: scene, view: view).pages
        guard number >= 1, number <= pages else { return visit.pages.notFound(visit.session) }
        var page = FilePage(scene: scene, view: view, part: part, page: part == .summary ? number : 1)
        if view.id != nil {
            page.steps = try visit.node.steps(ref, officer: visit.officer)
            page.prepared = view.pending == nil ? nil : try visit.node.preparedStep(ref, officer: visit.officer)
        }
        switch part {
        case .summary: break
        case .correspondence:
            let notes = view.contentWithheld || view.id == nil ? [] : try visit.node.notes(ref, officer: visit.officer)
            page.more = Correspondence(scene: scene, view: view, notes: notes).fields
        case .evidence: page.more = evidence(scene, ref)
        case .audit: page.more = try FileAudit(scene, ref, page: number).fields
        }
        let doubtful = view.id == nil ? [] : try visit.node.doubtfulActs(in: ref)
        page.more["isDoubtful"] = !doubtful.isEmpty
        page.more["doubtful"] = doubtful.prefix(20).map { act -> Fields in
            [
                "act": ActKind(rawValue: act.kind).map { Timeline.step($0, view, scene.strings) } ?? act.kind,
                "at": scene.times.text(scene.times.local(act.registered)),
            ]
        }
        if let done = visit.query("done") { page.done = try DoneBanner(scene, view, done).fields }
        page.more["hasProblem"] = problem != nil
        page.more["problemWhat"] = Text.safe(problem?.what ?? "", limit: 400)
        page.more["problemNext"] = Text.safe(problem?.next ?? "", limit: 400)
        page.more["kept"] = kept
        let title =
            part == .summary
            ? "\(ref)" : scene.strings("file.part.title", ["part": scene.strings("file.part.\(part.rawValue)"), "ref": ref.description])
        return try visit.pages.show(
            "file", page.fields, scene, title: problem == nil ? title : scene.strings("problem.title", ["what": title]), here: "",
            status: problem.map { .init(code: $0.code.httpStatus) } ?? .ok)
    }

    /// The screen for packages, where this desk has one.
    private static func evidence(_ scene: Scene, _ ref: FileReference) -> Fields {
        ["hasEvidenceScreen": scene.pages.rail.contains { $0.path.hasPrefix("/evidence") }, "evidencePath": "/files/\(ref)/evidence"]
    }
}
