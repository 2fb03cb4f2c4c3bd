// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Standards

/// What arrives, and what is written: nothing is answered before it is synced.
extension World {
    /// A message reaches its receiver.
    func arrive(_ parcel: Parcel) throws {
        let node = nodes[parcel.to]
        guard node.isUp, areConnected(parcel.from, parcel.to) else { return giveUp(parcel, after: draws.between(1000, 10_000)) }
        let letter = parcel.letter
        node.bytes += letter.size
        note(node.index, Int(letter.file), .arrives, Int64(letter.number), "act \(letter.number) from \(nodes[parcel.from].party.state)")
        if let hostility = node.hostility, hostility.withholds, draws.chance(0.5) { return try withhold(parcel, node) }
        guard !node.isHeld, isClockRight(node) else { return reply(parcel, .refusal(.registerHeld)) }
        switch try judge(parcel, node) {
        case .duplicate:
            tally.duplicates += 1
            note(node.index, Int(letter.file), .duplicates, Int64(letter.number))
            if let slip = try slip(letter, node, to: parcel.from) { reply(parcel, .slip(slip)) }
        case .notYet(let error): reply(parcel, .refusal(error.code))
        case .quarantine(let error):
            let isGenuine = letter.author == parcel.from && !nodes[letter.author].isHostile
            tally.quarantines[error.code.rawValue, default: 0] += 1
            if isGenuine { tally.honestQuarantines[error.code.rawValue, default: 0] += 1 }
            note(
                node.index, Int(letter.file), .refuses, Int64(letter.number), "act \(letter.number): \(error.code.rawValue): \(error.what)")
            if isGenuine { try checkBelieved(letter, error, node) }
            let write = PendingWrite(
                record: .quarantine(MerkleTree.nodeHash(letter.hash, letter.tag)), reply: parcel, refusal: error.code)
            enqueue(write, node)
        case .accept(let verified):
            try checkGenuine(letter, verified, node, from: parcel.from)
            if plan.planted == .receiptBeforeSync, let early = try earlySlip(letter, node, to: parcel.from) {
                reply(parcel, .slip(early))
                enqueue(PendingWrite(record: .act(letter)), node)
            } else {
                enqueue(PendingWrite(record: .act(letter), reply: parcel), node)
            }
        }
    }

    /// The planted fault: the receipt that the node will give once the act is on disk, given now.
    private func earlySlip(_ letter: Letter, _ node: SimNode, to peer: Int) throws -> Slip? {
        guard node.pending.isEmpty, node.keys == nil else { return nil }
        let ahead = node.register.copy()
        let index = try ahead.append(letter.hash)
        let head = Head(owner: node.index, size: ahead.size, root: try ahead.root(ahead.size))
        return Slip(
            act: letter.hash, index: index, head: head, proof: try ahead.proof(index, ahead.size),
            tag: KeyRing.sign(head, with: node.secret), receipt: nil)
    }

    /// Hands something to the disk.
    func enqueue(_ write: PendingWrite, _ node: SimNode) {
        node.pending.append(write)
        guard !node.isSyncing else { return }
        node.isSyncing = true
        let slow = plan.planted == .receiptBeforeSync ? draws.between(200, 4000) : draws.between(2, 12)
        queue.plan(.sync(node: node.index, epoch: node.epoch), at: now + slow)
    }

    /// One sync for all that waits: it holds, or it fails, or the machine dies before or after it.
    func sync(_ node: SimNode, _ epoch: Int) throws {
        guard node.isUp, node.epoch == epoch else { return }
        node.isSyncing = false
        if has(.crash), draws.chance(0.0002) { return try crash(node) }
        let waiting = node.pending
        node.pending = []
        if has(.disk), draws.chance(0.001) { return try refuseWrites(waiting, node) }
        var grown: [NodeFile] = []
        var replies: [PendingWrite] = []
        for write in waiting {
            if case .act(let letter) = write.record {
                node.files[Int(letter.file)]?.isWaiting = false
                // Another delivery of the same act may have been faster.
                if node.entries[letter.number] != nil, plan.planted != .missingDedupe {
                    if write.reply != nil { replies.append(write) }
                    continue
                }
            }
            node.journal.append(write.record)
            try apply(write.record, node)
            if case .act(let letter) = write.record {
                try checkNotTwice(letter, node)
                grown.append(node.file(Int(letter.file)))
            }
            if write.reply != nil || write.lane != nil { replies.append(write) }
        }
        node.lastEntry = max(node.lastEntry, node.clock(now))
        tally.syncs += 1
        for file in grown {
            file.version += 1
            planLook(node, file)
        }
        if has(.crash), draws.chance(0.0002) {
            // All is on disk, and nobody hears of it.
            for parcel in replies.compactMap(\.reply) { giveUp(parcel, after: 10 * Span.second) }
            return try crash(node)
        }
        for file in grown {
            for party in files[file.number].parties where party != node.index {
                if let lane = node.lanes[party], !lane.rows.isEmpty { plan(node, party, at: now) }
            }
        }
        for write in replies { try answer(write, node) }
    }

