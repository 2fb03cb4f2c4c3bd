// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Web

/// The list of keys, where single ones can be switched off (WCAG 2.2, 2.1.4).
enum KeysScreen: Screen {
    static let templates = ["keys"]

    private static let keys = [
        ("j", "j"), ("k", "k"), ("Enter", "enter"), ("a", "a"), ("c", "c"), ("r", "r"), ("/", "find"), ("?", "help"), ("g q", "queue"),
        ("g d", "desk"),
    ]

    static func add(to routes: DeskRoutes) {
        routes.page("/keys") { visit in
            let isOn = visit.session.preferences["shortcuts"] != "off"
            let fields: Fields = [
                "keys": keys.map { ["key": $0.0, "says": visit.strings("keys.\($0.1)")] as Fields },
                "state": visit.strings(isOn ? "keys.on" : "keys.off"), "other": isOn ? "off" : "on",
                "change": visit.strings(isOn ? "keys.switch-off" : "keys.switch-on"),
            ]
            return try visit.show("keys", fields, title: visit.strings("keys.title"), here: "/keys")
        }
        routes.form("/keys") { visit, form in
            var preferences = visit.session.preferences
            preferences["shortcuts"] = form["shortcuts"] == "off" ? "off" : "on"
            try await visit.node.setPreferences(preferences, of: visit.officer)
            return visit.goTo("/keys")
        }
    }
}
