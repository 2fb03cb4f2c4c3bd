// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// A file with its clocks and links at a moment: what a screen shows.
public struct Standing: Sendable {
    /// A request of another file that follows this one.
    public struct Follower: Sendable, Equatable {
        public let file: UUIDv7
        public let ref: FileReference
        public let type: FileType
        /// When it was made.
        public let at: Instant
        /// When it was decided: refused, executed, answered in full, withdrawn or closed (`Dossier.course.decided`); nil while it is open.
        public let decided: Instant?

        public init(file: UUIDv7, ref: FileReference, type: FileType, at: Instant, decided: Instant? = nil) {
            self.file = file
            self.ref = ref
            self.type = type
            self.at = at
            self.decided = decided
        }
    }

    /// Whether the request has reached the other States, as far as this side can know.
    public enum Delivery: Sendable, Equatable {
        /// A receipt is missing. What the requested side owes for the request has not begun.
        case missing
        /// In all registers since this moment: when it was registered here, or on the requesting side when the last receipt was.
        case at(Instant)
        /// In all registers, the moment does not matter.
        case done
    }

    public let state: FileState
    public let clocks: [Clock]
    public let outcome: Outcome
    /// The linked request that holds the file, when one does.
    public let holder: Follower?
    /// What this file carries is intelligence; nothing has converted it into evidence.
    public let isNotEvidence: Bool
    /// The next State on the path of a communication, to which a request could go.
    public let proposedHop: ActBody.Hop?

    /// - Parameters:
    ///   - law: rules for the clocks.
    ///   - followers: requests linked to this file with `follows`.
    ///   - delivery: whether and since when the requested States have the request. It moves only clocks, never the state that acts give.
    ///   - now: the moment to judge.
    ///   - calendars: the working days of States, for limits that count them; nil takes those of the State profiles.
    public init(
        of dossier: Dossier, law: Law, followers: [Follower], delivery: Delivery, now: Instant, calendars: WorkingCalendars? = nil
    ) {
        let clocks = dossier.clocks(law: law, followers: followers, delivery: delivery, now: now, calendars: calendars)
        self.clocks = clocks
        let lapsing = clocks.filter { $0.atEnd == .lapse }
        let kept: Set<FileState> = [.preserved, .extended, .held]
        let isHeld = kept.contains(dossier.state) && lapsing.contains { $0.state == .held }
        if isHeld {
            state = .held
        } else if kept.contains(dossier.state), lapsing.contains(where: { $0.state == .over }) {
            state = .lapsed
        } else if dossier.state == .held, !lapsing.isEmpty {
            // The hold has ended before the minimum period: it is kept as before.
            state = dossier.course.end == nil ? .preserved : .extended
        } else if dossier.state == .delivered, delivery == .missing {
            state = .sent
        } else {
            state = dossier.state
        }
        outcome = dossier.course.outcome
        holder = isHeld ? followers.filter { $0.decided == nil || now < ($0.decided ?? now) }.min { $0.at < $1.at } : nil
        isNotEvidence = dossier.type.isIntelligence && dossier.course.convertedBy == nil
        let known = Set(dossier.parties.map(\.state))
        proposedHop = dossier.course.hops.last.flatMap { known.contains($0.state) ? nil : $0 }
    }

    /// The clock that needs attention first: running or over, earliest due.
    public var pressing: Clock? {
        clocks.filter { ($0.state == .running || $0.state == .over) && $0.stopped == nil }.min { $0.due < $1.due }
    }

    /// Every reminder that is due, over all clocks.
    /// - Parameter own: the side whose officers can be told.
    public func remindersDue(at now: Instant, file: UUIDv7, own: Side? = nil) -> [Clock.Reminder] {
        clocks.flatMap { $0.remindersDue(at: now, file: file, own: own) }
    }
}

extension Dossier {
    /// The clocks of the file at a moment: of the instrument that governed between the two States on the day of the request.
    func clocks(
        law: Law, followers: [Standing.Follower], delivery: Standing.Delivery = .done, now: Instant, calendars: WorkingCalendars?
    ) -> [Clock] {
        let governing = opening.to.first.flatMap {
            law.governing(type: type.rawValue, from: opening.from.state, to: $0.state, on: opening.at)
        }
        let calendars = calendars ?? WorkingCalendars(of: law)
        let applied = entries.indices.filter { entries[$0].effect == .applied }.map {
            Applied(place: $0, kind: entries[$0].act.kind.rawValue)
        }
        return law.clocks(for: type.rawValue, under: governing).compactMap { rule in
            ClockRun(rule: rule, dossier: self, law: law, calendars: calendars, delivery: delivery, now: now, applied: applied)
                .clock(holders: followers)
        }
    }

    /// An act that was applied: where it stands among the entries, and its kind as the rules write it.
    struct Applied {
        let place: Int
        let kind: String
    }
}
