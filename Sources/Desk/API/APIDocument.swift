// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

/// The API described in OpenAPI 3.1, written from the table by which requests are routed.
struct APIDocument {
    static let base = "/api/v1"

    let value: JSONValue

    init(_ operations: [Operation], _ schemas: APISchemas) {
        var paths: [String: JSONValue] = [:]
        for (path, here) in Dictionary(grouping: operations, by: \.path) {
            var item: [String: JSONValue] = [:]
            for operation in here { item[operation.method.rawValue.lowercased()] = Self.describe(operation) }
            paths[path] = .object(item)
        }
        var named = schemas.named
        named["PathText"] = Operation.text(200)
        value = .object([
            "openapi": "3.1.0",
            "info": .object([
                "title": "Comity", "version": .string(Version.number),
                "description": .string(
                    "Carries requests of the UN Convention against Cybercrime. Problems are RFC 9457; every POST needs an Idempotency-Key; lists go on by Link; times are RFC 3339. docs/api.md explains it."
                ),
                "license": .object(["name": "Apache-2.0", "identifier": "Apache-2.0"]),
            ]),
            "servers": .array([.object(["url": .string(Self.base)])]),
            "security": .array([.object(["token": .array([])])]),
            "paths": .object(paths),
            "components": .object([
                "schemas": .object(named),
                "securitySchemes": .object([
                    "token": .object([
                        "type": "http", "scheme": "bearer", "description": "A token of an officer: comity account token OFFICER.",
                    ]),
                    "session": .object([
                        "type": "apiKey", "in": "cookie", "name": .string(SessionGate.cookie),
                        "description": "The session of the desk, for reading only.",
                    ]),
                ]),
            ]),
        ])
    }

    /// What a part of an address may be, by its name in the table.
    static func pathSchema(_ name: String) -> JSONValue {
        switch name {
        case "ref": APISchemas.reference("FileReference")
        case "package": APISchemas.reference("Hash")
        case "id", "act", "line": APISchemas.reference("Uuid")
        case "type": APISchemas.reference("FileType")
        case "delivery": .object(["type": "string", "pattern": "^[1-9][0-9]{0,15}$"])
        default: Operation.text(200)
        }
    }

    // MARK: Parts

    private static func describe(_ operation: Operation) -> JSONValue {
        var members: [String: JSONValue] = ["operationId": .string(operation.id), "summary": .string(operation.says)]
        if operation.deprecated != nil { members["deprecated"] = true }
        if operation.isOpen { members["security"] = .array([]) }
        if !operation.isOpen, operation.method == .get {
            members["security"] = .array([.object(["token": .array([])]), .object(["session": .array([])])])
        }
        let parameters = parameters(operation)
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        if let body = operation.body {
            members["requestBody"] = .object([
                "required": true, "content": .object(["application/json": .object(["schema": APISchemas.reference(body)])]),
            ])
        }
        var responses: [String: JSONValue] = [:]
        for answer in operation.answers { responses["\(answer.status)"] = describe(answer, operation) }
        for status in operation.allProblems { responses["\(status)"] = problem(status) }
        members["responses"] = .object(responses)
        return .object(members)
    }

    private static func parameters(_ operation: Operation) -> [JSONValue] {
        var all = operation.pathParameters.map { parameter($0, "path", pathSchema($0), isRequired: true) }
        all += operation.query.map { parameter($0.name, "query", $0.schema, $0.says) }
        let tags: JSONValue = .object(["type": "string", "pattern": "^(\\*|(W/)?\"[!#-~]{1,80}\")$"])
        if operation.precondition != .none {
            all.append(
                parameter(
                    "If-Match", "header", tags, "ETag of the version on which the step rests.",
                    isRequired: operation.precondition == .required))
        }
        if operation.method == .get, operation.answers.contains(where: { $0.status == 304 }) {
            all.append(parameter("If-None-Match", "header", tags, "ETag of what is known already."))
        }
        if operation.method == .post {
            all.append(
                parameter(
                    "Idempotency-Key", "header", .object(["type": "string", "pattern": "^[!-~]{1,200}$"]),
                    "A random name of this request; the same when it is repeated.", isRequired: true))
        }
        return all
    }

    private static func parameter(_ name: String, _ place: String, _ schema: JSONValue, _ says: String = "", isRequired: Bool = false)
        -> JSONValue
    {
        var members: [String: JSONValue] = ["name": .string(name), "in": .string(place), "schema": schema]
        if isRequired { members["required"] = true }
        if !says.isEmpty { members["description"] = .string(says) }
        return .object(members)
    }

    private static func header(_ says: String, isRequired: Bool = false) -> JSONValue {
        .object(["description": .string(says), "required": .bool(isRequired), "schema": .object(["type": "string"])])
    }

    private static func describe(_ answer: Operation.Answer, _ operation: Operation) -> JSONValue {
        var headers: [String: JSONValue] = [
            "RateLimit": header("Requests that are left.", isRequired: true),
            "RateLimit-Policy": header("Requests in a minute.", isRequired: true),
        ]
        if answer.schema != nil, answer.status == 201 || answer.status == 202 { headers["Location"] = header("What came of it.") }
        if operation.hasTag { headers["ETag"] = header("Names this version.", isRequired: true) }
        if operation.query.contains(where: { $0.name == "after" }) { headers["Link"] = header("The next page (RFC 8288).") }
        if operation.method == .post { headers["Idempotency-Replayed"] = header("true when this is the answer of the first time.") }
        if operation.deprecated != nil { headers["Deprecation"] = header("Since when it should not be used (RFC 9745).", isRequired: true) }
        var members: [String: JSONValue] = [
            "description": .string(answer.says.isEmpty ? words[answer.status] ?? "Done." : answer.says), "headers": .object(headers),
        ]
        if let schema = answer.schema {
            members["content"] = .object([answer.type: .object(["schema": APISchemas.reference(schema)])])
        } else if answer.type != "application/json" {
            members["content"] = .object([answer.type: .object([:])])
        }
        return .object(members)
    }

    private static func problem(_ status: Int) -> JSONValue {
        var members: [String: JSONValue] = [
            "description": .string(words[status] ?? "A problem."),
            "content": .object(["application/problem+json": .object(["schema": APISchemas.reference("Problem")])]),
        ]
        if status == 401 { members["headers"] = .object(["WWW-Authenticate": header("Bearer", isRequired: true)]) }
        if status == 429 { members["headers"] = .object(["Retry-After": header("Seconds.", isRequired: true)]) }
        return .object(members)
    }

    private static let words: [Int: String] = [
        200: "Done.", 201: "Registered.", 202: "Taken on; it is not done yet.", 204: "Gone.", 304: "Not changed.",
        400: "The request is not well-formed.", 401: "Who asks is not known.", 403: "Role or token do not allow it.", 404: "Not there.",
        409: "Not possible in this state, or the same request is being worked on.", 412: "Changed in the meantime.", 413: "Too large.",
        415: "Not JSON.", 422: "A rule stops it, or the key belongs to another request.", 428: "If-Match is missing.",
        429: "Too many requests.", 500: "Something in the node failed.",
    ]
}
