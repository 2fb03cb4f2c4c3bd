// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Sealing
import Standards

/// States that lie. They take part like others, sign with their own keys, and now and then do one of these things.
extension World {
    func mischief(_ node: SimNode) throws {
        guard !isEnding, let hostility = node.hostility else { return }
        queue.plan(.mischief(node: node.index), at: now + Int64(draws.exponential(Double(Span.day))))
        guard node.canWork, let target = draws.pick(nodes), target !== node, !target.isHostile else { return }
        if hostility.forges { try forge(node, target) }
        if hostility.replays { try replay(node, target) }
        if let stolen = hostility.stolen { try impersonate(node, target, stolen) }
        if hostility.equivocates, hostility.fork == nil, node.register.size > 8, draws.chance(0.2) { try split(node) }
    }

    /// A letter that nobody owes: it is sent once, and nobody waits for the answer.
    private func attack(
        _ act: Act, from node: SimNode, to target: Int, keyID: String, secret: Hash, tag: Hash? = nil, key: SigningKey? = nil
    ) throws {
        letterCount += 1
        let file = fileNumbers[act.file] ?? -1
        let hash = ShortForm.hash(act)
        var jws: [UInt8] = []
        if let key = key ?? node.keys?.signing { jws = (try? VerifiedAct.sign(act, with: key).bytes) ?? [] }
        let letter = Letter(
            act: act, hash: hash, number: letterCount, file: Int32(file), author: node.index, keyID: keyID,
            tag: tag ?? KeyRing.sign(hash, with: secret), jws: jws, size: 2000)
        try send(letter, from: node, to: target)
    }

    private func send(_ letter: Letter, from node: SimNode, to target: Int) throws {
        tally.attacks += 1
        note(node.index, Int(letter.file), .attacks, Int64(letter.number), "act \(letter.number) to \(nodes[target].party.state)")
        let sealed = node.keys == nil ? nil : try Age.encrypt(letter.jws, to: [try AgeRecipient(nodes[target].peer.entry.sealing)])
        queue.plan(
            .arrive(Parcel(letter: letter, from: node.index, to: target, serial: nil, sealed: sealed, sentAt: now)),
            at: now + draws.between(15, 350))
    }