    private func answer(_ write: PendingWrite, _ node: SimNode) throws {
        if let parcel = write.reply {
            if let code = write.refusal {
                reply(parcel, .refusal(code))
            } else if let slip = try slip(parcel.letter, node, to: parcel.from) {
                tally.accepted += 1
                note(
                    node.index, Int(parcel.letter.file), .accepts, Int64(parcel.letter.number),
                    "act \(parcel.letter.number), entry \(slip.index)")
                reply(parcel, .slip(slip))
            }
        }
        guard let peer = write.lane else { return }
        if case .receipt(let letter, _) = write.record { try receipted(letter, by: peer, node) }
        try settled(node, peer)
    }

    /// The disk did not take it: nobody gets an answer that says it did.
    private func refuseWrites(_ waiting: [PendingWrite], _ node: SimNode) throws {
        tally.diskErrors += 1
        note(node.index, -1, .failsToSync, Int64(waiting.count))
        for write in waiting {
            if case .act(let letter) = write.record {
                let file = node.file(Int(letter.file))
                file.isWaiting = false
                if letter.author == node.index {
                    tally.unwritten += 1
                    planLook(node, file)
                }
            }
            if let parcel = write.reply { reply(parcel, .refusal(.storage)) }
            if let peer = write.lane, let row = node.lane(peer).inFlight { try fail(.storage, row, node, peer) }
        }
    }

    /// What follows from a record; the register is only touched when it is new.
    /// - Parameter isNew: false while a node is made anew from its disk.
    func apply(_ record: DiskRecord, _ node: SimNode, isNew: Bool = true, index: Int64? = nil) throws {
        var entry = index
        if isNew, let content = record.entry {
            entry = try node.register.append(content)
            if node.hostility?.fork != nil { try node.hostility?.fork?.append(content) }
        }
        switch record {
        case .act(let letter):
            if let entry { node.entries[letter.number] = entry }
            let file = node.file(Int(letter.file))
            file.letters.append(letter)
            file.folded = plan.planted == .wrongCrossing ? nil : try file.folded?.adding(letter.hashed)
            file.mark ^= Self.mark(letter)
            let known = files[file.number]
            if letter.act.kind == .request { try applyRequest(letter, node, file) }
            guard letter.act.from == node.party else { return }
            if isNew, letter.writtenAt == 0 {
                tally.acts += 1
                tally.kinds[letter.act.kind.rawValue, default: 0] += 1
                letter.writtenAt = now
            }
            for party in known.parties where party != node.index {
                node.rowCount += 1
                node.lane(party).rows.append(
                    OwedRow(id: node.rowCount, letter: letter, isEmergency: known.isEmergency, next: node.clock(now)))
            }
        case .receipt(let letter, let peer):
            node.receipts.insert(SimNode.receipt(letter.number, peer))
            node.lane(peer).rows.removeAll { $0.letter === letter }
        case .refused(let letter, let peer):
            node.lane(peer).rows.removeAll { $0.letter === letter }
            let file = node.file(Int(letter.file))
            file.refusals[letter.number, default: []].append(peer)
            file.folded = nil
            if file.refusals[letter.number]?.count == letter.act.to.count { file.mark ^= Self.mark(letter) }
        case .quarantine, .lost: break
        }
    }

    private func applyRequest(_ letter: Letter, _ node: SimNode, _ file: NodeFile) throws {
        let ref = files[file.number].ref
        if ref.state == node.party.state {
            let key = "\(ref.year)\(ref.typeCode)"
            node.numbers[key] = max(node.numbers[key] ?? 0, ref.number)
        }
        for link in letter.act.body["links"]?.array ?? [] {
            guard let id = link["file"]?.string, let number = fileNumbers[try UUIDv7(id)], let target = node.files[number] else { continue }
            if !target.followers.contains(file.number) { target.followers.append(file.number) }
        }
    }

    static func mark(_ letter: Letter) -> UInt64 {
        var mixed = UInt64(UInt32(bitPattern: letter.number)) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 31
        return mixed &* 0xBF58_476D_1CE4_E5B9
    }

    /// A receipt is registered: the act has been delivered.
    private func receipted(_ letter: Letter, by peer: Int, _ node: SimNode) throws {
        acknowledged[peer].append((letter.number, node.index))
        // After an older backup receipts are asked for again.
        if !letter.isDelivered { tally.delivered(letter, after: now - letter.writtenAt, isEmergency: files[Int(letter.file)].isEmergency) }
        letter.isDelivered = true
        note(
            node.index, Int(letter.file), .receives, Int64(letter.number), "receipt of \(nodes[peer].party.state) for act \(letter.number)")
        try checkConvergence(Int(letter.file))
    }
}
