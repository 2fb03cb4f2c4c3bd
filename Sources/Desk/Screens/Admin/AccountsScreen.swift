// SPDX-License-Identifier: Apache-2.0

import Dossier
import Hummingbird
import Node
import Standards
import Web

/// The accounts of the officers: invite, change, disable, give a new code; and what happened to them.
enum AccountsScreen: Screen {
    static let templates = ["admin-users", "admin-user", "admin-slip", "admin-audit"]

    static func add(to routes: DeskRoutes) {
        routes.page("/admin/users") { visit in try AccountPages.list(visit) }
        routes.form("/admin/users") { visit, form in
            do throws(ComityError) {
                let code = try await visit.node.invite(
                    officer: form.text("officer") ?? "", role: form["role"] ?? "",
                    name: form.text("pseudonym") ?? form.text("officer") ?? "",
                    by: visit.officer)
                return try AccountPages.slip(visit, code: code, from: form["from"])
            } catch {
                return try AccountPages.list(visit, typed: form, problem: error)
            }
        }
        routes.page("/admin/users/:officer") { visit in try AccountPages.one(visit) }
        routes.form("/admin/users/:officer/role") { visit, form in
            do throws(ComityError) { try await visit.node.setRole(visit.path("officer"), to: form["role"] ?? "", by: visit.officer) } catch
            {
                return try AccountPages.one(visit, problem: error)
            }
            return AccountPages.back(visit, "role")
        }
        routes.form("/admin/users/:officer/disable") { visit, _ in
            do throws(ComityError) { try await visit.node.disable(visit.path("officer"), by: visit.officer) } catch {
                return try AccountPages.one(visit, problem: error)
            }
            return AccountPages.back(visit, "disabled")
        }
        routes.form("/admin/users/:officer/enable") { visit, _ in
            do throws(ComityError) { try await visit.node.enable(visit.path("officer"), by: visit.officer) } catch {
                return try AccountPages.one(visit, problem: error)
            }
            return AccountPages.back(visit, "enabled")
        }
        routes.form("/admin/users/:officer/sessions") { visit, _ in
            do throws(ComityError) { try await visit.node.endSessions(of: visit.path("officer"), by: visit.officer) } catch {
                return try AccountPages.one(visit, problem: error)
            }
            return AccountPages.back(visit, "sessions")
        }
        routes.form("/admin/users/:officer/reset") { visit, _ in
            do throws(ComityError) {
                return try AccountPages.slip(
                    visit, code: try await visit.node.resetAccess(visit.path("officer"), by: visit.officer), from: nil)
            } catch { return try AccountPages.one(visit, problem: error) }
        }
        routes.page("/admin/audit") { visit in try audit(visit) }
    }

    private static func audit(_ visit: Visit) throws(ComityError) -> Response {
        let strings = visit.strings
        func word(_ key: String, _ name: String) -> String { strings.has("\(key).\(name)") ? strings("\(key).\(name)") : Text.safe(name) }
        let events = try visit.node.accessEvents(officer: visit.officer, limit: 200)
        let fields: Fields = [
            "hasEvents": !events.isEmpty, "shown": strings.count("admin.audit.shown", events.count, visit.pages.figures),
            "events": events.map { event -> Fields in
                [
                    "at": visit.pages.times.fields(event.at, theirs: nil, exact: true), "what": word("admin.event", event.what),
                    "account": Text.safe(event.account, limit: 80),
                    "by": event.by == "node" ? strings("admin.audit.node") : Text.safe(event.by),
                    "isFailure": event.what == "sign-in-failed",
                    "details": event.detail.sorted { $0.key < $1.key }.map { name, value -> Fields in
                        ["label": word("admin.detail", name), "value": name == "role" ? word("role", value) : Text.safe(value, limit: 120)]
                    },
                ]
            },
        ]
        return try AdminScreen.show(visit, "admin-audit", fields, tab: "audit")
    }
}

/// The pages of accounts.
enum AccountPages {
    static func list(_ visit: Visit, typed: Form? = nil, problem: ComityError? = nil) throws(ComityError) -> Response {
        let accounts = try visit.node.accounts(officer: visit.officer)
        let fields = inviteForm(visit, from: typed?["from"] == "set-up" ? "set-up" : "users", typed: typed, problem: problem)
        return try AdminScreen.show(
            visit, "admin-users", fields.merging(table(visit, accounts), uniquingKeysWith: { $1 }), tab: "users", problem: problem)
    }

