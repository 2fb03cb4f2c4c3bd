// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Hummingbird
import Node
import Standards
import Testing

@testable import Desk

@Suite("API: who may ask, and how it answers")
struct APITests {
    @Test("the table is sound: one operation for each method and address, every schema and status described")
    func table() throws {
        let schemas = try DeskResources().api
        let document = APIDocument(API.all, schemas).value
        #expect(document["openapi"]?.string == "3.1.0")
        #expect(Set(API.all.map(\.id)).count == API.all.count)
        #expect(Set(API.all.map { "\($0.method) \($0.path)" }).count == API.all.count)
        for operation in API.all {
            let described = try #require(document["paths"]?[operation.path]?[operation.method.rawValue.lowercased()])
            let statuses = Set(try #require(described["responses"]?.object).keys)
            #expect(statuses == Set((operation.answers.map(\.status) + operation.allProblems).map(String.init)), "\(operation.id)")
            for schema in operation.answers.compactMap(\.schema) + [operation.body].compactMap({ $0 }) {
                #expect(schemas.named[schema] != nil, "\(operation.id) names \(schema)")
            }
            #expect(!operation.says.isEmpty && operation.answers.contains { $0.status < 300 })
        }
        let words = try DeskResources().strings
        for code in Problem.Code.all { #expect(words.has("api.problem.\(code.name)"), "\(code.name)") }
        #expect(Set(Problem.Code.all.map(\.name)).count == Problem.Code.all.count)
    }

    @Test("schemas find what does not conform")
    func schemaCheck() throws {
        let check = SchemaCheck(schemas: try DeskResources().api)
        func faults(_ value: JSONValue, _ name: String) -> [String] { check.faults(value, APISchemas.reference(name)).map(\.path) }
        #expect(faults(["type": "preservation", "draft": [:]], "NewRequest").isEmpty)
        #expect(faults(["draft": [:], "keep": "yes", "more": true], "NewRequest") == ["type", "keep", "more"])
        #expect(faults(["type": "gift", "draft": .array([])], "NewRequest") == ["draft", "type"])
        #expect(faults(["comment": ""], "Comment") == ["comment"])
        #expect(faults(["url": "x", "events": .array([])], "NewWebhook") == ["events"])
        #expect(faults(["url": "x", "events": .array(["test"])], "NewWebhook") == ["events.0"])
        #expect(faults("XA-2026-PRE-000042-L", "FileReference").isEmpty)
        #expect(faults("xa-2026-PRE-000042-L\n", "FileReference") == [""])
        #expect(faults("2026-11-22T06:12:00", "Moment") == [""])
        #expect(throws: ComityError(.failure, "")) { _ = try APISchemas(yaml: "A: {$ref: B}") }
        #expect(throws: ComityError(.failure, "")) { _ = try APISchemas(yaml: "A: {type: string, enum: Nothing}") }
        #expect(throws: ComityError(.failure, "")) { _ = try APISchemas(yaml: "A: [1") }
    }

    @Test("without a valid token nothing answers but what is for everybody")
    func authentication() async throws {
        try await APIClient.run { client in
            let ref = "XA-2026-PRE-000042-L"
            let id = client.node.newWebhookID()
            for operation in API.all {
                let path = operation.path.replacing("{ref}", with: ref).replacing("{id}", with: id).replacing("{act}", with: id)
                    .replacing("{type}", with: "preservation").replacing("{delivery}", with: "1").replacing("{rule}", with: "x")
                    .replacing("{article}", with: "42").replacing("{code}", with: "usage").replacing("{line}", with: id)
                    .replacing("{package}", with: String(repeating: "ab", count: 32))
                for token in [nil, "comity_" + String(repeating: "x", count: 43), "short"] {
                    let answer = try await client.ask(path, operation.method, token: token)
                    #expect(answer.status == (operation.isOpen ? 200 : 401), "\(operation.id)")
                    #expect(operation.isOpen || answer["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
                }
            }
            // A session reads and changes nothing.
            let cookie = "\(SessionGate.cookie)=\(try await client.node.startSession(officer: "XA-D1").token)"
            #expect(try await client.ask("/me", token: nil, headers: [.cookie: cookie]).json["officer"] == "XA-D1")
            #expect(try await client.ask("/audits", .post, token: nil, headers: [.cookie: cookie]).status == 401)
            // A token that was revoked, or whose officer was disabled, is worth nothing.
            let made = try await client.node.makeToken(for: "XA-D1", label: "one", days: 1, by: nil)
            #expect(try await client.ask("/me", token: made.text).status == 200)
            _ = try await client.node.revokeToken(made.token.id, by: "XA-D1")
            #expect(try await client.ask("/me", token: made.text).status == 401)
            let other = try await client.token("XA-A1")
            try await client.node.disable("XA-A1", by: nil)
            #expect(try await client.ask("/me", token: other).status == 401)
        }
    }

    @Test("a token allows no more than its scopes and the role of its officer")
    func scopes() async throws {
        try await APIClient.run { client in
            let all = try await client.token()
            let ref = try await client.newDraft("Scopes", token: all)
            let sees = try await client.token("XA-D1", [.readMetadata])
            let view = try await client.ask("/drafts/\(ref)", token: sees)
            #expect(view.json["contentWithheld"] == true && view.json["content"] == [:])
            #expect(try await client.ask("/drafts/\(ref)", token: all).json["contentWithheld"] == false)
            #expect(try await client.ask("/files", token: sees).items.allSatisfy { $0["title"] == "" })
            let refused = try await client.ask("/drafts/\(ref)/submit", .post, token: sees)
            #expect(refused.status == 403 && refused.json["why"]?.string?.contains("scope") == true)
            #expect(try await client.ask("/register/head", token: sees).status == 403)
            #expect(try await client.ask("/me", token: sees).json["permissions"] == .array(["readMetadata"]))
            // Another role takes away what the scopes still name.
            try await client.node.setRole("XA-D1", to: "auditor", by: nil)
            #expect(try await client.ask("/drafts/\(ref)/submit", .post, token: all).status == 403)
            #expect(try await client.ask("/drafts/\(ref)", token: all).json["contentWithheld"] == true)
        }
    }

    @Test("what is wrong with a request is said as RFC 9457 has it")
    func problems() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            for (path, status, code) in [
                ("/nothing", 404, "not-found"), ("/api/v2/me", 404, "not-found"), ("/api", 404, "not-found"), ("/", 404, "not-found"),
                ("/files/XA-2026-PRE-000042-X", 400, "malformed-input"), ("/files/%ff", 404, "not-found"),
                ("/files//acts", 404, "not-found"),
                ("/files/XA-2026-PRE-000042-L", 404, "not-found"), ("/files?limit=0", 400, "malformed-input"),
                ("/files?limit=1&limit=2", 400, "malformed-input"), ("/files?limmit=1", 400, "malformed-input"),
                ("/files?after=b", 400, "usage"), ("/files?q=", 400, "malformed-input"), ("/files?view=%zz", 400, "malformed-input"),
                ("/register/entries?after=x", 400, "usage"), ("/register/entries?after=9223372036854775807", 200, nil),
                ("/law/articles/999", 404, "not-found"), ("/law/coverage?instrument=x", 404, "not-found"),
                ("/requests/types/gift", 404, "not-found"), ("/problems/x", 404, "not-found"),
            ] as [(String, Int, String?)] {
                let answer = try await client.ask(path, token: token)
                #expect(answer.status == status && answer.code == code, "\(path): \(answer.json)")
                guard let code else { continue }
                #expect(answer.json["type"]?.string == "/api/v1/problems/\(code)")
                #expect(try await client.ask("/problems/\(code)", token: nil).json["title"] == answer.json["title"])
            }
            let method = try await client.ask("/files", .delete, token: token)
            #expect(method.status == 405 && method["Allow"] == "GET, HEAD")
            let draft: JSONValue = ["type": "preservation", "draft": DeskFixture.draft(title: "T")]
            func post(_ raw: [UInt8], _ type: String = "application/json", key: String? = nil) async throws -> APIClient.Answer {
                try await client.ask("/requests", .post, token: token, key: key, headers: [.contentType: type], raw: raw)
            }
            #expect(try await post(try IJSON.encode(draft), "text/plain").status == 415)
            #expect(try await post(try IJSON.encode(draft), "application/json; charset=utf-8").status == 201)
            for text in ["", "{", "[]", "null", "{\"type\":\"preservation\",\"type\":\"preservation\",\"draft\":{}}"] {
                #expect(try await post(Array(text.utf8)).code == "malformed-input", "\(text)")
            }
            #expect(try await post(Array(repeating: 0x20, count: APIDoor.bodyLimit + 1)).status == 413)
            #expect(try await post(try IJSON.encode(draft), key: "").code == "key-missing")
            #expect(try await post(try IJSON.encode(draft), key: "a b").code == "malformed-input")
            // What a law requires is named field by field, with its article.
            let poor = try await client.ask("/requests", .post, token: token, body: ["type": "preservation", "draft": ["to": "XB"]])
            #expect(poor.status == 422 && poor.code == "refused-by-rule" && poor.json["article"]?.string?.isEmpty == false)
            let fields = try #require(poor.json["fields"]?.array)
            #expect(fields.count > 3 && fields.allSatisfy { $0["level"] == "must" && $0["rule"] != nil && $0["article"] != nil })
        }
    }

