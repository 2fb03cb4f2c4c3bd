// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Sealing
import Standards

/// Delivery as a node does it: rounds, retries and pauses are the real ones, the lines are a model.
extension World {
    /// How long a sender waits for an answer.
    private static let patience = 10 * Span.second

    /// Plans the next look at the outbox for a peer.
    func plan(_ node: SimNode, _ peer: Int, at time: Int64) {
        let lane = node.lane(peer)
        if let planned = lane.wakeAt, planned <= time { return }
        lane.wakeAt = time
        queue.plan(.wake(node: node.index, peer: peer), at: time)
    }

    func wake(_ node: SimNode, _ peer: Int) throws {
        let lane = node.lane(peer)
        guard let planned = lane.wakeAt, planned <= now else { return }
        lane.wakeAt = nil
        guard node.canWork else { return }
        try pump(node, peer)
    }

    private func owed(_ row: OwedRow) -> OwedDelivery {
        // The planted fault forgets which file a row belongs to, so nothing waits for anything.
        let file = plan.planted == .orderLostOnRetry ? nil : files[Int(row.letter.file)].id
        return OwedDelivery(
            id: row.id, kind: .act, file: file, isEmergency: row.isEmergency && plan.planted != .emergencyWaits, next: row.next)
    }

    /// Tries what is due for a peer, one thing after the other.
    private func pump(_ node: SimNode, _ peer: Int) throws {
        let lane = node.lane(peer)
        guard lane.inFlight == nil else { return }
        let clock = node.clock(now)
        let added = lane.round == nil ? lane.rows[...] : lane.rows.drop { $0.id <= lane.newest }
        if lane.round == nil {
            guard !lane.rows.isEmpty else { return }
            lane.round = DeliveryRound(added.map(owed))
            lane.tried = []
        } else {
            lane.round?.add(added.map(owed))
        }
        // What has to wait when the round learns of it waits for the next round.
        for row in added where !owed(row).isDue(at: clock) { lane.tried.insert(row.id) }
        lane.newest = max(lane.newest, lane.rows.last?.id ?? 0)
        while let one = lane.round?.next(now: node.clock(now)) {
            guard let row = lane.rows.first(where: { $0.id == one.id }) else {
                lane.round?.settle(one, .settled)
                continue
            }
            try checkOrder(node, lane, row)
            lane.current = one
            lane.tried.insert(row.id)
            return try send(row, node, peer)
        }
        lane.round = nil
        if lane.isDelivering {
            lane.isDelivering = false
            try meet(node, nodes[peer])
        }
        planNext(node, peer)
    }

    /// The next look at the outbox: when the first act of some file is due.
    private func planNext(_ node: SimNode, _ peer: Int) {
        var seen: Set<Int32> = []
        let first = node.lane(peer).rows.filter { seen.insert($0.letter.file).inserted }
        let clock = node.clock(now)
        let waits = first.map { owed($0).isDue(at: clock) ? 0 : $0.next - clock }
        if let next = waits.min() { plan(node, peer, at: now + max(200, next)) }
    }

    private func send(_ row: OwedRow, _ node: SimNode, _ peer: Int) throws {
        let lane = node.lane(peer)
        lane.inFlight = row
        lane.serial += 1
        tally.sends += 1
        if row.attempts > 0 { tally.retries += 1 }
        let sealed = node.keys == nil ? nil : try Age.encrypt(row.letter.jws, to: [try AgeRecipient(nodes[peer].peer.entry.sealing)])
        let parcel = Parcel(letter: row.letter, from: node.index, to: peer, serial: lane.serial, sealed: sealed, sentAt: now)
        note(node.index, Int(row.letter.file), .sends, Int64(row.letter.number), "act \(row.letter.number) to \(nodes[peer].party.state)")
        let size = sealed?.count ?? row.letter.size
        node.bytes += size
        node.sent += 1
        tally.bytes += size
        carry(parcel)
    }

    /// Puts a message on the line.
    func carry(_ parcel: Parcel) {
        guard areConnected(parcel.from, parcel.to) else { return giveUp(parcel, after: draws.between(100, 3000)) }
        if has(.drop), draws.chance(0.01) { return giveUp(parcel, after: Self.patience) }
        let time = lineTime()
        queue.plan(.arrive(parcel), at: now + time)
        // Who does not get an answer in time tries again; the first message may still arrive, after the second.
        if time > Self.patience { giveUp(parcel, after: Self.patience) }
        if has(.duplicate), draws.chance(0.01) { queue.plan(.arrive(parcel), at: now + lineTime() + draws.between(0, Span.minute)) }
    }

