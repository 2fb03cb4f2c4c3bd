// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// A running time limit of a file: which rule, since when, until when, and how it stands.
public struct Clock: Sendable, Codable, Equatable {
    public enum State: String, Sendable, Codable {
        case running
        /// Stopped while the other side owes an answer; what was used is kept.
        case paused
        /// Kept open by the arrival of a linked request.
        case held
        /// Stopped in time by the act it waited for.
        case met
        /// The time is over.
        case over
        /// The file ended before the time did: withdrawn, refused, closed.
        case ended
    }

    /// Id of the rule.
    public let rule: String
    public let article: String
    /// Nobody has compared the rule with the official text yet.
    public let unverified: Bool
    public let starts: Instant
    /// When it ends. While it is paused: when it would end if it went on now.
    public let due: Instant
    public let state: State
    /// When the act it waited for was made, or the file ended; nil while it runs. With `over`, it came late and nothing counts up.
    public let stopped: Instant?
    public let says: String
    /// The side whose duty it is, where the rule says so.
    public let side: Side?
    /// Since when it is paused.
    public let pausedSince: Instant?
    /// Milliseconds that were left when it was paused.
    public let remaining: Int64?
    /// The act that started it, or started it again.
    public let startAct: UUIDv7
    /// Remaining milliseconds at which to remind, longest first.
    public let thresholds: [Int64]
    /// What happens at the end: `lapse` or `overdue`.
    public let end: String
    /// Whom the side whose duty it is tells when nobody reacts, the first level first.
    public let escalation: [Level]
    /// The highest level that has been reached, also when it was stopped later; nil while there is none.
    public let escalated: Level?

    /// What happens at the end.
    public var atEnd: ClockRule.End { ClockRule.End(rawValue: end) ?? .overdue }

    /// One level of an escalation.
    public struct Level: Sendable, Codable, Hashable {
        /// 1 is the first.
        public let level: Int
        /// Role of the officer to tell.
        public let tell: String
        /// Remaining milliseconds at which it is reached; negative when the end has passed by then.
        public let remaining: Int64
    }

    /// A reminder that is due. The id is stable: one reminder for each threshold, ever.
    public struct Reminder: Sendable, Codable, Hashable {
        /// `file/rule/startAct/threshold`.
        public let id: String
        public let rule: String
        /// Remaining milliseconds at which it became due; 0 at the end itself, negative after it.
        public let threshold: Int64
        /// When it became due.
        public let at: Instant
        /// The level of the escalation that it reached; nil for a plain reminder.
        public let level: Level?
    }

    /// Reminders whose threshold has passed, the earliest first. None while it is paused, held or done.
    /// - Parameter own: the side whose officers can be told; only there the levels of an escalation are reached.
    public func remindersDue(at now: Instant, file: UUIDv7, own: Side? = nil) -> [Reminder] {
        guard state == .running || state == .over, stopped == nil else { return [] }
        let levels = own == side ? escalation : []
        return Set(thresholds + [0] + levels.map(\.remaining)).sorted(by: >).compactMap { threshold in
            let at = due.adding(milliseconds: -threshold)
            guard at <= now, at > starts || threshold == 0 else { return nil }
            return Reminder(
                id: "\(file)/\(rule)/\(startAct)/\(threshold)", rule: rule, threshold: threshold, at: at,
                level: levels.first { $0.remaining == threshold })
        }
    }
}

/// Runs one rule over the acts of a file.
struct ClockRun {
    let rule: ClockRule
    let dossier: Dossier
    let law: Law
    let calendars: WorkingCalendars
    let now: Instant

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

    /// Whether it has an end at all, without counting it out.
    private func hasDue(from start: Instant) -> Bool { rule.dueField == nil || due(from: start) != nil }

    private func start(_ entry: Dossier.Entry) -> Instant? {
        guard rule.startField != "at" else { return entry.act.at }
        return entry.act.body.at(rule.startField)?.string.flatMap { try? Instant($0) }
    }

    /// The kinds of acts that the rule names, read once for the whole file.
    private struct Kinds {
        /// Several kinds may start a clock: `supply|disclose`.
        let starting: Set<String>
        let stopping: Set<String>
        let pausing: Set<String>
        let resuming: Set<String>
        let restarting: Set<String>

        init(_ rule: ClockRule) {
            // Rules may write the names of acts with underscores, as requests write their members.
            func names(_ texts: [String]) -> Set<String> { Set(texts.map { String($0.map { $0 == "_" ? "-" : $0 }) }) }
            starting = names(rule.startAct.split(separator: "|").map(String.init))
            stopping = names(rule.stoppedBy)
            pausing = names(rule.pausedBy)
            resuming = names(rule.resumedBy)
            restarting = names(rule.restartedBy)
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
    }

    /// - Parameter holder: arrivals of linked requests that hold the clock, with the time of their decision.
    func clock(holders: [Standing.Follower]) -> Clock? {
        guard rule.when?.holds(in: dossier.request.content) ?? true else { return nil }
        let kinds = Kinds(rule)
        var walk: Walk?
        var ended: Instant?
        for entry in dossier.entries where entry.effect == .applied {
            let kind = entry.act.kind.rawValue
            if Self.over.contains(entry.state) {
                ended = ended ?? entry.act.at
            } else {
                ended = nil
            }
            if kinds.starting.contains(kind), let start = start(entry), walk == nil || walk?.stopped != nil {
                walk = hasDue(from: start) ? Walk(starts: start, act: entry.act.id) : nil
                continue
            }
            guard walk != nil, walk?.stopped == nil else { continue }
            step(&walk, entry, kind, kinds)
        }
        guard var walk else { return nil }
        if dossier.type == .jointInvestigation, walk.stopped == nil, kinds.restarting.contains(ActKind.extend.rawValue),
            let end = dossier.course.end, let act = dossier.course.endAct
        {
            walk.end = end
            walk.moved = 0
            walk.act = act
        }
        return finished(walk, ended: ended, holders: holders)
    }

    private func step(_ walk: inout Walk?, _ entry: Dossier.Entry, _ kind: String, _ kinds: Kinds) {
        let at = entry.act.at
        if kinds.stopping.contains(kind) {
            resume(&walk, at)
            walk?.stopped = at
        } else if kinds.pausing.contains(kind), walk?.pausedSince == nil, side == nil || side == entry.side {
            walk?.pausedSince = at
        } else if kinds.resuming.contains(kind) {
            resume(&walk, at)
        } else if kinds.restarting.contains(kind)
            || (kinds.restarting.contains(ActKind.extend.rawValue) && kind == ActKind.accept.rawValue)
        {
            if let until = entry.act.body["until"]?.string.flatMap({ try? Instant($0) }) {
                // Asking for a later end moves nothing; setting or accepting one does. In a joint investigation all sign it.
                guard entry.side == .requested, dossier.type != .jointInvestigation else { return }
                walk?.end = until
                walk?.moved = 0
                walk?.act = entry.act.id
            } else if kind != ActKind.accept.rawValue, hasDue(from: at) {
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

    private func finished(_ walk: Walk, ended: Instant?, holders: [Standing.Follower]) -> Clock {
        // Counted out once, at the end: working days take time to count, and a long file starts its clocks again and again.
        let planned = (walk.end ?? self.due(from: walk.starts) ?? walk.starts).adding(milliseconds: walk.moved)
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