    @Test("each token has so many requests in a minute")
    func limits() async throws {
        try await APIClient.run(limit: RateLimit(perMinute: 3, clock: { 1000 })) { client in
            let (one, other) = (try await client.token(), try await client.token())
            for left in [2, 1, 0] {
                let answer = try await client.ask("/peers", token: one)
                #expect(answer.status == 200 && answer["RateLimit-Policy"] == "\"requests\";q=3;w=60")
                #expect(answer["RateLimit"]?.hasPrefix("\"requests\";r=\(left);t=") == true, "\(answer["RateLimit"] ?? "")")
            }
            let refused = try await client.ask("/peers", token: one)
            #expect(refused.status == 429 && refused.code == "rate-limited" && Int(refused["Retry-After"] ?? "") ?? 0 > 0)
            #expect(try await client.ask("/peers", token: other).status == 200)
        }
    }

    @Test("an operation that is on its way out says so")
    func deprecation() async throws {
        let old = Operation(
            id: "old", method: .get, path: "/old", says: "Old.", answers: [Desk.Operation.json("PeerList")], deprecated: 1_790_000_000
        ) { call in try call.list([String]()) }
        try await APIClient.run(operations: [old]) { client in
            let answer = try await client.ask("/old", token: try await client.token())
            #expect(answer["Deprecation"] == "@1790000000")
            let document = APIDocument(client.api.operations, client.api.pages.resources.api).value
            #expect(document["paths"]?["/old"]?["get"]?["deprecated"] == true)
        }
    }

    @Test("entity tags")
    func tags() {
        #expect(EntityTags("*")?.strong == nil)
        #expect(EntityTags("\"a\", W/\"b\" ,\"\"")?.strong == ["a", ""])
        #expect(EntityTags("W/\"b\"")?.matchesWeakly("b") == true && EntityTags("W/\"b\"")?.strong == [])
        for text in ["", "a", "\"a", "\"a\"b\"", "\"a\",", "W/a", "\"a b\""] { #expect(EntityTags(text) == nil, "\(text)") }
    }
}
