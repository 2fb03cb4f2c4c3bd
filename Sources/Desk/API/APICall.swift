// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Hummingbird
import Node
import Standards

/// One request to the API, checked against its operation.
struct APICall: Sendable {
    let api: API
    let operation: Operation
    /// Nil only for operations that are open to everybody.
    let caller: Caller?
    let path: [String: String]
    let query: [String: JSONValue]
    let body: JSONValue
    /// Address and query as they were asked for.
    let address: String
    let question: String
    /// Versions of `If-Match`; nil when it was not said, or for `*`.
    let versions: [String]?
    /// The right to answer under the `Idempotency-Key`, for a `POST`.
    let reservation: Reservation?

    var node: Node { api.pages.node }
    var officer: String { caller?.officer ?? "" }

    func ref() throws(ComityError) -> FileReference { try FileReference(part("ref")) }
    func part(_ name: String) -> String { path[name] ?? "" }
    func text(_ name: String) -> String? { query[name]?.string }
    var limit: Int { Int(query["limit"]?.integer ?? 50) }

    /// A value of the query that is one of a list; the schema has looked at it.
    func code<Value: RawRepresentable>(_ name: String, _ type: Value.Type) -> Value? where Value.RawValue == String {
        text(name).flatMap(Value.init(rawValue:))
    }

    /// The number after which a page begins.
    /// - Throws: `.usage`.
    func afterNumber() throws(ComityError) -> Int64? {
        guard let text = text("after") else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw ComityError(.usage, "“\(Text.safe(text, limit: 60))” is not a place in this list.", next: "Begin without it.")
        }
        return number
    }

    /// The id of the row after which a page begins.
    /// - Throws: `.usage`.
    func afterID() throws(ComityError) -> UUIDv7? {
        guard let text = text("after") else { return nil }
        guard let id = try? UUIDv7(text) else {
            throw ComityError(.usage, "“\(Text.safe(text, limit: 60))” is not a place in this list.", next: "Begin without it.")
        }
        return id
    }

    // MARK: Lists

    private struct List<Item: Encodable>: Encodable {
        let items: [Item]
        var next: String?
    }

    /// A whole list.
    func list(_ items: [some Encodable]) throws(ComityError) -> Reply { try Reply(List(items: items)) }

    /// A page of at most `limit` rows, of which one more than that were read.
    func page<Item: Encodable>(_ items: [Item], place: (Item) -> String) throws(ComityError) -> Reply {
        let shown = Array(items.prefix(limit))
        let next = items.count > limit ? shown.last.map(place) : nil
        var reply = try Reply(List(items: shown, next: next))
        if let next { reply.headers[values: Self.link] = [link(next, "next")] }
        return reply
    }

    /// A page of rows that are all known.
    /// - Throws: `.usage` for a place that is not in the list.
    func page<Item: Encodable>(of all: [Item], place: (Item) -> String) throws(ComityError) -> Reply {
        guard let after = text("after") else { return try page(Array(all.prefix(limit + 1)), place: place) }
        guard let index = all.firstIndex(where: { place($0) == after }) else {
            throw ComityError(.usage, "“\(Text.safe(after, limit: 80))” is not a place in this list.", next: "Begin without it.")
        }
        return try page(Array(all.dropFirst(index + 1).prefix(limit + 1)), place: place)
    }

    /// A page that the use case made, with the places of its neighbours.
    func page<Item: Encodable>(_ items: [Item], next: String?, previous: String?) throws(ComityError) -> Reply {
        var reply = try Reply(List(items: items, next: next))
        reply.headers[values: Self.link] = [next.map { link($0, "next") }, previous.map { link($0, "prev") }].compactMap { $0 }
        return reply
    }

    static let link = HTTPFields.Element.Name("Link") ?? .location

    /// A value of `Link` (RFC 8288): the same list from another place.
    func link(_ place: String, _ relation: String) -> String {
        var parts = question.split(separator: "&").filter { !$0.hasPrefix("after=") }.map(String.init)
        parts.append("after=\(URLText.encode(place))")
        return "<\(address)?\(parts.joined(separator: "&"))>; rel=\"\(relation)\""
    }

    // MARK: Steps

    private struct Registered: Encodable {
        let ref: FileReference?
        let entries: [EntryLine]
        var until: String?
        var webhook: String?
        /// Lines of the roster.
        var lines: [String]?
    }

    /// Takes a step whose answer is kept in the same transaction.
    /// - Parameters:
    ///   - condition: must hold in that transaction.
    ///   - answer: status and address of what came of it, from what was registered.
    ///   - same: it may be that nothing changes, and then nothing is registered.
    func step<Value: Sendable>(
        _ condition: Passage.Condition? = nil, _ answer: @escaping @Sendable ([EntryLine]) -> (status: Int, location: String?),
        same: Bool = false, _ work: () async throws(ComityError) -> Value
    ) async throws(ComityError) -> Reply {
        let passage = Passage(condition: condition, reservation: reservation) { lines in
            let (status, location) = answer(lines)
            let roster = lines.compactMap { $0.text("line") }
            let body = Registered(
                ref: lines.lazy.compactMap(\.ref).first, entries: lines, until: lines.lazy.compactMap { $0.text("until") }.first,
                webhook: lines.lazy.compactMap { $0.text("webhook") }.first,
                lines: roster.isEmpty ? nil : roster)
            return ProgramAnswer(
                status: status, headers: location.map { ["Location": APIDocument.base + $0] } ?? [:], body: try IJSON.encode(body))
        }
        let (_, kept) = try await node.carry(passage, work)
        if kept == nil, same { return try Reply(Registered(ref: nil, entries: [])) }
        guard let kept else { throw ComityError(.failure, "Nothing was registered.") }
        return Reply(kept)
    }

    /// Changes something whose new state is the answer.
    func change<Value: Sendable>(_ condition: Passage.Condition, _ work: () async throws(ComityError) -> Value) async throws(ComityError) {
        _ = try await node.carry(Passage(condition: condition), work)
    }

    /// 32 hexadecimal digits of a SHA-256.
    static func digest(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: Data(bytes)).prefix(16)) }
}

extension Reply {
    init(_ answer: ProgramAnswer) {
        status = answer.status
        body = answer.body
        for (name, value) in answer.headers {
            if let name = HTTPFields.Element.Name(name) { headers[name] = value }
        }
    }

    /// What is kept for a repetition.
    var answer: ProgramAnswer {
        var kept: [String: String] = [:]
        for field in headers { kept[field.name.canonicalName] = field.value }
        return ProgramAnswer(status: status, headers: kept, body: body ?? [])
    }
}