    private func lineTime() -> Int64 {
        if has(.delay), draws.chance(0.01) { return Int64(draws.work(10 * Double(Span.minute), spread: 1.2)) }
        return draws.between(15, 350)
    }

    /// Nobody answers, as far as the sender can tell.
    func giveUp(_ parcel: Parcel, after time: Int64) {
        guard parcel.serial != nil else { return }
        queue.plan(.answer(Answer(parcel, .refusal(.peerUnreachable))), at: max(now, parcel.sentAt + time))
    }

    /// Sends an answer back.
    func reply(_ parcel: Parcel, _ content: Answer.Content) {
        guard parcel.serial != nil else { return }
        guard areConnected(parcel.from, parcel.to), !(has(.drop) && draws.chance(0.01)) else {
            return giveUp(parcel, after: Self.patience)
        }
        let time = lineTime()
        if now + time > parcel.sentAt + Self.patience { return giveUp(parcel, after: Self.patience) }
        queue.plan(.answer(Answer(parcel, content)), at: now + time)
    }

    /// An answer reaches the sender.
    func take(_ answer: Answer) throws {
        let parcel = answer.parcel
        let node = nodes[parcel.from]
        let lane = node.lane(parcel.to)
        // Too late: the sender has given up, or died, or tried again.
        guard node.isUp, lane.serial == parcel.serial, let row = lane.inFlight else { return }
        switch answer.content {
        case .slip(let slip):
            let giver = nodes[parcel.to]
            guard isValid(slip, for: row.letter, from: giver) else {
                tally.badReceipts += 1
                return try fail(.verificationFailed, row, node, parcel.to)
            }
            try checkReceipt(row.letter, giver)
            try observe(slip.head, of: giver, by: node)
            guard node.canWork, isClockRight(node) else { return try fail(.registerHeld, row, node, parcel.to) }
            enqueue(PendingWrite(record: .receipt(row.letter, peer: parcel.to), lane: parcel.to), node)
        case .refusal(let code): try fail(code, row, node, parcel.to)
        }
    }

    /// What follows from a failed delivery: the real rule.
    func fail(_ code: ErrorCode, _ row: OwedRow, _ node: SimNode, _ peer: Int) throws {
        let lane = node.lane(peer)
        lane.inFlight = nil
        tally.failures[code.rawValue, default: 0] += 1
        note(node.index, Int(row.letter.file), .retries, Int64(row.letter.number), "act \(row.letter.number): \(code.rawValue)")
        let file = node.file(Int(row.letter.file))
        let followsRefused = row.letter.act.after.contains { id in
            letters[id].map { file.refusals[$0.number]?.contains(peer) ?? false } ?? false
        }
        let follows = DeliveryFailure(
            code, of: .act, followsRefused: followsRefused, attempts: row.attempts, now: node.clock(now), spread: draws.unit())
        switch follows {
        case .refused:
            tally.refused += 1
            if !node.isHostile, !nodes[peer].isHostile {
                tally.torn.insert(row.letter.file)
                // It counts for those that took it: what then is still to be decided.
                if files[Int(row.letter.file)].parties.count > 2 { files[Int(row.letter.file)].isTorn = true }
            }
            enqueue(PendingWrite(record: .refused(row.letter, peer: peer), lane: peer), node)
            lane.inFlight = row
            return
        case .again(let next):
            row.attempts += 1
            row.next = next
        }
        if DeliveryFailure.endsRound(code) {
            lane.round = nil
            return planNext(node, peer)
        }
        if let current = lane.current { lane.round?.settle(current, .waits) }
        try pump(node, peer)
    }

    /// The receipt or the refusal is on disk: on with the next.
    func settled(_ node: SimNode, _ peer: Int) throws {
        let lane = node.lane(peer)
        lane.inFlight = nil
        if let current = lane.current { lane.round?.settle(current, .settled) }
        lane.isDelivering = true
        try pump(node, peer)
    }
}
