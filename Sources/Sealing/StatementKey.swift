// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// A private ML-DSA-65 key (FIPS 204): signs package statements beside the Ed25519 key, so that they hold as evidence also when
/// somebody owns a quantum computer.
public struct StatementKey: Sendable {
    private let key: MLDSA65.PrivateKey

    /// A fresh key from the random generator of the operating system.
    /// - Throws: `.failure` when the library cannot make one.
    public static func generate() throws(ComityError) -> StatementKey {
        do { return StatementKey(key: try MLDSA65.PrivateKey()) } catch {
            throw ComityError(.failure, "The key for statements could not be made.")
        }
    }

    private init(key: MLDSA65.PrivateKey) { self.key = key }

    /// Takes the 32-byte seed ξ of FIPS 204, algorithm 6.
    /// - Throws: `.malformedInput` when it has another length.
    public init(seed: [UInt8]) throws(ComityError) {
        guard seed.count == 32 else {
            throw ComityError(.malformedInput, "The seed of a key for statements has 32 bytes; \(seed.count) were given.")
        }
        do { key = try MLDSA65.PrivateKey(seedRepresentation: seed, publicKey: nil) } catch {
            throw ComityError(.malformedInput, "The key for statements cannot be used.")
        }
    }

    /// The 32-byte seed. Secret.
    public var seed: [UInt8] { [UInt8](key.seedRepresentation) }

    /// The public half.
    public var verifyingKey: StatementVerifyingKey { StatementVerifyingKey(trustedBytes: [UInt8](key.publicKey.rawRepresentation)) }
}

extension StatementKey: DocumentKey {
    /// `ML-DSA-65`.
    public var algorithm: String { JWS.mlDSA65 }
    /// The thumbprint of the public half.
    public var keyID: String { verifyingKey.keyID }

    /// The 3309-byte signature of `message` (pure ML-DSA, empty context, hedged).
    /// - Throws: `.failure` when the library cannot sign.
    public func sign(_ message: [UInt8]) throws(ComityError) -> [UInt8] {
        do { return [UInt8](try key.signature(for: message)) } catch {
            throw ComityError(.failure, "The signature could not be made.")
        }
    }
}

/// A public ML-DSA-65 key. Its JSON form is the JWK of RFC 9964: `{"alg":"ML-DSA-65","kty":"AKP","pub":"…"}`.
public struct StatementVerifyingKey: Sendable, Hashable {
    /// Bytes of a key and of a signature (FIPS 204, table 2).
    static let size = 1952
    static let signatureSize = 3309

    /// The 1952 bytes of FIPS 204, algorithm 22.
    public let rawRepresentation: [UInt8]

    /// For bytes that came from a key of the library.
    init(trustedBytes: [UInt8]) { rawRepresentation = trustedBytes }

    /// - Throws: `.malformedInput` when there are not 1952 bytes or the library refuses them.
    public init(rawRepresentation: [UInt8]) throws(ComityError) {
        guard rawRepresentation.count == Self.size else {
            throw ComityError(.malformedInput, "A public key for statements has \(Self.size) bytes; \(rawRepresentation.count) were given.")
        }
        do { _ = try MLDSA65.PublicKey(rawRepresentation: rawRepresentation) } catch {
            throw ComityError(.malformedInput, "The public key for statements is not an ML-DSA-65 key.")
        }
        self.rawRepresentation = rawRepresentation
    }

    /// The JWK thumbprint: SHA-256 of the three members in their RFC 7638 form, base64url.
    public var keyID: String {
        let canonical = "{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\",\"pub\":\"\(Base64.urlEncode(rawRepresentation))\"}"
        return Base64.urlEncode(SHA256.hash(data: Array(canonical.utf8)))
    }

    /// Whether `signature` (3309 bytes) is this key's signature of exactly `message`, with an empty context.
    public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureSize, let key = try? MLDSA65.PublicKey(rawRepresentation: rawRepresentation) else {
            return false
        }
        return key.isValidSignature(signature, for: message)
    }
}

extension StatementVerifyingKey: CustomStringConvertible {
    /// The key identifier, as people compare it.
    public var description: String { keyID }
}

extension StatementVerifyingKey: Codable {
    private enum Member: String, CodingKey {
        case alg, kty, pub, priv, d
    }

    /// Reads a JWK.
    /// - Throws: `DecodingError.dataCorrupted` for another key type or algorithm, a wrong length, or a private key.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        func bad(_ text: String) -> DecodingError {
            DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: text))
        }
        guard try members.decode(String.self, forKey: .kty) == "AKP" else { throw bad("the key type is not AKP") }
        guard try members.decode(String.self, forKey: .alg) == JWS.mlDSA65 else { throw bad("the algorithm is not ML-DSA-65") }
        guard !members.contains(.priv), !members.contains(.d) else { throw bad("the key is private and must never be sent") }
        guard let bytes = Base64.urlDecode(try members.decode(String.self, forKey: .pub)) else { throw bad("pub is not base64url") }
        do { self = try StatementVerifyingKey(rawRepresentation: bytes) } catch { throw bad(error.what) }
    }

    /// Writes the JWK, three members.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(JWS.mlDSA65, forKey: .alg)
        try members.encode("AKP", forKey: .kty)
        try members.encode(Base64.urlEncode(rawRepresentation), forKey: .pub)
    }
}
