// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// Work that runs beside the pages: how far it is, and what came of it.
enum TaskScreen: Screen {
    static let templates = ["task"]

    static func add(to routes: DeskRoutes) {
        routes.page("/tasks/:task") { visit in
            let scene = try visit.scene()
            let task = try visit.node.task(try UUIDv7(visit.path("task")), officer: visit.officer)
            let page = TaskPage(scene: scene, task: task)
            return try visit.pages.show(
                "task", page.fields, scene, title: page.title, here: task.kind == .audit ? "/register" : "/evidence")
        }
    }
}

struct TaskPage {
    let scene: Scene
    let task: NodeTask

    private var strings: Strings { scene.strings }
    private var figures: Figures { scene.figures }

    var title: String { strings("task.\(task.kind.rawValue).\(task.state.rawValue)") }

    var fields: Fields {
        let (look, icon): (String, String) =
            switch task.state {
            case .running: ("", "dots")
            case .done: task.kind == .audit && task.result["ok"]?.bool == false ? ("notice--urgent", "no") : ("notice--ok", "met")
            case .failed: ("notice--urgent", "no")
            case .interrupted: ("notice--soon", "tri")
            }
        let (path, words) = next
        return [
            "title": isBadAudit ? strings("task.audit.faults") : title, "look": look, "icon": icon, "isRunning": task.state == .running,
            "refreshes": task.state == .running,
            "says": strings("task.\(task.kind.rawValue).\(task.state.rawValue).says"), "hasRef": task.ref != nil,
            "ref": task.ref.map { "\($0)" } ?? "", "filePath": task.ref.map { "/files/\($0)/evidence" } ?? "",
            "isFailed": task.state == .failed, "what": Text.safe(task.problem?.what ?? "", limit: 600),
            "why": Text.safe(task.problem?.why ?? "", limit: 1200), "hasWhy": !(task.problem?.why ?? "").isEmpty,
            "next": Text.safe(task.problem?.next ?? "", limit: 600), "hasNext": !(task.problem?.next ?? "").isEmpty,
            "done": task.done, "all": max(1, task.all), "hasAll": task.all > 0, "progress": progress, "rate": rate,
            "hasRate": !rate.isEmpty,
            "started": scene.times.fields(scene.times.local(task.started), theirs: nil, exact: true),
            "officer": Text.safe(task.officer, limit: 80),
            "nextPath": path, "nextWords": words, "hasNextPath": !path.isEmpty, "results": results, "hasResults": !results.isEmpty,
            "faults": (task.result["says"]?.array ?? []).map { fault -> Fields in
                let file = fault["file"]?.string ?? ""
                return [
                    "file": Text.safe(file, limit: 60), "hasFile": !file.isEmpty,
                    "says": Text.safe(fault["says"]?.string ?? "", limit: 400),
                ]
            }, "isBadAudit": isBadAudit,
        ]
    }

    private var isBadAudit: Bool { task.kind == .audit && task.state == .done && task.result["ok"]?.bool != true }

    private var progress: String {
        guard task.all > 0 else { return strings("task.begins") }
        if task.kind == .audit {
            return strings("task.entries", ["done": figures.count(task.done), "all": figures.count(task.all)])
        }
        return strings("task.bytes", ["done": figures.size(task.done), "all": figures.size(task.all)])
    }

    /// Rate and time left; nothing before there is enough to tell.
    private var rate: String {
        guard task.state == .running, task.elapsed >= 1000, task.done > 0, task.all > 0 else { return "" }
        let each = task.done * 1000 / task.elapsed
        guard each > 0 else { return "" }
        let left = figures.span(milliseconds: (task.all - task.done) * 1000 / each)
        return strings(
            task.kind == .audit ? "task.rate.entries" : "task.rate.bytes",
            ["rate": task.kind == .audit ? figures.count(each) : figures.size(each), "left": left])
    }

    private var next: (path: String, words: String) {
        let file = task.ref.map { "/files/\($0)/evidence" } ?? ""
        switch (task.kind, task.state) {
        case (.seal, .done):
            guard let package = task.result["package"]?.string else { return (file, strings("task.to-packages")) }
            return ("\(file)/\(package)/supply", strings("task.to-supply"))
        case (.seal, .failed), (.seal, .interrupted): return ("\(file)/new/\(task.subject ?? "")", strings("task.seal.again"))
        case (.receive, .running), (.verify, .running), (.seal, .running), (.audit, .running): return ("", "")
        case (.receive, _), (.verify, _): return ("\(file)/\(task.subject ?? "")", strings("task.to-package"))
        case (.audit, _): return ("/register", strings("task.to-register"))
        }
    }

    private var results: [Fields] {
        guard task.state == .done else { return [] }
        func row(_ key: String, _ value: String, code: Bool = false) -> Fields {
            ["label": strings("task.result.\(key)"), "value": Text.safe(value, limit: 200), "isCode": code]
        }
        var rows: [Fields] = []
        if let name = task.result["name"]?.string { rows.append(row("name", name, code: true)) }
        if let size = task.result["size"]?.integer { rows.append(row("size", figures.size(size))) }
        if let package = task.result["package"]?.string { rows.append(row("package", package, code: true)) }
        for key in ["exhibits", "entries", "acts", "events", "checkpoints", "receipts", "unreceipted"] {
            if let count = task.result[key]?.integer { rows.append(row(key, figures.count(count))) }
        }
        if let root = task.result["root"]?.string { rows.append(row("root", root, code: true)) }
        return rows
    }
}
