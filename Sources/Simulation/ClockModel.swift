// SPDX-License-Identifier: Apache-2.0

import Dossier
import Law
import Standards

/// When a clock is due, computed another way than the node does: an hourglass that runs, stands still, and runs on.
///
/// Only for rules that count calendar time from the moment of an act and are neither held nor moved: those are most of them.
enum ClockModel {
    static func due(_ rule: ClockRule, _ dossier: Dossier, now: Instant) -> Instant? {
        guard rule.calendar == .calendar, rule.dueField == nil, rule.lengthFrom == nil, rule.startField == "at", rule.restartedBy.isEmpty,
            rule.heldBy == nil, rule.stoppedByAll.isEmpty, !rule.startAct.contains("|"), rule.startAct != "request"
        else { return nil }
        var left: Int64?
        var runsSince: Int64?
        var standsSince: Int64 = .min
        var isOver = false
        func among(_ stops: [ClockRule.Stop], _ entry: Dossier.Entry) -> Bool {
            for stop in stops where stop.kind == entry.act.kind.rawValue {
                if entry.act.kind == .answer, let side = rule.side, side != entry.side.rawValue { continue }
                guard let member = stop.member else { return true }
                if entry.act.body.at(member)?.bool == true { return true }
            }
            return false
        }
        for entry in dossier.entries where entry.effect == .applied {
            let at = entry.act.at.milliseconds
            let kind = entry.act.kind.rawValue
            if kind == rule.startAct, left == nil || isOver, rule.startsSide.map({ $0 == entry.side.rawValue }) ?? true {
                left = rule.length.milliseconds
                runsSince = at
                isOver = false
                continue
            }
            guard left != nil, !isOver else { continue }
            let isEnd = among(rule.stoppedBy, entry) || among(rule.endedBy, entry)
            if isEnd {
                if runsSince == nil { runsSince = max(at, standsSince) }
                isOver = true
            } else if rule.pausedBy.contains(kind), rule.side.map({ $0 == entry.side.rawValue }) ?? true {
                guard let since = runsSince else { continue }
                left = (left ?? 0) - (at - since)
                runsSince = nil
                standsSince = at
            } else if rule.resumedBy.contains(kind), entry.act.kind != .answer || rule.side.map({ $0 != entry.side.rawValue }) ?? true {
                if runsSince == nil { runsSince = max(at, standsSince) }
            }
        }
        guard let left else { return nil }
        // While it stands still, what is left would run from now; whose clock is ahead may have stopped it later than that.
        return Instant(milliseconds: (runsSince ?? max(now.milliseconds, standsSince)) + left)
    }
}
