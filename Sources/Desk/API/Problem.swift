// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Law
import Standards

/// A refusal as RFC 9457 has it: what went wrong, why, what to do now, and which fields are meant.
struct Problem: Error {
    /// A kind of problem: those of the whole program, and those that only HTTP knows.
    struct Code: Sendable, Equatable {
        let name: String
        let status: Int

        init(_ name: String, _ status: Int) {
            self.name = name
            self.status = status
        }

        init(_ code: ErrorCode) { self.init(code.rawValue, code.httpStatus) }

        static let unauthenticated = Code("unauthenticated", 401)
        static let misdirected = Code("misdirected", 421)
        static let methodNotAllowed = Code("method-not-allowed", 405)
        static let mediaType = Code("media-type", 415)
        static let preconditionRequired = Code("precondition-required", 428)
        static let rateLimited = Code("rate-limited", 429)
        static let keyMissing = Code("key-missing", 400)
        static let keyReused = Code("key-reused", 422)
        static let inProgress = Code("in-progress", 409)

        static let all =
            ErrorCode.allCases.map { Code($0) } + [
                unauthenticated, misdirected, methodNotAllowed, mediaType, preconditionRequired, rateLimited, keyMissing, keyReused,
                inProgress,
            ]

        /// The page that documents it.
        var type: String { "\(APIDocument.base)/problems/\(name)" }
    }

    /// A field that is meant.
    struct Field: Encodable, Sendable {
        let name: String
        let detail: String
        var rule: String?
        var article: String?
        var level: Finding.Level?
    }

    let code: Code
    let what: String
    var why = ""
    var next = ""
    var fields: [Field] = []
    var headers: HTTPFields = [:]

    init(_ code: Code, _ what: String, why: String = "", next: String = "", fields: [Field] = [], headers: HTTPFields = [:]) {
        self.code = code
        self.what = what
        self.why = why
        self.next = next
        self.fields = fields
        self.headers = headers
    }

    init(_ error: ComityError) { self.init(Code(error.code), error.what, why: error.why, next: error.next) }

    /// A draft that the law stops: each finding as a field.
    init(_ error: ComityError, findings: [Finding]) {
        self.init(error)
        fields = findings.filter(\.blocks).map {
            Field(name: $0.field, detail: $0.detail ?? $0.says, rule: $0.rule, article: $0.article, level: $0.level)
        }
    }

    /// - Parameters:
    ///   - words: finds the title.
    ///   - path: what was asked for.
    func response(_ words: Strings, path: String) -> Response {
        let document = Document(
            type: code.type, title: words("api.problem.\(code.name)"), status: code.status, detail: Text.safe(what, limit: 4000),
            instance: path, code: code.name, why: why.isEmpty ? nil : Text.safe(why, limit: 2000),
            next: next.isEmpty ? nil : Text.safe(next, limit: 2000), fields: fields.isEmpty ? nil : fields,
            article: fields.lazy.compactMap(\.article).first)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.contentLanguage] = words.language
        if code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer realm=\"comity\"" }
        return Response(
            status: .init(code: code.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: (try? IJSON.encode(document)) ?? [])))
    }

    private struct Document: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let instance: String
        let code: String
        let why: String?
        let next: String?
        let fields: [Field]?
        let article: String?
    }
}
