// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
public import Standards
import Storage
import Transport

/// Acts that are owed to the one who asks, in the order in which they are to be taken.
struct OwedActs: Sendable, Codable {
    /// Most of them in one answer.
    static let most = 1000

    let acts: [UUIDv7]
}

/// Fetching what peers owe, for a node that they cannot reach: behind a firewall, or with an address that changes.
extension Delivery {
    /// Asks peers again and again, when `pull_seconds` of `node.json` says so.
    func runPulls() async {
        guard let seconds = node.configuration.exchange.pullSeconds, seconds > 0 else { return }
        while !Task.isCancelled {
            await pullAll()
            try? await Task.sleep(for: .seconds(seconds))
        }
    }

    /// Asks all confirmed peers, side by side. One that does not answer is asked the next time.
    public func pullAll() async {
        guard let peers = try? node.listPeers().filter({ $0.trust == .confirmed }) else { return }
        await withTaskGroup(of: Void.self) { group in
            for peer in peers { group.addTask { _ = try? await self.pull(from: peer.entry.state) } }
        }
    }

    /// Fetches what one peer owes, judges and registers each act as if it had been brought, and gives the receipts back. An act that is not
    /// believed is in quarantine then, and what follows it waits.
    /// - Returns: acts that were taken.
    /// - Throws: `.notFound` and `.permission` for a State that is not confirmed, `.peerUnreachable`, `.peerRefused`.
    public func pull(from state: StateCode) async throws(ComityError) -> Int {
        let line = try line(to: try node.confirmedPeer(state))
        let reply = try await line.ask(RegisterCall.owed)
        guard reply.status == 200 else {
            throw ComityError(.peerRefused, "\(state) does not say what it owes (HTTP status \(reply.status)).")
        }
        var taken = 0
        for id in try IJSON.decode(OwedActs.self, from: reply.body, limit: RegisterCall.limit).acts.prefix(OwedActs.most) {
            let message = try await line.ask(RegisterCall.act(id.description))
            guard message.status == 200 else { continue }
            let receipt: Receipt
            do throws(ComityError) { receipt = try await node.receive(message.body, from: state) } catch {
                // A node that adds nothing takes nothing; everything else is for the next act to show.
                if error.code == .registerHeld || error.code == .storage { throw error }
                continue
            }
            _ = try await line.ask(RegisterCall.receipt(act: id.description, try IJSON.encode(receipt)))
            taken += 1
        }
        return taken
    }
}

extension Node {
    /// The acts that are owed to a peer: those of emergencies first, each file in its order.
    func giveOwed(to caller: StateCode) throws(ComityError) -> RegisterReply {
        let rows = try store.read { try $0.waiting() }.filter { $0.peer == caller && $0.kind == .act }
        let ordered = rows.filter(\.isEmergency) + rows.filter { !$0.isEmergency }
        let owed = OwedActs(acts: try ordered.prefix(OwedActs.most).map { row throws(ComityError) in try UUIDv7(row.ref) })
        return RegisterReply(status: 200, mediaType: "application/json", body: try IJSON.encode(owed))
    }

    /// Takes the receipt for an act that the caller fetched.
    /// - Throws: `.notFound` when that act is not owed to the caller, `.verificationFailed` when the receipt does not hold.
    func takeReceipt(_ bytes: [UInt8], of id: String, from caller: StateCode) async throws(ComityError) -> RegisterReply {
        let receipt = try IJSON.decode(Receipt.self, from: bytes, limit: Receipt.limit)
        let (stored, row) = try store.read { reader in
            (try reader.act(try UUIDv7(id)), try reader.outbox(.act, id).first { $0.peer == caller })
        }
        guard let stored, let row else {
            throw ComityError(.notFound, "There is no act \(Text.safe(id, limit: 60)) that is owed to \(caller).")
        }
        try await register(receipt, for: stored, from: try confirmedPeer(caller), row: row.id)
        return RegisterReply(status: 200, mediaType: "application/json", body: Array("{}".utf8))
    }
}
