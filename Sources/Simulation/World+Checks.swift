// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Law
import Register
import Standards

/// What must hold after every step. Each check looks only at what the step touched.
extension World {
    private func broken(_ invariant: WorldViolation.Invariant, _ says: String, nodes: [Int], file: Int? = nil) -> WorldViolation {
        WorldViolation(
            invariant: invariant, says: says, at: now, nodes: nodes.map { self.nodes[$0].party.state.description }, file: file,
            ref: file.flatMap { $0 >= 0 && $0 < files.count ? files[$0].ref.description : nil })
    }

    /// The sender holds a receipt, so the receiver has the act on disk.
    func checkReceipt(_ letter: Letter, _ giver: SimNode) throws {
        guard giver.whole.isEmpty, !giver.isHeld, giver.entries[letter.number] == nil else { return }
        throw broken(
            .neverLost, "\(giver.party.state) gave a receipt for act \(letter.number) that it does not have on disk.",
            nodes: [letter.author, giver.index], file: Int(letter.file))
    }

    /// A register that was made whole again has every act that somebody holds its receipt for.
    func checkRecovered(_ node: SimNode) throws {
        for (number, holder) in acknowledged[node.index] where node.entries[number] == nil {
            // Where both have lost it, nobody holds the receipt.
            guard nodes[holder].receipts.contains(SimNode.receipt(number, node.index)) else { continue }
            throw broken(
                .neverLost, "\(node.party.state) lost act \(number), for which \(nodes[holder].party.state) holds its receipt.",
                nodes: [node.index, holder])
        }
    }

    func checkNotTwice(_ letter: Letter, _ node: SimNode) throws {
        let copies = node.file(Int(letter.file)).letters.count { $0.number == letter.number }
        guard copies > 1 else { return }
        throw broken(
            .nothingTwice, "Act \(letter.number) stands \(copies) times in the register of \(node.party.state).",
            nodes: [letter.author, node.index], file: Int(letter.file))
    }

    /// What is believed was written by the State that it names.
    func checkGenuine(_ letter: Letter, _ verified: VerifiedAct, _ node: SimNode, from: Int) throws {
        guard nodes[letter.author].party == verified.act.from, letters[verified.act.id] === letter else {
            throw broken(
                .nothingForged,
                "\(node.party.state) believed an act of \(verified.act.from.state) that \(nodes[letter.author].party.state) made.",
                nodes: [node.index, letter.author], file: Int(letter.file))
        }
    }

    /// What an honest State wrote is not refused for good, unless its key was revoked.
    func checkBelieved(_ letter: Letter, _ error: ComityError, _ node: SimNode) throws {
        guard letter.file >= 0, !files[Int(letter.file)].isTorn, error.code != .revokedKey,
            DeliveryFailure(error.code, of: .act, attempts: 0, now: 0, spread: 0) == .refused
        else { return }
        throw broken(
            .believed,
            "\(node.party.state) refuses act \(letter.number) of \(letter.act.from.state), \(error.code.rawValue): \(error.what)",
            nodes: [node.index, letter.author], file: Int(letter.file))
    }

    /// Acts of a file are tried in their order, emergencies before all others.
    func checkOrder(_ node: SimNode, _ lane: OutboxLane, _ row: OwedRow) throws {
        let clock = node.clock(now)
        var seen: Set<Int32> = []
        for other in lane.rows where other !== row {
            if other.letter.file == row.letter.file, other.id < row.id {
                throw broken(
                    .order, "\(node.party.state) sends act \(row.letter.number) before act \(other.letter.number) of the same file.",
                    nodes: [node.index], file: Int(row.letter.file))
            }
            let isFirst = seen.insert(other.letter.file).inserted
            if !row.isEmergency, other.isEmergency, isFirst, other.next <= clock, !lane.tried.contains(other.id) {
                throw broken(
                    .emergencyFirst,
                    "\(node.party.state) sends act \(row.letter.number) before act \(other.letter.number) of an emergency.",
                    nodes: [node.index], file: Int(row.letter.file))
            }
        }
    }

