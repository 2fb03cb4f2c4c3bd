// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import Web

/// The next 24 hours on three time scales: drawn positions in percent of the width, so that no style is needed. What it shows
/// stands in the list beside it, too.
struct Ruler {
    private static let span: Int64 = 24 * 3_600_000
    private static let step: Int64 = 3 * 3_600_000
    private static let lanes = [18, 38, 58]
    /// How much of the width a label takes, in hundredths of a percent.
    private static let label: Int64 = 1650

    let scene: Scene
    let items: [QueueItem]
    /// Whose zone the third scale has; nil when this node knows no other State.
    let counterpart: StateCode?

    private var start: Int64 {
        let offset = Int64(scene.now.offsetMinutes) * 60_000
        let local = scene.now.milliseconds + offset
        return local - local % 3_600_000 - offset
    }

    var fields: Fields {
        let zone = counterpart.flatMap { scene.names.zone($0) }
        let marks = marks
        return [
            "hasItems": !marks.isEmpty, "marks": marks, "ticks": ticks(zone), "now": Self.percent(place(scene.now.milliseconds)),
            "hasTheirs": zone != nil, "theirs": counterpart.map { scene.names.fields($0) } ?? [:], "hasShift": shift != nil,
            "shift": shift ?? "0%",
        ]
    }

    /// Hundredths of a percent.
    private func place(_ moment: Int64) -> Int64 { (moment - start) * 10_000 / Self.span }

    private static func percent(_ hundredths: Int64) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)%"
    }

    /// Until where the roster has whoever is on duty.
    private var shift: String? {
        guard let until = scene.duty?.until, until > scene.now else { return nil }
        return Self.percent(min(10_000, place(until.milliseconds)))
    }

    private func ticks(_ zone: String?) -> [Fields] {
        (0..<Self.span / Self.step).map { number in
            let moment = Instant(milliseconds: start + number * Self.step)
            return [
                "x": Self.percent(place(moment.milliseconds)), "ours": label(scene.times.local(moment)), "utc": label(moment),
                "theirs": zone.map { label(Node.at(moment, zone: $0)) } ?? "", "hasTheirs": zone != nil,
            ]
        }
    }

    /// The hour; with the day where a day has just begun.
    private func label(_ moment: Instant) -> String {
        let hour = Times.hour(moment)
        guard hour < "03:00" else { return hour }
        return scene.strings("time.moment", ["date": scene.times.day(moment), "time": hour])
    }

    private var marks: [Fields] {
        var taken = Array(repeating: Int64(-10_000), count: Self.lanes.count)
        let soon = items.compactMap { item in item.clock.map { (item, $0) } }
            .filter { $0.1.due > scene.now && $0.1.due.milliseconds < start + Self.span }.sorted { $0.1.due < $1.1.due }
        return soon.prefix(12).map { item, clock in
            let x = place(clock.due.milliseconds)
            let isLate = x > 8300
            let from = isLate ? x - Self.label : x
            let lane = taken.indices.first { taken[$0] <= from } ?? taken.indices.min { taken[$0] < taken[$1] } ?? 0
            // Where no lane is free only the sign is drawn.
            let hasLabel = taken[lane] <= from
            taken[lane] = max(taken[lane], isLate ? x + 200 : x + (hasLabel ? Self.label : 200))
            let look = ClockFace(scene, clock, state: item.state, counterpart: item.counterpart).fields["look"] as? String ?? ""
            let key = look == "clock--urgent" ? "k-urgent" : look == "clock--soon" ? "k-soon" : "k-calm"
            let y = Self.lanes[lane]
            return [
                "x": Self.percent(x), "y": "\(y)", "textY": "\(y + 4)", "key": key, "isSharp": key != "k-calm", "hasLabel": hasLabel,
                "dx": isLate ? "-9" : "9", "anchor": isLate ? "end" : "start",
                "text": "\(Times.hour(scene.times.local(clock.due))) \(Self.short(item.ref))",
            ]
        }
    }

    /// `EMG-000007`: type and number.
    static func short(_ ref: FileReference) -> String {
        let parts = ref.description.split(separator: "-")
        return parts.count >= 4 ? "\(parts[2])-\(parts[3])" : ref.description
    }
}
