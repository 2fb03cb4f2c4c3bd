// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// What is said of the exhibits before they are sealed, as it was typed, and what is wrong with it.
struct SealOrder {
    static let names = ["authorisation", "conditions", "by", "date", "place", "recipient", "seal"]

    var faults = FormFaults()
    let answers: [String: String]
    let recipient: StateCode?
    let authorisation: String
    let conditions: [String]
    let by: String
    let at: Instant?
    let place: String
    let tool: String
    let flags: [Int: [ExhibitFlag]]

    init(_ form: Form, scene: Scene, counterparts: [StateCode], upload: Upload) {
        let strings = scene.strings
        var faults = FormFaults()
        var answers: [String: String] = [:]
        func text(_ name: String, limit: Int) -> String {
            let value = form.text(name) ?? ""
            answers[name] = value
            if value.count > limit { faults.add(name, strings("seal.too-long", ["limit": scene.figures.count(limit)])) }
            return value
        }
        authorisation = text("authorisation", limit: 2000)
        if authorisation.isEmpty { faults.add("authorisation", strings("seal.authorisation.missing")) }
        by = text("by", limit: 200)
        if by.isEmpty { faults.add("by", strings("seal.by.missing")) }
        let (date, time, zone) = (text("date", limit: 20), text("time", limit: 20), text("zone", limit: 60))
        var moment: Instant?
        if date.isEmpty || time.isEmpty {
            faults.add("date", strings("seal.date.missing"))
        } else {
            let known = LocalTime.check("\(date)T\(time.count == 5 ? time + ":00" : time)", zone: zone)
            if case .exact(let instant) = known { moment = instant }
            if case .twice(let first, _) = known { moment = first }
            if moment == nil { faults.add("date", strings("seal.date.wrong")) }
            if let moment, moment > scene.now { faults.add("date", strings("seal.date.future")) }
        }
        at = moment
        (place, tool) = (text("place", limit: 200), text("tool", limit: 200))
        if place.isEmpty { faults.add("place", strings("seal.place.missing")) }
        conditions = text("conditions", limit: 20_000).split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            .filter { !$0.isEmpty }
        if conditions.count > 64 { faults.add("conditions", strings("seal.conditions.many")) }
        let wanted = text("recipient", limit: 8)
        recipient = counterparts.first { "\($0)" == wanted } ?? (counterparts.count == 1 && wanted.isEmpty ? counterparts.first : nil)
        if recipient == nil { faults.add("recipient", strings("seal.recipient.missing")) }
        var flags: [Int: [ExhibitFlag]] = [:]
        for exhibit in upload.exhibits {
            for flag in ExhibitFlag.allCases where form["flag.\(exhibit.number).\(flag.rawValue)"] == "yes" {
                flags[exhibit.number, default: []].append(flag)
                answers["flag.\(exhibit.number).\(flag.rawValue)"] = "yes"
            }
        }
        self.flags = flags
        self.answers = answers
        self.faults = faults
    }
}

/// The exhibits with size and hash, and what is asked about them.
struct SealPage {
    let scene: Scene
    let upload: Upload
    let counterparts: [StateCode]

    func fields(_ answers: [String: String], _ faults: FormFaults) -> Fields {
        let (strings, figures) = (scene.strings, scene.figures)
        let path = "/files/\(upload.ref)/evidence/new/\(upload.id)"
        let zones = zones(answers["zone"])
        let isRunning = upload.task?.state == .running
        var fields: Fields = [
            "ref": "\(upload.ref)", "filePath": "/files/\(upload.ref)", "listPath": "/files/\(upload.ref)/evidence", "path": path,
            "count": strings.count("package.exhibits", upload.exhibits.count, figures),
            "size": figures.size(upload.exhibits.reduce(0) { $0 + $1.size }),
            "until": scene.times.fields(
                scene.times.local(Instant(milliseconds: upload.created.milliseconds + Node.uploadLifetime)), theirs: nil),
            "exhibits": upload.exhibits.map { exhibit -> Fields in
                [
                    "number": figures.count(exhibit.number), "id": "\(exhibit.number)", "name": Text.safe(exhibit.name, limit: 220),
                    "size": figures.size(exhibit.size),
                    "hash": exhibit.sha256, "short": "\(exhibit.sha256.prefix(4))…\(exhibit.sha256.suffix(4))",
                    "flags": ExhibitFlag.allCases.map { flag -> Fields in
                        [
                            "name": "flag.\(exhibit.number).\(flag.rawValue)", "word": strings("flag.\(flag.rawValue)"),
                            "isOn": answers["flag.\(exhibit.number).\(flag.rawValue)"] == "yes",
                        ]
                    },
                ]
            },
            "isRunning": isRunning, "taskPath": upload.task.map { "/tasks/\($0.id)" } ?? "",
            "wasInterrupted": upload.task?.state == .interrupted, "hasFailed": upload.task?.state == .failed,
            "failure": Text.safe(upload.task?.problem?.what ?? "", limit: 400), "zones": zones, "isOneRecipient": counterparts.count == 1,
            "recipients": counterparts.map { state -> Fields in
                let name = scene.names.name(state)
                return [
                    "code": "\(state)", "name": name.isEmpty ? "\(state)" : "\(state) · \(Text.safe(name))",
                    "isOn": answers["recipient"] == "\(state)",
                ]
            },
        ]
        for name in ["authorisation", "conditions", "by", "date", "time", "place", "tool"] { fields[name] = answers[name] ?? "" }
        fields.merge(faults.fields(SealOrder.names), uniquingKeysWith: { $1 })
        return fields
    }

    /// The zones in which the collecting may have been noted down: ours, UTC, those of the others.
    private func zones(_ chosen: String?) -> [Fields] {
        var zones = [scene.times.zone, "UTC"]
        for state in counterparts { if let zone = scene.names.zone(state) { zones.append(zone) } }
        var seen: Set<String> = []
        return zones.filter { seen.insert($0).inserted }.map {
            ["zone": Text.safe($0, limit: 60), "isOn": $0 == (chosen ?? zones[0])]
        }
    }
}
