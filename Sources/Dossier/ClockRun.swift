// SPDX-License-Identifier: Apache-2.0

import Law
import Standards

/// Runs one rule over the acts of a file.
struct ClockRun {
    let rule: ClockRule
    let dossier: Dossier
    let law: Law
    let calendars: WorkingCalendars
    let delivery: Standing.Delivery
    let now: Instant
    /// The acts of the file that were applied: place and kind, read once for all rules.
    let applied: [Dossier.Applied]

    private var side: Side? { rule.side.flatMap(Side.init(rawValue:)) }

    /// The State whose working days count: the first on the side whose duty it is.
    private var state: StateCode {
        side == .requesting || dossier.parties.count < 2 ? dossier.parties[0].state : dossier.parties[1].state
    }

    /// Nil when the draft says no time at which it is due.
    func due(from start: Instant) -> Instant? {
        if let field = rule.dueField { return dossier.request.content.at(field)?.string.flatMap { try? Instant($0) } }
        guard rule.calendar == .working, let days = rule.workingDays else { return start.adding(law.length(of: rule, for: state)) }
        return calendars.end(in: state, from: start, workingDays: days)
    }

    private func start(_ entry: Dossier.Entry) -> Instant? {
        // Nobody is late with what never reached him: the time of the requested side for a request begins when it has it.
        let isAwaited = entry.act.kind == .request && side == .requested
        if isAwaited, delivery == .missing { return nil }
        guard rule.startField != "at" else {
            guard isAwaited, case .at(let received) = delivery else { return entry.act.at }
            return max(entry.act.at, received)
        }
        return entry.act.body.at(rule.startField)?.string.flatMap { try? Instant($0) }
    }

    /// Several kinds may start a clock: `supply|disclose`.
    private var startKinds: [String] { rule.startAct.split(separator: "|").map(String.init) }

    /// The kinds of acts that the rule names; no other moves its clock.
    private func named(_ starts: [String]) -> [String] {
        let stops = rule.stoppedBy.map(\.kind) + rule.endedBy.map(\.kind) + rule.stoppedByAll
        let extends = rule.restartedBy.contains(ActKind.extend.rawValue) ? [ActKind.accept.rawValue] : []
        return starts + stops + rule.pausedBy + rule.resumedBy + rule.restartedBy + extends
    }

    /// Whether one of the stops is this act. An answer is one to the other side, so only that of the side whose duty it is counts.
    private func isAmong(_ stops: [ClockRule.Stop], _ entry: Dossier.Entry) -> Bool {
        guard entry.act.kind != .answer || side == nil || side == entry.side else { return false }
        return stops.contains { stop in
            stop.kind == entry.act.kind.rawValue && stop.member.map { entry.act.body.at($0)?.bool == true } ?? true
        }
    }

    /// Every party whose step it is has taken it.
    private func isTakenByAll(_ kind: ActKind, _ parties: Set<Party>) -> Bool {
        let sides = dossier.type.lifeCycle.sides(of: kind)
        return dossier.parties.allSatisfy { party in
            parties.contains(party) || !(dossier.side(of: party.state).map(sides.contains) ?? false)
        }
    }

    // Where the run stands while it walks over the acts.
    private struct Walk {
        var starts: Instant
        var act: UUIDv7
        /// The end that an act set; nil for the length of the rule.
        var end: Instant?
        /// Milliseconds for which it was paused.
        var moved: Int64 = 0
        var pausedSince: Instant?
        var stopped: Instant?
        /// An act after which nothing is awaited any more.
        var ended: Instant?
        /// Who has taken a step that all must take.
        var taken: [ActKind: Set<Party>] = [:]

        var isOver: Bool { stopped != nil || ended != nil }
    }

    /// - Parameter holder: arrivals of linked requests that hold the clock, with the time of their decision.
    func clock(holders: [Standing.Follower]) -> Clock? {
        guard rule.when?.holds(in: dossier.request.content) ?? true else { return nil }
        // A clock whose end stands in the draft does not run when the draft says none.
        if rule.dueField != nil, due(from: now) == nil { return nil }
        let starts = startKinds
        let named = named(starts)
        var walk: Walk?
        for line in applied where named.contains(line.kind) {
            let entry = dossier.entries[line.place]
            if starts.contains(line.kind), rule.startsSide == nil || rule.startsSide == entry.side.rawValue,
                walk?.isOver ?? true, let start = start(entry)
            {
                walk = Walk(starts: start, act: entry.act.id)
                continue
            }
            guard walk?.isOver == false else { continue }
            step(&walk, entry, line.kind)
        }
        guard var walk else { return nil }
        if dossier.type == .jointInvestigation, !walk.isOver, rule.restartedBy.contains(ActKind.extend.rawValue),
            let end = dossier.course.end, let act = dossier.course.endAct
        {
            walk.end = end
            walk.moved = 0
            walk.act = act
        }
        // Counted out once, at the end: working days take time to count, and a long file starts its clocks again and again.
        guard let planned = (walk.end ?? due(from: walk.starts))?.adding(milliseconds: walk.moved) else { return nil }
        return finished(walk, planned: planned, ended: walk.ended ?? ended, holders: holders)
    }

