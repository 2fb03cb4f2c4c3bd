// SPDX-License-Identifier: Apache-2.0

import Standards

extension Course {
    /// Why a requirement is not met, or nil. A move without a body is judged as far as one can without it.
    func objection(_ requirement: LifeCycle.Requirement, _ move: Move) -> ComityError? {
        func wrong(_ what: String, _ next: String) -> ComityError { ComityError(.wrongState, what, next: next) }
        switch requirement {
        case .screened:
            guard screenOpen else { return nil }
            return ComityError(
                .refusedByRule, "The human-rights screen of this file is not decided.",
                why: "The request itself names a sensitive ground; a person decides it before any step.",
                next: "Record the decision: screen.")
        case .askedByOther:
            guard askedBy != move.side.other, !consulting.contains(move.side.other) else { return nil }
            return wrong(
                "The open question is your own.", "Wait for the answer of the other side, or lapse the file after its review date.")
        case .consultedByOther:
            guard !consulting.contains(move.side.other) else { return nil }
            return wrong("The other side has not consulted, or was answered.", "Nothing waits for an answer. To ask for views: consult.")
        case .suppliedByOther:
            if let package = move.body?["package"]?.string {
                guard outstanding[package] != move.side.other else { return nil }
                return wrong("No package with this hash waits to be received.", "Compare the hash with the act that supplied it.")
            }
            guard !outstanding.values.contains(move.side.other) else { return nil }
            return wrong("The other side has supplied nothing that waits to be received.", "Wait for it, or ask.")
        case .extensionPending:
            guard extensionAsked == nil else {
                guard move.kind == .accept, move.body != nil, time(move, "until") == nil else { return nil }
                return wrong("The new end is missing.", "Accept an extension with its new end: until.")
            }
            return wrong("No extension was asked for.", "The requesting State asks with extend.")
        case .proposedByOther:
            guard proposedBy != move.side.other else { return nil }
            return wrong("The other side has proposed no time and place.", "Propose one: schedule.")
        case .firstByParty:
            guard taken[move.kind]?.contains(move.party) ?? false else { return nil }
            return wrong("\(move.party.state) has taken this step already.", "Nothing more is needed.")
        case .ownApproval:
            guard !(taken[.approveAgreement]?.contains(move.party) ?? false) else { return nil }
            return wrong(
                "\(move.party.state) has not recorded the approval of the agreement at home.", "First approve-agreement, then sign.")
        case .signatureMissing: return signatureObjection(move)
        case .amendmentOpen:
            guard let body = move.body else { return nil }
            guard body["about"]?.string.flatMap({ try? UUIDv7($0) }).map({ amendments[$0] == nil }) ?? true else { return nil }
            return wrong("The amendment it names is not open.", "Name the act that proposes the amendment.")
        case .calledBack:
            guard !calledBack else { return nil }
            return wrong("The sender was not called back.", "Call the number in the directory, never one in the message: call-back.")
        case .retroactiveProcess:
            guard retroactiveProcess == nil, !(overrides[move.side]?.contains("retroactive-process") ?? false) else { return nil }
            return wrong("The request that was promised has not followed.", "Send it and link it: retroactive-process.")
        case .consentSought:
            guard !consentSought else { return nil }
            return wrong("No consent was asked for.", "The requesting State asks with seek-consent.")
        case .personConsents:
            guard !personConsents else { return nil }
            return wrong("The consent of the person is not recorded.", "Record it: consent.")
        case .offerAccepted:
            guard offerConditions, !conditionsAccepted else { return nil }
            return wrong("The conditions of the offer are not accepted.", "The other side accepts them first: accept-conditions.")
        case .reviewDatePassed:
            guard let reviewBy, move.at < reviewBy else { return nil }
            return wrong("The review date, \(reviewBy), has not come.", "Wait until then.")
        case .liftAnnounced, .assets: return assetObjection(requirement, move)
        }
    }

    private func signatureObjection(_ move: Move) -> ComityError? {
        let signed = ComityError(.wrongState, "\(move.party.state) has signed already.", next: missingSignatures)
        guard state == .amending else {
            guard move.body?["amendment"]?.string == nil else {
                return ComityError(.wrongState, "There is no amendment to sign.", next: "Sign the agreement without naming an amendment.")
            }
            return signatures.contains(move.party) ? signed : nil
        }
        guard move.body != nil else { return amendments.values.contains { !$0.contains(move.party) } ? nil : signed }
        guard let id = move.body?["amendment"]?.string.flatMap({ try? UUIDv7($0) }), let signers = amendments[id] else {
            return ComityError(.wrongState, "The amendment it signs is not open.", next: "Name the act that proposes the amendment.")
        }
        return signers.contains(move.party) ? signed : nil
    }

    /// Who has not signed the agreement yet, in words.
    var missingSignatures: String {
        let missing = parties.filter { !signatures.contains($0) }.map(\.state.description)
        return missing.isEmpty ? "All parties have signed." : "Missing: \(missing.joined(separator: ", "))."
    }

    private func assetObjection(_ requirement: LifeCycle.Requirement, _ move: Move) -> ComityError? {
        guard move.body != nil else {
            guard requirement == .liftAnnounced, liftAnnounced.isEmpty else { return nil }
            return notAnnounced(nil)
        }
        for id in Self.texts(move.body?["assets"]) {
            if requirement == .liftAnnounced {
                if !liftAnnounced.contains(id) { return notAnnounced(id) }
            } else {
                let now = assets[id] ?? Self.first(type)
                if Self.step(move.kind, from: now) == nil {
                    return ComityError(
                        .wrongState, "The asset \(Text.safe(id, limit: 60)) is \(now.rawValue).",
                        why: "\(move.kind.rawValue) is not possible from there.")
                }
            }
        }
        return nil
    }

    private func notAnnounced(_ id: String?) -> ComityError {
        ComityError(
            .wrongState, "The lifting\(id.map { " of \(Text.safe($0, limit: 60))" } ?? "") was not announced to the other side.",
            why: "It must be able to give reasons to keep the measure.", next: "First announce-lift, then lift.")
    }
}
