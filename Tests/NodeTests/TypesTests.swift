// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// Every type runs from draft to closure between nodes: drafted from its own template, approved, sent, and then step by step
/// by whatever the life cycle opens, until it is closed. All nodes end with the same acts and the same state.
@Suite struct TypesTests {
    /// Talk and endings; taken only when nothing brings the file on.
    private static let last: Set<ActKind> = [
        .refuse, .partlyRefuse, .postpone, .withdraw, .lapse, .decline, .downgrade, .interrupt, .prosecuteInstead, .offerConditions,
        .override,
        .reopen, .transfer, .close, .statusQuery, .release, .hold, .amend, .end, .extend, .ask, .consult, .releaseWitness, .depart, .lift,
        .announceLift, .report, .seekConsent,
    ]

    private struct Run {
        let nodes: [Node]
        let pair: NodePair
        var ref: FileReference
    }

    @Test(arguments: FileType.allCases)
    func fromDraftToClosure(_ type: FileType) async throws {
        let pair = try await NodePair()
        var nodes = [pair.requesting, pair.requested]
        if type.allowsSeveralParties {
            let third = try await NodePair.node("XC", pair.folder("xc"), exchange: 3)
            for node in nodes {
                for (one, other) in [(node, third), (third, node)] {
                    _ = try await one.addPeer(try other.directoryEntry())
                    _ = try await one.confirmPeer(other.state, fingerprint: other.fingerprint, by: "D1", how: "test")
                }
            }
            nodes.append(third)
        }
        let ref = try await draft(type, nodes)
        try await nodes[0].approve(ref, officer: "D3")
        _ = try await nodes[0].send(ref, officer: "D1")
        try await exchange(nodes, pair)
        var taken: [String: Int] = [:]
        var closed = false
        for _ in 0..<80 where !closed {
            closed = try await !oneStep(ref, nodes, pair, &taken)
            try await exchange(nodes, pair)
        }
        let views = try nodes.map { try $0.fileView(ref) }
        #expect(views[0].state == .closed, "\(type): \(views[0].acts.map { "\($0.from) \($0.kind.rawValue)" })")
        for view in views {
            #expect(view.state == views[0].state && view.acts.map(\.hash) == views[0].acts.map(\.hash) && view.outcome == views[0].outcome)
            #expect(view.acts.allSatisfy { $0.effect == .applied && $0.receipted })
        }
        for node in nodes {
            let report = try node.audit()
            #expect(report.ok && report.unreceipted == 0, "\(report.faults)")
            #expect(try node.quarantined(officer: nil).isEmpty)
        }
    }

