// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// The list of first steps, for the partial `getting-started`: what is done is computed, nobody ticks it.
enum GettingStartedList {
    /// The officer put the list away.
    static let preference = "getting-started"

    private static let paths: [GettingStarted.Task: String] = [
        .administrators: "/admin/users", .authority: "/admin/node", .officers: "/admin/users", .peer: "/directory",
        .backup: "/admin/backups", .file: "/requests/new",
    ]

    /// - Parameter always: also when it is done or was put away.
    /// - Returns: fields under `start`, and whether there is something to show under `hasStart`.
    static func fields(_ scene: Scene, always: Bool = false) throws(ComityError) -> Fields {
        let started = try scene.node.gettingStarted()
        let (strings, all) = (scene.strings, GettingStarted.Task.allCases)
        let shows = always || (!started.isDone && scene.session.preferences[preference] != "away")
        return [
            "hasStart": shows,
            "start": [
                "count": strings("start.count", ["done": "\(started.done.count)", "all": "\(all.count)"]), "canDismiss": !always,
                "tasks": all.map { task -> Fields in
                    let isDone = started.done.contains(task)
                    let path = paths[task] ?? "/"
                    return [
                        "path": path, "canOpen": !path.hasPrefix("/admin") || scene.may(.administer),
                        "word": strings("start.\(task.rawValue)"),
                        "says": strings("start.\(task.rawValue).says"),
                        "state": strings(isDone ? "start.done" : "start.open"), "icon": isDone ? "met" : "open",
                        "look": isDone ? "state--ok" : "",
                    ]
                },
            ] as Fields,
        ]
    }
}
