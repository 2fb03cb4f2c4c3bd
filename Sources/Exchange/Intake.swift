// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Law
public import Register
public import Sealing
public import Standards

/// Judges what another State sent, before anything is written. Pure: what it must know is passed in, and must come from one
/// snapshot of the register, or two deliveries of one act could see each other half-way.
public struct Intake {
    /// Largest accepted sealed message, in bytes: a signed act and the envelope around it.
    public static let limit = Act.limit + 64 * 1024
    /// How far a sender's clock may be ahead of ours.
    public static let clockTolerance: Int64 = 10 * 60 * 1000

    /// What came of it.
    public enum Verdict: Sendable {
        case accept(VerifiedAct)
        /// Known already, byte for byte: receipt it again.
        case duplicate(VerifiedAct)
        /// Sound, but an act that it follows has not arrived; the sender tries again.
        case notYet(ComityError)
        /// Not believed. Kept with its code, out of the inbox.
        case quarantine(ComityError)
    }

    public let own: Party
    /// The rules of this node: grounds, and what a step must be preceded by.
    public let law: Law
    public let exercise: Bool
    public let now: Instant
    /// Finds the peer whose signing key has this id; one whose entry was replaced after its revocation is still revoked.
    public let peer: (_ keyID: String) throws -> Peer?
    /// Hash of an act that is registered here.
    public let knownHash: (_ id: UUIDv7) throws -> Hash?
    /// A file folded from those of its acts that are registered here and count; nil when there are none.
    public let file: (_ file: UUIDv7) throws -> Dossier?
    /// A file has this reference.
    public let knownReference: (_ ref: FileReference) throws -> Bool

    public init(
        own: Party, law: Law, exercise: Bool, now: Instant, peer: @escaping (String) throws -> Peer?,
        knownHash: @escaping (UUIDv7) throws -> Hash?, file: @escaping (UUIDv7) throws -> Dossier?,
        knownReference: @escaping (FileReference) throws -> Bool
    ) {
        self.own = own
        self.law = law
        self.exercise = exercise
        self.now = now
        self.peer = peer
        self.knownHash = knownHash
        self.file = file
        self.knownReference = knownReference
    }

    /// Opens the envelope; everything that can be wrong with it has its code.
    public static func open(_ sealed: [UInt8], with identities: [AgeIdentity]) throws(ComityError) -> UnverifiedAct {
        guard sealed.count <= limit else {
            throw ComityError(.tooLarge, "The message has \(sealed.count) bytes; at most \(limit) are accepted.")
        }
        return try UnverifiedAct(try Age.decrypt(sealed, with: identities, limit: Act.limit))
    }

    /// - Throws: only when the node's own store cannot be read; every fault of the message is a verdict.
    public func judge(_ sealed: [UInt8], with identities: [AgeIdentity]) throws -> Verdict {
        try verdict { try judge(try Self.open(sealed, with: identities)) }
    }

    private func verdict(_ judge: () throws -> Verdict) throws -> Verdict {
        do { return try judge() } catch let error as ComityError where error.code != .storage {
            // Sound, but it follows what is not here yet, or not any more.
            if error.code == .predecessorMissing || error.code == .contentRemoved { return .notYet(error) }
            if error.code == .verificationFailed {
                return .quarantine(ComityError(.cannotDecrypt, error.what, why: error.why, next: error.next))
            }
            return .quarantine(error)
        }
    }

    private func judge(_ unverified: UnverifiedAct) throws -> Verdict {
        try judge(signedBy: unverified.jws.signatures.first?.keyID) { entry in
            let keyID = unverified.jws.signatures.first?.keyID ?? ""
            return try unverified.verified(by: entry.asSigned(by: keyID).signingKey)
        }
    }

    /// The same for a message whose envelope and signature are a model.
    /// - Parameter verify: gives the act when the key of the entry signed it.
    @_spi(Simulation) public func judge(modelSignedBy keyID: String, verify: (DirectoryEntry) throws -> VerifiedAct) throws -> Verdict {
        try verdict { try judge(signedBy: keyID, verify) }
    }

