// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// A running time limit of a file: which rule, since when, until when, and how it stands.
public struct Clock: Sendable, Codable, Equatable {
    public enum State: String, Sendable, Codable {
        case running
        /// Kept open by the arrival of a linked request.
        case held
        /// Stopped in time by the act it waited for.
        case met
        /// The time is over.
        case over
    }

    /// Id of the rule.
    public let rule: String
    public let article: String
    /// Nobody has compared the rule with the official text yet.
    public let unverified: Bool
    public let starts: Instant
    public let due: Instant
    public let state: State
    /// When the act it waited for was made; nil while it runs. With `over`, the answer came late and nothing counts up.
    public let stopped: Instant?
    public let says: String
}

/// A file with its clocks and links at a moment: what a screen shows.
public struct Standing: Sendable {
    /// A request of another file that follows this one.
    public struct Follower: Sendable, Equatable {
        public let file: UUIDv7
        public let ref: FileReference
        public let type: FileType
        /// When it was made.
        public let at: Instant

        public init(file: UUIDv7, ref: FileReference, type: FileType, at: Instant) {
            self.file = file
            self.ref = ref
            self.type = type
            self.at = at
        }
    }

    public let state: FileState
    public let clocks: [Clock]

    /// - Parameters:
    ///   - law: rules for the clocks.
    ///   - followers: requests linked to this file with `follows`.
    ///   - delivered: the other State has receipted the request (always true on the requested side).
    ///   - now: the moment to judge.
    public init(of dossier: Dossier, law: Law, followers: [Follower], delivered: Bool, now: Instant) {
        let rules = law.clocks(for: dossier.type.rawValue)
        let clocks = rules.compactMap { Self.clock($0, dossier: dossier, followers: followers, now: now) }
        self.clocks = clocks
        let lapsing = zip(rules.filter { Self.start($0, dossier) != nil && $0.when?.holds(in: dossier.request.content) ?? true }, clocks)
        if dossier.state == .preserved, clocks.contains(where: { $0.state == .held }) {
            state = .held
        } else if dossier.state == .preserved, lapsing.contains(where: { $0.0.atEnd == .lapse && $0.1.state == .over }) {
            state = .lapsed
        } else if dossier.state == .delivered, !delivered {
            state = .sent
        } else {
            state = dossier.state
        }
    }

    /// The clock that needs attention first: running or over, earliest due.
    public var pressing: Clock? {
        clocks.filter { ($0.state == .running || $0.state == .over) && $0.stopped == nil }.min { $0.due < $1.due }
    }

    private static func start(_ rule: ClockRule, _ dossier: Dossier) -> Instant? {
        guard let entry = dossier.entries.first(where: { $0.effect == .applied && $0.act.kind.rawValue == rule.startAct }) else {
            return nil
        }
        if rule.startField == "at" { return entry.act.at }
        return entry.act.body[rule.startField]?.string.flatMap { try? Instant($0) }
    }

    private static func clock(_ rule: ClockRule, dossier: Dossier, followers: [Follower], now: Instant) -> Clock? {
        guard rule.when?.holds(in: dossier.request.content) ?? true, let starts = start(rule, dossier) else { return nil }
        let due = starts.adding(rule.length)
        let stop = dossier.entries.first { $0.effect == .applied && rule.stoppedBy.contains($0.act.kind.rawValue) }?.act.at
        let holder = followers.filter { $0.type.rawValue == rule.heldBy && $0.at < due }.map(\.at).min()
        let state: Clock.State
        if let stop {
            state = stop <= due ? .met : .over
        } else if holder != nil {
            state = .held
        } else {
            state = now < due ? .running : .over
        }
        return Clock(
            rule: rule.id, article: rule.cite, unverified: rule.tag.isUnverified, starts: starts, due: due, state: state, stopped: stop,
            says: rule.says)
    }
}
