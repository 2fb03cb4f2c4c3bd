// SPDX-License-Identifier: Apache-2.0

import Exchange
import Register
import Sealing
import Standards
import Synchronization

/// Signatures that were verified before: the same bytes, read as the same act, verify again under the same key.
///
/// Owns `known`, under one lock. Guarantees: only bytes that are the same, by SHA-256, are answered from memory; whatever was
/// changed in the database since is verified anew, and fails.
final class SignatureMemory: Sendable {
    private struct Key: Hashable {
        let bytes: Hash
        let content: Hash
        let signer: [UInt8]
    }

    private static let most = 20_000
    private let known = Mutex<Set<Key>>([])

    /// Whether a signed act has this content and the signature of this key.
    func holds(_ jws: [UInt8], of content: Hash, by key: VerifyingKey) -> Bool {
        let item = Key(bytes: Hash.of(jws), content: content, signer: Array(key.rawRepresentation))
        if known.withLock({ $0.contains(item) }) { return true }
        guard (try? VerifiedAct.reread(jws, key: key))?.hash == content else { return false }
        known.withLock { known in
            if known.count >= Self.most { known = [] }
            known.insert(item)
        }
        return true
    }
}
