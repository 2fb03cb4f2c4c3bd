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
        var byState: [StateCode: Peer] = [:]
        /// Those that are confirmed, by their certificate in base64.
        var callers: [String: StateCode] = [:]
        var read: ContinuousClock.Instant?

        init() {}

        init(_ peers: [Peer], read: ContinuousClock.Instant) {
            self.peers = peers
            self.read = read
            for peer in peers.reversed() {
                byKey[peer.entry.signingKey.keyID] = peer
                byState[peer.entry.state] = peer
                if peer.trust == .confirmed { callers[peer.entry.certificate] = peer.entry.state }
            }
        }
    }

    static let lifetime = Duration.milliseconds(500)

    private let store: Store
    private let cache = Mutex(Cache())

    init(store: Store) { self.store = store }

    private func current<Value>(_ look: (Cache) -> Value) -> Value {
        cache.withLock { cache in
            let now = ContinuousClock.now
            if let read = cache.read, now - read < Self.lifetime { return look(cache) }
            cache = Cache((try? store.read { try $0.peers() }) ?? [], read: now)
            return look(cache)
        }
    }

    /// All peers. When the database cannot be read nobody is trusted.
    func all() -> [Peer] { current(\.peers) }

    func forget() { cache.withLock { $0.read = nil } }

    /// The peer whose signing key has this id, or had it until another followed.
    func peer(keyID: String) -> Peer? { current { $0.byKey[keyID] ?? $0.peers.first { $0.entry.hasSigned(keyID) } } }

    func peer(_ state: StateCode) -> Peer? { current { $0.byState[state] } }

    /// The State of the confirmed peer that has this certificate, in base64.
    func caller(certificate: String) -> StateCode? { current { $0.callers[certificate] } }
}
