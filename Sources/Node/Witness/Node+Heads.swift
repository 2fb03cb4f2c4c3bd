// SPDX-License-Identifier: Apache-2.0

import Exchange
import Register
import Standards
import Storage
import Transport

/// Comparing checkpoints with other nodes: who shows different histories to different States is found out.
extension Node {
    /// What this node knows: for the register of `peer` the checkpoint with this node's cosignature, and larger ones that the peer has
    /// shown (in receipts); for third ones the checkpoint alone; and its own newest that was cosigned, where it is asked for. One that
    /// nobody has cosigned is not shown: its entries are mirrored nowhere, so a register that loses them could not be continued.
    func heads(for peer: Peer, own: Bool) throws(ComityError) -> RegisterHeads {
        let (key, log) = (keys.register.verifier, Self.log(peer.entry.register))
        let logs = Dictionary(
            peers.all().filter { $0.trust == .confirmed }.map { (Self.log($0.entry.register), $0.entry.register) },
            uniquingKeysWith: { first, _ in first })
        // A register that cannot be published is not shown; what was published before is.
        if own { _ = try? store.publish() }
        return try store.read { reader in
            var notes = try reader.allCosigned().compactMap { row -> String? in
                guard let register = logs[row.log] else { return nil }
                return (row.log == log ? row.note : row.note.keeping([register])).description
            }
            notes += try reader.heard(log).map { $0.keeping([peer.entry.register]).description }
            if own, let head = try reader.lastCosigned() { notes.append(head.note.keeping([key]).description) }
            let proofs = try reader.misbehaviours().map(\.proof)
            return RegisterHeads(notes: notes, proofs: Array(proofs.suffix(RegisterHeads.mostProofs)))
        }
    }

    /// Answers a peer that compares.
    func compare(_ body: [UInt8], with caller: StateCode) async throws(ComityError) -> RegisterReply {
        let peer = try confirmedPeer(caller)
        try await take(try IJSON.decode(RegisterHeads.self, from: body, limit: RegisterHeads.limit), from: peer)
        return RegisterReply(status: 200, mediaType: "application/json", body: try IJSON.encode(try heads(for: peer, own: true)))
    }

    /// Looks at what a peer knows. A checkpoint of this register that it cannot extend stops the register; two checkpoints of another one
    /// that contradict each other are kept as proof.
    func take(_ heads: RegisterHeads, from peer: Peer) async throws(ComityError) {
        for text in heads.notes.prefix(RegisterHeads.mostNotes) {
            guard let note = try? SignedNote(parsing: text), let checkpoint = try? Checkpoint(unverified: note) else { continue }
            if checkpoint.origin == keys.register.verifier.name {
                if (try? Checkpoint(note, signedBy: keys.register.verifier)) != nil { try judgeOwn(checkpoint, note, from: peer) }
            } else if let other = self.peer(ofRegister: checkpoint.origin), note.isSigned(by: other.entry.register) {
                try await weigh(checkpoint, note.keeping(other.entry.registerKeys), of: other, from: peer)
            }
        }
        for proof in heads.proofs.prefix(RegisterHeads.mostProofs) {
            guard let name = proof.keys.first?.name, let other = self.peer(ofRegister: name),
                (try? proof.verify(signedBy: other.entry.register)) != nil
            else { continue }
            try await record(proof, of: other, from: peer.entry.state)
        }
    }

    /// A checkpoint of another register: contradicts what is known here, is kept until it can be compared, or is nothing new.
    private func weigh(_ checkpoint: Checkpoint, _ note: SignedNote, of other: Peer, from peer: Peer) async throws(ComityError) {
        let (trusted, log) = (other.entry.registerKeys, Self.log(other.entry.register))
        let (proof, isOpen) = try store.read { reader -> (SplitView?, Bool) in
            guard try !reader.hasMisbehaved(log) else { return (nil, false) }
            let known = try reader.cosigned(log)?.checkpoint
            let found = try Self.contradiction(note, log, trusted, reader)
            return (found, try found == nil && known != checkpoint && checkpoint.size > (Self.verifiedMirror(log, reader)?.size ?? 0))
        }
        if let proof { return try await record(proof, of: other, from: peer.entry.state) }
        let from = peer.entry.state
        if isOpen, try store.read({ try !$0.heard(log).contains(note) }) {
            _ = try await store.commit { try $0.keepHeard(log, from: from, checkpoint, note: note) }
        }
    }

