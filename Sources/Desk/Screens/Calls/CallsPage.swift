// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// The form for one call, with the number of the directory where it is about a State, and the calls that were logged.
struct CallsPage {
    static let perPage = 50

    let fields: Fields

    init(scene: Scene, calls: [Call], form: Form) throws(ComityError) {
        let strings = scene.strings
        let pending = try Self.pending(scene, form)
        func chosen(_ name: String, _ values: [String], _ key: String, first: String) -> [Fields] {
            values.map { ["value": $0, "word": strings("\(key).\($0)"), "isChosen": $0 == (form[name] ?? first)] }
        }
        fields = [
            "may": scene.may(.answer), "number": form["number"] ?? pending?.phone ?? "", "person": form["person"] ?? "",
            "refText": form["ref"] ?? "", "note": form["note"] ?? "", "quarantine": form["quarantine"] ?? "",
            "hasQuarantine": form["quarantine"] != nil,
            "about": strings("calls.about-quarantine", ["number": Text.safe(form["quarantine"] ?? "", limit: 20)]),
            "directions": chosen("direction", ["out", "in"], "calls.direction", first: "out"),
            "results": chosen("result", Call.Result.allCases.map(\.rawValue), "calls.result", first: Call.Result.reached.rawValue),
            "hasBack": pending?.phone != nil, "back": pending.map { Self.back($0, scene) } ?? [:],
            "hasCalls": !calls.isEmpty, "calls": calls.prefix(Self.perPage).map { Self.row($0, scene) },
            "hasEarlier": calls.count > Self.perPage,
            "earlier": "/calls?before=\(calls.prefix(Self.perPage).last?.id?.description ?? "")",
        ]
    }

    /// The number of the directory for what the call is about.
    private static func pending(_ scene: Scene, _ form: Form) throws(ComityError) -> CallBack? {
        if let ref = form["ref"].flatMap({ try? FileReference($0.uppercased()) }) {
            return try scene.node.directoryNumber(ref, officer: scene.session.officer)
        }
        guard let id = form["quarantine"].flatMap({ Int64($0) }) else { return nil }
        return try scene.node.callBacksPending(officer: scene.session.officer).first {
            if case .quarantined(let number, _, _) = $0.reason { return number == id }
            return false
        }
    }

    private static func back(_ call: CallBack, _ scene: Scene) -> Fields {
        [
            "phone": Text.safe(call.phone ?? "", limit: 40), "with": scene.names.fields(call.state),
            "tel": "tel:\((call.phone ?? "").filter { $0.isASCII && ($0.isNumber || $0 == "+") })",
            "source": call.confirmed.map {
                scene.strings("duty.calls.confirmed", ["date": scene.times.fields($0, theirs: nil)["date"] as? String ?? ""])
            } ?? scene.strings("duty.calls.unconfirmed"),
        ]
    }

    private static func row(_ call: Call, _ scene: Scene) -> Fields {
        [
            "at": scene.times.fields(call.at, theirs: nil), "officer": Text.safe(call.officer, limit: 60),
            "direction": scene.strings("calls.direction.\(call.isIncoming ? "in" : "out")"), "number": Text.safe(call.number, limit: 40),
            "person": Text.safe(call.person, limit: 120), "result": scene.strings("calls.result.\(call.result.rawValue)"),
            "isReached": call.result == .reached, "icon": call.isIncoming ? "in" : "out", "note": Text.safe(call.note, limit: 500),
            "hasNote": !call.note.isEmpty, "hasRef": call.ref != nil, "ref": call.ref?.description ?? "",
            "path": call.ref.map { "/files/\($0)" } ?? "", "hasQuarantine": call.quarantine != nil,
            "about": scene.strings("calls.about-quarantine", ["number": call.quarantine.map { "\($0)" } ?? ""]),
        ]
    }
}
