// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Law
import Register
public import Standards
import Storage

extension Node {
    /// What became of a step.
    public enum StepResult: Sendable {
        /// Signed and registered; delivery follows.
        case taken(UUIDv7)
        /// Kept until a second person approves it.
        case prepared
    }

    /// Takes a step in a file: checks it against the life cycle, the grounds and the clocks, then signs and registers it, or
    /// keeps it for a second person where the life cycle wants four eyes.
    /// - Parameter body: the body of the act, as `docs/formats/act.md` has it for this kind.
    /// - Throws: `.wrongState`, `.permission`, `.refusedByRule` with the reason; `.malformedInput` for a wrong body; what
    ///   `requireVerified` throws for a receipt.
    public func take(_ kind: ActKind, on ref: FileReference, officer: String, body: JSONValue) async throws(ComityError) -> StepResult {
        guard kind != .request else {
            throw ComityError(.usage, "A request is drafted, approved and sent.", next: "comity request new TYPE")
        }
        let role = try require(officer, .answer, to: "take a step in a file")
        if let name = body.firstUnsafeName {
            throw ComityError(.malformedInput, "“\(Text.safe(name, limit: 60))” cannot be the name of a field.")
        }
        let (dossier, standing) = try dossierAndStanding(ref)
        guard let side = dossier.side(of: state) else { throw Self.noFile(ref) }
        try dossier.mayTake(kind, side: side, role: role, party: party)
        // Judged as it will be once somebody has approved it.
        let now = try now()
        let trial = act(
            kind, on: dossier, by: .init(role: role, officer: officer, approvals: [.init(role: "approver", officer: "-", at: now)]), body,
            now)
        do throws(ComityError) { try trial.validate() } catch {
            throw ComityError(.malformedInput, error.what, why: error.why, next: "docs/formats/act.md lists the members of each kind.")
        }
        try dossier.mayTake(trial, law: law, standing: standing)
        if kind == .receive { try store.read { try Self.requireVerified(trial, of: ref, $0) } }
        guard dossier.type.lifeCycle.transition(kind, by: side, from: dossier.state)?.fourEyes == true else {
            return .taken(try await append(kind, to: ref, by: .init(role: role, officer: officer), body))
        }
        let pending = PendingRow(file: dossier.id, kind: kind, officer: officer, role: role, created: now, body: body)
        let prepared = try event(.prepared, file: dossier.id, by: officer, detail: ["kind": .string(kind.rawValue)])
        _ = try await store.commit { writer in
            if let waiting = try writer.reader.pending(dossier.id) {
                throw ComityError(
                    .wrongState, "“\(waiting.kind.rawValue)” by \(waiting.officer) waits for approval in \(ref).",
                    next: "Approve it (comity request approve \(ref)) or discard it (comity request discard \(ref)).")
            }
            try writer.insert(pending)
            try writer.append(prepared)
        }
        return .prepared
    }

    /// The second person agrees: to a drafted request, which is then sent by hand, or to a prepared step, which is taken now.
    /// - Returns: the id of the act that was taken; nil for a draft.
    @discardableResult
    public func approve(_ ref: FileReference, officer: String) async throws(ComityError) -> UUIDv7? {
        let role = try require(officer, .approve, to: "approve")
        let now = try now()
        guard let row = try store.read({ try $0.file(ref) }) else {
            try await approveDraft(ref, officer: officer, role: role, now: now)
            return nil
        }
        guard let pending = try store.read({ try $0.pending(row.id) }) else {
            throw ComityError(.wrongState, "Nothing waits for approval in \(ref).")
        }
        try Self.requireOther(officer, than: pending.officer)
        let author = Act.Author(role: pending.role, officer: pending.officer, approvals: [.init(role: role, officer: officer, at: now)])
        return try await append(pending.kind, to: ref, by: author, pending.body, approving: pending)
    }

    /// Gives up a draft or a prepared step. What was sent stays.
    public func discard(_ ref: FileReference, officer: String) async throws(ComityError) {
        _ = try require(officer, .answer, to: "discard a draft or a step")
        let file = try store.read { try $0.file(ref)?.id }
        let discarded = try event(.discarded, file: file, by: officer, detail: ["ref": .string(ref.description)])
        _ = try await store.commit { writer in
            if let file {
                guard try writer.reader.pending(file) != nil else {
                    throw ComityError(.wrongState, "Nothing waits for approval in \(ref).")
                }
                try writer.deletePending(file)
            } else {
                _ = try Self.openDraft(ref, writer.reader)
                try writer.discardDraft(ref)
            }
            try writer.append(discarded)
        }
    }

