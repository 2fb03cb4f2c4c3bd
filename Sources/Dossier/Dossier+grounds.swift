// SPDX-License-Identifier: Apache-2.0

import Law
import Standards

extension Dossier {
    /// Why a refusal or a postponement may not be given, or nil. The law says which grounds its instruments allow for this
    /// type, which they forbid, and for which the sides must consult first.
    func groundsObjection(_ kind: ActKind, body: JSONValue?, law: Law) -> ComityError? {
        let use: GroundUse
        switch kind {
        case .refuse, .partlyRefuse: use = .refuse
        case .postpone: use = .postpone
        default: return nil
        }
        let known = law.grounds(for: type.rawValue, use: use)
        guard let body else {
            // Asked before a ground is chosen: possible when some ground needs no consultation, or one is recorded.
            guard !known.isEmpty, known.allSatisfy({ $0.forbidden || needsConsultation($0) }) else { return nil }
            return known.first { !$0.forbidden }.map { consultationMissing([$0]) }
        }
        let ids = Course.texts(body["grounds"])
        var given: [Ground] = []
        for id in ids {
            guard let ground = known.first(where: { $0.id == id }) else {
                return ComityError(
                    .refusedByRule, "“\(Text.safe(id, limit: 120))” is no ground to \(use.rawValue) a \(type.rawValue) request.",
                    why: law.ground(id).map { "It stands in \($0.cite), but not for this type." } ?? "No instrument here names it.",
                    next: "Choose one of: \(known.filter { !$0.forbidden }.map(\.id).sorted().joined(separator: ", ")).")
            }
            guard !ground.forbidden else {
                return ComityError(
                    .refusedByRule, "“\(ground.id)” may not be a ground to \(use.rawValue).", why: "\(ground.says) (\(ground.cite))",
                    next: "Give another ground, or execute the request.")
            }
            guard ground.when?.holds(in: request.content) ?? true else {
                return ComityError(
                    .refusedByRule, "“\(ground.id)” does not fit this request.", why: "\(ground.says) (\(ground.cite))",
                    next: "Give another ground.")
            }
            given.append(ground)
        }
        guard !given.isEmpty else {
            return ComityError(
                .refusedByRule, "No ground is given.", why: "A refusal or postponement names at least one ground of the instrument.",
                next: "Choose one of: \(known.filter { !$0.forbidden }.map(\.id).sorted().joined(separator: ", ")).")
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