    private static func table(_ visit: Visit, _ accounts: [Account]) -> Fields {
        [
            "count": visit.strings.count("admin.users.count", accounts.count, visit.pages.figures),
            "accounts": accounts.map { row($0, visit) },
        ]
    }

    private static func row(_ account: Account, _ visit: Visit) -> Fields {
        let strings = visit.strings
        let (look, icon) =
            switch account.state {
            case .active: ("tag--ok", "met")
            case .invited: ("tag--soon", "open")
            case .disabled: ("tag--paused", "no")
            }
        return [
            "officer": Text.safe(account.officer, limit: 80), "name": Text.safe(account.name, limit: 100),
            "role": strings("role.\(account.role)"), "path": path(account.officer), "isMe": account.officer == visit.officer,
            "state": ["word": strings("admin.account.\(account.state.rawValue)"), "look": look, "icon": icon, "hasIcon": true] as Fields,
            "signedIn": account.lastSignIn.map { visit.pages.times.text(visit.pages.times.local($0)) } ?? strings("admin.users.never"),
            "codes": account.state == .active && account.hasTOTP
                ? strings.count("me.codes.left", account.recoveryCodesLeft, visit.pages.figures) : "",
        ]
    }

    private static func path(_ officer: String) -> String { "/admin/users/\(URLText.encode(officer))" }

    static func roles(_ strings: Strings) -> [(value: String, word: String)] { Roles.all.map { ($0, strings("role.\($0)")) } }

    static func inviteForm(_ visit: Visit, from: String, typed: Form? = nil, problem: ComityError? = nil) -> Fields {
        AccessForm(strings: visit.strings, prefix: "invite", typed: typed, problem: problem, wrong: "officer").fields([
            AccessInput(id: "officer"), AccessInput(id: "pseudonym", isRequired: false),
            AccessInput(id: "role", kind: .select, value: "duty_officer", options: roles(visit.strings)),
        ]).merging(["from": from], uniquingKeysWith: { $1 })
    }

    static func one(_ visit: Visit, problem: ComityError? = nil) throws(ComityError) -> Response {
        let (strings, times) = (visit.strings, visit.pages.times)
        try visit.node.requireAdministrator(visit.officer)
        let account = try visit.node.account(visit.path("officer"), officer: visit.officer)
        let sessions = try visit.node.openSessions(of: account.officer, by: visit.officer)
        let done = visit.query("done").flatMap { ["role", "disabled", "enabled", "sessions"].contains($0) ? $0 : nil }
        let fields: Fields = [
            "account": row(account, visit), "created": times.text(times.local(account.created)), "isMe": account.officer == visit.officer,
            "isDisabled": account.state == .disabled, "isInvited": account.state == .invited,
            "hasDone": done != nil, "done": done.map { strings("admin.user.done.\($0)") } ?? "",
            "sessionCount": strings.count("admin.user.sessions", sessions.count, visit.pages.figures), "hasSessions": !sessions.isEmpty,
            "roles": roles(strings).map { ["value": $0.value, "word": $0.word, "isChosen": $0.value == account.role] as Fields },
            "hasProblem": problem != nil, "problem": Text.safe(problem?.what ?? "", limit: 400),
            "hasWhy": false, "why": "", "hasNext": !(problem?.next.isEmpty ?? true), "next": Text.safe(problem?.next ?? "", limit: 400),
            "wrong": "main",
        ]
        return try AdminScreen.show(
            visit, "admin-user", fields, tab: "users",
            title: strings("admin.user.title", ["officer": Text.safe(account.officer, limit: 80)]),
            problem: problem)
    }

    static func back(_ visit: Visit, _ done: String) -> Response { visit.goTo("\(path(visit.path("officer")))?done=\(done)") }

    /// The paper for an officer, shown once.
    static func slip(_ visit: Visit, code: String, from: String?) throws(ComityError) -> Response {
        let enrolment = try visit.node.enrolment(code)
        let fields: Fields = [
            "officer": Text.safe(enrolment.officer, limit: 80), "name": Text.safe(enrolment.name, limit: 100),
            "role": visit.strings("role.\(enrolment.role)"), "groups": code.split(separator: "-").map(String.init),
            "address": visit.pages.origin(visit.request) + "/enrol", "expires": visit.pages.times.text(enrolment.expires),
            "isSetUp": from == "set-up", "again": from == "set-up" ? "/set-up/officers" : "/admin/users",
        ]
        return try AdminScreen.show(visit, "admin-slip", fields, tab: "users", title: visit.strings("slip.title"))
    }
}
