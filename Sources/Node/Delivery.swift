// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Exchange
import Foundation
public import Register
import Sealing
public import Standards
import Storage
import Synchronization
public import Transport

/// Brings what the outbox owes to the peers: acts in order, then packages; for ever, with growing pauses.
///
/// Owns `lines`, one connection pool for each peer's pinned entry, under one lock. Several processes may deliver from one
/// folder: a row is claimed in the database before it is worked on, and a peer takes the same act twice without harm.
public final class Delivery: Sendable {
    let node: Node
    let rounds = Rounds()
    private let lines = Mutex<[StateCode: (certificate: String, line: any ExchangeLine)]>([:])
    private let connect: @Sendable (Peer) throws(ComityError) -> any ExchangeLine

    /// Acts that are under way to one peer at once, at most.
    static let width = 8
    /// How long a claim lasts, milliseconds; a crashed process frees its row after that.
    static let lease: Int64 = 10_000
    /// The same for one part of a package.
    static let packageLease: Int64 = 120_000

    /// - Parameter connect: opens the way to a peer; over TLS with its pinned certificate when nothing else is said.
    public init(node: Node, connect: (@Sendable (Peer) throws(ComityError) -> any ExchangeLine)? = nil) {
        self.node = node
        if let connect {
            self.connect = connect
        } else {
            self.connect = { (peer: Peer) throws(ComityError) -> any ExchangeLine in
                try ExchangeClient(own: node.keys.tls, peer: peer.entry)
            }
        }
    }

    public func shutdown() async {
        let all = lines.withLock { lines in
            defer { lines = [:] }
            return lines.values.map(\.line)
        }
        for line in all { await line.shutdown() }
    }

    /// Tries everything that is due now, peers side by side. Errors are recorded in the rows.
    /// - Parameter impatient: also what is waiting for its next try, and without respect to another process's pause.
    /// - Parameter packages: bring packages too, which can take hours.
    public func flush(impatient: Bool = false, packages: Bool = true) async {
        await flush(kinds: [.act], impatient: impatient)
        if packages { await flush(kinds: [.package], impatient: impatient) }
    }

    private func flush(kinds: Set<OwedDelivery.Kind>, impatient: Bool, to peers: Set<StateCode>? = nil) async {
        await withTaskGroup(of: Void.self) { group in
            for (peer, rows) in owed(kinds) where peers?.contains(peer) ?? true {
                group.addTask { if await self.bring(rows, kinds, impatient: impatient).delivered { await self.meet(peer) } }
            }
        }
    }

    /// What is owed, by peer: where any of these kinds is.
    private func owed(_ kinds: Set<OwedDelivery.Kind>) -> [StateCode: [OutboxRow]] {
        let waiting = (try? node.store.read({ try $0.waiting() })) ?? []
        return Dictionary(grouping: waiting, by: \.peer).filter { $0.value.contains { kinds.contains($0.owed.kind) } }
    }

    /// What came of a round.
    struct Brought: Sendable {
        var delivered = false
        /// The peer did not answer, or takes no more for now.
        var isOver = false
    }

    /// What came of one row.
    private enum Tried: Sendable {
        case delivered
        /// Another process is at it.
        case claimedElsewhere
        case failed(ErrorCode, isRefused: Bool)
    }

    /// Delivers one peer's rows in the order of `DeliveryRound`. A peer that does not answer ends the round.
    ///
    /// Acts of several files are under way at once: one at first, one more with each that arrives, so that a narrow line is not
    /// crowded and a good one is used.
    func bring(_ rows: [OutboxRow], _ kinds: Set<OwedDelivery.Kind>, impatient: Bool) async -> Brought {
        guard let peer = rows.first?.peer else { return Brought() }
        await offerEntry(to: peer)
        var round = DeliveryRound(rows.map(\.owed), kinds: kinds)
        var known = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var newest = rows.map(\.id).max() ?? 0
        let most = kinds.contains(.package) ? 1 : Self.width
        return await withTaskGroup(of: (OwedDelivery, Tried).self) { group in
            var (underWay, width, brought) = (0, 1, Brought())
            while true {
                while !brought.isOver, underWay < width, let owed = round.next(now: Node.realMilliseconds(), impatient: impatient) {
                    guard let row = known.removeValue(forKey: owed.id) else {
                        round.settle(owed, .settled)
                        continue
                    }
                    underWay += 1
                    group.addTask { (owed, await self.attempt(row)) }
                }
                guard let (owed, tried) = await group.next() else { return brought }
                underWay -= 1
                switch tried {
                case .delivered:
                    brought.delivered = true
                    width = min(width + 1, most)
                    round.settle(owed, .settled)
                case .claimedElsewhere: round.settle(owed, .waits)
                case .failed(let code, let isRefused):
                    if DeliveryFailure.endsRound(code) { brought.isOver = true }
                    round.settle(owed, isRefused ? .settled : .waits)
                }
                // An emergency that began meanwhile goes before all that is left.
                let added = brought.isOver ? [] : (try? node.store.read { try $0.waiting(for: peer, after: newest) }) ?? []
                newest = added.last?.id ?? newest
                for row in added { known[row.id] = row }
                round.add(added.map(\.owed))
            }
        }
    }

    /// Claims a row and brings it; what fails is written into the row.
    private func attempt(_ row: OutboxRow) async -> Tried {
        let now = Node.realMilliseconds()
        let lease = row.kind == .act ? Self.lease : Self.packageLease
        guard let claimed = try? await node.store.commit({ try $0.claim(row.id, now: now, until: now + lease) }), claimed.value else {
            return .claimedElsewhere
        }
        do throws(ComityError) {
            switch row.kind {
            case .act: try await deliverAct(row)
            case .package: try await deliverPackage(row)
            }
            return .delivered
        } catch { return .failed(error.code, isRefused: await record(error, row)) }
    }

