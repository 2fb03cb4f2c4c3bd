// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards

/// The X25519 recipient type of age (C2SP age, “The X25519 recipient type”).
enum AgeX25519 {
    static let stanza = "X25519"

    /// `-> X25519 <share>`, body: the file key under a key that both sides derive.
    /// - Throws: `.malformedInput` when the recipient is a point of low order.
    static func wrap(_ fileKey: SymmetricKey, for recipient: [UInt8]) throws(ComityError) -> AgeStanza {
        let ephemeral = Curve25519.KeyAgreement.PrivateKey()
        let share = [UInt8](ephemeral.publicKey.rawRepresentation)
        guard let secret = secret(ephemeral, recipient) else {
            throw ComityError(.malformedInput, "Nothing can be sealed to this recipient.", why: "Its key is a point of low order.")
        }
        return AgeStanza(
            type: stanza, arguments: [Base64.rawEncode(share)],
            body: try AgeFileKey.seal(fileKey, under: wrapKey(secret: secret, share: share, recipient: recipient)))
    }

    /// The file key inside the stanza, or nil when it is for somebody else.
    /// - Throws: `.schema` when the stanza breaks the format or its share is of low order.
    static func unwrap(_ stanza: AgeStanza, with key: Curve25519.KeyAgreement.PrivateKey) throws(ComityError) -> [UInt8]? {
        guard stanza.arguments.count == 1, let share = Base64.rawDecode(stanza.arguments[0]), share.count == 32,
            stanza.body.count == AgeFileKey.sealedSize
        else {
            throw ComityError(.schema, "The X25519 recipient in the age header is malformed.")
        }
        guard let secret = secret(key, share) else {
            throw ComityError(.schema, "The X25519 share in the age header is a point of low order.")
        }
        let recipient = [UInt8](key.publicKey.rawRepresentation)
        return AgeFileKey.open(stanza.body, under: wrapKey(secret: secret, share: share, recipient: recipient))
    }

    /// The shared secret, or nil when the other side is a point of low order (the secret is all zeros), which the library
    /// does not refuse by itself.
    static func secret(_ key: Curve25519.KeyAgreement.PrivateKey, _ other: [UInt8]) -> SharedSecret? {
        guard let point = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: other),
            let secret = try? key.sharedSecretFromKeyAgreement(with: point)
        else { return nil }
        return secret.withUnsafeBytes { $0.reduce(0) { $0 | $1 } } == 0 ? nil : secret
    }

    /// HKDF-SHA-256 with salt = share ‖ recipient, info = `age-encryption.org/v1/X25519`.
    private static func wrapKey(secret: SharedSecret, share: [UInt8], recipient: [UInt8]) -> SymmetricKey {
        secret.hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: share + recipient, sharedInfo: Array("age-encryption.org/v1/X25519".utf8), outputByteCount: 32)
    }
}

/// The file key of an age file, 16 bytes, wrapped under another key: ChaCha20-Poly1305 with a nonce of zeros.
enum AgeFileKey {
    /// Length of the key and its tag.
    static let sealedSize = 32

    static func seal(_ fileKey: SymmetricKey, under key: SymmetricKey) throws(ComityError) -> [UInt8] {
        do {
            let nonce = try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12))
            let box = try fileKey.withUnsafeBytes { try ChaChaPoly.seal($0, using: key, nonce: nonce) }
            return [UInt8](box.ciphertext) + [UInt8](box.tag)
        } catch {
            throw ComityError(.failure, "The key of the file could not be wrapped.")
        }
    }

    static func open(_ body: [UInt8], under key: SymmetricKey) -> [UInt8]? {
        guard let box = try? ChaChaPoly.SealedBox(combined: [UInt8](repeating: 0, count: 12) + body),
            let fileKey = try? ChaChaPoly.open(box, using: key)
        else { return nil }
        return [UInt8](fileKey)
    }
}
