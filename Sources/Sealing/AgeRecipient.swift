// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// A public key to which age files are sealed: an X25519 recipient, `age1…` (age-encryption.org/v1).
public struct AgeRecipient: Sendable, Hashable, CustomStringConvertible {
    /// The 32-byte X25519 public key.
    public let rawRepresentation: [UInt8]

    init(trustedBytes: [UInt8]) { rawRepresentation = trustedBytes }

    /// Reads `age1…`.
    /// - Throws: `.malformedInput`.
    public init(_ text: String) throws(ComityError) {
        guard text == text.lowercased(), let decoded = Bech32.decode(text), decoded.prefix == "age", decoded.bytes.count == 32 else {
            if text.hasPrefix("age1pq1") {
                throw ComityError(
                    .malformedInput, "This is a post-quantum age recipient, which this release cannot use yet.",
                    next: "Ask for an X25519 recipient: about 62 characters that begin with age1.")
            }
            throw ComityError(
                .malformedInput, "“\(text.prefix(80))” is not an age recipient.",
                why: "The prefix, the length or the check characters are wrong.",
                next: "A recipient begins with age1 and has 62 characters.")
        }
        rawRepresentation = decoded.bytes
    }

    /// `age1…`
    public var text: String { Bech32.encode(prefix: "age", rawRepresentation) }

    /// The same as ``text``.
    public var description: String { text }

    /// A stanza that gives `fileKey` to this recipient.
    /// - Throws: `.malformedInput` when the recipient is a point of low order.
    func wrap(_ fileKey: SymmetricKey) throws(ComityError) -> AgeStanza {
        let ephemeral = Curve25519.KeyAgreement.PrivateKey()
        let share = [UInt8](ephemeral.publicKey.rawRepresentation)
        guard let secret = AgeX25519.secret(ephemeral, rawRepresentation) else {
            throw ComityError(
                .malformedInput, "Nothing can be sealed to the recipient \(text).", why: "Its key is a point of low order.")
        }
        do {
            let wrap = AgeX25519.wrapKey(secret: secret, share: share, recipient: rawRepresentation)
            let nonce = try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12))
            let box = try fileKey.withUnsafeBytes { try ChaChaPoly.seal($0, using: wrap, nonce: nonce) }
            return AgeStanza(type: "X25519", arguments: [Base64.rawEncode(share)], body: [UInt8](box.ciphertext) + [UInt8](box.tag))
        } catch {
            throw ComityError(.failure, "The key could not be wrapped for the recipient \(text).")
        }
    }
}
