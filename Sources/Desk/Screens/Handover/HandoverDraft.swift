// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards

/// The text with which a handover begins: what the register says, for the officer to correct and complete.
struct HandoverDraft {
    static let mostLines = 40

    let scene: Scene
    let log: ShiftLog
    let due: [QueueItem]

    private var strings: Strings { scene.strings }

    var notes: HandoverNotes {
        HandoverNotes(
            situation: situation.joined(separator: "\n"), background: background.joined(separator: "\n"), assessment: "",
            recommendation: recommendation)
    }

    private var officer: String { scene.session.officer }

    private func file(_ key: String, _ item: QueueItem) -> String {
        strings(
            key,
            [
                "ref": item.ref.description, "next": strings("next.\(item.next.step)"),
                "due": item.clock.map { scene.times.short($0.due, now: scene.now) } ?? strings("clock.none"),
            ])
    }

    private var situation: [String] {
        var lines: [String] = []
        let pressing = try? scene.node.pressing(officer: officer)
        if let first = pressing?.first { lines.append(file("handover.draft.first", first)) }
        lines += (pressing?.atRisk ?? []).filter { $0.next.whose == .us && $0.next.step != "deliver" }.prefix(8).map {
            file("handover.draft.open", $0)
        }
        for call in (try? scene.node.callBacksPending(officer: officer)) ?? [] {
            let about: String =
                switch call.reason {
                case .emergency(let ref), .file(let ref): ref.description
                case .quarantined(let id, _, _): strings("calls.about-quarantine", ["number": "\(id)"])
                }
            lines.append(strings("handover.draft.call", ["who": call.state.description, "about": about]))
        }
        for peer in (try? scene.node.peerHealth(officer: officer)) ?? [] where peer.grade == .silent {
            lines.append(
                strings(
                    "handover.draft.silent",
                    ["who": peer.state.description, "count": strings.count("duty.peers.owed", peer.acts + peer.packages, scene.figures)]))
        }
        return lines.isEmpty ? [strings("handover.draft.nothing")] : lines
    }

    /// The newest lines, in the order in which they happened.
    private var background: [String] {
        let table = LogTable(scene: scene)
        var lines = log.lines.prefix(Self.mostLines).reversed().map(table.text)
        let more = log.lines.count - Self.mostLines
        if more > 0 { lines.insert(strings.count("handover.draft.earlier", more, scene.figures), at: 0) }
        return lines.isEmpty ? [strings("handover.draft.quiet")] : lines
    }

    private var recommendation: String {
        (try? scene.node.pressing(officer: officer))?.first.map { file("handover.draft.do", $0) } ?? ""
    }
}
