// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Standards

/// What is counted while a world runs.
struct WorldTally {
    var events = 0
    var files = 0
    var acts = 0
    var kinds: [String: Int] = [:]
    var sends = 0
    var retries = 0
    var refused = 0
    var bytes = 0
    var accepted = 0
    var duplicates = 0
    var unwritten = 0
    var syncs = 0
    var failures: [String: Int] = [:]
    var quarantines: [String: Int] = [:]
    var honestQuarantines: [String: Int] = [:]
    var badReceipts = 0
    var crashes = 0
    var diskErrors = 0
    var partitions = 0
    var losses = 0
    var recoveries = 0
    var laterCopies = 0
    var clockJumps = 0
    var attacks = 0
    var withheld = 0
    var revocations = 0
    var splits = 0
    var exposed: Set<Int> = []
    var compared = 0
    var clocksCompared = 0
    var clocksModelled = 0
    var stuck = 0
    /// Files in which an honest State refused an act of another for good.
    var torn: Set<Int32> = []
    var met = 0
    var late = 0
    var normal = Delays()
    var emergency = Delays()

    /// Delivery times in steps of a tenth: enough for shares of a hundred without keeping each.
    struct Delays {
        private var counts = [Int](repeating: 0, count: 400)
        var total = 0
        var longest: Int64 = 0

        mutating func add(_ milliseconds: Int64) {
            var step = 0
            var limit: Int64 = 10
            while limit < milliseconds, step < 399 {
                limit += limit / 10 + 1
                step += 1
            }
            counts[step] += 1
            total += 1
            longest = max(longest, milliseconds)
        }

        /// The time within which this share was delivered, rounded up by at most a tenth; milliseconds.
        func within(_ share: Double) -> Int64 {
            let wanted = Int(Double(total) * share)
            var seen = 0
            var limit: Int64 = 10
            for count in counts {
                seen += count
                if seen >= wanted { return min(limit, longest) }
                limit += limit / 10 + 1
            }
            return longest
        }
    }

    mutating func delivered(_ letter: Letter, after milliseconds: Int64, isEmergency: Bool) {
        if isEmergency { emergency.add(milliseconds) } else { normal.add(milliseconds) }
    }

    /// The clocks of a file that is closed: which were kept.
    mutating func clocks(_ dossier: Dossier, law: Law, at: Instant) {
        for clock in Standing(of: dossier, law: law, followers: [], delivery: .done, now: at).clocks {
            switch clock.state {
            case .met, .ended: met += 1
            case .over: late += 1
            default: break
            }
        }
    }
}
