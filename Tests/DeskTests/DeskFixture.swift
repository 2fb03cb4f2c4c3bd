// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Node
import Standards
import Testing
import Transport

@testable import Desk

/// A node in a folder of its own, with the desk in front of it and no socket.
struct DeskFixture: Sendable {
    let node: Node
    let pages: DeskPages
    let folder: String

    /// Makes a node of `XA`, lets `prepare` put something on it, runs `test`, and removes the folder.
    static func run(prepare: (Node, Node) async throws -> Void = { _, _ in }, _ test: @Sendable (DeskFixture) async throws -> Void)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("desk-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ours = try await node("XA", "Contact Point of Alvania", "America/Montevideo", folder)
        let theirs = try await node("XB", "Contact Point of Bresta", "Europe/Helsinki", folder)
        ours.hashPasswordsCheaply()
        try await prepare(ours, theirs)
        try await test(DeskFixture(node: ours, pages: DeskPages(node: ours, resources: try DeskResources()), folder: folder))
    }

    private static func node(_ state: String, _ name: String, _ zone: String, _ folder: String) async throws -> Node {
        let id = state.lowercased() + "-247"
        let authority = DirectoryEntry.Authority(id: id, name: name, languages: ["en"], timeZone: zone, phone: nil, email: nil)
        let configuration = NodeConfiguration(
            state: try StateCode(state), authority: authority, exchange: .init(host: "127.0.0.1", port: 0), endpoint: "https://127.0.0.1:9",
            desk: .init(host: "127.0.0.1", port: 0), exercise: true, createdAt: try Instant("2026-11-20T08:00:00Z"))
        return try await Node.create(
            folder: "\(folder)/\(state)", configuration, officers: [("\(state)-D1", "duty_officer"), ("\(state)-A1", "approver")])
    }

    /// Both nodes know and believe each other; the clock of the exercise stands at 22 November 2026.
    static func introduce(_ ours: Node, _ theirs: Node) async throws {
        for (one, other) in [(ours, theirs), (theirs, ours)] {
            try await one.setClock(try Instant("2026-11-22T06:12:00Z"))
            _ = try await one.addPeer(try other.directoryEntry())
            _ = try await one.confirmPeer(other.state, fingerprint: other.fingerprint, by: "\(one.state)-D1", how: "telephone")
        }
    }

    /// A preservation request that the rules let through.
    static func draft(title: String, _ more: [String: JSONValue] = [:]) -> JSONValue {
        let from: JSONValue = .string("2026-11-01T00:00:00Z")
        var content: [String: JSONValue] = [
            "to": .string("XB"), "title": .string(title), "tlp": .string("AMBER"), "lang": .string("en"),
            "urgency": .object(["level": .string("urgent")]),
            "offences": .array([.object(["article": .string("UNCC-10"), "max_penalty_months": .integer(120)])]),
            "case": .object(["stage": .string("investigation"), "prosecution_case_no": .string("XA-1")]),
            "screen": .object([
                "political": .bool(false), "discrimination": .bool(false), "press": .bool(false), "death_penalty_or_torture": .bool(false),
                "by": .string("XA-A1"),
            ]),
            "facts": .string("Files were encrypted.\n\nThe key host is known."), "necessity": .string("The server can be wiped."),
            "link_facts_to_data": .string("The server received the keys."),
            "custodian": .object(["provider": .string("Northgate Hosting")]),
            "data_sought": .array([
                .object([
                    "category": .string("TRAFFIC"), "items": .array([.string("connection records")]), "from": from,
                    "to": .string("2026-11-25T06:00:00Z"),
                ])
            ]),
            "intent_to_send_mla": .object(["stated": .bool(true)]), "confidentiality": .object(["requested": .bool(false)]),
        ]
        for (name, value) in more { content[name] = value }
        return .object(content)
    }

    static func newDraft(on node: Node, title: String, _ more: [String: JSONValue] = [:], keep: Bool = false) async throws -> FileReference
    {
        let result = try await node.newRequest(
            type: "preservation", draft: draft(title: title, more), officer: "\(node.state)-D1", dryRun: false, keep: keep)
        return try #require(result.ref)
    }