    private func judge(signedBy keyID: String?, _ verify: (DirectoryEntry) throws -> VerifiedAct) throws -> Verdict {
        guard let keyID, let peer = try peer(keyID) else {
            throw ComityError(.unknownKey, "The act is signed by a key that is not in the directory of this node.")
        }
        switch peer.trust {
        case .confirmed: break
        case .unconfirmed:
            throw ComityError(
                .unknownKey, "The key of \(peer.entry.state) has not been confirmed over a second channel.",
                next: "Compare the fingerprint by telephone, then comity trust confirm \(peer.entry.state).")
        case .revoked:
            // What is registered stays registered; its sender may only have missed the receipt, and must not take it for refused.
            if let known = try? verify(peer.entry), try knownHash(known.act.id) == known.hash { return .duplicate(known) }
            throw ComityError(.revokedKey, "The key of \(peer.entry.state) that signed the act has been revoked.")
        }
        let verified = try verify(peer.entry)
        let act = verified.act
        // Under a key that another has followed, only what was made before.
        if let former = peer.entry.formerSigningKey(keyID), act.at > former.until {
            throw ComityError(
                .revokedKey, "The act is dated \(act.at), and the key that signed it held until \(former.until).",
                why: "\(peer.entry.state) has another signing key since.")
        }
        guard act.from == peer.entry.party else {
            throw ComityError(.keyOfAnotherState, "The act says it is from \(act.from), but a key of \(peer.entry.party) signed it.")
        }
        guard act.to.contains(own) else {
            throw ComityError(.wrongRecipient, "The act is for \(act.to.map(\.description).joined(separator: ", ")), not for \(own).")
        }
        guard act.exercise == exercise else {
            throw ComityError(
                .exerciseMismatch,
                exercise ? "A real act was sent to a node in exercise mode." : "An act of an exercise was sent to a real node.")
        }
        guard act.at.milliseconds <= now.milliseconds + Self.clockTolerance, act.at.utcYear >= 2024 else {
            throw ComityError(.impossibleTime, "The act is dated \(act.at); here it is \(now.utc).", why: Self.clocks(act, own, now))
        }
        if let known = try knownHash(act.id) {
            guard known == verified.hash else { throw ComityError(.replay, "Another act with the id \(act.id) is registered here.") }
            return .duplicate(verified)
        }
        try judgeStep(verified)
        return .accept(verified)
    }

    /// The same rules of the life cycle that the sender must have applied, over the acts the sender knew.
    private func judgeStep(_ verified: VerifiedAct) throws {
        let act = verified.act
        let known = try file(act.file)
        if act.kind == .request {
            let body = try ActBody.read(ActBody.Request.self, from: act)
            guard known == nil, try !knownReference(body.ref) else {
                throw ComityError(.replay, "The file \(body.ref) is open already; a request cannot open it again.")
            }
            do throws(ComityError) { try Dossier.requireFourEyes(act) } catch { throw Self.notAllowed(error) }
            return
        }
        let missing = ComityError(.predecessorMissing, "An act that this one follows has not arrived yet.")
        guard let whole = known else { throw missing }
        let before = try act.after.sorted() == whole.heads ? whole : past(of: act, in: whole, missing)
        guard act.lamport == before.nextLamport, before.parties.contains(act.from) else {
            throw ComityError(.schema, "The act does not fit the acts that it says it follows.")
        }
        do throws(ComityError) { try before.mayTake(act, law: law) } catch { throw Self.notAllowed(error) }
    }

    /// The file as the sender knew it. Nearly always that is all that is here.
    private func past(of act: Act, in whole: Dossier, _ missing: ComityError) throws -> Dossier {
        guard let past = whole.causalPast(of: act.after) else { throw missing }
        return past.count == whole.entries.count ? whole : try Dossier(folding: past)
    }

    private static func notAllowed(_ error: ComityError) -> ComityError {
        ComityError(.transitionNotAllowed, error.what, why: error.why, next: error.next)
    }
}
