// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Register
import Sealing
public import Standards
import Storage
import Transport

/// What was given back to a register that had lost entries.
public struct RecoveryReport: Sendable, Codable, Equatable {
    /// Entries before, and after.
    public let before: Int64
    public let size: Int64
    /// Acts that came back with their content.
    public let acts: Int
    /// Entries of which only the hash is known: events, which never leave a node, and acts that nobody gave back.
    public let lost: Int
    /// Who gave entries or acts.
    public let from: [StateCode]
}

/// Continuing a register from what peers have cosigned and mirrored: nothing is written anew, everything stands where it stood.
extension Delivery {
    /// A checkpoint of this register that a peer has cosigned.
    private struct Seen {
        let peer: Peer
        let line: any ExchangeLine
        let checkpoint: Checkpoint
        let note: SignedNote
        /// False: the peer only holds it, for example in a receipt.
        let isCosigned: Bool
    }

    /// Fetches what is missing, checks it against the largest cosigned checkpoint, and appends it in one transaction.
    /// - Parameters:
    ///   - from: the State to ask; nil: all confirmed peers.
    ///   - officer: who does it; nil is the node's owner.
    /// - Throws: `.notFound` when no peer has cosigned this register or mirrors enough of it, `.verificationFailed` when the register here
    ///   is not the beginning of what was cosigned, `.permission`, `.changed`.
    public func recover(from state: StateCode? = nil, officer: String?) async throws(ComityError) -> RecoveryReport {
        try node.authorise(officer, .administer, to: "recover the register")
        let peers: [Peer]
        if let state { peers = [try node.confirmedPeer(state)] } else { peers = try node.listPeers().filter { $0.trust == .confirmed } }
        var silent: [String] = []
        var seen: [Seen] = []
        var lines: [(peer: Peer, line: any ExchangeLine)] = []
        for peer in peers {
            do throws(ComityError) {
                let line = try line(to: peer)
                lines.append((peer, line))
                seen += try await checkpoints(seenBy: peer, over: line)
            } catch { silent.append("\(peer.entry.state): \(error.what)") }
        }
        let shown = seen.max { $0.checkpoint.size < $1.checkpoint.size }
        seen = seen.filter(\.isCosigned).sorted { $0.checkpoint.size > $1.checkpoint.size }
        let before = try node.store.read { try $0.registerSize() }
        guard let newest = seen.first else {
            throw ComityError(
                .notFound, "No peer has cosigned a checkpoint of this register.", why: silent.joined(separator: "; "),
                next: "Look for a later copy of the folder. When peers did not answer, repeat the command when they do.")
        }
        if let shown, shown.checkpoint.size <= before { return try await nothingIsMissing(before, seen) }
        guard newest.checkpoint.size > before else { throw Self.tooFew(shown?.peer.entry.state, shown?.checkpoint.size ?? 0, before) }
        let (target, entries, mirror) = try await missing(from: before, seen, lines)
        // Going on from here would contradict what this node has signed for somebody.
        if let shown, shown.checkpoint.size > target.checkpoint.size {
            throw Self.tooFew(shown.peer.entry.state, shown.checkpoint.size, target.checkpoint.size)
        }
        var givers: Set<StateCode> = [mirror]
        let acts = try await acts(among: Set(entries), lines, &givers)
        let report = try await node.append(
            entries, acts, upTo: target.checkpoint, note: target.note, witness: target.peer.entry.register.cosigner, before: before,
            from: givers.sorted { $0.description < $1.description }, officer: officer)
        await flush(impatient: true, packages: false)
        await meetAll()
        return report
    }

    /// Checkpoints of this register that the peer shows, signed by this node's key and cosigned by the peer.
    private func checkpoints(seenBy peer: Peer, over line: any ExchangeLine) async throws(ComityError) -> [Seen] {
        let reply = try await line.ask(.heads(try IJSON.encode(RegisterHeads(notes: [], proofs: []))))
        guard reply.status == 200 else { throw ComityError(.peerRefused, "It does not compare registers.") }
        let heads = try IJSON.decode(RegisterHeads.self, from: reply.body, limit: RegisterHeads.limit)
        return heads.notes.prefix(RegisterHeads.mostNotes).compactMap { text in
            guard let note = try? SignedNote(parsing: text), let checkpoint = try? Checkpoint(note, signedBy: node.keys.register.verifier)
            else { return nil }
            return Seen(
                peer: peer, line: line, checkpoint: checkpoint, note: note, isCosigned: note.isSigned(by: peer.entry.register.cosigner))
        }
    }

