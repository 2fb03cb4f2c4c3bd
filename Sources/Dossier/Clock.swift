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
        /// Nothing is awaited any more, though the act it waited for did not come: the file was withdrawn, refused, closed, or what was
        /// awaited was decided without it.
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
