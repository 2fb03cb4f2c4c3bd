// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// The files by time left, who has them in hand, and the views that officers save.
enum QueueScreen: Screen {
    static let templates = ["queue"]

    static func add(to routes: DeskRoutes) {
        routes.page("/queue") { visit in
            guard let query = QueueQuery(visit.query) else { return visit.pages.notFound(visit.session) }
            if let file = try file(query, visit) { return visit.goTo("/files/\(file)") }
            return try show(query, visit)
        }
        routes.page("/changes") { visit in
            guard let since = visit.query("since").flatMap({ Int64($0) }), since >= 0 else {
                return visit.pages.notFound(visit.session)
            }
            let changes = try visit.node.changes(since: since, officer: visit.officer)
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: "{\"head\":\(changes.head),\"acts\":\(changes.acts)}")))
        }
        routes.form("/queue/assign") { visit, form in try await assign(visit, form) }
        routes.form("/queue/undo") { visit, form in
            let back = URLText.ownPath(form["back"])
            _ = try await visit.node.undoAssignment(moved(form["was"] ?? ""), to: form.text("to"), by: visit.officer)
            return visit.goTo(back)
        }
        routes.form("/queue/views") { visit, form in
            let path = form["path"] ?? ""
            guard path.hasPrefix("/queue?"), URLText.ownPath(path) == path else { throw CrossSite.refusal }
            let preferences = try SavedView.adding(
                try form.required("name", as: visit.strings("queue.save.name")), path, to: visit.session.preferences)
            try await visit.node.setPreferences(preferences, of: visit.officer)
            return visit.goTo(path)
        }
        routes.form("/queue/views/delete") { visit, form in
            let key = form["key"] ?? ""
            guard key.hasPrefix(SavedView.prefix) else { return visit.goTo("/queue") }
            try await visit.node.setPreferences(visit.session.preferences.filter { $0.key != key }, of: visit.officer)
            return visit.goTo("/queue")
        }
    }

    private static func show(_ query: QueueQuery, _ visit: Visit) throws -> Response {
        let page: WorkPage
        let head = try visit.node.registerSize()
        do throws(ComityError) {
            page = try visit.node.work(
                view: query.view.work, filter: query.filter, after: query.after, limit: QueuePage.rowsPerPage, officer: visit.officer)
        } catch {
            // A place in the list that cannot be is a mistyped address.
            if error.code == .usage { return visit.pages.notFound(visit.session) }
            throw error
        }
        let scene = try visit.scene()
        let queue = QueuePage(
            scene: scene, query: query, page: page, colleagues: try visit.node.colleagues(officer: visit.officer), head: head)
        var fields = queue.fields
        fields["done"] = try done(visit, query, queue.colleagues)
        fields["hasDone"] = fields["done"] != nil
        return try visit.pages.show("queue", fields, scene, title: queue.title, here: query.path)
    }

    /// Somebody typed a whole reference: the file itself, when it is here.
    private static func file(_ query: QueueQuery, _ visit: Visit) throws(ComityError) -> FileReference? {
        guard visit.query("view") == nil, let text = query.filter.text, let ref = try? FileReference(text.uppercased()) else { return nil }
        return try visit.node.workItem(ref, officer: visit.officer)?.ref
    }

    // MARK: Who has it in hand

    /// `me` names one row; otherwise the chosen rows go to the chosen officer.
    private static func assign(_ visit: Visit, _ form: Form) async throws -> Response {
        let back = URLText.ownPath(form["back"])
        let one = form.text("me")
        let refs = try (one.map { [$0] } ?? form.all("ref")).prefix(QueuePage.rowsPerPage).map { text throws(ComityError) in
            try FileReference(text)
        }
        guard !refs.isEmpty else { return visit.goTo(back) }
        let to = one == nil ? form.text("to") : visit.officer
        let changed = try await visit.node.assign(refs, to: to, by: visit.officer)
        guard !changed.isEmpty else { return visit.goTo(back) }
        let was = changed.map { "\($0.ref)~\($0.was ?? "")" }.joined(separator: ",")
        return visit.goTo("\(back)\(back.contains("?") ? "&" : "?")to=\(URLText.encode(to ?? ""))&was=\(URLText.encode(was))")
    }

    /// What an address or a form says about whom files were with: `REF~OFFICER,…`. An officer's id has neither sign in practice;
    /// one that has is not undone.
    private static func moved(_ text: String) -> [(ref: FileReference, was: String?)] {
        text.split(separator: ",").prefix(QueuePage.rowsPerPage).compactMap { part in
            let pair = part.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let ref = try? FileReference(String(pair[0])) else { return nil }
            return (ref, pair[1].isEmpty ? nil : String(pair[1]))
        }
    }

    /// The confirmation after an assignment, for what still stands as it says.
    private static func done(_ visit: Visit, _ query: QueueQuery, _ colleagues: [Colleague]) throws(ComityError) -> Fields? {
        guard let was = visit.query("was") else { return nil }
        let (to, refs) = (visit.query("to"), moved(was).map(\.ref))
        let count = try visit.node.countAssigned(refs, to: to)
        guard count > 0 else { return nil }
        let name = to.map { id in colleagues.first { $0.officer == id }?.name ?? id } ?? ""
        let key = to == nil ? "queue.freed" : to == visit.officer ? "queue.taken" : "queue.given"
        let words = visit.strings.phrase(
            count == 1 ? "\(key).one" : "\(key).other",
            ["count": .words(visit.pages.figures.count(count)), "who": .outside(Text.safe(name, limit: 60))])
        return ["says": words, "was": was, "to": to ?? "", "back": query.after.map(query.path(after:)) ?? query.path]
    }
}