    /// The register has all that peers have cosigned: a hold that only waited for this ends.
    private func nothingIsMissing(_ size: Int64, _ seen: [Seen]) async throws(ComityError) -> RecoveryReport {
        for other in seen {
            let root = try node.store.read { try MerkleTree.root(size: other.checkpoint.size, reading: $0.node) }
            guard root == other.checkpoint.root else { throw Self.forked(other.peer.entry.state, other.checkpoint.size) }
        }
        let hold = try node.store.read { try $0.registerHold() }
        switch hold?.cause {
        case .behindPublished, .behindWitnessed, .restored: try node.store.releaseHold()
        case .forked, .copied, .clockSetBack, .damaged, nil: break
        }
        return RecoveryReport(before: size, size: size, acts: 0, lost: 0, from: [])
    }

    private static func tooFew(_ state: StateCode?, _ wanted: Int64, _ most: Int64) -> ComityError {
        ComityError(
            .notFound,
            "\(state?.description ?? "A peer") holds a checkpoint of \(wanted) entries that this node has signed; \(most) are to be had.",
            why: "The last \(wanted - most) are mirrored nowhere, and another entry in their place would contradict that checkpoint.",
            next: "Repeat it when more peers answer, or look for a later copy of the folder.")
    }

    private static func forked(_ state: StateCode, _ size: Int64) -> ComityError {
        ComityError(
            .verificationFailed, "The register here is not the beginning of the one of \(size) entries that \(state) has cosigned.",
            why: "After an older copy was put back, something was added to it; or entries were changed.",
            next: "Stop the node and keep this folder. Put the copy back once more, and run comity audit recover before anything else.")
    }

    /// The entries from `before` up to the largest checkpoint that they make.
    private func missing(from before: Int64, _ seen: [Seen], _ lines: [(peer: Peer, line: any ExchangeLine)]) async throws(ComityError)
        -> (Seen, [Hash], StateCode)
    {
        var isOther = false
        var most = before
        for target in seen where target.checkpoint.size > before {
            // The witness itself first, then whoever else mirrors this register.
            let others = lines.filter { $0.peer.entry.state != target.peer.entry.state }
            for (peer, line) in [(target.peer, target.line)] + others {
                guard let entries = try? await fetch(from: before, to: target.checkpoint.size, line) else { continue }
                most = max(most, before + Int64(entries.count))
                guard before + Int64(entries.count) == target.checkpoint.size else { continue }
                if try root(before, entries) == target.checkpoint.root { return (target, entries, peer.entry.state) }
                isOther = true
            }
        }
        if isOther, let target = seen.first { throw Self.forked(target.peer.entry.state, target.checkpoint.size) }
        let wanted = seen.map(\.checkpoint.size).max() ?? before
        throw ComityError(
            .notFound, "The peers that answered mirror \(most) of \(wanted) entries; this register has \(before).",
            why: "Entries \(most) to \(wanted - 1) are nowhere to be had.",
            next: "Repeat it when more peers answer, look for a later copy of the folder, or ask the States that have cosigned: "
                + Set(seen.map { "\($0.peer.entry.state)" }).sorted().joined(separator: ", ") + ".")
    }

    private func fetch(from: Int64, to: Int64, _ line: any ExchangeLine) async throws(ComityError) -> [Hash] {
        var entries: [Hash] = []
        while from + Int64(entries.count) < to {
            let reply = try await line.ask(.entries(from: from + Int64(entries.count)))
            guard reply.status == 200, !reply.body.isEmpty, reply.body.count % 32 == 0 else { break }
            entries += stride(from: 0, to: reply.body.count, by: 32).compactMap { Hash(reply.body[$0..<$0 + 32]) }
        }
        return Array(entries.prefix(Int(to - from)))
    }

    /// Root of this register continued with these entries.
    private func root(_ size: Int64, _ entries: [Hash]) throws(ComityError) -> Hash {
        try node.store.read { reader in
            var added: [Int: [Int64: Hash]] = [:]
            func node(_ level: Int, _ index: Int64) throws -> Hash? { try added[level]?[index] ?? reader.node(level, index) }
            for (offset, entry) in entries.enumerated() {
                let leaf = RegisterEntry(content: entry).leafHash
                for made in try MerkleTree.nodesCompleted(byLeaf: leaf, at: size + Int64(offset), reading: node) {
                    added[made.level, default: [:]][made.index] = made.hash
                }
            }
            return try MerkleTree.root(size: size + Int64(entries.count), reading: node)
        }
    }