    /// The template of the type with its example values.
    func draft(_ type: FileType, _ nodes: [Node]) async throws -> FileReference {
        let template = try #require(nodes[0].law.template(type: type.rawValue))
        let lines = template.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("##") }
        let text = lines.map { $0.hasPrefix("# ") ? $0.dropFirst(2) : $0[...] }.joined(separator: "\n")
        var members = try #require(try YAMLText(Array(text.utf8), name: "template").value.object)
        for link in ActBody.Link.Relation.allCases { members[link.rawValue.replacingOccurrences(of: "-", with: "_")] = nil }
        members["to"] = .array(nodes.dropFirst().map { .string($0.state.description) })
        members["type"] = nil
        // Cordia reads French.
        if nodes.count > 2 {
            members["translation"] = .object(["to": .string("fr"), "certified": .bool(true), "status": .string("attached")])
        }
        var reasons: [String] = []
        // A node acts for several authorities of its State; the right one issues the request.
        for issuer in ["xa-ca", "xa-247", "xa-pros", "xa-aro"] {
            var authority = members["authority"]?.object ?? [:]
            authority["id"] = .string(issuer)
            members["authority"] = .object(authority)
            do throws(ComityError) {
                if let ref = try await nodes[0].newRequest(type: type.rawValue, draft: .object(members), officer: "D1", dryRun: false).ref {
                    return ref
                }
            } catch { reasons.append(error.what) }
        }
        throw ComityError(.refusedByRule, "\(type): \(reasons.joined(separator: "\n"))")
    }

    /// Carries everything that any node owes any other.
    private func exchange(_ nodes: [Node], _ pair: NodePair) async throws {
        for from in nodes {
            for to in nodes where to.state != from.state { try await pair.carry(from: from, to: to) }
        }
        for from in nodes {
            for row in try from.store.read({ try $0.waiting() }) where row.kind == .package {
                let package = try #require(try from.store.read { try $0.package(row.ref) })
                let to = try #require(nodes.first { $0.state == row.peer })
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: from.folder.outgoingPackages + "/" + package.name)))
                _ = try await to.receive(part: 0, ofPackage: row.ref, bytes: bytes, from: from.state)
                _ = try await from.store.commit { try $0.finish(row.id, .delivered) }
            }
        }
    }

    /// - Returns: false when the file is closed.
    private func oneStep(_ ref: FileReference, _ nodes: [Node], _ pair: NodePair, _ taken: inout [String: Int]) async throws -> Bool {
        if try nodes[0].fileView(ref).state == .closed { return false }
        for kinds in [{ !Self.last.contains($0) }, { $0 == .close }, { $0 == .end || $0 == .withdraw || $0 == .release }]
            as [(ActKind) -> Bool]
        {
            for node in nodes {
                for officer in ["D1", "X1", "D3"] {
                    for step in try node.steps(ref, officer: officer) where step.possible && step.ours && kinds(step.kind) {
                        let key = "\(node.state) \(step.kind.rawValue)"
                        guard taken[key, default: 0] < (step.kind == .close ? 3 : 1) else { continue }
                        taken[key, default: 0] += 1
                        if try await take(step.kind, ref, node, officer, nodes, pair) { return true }
                    }
                }
            }
        }
        let state = try nodes[0].fileView(ref).state
        Issue.record("\(ref): nothing leads on from \(state.rawValue); taken \(taken.keys.sorted())")
        return false
    }

    private func take(
        _ kind: ActKind, _ ref: FileReference, _ node: Node, _ officer: String, _ nodes: [Node], _ pair: NodePair
    ) async throws -> Bool {
        do {
            let result: Node.StepResult
            let carriesPackage = try kind == .supply || (kind == .disclose && node.dossier(ref).type == .emergency)
            if carriesPackage {
                let exhibit = pair.folder("exhibit-\(UUID().uuidString)")
                try Data("evidence".utf8).write(to: URL(fileURLWithPath: exhibit))
                let other = try #require(nodes.first { $0.state != node.state })
                _ = try await node.seal(
                    .init(paths: [exhibit], authorisation: "order", conditions: []), for: ref, to: other.state, officer: officer)
                result = try await node.supply(ref, package: nil, officer: officer).step
            } else if kind == .receive, try node.fileView(ref).packages.contains(where: { $0.stage == "complete" }) {
                result = try await node.receiveEvidence(ref, package: nil, officer: officer).step
            } else {
                result = try await node.take(kind, on: ref, officer: officer, body: try body(kind, node, ref))
            }
            if case .prepared = result { try await node.approve(ref, officer: officer == "D3" ? "D4" : "D3") }
            return true
        } catch let error as ComityError where [.wrongState, .refusedByRule].contains(error.code) {
            return false
        }
    }

    /// A sound body for each kind.
    func body(_ kind: ActKind, _ node: Node, _ ref: FileReference) throws -> JSONValue {
        let now = try node.now()
        let dossier = try node.dossier(ref)
        let moment = JSONValue.string(now.description)
        let later = JSONValue.string(now.adding(try ISODuration("P9D")).description)
        let assets = JSONValue.array(dossier.course.assets.keys.sorted().map(JSONValue.string))
        let text = JSONValue.string("x")
        let other: [String: JSONValue] = ["file": .string(node.newID(at: now).description), "ref": .string("XA-2026-MLA-000001-I")]
        let members: [String: JSONValue] =
            switch kind {
            case .answer: ["answers": .array([text])]
            case .screen: ["decision": .string("proceed"), "reasons": text]
            case .accept: ["until": later]
            case .execute: ["authority": text]
            case .complete: ["outcome": .string("full")]
            case .receive: ["exhibits": .integer(0), "what": .string("decision")]
            case .close: ["outcome": .string("full")]
            case .preserve: ["effective": moment, "outcome": .string("full")]
            case .retroactiveProcess, .convert: other
            case .release: ["cause": .string("agreed"), "effective": moment]
            case .disclose:
                ["path": .array([.object(["hop": .integer(1), "state": .string("XC"), "provider": text])])]
            case .callBack: ["number": .string("+999105550101"), "fromDirectory": .bool(true), "spokeWith": text]
            case .arrest: ["arrested": moment, "place": text]
            case .commit: ["court": text]
            case .grant: ["decided": moment]
            case .schedule, .agree: ["when": later, "place": text]
            case .surrender: ["handedOver": moment, "place": text, "daysInCustody": .integer(12)]
            case .consent: ["by": .string("person"), "given": .bool(true), "record": text]
            case .trace, .requestStop: ["assets": assets, "reason": text]
            case .stopPayment, .freeze, .confiscate: ["assets": assets, "effective": moment, "until": later, "authority": text]
            case .realise, .proposeReturn, .return:
                [
                    "assets": assets, "currency": .string("EUR"), "gross": .string("100.00"), "net": .string("90.00"),
                    "expenses": .array([.object(["what": text, "amount": .string("10.00")])]),
                ]
            case .sign: ["text": .string(String(repeating: "0", count: 64))]
            case .logEvidence: ["origin": .string("during"), "items": .integer(1), "description": text]
            case .evaluate, .feedback, .minutes: ["text": text]
            case .assess: ["use": .string("used")]
            case .summon: ["served": moment]
            case .test: ["passed": .bool(true), "conditions": text]
            case .hear: ["began": moment, "ended": moment, "present": .array([text])]
            case .withdraw: ["reason": text]
            default: [:]
            }
        return .object(members)
    }
}
