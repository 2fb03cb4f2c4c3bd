// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import Law
import Node
import Standards
import Web

/// The machine and what keeps it well, for administrators. Nothing on these pages comes from a file.
enum AdminScreen: Screen {
    static let start = "/admin"
    static let rail = [RailEntry(path: start, key: "admin.title", icon: "key", permission: .administer)]
    static let templates = ["admin-health", "admin-backups", "admin-retention", "admin-node"]

    static func add(to routes: DeskRoutes) {
        routes.page("/admin") { visit in try health(visit) }
        routes.page("/admin/backups") { visit in try backups(visit) }
        routes.form("/admin/backups") { visit, form in
            do throws(ComityError) { try await visit.node.noteBackup(place: form.text("place") ?? "", by: visit.officer) } catch {
                return try backups(visit, typed: form, problem: error)
            }
            return visit.goTo("/admin/backups?done=noted")
        }
        routes.page("/admin/retention") { visit in try retention(visit) }
        routes.page("/admin/node") { visit in try node(visit) }
        routes.form("/admin/node") { visit, form in
            do throws(ComityError) { try await AuthorityForm.save(form, visit) } catch { return try node(visit, form, error) }
            return visit.goTo("/admin/node?done=saved")
        }
    }

    /// A page of the administration, with the tabs above it.
    static func show(
        _ visit: Visit, _ template: String, _ fields: Fields, tab: String, title: String? = nil, problem: ComityError? = nil
    ) throws(ComityError) -> Response {
        try visit.node.requireAdministrator(visit.officer)
        let tabs: [Fields] = ["health", "users", "backups", "retention", "node", "audit"].map { name in
            [
                "path": name == "health" ? start : "\(start)/\(name)", "word": visit.strings("admin.\(name)"),
                "isHere": name == tab,
            ]
        }
        let title = title ?? visit.strings("admin.\(tab)")
        return try visit.show(
            template, fields.merging(["tabs": tabs], uniquingKeysWith: { $1 }),
            title: problem == nil ? title : visit.strings("problem.title", ["what": title]), here: start,
            status: .init(code: problem?.code.httpStatus ?? 200))
    }

    // MARK: Health

    private static func health(_ visit: Visit) throws(ComityError) -> Response {
        let (strings, figures, times) = (visit.strings, visit.pages.figures, visit.pages.times)
        let health = try visit.node.health(officer: visit.officer)
        let grades: [DoctorCheck.Grade: (look: String, icon: String)] = [
            .ok: ("yes", "met"), .warn: ("open", "tri"), .bad: ("no", "alert"),
        ]
        let worst: DoctorCheck.Grade =
            health.checks.contains { $0.grade == .bad } ? .bad : health.checks.contains { $0.grade == .warn } ? .warn : .ok
        let clock =
            switch health.clock {
            case .kept(let error): strings("admin.clock.kept", ["count": figures.count(error)])
            case .free: strings("admin.clock.free")
            }
        let shift = health.exerciseShift.map { shift in
            abs(shift) < 60_000
                ? strings("admin.clock.same")
                : strings(shift > 0 ? "admin.clock.ahead" : "admin.clock.behind", ["span": figures.span(milliseconds: shift)])
        }
        let fields: Fields = [
            "verdict": strings("admin.verdict.\(worst.rawValue)"), "verdictIcon": grades[worst]?.icon ?? "",
            "checks": health.checks.sorted { rank($0.grade) < rank($1.grade) }.map { check -> Fields in
                [
                    "look": grades[check.grade]?.look ?? "", "icon": grades[check.grade]?.icon ?? "",
                    "grade": strings("admin.grade.\(check.grade.rawValue)"), "name": checkName(check.name, strings),
                    "says": Text.safe(check.says, limit: 400), "hasFix": !check.fix.isEmpty, "fix": Text.safe(check.fix, limit: 400),
                ]
            },
            "disk": strings("admin.disk", ["free": figures.size(health.diskFree), "all": figures.size(health.diskAll)]),
            "database": figures.size(health.database), "entries": figures.count(health.entries), "clock": clock,
            "hasShift": shift != nil, "shift": shift ?? "",
            "backup": health.lastBackup.map { times.text($0) } ?? strings("admin.backups.none"),
            "hasOwed": !health.owed.isEmpty,
            "owed": health.owed.map { owed -> Fields in
                [
                    "code": owed.peer.description, "count": figures.count(owed.count), "attempts": figures.count(owed.attempts),
                    "hasSays": owed.says != nil, "says": Text.safe(owed.says ?? "", limit: 300),
                ]
            },
        ]
        let scene = try visit.scene()
        return try show(
            visit, "admin-health", fields.merging(try GettingStartedList.fields(scene), uniquingKeysWith: { $1 }), tab: "health")
    }

    private static func rank(_ grade: DoctorCheck.Grade) -> Int {
        switch grade {
        case .bad: 0
        case .warn: 1
        case .ok: 2
        }
    }

    private static func checkName(_ name: String, _ strings: Strings) -> String {
        strings.has("admin.check.\(name)") ? strings("admin.check.\(name)") : name
    }

    // MARK: Backups

    private static func backups(_ visit: Visit, typed: Form? = nil, problem: ComityError? = nil) throws(ComityError) -> Response {
        let fields = try BackupForm.fields(visit, typed: typed, problem: problem)
        return try show(visit, "admin-backups", fields, tab: "backups", problem: problem)
    }

    // MARK: Retention