    /// A peer sees a head of a register: it extends every one that anybody has seen.
    func observe(_ head: Head, of giver: SimNode, by node: SimNode) throws {
        let known = node.heads[giver.index].shown
        if giver.isHostile {
            if (known?.size ?? 0) < head.size { node.heads[giver.index].shown = head }
            return
        }
        if let largest = largest[giver.index], giver.whole.isEmpty {
            let (small, large) = largest.size <= head.size ? (largest, head) : (head, largest)
            let holds = try giver.register.size >= large.size && giver.register.root(small.size) == small.root
            guard holds, small.size < large.size || small.root == large.root else {
                throw broken(
                    .registerGrows,
                    "\(giver.party.state) signed a register of \(small.size) entries and one of \(large.size) that contradict.",
                    nodes: [giver.index, node.index])
            }
        }
        if (largest[giver.index]?.size ?? -1) < head.size { largest[giver.index] = head }
        guard (known?.size ?? 0) < head.size else { return }
        // The proof that a witness asks for, now and then: it costs more than the rest of a step.
        if let known, head.size % 8 == 0, giver.whole.isEmpty {
            let proof = try giver.register.consistency(known.size, head.size)
            guard MerkleTree.isConsistent(old: known.size, oldRoot: known.root, new: head.size, newRoot: head.root, proof: proof) else {
                throw broken(
                    .registerGrows, "A consistency proof of \(giver.party.state) does not hold.", nodes: [giver.index, node.index])
            }
        }
        node.heads[giver.index].shown = head
    }

    /// Two nodes compare registers and mirror each other's entries.
    func meet(_ one: SimNode, _ other: SimNode) throws {
        guard one.canWork, other.canWork, areConnected(one.index, other.index) else { return }
        for (giver, taker) in [(one, other), (other, one)] where !taker.exposed.contains(giver.index) && giver.register.size > 0 {
            let head = try head(giver, to: taker.index)
            try observe(head, of: giver, by: taker)
            if head.size > taker.heads[giver.index].mirrored { taker.heads[giver.index].mirrored = head.size }
        }
        if !one.isHostile, !other.isHostile, !hostile.isEmpty { try compare(one, other) }
    }

    /// Nodes that have the same acts compute the same file.
    func checkConvergence(_ number: Int) throws {
        let known = files[number]
        guard !known.isTorn else { return }
        var held: [(node: SimNode, file: NodeFile)] = []
        for index in known.parties {
            let node = nodes[index]
            guard !node.isHostile, !node.isHeld, let file = node.files[number], !file.isWaiting, !file.letters.isEmpty else { return }
            held.append((node, file))
        }
        guard let first = held.first, held.allSatisfy({ $0.file.mark == first.file.mark }) else { return }
        tally.compared += 1
        let reference = try fold(first.node, first.file)
        for (node, file) in held.dropFirst() {
            let dossier = try fold(node, file)
            let isSame =
                dossier.course == reference.course && dossier.entries.count == reference.entries.count
                && zip(dossier.entries, reference.entries).allSatisfy { $0.act.id == $1.act.id && $0.effect == $1.effect }
            guard isSame else {
                throw broken(
                    .convergence,
                    "The same acts make the file \(reference.state.rawValue) at \(first.node.party.state) and \(dossier.state.rawValue) at \(node.party.state).",
                    nodes: known.parties, file: number)
            }
            if number % 8 == 0 { try checkClocks(first.node, reference, node, dossier, number) }
        }
        if reference.state == .closed {
            if number % 8 == 0 { tally.clocks(reference, law: first.node.law, at: local(first.node)) }
            for (_, file) in held { file.folded = nil }
        }
    }

