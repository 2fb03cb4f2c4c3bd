// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Register
import Sealing
import Standards
import Storage
import TestSupport

@testable import Node

/// Two nodes in one process that trust each other; acts are carried by hand.
struct NodePair {
    let folder: TemporaryFolder
    let requesting: Node
    let requested: Node

    /// - Parameter calls: how many calls the requested State takes in a minute.
    init(exercise: Bool = true, calls: Int? = nil) async throws {
        folder = try TemporaryFolder()
        requesting = try await Self.node("XA", folder("xa"), exchange: 1)
        requested = try await Self.node("XB", folder("xb"), exchange: 2, calls: calls)
        for (node, other) in [(requesting, requested), (requested, requesting)] {
            let peer = try await node.addPeer(try other.directoryEntry())
            _ = try await node.confirmPeer(peer.entry.state, fingerprint: other.fingerprint, by: "D1", how: "test")
        }
    }

    static func node(_ state: String, _ path: String, exchange: Int, calls: Int? = nil) async throws -> Node {
        let code = try StateCode(state)
        let configuration = NodeConfiguration(
            state: code,
            authority: .init(
                id: "\(state.lowercased())-247", name: "24/7 point of \(state)", languages: ["en"], timeZone: "UTC", phone: "+999105550101",
                email: nil),
            exchange: .init(host: "127.0.0.1", port: exchange, callsPerMinute: calls), endpoint: "https://127.0.0.1:\(exchange)",
            desk: .init(host: "127.0.0.1", port: 0),
            exercise: true, createdAt: Instant(milliseconds: Node.realMilliseconds()))
        return try await Node.create(
            folder: path, configuration,
            officers: [("D1", "duty_officer"), ("D3", "approver"), ("X1", "examiner"), ("A1", "auditor"), ("D4", "approver")])
    }

    func draft(_ name: String = "preservation") throws -> [String: JSONValue] {
        let path = Shared.repository.appendingPathComponent("Sources/comity/Demo/\(name).yaml")
        let value = try YAMLText([UInt8](try Data(contentsOf: path)), name: name).value
        guard let members = value.object else { throw ComityError(.failure, "the demo draft is not an object") }
        return members
    }

    /// Carries every act that `from` owes to `to`, as sealed bytes.
    func carry(from: Node, to: Node) async throws {
        for row in try from.store.read({ try $0.waiting() }) where row.kind == .act && row.peer == to.state {
            let bytes = try sealed(row.ref, from: from, to: to)
            let receipt = try await to.receive(bytes, from: from.state)
            let stored = try from.store.read { try $0.act(row.ref) }
            guard let stored else { continue }
            try await from.register(receipt, for: stored, from: try from.confirmedPeer(to.state), row: row.id)
        }
    }

    func sealed(_ act: String, from: Node, to: Node) throws -> [UInt8] {
        guard let stored = try from.store.read({ try $0.act(act) }) else { throw ComityError(.notFound, "no act \(act)") }
        return try Age.encrypt(stored.jws, to: [to.keys.sealing.recipient])
    }

    /// A preservation that has been sent and delivered.
    func deliveredPreservation() async throws -> FileReference {
        let result = try await requesting.newRequest(type: "preservation", draft: .object(try draft()), officer: "D1", dryRun: false)
        guard let ref = result.ref else { throw ComityError(.failure, "no reference") }
        try await requesting.approve(ref, officer: "D3")
        _ = try await requesting.send(ref, officer: "D1")
        try await carry(from: requesting, to: requested)
        return ref
    }
}

extension Node {
    /// Takes a step that needs no second person.
    @discardableResult
    func step(_ kind: ActKind, _ ref: FileReference, officer: String = "D1", _ body: [String: JSONValue] = [:]) async throws -> UUIDv7 {
        switch try await take(kind, on: ref, officer: officer, body: .object(body)) {
        case .taken(let act): return act
        case .prepared:
            guard let act = try await approve(ref, officer: "D3") else { throw ComityError(.failure, "nothing was approved") }
            return act
        }
    }

    @discardableResult
    func acknowledge(_ ref: FileReference, officer: String, localReference: String?) async throws -> UUIDv7 {
        try await step(.acknowledge, ref, officer: officer, localReference.map { ["localReference": .string($0)] } ?? [:])
    }

    func preserve(_ ref: FileReference, officer: String, effective: Instant?, outcome: ActBody.Preserve.Outcome, note: String?) async throws
    {
        let moment = try effective ?? now()
        try await step(
            .preserve, ref, officer: officer, ["effective": .string(moment.description), "outcome": .string(outcome.rawValue)])
    }

    /// Supplies the sealed package of a file, a second person agreeing.
    func supplyApproved(_ ref: FileReference, officer: String, last: Bool = false) async throws {
        if case .prepared = try await supply(ref, package: nil, last: last, officer: officer).step { try await approve(ref, officer: "D3") }
    }
}