    private func act(_ kind: ActKind, on dossier: Dossier, by author: Act.Author, _ body: JSONValue, _ now: Instant) -> Act {
        Act(
            id: newID(at: now), file: dossier.id, kind: kind, from: party, to: dossier.counterparts(of: party), after: dossier.heads,
            lamport: dossier.nextLamport, at: now, by: author, tlp: dossier.opening.tlp,
            lang: configuration.authority.languages.first ?? "en",
            exercise: exercise, law: law.versions, body: body)
    }

    /// Signs the next act of a file and registers it with what it brings about and the deliveries it owes. When another act
    /// slips in between reading and writing, it is made again on top of that one.
    func append(
        _ kind: ActKind, to ref: FileReference, by author: Act.Author, _ body: JSONValue, approving pending: PendingRow? = nil
    ) async throws(ComityError) -> UUIDv7 {
        for _ in 0..<8 {
            let (dossier, standing) = try dossierAndStanding(ref)
            let now = try now()
            let act = act(kind, on: dossier, by: author, body, now)
            try dossier.mayTake(act, law: law, standing: standing)
            for recipient in act.to { _ = try confirmedPeer(recipient.state) }
            let verified = try VerifiedAct.sign(act, with: keys.signing)
            let real = Self.realMilliseconds()
            let result = try await store.commit { writer -> Bool in
                guard try Self.dossier(dossier.id, writer.reader).heads == act.after else { return false }
                if let pending {
                    guard try writer.reader.pending(dossier.id)?.created == pending.created else {
                        throw ComityError(.wrongState, "The step was approved or discarded by somebody else.")
                    }
                    try writer.deletePending(dossier.id)
                }
                if kind == .receive { try Self.requireVerified(act, of: ref, writer.reader) }
                _ = try writer.append(verified, own: act.from.state, registered: now)
                for recipient in act.to { try writer.enqueue(.act, act.id.description, to: recipient.state, next: real) }
                try Self.packages(of: act, &writer, real)
                return true
            }
            if result.value { return act.id }
        }
        throw ComityError(
            .wrongState, "\(ref) keeps changing while the step is being written.", next: "Look at it again, then repeat the step.")
    }

    /// Supplying a package owes its bytes; receiving one ends its way.
    private static func packages(of act: Act, _ writer: inout Writer, _ real: Int64) throws {
        switch act.kind {
        case .supply, .disclose:
            guard let digest = act.body.at("package.digest")?.string else { return }
            guard try writer.reader.package(digest)?.stage == .sealed else {
                throw ComityError(.wrongState, "The package was supplied already.")
            }
            try writer.setStage(ofPackage: digest, .supplied)
            for recipient in act.to { try writer.enqueue(.package, digest, to: recipient.state, next: real) }
        case .receive:
            guard let digest = act.body["package"]?.string, try writer.reader.package(digest) != nil else { return }
            try writer.setStage(ofPackage: digest, .received)
        default: return
        }
    }

    // MARK: Reading files

    /// A file of this node, folded from its acts, for an officer who may read it; nil is the node's owner.
    public func dossier(_ ref: FileReference, officer: String?) throws(ComityError) -> Dossier {
        try requireContent(of: ref, officer: officer, to: "read what was written in a file")
        return try dossier(ref)
    }

    func dossier(_ ref: FileReference) throws(ComityError) -> Dossier { try dossierAndStanding(ref).dossier }

    func dossierAndStanding(_ ref: FileReference) throws(ComityError) -> (dossier: Dossier, standing: Standing) {
        let now = try now()
        return try store.read { reader in
            guard let row = try reader.file(ref) else {
                guard try reader.draft(ref) == nil else {
                    throw ComityError(.wrongState, "\(ref) has not been sent yet.", next: "Approve and send it first.")
                }
                throw try Self.noFile(ref, reader)
            }
            let dossier = try Self.dossier(row.id, reader)
            return (dossier, try standing(of: dossier, reader, now))
        }
    }

    /// A file with its clocks and links at a moment.
    func standing(of dossier: Dossier, _ reader: Reader, _ now: Instant) throws -> Standing {
        try worklist.standing(of: dossier, try Worklist.followers(of: dossier.id, reader), reader, now)
    }

    static func dossier(_ file: UUIDv7, _ reader: Reader) throws -> Dossier {
        guard let dossier = try reader.dossier(of: file) else { throw ComityError(.schema, "No request opens this file.") }
        return dossier
    }

    /// The acts of a file that count. An act that the other State's node will never take changes nothing on either side.
    static func counting(_ acts: [FiledAct]) -> [FiledAct] {
        acts.contains(where: \.refused) ? acts.filter { !$0.refused || $0.act.kind == .request } : acts
    }

    /// Read from its bytes, whatever was read before.
    static func hashed(_ stored: StoredAct) throws(ComityError) -> Dossier.HashedAct {
        Dossier.HashedAct(act: try UnverifiedAct.registeredPayload(stored.jws), hash: stored.hash.bytes)
    }
}
