// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// Lines of the shift's log in words.
struct LogTable {
    let scene: Scene

    private var strings: Strings { scene.strings }

    func rows(_ lines: some Sequence<ShiftLog.Line>) -> [Fields] {
        lines.map { line in
            [
                "at": scene.times.fields(line.at, theirs: nil), "short": scene.times.short(line.at, now: scene.now),
                "icon": icon(line.what),
                "says": says(line), "hasRef": line.ref != nil, "ref": line.ref?.description ?? "",
                "path": line.ref.map { "/files/\($0)" } ?? "", "by": by(line),
            ]
        }
    }

    private func by(_ line: ShiftLog.Line) -> String {
        line.by == "node" ? strings("log.node") : line.by == scene.session.officer ? strings("log.you") : Text.safe(line.by, limit: 60)
    }

    private func icon(_ what: ShiftLog.Line.What) -> String {
        switch what {
        case .act(_, _, _, let outgoing): outgoing ? "out" : "in"
        case .quarantined: "shield-no"
        case .approved: "check"
        case .overridden: "tri"
        case .called: "phone"
        case .escalated: "alert"
        case .dutyTaken, .handedOver: "hand"
        case .peer(_, let change): change == .revoked ? "shield-no" : "shield"
        }
    }

    func says(_ line: ShiftLog.Line) -> Phrase {
        switch line.what {
        case .act(let kind, let type, let from, _):
            let key = kind == .request ? "act.request.\(type.rawValue)" : "act.\(kind.rawValue)"
            return scene.phrase(key, ["who": Self.plate(from)])
        case .quarantined(let code, let by):
            return scene.phrase("log.quarantined", ["why": .words(quarantine(code)), "who": .outside(Text.safe(by, limit: 20))])
        case .approved: return scene.phrase("log.approved")
        case .overridden(let rule): return scene.phrase("log.overridden", ["rule": .outside(Text.safe(rule, limit: 80))])
        case .called(let person): return scene.phrase("log.called", ["person": .outside(Text.safe(person, limit: 120))])
        case .escalated(let level, let tell):
            return scene.phrase("log.escalated", ["level": .words("\(level)"), "role": .words(strings("role.\(tell)"))])
        case .dutyTaken: return scene.phrase("log.duty-taken")
        case .handedOver(let from): return scene.phrase("log.handed-over", ["who": .outside(Text.safe(from, limit: 60))])
        case .peer(let state, let change): return scene.phrase("log.peer.\(change.rawValue)", ["who": Self.plate(state)])
        }
    }

    /// Many lines, so the code alone: the names stand in the directory.
    private static func plate(_ state: StateCode) -> Phrase.Value { .state(code: state.description, name: "") }

    /// Why a message was not believed, in words.
    func quarantine(_ code: String) -> String {
        let key = "quarantine.\(code)"
        return strings.has(key) ? strings(key) : Text.safe(code, limit: 40)
    }

    /// A line as plain text, for the text of a handover.
    func text(_ line: ShiftLog.Line) -> String {
        var text = "\(scene.times.short(line.at, now: scene.now)) \(says(line).text)"
        if let ref = line.ref { text += " (\(ref))" }
        return text + "."
    }
}

extension Phrase {
    /// The sentence as plain text.
    var text: String {
        values.map { value in
            switch value {
            case .words(let text): text
            case .outside(let text): Text.safe(text)
            case .state(let code, let name): name.isEmpty ? code : "\(Text.safe(name)) (\(code))"
            }
        }.joined()
    }
}
