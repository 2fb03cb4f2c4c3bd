// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards
import Web

/// How an invited officer takes an account into use: code generator, password, recovery codes on paper.
enum EnrolmentScreen: Screen {
    static let templates = ["enrol-code", "enrol", "enrolled"]

    static func add(to routes: DeskRoutes) {
        let pages = routes.pages
        routes.open("/enrol") { request, _ in
            guard let code = request.uri.queryParameters["code"], !code.isEmpty else { return try askCode(pages) }
            return try begin(pages, code: String(code))
        }
        routes.openForm("/enrol") { _, _, form in
            let code = form.text("code") ?? ""
            guard form["digits"] != nil else { return try begin(pages, code: code, typed: form) }
            return try await finish(pages, code: code, form)
        }
    }

    private static func askCode(_ pages: DeskPages, typed: Form? = nil, problem: ComityError? = nil) throws(ComityError) -> Response {
        let form = AccessForm(strings: pages.strings, prefix: "enrol", typed: typed, problem: problem, wrong: "code")
        return try pages.showOutside(
            "enrol-code", form.fields([AccessInput(id: "code", kind: .code)]), title: form.title(pages.strings("enrol.title")),
            status: .init(code: form.status))
    }

    static func begin(_ pages: DeskPages, code: String, typed: Form? = nil) throws(ComityError) -> Response {
        do throws(ComityError) { return try show(pages, try pages.node.enrolment(code), code: code) } catch {
            return try askCode(pages, typed: typed, problem: error)
        }
    }

    private static func show(_ pages: DeskPages, _ enrolment: Enrolment, code: String, problem: ComityError? = nil, wrong: String? = nil)
        throws(ComityError) -> Response
    {
        let strings = pages.strings
        let form = AccessForm(strings: strings, prefix: "enrol", problem: problem, wrong: wrong)
        let picture = QRCode(Array(enrolment.uri.utf8))
        let fields: Fields = [
            "code": code, "officer": Text.safe(enrolment.officer, limit: 80), "name": Text.safe(enrolment.name, limit: 100),
            "role": strings("role.\(enrolment.role)"), "uri": enrolment.uri, "hasPicture": picture != nil, "picture": picture?.path ?? "",
            // A quiet zone of four modules on each side.
            "box": picture.map { "-4 -4 \($0.size + 8) \($0.size + 8)" } ?? "", "secret": groups(enrolment.secret),
            "expires": pages.times.text(enrolment.expires),
        ]
        let inputs = [
            AccessInput(id: "digits", kind: .code, autocomplete: "one-time-code"),
            AccessInput(id: "password", kind: .password, autocomplete: "new-password"),
            AccessInput(id: "again", kind: .password, autocomplete: "new-password"),
        ]
        return try pages.showOutside(
            "enrol", fields.merging(form.fields(inputs), uniquingKeysWith: { $1 }), title: form.title(strings("enrol.title")),
            status: .init(code: form.status))
    }

    private static func finish(_ pages: DeskPages, code: String, _ form: Form) async throws(ComityError) -> Response {
        let enrolment: Enrolment
        do throws(ComityError) { enrolment = try pages.node.enrolment(code) } catch {
            return try askCode(pages, typed: form, problem: error)
        }
        let isFirst = try !pages.node.isSetUp()
        do throws(ComityError) {
            guard form["password"] == form["again"] else {
                throw ComityError(.usage, pages.words("enrol.differ"), next: pages.words("enrol.differ.next"))
            }
            let codes = try await pages.node.enrol(code: code, password: form["password"] ?? "", totpCode: form.text("digits") ?? "")
            let to = isFirst ? SetUpScreen.first : "/"
            return try pages.showOutside(
                "enrolled",
                RecoverySheet.fields(pages, officer: enrolment.officer, codes).merging(
                    ["onwardPath": "/sign-in?done=enrolled&to=\(URLText.encode(to))"], uniquingKeysWith: { $1 }),
                title: pages.strings("recovery.title"))
        } catch {
            let wrong = error.code == .usage ? (form["password"] == form["again"] ? "password" : "again") : "digits"
            return try show(pages, enrolment, code: code, problem: error, wrong: wrong)
        }
    }

    /// For reading and typing, four at a time.
    private static func groups(_ secret: String) -> [String] {
        stride(from: 0, to: secret.count, by: 4).map { String(secret.dropFirst($0).prefix(4)) }
    }
}

/// The sheet of recovery codes, shown once.
enum RecoverySheet {
    static func fields(_ pages: DeskPages, officer: String, _ codes: [String]) -> Fields {
        [
            "codes": codes, "officer": Text.safe(officer, limit: 80),
            "made": (try? pages.node.now()).map { pages.times.text($0) } ?? "",
        ]
    }
}
