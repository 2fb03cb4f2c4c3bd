// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import HummingbirdTesting
import Logging
import Node
public import Standards
import Testing
import Web

@testable import Desk

/// Asks the API as a program does, and compares every answer with what the document says of it: the status, the required headers,
/// and the body with no member that is not described.
struct APIClient {
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]
        let json: JSONValue

        subscript(_ name: String) -> String? { HTTPFields.Element.Name(name).flatMap { headers[$0] } }
        var code: String? { json["code"]?.string }
        var items: [JSONValue] { json["items"]?.array ?? [] }
    }

    let node: Node
    let api: API
    private let client: any TestClientProtocol

    /// A node with the API in front of it, which keeps what it remembers between requests.
    static func run(
        operations: [Desk.Operation] = API.all, limit: RateLimit? = nil, prepare: (Node, Node) async throws -> Void = DeskFixture.introduce,
        _ test: @escaping @Sendable (APIClient) async throws -> Void
    ) async throws {
        try await DeskFixture.run(prepare: prepare) { desk in
            let router = Router(context: DeskContext.self)
            let logger = Logger(label: "api-tests")
            let api = API(desk.pages, operations: operations, limit: limit)
            router.add(middleware: Compression())
            let guardian = DeskGuard(pages: desk.pages, host: "127.0.0.1", logger: logger)
            router.add(middleware: APIDoor(api: api, guardian: guardian, logger: logger))
            router.add(middleware: guardian)
            try await Application(router: router, logger: logger).test(.router) { client in
                try await test(APIClient(node: desk.node, api: api, client: client))
            }
            #expect(desk.pages.strings.missing.isEmpty, "keys without text: \(desk.pages.strings.missing)")
        }
    }

    /// A token of an officer, with everything the role may do when no scopes are named.
    func token(_ officer: String = "XA-D1", _ scopes: Set<Permission>? = nil) async throws -> String {
        let all = Permission.of(role: try node.account(officer, officer: nil).role)
        return try await node.makeToken(for: officer, label: "tests", days: 1, scopes: scopes ?? all, by: nil).text
    }

    /// - Parameters:
    ///   - path: below the base, or whole when it begins with it.
    ///   - key: the `Idempotency-Key`; a `POST` gets a new one when none is given, and none for an empty one.
    @discardableResult
    func ask(
        _ path: String, _ method: HTTPRequest.Method = .get, token: String?, body: JSONValue? = nil, key: String? = nil,
        match: String? = nil,
        headers more: HTTPFields = [:], raw: [UInt8]? = nil, _ location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        var headers = more
        if let token { headers[.authorization] = "Bearer \(token)" }
        if let match { headers[.ifMatch] = match }
        if method == .post, key != "", let name = HTTPFields.Element.Name("Idempotency-Key") {
            headers[name] = key ?? "key-\(UInt64.random(in: 0 ... .max))"
        }
        var buffer: ByteBuffer?
        if let body {
            buffer = ByteBuffer(bytes: try IJSON.encode(body))
            headers[.contentType] = "application/json"
        }
        if let raw {
            buffer = ByteBuffer(bytes: raw)
            if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        }
        let address = path.hasPrefix("/api") ? path : APIDocument.base + path
        let response = try await client.executeRequest(uri: address, method: method, headers: headers, body: buffer)
        let bytes = Array(response.body.readableBytesView)
        let type = response.headers[.contentType] ?? ""
        let json =
            type.contains("json") && !type.contains("jose")
            ? try IJSON.decode(JSONValue.self, from: bytes, limit: 1 << 24) : JSONValue.null
        let answer = Answer(status: Int(response.status.code), headers: response.headers, bytes: bytes, json: json)
        describes(answer, method, address, location)
        return answer
    }

    /// The answer is one that the document has.
    private func describes(_ answer: Answer, _ method: HTTPRequest.Method, _ address: String, _ location: SourceLocation) {
        #expect(answer["X-Content-Type-Options"] == "nosniff" && answer["Cache-Control"] == "no-store", sourceLocation: location)
        let path = address.prefix { $0 != "?" }
        let parts = path.dropFirst(APIDocument.base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        let here = path.hasPrefix(APIDocument.base + "/") ? api.operations.filter { $0.match(parts) != nil } : []
        guard let operation = here.first(where: { $0.method == method }) else {
            return #expect([404, 405, 421].contains(answer.status), sourceLocation: location)
        }
        if answer.status >= 400 {
            #expect(operation.allProblems.contains(answer.status), "\(operation.id) answers \(answer.status)", sourceLocation: location)
            #expect(answer["Content-Type"] == "application/problem+json", sourceLocation: location)
            #expect(answer.json["status"]?.integer == Int64(answer.status), sourceLocation: location)
            return conforms(answer.json, "Problem", location)
        }
        guard let known = operation.answers.first(where: { $0.status == answer.status }) else {
            Issue.record("\(operation.id) answers \(answer.status), which is not described", sourceLocation: location)
            return
        }
        if operation.hasTag { #expect(answer["ETag"] != nil, sourceLocation: location) }
        if let schema = known.schema { conforms(answer.json, schema, location) }
        if known.status != 204, known.status != 304 { #expect(answer["Content-Type"] == known.type, sourceLocation: location) }
    }

    func conforms(_ value: JSONValue, _ schema: String, _ location: SourceLocation = #_sourceLocation) {
        let check = SchemaCheck(schemas: api.pages.resources.api, isStrict: true)
        let faults = check.faults(value, APISchemas.reference(schema))
        #expect(faults.isEmpty, "\(schema): \(faults.prefix(5).map { "\($0.path) \($0.says)" })", sourceLocation: location)
    }

    /// A draft of `XA-D1` that the rules let through.
    func newDraft(_ title: String, token: String) async throws -> FileReference {
        let answer = try await ask(
            "/requests", .post, token: token, body: ["type": "preservation", "draft": DeskFixture.draft(title: title)])
        #expect(answer.status == 201, "\(answer.json)")
        return try FileReference(try #require(answer.json["ref"]?.string))
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { first, _ in first }))
    }
}
