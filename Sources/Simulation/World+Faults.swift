// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Standards

/// Machines that die, lines that are cut, clocks that are wrong, backups that are put back.
extension World {
    /// The process ends; what was not synced never was.
    func crash(_ node: SimNode) throws {
        guard !isEnding else { return }
        queue.plan(.crash(node: node.index), at: often(20))
        guard node.isUp else { return }
        tally.crashes += 1
        note(node.index, -1, .crashes, Int64(node.pending.count))
        try stop(node)
        queue.plan(
            .restart(node: node.index, epoch: node.epoch), at: now + Int64(draws.work(10 * Double(Span.minute), spread: 1.5)))
    }

    private func stop(_ node: SimNode) throws {
        let lost = node.pending
        node.isUp = false
        node.epoch += 1
        node.isSyncing = false
        node.pending = []
        for write in lost {
            if case .act(let letter) = write.record {
                let file = node.file(Int(letter.file))
                file.isWaiting = false
                if letter.author == node.index {
                    tally.unwritten += 1
                    // Whoever wrote it looks again.
                    planLook(node, file)
                }
            }
            if let parcel = write.reply { giveUp(parcel, after: 10 * Span.second) }
        }
        for lane in node.lanes.values {
            lane.round = nil
            lane.inFlight = nil
            lane.current = nil
            lane.isDelivering = false
        }
    }

    func restart(_ node: SimNode, _ epoch: Int) {
        guard !node.isUp, node.epoch == epoch else { return }
        node.isUp = true
        note(node.index, -1, .restarts)
        if node.isHeld { queue.plan(.recover(node: node.index, epoch: epoch), at: now + Span.minute) }
        for peer in node.lanes.keys.sorted() where !node.lane(peer).rows.isEmpty {
            plan(node, peer, at: now + draws.between(0, Span.second))
        }
    }

    // MARK: Older backups

    /// The machine is gone: a backup is put back, days old, and nothing is added to it before the peers were asked.
    func lose(_ node: SimNode) throws {
        guard !isEnding else { return }
        queue.plan(.loss(node: node.index), at: often(200))
        guard node.canWork, let backup = draws.pick(node.backups), !node.isHostile else { return }
        tally.losses += 1
        note(node.index, -1, .loses, backup.register)
        try stop(node)
        node.whole = node.journal
        try rebuild(node, Array(node.journal[..<backup.journal]), register: backup.register)
        node.backups.removeAll { $0.journal > backup.journal }
        node.isHeld = plan.planted != .noHoldAfterRestore
        if !node.isHeld { node.whole = [] }
        queue.plan(.restart(node: node.index, epoch: node.epoch), at: now + draws.between(Span.hour, 8 * Span.hour))
    }

    /// A node as its disk says it is.
    private func rebuild(_ node: SimNode, _ records: [DiskRecord], register size: Int64) throws {
        node.register.cut(to: size)
        node.journal = records
        node.entries = [:]
        node.receipts = []
        node.files = [:]
        let lanes = node.lanes
        node.lanes = [:]
        for (peer, old) in lanes { node.lane(peer).serial = old.serial + 1 }
        node.numbers = [:]
        node.signed = nil
        var index: Int64 = 0
        for record in records {
            try apply(record, node, isNew: false, index: index)
            if record.entry != nil { index += 1 }
        }
    }

    /// Asks the peers for what came after the backup; the register goes on when it has all that anybody has seen of it.
    func recover(_ node: SimNode, _ epoch: Int) throws {
        guard node.isUp, node.isHeld, node.epoch == epoch else { return }
        // Officers wait until everybody answers who has ever seen the register.
        let witnesses = nodes.filter { $0.heads[node.index].shown != nil }
        guard witnesses.allSatisfy({ ($0.isUp || $0.isHostile) && areConnected($0.index, node.index) }) else {
            return queue.plan(.recover(node: node.index, epoch: epoch), at: now + Span.hour)
        }
        let most = witnesses.compactMap { $0.heads[node.index].shown?.size }.max() ?? 0
        let mirrored = witnesses.map { $0.heads[node.index].mirrored }.max() ?? 0
        if most > max(mirrored, node.register.size) {
            // A receipt was given just before the loss and its entries are mirrored nowhere: only a later copy helps.
            tally.laterCopies += 1
            let records = node.whole
            try rebuild(node, records, register: node.register.size)
            var place: Int64 = 0
            for record in records where record.entry != nil {
                if place >= node.register.size, let entry = record.entry { try node.register.append(entry) }
                place += 1
            }
        } else {
            try giveBack(node, upTo: mirrored)
        }
        node.whole = []
        node.isHeld = false
        tally.recoveries += 1
        note(node.index, -1, .recovers, node.register.size)
        try checkRecovered(node)
        restartWork(node)
    }

    private func restartWork(_ node: SimNode) {
        for peer in node.lanes.keys.sorted() where !node.lane(peer).rows.isEmpty { plan(node, peer, at: now + Span.second) }
        for number in node.files.keys.sorted() {
            if let file = node.files[number], !file.letters.isEmpty { planLook(node, file) }
        }
    }

    /// Appends what the mirrors have in the old order; what nobody holds the content of comes back as 32 bytes.
    private func giveBack(_ node: SimNode, upTo target: Int64) throws {
        var place: Int64 = 0
        let before = node.register.size
        for record in node.whole {
            guard let entry = record.entry else { continue }
            defer { place += 1 }
            guard place >= before, place < target else { continue }
            var kept = DiskRecord.lost(entry)
            if case .act(let letter) = record, isHeldByAPeer(letter, of: node),
                letter.act.kind == .request || !(node.files[Int(letter.file)]?.letters.isEmpty ?? true)
            {
                kept = record
            }
            node.journal.append(kept)
            try apply(kept, node)
        }
    }

    private func isHeldByAPeer(_ letter: Letter, of node: SimNode) -> Bool {
        files[Int(letter.file)].parties.contains { $0 != node.index && nodes[$0].entries[letter.number] != nil }
    }

    // MARK: Lines and clocks

    /// Some States cannot reach the others.
    func cut() {
        guard !isEnding else { return }
        queue.plan(.cut, at: often(6))
        cutGroups += 1
        tally.partitions += 1
        let share = draws.chance(0.3) ? 0.3 : 0.05
        var count = 0
        for node in nodes where draws.chance(share) {
            node.group = cutGroups
            count += 1
        }
        if count == 0, let one = draws.pick(nodes) { one.group = cutGroups }
        queue.plan(.heal(cutGroups), at: now + Int64(draws.work(5 * Double(Span.hour), spread: 1.2)))
    }

    func heal(_ group: Int) {
        for node in nodes where node.group == group { node.group = 0 }
    }

    /// A clock jumps, and is put right some hours later.
    func turnClock(_ node: SimNode) {
        guard !isEnding else { return }
        if node.clockOffset != 0 {
            node.clockOffset = 0
            // An officer says that the clock was wrong and is right now.
            node.lastEntry = min(node.lastEntry, node.clock(now))
            queue.plan(.clock(node: node.index), at: often(60))
        } else {
            tally.clockJumps += 1
            let far = min(Span.day, Int64(draws.work(20 * Double(Span.minute), spread: 2)))
            node.clockOffset = draws.chance(0.5) ? far : -far
            queue.plan(.clock(node: node.index), at: now + Int64(draws.work(3 * Double(Span.hour))))
        }
    }
}