    /// - Returns: whether the peer will never take it.
    private func record(_ error: ComityError, _ row: OutboxRow) async -> Bool {
        let says = error.what + (error.why.isEmpty ? "" : " " + error.why)
        let follows = DeliveryFailure(
            error.code, of: row.owed.kind, followsRefused: error.code == .predecessorMissing && followsRefused(row), attempts: row.attempts,
            now: Node.realMilliseconds(), spread: Double.random(in: 0..<1))
        _ = try? await node.store.commit { writer in
            switch follows {
            case .refused: try writer.finish(row.id, .refused, code: error.code.rawValue, says: says)
            case .again(let next): try writer.postpone(row.id, next: next, code: error.code.rawValue, says: says)
            }
        }
        return follows == .refused
    }

    /// Whether the peer has refused, for good, an act that this one follows.
    private func followsRefused(_ row: OutboxRow) -> Bool {
        let found = try? node.store.read { reader in
            guard row.kind == .act, let stored = try reader.act(row.ref) else { return false }
            return try UnverifiedAct.registeredPayload(stored.jws).after.contains { id in
                try reader.outbox(.act, id.description).contains { $0.peer == row.peer && $0.stage == .refused }
            }
        }
        return found ?? false
    }

    func line(to peer: Peer) throws(ComityError) -> any ExchangeLine {
        let known = lines.withLock { $0[peer.entry.state] }
        if let known, known.certificate == peer.entry.certificate + peer.entry.endpoint { return known.line }
        let made = try connect(peer)
        lines.withLock { $0[peer.entry.state] = (peer.entry.certificate + peer.entry.endpoint, made) }
        return made
    }

    /// Seals, sends, checks the receipt, and registers it.
    private func deliverAct(_ row: OutboxRow) async throws(ComityError) {
        let peer = try node.confirmedPeer(row.peer)
        guard let stored = try node.store.read({ try $0.act(row.ref) }) else { throw ComityError(.storage, "The act \(row.ref) is gone.") }
        let sealed = try Age.encrypt(stored.jws, to: [try AgeRecipient(peer.entry.sealing)])
        let receipt = try await line(to: peer).send(sealed)
        do throws(ComityError) { try await node.register(receipt, for: stored, from: peer, row: row.id) } catch {
            // Only the peer says that it will never take an act. A receipt that does not hold says nothing about the act.
            guard DeliveryFailure.isFinal(error.code) else { throw error }
            throw ComityError(.verificationFailed, "\(row.peer) answered with a receipt that does not hold. \(error.what)", why: error.why)
        }
    }

    /// What became of an act that a person waits for.
    public struct Outcome: Sendable {
        /// Receipts, verified and registered, by the State that gave them.
        public let receipts: [StateCode: Receipt]
        /// Why a receipt is missing, the first reason.
        public let reason: String?
        /// A State's node will never take it.
        public let refused: Bool
    }

    /// Tries to deliver one act now, for a person who waits. Whatever happens, the act is registered and stays owed.
    public func deliverNow(act: UUIDv7, patience: Duration) async throws(ComityError) -> Outcome {
        let deadline = ContinuousClock.now + patience
        var first = true
        // Another State that does not answer is no reason to let this one wait.
        let peers = Set(try node.store.read { try $0.outbox(.act, act.description) }.map(\.peer))
        while true {
            await flush(kinds: [.act], impatient: first, to: peers)
            first = false
            let (rows, bytes) = try node.store.read { (try $0.outbox(.act, act.description), try $0.receipts(of: act)) }
            let open = rows.filter { $0.stage != .delivered }
            if !open.contains(where: { $0.stage == .waiting }) || ContinuousClock.now >= deadline {
                var receipts: [StateCode: Receipt] = [:]
                for (state, json) in bytes { receipts[state] = try IJSON.decode(Receipt.self, from: json, limit: Receipt.limit) }
                return Outcome(
                    receipts: receipts, reason: open.lazy.compactMap(\.says).first, refused: open.contains { $0.stage == .refused })
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}

extension Node {
    /// Checks the receipt for an act of this node and registers it.
    func register(_ receipt: Receipt, for stored: StoredAct, from peer: Peer, row: Int64) async throws(ComityError) {
        let head = try receipt.verify(act: stored.hash, signedBy: peer.entry.register, and: peer.entry.registerStatementKey)
        let bytes = try IJSON.encode(receipt)
        let note = try SignedNote(parsing: receipt.checkpoint)
        let log = Self.log(peer.entry.register)
        let now = try now()
        let giver = peer.entry.state
        let event = try event(
            .receipted, file: stored.file, by: "node",
            detail: [
                "act": .string(stored.id.description), "register": .string(head.origin), "index": .integer(receipt.index),
                "size": .integer(head.size), "receipt": .string(Hash.of(bytes).description),
            ])
        _ = try await store.commit { writer in
            try writer.noteContact(giver, at: now.milliseconds)
            guard try writer.reader.receipts(of: stored.id)[giver] == nil else { return try writer.finish(row, .delivered) }
            try writer.insertReceipt(bytes, act: stored.id, peer: giver, at: now)
            // A checkpoint that was shown is one that the register must extend.
            if try head.size > writer.reader.cosigned(log)?.checkpoint.size ?? 0 {
                try writer.keepHeard(log, from: giver, head, note: note)
            }
            try writer.append(event)
            try writer.finish(row, .delivered)
        }
    }
}