    /// Both sides run the same clocks, and a slow model agrees with them.
    private func checkClocks(_ one: SimNode, _ first: Dossier, _ other: SimNode, _ second: Dossier, _ number: Int) throws {
        let at = Instant(milliseconds: Self.start + now)
        let clocks = Standing(of: first, law: one.law, followers: [], delivery: .done, now: at).clocks
        let theirs = Standing(of: second, law: other.law, followers: [], delivery: .done, now: at).clocks
        tally.clocksCompared += clocks.count
        let says = { (clocks: [Clock]) in clocks.map { "\($0.rule) \($0.state.rawValue) due \($0.due)" }.joined(separator: "; ") }
        guard clocks == theirs else {
            throw broken(
                .clocks, "Clocks at \(one.party.state): \(says(clocks)); at \(other.party.state): \(says(theirs)).",
                nodes: [one.index, other.index], file: number)
        }
        for clock in clocks {
            guard let rule = one.law.clocks(for: first.type.rawValue).first(where: { $0.id == clock.rule }),
                let expected = ClockModel.due(rule, first, now: at)
            else { continue }
            tally.clocksModelled += 1
            guard expected == clock.due else {
                throw broken(
                    .clocks, "\(clock.rule) is due \(clock.due); by the slow model, \(expected).", nodes: [one.index, other.index],
                    file: number)
            }
        }
    }

    /// The whole world, at its end.
    func checkEverything() throws {
        for node in nodes where !node.isHostile {
            try checkRecovered(node)
            var tree = CompactTree()
            for entry in node.register.entries { tree.append(RegisterEntry(content: entry).leafHash) }
            let entries = node.journal.compactMap(\.entry)
            guard try tree.root == node.register.root(node.register.size), entries == node.register.entries else {
                throw broken(.registerGrows, "The register of \(node.party.state) is not what its disk says.", nodes: [node.index])
            }
            for (peer, lane) in node.lanes.sorted(by: { $0.key < $1.key }) where !nodes[peer].isHostile {
                for row in lane.rows {
                    if files[Int(row.letter.file)].isTorn {
                        tally.stuck += 1
                        continue
                    }
                    throw broken(
                        .delivered,
                        "Act \(row.letter.number) of \(node.party.state) has not reached \(nodes[peer].party.state) after \(row.attempts) tries.",
                        nodes: [node.index, peer], file: Int(row.letter.file))
                }
            }
        }
        for file in files {
            guard !file.isTorn, file.parties.allSatisfy({ !nodes[$0].isHostile }) else { continue }
            let held = file.parties.map { nodes[$0].files[file.number]?.taken ?? [] }
            let numbers = held.map { Set($0.map(\.number)) }
            guard numbers.allSatisfy({ $0 == numbers[0] }), zip(held, numbers).allSatisfy({ $0.count == $1.count }) else {
                throw broken(
                    .convergence, "The parties hold \(numbers.map { "\($0.count)" }.joined(separator: " and ")) acts.", nodes: file.parties,
                    file: file.number)
            }
            guard !numbers[0].isEmpty, file.number % 8 == 0 else { continue }
            try checkConvergence(file.number)
        }
    }
}

/// An invariant that does not hold.
public struct WorldViolation: Error, Sendable, Codable, Equatable {
    public enum Invariant: String, Sendable, Codable, CaseIterable {
        /// Who holds a receipt can rely on it.
        case neverLost = "never-lost"
        case nothingTwice = "nothing-twice"
        case convergence
        case order
        case emergencyFirst = "emergency-first"
        case registerGrows = "register-grows"
        case nothingForged = "nothing-forged"
        case clocks
        /// Two sides with the same rules never disagree about a step.
        case believed
        /// What is owed arrives once the lines are mended.
        case delivered
    }

    public let invariant: Invariant
    public let says: String
    /// Milliseconds since the beginning of the world.
    public let at: Int64
    /// The States concerned.
    public let nodes: [String]
    /// Number of the file concerned, and its reference.
    public let file: Int?
    public let ref: String?
}
