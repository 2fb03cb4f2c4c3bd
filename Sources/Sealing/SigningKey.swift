// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// A private Ed25519 key (RFC 8032): signs acts, directory entries and package statements.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A fresh key from the random generator of the operating system.
    public static func generate() -> SigningKey { SigningKey(key: Curve25519.Signing.PrivateKey()) }

    private init(key: Curve25519.Signing.PrivateKey) { self.key = key }

    /// Takes the 32-byte seed of RFC 8032 section 5.1.5.
    /// - Throws: `.malformedInput` when it has another length.
    public init(rawRepresentation: [UInt8]) throws(ComityError) {
        guard rawRepresentation.count == 32 else {
            throw ComityError(.malformedInput, "A signing key has 32 bytes; \(rawRepresentation.count) were given.")
        }
        do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: rawRepresentation) } catch {
            throw ComityError(.malformedInput, "The signing key cannot be used.")
        }
    }

    /// The 32-byte seed. Secret.
    public var rawRepresentation: [UInt8] { [UInt8](key.rawRepresentation) }

    /// The public half.
    public var verifyingKey: VerifyingKey { VerifyingKey(trustedBytes: [UInt8](key.publicKey.rawRepresentation)) }

}

extension SigningKey: DocumentKey {
    /// `EdDSA`.
    public var algorithm: String { JWS.edDSA }
    /// The thumbprint of the public half.
    public var keyID: String { verifyingKey.keyID }

    /// The 64-byte signature of `message` (pure Ed25519, no prehash).
    /// - Throws: `.failure` when the library cannot sign.
    public func sign(_ message: [UInt8]) throws(ComityError) -> [UInt8] {
        do { return [UInt8](try key.signature(for: message)) } catch {
            throw ComityError(.failure, "The signature could not be made.")
        }
    }
}