    /// The acts among the missing entries that peers hold, opened and verified.
    private func acts(
        among wanted: Set<Hash>, _ lines: [(peer: Peer, line: any ExchangeLine)], _ givers: inout Set<StateCode>
    ) async throws(ComityError) -> [Hash: VerifiedAct] {
        var found: [Hash: VerifiedAct] = [:]
        for (peer, line) in lines {
            var after: String?
            pages: while true {
                guard let reply = try? await line.ask(.acts(after: after)), reply.status == 200,
                    let page = try? IJSON.decode(HeldActs.self, from: reply.body, limit: RegisterCall.limit), let last = page.acts.last
                else { break pages }
                for act in page.acts where wanted.contains(act.hash) && found[act.hash] == nil {
                    guard let sealed = try? await line.ask(.act(act.id.description)), sealed.status == 200,
                        let verified = try? node.open(sealed.body), verified.hash == act.hash
                    else { continue }
                    found[act.hash] = verified
                    givers.insert(peer.entry.state)
                }
                after = last.id.description
            }
        }
        return found
    }
}

extension Node {
    /// Opens an act that a peer gave back, and checks its signature: by this node's key, or by one of its sender.
    fileprivate func open(_ sealed: [UInt8]) throws(ComityError) -> VerifiedAct {
        let jws = try Age.decrypt(sealed, with: keys.identities, limit: Act.limit)
        let unverified = try UnverifiedAct(jws)
        guard let kid = unverified.jws.signatures.first?.keyID else { throw ComityError(.badSignature, "The act is not signed.") }
        let entries = try store.read { try $0.peers().map(\.entry) + $0.formerEntries() } + [try entry()]
        guard let signer = entries.first(where: { $0.hasSigned(kid) })?.asSigned(by: kid) else {
            throw ComityError(.unknownKey, "The act is signed by a key that is not in the directory.")
        }
        let verified = try VerifiedAct.reread(jws, key: signer.signingKey)
        guard verified.act.from.state == signer.state else {
            throw ComityError(.keyOfAnotherState, "The act is signed by a key of another State.")
        }
        return verified
    }

    /// Continues the register. All or nothing: the root must be the one that was cosigned.
    fileprivate func append(
        _ entries: [Hash], _ acts: [Hash: VerifiedAct], upTo target: Checkpoint, note: SignedNote, witness: NoteVerifier, before: Int64,
        from: [StateCode], officer: String?
    ) async throws(ComityError) -> RecoveryReport {
        let now = try now()
        let own = state
        let real = Self.realMilliseconds()
        let id = newID(at: now)
        let seen = note.cosignatures(by: [witness]).first
        return try await store.commit { writer -> RecoveryReport in
            guard try writer.reader.registerSize() == before else {
                throw ComityError(.changed, "The register grew in the meantime.", next: "Stop the node, then repeat the command.")
            }
            try writer.endHold()
            var given = 0
            for entry in entries {
                guard let verified = acts[entry], try Self.canKeep(verified.act, writer.reader) else {
                    try writer.appendLost(entry)
                    continue
                }
                given += 1
                let act = verified.act
                try Self.keep(verified, own: own, at: now, &writer)
                guard act.from.state == own else { continue }
                // What waited for its second person in the older copy was approved since.
                if try writer.reader.pending(act.file)?.kind == act.kind { try writer.deletePending(act.file) }
                // A peer that has it answers with its receipt again.
                for recipient in act.to { try writer.enqueue(.act, act.id.description, to: recipient.state, next: real) }
                if act.kind == .request {
                    let ref = try ActBody.read(ActBody.Request.self, from: act).ref
                    try writer.takeNumber(of: ref)
                    try writer.markSent(ref, at: now)
                }
            }
            guard try writer.root() == target.root else {
                throw ComityError(.verificationFailed, "The entries do not make the root that was cosigned; nothing was changed.")
            }
            if let seen { try writer.insertCosignature(seen, size: target.size, note: note) }
            let report = RecoveryReport(before: before, size: target.size, acts: given, lost: entries.count - given, from: from)
            try writer.append(
                RegisterEvent(
                    id: id, event: .registerRecovered, file: nil, at: now, by: officer ?? "node",
                    detail: [
                        "before": .integer(before), "size": .integer(target.size), "acts": .integer(Int64(given)),
                        "lost": .integer(Int64(report.lost)), "from": .array(from.map { .string($0.description) }),
                    ]))
            return report
        }.value
    }

    /// Its file is here, or it opens one.
    private static func canKeep(_ act: Act, _ reader: Reader) throws -> Bool {
        guard try reader.act(act.id) == nil else { return false }
        return try act.kind == .request ? reader.file(id: act.file) == nil : reader.file(id: act.file) != nil
    }
}
