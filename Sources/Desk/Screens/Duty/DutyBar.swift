// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// Who is on duty, in the bar of every page.
struct DutyBar {
    let fields: Fields

    init(_ scene: Scene) {
        let strings = scene.strings
        guard let duty = scene.duty else {
            fields = ["isSomebody": false, "words": strings("duty.bar.nobody"), "name": ""]
            return
        }
        let until = duty.until.map { strings("duty.bar.until", ["time": Times.hour(scene.times.local($0))]) }
        fields = [
            "isSomebody": true, "words": until ?? strings("duty.bar.on"), "name": Text.safe(duty.name, limit: 60),
        ]
    }
}

extension Times {
    /// `03:12` of an instant in the offset that it carries; for places where the day is said beside it.
    static func hour(_ instant: Instant) -> String { String(instant.description.dropFirst(11).prefix(5)) }

    /// `22 Nov` in the offset that the instant carries.
    func day(_ instant: Instant) -> String {
        let characters = Array(instant.description)
        let day = String(characters[8..<10])
        return strings(
            "time.day", ["day": day.hasPrefix("0") ? String(day.dropFirst()) : day, "month": strings("month.\(String(characters[5..<7]))")])
    }

    /// `03:12` on the day of `now`, otherwise `22 Nov, 03:12`.
    func short(_ instant: Instant, now: Instant) -> String {
        let (here, today) = (local(instant), local(now))
        let hour = Self.hour(here)
        return here.description.prefix(10) == today.description.prefix(10)
            ? hour : strings("time.moment", ["date": day(here), "time": hour])
    }
}
