// SPDX-License-Identifier: Apache-2.0

import Dossier
import Standards

extension Intake {
    /// Why an act with an impossible time is not taken: whose clock is ahead of whose, by how much, and what happens next.
    static func clocks(_ act: Act, _ own: Party, _ now: Instant) -> String {
        let ahead = act.at.milliseconds - now.milliseconds
        guard ahead > 0 else { return "" }
        let (minutes, seconds) = (ahead / 60_000, ahead / 1000 % 60)
        return "The clock of \(act.from.state) is \(minutes) min \(seconds) s ahead of the clock of \(own.state); up to "
            + "\(clockTolerance / 60_000) minutes are allowed. One of the two is wrong. The act is sent again by itself until it is taken."
    }
}
