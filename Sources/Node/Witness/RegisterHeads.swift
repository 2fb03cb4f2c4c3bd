// SPDX-License-Identifier: Apache-2.0

import Register
import Standards
import Synchronization

/// What two nodes tell each other when they compare: the newest checkpoints each of them knows, and proofs of registers that showed
/// different histories.
struct RegisterHeads: Sendable, Codable {
    static let version = 1
    static let limit = 4 * 1024 * 1024
    /// Most notes and proofs that are looked at.
    static let mostNotes = 1000
    static let mostProofs = 50

    let v: Int
    let notes: [String]
    let proofs: [SplitView]

    init(notes: [String], proofs: [SplitView]) {
        v = Self.version
        self.notes = notes
        self.proofs = proofs
    }
}

/// Peers that are to be met soon. Owns `states`, under one lock.
final class Meetings: Sendable {
    private let states = Mutex<Set<StateCode>>([])

    func add(_ state: StateCode) { states.withLock { _ = $0.insert(state) } }

    func take() -> Set<StateCode> {
        states.withLock { states in
            defer { states = [] }
            return states
        }
    }
}

/// Acts of a State that a peer holds, as it lists them for one that has lost its own.
struct HeldActs: Sendable, Codable {
    struct Line: Sendable, Codable {
        let id: UUIDv7
        /// SHA-256 of the payload, as the register holds it.
        let hash: Hash
    }

    /// Most of them in one answer.
    static let most = 1000

    let acts: [Line]
}
