// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// A step of a file: whether an officer may take it now, or why not and whose it is.
public struct Step: Sendable {
    public let kind: ActKind
    /// The side whose step it is.
    public let side: Side
    /// Roles that may take it.
    public let roles: Set<String>
    /// A second officer must approve it.
    public let fourEyes: Bool
    /// What a refusal or a postponement may rest on, of this very request; empty for every other step.
    public let grounds: [Ground]
    /// Why it is not possible now for the officer who asked; nil when it is.
    public let obstacle: ComityError?

    public var isPossible: Bool { obstacle == nil }
}

extension Dossier {
    /// Every step of the type, the possible ones first, each with the reason why it is not possible for this officer now.
    /// - Parameters:
    ///   - role: of the officer who asks; nil asks what the side can do, whoever does it.
    ///   - standing: the file at `now` with its clocks and links; what depends on time is judged by it.
    public func possible(side: Side, role: String?, law: Law, now: Instant, party: Party? = nil, standing: Standing? = nil) -> [Step] {
        let cycle = type.lifeCycle
        var steps: [Step] = []
        for kind in ActKind.allCases where kind != .request && cycle.kinds.contains(kind) {
            for owner in Side.allCases where cycle.sides(of: kind).contains(owner) {
                let step =
                    cycle.transition(kind, by: owner, from: state) ?? cycle.transitions.first { $0.kind == kind && $0.side == owner }
                let obstacle = self.obstacle(
                    kind, side: owner, party: owner == side ? party : nil, role: owner == side ? role : nil, body: nil, law: law, now: now,
                    standing: standing)
                let own = ComityError(
                    .wrongState, "Only the \(owner.rawValue) State can \(kind.rawValue) here.",
                    why: "This node is the \(side.rawValue) side of \(ref).")
                // The other side's step that is open is the other side's; a closed one says why.
                steps.append(
                    Step(
                        kind: kind, side: owner, roles: step?.roles ?? [], fourEyes: step?.fourEyes ?? false,
                        grounds: Self.use(of: kind).map { grounds(for: $0, law: law, party: party).filter { !$0.forbidden } } ?? [],
                        obstacle: owner == side ? obstacle : obstacle ?? own))
            }
        }
        return steps.filter(\.isPossible) + steps.filter { !$0.isPossible }
    }

    /// What the side may do now, by the acts alone: no roles, no law. For the other side's view of whose turn it is.
    public func open(to side: Side) -> [ActKind] {
        let party = side == .requesting ? parties[0] : parties.dropFirst().first ?? parties[0]
        var seen: Set<ActKind> = []
        return type.lifeCycle.transitions.filter { step in
            step.side == side && step.from.contains(state) && step.kind != .request
                && step.requires.allSatisfy { requirement in
                    course.objection(requirement, .init(kind: step.kind, side: side, party: party, at: .distant, id: nil, body: nil)) == nil
                } && seen.insert(step.kind).inserted
        }.map(\.kind)
    }

    /// Whether an officer with `role` on `side` may take the step now, as far as can be said without its body.
    /// - Throws: `.wrongState` or `.permission`, saying what stands in the way and whose step it is.
    public func mayTake(_ kind: ActKind, side: Side, role: String, party: Party? = nil, now: Instant? = nil) throws(ComityError) {
        if let obstacle = obstacle(kind, side: side, party: party, role: role, body: nil, law: nil, now: now ?? .distant, standing: nil) {
            throw obstacle
        }
    }

    /// Whether an act may be written, or believed, on top of this file: the state, the side, the role, the second person, what
    /// must have happened before, the grounds, the clock that keeps data. The sender asks before it signs, the receiver before it
    /// registers. Only the sender has a `standing`: what another file decided may reach the receiver later than this act.
    /// - Throws: `.wrongState`, `.permission` or `.refusedByRule` with the reason.
    public func mayTake(_ act: Act, law: Law, standing: Standing? = nil) throws(ComityError) {
        guard let side = side(of: act.from.state), parties.contains(act.from) else {
            throw ComityError(.wrongState, "\(act.from) has no part in \(ref).")
        }
        guard act.to == counterparts(of: act.from) else {
            throw ComityError(.schema, "The act \(act.id) is not addressed to all other parties of \(ref).")
        }
        if let obstacle = obstacle(
            act.kind, side: side, party: act.from, role: act.by.role, body: act.body, law: law, now: act.at, standing: standing)
        {
            throw obstacle
        }
        guard let step = type.lifeCycle.transition(act.kind, by: side, from: state) else { return }
        if step.fourEyes { try Self.requireFourEyes(act) }
    }

