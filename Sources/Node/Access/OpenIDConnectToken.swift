// SPDX-License-Identifier: Apache-2.0

import Foundation
import JWTKit
import Standards

/// Checks an ID token (OpenID Connect Core 1.0, section 3.1.3.7): signature with a key of the provider, issuer, audience,
/// times, nonce.
struct OpenIDConnectToken: Sendable {
    let subject: String
    let claims: JSONValue

    /// Algorithms that are believed, with the type of key and curve each needs. Whatever the token says of itself, neither
    /// `none` nor a shared secret is among them.
    private static let algorithms: [String: (type: String, curve: String?)] = [
        "RS256": ("RSA", nil), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519"),
    ]
    /// Clocks of two machines may differ by this, seconds.
    private static let leeway: Int64 = 60
    private static let limit = 65536

    /// What must be true of the token.
    struct Expectation: Sendable {
        let issuer: String
        let clientID: String
        let nonce: String
        /// Milliseconds since 1970.
        let now: Int64
    }

    /// - Throws: `.verificationFailed`, saying what does not hold.
    init(_ token: String, keys: [JSONValue], expecting: Expectation) async throws(ComityError) {
        guard token.utf8.count <= Self.limit,
            let head = token.split(separator: ".", omittingEmptySubsequences: false).first.flatMap({ Base64.urlDecode(String($0)) }),
            let header = try? IJSON.decode(JSONValue.self, from: head, limit: Self.limit), let algorithm = header["alg"]?.string
        else { throw OpenIDConnectProvider.unbelievable("The ID token cannot be read.") }
        guard let needs = Self.algorithms[algorithm], header["crit"] == nil else {
            throw OpenIDConnectProvider.unbelievable(
                "The ID token is signed in a way that is not accepted (\(Text.safe(algorithm, limit: 20))).")
        }
        let fitting = keys.filter { key in
            key["kty"]?.string == needs.type && key["crv"]?.string == needs.curve && key["use"]?.string ?? "sig" == "sig"
                && [algorithm, "Ed25519"].contains(key["alg"]?.string ?? algorithm)
                && (header["kid"] == nil || header["kid"]?.string == key["kid"]?.string)
        }
        let claims = try await Self.verified(token, algorithm: algorithm, keys: fitting)
        guard let subject = try Self.check(claims, expecting) else {
            throw OpenIDConnectProvider.unbelievable("The ID token names nobody.")
        }
        self.subject = subject
        self.claims = claims
    }

    /// The claims, once one of the keys fits the signature.
    private static func verified(_ token: String, algorithm: String, keys: [JSONValue]) async throws(ComityError) -> JSONValue {
        for key in keys.prefix(8) {
            // Only what makes the key: its other members have been looked at.
            var members = (key.object ?? [:]).filter { ["kty", "crv", "x", "y", "n", "e"].contains($0.key) }
            members["kid"] = .string("key")
            members["alg"] = .string(algorithm)
            guard let bytes = try? IJSON.encode(JSONValue.object(members)),
                let jwk = try? JSONDecoder().decode(JWK.self, from: Data(bytes)),
                let collection = try? await JWTKeyCollection().add(jwk: jwk),
                let claims = try? await collection.verify(token, as: Claims.self)
            else { continue }
            return claims.value
        }
        throw OpenIDConnectProvider.unbelievable("The ID token is not signed with a key of the provider.")
    }

    /// The payload as it stands; it is checked below, against the node's own clock.
    private struct Claims: JWTPayload {
        let value: JSONValue

        init(from decoder: any Decoder) throws { value = try JSONValue(from: decoder) }
        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    /// - Returns: the subject.
    private static func check(_ claims: JSONValue, _ expected: Expectation) throws(ComityError) -> String? {
        func require(_ holds: Bool, _ why: String) throws(ComityError) {
            guard holds else { throw OpenIDConnectProvider.unbelievable(why) }
        }
        let now = expected.now / 1000
        try require(claims["iss"]?.string == expected.issuer, "The ID token is of another issuer.")
        let audience = claims["aud"]?.string.map { [$0] } ?? claims["aud"]?.array?.compactMap(\.string) ?? []
        try require(audience.contains(expected.clientID), "The ID token is for another program.")
        let party = claims["azp"]
        try require(
            party.map { $0.string == expected.clientID } ?? (audience.count == 1), "The ID token was given to another program.")
        try require(seconds(claims["exp"]).map { now < $0 + leeway } ?? false, "The ID token is too old.")
        try require(seconds(claims["iat"]).map { $0 <= now + leeway } ?? false, "The ID token is from the future.")
        try require(seconds(claims["nbf"]).map { $0 <= now + leeway } ?? true, "The ID token is from the future.")
        let nonce = Array((claims["nonce"]?.string ?? "").utf8)
        try require(Secret.equal(nonce, Array(expected.nonce.utf8)), "The ID token belongs to another sign-in.")
        guard let subject = claims["sub"]?.string, (1...255).contains(subject.utf8.count) else { return nil }
        return subject
    }

    private static func seconds(_ value: JSONValue?) -> Int64? {
        if case .number(let number)? = value, abs(number) < 1e12 { return Int64(number) }
        return value?.integer.flatMap { abs($0) < 1_000_000_000_000 ? $0 : nil }
    }
}
