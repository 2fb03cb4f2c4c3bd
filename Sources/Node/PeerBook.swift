// SPDX-License-Identifier: Apache-2.0

import Exchange
import Sealing
import Standards
import Storage
import Synchronization

/// The peers of a node, as the handshakes and the intake of acts look them up.
///
/// Owns `cache`, under one lock. Guarantees: an answer is never older than `lifetime`, so a confirmation or revocation
/// made by another process works within half a second.
final class PeerBook: Sendable {
    private struct Cache {
        var peers: [Peer] = []
        /// By the signing key of today.
        var byKey: [String: Peer] = [:]
        var read: ContinuousClock.Instant?
    }

    static let lifetime = Duration.milliseconds(500)

    private let store: Store
    private let cache = Mutex(Cache())

    init(store: Store) { self.store = store }

    /// All peers. When the database cannot be read nobody is trusted.
    func all() -> [Peer] {
        cache.withLock { cache in
            let now = ContinuousClock.now
            if let read = cache.read, now - read < Self.lifetime { return cache.peers }
            cache.peers = (try? store.read { try $0.peers() }) ?? []
            cache.byKey = Dictionary(cache.peers.map { ($0.entry.signingKey.keyID, $0) }, uniquingKeysWith: { first, _ in first })
            cache.read = now
            return cache.peers
        }
    }

    func forget() { cache.withLock { $0.read = nil } }

    /// The peer whose signing key has this id, or had it until another followed.
    func peer(keyID: String) -> Peer? {
        let peers = all()
        return cache.withLock { $0.byKey[keyID] } ?? peers.first { $0.entry.hasSigned(keyID) }
    }

    func peer(_ state: StateCode) -> Peer? { all().first { $0.entry.state == state } }
}
