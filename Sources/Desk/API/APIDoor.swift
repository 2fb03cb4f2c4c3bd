// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Hummingbird
import Logging
import NIOCore
import Node
import Standards

/// Takes every request below `/api/`: says who asks, checks the request against its operation, and answers problems as RFC 9457
/// has them. Nothing below `/api/` reaches a page.
struct APIDoor: RouterMiddleware {
    typealias Context = DeskContext

    /// Largest body, bytes.
    static let bodyLimit = 2 << 20
    private static let retryAfter = HTTPFields.Element.Name("Retry-After") ?? .location
    private static let idempotencyKey = HTTPFields.Element.Name("Idempotency-Key") ?? .location
    private static let headers: [(String, String)] = [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"), ("Cache-Control", "no-store"),
        ("Vary", "Accept-Language, Authorization, Cookie"),
    ]

    let api: API
    let guardian: DeskGuard
    let logger: Logger

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        guard request.uri.path == "/api" || request.uri.path.hasPrefix("/api/") else { return try await next(request, context) }
        var limits: HTTPFields = [:]
        var response: Response
        do {
            response = try await answer(request, &limits)
        } catch let problem as Problem {
            response = show(problem, request)
        } catch let error as ComityError {
            response = show(Problem(error), request)
        } catch {
            logger.error("The API cannot answer \(request.uri.path): \(error)")
            response = show(Problem(ComityError(.failure, "Something in the node failed.", next: "Tell whoever runs the node.")), request)
        }
        for field in limits { response.headers[field.name] = field.value }
        for (name, value) in Self.headers {
            if let name = HTTPFields.Element.Name(name) { response.headers[name] = value }
        }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func show(_ problem: Problem, _ request: Request) -> Response {
        if problem.code.status >= 500 { logger.error("The API cannot answer \(request.uri.path): \(problem.what) \(problem.why)") }
        return problem.response(api.pages.strings, path: request.uri.path)
    }

    private func answer(_ request: Request, _ limits: inout HTTPFields) async throws -> Response {
        guard guardian.isOurs(request.head.authority) else {
            throw Problem(.misdirected, "This node does not answer under that name.", next: "Use the address of the desk.")
        }
        let (operation, path) = try find(request)
        let caller = operation.isOpen ? nil : try self.caller(request)
        limits = try limit(caller)
        let query = try self.query(request, operation)
        try check(path, operation)
        let (versions, key) = try conditions(request, operation)
        let bytes = try await body(request, operation)
        let content = try self.content(bytes, request, operation)
        func call(_ reservation: Reservation?) -> APICall {
            APICall(
                api: api, operation: operation, caller: caller, path: path, query: query, body: content,
                address: request.uri.path, question: request.uri.query ?? "", versions: versions, reservation: reservation)
        }
        var response: Response
        if let caller {
            response = try await Node.limited(to: caller) {
                guard let key else { return fresh(try await operation.handler(call(nil)), request, operation) }
                return try await once(key, of: hash(request, bytes), caller) { try await operation.handler(call($0)) }
            }
        } else {
            response = fresh(try await operation.handler(call(nil)), request, operation)
        }
        if let since = operation.deprecated, let name = HTTPFields.Element.Name("Deprecation") { response.headers[name] = "@\(since)" }
        return response
    }

    // MARK: Which operation, and who asks

