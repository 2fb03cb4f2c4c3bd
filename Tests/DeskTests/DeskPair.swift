// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Desk
@testable import Node

/// Two or three nodes that trust each other, each with a desk in front of it; acts and packages are carried by hand.
struct DeskPair: Sendable {
    let folder: TemporaryFolder
    let desks: [DeskFixture]

    /// The desk of the State that asks, and of the one that is asked.
    var ours: DeskFixture { desks[0] }
    var theirs: DeskFixture { desks[1] }
    var nodes: [Node] { desks.map(\.node) }

    /// Read once for all tests that change nothing about them.
    private static let shared = Result { try DeskResources() }

    private static let places = [
        ("XA", "Contact Point of Alvania", "America/Montevideo", "+999105550101"),
        ("XB", "Contact Point of Bresta", "Europe/Helsinki", "+999205550201"),
        ("XC", "Contact Point of Cordia", "UTC", "+999305550301"),
    ]

    init(count: Int = 2, resources: DeskResources? = nil) async throws {
        folder = try TemporaryFolder()
        var desks: [DeskFixture] = []
        let resources = try resources ?? Self.shared.get()
        for (state, name, zone, phone) in Self.places.prefix(count) {
            let authority = DirectoryEntry.Authority(
                id: state.lowercased() + "-247", name: name, languages: ["en"], timeZone: zone, phone: phone, email: nil)
            let configuration = NodeConfiguration(
                state: try StateCode(state), authority: authority, exchange: .init(host: "127.0.0.1", port: 1),
                endpoint: "https://127.0.0.1:9", desk: .init(host: "127.0.0.1", port: 0), exercise: true,
                createdAt: try Instant("2026-11-20T08:00:00Z"))
            let officers = [
                ("D1", "duty_officer"), ("A1", "approver"), ("A2", "approver"), ("L1", "lawyer"), ("X1", "examiner"), ("U1", "auditor"),
                ("M1", "administrator"),
            ]
            let node = try await Node.create(
                folder: folder(state), configuration, officers: officers.map { ("\(state)-\($0.0)", $0.1) })
            try await node.setClock(try Instant("2026-11-22T06:12:00Z"))
            desks.append(DeskFixture(node: node, pages: DeskPages(node: node, resources: resources), folder: folder(state)))
        }
        self.desks = desks
        for one in desks {
            for other in desks where other.node.state != one.node.state {
                _ = try await one.node.addPeer(try other.node.directoryEntry())
                _ = try await one.node.confirmPeer(
                    other.node.state, fingerprint: other.node.fingerprint, by: "\(one.node.state)-D1", how: "telephone")
            }
        }
    }

    /// An officer of a desk.
    static func officer(_ desk: DeskFixture, _ name: String) -> String { "\(desk.node.state)-\(name)" }

    /// Carries everything that any node owes any other.
    func carry() async throws {
        for from in nodes {
            for row in try from.store.read({ try $0.waiting() }) {
                let to = try #require(nodes.first { $0.state == row.peer })
                switch row.kind {
                case .act:
                    guard let stored = try from.store.read({ try $0.act(row.ref) }) else { continue }
                    let bytes = try Age.encrypt(stored.jws, to: [to.keys.sealing.recipient])
                    let receipt = try await to.receive(bytes, from: from.state)
                    try await from.register(receipt, for: stored, from: try from.confirmedPeer(to.state), row: row.id)
                case .package:
                    let package = try #require(try from.store.read { try $0.package(row.ref) })
                    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: from.folder.outgoingPackages + "/" + package.name)))
                    _ = try await to.receive(part: 0, ofPackage: row.ref, bytes: bytes, from: from.state)
                    _ = try await from.store.commit { try $0.finish(row.id, .delivered) }
                }
            }
        }
    }

    /// A request of the type, from its own template, approved, sent and delivered.
    func delivered(_ type: FileType, _ more: [String: JSONValue] = [:]) async throws -> FileReference {
        let node = nodes[0]
        let template = try #require(node.law.template(type: type.rawValue))
        let lines = template.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("##") }
        let text = lines.map { $0.hasPrefix("# ") ? $0.dropFirst(2) : $0[...] }.joined(separator: "\n")
        var members = try #require(try YAMLText(Array(text.utf8), name: "template").value.object)
        for link in ActBody.Link.Relation.allCases { members[link.rawValue.replacing("-", with: "_")] = nil }
        members["to"] = .array((type.allowsSeveralParties ? nodes.dropFirst() : nodes.dropFirst().prefix(1)).map { .string("\($0.state)") })
        members["type"] = nil
        // Cordia reads French.
        if type.allowsSeveralParties, nodes.count > 2 {
            members["translation"] = .object(["to": .string("fr"), "certified": .bool(true), "status": .string("attached")])
        }
        members.merge(more) { $1 }
        var reasons: [String] = []
        for issuer in ["xa-ca", "xa-247", "xa-pros", "xa-aro"] {
            var authority = members["authority"]?.object ?? [:]
            authority["id"] = .string(issuer)
            members["authority"] = .object(authority)
            do throws(ComityError) {
                let result = try await node.newRequest(type: type.rawValue, draft: .object(members), officer: "XA-D1", dryRun: false)
                let ref = try Self.some(result.ref)
                try await node.approve(ref, officer: "XA-A1")
                _ = try await node.send(ref, officer: "XA-D1")
                do { try await carry() } catch { throw ComityError(.failure, "\(error)") }
                return ref
            } catch { reasons.append(error.what) }
        }
        throw ComityError(.refusedByRule, "\(type): \(reasons.joined(separator: "\n"))")
    }

    private static func some(_ ref: FileReference?) throws(ComityError) -> FileReference {
        guard let ref else { throw ComityError(.failure, "no reference") }
        return ref
    }

    /// Seals something small for a file.
    func seal(for ref: FileReference, on desk: DeskFixture) async throws {
        let exhibit = folder("exhibit-\(UUID().uuidString)")
        try Data("evidence".utf8).write(to: URL(fileURLWithPath: exhibit))
        let other = try #require(nodes.first { $0.state != desk.node.state })
        _ = try await desk.node.seal(
            .init(paths: [exhibit], authorisation: "order", conditions: ["Only for this case."]), for: ref, to: other.state,
            officer: Self.officer(desk, "X1"))
    }
}
