// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards

/// The hybrid post-quantum recipient type of age: HPKE (RFC 9180) with ML-KEM-768 and X25519 together (X-Wing), HKDF-SHA256 and
/// ChaCha20-Poly1305 (C2SP age, “The MLKEM768-X25519 hybrid post-quantum recipient type”).
enum AgeHybrid {
    static let stanza = "mlkem768x25519"
    /// Bytes of a public key, and of what encapsulates a secret for it.
    static let recipientSize = 1216
    static let encapsulatedSize = 1120
    static let seedSize = 32

    private static let suite = HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    private static let info = Data("age-encryption.org/mlkem768x25519".utf8)

    /// `-> mlkem768x25519 <encapsulated key>`, body: the file key as HPKE seals it.
    /// - Throws: `.malformedInput` when the recipient is no key.
    static func wrap(_ fileKey: SymmetricKey, for recipient: [UInt8]) throws(ComityError) -> AgeStanza {
        do {
            let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: recipient)
            var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
            let body = try sender.seal(fileKey.withUnsafeBytes { Data($0) })
            return AgeStanza(type: stanza, arguments: [Base64.rawEncode([UInt8](sender.encapsulatedKey))], body: [UInt8](body))
        } catch {
            throw ComityError(.malformedInput, "Nothing can be sealed to this recipient.", why: "It is no ML-KEM-768 and X25519 key.")
        }
    }

    /// The file key inside the stanza, or nil when it is for somebody else.
    /// - Throws: `.schema` when the stanza breaks the format.
    static func unwrap(_ stanza: AgeStanza, with key: XWingMLKEM768X25519.PrivateKey) throws(ComityError) -> [UInt8]? {
        guard stanza.arguments.count == 1, let encapsulated = Base64.rawDecode(stanza.arguments[0]),
            encapsulated.count == encapsulatedSize, stanza.body.count == AgeFileKey.sealedSize
        else {
            throw ComityError(.schema, "The mlkem768x25519 recipient in the age header is malformed.")
        }
        guard
            var recipient = try? HPKE.Recipient(privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: Data(encapsulated)),
            let fileKey = try? recipient.open(Data(stanza.body))
        else { return nil }
        return [UInt8](fileKey)
    }
}