    /// Since when the file is in a state in which no time limit runs any more; nil when it is not.
    private var ended: Instant? {
        var since: Instant?
        for line in applied.reversed() {
            guard Self.over.contains(dossier.entries[line.place].state) else { break }
            since = dossier.entries[line.place].act.at
        }
        return since
    }

    private func step(_ walk: inout Walk?, _ entry: Dossier.Entry, _ kind: String) {
        let at = entry.act.at
        var isStopped = isAmong(rule.stoppedBy, entry)
        if rule.stoppedByAll.contains(kind) {
            walk?.taken[entry.act.kind, default: []].insert(entry.act.from)
            isStopped = isStopped || isTakenByAll(entry.act.kind, walk?.taken[entry.act.kind] ?? [])
        }
        if isStopped {
            resume(&walk, at)
            walk?.stopped = at
        } else if isAmong(rule.endedBy, entry) {
            resume(&walk, at)
            walk?.ended = at
        } else if rule.pausedBy.contains(kind), walk?.pausedSince == nil, side == nil || side == entry.side {
            walk?.pausedSince = at
        } else if rule.resumedBy.contains(kind), entry.act.kind != .answer || side == nil || side != entry.side {
            resume(&walk, at)
        } else if rule.restartedBy.contains(kind)
            || (rule.restartedBy.contains(ActKind.extend.rawValue) && kind == ActKind.accept.rawValue)
        {
            if let until = entry.act.body["until"]?.string.flatMap({ try? Instant($0) }) {
                // Asking for a later end moves nothing; setting or accepting one does. In a joint investigation all sign it.
                guard entry.side == .requested, dossier.type != .jointInvestigation else { return }
                walk?.end = until
                walk?.moved = 0
                walk?.act = entry.act.id
            } else if kind != ActKind.accept.rawValue {
                walk = Walk(starts: at, act: entry.act.id)
            }
        }
    }

    /// Goes on with what was left: what was used stays used.
    private func resume(_ walk: inout Walk?, _ at: Instant) {
        guard let since = walk?.pausedSince else { return }
        walk?.moved += max(0, at.milliseconds - since.milliseconds)
        walk?.pausedSince = nil
    }

    private func finished(_ walk: Walk, planned: Instant, ended: Instant?, holders: [Standing.Follower]) -> Clock {
        let remaining = walk.pausedSince.map { max(0, planned.milliseconds - $0.milliseconds) }
        let due =
            walk.pausedSince.map { since in
                planned.adding(milliseconds: max(0, now.milliseconds - since.milliseconds))
            } ?? planned
        let holding = holders.filter { $0.type.rawValue == rule.heldBy && $0.at < due }
        let state: Clock.State
        if let stopped = walk.stopped {
            state = stopped <= planned ? .met : .over
        } else if let ended {
            state = ended <= planned || walk.pausedSince != nil ? .ended : .over
        } else if walk.pausedSince != nil {
            state = .paused
        } else if holding.contains(where: { $0.decided == nil || now < ($0.decided ?? now) }) || (holding.isEmpty && isHeldByAct) {
            state = .held
        } else {
            state = now < due ? .running : .over
        }
        let escalation = rule.escalate.enumerated().map {
            Clock.Level(
                level: $0.offset + 1, tell: $0.element.tell, remaining: rule.length.milliseconds - $0.element.after.milliseconds)
        }
        let left = due.milliseconds - min(now, walk.stopped ?? ended ?? now).milliseconds
        return Clock(
            rule: rule.id, article: rule.cite, unverified: rule.tag.isUnverified, starts: walk.starts, due: due, state: state,
            stopped: walk.stopped ?? ended, says: rule.says, side: side, pausedSince: state == .paused ? walk.pausedSince : nil,
            remaining: state == .paused ? remaining : nil, startAct: walk.act, thresholds: rule.remind.map(\.milliseconds),
            end: rule.atEnd.rawValue, escalation: escalation, escalated: escalation.last { left <= $0.remaining })
    }

    /// An act *hold* holds what a linked request would hold, before that request is known here.
    private var isHeldByAct: Bool { rule.heldBy != nil && dossier.state == .held }

    /// States in which no time limit of the file runs any more.
    static let over: Set<FileState> = [
        .refused, .withdrawn, .closed, .released, .lapsed, .notExecutable, .nothingFound, .declined, .downgraded, .prosecutedInstead,
    ]
}