    private static func retention(_ visit: Visit) throws(ComityError) -> Response {
        let (strings, figures, node) = (visit.strings, visit.pages.figures, visit.node)
        let kept: [(String, String)] = [
            ("acts", strings("admin.retention.always")), ("files", strings("admin.retention.by-rule")),
            ("packages", strings("admin.retention.by-rule")), ("drafts", strings("admin.retention.by-rule")),
            ("sessions", figures.span(milliseconds: AccessLimits.session)), ("codes", figures.span(milliseconds: AccessLimits.enrolment)),
            ("failures", figures.span(milliseconds: AccessLimits.forgets)), ("glass", figures.span(milliseconds: AccessLimits.brokenGlass)),
        ]
        let limits = node.law.clocks(for: "preservation").filter { $0.atEnd == .lapse }.map { clock -> Fields in
            [
                "says": Text.safe(clock.says, limit: 300), "article": Article.words(clock.cite, strings),
                "length": figures.span(milliseconds: node.law.length(of: clock, for: node.state).milliseconds),
                "unverified": clock.tag.isUnverified,
            ]
        }
        let constants = [node.law.constant("uncc.25.domestic-order-days")].compactMap { $0 }.map { constant -> Fields in
            [
                "says": Text.safe(constant.says, limit: 300), "article": Article.words(constant.cite, strings),
                "length": strings("span.days-only", ["days": Text.safe(constant.value, limit: 20)]),
                "unverified": constant.tag.isUnverified,
            ]
        }
        let rules = node.law.retention.map { rule -> Fields in
            [
                "says": Text.safe(rule.says, limit: 300), "article": Article.words(rule.cite, strings),
                "length": figures.span(milliseconds: rule.after.milliseconds), "unverified": rule.tag.isUnverified,
            ]
        }
        let fields: Fields = [
            "rules": rules, "kept": kept.map { ["what": strings("admin.retention.\($0.0)"), "length": $0.1] as Fields },
            "limits": limits + constants,
        ]
        return try show(visit, "admin-retention", fields, tab: "retention")
    }

    // MARK: The node

    private static func node(_ visit: Visit, _ typed: Form? = nil, _ problem: ComityError? = nil) throws(ComityError) -> Response {
        let (strings, configuration) = (visit.strings, visit.node.configuration)
        let desk = configuration.desk
        let facts: [(String, String)] = [
            ("state", configuration.state.description), ("id", configuration.authority.id), ("endpoint", configuration.endpoint),
            ("exchange", configuration.exchange.description),
            ("desk", strings(desk.tls == nil ? "admin.node.desk.plain" : "admin.node.desk.tls", ["address": desk.description])),
            ("folder", visit.node.folder.path), ("made", visit.pages.times.text(visit.pages.times.local(configuration.createdAt))),
            ("kind", strings(configuration.exercise ? "admin.node.exercise" : "admin.node.real")), ("version", Version.number),
            ("provider", visit.node.oidcName ?? strings("admin.node.no-provider")),
        ]
        let form = AuthorityForm.form(visit, typed, problem)
        let fields: Fields = [
            "facts": facts.map { ["label": strings("admin.node.\($0.0)"), "value": Text.safe($0.1, limit: 300)] as Fields },
            "fingerprint": visit.node.fingerprint.split(separator: " ").map(String.init), "isSaved": visit.query("done") == "saved",
        ]
        return try show(
            visit, "admin-node", fields.merging(form.fields(AuthorityForm.inputs(visit)), uniquingKeysWith: { $1 }), tab: "node",
            problem: problem)
    }
}

/// The form with what the authority says about itself.
enum AuthorityForm {
    static func inputs(_ visit: Visit) -> [AccessInput] {
        let authority = visit.node.configuration.authority
        return [
            AccessInput(id: "name", value: authority.name),
            AccessInput(id: "phone", kind: .tel, isRequired: false, value: authority.phone ?? ""),
            AccessInput(id: "email", kind: .email, isRequired: false, value: authority.email ?? ""),
            AccessInput(id: "languages", value: authority.languages.joined(separator: ", ")),
            AccessInput(id: "zone", value: authority.timeZone),
        ]
    }

    static func form(_ visit: Visit, _ typed: Form?, _ problem: ComityError?) -> AccessForm {
        AccessForm(strings: visit.strings, prefix: "authority", typed: typed, problem: problem)
    }

    static func save(_ form: Form, _ visit: Visit) async throws(ComityError) {
        try await visit.node.setAuthority(
            name: form.text("name") ?? "",
            languages: (form.text("languages") ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init),
            timeZone: form.text("zone") ?? "", phone: form.text("phone"), email: form.text("email"), by: visit.officer)
    }
}

/// The form that notes a backup, with those that were noted.
enum BackupForm {
    static func fields(_ visit: Visit, typed: Form? = nil, problem: ComityError? = nil) throws(ComityError) -> Fields {
        let noted = try visit.node.notedBackups(officer: visit.officer)
        let form = AccessForm(strings: visit.strings, prefix: "backup", typed: typed, problem: problem, wrong: "place")
        return form.fields([AccessInput(id: "place")]).merging(
            [
                "hasNoted": !noted.isEmpty, "folder": Text.safe(visit.node.folder.path, limit: 300),
                "isDone": visit.query("done") == "noted",
                "noted": noted.map {
                    [
                        "at": visit.pages.times.text($0.at), "by": Text.safe($0.by, limit: 80), "place": Text.safe($0.place, limit: 200),
                    ] as Fields
                },
            ], uniquingKeysWith: { $1 })
    }
}
