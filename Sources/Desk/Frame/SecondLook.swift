// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Standards
import Web

/// A page that says once more what is about to be done, before it is done: what was typed, what follows from it, one button.
struct SecondLook {
    struct Row {
        let label: String
        let value: String
        var isCode = false
        /// Under the value, small.
        var note = ""
    }

    let title: String
    let lede: String
    let rows: [Row]
    /// What cannot be undone; empty when there is nothing to say.
    var warning = ""
    let action: String
    /// What the form carries along.
    var hidden: [(String, String)] = []
    let button: String
    /// It takes something away from somebody.
    var isGrave = false
    let back: String
    let backWords: String

    var fields: Fields {
        [
            "title": title, "lede": lede,
            "rows": rows.map { row -> Fields in
                [
                    "label": row.label, "value": Text.safe(row.value, limit: 2000), "isCode": row.isCode, "note": Text.safe(row.note),
                    "hasNote": !row.note.isEmpty,
                ]
            },
            "warning": warning, "hasWarning": !warning.isEmpty, "action": action, "button": button, "isGrave": isGrave, "back": back,
            "backWords": backWords, "hidden": hidden.map { ["name": $0.0, "value": $0.1] as Fields },
        ]
    }
}

/// What is wrong with a form: each fault with its field, in the same words above and beside it.
struct FormFaults {
    private(set) var faults: [(field: String, text: String)] = []

    var isEmpty: Bool { faults.isEmpty }

    mutating func add(_ field: String, _ text: String) { faults.append((field, text)) }

    /// For the template `evidence-problems`, and for each field `fault.<name>`.
    func fields(_ names: [String]) -> Fields {
        var beside: Fields = [:]
        for name in names {
            let text = faults.first { $0.field == name }?.text ?? ""
            beside[name] = ["has": !text.isEmpty, "text": text] as Fields
        }
        return [
            "hasFaults": !faults.isEmpty,
            "faults": faults.map { ["id": $0.field, "text": Text.safe($0.text, limit: 400)] as Fields }, "fault": beside,
        ]
    }
}

extension Visit {
    /// A page with a form that has faults: its title says so, and its status.
    func show(_ template: String, _ fields: Fields, title: String, faults: FormFaults, here: String = "") throws(ComityError) -> Response {
        let isBad = !faults.isEmpty
        return try show(
            template, fields, title: isBad ? strings("problem.title", ["what": title]) : title, here: here,
            status: isBad ? .unprocessableContent : .ok)
    }
}
