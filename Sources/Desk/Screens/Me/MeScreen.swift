// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// The officer's own account: how the desk looks, password, recovery codes, open sessions.
enum MeScreen: Screen {
    static let templates = ["me", "me-codes"]

    private static let choices: [(name: String, values: [String])] = [
        ("theme", ["system", "light", "dark"]), ("density", ["comfortable", "compact"]), ("shortcuts", ["on", "off"]),
    ]

    static func add(to routes: DeskRoutes) {
        routes.page("/me") { visit in try page(visit) }
        routes.form("/me/preferences") { visit, form in
            var preferences = visit.session.preferences
            for choice in choices { if let value = form[choice.name], choice.values.contains(value) { preferences[choice.name] = value } }
            try await visit.node.setPreferences(preferences, of: visit.officer)
            return visit.goTo("/me?done=preferences")
        }
        routes.form("/me/password") { visit, form in
            do throws(ComityError) {
                guard form["new"] == form["again"] else {
                    throw ComityError(.usage, visit.strings("enrol.differ"), next: visit.strings("enrol.differ.next"))
                }
                try await visit.node.changePassword(
                    officer: visit.officer, old: form["old"] ?? "", new: form["new"] ?? "", code: form.text("code") ?? "")
            } catch {
                let wrong = error.code != .usage ? "old" : form["new"] == form["again"] ? "new" : "again"
                return try page(visit, password: (error, wrong))
            }
            return left(visit, "password")
        }
        routes.form("/me/recovery-codes") { visit, form in
            do throws(ComityError) {
                let codes = try await visit.node.renewRecoveryCodes(officer: visit.officer, code: form.text("proof") ?? "")
                return try visit.show(
                    "me-codes", RecoverySheet.fields(visit.pages, officer: visit.officer, codes), title: visit.strings("recovery.title"))
            } catch { return try page(visit, recovery: error) }
        }
        routes.form("/me/sessions/end") { visit, _ in
            try await visit.node.endSessions(of: visit.officer, by: visit.officer)
            return left(visit, "sessions")
        }
    }

    /// This session ended with the others.
    private static func left(_ visit: Visit, _ why: String) -> Response {
        var response = visit.goTo("/sign-in?done=\(why)&to=/me")
        response.setCookie(SessionGate.noCookie(for: visit.request))
        return response
    }

    private static func page(_ visit: Visit, password: (error: ComityError, wrong: String)? = nil, recovery: ComityError? = nil)
        throws(ComityError) -> Response
    {
        let (strings, times) = (visit.strings, visit.pages.times)
        let account = try visit.node.account(visit.officer, officer: visit.officer)
        let sessions = try visit.node.openSessions(of: visit.officer, by: visit.officer, token: visit.context.token)
        let done = visit.query("done") == "preferences"
        let fields: Fields = [
            "account": [
                "officer": Text.safe(account.officer, limit: 80), "name": Text.safe(account.name, limit: 100),
                "role": strings("role.\(account.role)"), "created": times.text(times.local(account.created)),
            ] as Fields,
            "isDone": done, "choices": choices.map { choice($0, visit) }, "hasPassword": account.hasTOTP,
            "codesLeft": strings.count("me.codes.left", account.recoveryCodesLeft, visit.pages.figures),
            "fewCodes": account.recoveryCodesLeft < 3,
            "sessions": sessions.map { session -> Fields in
                [
                    "via": strings("me.via.\(session.via.rawValue)"), "started": times.text(session.started),
                    "seen": times.text(session.seen), "isThis": session.isThis,
                ]
            },
            "password": AccessForm(strings: strings, prefix: "me", problem: password?.error, wrong: password?.wrong).fields([
                AccessInput(id: "old", kind: .password, autocomplete: "current-password"),
                AccessInput(id: "new", kind: .password, autocomplete: "new-password"),
                AccessInput(id: "again", kind: .password, autocomplete: "new-password"),
                AccessInput(id: "code", kind: .code, autocomplete: "one-time-code"),
            ]),
            "recovery": AccessForm(strings: strings, prefix: "me", problem: recovery, wrong: "proof").fields([
                AccessInput(id: "proof", kind: .code, autocomplete: "one-time-code")
            ]),
        ]
        let problem = password?.error ?? recovery
        return try visit.show(
            "me", fields, title: problem == nil ? strings("me.title") : strings("problem.title", ["what": strings("me.title")]),
            status: .init(code: problem?.code.httpStatus ?? 200))
    }

    private static func choice(_ choice: (name: String, values: [String]), _ visit: Visit) -> Fields {
        let chosen = visit.session.preferences[choice.name].flatMap { choice.values.contains($0) ? $0 : nil } ?? choice.values[0]
        return [
            "name": choice.name, "legend": visit.strings("me.\(choice.name)"),
            "options": choice.values.map { value -> Fields in
                [
                    "id": "\(choice.name)-\(value)", "value": value, "word": visit.strings("me.\(choice.name).\(value)"),
                    "isChosen": value == chosen,
                ]
            },
        ]
    }
}
