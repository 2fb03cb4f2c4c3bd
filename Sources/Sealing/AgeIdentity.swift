// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// A private key that opens age files: an X25519 identity, `AGE-SECRET-KEY-1…` (age-encryption.org/v1).
public struct AgeIdentity: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey

    /// A fresh identity from the random generator of the operating system.
    public static func generate() -> AgeIdentity { AgeIdentity(key: Curve25519.KeyAgreement.PrivateKey()) }

    private init(key: Curve25519.KeyAgreement.PrivateKey) { self.key = key }

    /// Reads `AGE-SECRET-KEY-1…` as `age-keygen` writes it.
    /// - Throws: `.malformedInput`; the text itself is never repeated in the error.
    public init(_ text: String) throws(ComityError) {
        if text.uppercased().hasPrefix("AGE-SECRET-KEY-PQ-1") {
            throw ComityError(
                .malformedInput, "This is a post-quantum age identity, which this release cannot use yet.",
                next: "Use an X25519 identity, as age-keygen makes it by default.")
        }
        guard text == text.uppercased(), let decoded = Bech32.decode(text), decoded.prefix == "age-secret-key-", decoded.bytes.count == 32,
            let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: decoded.bytes)
        else {
            throw ComityError(
                .malformedInput, "This is not an age identity.", why: "The prefix, the length or the check characters are wrong.",
                next: "An identity is one line that begins with AGE-SECRET-KEY-1.")
        }
        self.key = key
    }

    /// `AGE-SECRET-KEY-1…`. Secret.
    public var text: String { Bech32.encode(prefix: "age-secret-key-", [UInt8](key.rawRepresentation)).uppercased() }

    /// The public half, to which others seal.
    public var recipient: AgeRecipient { AgeRecipient(trustedBytes: [UInt8](key.publicKey.rawRepresentation)) }

    /// The file key inside an X25519 stanza, or nil when the stanza is for somebody else.
    /// - Throws: `.schema` when the stanza breaks the format or its share is of low order.
    func unwrap(_ stanza: AgeStanza) throws(ComityError) -> SymmetricKey? {
        guard stanza.type == "X25519" else { return nil }
        guard stanza.arguments.count == 1, let share = Base64.rawDecode(stanza.arguments[0]), share.count == 32, stanza.body.count == 32
        else {
            throw ComityError(.schema, "The X25519 recipient in the age header is malformed.")
        }
        guard let secret = AgeX25519.secret(key, share) else {
            throw ComityError(.schema, "The X25519 share in the age header is a point of low order.")
        }
        let wrap = AgeX25519.wrapKey(secret: secret, share: share, recipient: recipient.rawRepresentation)
        guard let box = try? ChaChaPoly.SealedBox(combined: [UInt8](repeating: 0, count: 12) + stanza.body),
            let fileKey = try? ChaChaPoly.open(box, using: wrap)
        else { return nil }
        return SymmetricKey(data: fileKey)
    }
}

/// What the two halves of an X25519 stanza share.
enum AgeX25519 {
    /// The shared secret, or nil when the other side is a point of low order (the secret is all zeros), which the library
    /// does not refuse by itself.
    static func secret(_ key: Curve25519.KeyAgreement.PrivateKey, _ other: [UInt8]) -> SharedSecret? {
        guard let point = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: other),
            let secret = try? key.sharedSecretFromKeyAgreement(with: point)
        else { return nil }
        return secret.withUnsafeBytes { $0.reduce(0) { $0 | $1 } } == 0 ? nil : secret
    }

    /// HKDF-SHA-256 with salt = share ‖ recipient, info = `age-encryption.org/v1/X25519`.
    static func wrapKey(secret: SharedSecret, share: [UInt8], recipient: [UInt8]) -> SymmetricKey {
        secret.hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: share + recipient, sharedInfo: Array("age-encryption.org/v1/X25519".utf8), outputByteCount: 32)
    }
}
