// SPDX-License-Identifier: Apache-2.0

public import Exchange
public import Standards
import Storage

/// How the line to a peer stands.
public struct PeerHealth: Sendable, Equatable {
    public enum Grade: String, Sendable, Codable {
        /// Confirmed, and it takes what is sent.
        case ok
        /// Something is owed and was tried in vain; it is sent again by itself.
        case silent
        /// Nothing was ever sent or received.
        case never
        case unconfirmed
        case revoked
    }

    public let state: StateCode
    public let trust: Peer.Trust
    public let confirmed: Instant?
    /// When it last gave a receipt, or an act of it was taken.
    public let lastContact: Instant?
    /// Acts and packages that are owed to it.
    public let acts: Int
    public let packages: Int
    /// How often the oldest was tried.
    public let attempts: Int
    /// When the oldest is tried again; nil when nothing is owed.
    public let next: Instant?
    /// Why the last attempt failed.
    public let says: String?
    public let grade: Grade
}

extension Node {
    /// How the lines to all peers stand, those with trouble first.
    /// - Parameter officer: somebody who reads the register or keeps the machine; nil is the node's owner.
    public func peerHealth(officer: String?) throws(ComityError) -> [PeerHealth] {
        if try !may(officer, .administer) { try authorise(officer, .readRegister, to: "see how the peers are") }
        return try store.read { reader in
            let (contacts, owed) = (try reader.contacts(), try reader.owed())
            return try reader.peers().map { peer in
                let code = peer.entry.state.description
                let (row, last) = (owed[code], contacts[code])
                let grade: PeerHealth.Grade =
                    switch peer.trust {
                    case .revoked: .revoked
                    case .unconfirmed: .unconfirmed
                    case .confirmed: (row?.attempts ?? 0) > 0 ? .silent : last == nil ? .never : .ok
                    }
                return PeerHealth(
                    state: peer.entry.state, trust: peer.trust, confirmed: peer.confirmedAt.map(local),
                    lastContact: last.map { local(Instant(milliseconds: $0)) }, acts: row?.acts ?? 0, packages: row?.packages ?? 0,
                    attempts: row?.attempts ?? 0, next: row.map { local(Instant(milliseconds: $0.next)) }, says: row?.says, grade: grade)
            }.sorted { Self.order($0.grade) < Self.order($1.grade) }
        }
    }

    private static func order(_ grade: PeerHealth.Grade) -> Int {
        switch grade {
        case .silent: 0
        case .unconfirmed: 1
        case .never: 2
        case .ok: 3
        case .revoked: 4
        }
    }
}