    static func sent(on node: Node, title: String) async throws -> FileReference {
        let ref = try await newDraft(on: node, title: title)
        try await node.approve(ref, officer: "\(node.state)-A1")
        _ = try await node.send(ref, officer: "\(node.state)-D1")
        return ref
    }

    /// Sent, and in the register of the other State.
    static func delivered(from node: Node, to other: Node, title: String) async throws -> FileReference {
        let ref = try await sent(on: node, title: title)
        let state = node.state
        await Delivery(node: node) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: other, from: state) }.flush()
        return ref
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: String

        subscript(_ name: String) -> String? { HTTPFields.Element.Name(name).flatMap { headers[$0] } }
    }

    /// Who is signed in: the duty officer of the fixture, or nobody.
    func get(
        _ path: String, method: HTTPRequest.Method = .get, host: String = "127.0.0.1", headers: HTTPFields = [:],
        as officer: String? = "XA-D1",
        body: ByteBuffer? = nil
    ) async throws -> Answer {
        let router = DeskServer.router(pages, host: host, logger: Logger(label: "desk-tests"))
        let application = Application(router: router, logger: Logger(label: "desk-tests"))
        var headers = headers
        if let officer { headers[.cookie] = "\(SessionGate.cookie)=\(try await node.startSession(officer: officer).token)" }
        let sent = headers
        return try await application.test(.router) { client in
            let response = try await client.executeRequest(uri: path, method: method, headers: sent, body: body)
            return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: response.body))
        }
    }

    /// Sends a form as a browser does, with the token of the session.
    func post(_ path: String, _ fields: [(String, String)], as officer: String = "XA-D1", csrf: Bool = true) async throws -> Answer {
        let (token, session) = try await node.startSession(officer: officer)
        var fields = fields
        if csrf { fields.append((CrossSite.field, CrossSite.masked(session.csrf))) }
        let text = fields.map { "\(URLText.encode($0.0))=\(URLText.encode($0.1))" }.joined(separator: "&")
        return try await get(
            path, method: .post,
            headers: [.contentType: "application/x-www-form-urlencoded", .cookie: "\(SessionGate.cookie)=\(token)"], as: nil,
            body: ByteBuffer(string: text))
    }

    /// What holds on every answer, whatever it says.
    func isSound(_ answer: Answer, _ location: SourceLocation = #_sourceLocation) {
        #expect(answer["Content-Security-Policy"] == DeskGuard.policy, sourceLocation: location)
        #expect(answer["X-Content-Type-Options"] == "nosniff", sourceLocation: location)
        #expect(answer["Referrer-Policy"] == "no-referrer", sourceLocation: location)
        #expect(answer["Cross-Origin-Opener-Policy"] == "same-origin", sourceLocation: location)
        #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin", sourceLocation: location)
        #expect(answer["Cache-Control"] != nil, sourceLocation: location)
        let body = answer.body.lowercased()
        for forbidden in ["<script>", " style=", "<style", "javascript:", " onload=", "{{", "optional(", "fatal error"] {
            #expect(!body.contains(forbidden), "“\(forbidden)” is in the page", sourceLocation: location)
        }
        #expect(pages.strings.missing.isEmpty, "keys without text: \(pages.strings.missing)", sourceLocation: location)
    }

    /// What holds on every page.
    func isPage(_ answer: Answer, status: Int = 200, _ location: SourceLocation = #_sourceLocation) {
        isSound(answer, location)
        #expect(answer.status == status, sourceLocation: location)
        #expect(answer["Content-Type"] == "text/html; charset=utf-8", sourceLocation: location)
        #expect(answer["Cache-Control"] == "no-store", sourceLocation: location)
        #expect(answer.body.components(separatedBy: "<h1").count == 2, "one heading of the first level", sourceLocation: location)
        #expect(answer.body.contains("<title>Exercise: "), sourceLocation: location)
        #expect(answer.body.contains("EXERCISE"), sourceLocation: location)
        #expect(answer.body.utf8.count < 80_000, "the page weighs \(answer.body.utf8.count) bytes", sourceLocation: location)
        for landmark in ["<header", "<nav", "<main", "<footer", "class=\"skip\""] {
            #expect(answer.body.contains(landmark), sourceLocation: location)
        }
    }
}
