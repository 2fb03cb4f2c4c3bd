// SPDX-License-Identifier: Apache-2.0

import Dossier
@_spi(Simulation) import Exchange
import Register
import Sealing
import Standards

/// Signatures and receipts: the real ones, or their model.
extension World {
    /// Signs an act with the node's own key.
    func sign(_ act: Act, _ node: SimNode, file: Int) throws -> Letter {
        letterCount += 1
        let letter: Letter
        if let keys = node.keys {
            let signed = try VerifiedAct.sign(act, with: keys.signing)
            letter = Letter(
                act: act, hash: signed.hash, number: letterCount, file: Int32(file), author: node.index, keyID: node.keyID,
                tag: signed.hash, jws: signed.bytes, size: signed.bytes.count + 1700)
        } else {
            // The shape of every sixteenth act goes through the JSON that real nodes write and read.
            if letterCount % 16 == 0 { try act.validate() }
            let form = ShortForm.bytes(act)
            let hash = Hash.of(form)
            letter = Letter(
                act: act, hash: hash, number: letterCount, file: Int32(file), author: node.index, keyID: node.keyID,
                tag: KeyRing.sign(hash, with: node.secret), jws: [], size: form.count * 2 + 1900)
        }
        letters[act.id] = letter
        return letter
    }

    /// What the real intake says about a message.
    func judge(_ parcel: Parcel, _ node: SimNode) throws -> Intake.Verdict {
        let planted = plan.planted
        let intake = Intake(
            own: node.party, law: node.law, exercise: true, now: local(node),
            peer: { keyID in
                guard let peer = self.peers[keyID] else { return nil }
                return planted == .doubtfulKey && peer.trust == .revoked ? Self.peer(peer.entry, .confirmed) : peer
            },
            knownHash: { id in
                guard planted != .missingDedupe, let letter = self.letters[id], node.entries[letter.number] != nil else { return nil }
                return letter.hash
            },
            file: { id in
                guard let number = self.fileNumbers[id], let file = node.files[number] else { return nil }
                return try self.known(node, file)
            },
            knownReference: { ref in self.references[ref].map { !(node.files[$0]?.letters.isEmpty ?? true) } ?? false })
        if let sealed = parcel.sealed, let keys = node.keys { return try intake.judge(sealed, with: [keys.identity]) }
        let letter = parcel.letter
        return try intake.judge(modelSignedBy: letter.keyID) { entry in
            guard entry.signingKey.keyID == letter.keyID, self.keys.isValid(letter) else {
                throw ComityError(.badSignature, "The signature of the act does not hold.")
            }
            return VerifiedAct(modelled: letter.act, hash: letter.hash)
        }
    }

    /// The register that a node shows to a peer.
    func shown(_ node: SimNode, to peer: Int) -> ModelRegister {
        if let hostility = node.hostility, let fork = hostility.fork, hostility.shownFork.contains(peer) { return fork }
        return node.register
    }

    /// The newest head of a node, as it shows it to a peer.
    func head(_ node: SimNode, to peer: Int) throws -> Head {
        let register = shown(node, to: peer)
        if let signed = node.signed, signed.size == register.size, !node.isHostile { return signed }
        let head = Head(owner: node.index, size: register.size, root: try register.root(register.size))
        node.signed = head
        return head
    }

    /// The receipt for an act that is registered.
    func slip(_ letter: Letter, _ node: SimNode, to peer: Int) throws -> Slip? {
        guard let index = node.entries[letter.number] else { return nil }
        let register = shown(node, to: peer)
        let head = try head(node, to: peer)
        let proof = try register.proof(index, head.size)
        var receipt: Receipt?
        if let keys = node.keys {
            let checkpoint = Checkpoint(origin: keys.register.verifier.name, size: head.size, root: head.root)
            receipt =
                RegisteredAct(
                    hash: letter.hash, index: index,
                    under: PublishedHead(checkpoint: checkpoint, note: try checkpoint.signed(by: keys.register).description), proof: proof)?
                .receipt
        }
        return Slip(
            act: letter.hash, index: index, head: head, proof: proof, tag: KeyRing.sign(head, with: node.secret), receipt: receipt)
    }

    /// Checks a receipt as the sender does.
    func isValid(_ slip: Slip, for letter: Letter, from giver: SimNode) -> Bool {
        if plan.planted == .receiptUnchecked { return true }
        if let receipt = slip.receipt {
            return (try? receipt.verify(act: letter.hash, signedBy: giver.peer.entry.register)) != nil
        }
        guard slip.act == letter.hash, slip.head.owner == giver.index, keys.isValid(slip.head, slip.tag, keyID: giver.keyID) else {
            return false
        }
        let leaf = RegisterEntry(content: slip.act).leafHash
        return MerkleTree.root(leaf: leaf, index: slip.index, size: slip.head.size, proof: slip.proof) == slip.head.root
    }
}
