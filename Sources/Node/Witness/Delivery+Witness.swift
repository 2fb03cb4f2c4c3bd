// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
public import Standards
import Storage
import Transport

/// The node as register whose checkpoints peers cosign. It happens after each delivery to a peer, when the node begins to serve, and
/// every ten minutes.
extension Delivery {
    static let meetingPause = Duration.seconds(600)

    /// Meets all confirmed peers side by side.
    public func meetAll() async {
        guard let peers = try? node.listPeers().filter({ $0.trust == .confirmed }) else { return }
        await withTaskGroup(of: Void.self) { group in
            for peer in peers { group.addTask { await self.meet(peer.entry.state) } }
        }
    }

    /// The same before a node begins to serve: nothing is registered yet, so a register that went back has not contradicted itself.
    /// - Parameter patience: peers that do not answer by then are met later.
    public func meetAll(patience: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.meetAll() }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Meets a peer: asks which checkpoints it knows, compares them, has the newest one of this register cosigned, and brings it the
    /// entries. What fails is noted and tried again.
    public func meet(_ state: StateCode) async {
        await refreshEntry(of: state)
        do throws(ComityError) {
            let peer = try node.confirmedPeer(state)
            let line = try line(to: peer)
            // First what the peer knows of this register: one that must stop says nothing more.
            try await compare(with: peer, over: line, own: false)
            guard try node.store.read({ try $0.registerHold() }) == nil else { return }
            guard try !node.store.read({ try $0.witness(state) }).isRemoved else {
                return try await compare(with: peer, over: line, own: true)
            }
            try await haveCosigned(by: peer, over: line)
            try await bringEntries(to: peer, over: line)
            try await note(state) { $0.says = nil }
            // A peer of an older version says nothing of what it owes; it brings it.
            _ = try? await pull(from: state)
        } catch {
            let says = error.why.isEmpty ? error.what : "\(error.what) \(error.why)"
            try? await note(state) { $0.says = says }
        }
    }

    private func compare(with peer: Peer, over line: any ExchangeLine, own: Bool) async throws(ComityError) {
        let reply = try await line.ask(.heads(try IJSON.encode(try node.heads(for: peer, own: own))))
        guard reply.status == 200 else {
            throw ComityError(.peerRefused, "\(peer.entry.state) does not compare registers (HTTP status \(reply.status)).")
        }
        try await node.take(try IJSON.decode(RegisterHeads.self, from: reply.body, limit: RegisterHeads.limit), from: peer)
    }

    /// Sends the newest checkpoint with its consistency proof, and keeps the cosignature.
    private func haveCosigned(by peer: Peer, over line: any ExchangeLine) async throws(ComityError) {
        let (key, witness) = (node.keys.register.verifier, peer.entry.register.cosigner)
        _ = try node.store.publish()
        var old = try node.store.read { try $0.witness(peer.entry.state) }.size
        for _ in 0..<3 {
            let from = old
            let request = try node.store.read { reader -> (AddCheckpoint, Checkpoint)? in
                guard let head = try reader.head(signedBy: key), head.checkpoint.size >= from else { return nil }
                let proof = try MerkleTree.consistencyProof(from: from, to: head.checkpoint.size, reading: reader.node)
                return (AddCheckpoint(old: from, proof: proof, note: try SignedNote(parsing: head.note)), head.checkpoint)
            }
            guard let (request, checkpoint) = request else {
                throw ComityError(
                    .peerRefused, "\(peer.entry.state) says that it cosigned \(from) entries, and shows no checkpoint of them.")
            }
            // Nothing new since it cosigned last.
            if checkpoint.size == from, from > 0, try isCosigned(from, by: witness.name) { return }
            let reply = try await line.ask(.addCheckpoint(Array(request.description.utf8)))
            switch AddCheckpoint.Answer(status: reply.status, body: reply.text) {
            case .cosigned(let lines):
                guard let cosignature = request.note.adding(lines).cosignatures(by: [witness]).first else {
                    throw ComityError(.verificationFailed, "The cosignature of \(peer.entry.state) does not hold.")
                }
                return try await note(peer.entry.state, cosignature, checkpoint, request.note)
            case .conflict(let size): old = size
            case .forbidden:
                throw ComityError(
                    .peerRefused, "\(peer.entry.state) does not cosign this register any more, or knows other keys of it.",
                    next: "Ask \(peer.entry.state) what it has seen: its command is comity audit witness list.")
            case .unknownOrigin: throw ComityError(.peerRefused, "\(peer.entry.state) does not know this register.")
            case .unprocessable:
                throw ComityError(.peerRefused, "\(peer.entry.state) says that this register does not extend what it cosigned before.")
            case .malformed, nil:
                throw ComityError(.peerRefused, "\(peer.entry.state) answered with HTTP status \(reply.status).")
            }
        }
    }

    private func isCosigned(_ size: Int64, by witness: String) throws(ComityError) -> Bool {
        try node.store.read { try $0.firstCosigned(above: size - 1, by: witness)?.size == size }
    }

    /// Brings the entries up to the checkpoint that was cosigned, so that they can be given back when they are lost here.
    private func bringEntries(to peer: Peer, over line: any ExchangeLine) async throws(ComityError) {
        var witness = try node.store.read { try $0.witness(peer.entry.state) }
        var conflicts = 0
        while witness.mirrored < witness.size {
            let from = witness.mirrored
            let to = min(witness.size, from + Int64(RegisterCall.mostEntries))
            let entries = try node.store.read { try $0.entryBytes(from: from, to: to) }
            let reply = try await line.ask(.addEntries(from: from, entries))
            guard let size = reply.size, [200, 409, 422].contains(reply.status), reply.status != 200 || size == to else {
                throw ComityError(.peerRefused, "\(peer.entry.state) takes no entries (HTTP status \(reply.status)).")
            }
            if reply.status != 200 {
                conflicts += 1
                // Another process of this node may be bringing them too; a mirror that was damaged is made anew.
                guard conflicts <= 3, size <= witness.size else { return }
            }
            witness.mirrored = size
            try await note(peer.entry.state) { $0.mirrored = size }
            if reply.status == 422 {
                throw ComityError(.peerRefused, "The entries did not make the root that \(peer.entry.state) cosigned; it threw them away.")
            }
        }
    }

    private func note(_ state: StateCode, _ cosignature: Cosignature, _ checkpoint: Checkpoint, _ note: SignedNote)
        async throws(ComityError)
    {
        let now = try node.now().milliseconds
        _ = try await node.store.commit { writer in
            try writer.insertCosignature(cosignature, size: checkpoint.size, note: note)
            var witness = try writer.reader.witness(state)
            witness.size = max(witness.size, checkpoint.size)
            witness.at = now
            witness.says = nil
            try writer.save(witness)
        }
    }

    private func note(_ state: StateCode, _ change: @escaping @Sendable (inout WitnessRow) -> Void) async throws(ComityError) {
        let known = try node.store.read { try $0.witness(state) }
        var wanted = known
        change(&wanted)
        guard wanted != known else { return }
        _ = try await node.store.commit { writer in
            var witness = try writer.reader.witness(state)
            change(&witness)
            try writer.save(witness)
        }
    }
}
