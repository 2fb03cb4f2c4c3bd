// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Standards

/// One thing that the API does: the table of these routes requests and writes the document, so that the two cannot differ.
struct Operation: Sendable {
    typealias Handler = @Sendable (APICall) async throws -> Reply

    /// A parameter of the query.
    struct Parameter: Sendable {
        let name: String
        let schema: JSONValue
        let says: String
    }

    /// An answer when all went well.
    struct Answer: Sendable {
        let status: Int
        /// Name of a schema; nil for no body.
        var schema: String?
        var type = "application/json"
        var says = ""
    }

    /// Whether an edit says on which version it rests.
    enum Precondition: Sendable { case none, optional, required }

    let id: String
    let method: HTTPRequest.Method
    /// `/drafts/{ref}/submit`, below the base.
    let path: String
    let says: String
    /// Needs nobody to be signed in.
    var isOpen = false
    var query: [Parameter] = []
    /// Name of the schema of the body; nil for none.
    var body: String?
    var answers: [Answer]
    var precondition = Precondition.none
    /// Its good answers carry an `ETag`; where 304 is among them, a `GET` may say `If-None-Match`.
    var hasTag = false
    /// Statuses of problems beside those that every operation has.
    var problems: [Int] = []
    /// Since when it should not be used any more (RFC 9745), seconds since 1970.
    var deprecated: Int64?
    let handler: Handler

    var segments: [Substring] { path.split(separator: "/") }

    /// Names in braces.
    var pathParameters: [String] { segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) } }

    /// Everything that goes wrong with any request of this shape.
    var allProblems: [Int] {
        var all: Set<Int> = [400, 429, 500]
        if !isOpen { all.formUnion([401, 403]) }
        if !pathParameters.isEmpty { all.insert(404) }
        if body != nil { all.formUnion([413, 415]) }
        if method == .post { all.formUnion([409, 422]) }
        if precondition != .none { all.insert(412) }
        if precondition == .required { all.insert(428) }
        return all.union(problems).sorted()
    }

    /// Parts of the path by name, decoded; nil when it is another path.
    func match(_ parts: [Substring]) -> [String: String]? {
        let segments = segments
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (part, segment) in zip(parts, segments) {
            if segment.hasPrefix("{") {
                guard let value = URLText.decode(part) else { return nil }
                values[String(segment.dropFirst().dropLast())] = value
            } else if part != segment {
                return nil
            }
        }
        return values
    }

    // MARK: Shapes that many have

    static let limit = Parameter(
        name: "limit", schema: .object(["type": .string("integer"), "minimum": .integer(1), "maximum": .integer(200)]),
        says: "Rows on a page; 50 when nothing is said.")
    static let after = Parameter(
        name: "after", schema: text(80), says: "Where the page begins: the end of a Link, or next of the page before.")

    static func text(_ most: Int64) -> JSONValue {
        .object(["type": .string("string"), "minLength": .integer(1), "maxLength": .integer(most)])
    }
    static func named(_ schema: String) -> JSONValue { APISchemas.reference(schema) }
    static func oneOf(_ names: [String]) -> JSONValue {
        .object(["type": .string("string"), "enum": .array(names.map(JSONValue.string))])
    }
    static let flag: JSONValue = .object(["type": .string("boolean")])

    static func json(_ schema: String, _ status: Int = 200, _ says: String = "") -> Answer {
        Answer(status: status, schema: schema, says: says)
    }
}

/// What an operation answers when all went well.
struct Reply: Sendable {
    var status = 200
    var type = "application/json"
    var headers: HTTPFields = [:]
    /// Nil for no body.
    var body: [UInt8]?
    /// What its `ETag` carries; nil for none.
    var tag: String?

    init(_ value: some Encodable, status: Int = 200) throws(ComityError) {
        self.status = status
        body = try IJSON.encode(value)
    }

    init(bytes: [UInt8], type: String) {
        body = bytes
        self.type = type
    }

    init(status: Int) { self.status = status }

    /// With a tag that changes whenever the body does.
    func tagged() -> Reply {
        var copy = self
        copy.tag = APICall.digest(body ?? [])
        return copy
    }

    func tagged(_ version: String) -> Reply {
        var copy = self
        copy.tag = version
        return copy
    }

    func at(_ path: String) -> Reply {
        var copy = self
        copy.headers[.location] = APIDocument.base + path
        return copy
    }
}
