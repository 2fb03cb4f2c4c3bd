// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Register
import Sealing
public import Standards
import Storage
public import Transport

/// The node as witness of other States' registers (docs/formats/witness.md).
extension Node {
    /// Name of a register and id of its key: a register that was begun anew with another key is another one.
    static func log(_ key: NoteVerifier) -> String { "\(key.name)+\(Hex.encode(key.keyID))" }

    /// The confirmed peer whose register has this name.
    func peer(ofRegister origin: String) -> Peer? {
        peers.all().first { $0.trust == .confirmed && $0.entry.register.name == origin }
    }

    public func answer(_ call: RegisterCall, from caller: StateCode) async throws(ComityError) -> RegisterReply {
        switch call {
        case .addCheckpoint(let body): RegisterReply(try await addCheckpoint(body, from: caller))
        case .addEntries(let from, let entries): try await addEntries(entries, from: from, of: caller)
        case .heads(let body): try await compare(body, with: caller)
        case .entries(let from): try giveEntries(from: from, to: caller)
        case .acts(let after): try giveActs(after: after, to: caller)
        case .act(let id): try giveAct(id, to: caller)
        case .owed: try giveOwed(to: caller)
        case .receipt(let id, let bytes): try await takeReceipt(bytes, of: id, from: caller)
        }
    }

    // MARK: Cosigning

    /// Cosigns a checkpoint that extends the last one that this node cosigned for that register. What it answers with is on disk; the
    /// size is compared and replaced in one transaction, so that two requests at once cannot roll it back.
    private func addCheckpoint(_ body: [UInt8], from caller: StateCode) async throws(ComityError) -> AddCheckpoint.Answer {
        guard let text = String(validating: body, as: UTF8.self), let request = try? AddCheckpoint(parsing: text) else { return .malformed }
        guard let peer = peer(ofRegister: request.origin) else { return .unknownOrigin }
        let (trusted, log, signer) = (peer.entry.registerKeys, Self.log(peer.entry.register), keys.register)
        let now = try now()
        let (answer, proof) = try await store.commit { writer -> (AddCheckpoint.Answer, SplitView?) in
            // A register that showed different histories is not cosigned any more.
            guard try !writer.reader.hasMisbehaved(log) else { return (.forbidden, nil) }
            let known = try writer.reader.cosigned(log)
            switch request.judge(keys: trusted, known: known?.checkpoint) {
            case .cosign(let checkpoint):
                let line = try signer.cosign(request.note.text, at: max(1, now.milliseconds / 1000))
                try writer.setCosigned(log, checkpoint, note: request.note.keeping(trusted).adding([line]), at: now.milliseconds)
                return (.cosigned([line]), nil)
            case .refuse(let answer):
                if case .forbidden = answer { return (answer, nil) }
                if let known, let shown = SplitView(known: known.note, request: request, keys: trusted) { return (answer, shown) }
                return (answer, try Self.contradiction(request.note.keeping(trusted), log, trusted, writer.reader))
            }
        }.value
        if let proof { try await record(proof, of: peer, from: caller) }
        return answer
    }

    // MARK: The mirror

    /// Takes entries of the caller's register up to the size that was cosigned, and checks that they make the root that was cosigned. A
    /// mirror that does not is thrown away.
    private func addEntries(_ entries: [UInt8], from: Int64, of caller: StateCode) async throws(ComityError) -> RegisterReply {
        guard entries.count % 32 == 0, entries.count <= RegisterCall.mostEntries * 32 else {
            throw ComityError(.malformedInput, "Entries have 32 bytes each; at most \(RegisterCall.mostEntries) come at once.")
        }
        let peer = try confirmedPeer(caller)
        let (trusted, log) = (peer.entry.registerKeys, Self.log(peer.entry.register))
        let (reply, proofs) = try await store.commit { writer -> (RegisterReply, [SplitView]) in
            let have = try writer.reader.mirrorSize(log)
            guard let cosigned = try writer.reader.cosigned(log), from == have else { return (RegisterReply(status: 409, size: have), []) }
            let size = have + Int64(entries.count / 32)
            guard size <= cosigned.checkpoint.size else {
                throw ComityError(.malformedInput, "The checkpoint that was cosigned has \(cosigned.checkpoint.size) entries.")
            }
            try writer.appendMirror(log, entries)
            guard size == cosigned.checkpoint.size else { return (RegisterReply(status: 200, size: size), []) }
            guard try MerkleTree.root(size: size, reading: writer.reader.mirrorNode(log)) == cosigned.checkpoint.root else {
                try writer.dropMirror(log)
                return (RegisterReply(status: 422, size: 0), [])
            }
            // What others have shown in the meantime can be compared now.
            let found = try writer.reader.heard(log).compactMap { try Self.contradiction($0, log, trusted, writer.reader) }
            try writer.forgetHeard(log, to: size)
            return (RegisterReply(status: 200, size: size), found)
        }.value
        if let proof = proofs.first { try await record(proof, of: peer, from: caller) }
        return reply
    }

    // MARK: Giving back

    /// Entries that are mirrored here, to the State whose register it is.
    private func giveEntries(from: Int64, to caller: StateCode) throws(ComityError) -> RegisterReply {
        let log = Self.log(try confirmedPeer(caller).entry.register)
        let bytes = try store.read { try $0.mirrorEntries(log, from: from, limit: RegisterCall.mostEntries) }
        return RegisterReply(status: 200, mediaType: "application/octet-stream", body: bytes)
    }

    /// Ids and hashes of the acts in which the caller takes part.
    private func giveActs(after: String?, to caller: StateCode) throws(ComityError) -> RegisterReply {
        let after = try after.map { text throws(ComityError) in try UUIDv7(text) }
        let lines = try store.read { try $0.acts(with: caller, after: after, limit: HeldActs.most) }
        let answer = HeldActs(acts: lines.map { .init(id: $0.id, hash: $0.hash) })
        return RegisterReply(status: 200, mediaType: "application/json", body: try IJSON.encode(answer))
    }

    /// One of them, sealed to the caller.
    private func giveAct(_ id: String, to caller: StateCode) throws(ComityError) -> RegisterReply {
        let peer = try confirmedPeer(caller)
        let id = try UUIDv7(id)
        let jws = try store.read { reader -> [UInt8]? in
            guard let stored = try reader.act(id), let file = try reader.file(id: stored.file),
                file.counterparts.contains(caller)
            else { return nil }
            return stored.jws
        }
        guard let jws else { throw ComityError(.notFound, "There is no act \(id) of \(caller) here.") }
        return RegisterReply(
            status: 200, mediaType: "application/age", body: try Age.encrypt(jws, to: [try AgeRecipient(peer.entry.sealing)]))
    }
}
