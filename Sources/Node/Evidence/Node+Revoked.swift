// SPDX-License-Identifier: Apache-2.0

import Exchange
import Sealing
import Standards
import Storage

/// Keys that are doubtful from a time on, and packages that were signed with them.
extension Node {
    /// The keys of the sender whose signing key has this id: this node's, a peer's, or those of a peer that was revoked or replaced.
    /// Whether a revoked key is still believed for a package is for ``settled(_:)``.
    func senderKeys(_ keyID: String) -> (any SenderKeys)? {
        if let known = trustedKey(keyID) { return known }
        guard revocation(of: keyID) != nil else { return nil }
        if let peer = peers.peer(keyID: keyID) { return peer.entry.asSigned(by: keyID) }
        return try? store.read { try $0.formerEntries().first { $0.signingKey.keyID == keyID } }
    }

    /// From when on a key of another State is doubtful; nil when nobody revoked it.
    func revocation(of keyID: String) -> Instant? {
        let events = try? store.read { try $0.events([.peerRevoked], limit: 1000) }
        guard let event = events?.first(where: { $0.detail["key"]?.string == keyID }) else { return nil }
        return event.detail["since"]?.string.flatMap { try? Instant($0) } ?? event.at
    }

    /// A verdict on a package whose signature may be by a key that was revoked: it holds only when this node's own register knew the
    /// package before the key became doubtful. The time in the statement proves nothing: whoever has the key can write any.
    func settled(_ verdict: PackageVerdict) throws(ComityError) -> PackageVerdict {
        guard case .trusted(let keyID) = verdict.signer, let since = revocation(of: keyID) else { return verdict }
        let known = try verdict.digest.flatMap { digest throws(ComityError) in try store.read { try $0.created(ofPackage: digest) } }
        guard let known, known < since else {
            return verdict.refused(
                "signer-revoked: The key \(keyID.prefix(64)) is doubtful from \(since) on, and nothing shows that the package is older.",
                sentence: "Not valid: its signature is by a key that was revoked, doubtful from \(since) on.")
        }
        return verdict.noting("Its key was revoked later, doubtful from \(since) on; this node has known the package since \(known).")
    }
}
