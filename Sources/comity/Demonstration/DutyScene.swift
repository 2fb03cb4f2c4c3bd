// SPDX-License-Identifier: Apache-2.0

import Node
import Standards

/// Something that happened at the duty desk of a State of the demonstration.
struct DutyScene: Sendable {
    enum Deed: Sendable {
        case roster(DutyLayer, hours: Int64, days: Int)
        /// Takes the duty, with a reason when nobody hands it over.
        case take(reason: String?)
        /// Takes it over from the officer before, who signs these notes.
        case takeOver(HandoverNotes)
        case call(Call)
    }

    let at: SceneTime
    let officer: String
    let deed: Deed

    /// Reads what stands under `duty`. The roster comes first: nobody is late for it.
    /// - Throws: `.malformedInput` naming what is missing.
    static func read(_ value: JSONValue, of state: String) throws(ComityError) -> [DutyScene] {
        func text(_ item: JSONValue, _ member: String) throws(ComityError) -> String {
            guard let text = item[member]?.string else { throw DemoText.missing("duty.\(member)", of: "\(state) in states.yaml") }
            return text
        }
        var scenes: [DutyScene] = []
        for item in value["roster"]?.array ?? [] {
            guard let layer = DutyLayer(rawValue: try text(item, "layer")), let hours = item["hours"]?.integer else {
                throw DemoText.missing("duty.roster.layer", of: "\(state) in states.yaml")
            }
            scenes.append(
                DutyScene(
                    at: try SceneTime(try text(item, "from")), officer: try text(item, "officer"),
                    deed: .roster(layer, hours: hours, days: Int(item["days"]?.integer ?? 1))))
        }
        for item in value["shifts"]?.array ?? [] {
            var deed = Deed.take(reason: item["taken_because"]?.string)
            if let notes = item["handover"] {
                deed = .takeOver(
                    HandoverNotes(
                        situation: try text(notes, "situation"), background: try text(notes, "background"),
                        assessment: try text(notes, "assessment"), recommendation: try text(notes, "recommendation")))
            }
            scenes.append(DutyScene(at: try SceneTime(try text(item, "at")), officer: try text(item, "officer"), deed: deed))
        }
        for item in value["calls"]?.array ?? [] {
            guard let result = Call.Result(rawValue: try text(item, "result")) else {
                throw DemoText.missing("duty.calls.result", of: "\(state) in states.yaml")
            }
            scenes.append(
                DutyScene(
                    at: try SceneTime(try text(item, "at")), officer: try text(item, "officer"),
                    deed: .call(
                        Call(
                            isIncoming: item["incoming"] == .bool(true), number: try text(item, "number"), person: try text(item, "person"),
                            result: result, note: try text(item, "note")))))
        }
        return scenes
    }
}

extension DutyScene {
    /// Does it at a node, at the moment to which the clock of the node is held.
    /// - Parameter start: of a line of the roster.
    func play(at node: Node, from start: Instant) async throws(ComityError) {
        switch deed {
        case .roster(let layer, let hours, let days):
            try await node.addToRoster(
                layer, officer: officer, from: start, to: start.adding(milliseconds: hours * 3_600_000), days: days, by: nil)
        case .take(let reason): try await node.takeDuty(officer: officer, reason: reason)
        case .takeOver(let notes):
            guard let before = try node.shift()?.officer else {
                throw ComityError(.wrongState, "Nobody has the duty that \(officer) takes over.", next: "Correct states.yaml.")
            }
            try await node.signHandover(notes, officer: before)
            let hash = try node.handoverInHand(officer: before)?.hash ?? ""
            try await node.takeOver(officer: officer, hash: hash, code: nil, address: nil)
        case .call(let call): try await node.logCall(call, officer: officer)
        }
    }
}
