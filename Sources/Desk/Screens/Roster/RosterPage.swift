// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// The roster of the next weeks by day, and the form that puts somebody on it.
struct RosterPage {
    static let ahead: Int64 = 35 * 86_400_000

    let fields: Fields

    init(scene: Scene, form: Form, problem: ComityError?) throws(ComityError) {
        let (strings, node, officer) = (scene.strings, scene.node, scene.session.officer)
        let lines = try node.roster(from: scene.now, to: scene.now.adding(milliseconds: Self.ahead), officer: officer)
        let now = try node.onDuty(at: scene.now)
        var days: [(day: String, rows: [Fields])] = []
        for line in lines {
            let day = line.start <= scene.now ? strings("roster.now") : scene.times.fields(line.start, theirs: nil)["date"] as? String ?? ""
            if days.last?.day != day { days.append((day, [])) }
            days[days.count - 1].rows.append(Self.row(line, scene, isNow: now.contains(line)))
        }
        let may = scene.may(.roster)
        let chosen = form["layer"] ?? DutyLayer.primary.rawValue
        fields = [
            "now": DutyLayer.allCases.map { layer -> Fields in
                let line = now.first { $0.layer == layer }
                return [
                    "layer": strings("layer.\(layer.rawValue)"), "isSomebody": line != nil, "name": Text.safe(line?.name ?? "", limit: 60),
                    "until": line.map { strings("duty.roster.until", ["time": scene.times.short($0.end, now: scene.now)]) } ?? "",
                ]
            }, "days": days.map { ["day": $0.day, "rows": $0.rows] as Fields }, "hasLines": !lines.isEmpty, "may": may,
            "layers": DutyLayer.allCases.map {
                ["value": $0.rawValue, "word": strings("layer.\($0.rawValue)"), "isChosen": $0.rawValue == chosen] as Fields
            },
            "people": try node.colleagues(officer: officer).map {
                [
                    "value": $0.officer, "word": "\(Text.safe($0.name, limit: 60)) · \(strings("role.\($0.role)"))",
                    "isChosen": $0.officer == form["officer"],
                ] as Fields
            }, "from": form["from"] ?? "", "to": form["to"] ?? "", "days-value": form["days"] ?? "1", "isOverride": form["override"] != nil,
            "zone": strings("roster.zone", ["zone": Text.safe(scene.times.zone, limit: 60)]),
        ].merging(FormProblem.fields(problem, field: problem?.code == .malformedInput ? "from" : nil)) { $1 }
    }

    private static func row(_ line: RosterLine, _ scene: Scene, isNow: Bool) -> Fields {
        [
            "id": line.id.description, "name": Text.safe(line.name, limit: 60), "layer": scene.strings("layer.\(line.layer.rawValue)"),
            "from": scene.times.fields(line.start, theirs: nil), "to": scene.times.fields(line.end, theirs: nil),
            "isOverride": line.isOverride, "isNow": isNow,
            "remove": scene.strings(line.start <= scene.now ? "roster.end" : "roster.remove"),
        ]
    }
}