    private func find(_ request: Request) throws -> (Operation, [String: String]) {
        let missing = ComityError(
            .notFound, "There is nothing at this address.", next: "The addresses are in \(APIDocument.base)/openapi.json.")
        guard request.uri.path.hasPrefix(APIDocument.base + "/") else { throw missing }
        let parts = request.uri.path.dropFirst(APIDocument.base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        let method = request.method == .head ? .get : request.method
        var here: [Operation] = []
        for operation in api.operations {
            guard let path = operation.match(parts) else { continue }
            if operation.method == method { return (operation, path) }
            here.append(operation)
        }
        guard !here.isEmpty else { throw missing }
        let methods = Set(here.map(\.method.rawValue) + (here.contains { $0.method == .get } ? ["HEAD"] : []))
        throw Problem(
            .methodNotAllowed, "This address does not take \(Text.safe(request.method.rawValue, limit: 20)).",
            headers: [.allow: methods.sorted().joined(separator: ", ")])
    }

    /// A program by its token; a browser by its session, for reading only.
    private func caller(_ request: Request) throws -> Caller {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer", let caller = try api.pages.node.caller(token: String(parts[1])) {
                return caller
            }
            throw Problem(
                .unauthenticated, "The token is not valid.", why: "It is unknown, has ended or was revoked, or its account is disabled.",
                next: "Make a new one: comity account token.")
        }
        if request.method == .get || request.method == .head, let token = request.cookies[SessionGate.cookie]?.value,
            let session = try api.pages.node.session(token: token)
        {
            return Caller(session)
        }
        throw Problem(
            .unauthenticated, "Who asks is not known.", next: "Send a token: Authorization: Bearer … A session of the desk only reads.")
    }

    private func limit(_ caller: Caller?) throws -> HTTPFields {
        let verdict = api.limit.take(caller.map { $0.token?.id ?? "session \($0.officer)" } ?? "everybody")
        var fields: HTTPFields = [:]
        for (name, value) in [
            ("RateLimit-Policy", "\"requests\";q=\(api.limit.perMinute);w=60"),
            ("RateLimit", "\"requests\";r=\(verdict.left);t=\(verdict.seconds)"),
        ] {
            if let name = HTTPFields.Element.Name(name) { fields[name] = value }
        }
        guard verdict.isAllowed else {
            fields[Self.retryAfter] = "\(verdict.seconds)"
            throw Problem(
                .rateLimited, "More than \(api.limit.perMinute) requests in a minute.", next: "Go on after \(verdict.seconds) s.",
                headers: fields
            )
        }
        return fields
    }

    // MARK: What was sent

    private func query(_ request: Request, _ operation: Operation) throws -> [String: JSONValue] {
        let form = try Form(urlEncoded: (request.uri.query ?? "").utf8)
        var values: [String: JSONValue] = [:]
        var faults: [SchemaCheck.Fault] = []
        let check = SchemaCheck(schemas: api.pages.resources.api)
        for field in form.fields {
            guard let parameter = operation.query.first(where: { $0.name == field.name }), values[field.name] == nil else {
                let isKnown = values[field.name] != nil
                faults.append(
                    .init(path: Text.safe(field.name, limit: 60), says: isKnown ? "It comes twice." : "There is no such parameter."))
                continue
            }
            let value: JSONValue =
                switch parameter.schema["type"]?.string {
                case "integer": Int64(field.value).map(JSONValue.integer) ?? .string(field.value)
                case "boolean": ["true": JSONValue.bool(true), "false": .bool(false)][field.value] ?? .string(field.value)
                default: .string(field.value)
                }
            faults += check.faults(value, parameter.schema, at: field.name)
            values[field.name] = value
        }
        guard faults.isEmpty else { throw Self.malformed("The address has wrong parameters.", faults) }
        return values
    }

    private func check(_ path: [String: String], _ operation: Operation) throws {
        let check = SchemaCheck(schemas: api.pages.resources.api)
        let faults = path.flatMap { name, value in check.faults(.string(value), APIDocument.pathSchema(name), at: name) }
        guard faults.isEmpty else {
            throw Problem(
                Problem.Code(.notFound), "There is nothing at this address.", why: "A part of it cannot be right.",
                fields: faults.map { .init(name: $0.path, detail: $0.says) })
        }
    }

    /// `If-Match` and `Idempotency-Key`.
    private func conditions(_ request: Request, _ operation: Operation) throws -> (versions: [String]?, key: String?) {
        var versions: [String]?
        if operation.precondition != .none {
            if let header = request.headers[.ifMatch] {
                guard let tags = EntityTags(header) else { throw Self.malformed("If-Match is not a list of entity tags.", []) }
                versions = tags.strong
            } else if operation.precondition == .required {
                throw Problem(
                    .preconditionRequired, "The change does not say on which version it rests.", why: "Somebody else may have changed it.",
                    next: "Read it, and send its ETag as If-Match.")
            }
        }
        if operation.answers.contains(where: { $0.status == 304 }), let known = request.headers[.ifNoneMatch], EntityTags(known) == nil {
            throw Self.malformed("If-None-Match is not a list of entity tags.", [])
        }
        guard operation.method == .post else { return (versions, nil) }
        guard let key = request.headers[Self.idempotencyKey], !key.isEmpty else {
            throw Problem(
                .keyMissing, "A POST needs an Idempotency-Key.", why: "So that a repetition after a broken line does nothing twice.",
                next: "Send a new random key with each new request, and the same one when you repeat it.")
        }
        guard key.utf8.count <= 200, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.malformed("The Idempotency-Key is not 1 to 200 visible ASCII characters.", [])
        }
        return (versions, key)
    }

    private func body(_ request: Request, _ operation: Operation) async throws -> [UInt8] {
        guard operation.body != nil || operation.method == .post else { return [] }
        do { return Array(try await request.body.collect(upTo: Self.bodyLimit).readableBytesView) } catch is NIOTooManyBytesError {
            throw ComityError(
                .tooLarge, "The body is larger than \(Self.bodyLimit >> 20) MiB.", next: "Put long texts into a sealed package.")
        }
    }

    private func content(_ bytes: [UInt8], _ request: Request, _ operation: Operation) throws -> JSONValue {
        guard let schema = operation.body else { return .null }
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() ?? ""
        guard type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json")) else {
            throw Problem(.mediaType, "This address reads application/json.", next: "Send Content-Type: application/json.")
        }
        let value: JSONValue
        do throws(ComityError) { value = try IJSON.decode(JSONValue.self, from: bytes, limit: Self.bodyLimit) } catch {
            throw error.code == .tooLarge ? error : ComityError(.malformedInput, error.what, next: "Send JSON (RFC 8259) in UTF-8.")
        }
        let faults = SchemaCheck(schemas: api.pages.resources.api).faults(value, APISchemas.reference(schema))
        guard faults.isEmpty else { throw Self.malformed("The body does not have the form of \(schema).", faults) }
        return value
    }

    private static func malformed(_ what: String, _ faults: [SchemaCheck.Fault]) -> Problem {
        Problem(
            Problem.Code(.malformedInput), what, next: "The forms are in \(APIDocument.base)/openapi.json.",
            fields: faults.prefix(50).map { .init(name: $0.path, detail: $0.says) })
    }

    // MARK: Once

    private func hash(_ request: Request, _ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(data: Data("\(request.method.rawValue) \(request.uri.description)\n".utf8))
        hasher.update(data: Data(bytes))
        return Array(hasher.finalize())
    }

    /// Does what a key stands for once; a repetition gets the same answer.
    private func once(
        _ key: String, of request: [UInt8], _ caller: Caller, _ work: (Reservation) async throws -> Reply
    ) async throws -> Response {
        switch try await api.pages.node.reserve(key, for: request, officer: caller.officer) {
        case .another:
            throw Problem(
                .keyReused, "This Idempotency-Key belongs to another request.",
                why: "Address or body differ from those it came with first.",
                next: "Take a new key for a new request.")
        case .inProgress(let seconds):
            throw Problem(
                .inProgress, "The same request is being worked on.", next: "Ask again with the same key.",
                headers: [Self.retryAfter: "\(max(1, min(seconds, 5)))"])
        case .answered(let answer):
            var response = response(Reply(answer))
            if let name = HTTPFields.Element.Name("Idempotency-Replayed") { response.headers[name] = "true" }
            return response
        case .yours(let reservation): return response(try await carryOut(reservation, work))
        }
    }

    /// Does the work of a reservation and keeps the answer; a failure gives the key back.
    /// Apart from `once`: with the two in one function, the optimiser of Swift 6.3.1 crashes and no release can be built.
    @inline(never)
    private func carryOut(_ reservation: Reservation, _ work: (Reservation) async throws -> Reply) async throws -> Reply {
        do {
            let reply = try await work(reservation)
            try await api.pages.node.keep(reply.answer, for: reservation)
            return reply
        } catch {
            await api.pages.node.release(reservation)
            throw error
        }
    }

    // MARK: The answer

    /// Nothing but the tag for somebody who has it already.
    private func fresh(_ reply: Reply, _ request: Request, _ operation: Operation) -> Response {
        if let tag = reply.tag, operation.answers.contains(where: { $0.status == 304 }), let known = request.headers[.ifNoneMatch],
            EntityTags(known)?.matchesWeakly(tag) ?? false
        {
            return Response(status: .notModified, headers: [.eTag: "\"\(tag)\""])
        }
        return response(reply)
    }

    private func response(_ reply: Reply) -> Response {
        var headers = reply.headers
        if let tag = reply.tag { headers[.eTag] = "\"\(tag)\"" }
        guard let body = reply.body, !(body.isEmpty && reply.status == 204) else {
            return Response(status: .init(code: reply.status), headers: headers)
        }
        headers[.contentType] = reply.type
        headers[.contentLanguage] = api.pages.strings.language
        return Response(status: .init(code: reply.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// `If-Match` and `If-None-Match` (RFC 9110, section 13.1).
struct EntityTags: Equatable {
    /// Nil for `*`.
    let strong: [String]?
    private let all: [String]

    /// Nil for what is not a list of entity tags.
    init?(_ header: String) {
        let trimmed = header.trimmingCharacters(in: .whitespaces)
        guard trimmed != "*" else {
            strong = nil
            all = []
            return
        }
        var strong: [String] = []
        var all: [String] = []
        for part in trimmed.split(separator: ",", omittingEmptySubsequences: false) {
            var text = part.trimmingCharacters(in: .whitespaces)
            let isWeak = text.hasPrefix("W/")
            if isWeak { text = String(text.dropFirst(2)) }
            guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return nil }
            let tag = String(text.dropFirst().dropLast())
            guard tag.utf8.allSatisfy({ $0 != 0x22 && $0 > 0x20 && $0 != 0x7F }) else { return nil }
            all.append(tag)
            if !isWeak { strong.append(tag) }
        }
        guard !all.isEmpty else { return nil }
        self.strong = strong
        self.all = all
    }

    func matchesWeakly(_ tag: String) -> Bool { strong == nil || all.contains(tag) }
}