    /// The second person of the four eyes, for the request that opens a file too.
    /// - Throws: `.permission`.
    public static func requireFourEyes(_ act: Act) throws(ComityError) {
        let approved = act.by.approvals.contains { $0.officer != act.by.officer && Roles.approve.contains($0.role) && $0.at <= act.at }
        guard approved else {
            throw ComityError(
                .permission, "“\(act.kind.rawValue)” needs the approval of a second person.",
                why: "A step of this weight is never taken by one person alone.",
                next: "Ask an officer with the role \(Roles.approve.sorted().joined(separator: " or ")).")
        }
    }

    private func obstacle(
        _ kind: ActKind, side: Side, party: Party?, role: String?, body: JSONValue?, law: Law?, now: Instant, standing: Standing?
    ) -> ComityError? {
        let cycle = type.lifeCycle
        let owners = cycle.sides(of: kind)
        guard let owner = owners.first else {
            return ComityError(.wrongState, "A \(type.rawValue) file has no act “\(kind.rawValue)”.")
        }
        guard owners.contains(side) else {
            return ComityError(
                .wrongState, "Only the \(owner.rawValue) State can \(kind.rawValue) here.",
                why: "This node is the \(side.rawValue) side of \(ref).")
        }
        guard let step = cycle.transition(kind, by: side, from: state) else {
            let from = cycle.transitions.filter { $0.kind == kind && $0.side == side }.flatMap(\.from)
            let names = from.count > 8 ? nil : Set(from.map(\.rawValue)).sorted().joined(separator: " or ")
            return ComityError(
                .wrongState, "“\(kind.rawValue)” is not possible now: \(ref) is \(state.rawValue).",
                why: names.map { "It must be \($0) first." } ?? "Nothing can follow \(state.rawValue) by this step.")
        }
        if let role, !step.roles.contains(role) {
            return ComityError(
                .permission, "The role \(role) cannot \(kind.rawValue).",
                next: "Ask an officer with the role \(step.roles.sorted().joined(separator: " or ")).")
        }
        let actor = party ?? (side == .requesting ? parties[0] : parties.count == 2 ? parties[1] : nil)
        for requirement in step.requires {
            // Without a party of several, what each party does once cannot be judged.
            guard let actor = actor ?? Self.impersonal(requirement, parties) else { continue }
            let move = Course.Move(kind: kind, side: side, party: actor, at: now, id: nil, body: body)
            if let objection = course.objection(requirement, move) { return objection }
        }
        if kind == .activate, course.signatures.count < parties.count {
            return ComityError(.wrongState, "The agreement is not signed by all parties.", next: course.missingSignatures)
        }
        if let law, let objection = groundsObjection(kind, party: party, body: body, law: law) { return objection }
        return keepingObjection(kind, body: body, law: law, now: now, standing: standing)
    }

    private static func impersonal(_ requirement: LifeCycle.Requirement, _ parties: [Party]) -> Party? {
        switch requirement {
        case .firstByParty, .ownApproval, .signatureMissing: nil
        default: parties.last
        }
    }

    /// What may not be let go while a clock or a linked request keeps it. The clock is judged at the time of the act and from the
    /// acts of the file, so alike on both sides; a linked request only where the standing of the file is known.
    private func keepingObjection(_ kind: ActKind, body: JSONValue?, law: Law?, now: Instant, standing: Standing?) -> ComityError? {
        guard type == .preservation, kind == .release || kind == .lapse, [.preserved, .extended, .held].contains(state),
            body?["cause"]?.string != ActBody.Release.Cause.ordered.rawValue
        else { return nil }
        if let standing, standing.state == .held {
            return ComityError(
                .wrongState, "\(ref) is held until the linked request is decided.",
                why: standing.holder.map { "\($0.ref) has not been decided." } ?? "", next: "Decide that request first.")
        }
        guard let law else { return nil }
        // Who writes afterwards that it was let go before does not let go in time either.
        let effective = body?["effective"]?.string.flatMap { try? Instant($0) } ?? now
        let end = min(now, effective)
        let keeping = clocks(law: law, followers: [], now: now, calendars: nil).filter { $0.atEnd == .lapse && $0.stopped == nil }
        guard let clock = keeping.first(where: { end < $0.due }) else { return nil }
        return ComityError(
            .wrongState, "The data must be kept until \(clock.due).", why: "\(clock.says) (\(clock.article))",
            next: "Wait until then, or until the requesting State withdraws.")
    }
}

extension Instant {
    /// Later than every time a person means.
    static let distant = Instant(milliseconds: 253_402_300_799_000)
}
