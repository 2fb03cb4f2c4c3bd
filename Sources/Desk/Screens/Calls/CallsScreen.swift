// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// The telephone log.
enum CallsScreen: Screen {
    static let rail = [RailEntry(path: "/calls", key: "calls.title", icon: "phone", permission: .readContent)]
    static let templates = ["calls"]

    static func add(to routes: DeskRoutes) {
        routes.page("/calls") { visit in
            var fields: [Form.Field] = []
            for name in ["ref", "quarantine"] { if let value = visit.query(name) { fields.append(.init(name: name, value: value)) } }
            return try show(visit, Form(fields: fields), nil)
        }
        routes.form("/calls") { visit, form in
            var field: String?
            do throws(ComityError) {
                for name in ["number", "person"] where form.text(name) == nil {
                    field = name
                    _ = try form.required(name, as: visit.strings("calls.\(name)"))
                }
                field = "ref"
                let ref = try form.text("ref").map { text throws(ComityError) in try FileReference(text.uppercased()) }
                if let ref, try visit.node.workItem(ref, officer: visit.officer) == nil {
                    throw ComityError(.notFound, visit.strings("calls.error.ref"), next: visit.strings("calls.error.ref.next"))
                }
                field = nil
                try await visit.node.logCall(
                    Call(
                        isIncoming: form["direction"] == "in", number: form.text("number") ?? "", person: form.text("person") ?? "",
                        result: Call.Result(rawValue: form["result"] ?? "") ?? .reached, note: form.text("note") ?? "", ref: ref,
                        quarantine: form.text("quarantine").flatMap { Int64($0) }), officer: visit.officer)
            } catch {
                guard error.code != .permission else { throw error }
                return try show(visit, form, error, field: field)
            }
            return visit.goTo("/calls?logged=1")
        }
    }

    private static func show(_ visit: Visit, _ form: Form, _ problem: ComityError?, field: String? = nil) throws -> Response {
        let before = try visit.query("before").map { text throws(ComityError) in try UUIDv7(text) }
        let calls = try visit.node.calls(before: before, limit: CallsPage.perPage + 1, officer: visit.officer)
        let scene = try visit.scene()
        var fields = try CallsPage(scene: scene, calls: calls, form: form).fields
        fields.merge(FormProblem.fields(problem, field: field)) { $1 }
        for name in ["number", "person", "ref"] { fields["wrong-\(name)"] = field == name && problem != nil }
        fields["hasDone"] = visit.query("logged") != nil && !calls.isEmpty
        let title = scene.strings("calls.title")
        return try visit.pages.show(
            "calls", fields, scene, title: problem.map { scene.strings("problem.title", ["what": $0.what]) } ?? title, here: "/calls",
            status: problem == nil ? .ok : .unprocessableContent)
    }
}
