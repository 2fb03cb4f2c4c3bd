// SPDX-License-Identifier: Apache-2.0

public import Law
import Standards

extension Dossier {
    /// The grounds on which a party may refuse or postpone this very request, and those that are forbidden: of the instrument
    /// that governs between the State that asked and the State of that party on the day of the request, with what goes with it,
    /// as far as they fit the offences and the profile of that State. Computed from the request alone, so alike on both sides.
    /// - Parameter party: who would refuse; nil takes the first recipient of the request.
    public func grounds(for use: GroundUse, law: Law, party: Party? = nil) -> [Ground] {
        law.grounds(for: type.rawValue, use: use, draft: request.content, context: groundsContext(party))
    }

    private func groundsContext(_ party: Party?) -> AssessmentContext {
        let requested = party.flatMap { $0 == parties[0] ? nil : $0 } ?? parties.dropFirst().first ?? parties[0]
        return AssessmentContext(from: opening.from.state, to: requested.state, on: opening.at)
    }

    /// What an act of this kind needs grounds for; nil when it needs none.
    static func use(of kind: ActKind) -> GroundUse? {
        switch kind {
        case .refuse, .partlyRefuse: .refuse
        case .postpone: .postpone
        default: nil
        }
    }

    /// Why a refusal or a postponement may not be given, or nil. The law says which grounds its instruments allow for this
    /// request, which they forbid, and for which the sides must consult first.
    func groundsObjection(_ kind: ActKind, party: Party?, body: JSONValue?, law: Law) -> ComityError? {
        guard let use = Self.use(of: kind) else { return nil }
        let known = grounds(for: use, law: law, party: party)
        guard let body else {
            // Asked before a ground is chosen: possible when some ground needs no consultation, or one is recorded.
            guard !known.isEmpty, known.allSatisfy({ $0.forbidden || needsConsultation($0) }) else { return nil }
            return known.first { !$0.forbidden }.map { consultationMissing([$0]) }
        }
        let ids = Course.texts(body["grounds"])
        let choose = "Choose one of: \(known.filter { !$0.forbidden }.map(\.id).sorted().joined(separator: ", "))."
        var given: [Ground] = []
        for id in ids {
            guard let ground = known.first(where: { $0.id == id }) else {
                return ComityError(
                    .refusedByRule, "“\(Text.safe(id, limit: 120))” is no ground to \(use.rawValue) this \(type.rawValue) request.",
                    why: notGiven(id, use, party, law), next: choose)
            }
            guard !ground.forbidden else {
                return ComityError(
                    .refusedByRule, "“\(ground.id)” may not be a ground to \(use.rawValue).", why: "\(ground.says) (\(ground.cite))",
                    next: "Give another ground, or execute the request.")
            }
            given.append(ground)
        }
        guard !given.isEmpty else {
            return ComityError(
                .refusedByRule, "No ground is given.", why: "A refusal or postponement names at least one ground of the instrument.",
                next: choose)
        }
        guard !(body["text"]?.isEmpty ?? true) else {
            let ground = given.first { $0.requires.contains("reason") } ?? given[0]
            return ComityError(
                .refusedByRule, "No reasons are given.", why: "\(ground.says) (\(ground.cite))", next: "Give the reasons in words: text.")
        }
        if course.screen == nil, type.lifeCycle.hasTriage, let ground = given.first(where: { $0.requires.contains("decision") }) {
            return ComityError(
                .wrongState, "No decision of a person is recorded in \(ref).", why: "\(ground.says) (\(ground.cite))",
                next: "Record the decision first: screen.")
        }
        let unconsulted = given.filter(needsConsultation)
        return unconsulted.isEmpty ? nil : consultationMissing(unconsulted)
    }

    /// Why a ground is not among those of this request, for a person.
    private func notGiven(_ id: String, _ use: GroundUse, _ party: Party?, _ law: Law) -> String {
        guard let ground = law.ground(id) else { return "No instrument here names it." }
        let stands = "It stands in \(ground.cite) of \(ground.instrument)"
        guard ground.types.contains(type.rawValue), ground.uses.contains(use) else {
            return "\(stands), but not to \(use.rawValue) a \(type.rawValue) request."
        }
        let context = groundsContext(party)
        let governing = law.governing(type: type.rawValue, from: context.from, to: context.to, on: context.on)
        if let governing, !law.instruments(speakingAbout: type.rawValue, under: governing, context: context).contains(ground.instrument) {
            return "\(stands); between \(context.from) and \(context.to) \(governing) governed on the day of the request."
        }
        if governing == nil, law.requestType(type.rawValue)?.instrument != ground.instrument {
            return "\(stands), which does not bind both \(context.from) and \(context.to) on the day of the request."
        }
        return "\(stands), for other offences or for States that declared it: \(ground.says)"
    }

    private func needsConsultation(_ ground: Ground) -> Bool {
        ground.requires.contains("consultation") && !course.consulted
            && !(course.overrides[.requested]?.contains { $0 == "consultation" || $0 == ground.id } ?? false)
    }

    private func consultationMissing(_ grounds: [Ground]) -> ComityError {
        ComityError(
            .wrongState, "No consultation is recorded in \(ref).",
            why: "The sides consult before this step (\(grounds.map(\.cite).joined(separator: ", "))).",
            next: "Consult first: consult. Or set the rule aside with a reason: override consultation.")
    }
}
