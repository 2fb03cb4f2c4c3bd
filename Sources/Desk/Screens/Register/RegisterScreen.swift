// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// What this node has recorded, and whether it is whole.
enum RegisterScreen: Screen {
    static let rail = [RailEntry(path: "/register", key: "register.title", icon: "book", permission: .readRegister)]
    static let templates = ["register", "register-entry"]

    static func add(to routes: DeskRoutes) {
        routes.page("/register") { visit in
            let scene = try visit.scene()
            let filters = RegisterFilters(visit, scene)
            return try visit.show(
                "register", try RegisterPage(scene: scene, filters: filters).fields, title: scene.strings("register.title"),
                faults: filters.faults, here: "/register")
        }
        routes.form("/register/check") { visit, _ in
            visit.goTo("/tasks/\(try await visit.node.startAudit(officer: visit.officer))")
        }
        routes.page("/register/:index") { visit in
            let scene = try visit.scene()
            guard let index = Int64(visit.path("index")) else { return visit.pages.notFound(visit.session) }
            let entry = try visit.node.registerEntry(index, officer: visit.officer)
            return try visit.pages.show(
                "register-entry", RegisterEntryPage(scene: scene, entry: entry).fields, scene,
                title: scene.strings("register.entry.title", ["index": scene.figures.count(index)]), here: "/register")
        }
    }
}

/// Which entries are wanted, as the address says it.
struct RegisterFilters {
    var query = RegisterQuery()
    var faults = FormFaults()
    let file: String
    let kind: String
    let officer: String
    let from: String
    let to: String

    init(_ visit: Visit, _ scene: Scene) {
        func value(_ name: String) -> String { visit.query(name).map { Text.safe($0, limit: 80) } ?? "" }
        (file, kind, officer, from, to) = (value("file"), value("kind"), value("officer"), value("from"), value("to"))
        if !file.isEmpty {
            do throws(ComityError) { query.file = try FileReference(file) } catch { faults.add("file", "\(error.what) \(error.next)") }
        }
        query.kind = kind.isEmpty ? nil : kind
        query.officer = officer.isEmpty ? nil : officer
        query.before = visit.query("before").flatMap { Int64($0) }
        func day(_ text: String, _ clock: String, _ name: String) -> Instant? {
            guard !text.isEmpty else { return nil }
            // A day that begins or ends while the clocks are set is still a day.
            switch LocalTime.check("\(text)T\(clock)", zone: scene.times.zone) {
            case .exact(let instant), .twice(let instant, _): return instant
            default:
                faults.add(name, scene.strings("register.date.wrong"))
                return nil
            }
        }
        query.from = day(from, "00:00:00", "from")
        query.to = day(to, "23:59:59", "to")
    }

    var isSet: Bool { !(file + kind + officer + from + to).isEmpty }

    /// The address of another page of the same entries.
    func path(before: Int64?) -> String {
        var parts = [("file", file), ("kind", kind), ("officer", officer), ("from", from), ("to", to)].filter { !$0.1.isEmpty }
        if let before { parts.append(("before", "\(before)")) }
        return "/register" + (parts.isEmpty ? "" : "?" + parts.map { "\($0.0)=\(URLText.encode($0.1))" }.joined(separator: "&"))
    }
}
