// SPDX-License-Identifier: Apache-2.0

import Standards
import Web

/// One field of a form of access: sign-in, enrolment, accounts. Its words stand under `prefix.id` and `prefix.id.hint`.
struct AccessInput {
    enum Kind: String { case text, password, email, tel, code, select }

    let id: String
    var kind = Kind.text
    var autocomplete = "off"
    var isRequired = true
    /// What stands in it before anything was typed.
    var value = ""
    var options: [(value: String, word: String)] = []
}

/// A form as a page shows it: again with what was typed, and with the problem beside the field it is about.
struct AccessForm {
    let strings: Strings
    let prefix: String
    /// What was typed; nil for a fresh page.
    var typed: Form?
    var problem: ComityError?
    /// The field that the problem is about; nil when it is about all of them.
    var wrong: String?

    func fields(_ inputs: [AccessInput]) -> Fields {
        [
            "inputs": inputs.map(field), "hasProblem": problem != nil, "problem": Text.safe(problem?.what ?? "", limit: 400),
            "hasWhy": !(problem?.why.isEmpty ?? true), "why": Text.safe(problem?.why ?? "", limit: 400),
            "hasNext": !(problem?.next.isEmpty ?? true), "next": Text.safe(problem?.next ?? "", limit: 400),
            "wrong": wrong ?? inputs.first?.id ?? "main",
        ]
    }

    private func field(_ input: AccessInput) -> Fields {
        let (key, isWrong) = ("\(prefix).\(input.id)", problem != nil && wrong == input.id)
        // A password is never sent back, and a code of a generator is worth nothing the second time.
        let isSecret = input.kind == .password || input.autocomplete == "one-time-code"
        let value = isSecret ? "" : typed?[input.id] ?? input.value
        let hasHint = strings.has("\(key).hint")
        let notes = (hasHint ? ["\(input.id)-hint"] : []) + (isWrong ? ["\(input.id)-error"] : [])
        return [
            "id": input.id, "label": strings(key), "hasHint": hasHint, "hint": hasHint ? strings("\(key).hint") : "",
            "isWrong": isWrong, "error": Text.safe(problem?.what ?? "", limit: 400), "value": value, "isSelect": input.kind == .select,
            "type": input.kind == .code ? "text" : input.kind.rawValue, "isCode": input.kind == .code, "autocomplete": input.autocomplete,
            "isPlain": input.kind == .text, "isRequired": input.isRequired, "hasNotes": !notes.isEmpty,
            "notes": notes.joined(separator: " "),
            "options": input.options.map { ["value": $0.value, "word": $0.word, "isChosen": $0.value == value] as Fields },
        ]
    }

    func title(_ title: String) -> String { problem == nil ? title : strings("problem.title", ["what": title]) }
    var status: HTTPStatus { problem.map { $0.code.httpStatus } ?? 200 }
    typealias HTTPStatus = Int
}