    /// The checkpoint that a mirror makes: known only where it reaches the size that was cosigned.
    private static func verifiedMirror(_ log: String, _ reader: Reader) throws -> Checkpoint? {
        guard let cosigned = try reader.cosigned(log)?.checkpoint, try reader.mirrorSize(log) == cosigned.size else { return nil }
        return cosigned
    }

    /// The proof that a signed checkpoint contradicts the last one that was cosigned here; nil when it does not, or when too little is
    /// known to say.
    static func contradiction(_ note: SignedNote, _ log: String, _ trusted: [NoteVerifier], _ reader: Reader) throws -> SplitView? {
        guard let key = trusted.first, let checkpoint = try? Checkpoint(note, signedBy: key), let cosigned = try reader.cosigned(log) else {
            return nil
        }
        let known = cosigned.checkpoint
        let proof: SplitView
        if known.size == checkpoint.size {
            proof = SplitView(smaller: cosigned.note.keeping(trusted), larger: note, keys: trusted)
        } else {
            guard checkpoint.size < known.size, checkpoint.size > 0, try verifiedMirror(log, reader) != nil else { return nil }
            let node = reader.mirrorNode(log)
            let root = try MerkleTree.root(size: checkpoint.size, reading: node)
            guard root != checkpoint.root else { return nil }
            proof = SplitView(
                smaller: note, larger: cosigned.note.keeping(trusted), root: root,
                proof: try MerkleTree.consistencyProof(from: checkpoint.size, to: known.size, reading: node), keys: trusted)
        }
        return (try? proof.verify(signedBy: key)) == nil ? nil : proof
    }

    /// Keeps a proof of misbehaviour, once for each register, and registers that it was found.
    func record(_ proof: SplitView, of other: Peer, from finder: StateCode) async throws(ComityError) {
        let log = Self.log(other.entry.register)
        let shown = try proof.verify(signedBy: other.entry.register)
        let bytes = try IJSON.encode(proof)
        let now = try now()
        let state = other.entry.state
        let event = try event(
            .splitView, file: nil, by: "node",
            detail: [
                "state": .string(state.description), "register": .string(shown.smaller.origin), "peer": .string(finder.description),
                "sizes": .array([.integer(shown.smaller.size), .integer(shown.larger.size)]),
                "roots": .array([.string(shown.smaller.root.description), .string(shown.larger.root.description)]),
                "proof": .string(Hash.of(bytes).description),
            ])
        _ = try await store.commit { writer in
            guard try writer.insertMisbehaviour(log, of: state, at: now, bytes), try writer.reader.registerHold() == nil else { return }
            try writer.append(event)
        }
    }

    // MARK: This node's own register

    /// A checkpoint that this node's key signed and a peer has shown: the register must extend it, or it stops.
    private func judgeOwn(_ checkpoint: Checkpoint, _ note: SignedNote, from peer: Peer) throws(ComityError) {
        let (size, root) = try store.read { reader -> (Int64, Hash?) in
            let size = try reader.registerSize()
            return (size, checkpoint.size <= size ? try MerkleTree.root(size: checkpoint.size, reading: reader.node) : nil)
        }
        guard root != checkpoint.root else { return }
        let seen = note.cosignatures(by: [peer.entry.register.cosigner]).first.map { Instant(milliseconds: $0.seconds * 1000) }
        let who = "\(peer.entry.state) has \(seen.map { "cosigned it at \(local($0))" } ?? "a checkpoint that this node signed,")"
        if root == nil {
            try hold(
                .behindWitnessed, "\(who) with \(checkpoint.size) entries; here it has \(size).",
                "Entries are missing: an older copy of the folder was put back, or it was deleted. Run comity audit recover.")
        } else {
            try hold(
                .forked,
                "\(who) with \(checkpoint.size) entries and the root \(checkpoint.root); here the first \(checkpoint.size) make "
                    + "another root.",
                "Stop every copy of this node, keep all their folders, and put back the folder with the register that \(peer.entry.state) "
                    + "has seen.")
        }
    }

    /// Stops the register.
    func hold(_ cause: RegisterHold.Cause, _ says: String, _ next: String) throws(ComityError) {
        try store.hold(RegisterHold(cause, says: says, next: next, since: Instant(milliseconds: Self.realMilliseconds())))
    }
}
