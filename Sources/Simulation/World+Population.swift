// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Register
import Sealing
import Standards

/// Who is there, and when things begin to happen to them.
extension World {
    /// The States with a profile first; then two letters each, which stand for no State.
    private static func codes(_ count: Int) throws(ComityError) -> [StateCode] {
        var found = ["XA", "XB", "XC"]
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        outer: for first in letters {
            for second in letters where first != "X" && "\(first)\(second)" != "AZ" {
                if found.count >= count { break outer }
                found.append("\(first)\(second)")
            }
        }
        var codes: [StateCode] = []
        for text in found.prefix(count) { codes.append(try StateCode(text)) }
        return codes
    }

    func populate(_ law: Law, planted: Law?) throws {
        for (index, state) in try Self.codes(plan.nodes).enumerated() {
            let party = Party(state: state, authority: state.description.lowercased() + "-247")
            let signing = try SigningKey(rawRepresentation: draws.bytes(32))
            let name = "comity/\(state)/\(party.authority)"
            let register = try NoteSigner(name: name, seed: draws.bytes(32))
            let identity = plan.realCrypto ? AgeIdentity.generate() : nil
            let entry = DirectoryEntry(
                state: state, authority: .init(id: party.authority, name: name, languages: ["en"], timeZone: "UTC", phone: nil, email: nil),
                endpoint: "https://\(party.authority).example", rootKey: signing.verifyingKey, signingKey: signing.verifyingKey,
                sealing: identity?.recipient.text ?? "", certificate: "", register: register.verifier, exercise: true,
                issuedAt: Instant(milliseconds: Self.start))
            let secret = Hash.of(draws.bytes(32))
            let node = SimNode(
                index: index, party: party, law: index % 2 == 1 ? planted ?? law : law, keyID: entry.signingKey.keyID, secret: secret,
                peer: Self.peer(entry, .confirmed),
                keys: identity.map { RealKeys(signing: signing, identity: $0, register: register) }, nodes: plan.nodes)
            keys.add(node.keyID, secret: secret)
            peers[node.keyID] = node.peer
            nodes.append(node)
            // A few States ask most of the questions.
            weights.append(pow(Double(index + 1), -0.6))
        }
        totalWeight = weights.reduce(0, +)
    }

    static func peer(_ entry: DirectoryEntry, _ trust: Peer.Trust) -> Peer {
        Peer(entry: entry, jws: [], trust: trust, addedAt: entry.issuedAt, confirmedAt: entry.issuedAt, confirmedBy: "D1")
    }

    /// Plans the first of everything.
    func begin() {
        queue.plan(.day, at: Span.day)
        for node in nodes {
            planTraffic(node)
            if has(.clock) {
                node.drift = Double(draws.between(-3000, 3000))
                queue.plan(.clock(node: node.index), at: often(60))
            }
            if has(.crash) { queue.plan(.crash(node: node.index), at: often(20)) }
            if has(.restore) { queue.plan(.loss(node: node.index), at: often(200)) }
        }
        if has(.partition) { queue.plan(.cut, at: often(6)) }
        guard has(.hostile) else { return }
        // One State in twenty, at least one where there are three.
        let count = plan.nodes < 3 ? 0 : max(1, plan.nodes / 20)
        while hostile.count < count {
            let index = draws.below(plan.nodes)
            guard !nodes[index].isHostile else { continue }
            var hostility = Hostility()
            hostility.forges = draws.chance(0.6)
            hostility.replays = draws.chance(0.6)
            hostility.equivocates = draws.chance(0.5)
            hostility.withholds = !hostility.forges && draws.chance(0.5)
            nodes[index].hostility = hostility
            hostile.append(index)
            queue.plan(.mischief(node: index), at: often(2))
        }
        for _ in 0..<max(1, plan.nodes / 40) where count > 0 {
            let victim = draws.below(plan.nodes)
            if !nodes[victim].isHostile { queue.plan(.revoke(node: victim), at: Int64(draws.unit() * Double(end) * 0.6)) }
        }
    }

    /// A moment from now, on average after so many days; in a short world sooner, so that it happens at all.
    func often(_ days: Double) -> Int64 {
        now + Int64(draws.exponential(min(days, Double(plan.days) * 0.6 + days * 0.05)) * Double(Span.day))
    }

    func planTraffic(_ node: SimNode) {
        let rate = plan.load * weights[node.index] / totalWeight * Double(plan.nodes)
        queue.plan(.traffic(node: node.index), at: now + Int64(draws.exponential(Double(Span.day) / rate)))
    }

    /// Another State, those that ask most also being asked most.
    func counterpart(of node: Int, except: Set<Int> = []) -> Int? {
        for _ in 0..<20 {
            var place = draws.unit() * totalWeight
            var index = 0
            while index < weights.count - 1, place >= weights[index] {
                place -= weights[index]
                index += 1
            }
            if index != node, !except.contains(index) { return index }
        }
        return nil
    }

    func day() {
        for node in nodes where node.canWork {
            node.backups.append((node.journal.count, node.register.size))
            if node.backups.count > 30 { node.backups.removeFirst() }
        }
        if !isEnding { queue.plan(.day, at: now + Span.day) }
    }
}
