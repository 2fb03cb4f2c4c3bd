// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// A public Ed25519 key. Its JSON form is the JWK of RFC 8037: `{"crv":"Ed25519","kty":"OKP","x":"…"}`.
public struct VerifyingKey: Sendable, Hashable {
    /// The 32 bytes of RFC 8032 section 5.1.5.
    public let rawRepresentation: [UInt8]

    /// For bytes that came from a key of the library.
    init(trustedBytes: [UInt8]) { rawRepresentation = trustedBytes }

    /// - Throws: `.malformedInput` when there are not 32 bytes or the library refuses them.
    public init(rawRepresentation: [UInt8]) throws(ComityError) {
        guard rawRepresentation.count == 32 else {
            throw ComityError(.malformedInput, "A verifying key has 32 bytes; \(rawRepresentation.count) were given.")
        }
        do { _ = try Curve25519.Signing.PublicKey(rawRepresentation: rawRepresentation) } catch {
            throw ComityError(.malformedInput, "The verifying key is not an Ed25519 key.")
        }
        self.rawRepresentation = rawRepresentation
    }

    /// The JWK thumbprint: SHA-256 of the three members in their RFC 7638 form, base64url.
    public var keyID: String {
        let canonical = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"\(Base64.urlEncode(rawRepresentation))\"}"
        return Base64.urlEncode(SHA256.hash(data: Array(canonical.utf8)))
    }

    /// Whether `signature` (64 bytes) is this key's signature of exactly `message`.
    public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: rawRepresentation) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

extension VerifyingKey: CustomStringConvertible {
    /// The key identifier, as people compare it.
    public var description: String { keyID }
}

extension VerifyingKey: Codable {
    private enum Member: String, CodingKey {
        case crv, kty, x, d
    }

    /// Reads a JWK.
    /// - Throws: `DecodingError.dataCorrupted` for another key type or curve, a wrong length, or a private key.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        func bad(_ text: String) -> DecodingError {
            DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: text))
        }
        guard try members.decode(String.self, forKey: .kty) == "OKP" else { throw bad("the key type is not OKP") }
        guard try members.decode(String.self, forKey: .crv) == "Ed25519" else { throw bad("the curve is not Ed25519") }
        guard !members.contains(.d) else { throw bad("the key is private and must never be sent") }
        guard let bytes = Base64.urlDecode(try members.decode(String.self, forKey: .x)) else { throw bad("x is not base64url") }
        do { self = try VerifyingKey(rawRepresentation: bytes) } catch { throw bad(error.what) }
    }

    /// Writes the JWK, three members.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode("Ed25519", forKey: .crv)
        try members.encode("OKP", forKey: .kty)
        try members.encode(Base64.urlEncode(rawRepresentation), forKey: .x)
    }
}