    private func request(as party: Party, to target: SimNode, at: Instant) throws -> Act {
        let ref = try FileReference(state: party.state, year: at.utcYear, typeCode: "EMG", number: 900_000 + draws.below(90_000))
        let body: [String: JSONValue] = [
            "ref": .string(ref.description), "type": .string("emergency"), "title": .string("t"),
            "content": maker.content(.emergency, urgency: 2), "links": .array([]),
        ]
        return Act(
            id: UUIDv7(at: at, using: &draws), file: UUIDv7(at: at, using: &draws), kind: .request, from: party, to: [target.party],
            after: [],
            lamport: 1, at: at,
            by: .init(role: "duty_officer", officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: at)]), tlp: .amber,
            lang: "en", exercise: true, law: [:], body: .object(body))
    }

    /// In the name of another State: under its own key, or naming the other's key.
    private func forge(_ node: SimNode, _ target: SimNode) throws {
        guard let victim = draws.pick(nodes), victim !== node, victim !== target else { return }
        let act = try request(as: victim.party, to: target, at: local(node))
        let named = draws.chance(0.5) ? node.keyID : victim.keyID
        try attack(act, from: node, to: target.index, keyID: named, secret: node.secret)
        // What another State really signed, with another body.
        guard let letter = received(node) else { return }
        try attack(
            Self.changed(letter.act), from: node, to: target.index, keyID: letter.keyID, secret: node.secret, tag: letter.tag)
    }

    private static func changed(_ act: Act) -> Act {
        var members = act.body.object ?? [:]
        members["note"] = .string("changed")
        return Act(
            id: act.id, file: act.file, kind: act.kind, from: act.from, to: act.to, after: act.after, lamport: act.lamport, at: act.at,
            by: act.by, tlp: act.tlp, lang: act.lang, exercise: act.exercise, law: act.law, body: .object(members))
    }

    /// An act that the node got from another State.
    private func received(_ node: SimNode) -> Letter? {
        guard !files.isEmpty else { return nil }
        for _ in 0..<20 {
            let number = draws.below(files.count)
            if let letter = draws.pick(node.files[number]?.letters ?? []), letter.author != node.index { return letter }
        }
        return nil
    }

    /// An old act again: to the wrong State; its own again to the right one; another act under an id that is known.
    private func replay(_ node: SimNode, _ target: SimNode) throws {
        if let letter = received(node) { try send(letter, from: node, to: target.index) }
        for _ in 0..<20 {
            guard !files.isEmpty else { return }
            let number = draws.below(files.count)
            guard let letter = draws.pick(node.files[number]?.letters ?? []), letter.author == node.index,
                let to = files[number].parties.first(where: { $0 != node.index }), nodes[to].entries[letter.number] != nil
            else { continue }
            try send(letter, from: node, to: to)
            return try attack(Self.changed(letter.act), from: node, to: to, keyID: node.keyID, secret: node.secret)
        }
    }

    /// With a key that was stolen, and has been revoked since.
    private func impersonate(_ node: SimNode, _ target: SimNode, _ stolen: (state: Int, keyID: String, secret: Hash)) throws {
        guard stolen.state != target.index else { return }
        let act = try request(as: nodes[stolen.state].party, to: target, at: local(node))
        try attack(act, from: node, to: target.index, keyID: stolen.keyID, secret: stolen.secret, key: stolenKeys[stolen.keyID])
    }

    /// From now on half of the States are shown another history.
    private func split(_ node: SimNode) throws {
        // Another event than the one that stands there: what was received stays provable in both.
        var place = node.register.size
        var changed: Int64?
        for record in node.journal.reversed() where changed == nil && record.entry != nil {
            place -= 1
            if case .receipt = record { changed = place }
        }
        guard let changed else { return }
        let fork = node.register.copy()
        fork.cut(to: changed)
        try fork.append(Hash.of(draws.bytes(32)))
        for entry in node.register.entries[Int(changed + 1)...] { try fork.append(entry) }
        node.hostility?.fork = fork
        node.hostility?.shownFork = Set(nodes.indices.filter { _ in draws.chance(0.5) })
        tally.splits += 1
    }

    /// A receipt that is none, or none at all.
    func withhold(_ parcel: Parcel, _ node: SimNode) throws {
        tally.withheld += 1
        guard draws.chance(0.5), node.register.size > 0, node.entries[parcel.letter.number] == nil else {
            return giveUp(parcel, after: 10 * Span.second)
        }
        let head = try head(node, to: parcel.from)
        let slip = Slip(
            act: parcel.letter.hash, index: head.size - 1, head: head, proof: try node.register.proof(head.size - 1, head.size),
            tag: KeyRing.sign(head, with: node.secret), receipt: nil)
        if node.keys == nil { reply(parcel, .slip(slip)) } else { giveUp(parcel, after: 10 * Span.second) }
    }

    /// A key was stolen: all States revoke it, the State goes on with another, and the thief still has the old one.
    func revoke(_ node: SimNode) throws {
        guard !isEnding, let thief = draws.pick(hostile), let old = peers[node.keyID], !node.isHostile else { return }
        tally.revocations += 1
        peers[node.keyID] = Self.peer(old.entry, .revoked)
        nodes[thief].hostility?.stolen = (node.index, node.keyID, node.secret)
        stolenKeys[node.keyID] = node.keys?.signing
        let signing = try SigningKey(rawRepresentation: draws.bytes(32))
        let entry = DirectoryEntry(
            state: old.entry.state, authority: old.entry.authority, endpoint: old.entry.endpoint, rootKey: signing.verifyingKey,
            signingKey: signing.verifyingKey, sealing: old.entry.sealing, certificate: "", register: old.entry.register, exercise: true,
            issuedAt: local(node))
        node.secret = Hash.of(draws.bytes(32))
        node.keyID = signing.keyID
        if let keys = node.keys { node.keys = RealKeys(signing: signing, identity: keys.identity, register: keys.register) }
        node.peer = Self.peer(entry, .confirmed)
        keys.add(node.keyID, secret: node.secret)
        peers[node.keyID] = node.peer
    }

    /// Compares what two honest nodes know of the registers of others: two heads that cannot both be true are proof.
    func compare(_ one: SimNode, _ other: SimNode) throws {
        for index in hostile where !one.exposed.contains(index) || !other.exposed.contains(index) {
            guard nodes[index].hostility?.fork != nil, let first = one.heads[index].shown, let second = other.heads[index].shown else {
                continue
            }
            let (small, large, holder) = first.size <= second.size ? (first, second, other) : (second, first, one)
            // Whoever mirrors the larger register knows which root it had at the smaller size.
            let root = try shown(nodes[index], to: holder.index).root(small.size)
            guard root != small.root, large.size >= small.size else { continue }
            if one.exposed.isEmpty || !one.exposed.contains(index) { tally.exposed.insert(index) }
            one.exposed.insert(index)
            other.exposed.insert(index)
        }
    }
}
