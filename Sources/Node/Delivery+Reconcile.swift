// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Register
import Sealing
public import Standards
import Storage
import Transport

/// What the acts of a file are here and with one other State.
public struct Reconciliation: Sendable, Codable, Equatable {
    public struct Difference: Sendable, Codable, Equatable {
        public enum Kind: String, Sendable, Codable {
            /// It is still owed: delivery goes on by itself.
            case notDelivered = "not-delivered"
            /// The other State's node will never take it; it changes nothing on either side.
            case refused
            /// The other State gave a receipt and does not have it: its register lost what it signed for.
            case missingThere = "missing-there"
            /// The other State has it and this node has not.
            case missingHere = "missing-here"
            /// Both have an act with this id, with other contents.
            case differs
        }

        public let kind: Kind
        public let act: UUIDv7
        /// What it is; nil where this node cannot read it.
        public let step: ActKind?
        /// In words, with what happens next.
        public let says: String
    }

    public let state: StateCode
    /// Acts that both have, with the same hash.
    public let same: Int
    public let differences: [Difference]

    /// Both sides hold the same acts, but for what was refused for good, which counts on neither side.
    public var agrees: Bool { differences.allSatisfy { $0.kind == .refused } }
}

extension Delivery {
    /// Most acts of another State that are looked at.
    private static let mostLooked = 200_000

    /// Compares the acts of a file with those that the other States have, by id and hash. Changes nothing.
    /// - Throws: `.notFound`, `.permission`, `.peerUnreachable`.
    public func reconcile(_ ref: FileReference, officer: String?) async throws(ComityError) -> [Reconciliation] {
        try node.authorise(officer, .readRegister, to: "compare a file with the other State")
        guard let file = try node.store.read({ try $0.file(ref) }) else { throw ComityError(.notFound, "There is no file \(ref).") }
        let acts = try node.store.read { try $0.filedActs(of: file.id) }
        var results: [Reconciliation] = []
        for state in file.counterparts {
            let peer = try node.confirmedPeer(state)
            results.append(try await reconcile(file.id, acts, with: peer, over: try line(to: peer)))
        }
        return results
    }

    private func reconcile(_ file: UUIDv7, _ acts: [FiledAct], with peer: Peer, over line: any ExchangeLine) async throws(ComityError)
        -> Reconciliation
    {
        guard let opening = acts.first else { throw ComityError(.storage, "The file has no acts.") }
        let state = peer.entry.state
        var theirs: [UUIDv7: Hash] = [:]
        // The list begins after the opening, which is asked for by itself.
        if let found = try await fetch(opening.act.id, of: state, over: line) { theirs[opening.act.id] = found.hash }
        var after: UUIDv7? = opening.act.id
        while theirs.count < Self.mostLooked {
            let reply = try await line.ask(RegisterCall.acts(after: after?.description))
            guard reply.status == 200 else {
                throw ComityError(.peerRefused, "\(state) does not list its acts (HTTP status \(reply.status)).")
            }
            let page = try IJSON.decode(HeldActs.self, from: reply.body, limit: RegisterCall.limit)
            for act in page.acts { theirs[act.id] = act.hash }
            guard page.acts.count == HeldActs.most, let last = page.acts.last?.id, last != after else { break }
            after = last
        }
        var (same, differences): (Int, [Reconciliation.Difference]) = (0, [])
        for act in acts {
            if let hash = theirs.removeValue(forKey: act.act.id) {
                if hash == act.hash {
                    same += 1
                } else {
                    differences.append(
                        .init(
                            kind: .differs, act: act.act.id, step: act.act.kind,
                            says:
                                "Both have an act with this id, with other contents: \(act.hash) here, \(hash) there. Keep both, and tell \(state)."
                        ))
                }
            } else {
                differences.append(try missing(act, at: state))
            }
        }
        for (id, hash) in theirs.sorted(by: { $0.key.description < $1.key.description }) {
            guard try node.store.read({ try $0.act(id) == nil && $0.proofStub(id) == nil }) else { continue }
            guard let found = try await fetch(id, of: state, over: line), found.act.file == file else { continue }
            differences.append(
                .init(
                    kind: .missingHere, act: id, step: found.act.kind,
                    says: found.act.from.state == node.state
                        ? "\(state) has an act of this node, \(hash), which is not in this register: it was lost. Run comity audit recover."
                        : "\(state) has it and it has not arrived here: \(state) delivers it, or it lies in quarantine: comity quarantine list."
                ))
        }
        return Reconciliation(state: state, same: same, differences: differences)
    }

    private func missing(_ act: FiledAct, at state: StateCode) throws(ComityError) -> Reconciliation.Difference {
        let (row, receipt) = try node.store.read {
            (try $0.outbox(.act, act.id).first { $0.peer == state }, try $0.receipts(of: act.act.id)[state])
        }
        let kind: Reconciliation.Difference.Kind
        let says: String
        if act.outgoing, let row, row.stage == .waiting {
            kind = .notDelivered
            let next = node.local(Instant(milliseconds: row.next))
            says = "Not yet delivered, tried \(row.attempts) times, next try at \(next).\(row.says.map { " Last: \(Text.safe($0))" } ?? "")"
        } else if act.outgoing, let row, row.stage == .refused {
            kind = .refused
            says = "\(state) will never take it: \(Text.safe(row.says ?? row.code ?? "no reason was given"))"
        } else if receipt != nil || !act.outgoing {
            kind = .missingThere
            says =
                act.outgoing
                ? "\(state) gave a receipt for it and does not have it: its register lost what it signed for. Telephone \(state); the receipt is in the file."
                : "It came from \(state), and \(state) does not have it: its register lost it. Telephone \(state); it can run comity audit recover."
        } else {
            kind = .notDelivered
            says =
                "It is not owed to \(state) and was not receipted: it went to other States of the file, or came by a courier that is on its way."
        }
        return .init(kind: kind, act: act.act.id, step: act.act.kind, says: says)
    }

    /// An act as another State has it; nil when it has none with this id.
    private func fetch(_ id: UUIDv7, of state: StateCode, over line: any ExchangeLine) async throws(ComityError) -> (act: Act, hash: Hash)?
    {
        let reply: RegisterReply
        do throws(ComityError) { reply = try await line.ask(RegisterCall.act(id.description)) } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        guard reply.status == 200 else { return nil }
        let unverified = try Intake.open(reply.body, with: node.keys.identities)
        return (try unverified.claims(), Hash.of(unverified.jws.payload))
    }
}

extension Delivery {
    /// How far a peer's clock is ahead of this machine's, in milliseconds, to about a second.
    /// - Throws: `.notFound` and `.permission` for a State that is not confirmed, `.peerUnreachable`.
    public func clockDifference(to state: StateCode) async throws(ComityError) -> Int64 {
        try await line(to: try node.confirmedPeer(state)).clockDifference()
    }
}
