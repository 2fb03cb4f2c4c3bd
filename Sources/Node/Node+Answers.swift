// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Law
import Register
public import Standards
import Storage

extension Node {
    public func acknowledge(_ ref: FileReference, officer: String, localReference: String?) async throws(ComityError) -> UUIDv7 {
        try await appendAct(.acknowledge, to: ref, officer: officer, body: ActBody.Acknowledge(localReference: localReference))
    }

    /// Records that data are preserved since `effective` (now, when nil).
    public func preserve(
        _ ref: FileReference, officer: String, effective: Instant?, outcome: ActBody.Preserve.Outcome, note: String?
    ) async throws(ComityError) -> UUIDv7 {
        let now = try now()
        if let effective, effective.milliseconds > now.milliseconds + Intake.clockTolerance {
            throw ComityError(
                .impossibleTime, "The preservation cannot take effect at \(effective): here it is \(now).",
                next: "Record it when it has taken effect.")
        }
        return try await appendAct(
            .preserve, to: ref, officer: officer, body: ActBody.Preserve(effective: effective ?? now, outcome: outcome, note: note))
    }

    /// Signs the next act of a file and registers it together with what `also` writes and the delivery it owes.
    /// When another act slips in between reading and writing, it is made again on top of that one.
    func appendAct(
        _ kind: ActKind, to ref: FileReference, officer: String, body: some Encodable & Sendable,
        also: @escaping @Sendable (inout Writer) throws -> Void = { _ in }
    ) async throws(ComityError) -> UUIDv7 {
        let role = try role(of: officer)
        let json = try ActBody.json(body)
        for _ in 0..<8 {
            let dossier = try dossier(ref)
            guard let side = dossier.side(of: state) else { throw Self.noFile(ref) }
            try dossier.mayTake(kind, side: side, role: role)
            let counterpart = side == .requesting ? dossier.opening.to : dossier.opening.from
            let peer = try confirmedPeer(counterpart.state)
            let now = try now()
            let heads = dossier.heads
            let act = Act(
                id: newID(at: now), file: dossier.id, kind: kind, from: party, to: peer.entry.party, after: heads,
                lamport: dossier.nextLamport, at: now,
                by: Act.Author(role: role, officer: officer), tlp: dossier.opening.tlp,
                lang: configuration.authority.languages.first ?? "en",
                exercise: exercise, law: law.versions, body: json)
            let verified = try VerifiedAct.sign(act, with: keys.signing)
            let real = Self.realMilliseconds()
            let result = try await store.commit { writer -> Bool in
                guard try Self.dossier(dossier.id, writer.reader).heads == heads else { return false }
                _ = try writer.append(verified, outgoing: true, registered: now)
                try writer.enqueue(.act, act.id.description, to: act.to.state, next: real)
                try also(&writer)
                return true
            }
            if result.value { return act.id }
        }
        throw ComityError(
            .wrongState, "\(ref) keeps changing while the step is being written.", next: "Look at it again, then repeat the step.")
    }

    // MARK: Reading files

    /// A file of this node, folded from its acts.
    public func dossier(_ ref: FileReference) throws(ComityError) -> Dossier {
        try store.read { reader in
            guard let row = try reader.file(ref) else {
                guard try reader.draft(ref) == nil else {
                    throw ComityError(.wrongState, "\(ref) has not been sent yet.", next: "Approve and send it first.")
                }
                throw Self.noFile(ref)
            }
            return try Self.dossier(row.id, reader)
        }
    }

    static func dossier(_ file: UUIDv7, _ reader: Reader) throws -> Dossier { try Dossier(folding: try acts(file, reader)) }

    /// The acts of a file that count, with the hashes under which they are registered. An act that the other State's node
    /// will never take changes nothing on either side.
    static func acts(_ file: UUIDv7, _ reader: Reader) throws -> [Dossier.HashedAct] {
        try reader.acts(of: file).map { stored in try (hashed(stored), stored.refused) }
            .filter { !$0.1 || $0.0.act.kind == .request }.map(\.0)
    }

    static func hashed(_ stored: StoredAct) throws(ComityError) -> Dossier.HashedAct {
        Dossier.HashedAct(act: try UnverifiedAct(stored.jws).registeredPayload(), hash: stored.hash.bytes)
    }
}
