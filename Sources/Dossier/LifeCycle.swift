// SPDX-License-Identifier: Apache-2.0

import Law

/// What may follow what, on which side: one table a type, exhaustive, in a file of its own.
public struct LifeCycle: Sendable {
    /// Where a transition leads.
    public enum Target: Sendable, Hashable {
        case state(FileState)
        /// The state stays.
        case same
        /// Back to the state before the question, the consultation or the postponement.
        case resume
        /// By the outcome in the body; the states are all it can be.
        case outcome([FileState])
        /// By what is still missing, signatures or receipts: the first state until nothing is missing, then the second.
        case complete(FileState, FileState)
    }

    /// What must have happened before, beyond the state. Computed from acts alone, so alike on both sides.
    public enum Requirement: String, Sendable, CaseIterable {
        /// The sensitive ground that the request names was decided by a person.
        case screened
        /// The other side asked, or consults.
        case askedByOther
        /// The other side consults and was not answered yet.
        case consultedByOther
        /// The other side supplied something that was not received yet.
        case suppliedByOther
        /// An extension waits for an answer.
        case extensionPending
        /// The other side proposed a place and a time.
        case proposedByOther
        /// This party has not taken the step yet.
        case firstByParty
        /// This party approved the agreement at home.
        case ownApproval
        /// What is signed is open, and this party has not signed it yet.
        case signatureMissing
        /// The amendment it names is open.
        case amendmentOpen
        case calledBack
        case retroactiveProcess
        /// A consent was asked and waits for an answer.
        case consentSought
        /// The person concerned consented, and that is recorded.
        case personConsents
        /// Lifting was announced to the other side before.
        case liftAnnounced
        /// Every asset it names may take the step from where it stands.
        case assets
        /// Conditions set by the opening were accepted, or there are none.
        case offerAccepted
        /// The review date has passed.
        case reviewDatePassed
    }

    public struct Transition: Sendable {
        public let kind: ActKind
        public let side: Side
        public let from: Set<FileState>
        public let to: Target
        /// Roles of officers who may take the step.
        public let roles: Set<String>
        /// A second officer must approve inside the act.
        public let fourEyes: Bool
        public let requires: [Requirement]

        init(
            _ kind: ActKind, _ side: Side, _ from: Set<FileState>, _ to: Target, roles: Set<String>, fourEyes: Bool = false,
            requires: [Requirement] = []
        ) {
            self.kind = kind
            self.side = side
            self.from = from
            self.to = to
            self.roles = roles
            self.fourEyes = fourEyes
            self.requires = requires
        }
    }

    public let type: FileType
    public let transitions: [Transition]
    /// Every state that acts can reach.
    public let reachable: Set<FileState>
    /// What brings a file on, state by state and side by side; the first row that fits counts.
    public let main: [Main]
    /// States after which the requesting State sends the request that this one prepares, as long as none follows.
    public let followUp: Set<FileState>
    /// After a question an acknowledged request is looked at again.
    let hasTriage: Bool

    init(type: FileType, transitions: [Transition], main: [Main], followUp: Set<FileState> = []) {
        self.type = type
        self.followUp = followUp
        hasTriage = transitions.contains { $0.kind == .screen }
        let (kept, states) = Self.pruned(transitions, hasTriage: hasTriage)
        self.transitions = kept
        reachable = states
        self.main = main.map { .init($0.states.filter(states.contains), $0.side, $0.kinds, when: $0.when) }.filter { !$0.states.isEmpty }
    }

    /// The transition that an act of `kind` by `side` takes from `state`, or nil.
    public func transition(_ kind: ActKind, by side: Side, from state: FileState) -> Transition? {
        transitions.first { $0.kind == kind && $0.side == side && $0.from.contains(state) }
    }

    /// The sides that acts of this kind belong to; empty when the type has no such act.
    public func sides(of kind: ActKind) -> Set<Side> { Set(transitions.lazy.filter { $0.kind == kind }.map(\.side)) }

    /// Kinds of acts that this type knows.
    public var kinds: Set<ActKind> { Set(transitions.map(\.kind)) }

    /// All states a transition can lead to when taken from `state`.
    func outcomes(of transition: Transition, from state: FileState) -> Set<FileState> {
        Self.outcomes(of: transition, from: state, transitions, hasTriage: hasTriage)
    }

    private static func outcomes(of transition: Transition, from state: FileState, _ all: [Transition], hasTriage: Bool) -> Set<FileState> {
        switch transition.to {
        case .state(let next): return [next]
        case .same: return [state]
        case .outcome(let states): return Set(states)
        case .complete(let open, let complete): return [open, complete]
        case .resume:
            // Wherever one could have come from; and an answer to a consultation leaves an own question open.
            let stays: Set<FileState> = transition.kind == .answer && all.contains { $0.kind == .consult } ? [state] : []
            return all.filter { step in step.to == .state(state) && step.kind != .request }.reduce(into: stays) { states, step in
                states.formUnion(step.from.subtracting([state]).map { $0 == .acknowledged && hasTriage ? .triage : $0 })
            }
        }
    }

    /// Leaves out what no history reaches: the shared tables name states that only some types have.
    private static func pruned(_ all: [Transition], hasTriage: Bool) -> (transitions: [Transition], states: Set<FileState>) {
        var found: Set<FileState> = [.draft]
        var kept: [Transition] = []
        var count = 0
        repeat {
            count = found.count
            kept = all.compactMap { step in
                let from = step.from.intersection(found)
                guard !from.isEmpty else { return nil }
                return Transition(
                    step.kind, step.side, from, step.to, roles: step.roles, fourEyes: step.fourEyes, requires: step.requires)
            }
            for step in kept {
                for state in step.from { found.formUnion(outcomes(of: step, from: state, kept, hasTriage: hasTriage)) }
            }
        } while found.count > count
        return (kept, found.subtracting([.draft]))
    }
}

/// Roles of officers, by what they may do.
public enum Roles {
    public static let all = OfficerRole.all
    public static let draft: Set<String> = ["duty_officer", "second_officer", "drafter", "lawyer", "prosecutor", "asset_officer"]
    /// The second person of the four eyes.
    public static let approve: Set<String> = ["approver", "supervisor", "head", "screening_panel"]
    public static let send: Set<String> = draft.union(approve)
    public static let answer: Set<String> = ["duty_officer", "second_officer", "lawyer", "prosecutor", "asset_officer", "approver", "head"]
    public static let evidence: Set<String> = ["duty_officer", "examiner", "lawyer", "investigator", "asset_officer"]
    /// Decides for the State: accepts, refuses, grants, withdraws.
    public static let decide: Set<String> = ["duty_officer", "lawyer", "prosecutor", "approver", "supervisor", "head"]
    public static let screen: Set<String> = ["screening_panel", "approver", "head", "lawyer"]
    public static let assets: Set<String> = ["asset_officer", "lawyer", "prosecutor", "approver", "head", "duty_officer"]
    public static let joint: Set<String> = ["prosecutor", "lawyer", "approver", "head", "investigator", "duty_officer"]
}
