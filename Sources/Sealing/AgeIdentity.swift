// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards

/// What opens age files: an identity or a passphrase.
public protocol AgeOpener: Sendable {
    /// The file key, 16 bytes, inside a stanza, or nil when the stanza is for somebody else.
    /// - Throws: `.schema` when the stanza breaks the format.
    func unwrap(_ stanza: AgeStanza) throws(ComityError) -> [UInt8]?
}

/// A private key that opens age files: `AGE-SECRET-KEY-PQ-1…` (hybrid) or `AGE-SECRET-KEY-1…` (X25519).
public struct AgeIdentity: AgeOpener {
    private enum Secret: Sendable {
        case hybrid(XWingMLKEM768X25519.PrivateKey)
        case x25519(Curve25519.KeyAgreement.PrivateKey)
    }

    private static let prefixes: [AgeRecipient.Kind: String] = [.hybrid: "age-secret-key-pq-", .x25519: "age-secret-key-"]

    private let secret: Secret
    /// The public half, to which others seal.
    public let recipient: AgeRecipient

    /// A fresh identity from the random generator of the operating system.
    public static func generate(_ kind: AgeRecipient.Kind = .hybrid) -> AgeIdentity {
        var generator = SystemRandomNumberGenerator()
        while true {
            let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if let identity = AgeIdentity(kind, seed: seed) { return identity }
        }
    }

    /// Nil when the library takes these 32 bytes for no key.
    private init?(_ kind: AgeRecipient.Kind, seed: [UInt8]) {
        switch kind {
        case .hybrid:
            guard seed.count == AgeHybrid.seedSize,
                let key = try? XWingMLKEM768X25519.PrivateKey(seedRepresentation: seed, publicKey: nil)
            else { return nil }
            secret = .hybrid(key)
            recipient = AgeRecipient(.hybrid, trustedBytes: [UInt8](key.publicKey.rawRepresentation))
        case .x25519:
            guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: seed) else { return nil }
            secret = .x25519(key)
            recipient = AgeRecipient(.x25519, trustedBytes: [UInt8](key.publicKey.rawRepresentation))
        }
    }

    /// Reads a line as `age-keygen` writes it.
    /// - Throws: `.malformedInput`; the text itself is never repeated in the error.
    public init(_ text: String) throws(ComityError) {
        guard text == text.uppercased(), let decoded = Bech32.decode(text),
            let kind = Self.prefixes.first(where: { $0.value == decoded.prefix })?.key, decoded.bytes.count == 32,
            let identity = AgeIdentity(kind, seed: decoded.bytes)
        else {
            throw ComityError(
                .malformedInput, "This is not an age identity.", why: "The prefix, the length or the check characters are wrong.",
                next: "An identity is one line that begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1.")
        }
        self = identity
    }

    /// `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`. Secret.
    public var text: String {
        switch secret {
        case .hybrid(let key): Self.line(.hybrid, [UInt8](key.seedRepresentation))
        case .x25519(let key): Self.line(.x25519, [UInt8](key.rawRepresentation))
        }
    }

    private static func line(_ kind: AgeRecipient.Kind, _ seed: [UInt8]) -> String {
        Bech32.encode(prefix: prefixes[kind] ?? "", seed).uppercased()
    }

    /// The file key inside a stanza, or nil when the stanza is for somebody else.
    public func unwrap(_ stanza: AgeStanza) throws(ComityError) -> [UInt8]? {
        switch secret {
        case .hybrid(let key): stanza.type == AgeHybrid.stanza ? try AgeHybrid.unwrap(stanza, with: key) : nil
        case .x25519(let key): stanza.type == AgeX25519.stanza ? try AgeX25519.unwrap(stanza, with: key) : nil
        }
    }
}
