// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import Node
import Standards
import Treaty
import Web

/// Answers of the public listener. Everything is computed as of a day from what was known by a day; nothing is stored.
struct PortalPages: Sendable {
    /// One moment: the records, and the status that is asked for.
    struct View {
        let treaty: Treaty
        let status: TreatyStatus
        let today: CalendarDay
        let now: Instant
        /// What every link of the page carries on: the day, where it is another than today's.
        let carried: [(name: String, value: String)]

        func link(_ path: String, _ more: [(name: String, value: String)] = []) -> String {
            let members = carried.filter { one in !more.contains { $0.name == one.name } } + more.filter { !$0.value.isEmpty }
            return members.isEmpty
                ? path : path + "?" + members.map { "\($0.name)=\(PortalPages.escaped($0.value))" }.joined(separator: "&")
        }
    }

    static let noPage = ComityError(.notFound, "There is no such page.", next: "Begin at the status of the Convention.")

    let node: Node
    let resources: PortalResources
    /// The records that ship with the program.
    private let shipped: Treaty

    init(node: Node) throws(ComityError) {
        self.node = node
        resources = try PortalResources()
        shipped = try Node.loadTreaty(exercise: node.exercise, law: node.law)
    }

    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
    }

    /// - Throws: `.malformedInput` for what is no day.
    func view(_ asked: Asked) throws(ComityError) -> View {
        let treaty = try node.treaty(beside: shipped)
        let now = try node.now()
        let today = treaty.day(of: now)
        let asOf = try asked.asOf.map { text throws(ComityError) in try treaty.day(reading: text) } ?? today
        let known = try asked.knownBy.map { text throws(ComityError) in try treaty.day(reading: text) } ?? today
        var carried: [(name: String, value: String)] = []
        if asOf != today { carried.append(("as-of", asOf.description)) }
        if known != today { carried.append(("known-by", known.description)) }
        return View(treaty: treaty, status: treaty.status(asOf: asOf, knownBy: known), today: today, now: now, carried: carried)
    }

    // MARK: Downloads

    /// All records that were known by the day, in the columns that `comity treaty import` takes.
    func table(_ asked: Asked, _ format: RecordTable.Format) throws(ComityError) -> Response {
        let view = try view(asked)
        let records = view.treaty.records.filter { $0.known <= view.status.knownBy }
        let text = try RecordTable.write(records, as: format)
        return file(
            text, format == .csv ? "text/csv; charset=utf-8; header=present" : "application/json", "treaty-records.\(format.rawValue)")
    }

    /// The computed status with the standing of everybody.
    func json(_ asked: Asked) throws(ComityError) -> Response {
        file(try IJSON.pretty(try view(asked).status), "application/json", nil)
    }

    func calendar(_ asked: Asked) throws(ComityError) -> Response {
        let view = try view(asked)
        let code = try asked.one.map { text throws(ComityError) in try view.treaty.participants.find(text).code }
        return file(
            view.treaty.calendar(of: code, in: view.status, stamp: view.now), "text/calendar; charset=utf-8",
            "treaty\(code.map { "-\($0)".lowercased() } ?? "").ics")
    }

    private func file(_ text: String, _ type: String, _ name: String?) -> Response {
        var headers: HTTPFields = [.contentType: type]
        if let name { headers[.contentDisposition] = "attachment; filename=\"\(name)\"" }
        // Facts for everybody, also for programs of other sites.
        headers[.accessControlAllowOrigin] = "*"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: .init(string: text)))
    }

    // MARK: Frame

    func page(_ template: String, title: String, _ fields: Fields, status: HTTPResponse.Status = .ok) throws(ComityError) -> Response {
        var all = fields
        let authority = node.configuration.authority
        all["pageTitle"] = title
        all["isProblem"] = status.code >= 400
        all["css"] = resources.assets.path("portal")
        all["mark"] = resources.assets.path("mark")
        all["exercise"] = node.exercise
        all["ownCode"] = node.state.description
        all["ownName"] = authority.name
        return Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: "en"],
            body: .init(byteBuffer: .init(string: try resources.templates.render(template, all))))
    }

    func problem(_ error: ComityError, status: HTTPResponse.Status? = nil) -> Response {
        let code = status ?? .init(code: error.code.httpStatus)
        let fields: Fields = [
            "what": error.what, "hasWhy": !error.why.isEmpty, "why": error.why, "hasNext": !error.next.isEmpty, "next": error.next,
        ]
        let plain = Response(
            status: code, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: .init(string: error.what)))
        return (try? page("problem", title: error.what, fields, status: code)) ?? plain
    }
}
