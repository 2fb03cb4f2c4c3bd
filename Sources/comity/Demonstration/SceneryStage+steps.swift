// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Node
import Standards

extension SceneryStage {
    /// Takes one step through the use cases of the node whose officer acts.
    func take(_ step: Scene.Step, in scene: Scene, at moment: Instant) async throws {
        let with = try resolved(step.with, in: scene, at: moment)
        if case .verb(let verb) = step.deed {
            switch verb {
            case .disconnect: return disconnect(try StateCode(with["state"]?.string ?? ""))
            case .forge: return try await forge(with, in: scene, at: moment)
            default: break
            }
        }
        let (node, officer) = try actor(step.by)
        if step.deed == .verb(.draft) {
            let draft = try resolved(scene.draft, in: scene, at: moment).object ?? [:]
            let ref = try await node.newRequest(
                type: scene.type.rawValue, draft: .object(draft.merging(with.object ?? [:]) { $1 }), officer: officer, dryRun: false
            ).ref
            references[scene.key] = ref
            return
        }
        guard let ref = references[scene.key] else { throw ComityError(.wrongState, "The file has not been drafted yet.") }
        switch step.deed {
        case .act(let kind): try Self.expect(step, try await node.take(kind, on: ref, officer: officer, body: with))
        case .verb(let verb): try await take(verb, step, ref, node, officer, with, scene, moment)
        }
    }

    private func take(
        _ verb: Scene.Verb, _ step: Scene.Step, _ ref: FileReference, _ node: Node, _ officer: String, _ with: JSONValue, _ scene: Scene,
        _ moment: Instant
    ) async throws {
        switch verb {
        case .revise:
            let draft = try resolved(scene.draft, in: scene, at: moment).object ?? [:]
            _ = try await node.revise(ref, draft: .object(draft.merging(with.object ?? [:]) { $1 }), officer: officer)
        case .submit: try await node.submit(ref, officer: officer)
        case .returnDraft: try await node.returnDraft(ref, officer: officer, comment: with["comment"]?.string ?? "")
        case .approve: try await node.approve(ref, officer: officer)
        case .send: _ = try await node.send(ref, officer: officer)
        case .discard: try await node.discard(ref, officer: officer)
        case .supply:
            let dossier = try node.dossier(ref, officer: nil)
            guard let recipient = dossier.counterparts(of: node.party).first?.state else { return }
            _ = try await node.seal(
                .init(
                    paths: try exhibits(with["exhibits"]?.array?.compactMap(\.string) ?? [], of: scene, at: moment),
                    authorisation: with["authorisation"]?.string ?? "",
                    conditions: with["conditions"]?.array?.compactMap(\.string) ?? []), for: ref, to: recipient, officer: officer)
            try Self.expect(step, try await node.supply(ref, package: nil, officer: officer).step)
        case .receive:
            if with["what"] == nil {
                try Self.expect(step, try await node.receiveEvidence(ref, package: nil, officer: officer).step)
            } else {
                try Self.expect(step, try await node.take(.receive, on: ref, officer: officer, body: with))
            }
        case .damage: try damage(node.arrivedPackage(ref, officer: nil).path)
        case .draft, .forge, .disconnect: break
        }
    }

    /// Four eyes where the file of the demonstration expects them, and nowhere else.
    private static func expect(_ step: Scene.Step, _ result: Node.StepResult) throws(ComityError) {
        switch result {
        case .taken where step.waits: throw ComityError(.failure, "It needs no second person.", next: "Leave out second.")
        case .prepared where !step.waits: throw ComityError(.failure, "It waits for a second person.", next: "Name one: second.")
        default: return
        }
    }

    /// The node of an officer, by the State in front of the pseudonym.
    private func actor(_ officer: String) throws(ComityError) -> (Node, String) {
        guard let node = nodes[try StateCode(String(officer.prefix(2)))] else {
            throw ComityError(.notFound, "“\(officer)” is no officer of the demonstration.")
        }
        return (node, officer)
    }

    // MARK: Texts that stand for something

    /// Fills in times, references and ids.
    func resolved(_ value: JSONValue, in scene: Scene, at moment: Instant) throws(ComityError) -> JSONValue {
        switch value {
        case .string(let text): return .string(try resolved(text, in: scene, at: moment))
        case .array(let items):
            var out: [JSONValue] = []
            for item in items { out.append(try resolved(item, in: scene, at: moment)) }
            return .array(out)
        case .object(let members):
            var out: [String: JSONValue] = [:]
            for (name, item) in members { out[name] = try resolved(item, in: scene, at: moment) }
            return .object(out)
        default: return value
        }
    }

    private func resolved(_ text: String, in scene: Scene, at moment: Instant) throws(ComityError) -> String {
        func rest(_ prefix: String) -> String? { text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil }
        if let span = rest("@at") {
            return local(try SceneTime(span.isEmpty ? "PT0S" : span).from(moment, zone: "UTC"), in: scene).description
        }
        // The day alone where a date is wanted.
        if let span = rest("@day") { return String(local(try SceneTime(span).from(now, zone: "UTC"), in: scene).description.prefix(10)) }
        if let span = rest("@") { return local(try SceneTime(span).from(now, zone: "UTC"), in: scene).description }
        if let key = rest("ref:") { return try reference(key).description }
        if let key = rest("id:") {
            let ref = try reference(key)
            guard let id = try nodes[scene.from]?.fileView(ref, officer: nil).id else {
                throw ComityError(.notFound, "\(key) was not sent yet.")
            }
            return id.description
        }
        if let kind = rest("act:") {
            guard let ref = references[scene.key],
                let act = try nodes[scene.from]?.dossier(ref, officer: nil).entries.last(where: { $0.act.kind.rawValue == kind })
            else { throw ComityError(.notFound, "There is no act \(kind) yet.") }
            return act.act.id.description
        }
        return text
    }

    private func local(_ moment: Instant, in scene: Scene) -> Instant { nodes[scene.from]?.local(moment) ?? moment }

    private func reference(_ key: String) throws(ComityError) -> FileReference {
        guard let ref = references[key] else { throw ComityError(.notFound, "The file \(key) has not been drafted yet.") }
        return ref
    }
}
