// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// A public key to which age files are sealed: `age1pq1…` (hybrid, the default between nodes) or `age1…` (X25519).
public struct AgeRecipient: Sendable, Hashable, CustomStringConvertible {
    /// The two kinds of keys.
    public enum Kind: String, Sendable, CaseIterable {
        /// ML-KEM-768 and X25519 together: also closed to whoever records today and has a quantum computer later.
        case hybrid = "mlkem768x25519"
        case x25519 = "X25519"

        var prefix: String { self == .hybrid ? "age1pq" : "age" }
        var size: Int { self == .hybrid ? AgeHybrid.recipientSize : 32 }
    }

    public let kind: Kind
    /// The public key: 32 bytes, or 1,216 of a hybrid one.
    public let rawRepresentation: [UInt8]

    init(_ kind: Kind, trustedBytes: [UInt8]) {
        self.kind = kind
        rawRepresentation = trustedBytes
    }

    /// Reads `age1…` or `age1pq1…`.
    /// - Throws: `.malformedInput`.
    public init(_ text: String) throws(ComityError) {
        guard text == text.lowercased(), let decoded = Bech32.decode(text),
            let kind = Kind.allCases.first(where: { $0.prefix == decoded.prefix }), decoded.bytes.count == kind.size
        else {
            throw ComityError(
                .malformedInput, "“\(text.prefix(80))” is not an age recipient.",
                why: "The prefix, the length or the check characters are wrong.",
                next: "A recipient begins with age1 and has 62 characters, or with age1pq1 and has 1,959.")
        }
        if kind == .hybrid, (try? XWingMLKEM768X25519.PublicKey(rawRepresentation: decoded.bytes)) == nil {
            throw ComityError(.malformedInput, "“\(text.prefix(80))…” is not an age recipient.", why: "It is no ML-KEM-768 key.")
        }
        self.kind = kind
        rawRepresentation = decoded.bytes
    }

    /// `age1…` or `age1pq1…`
    public var text: String { Bech32.encode(prefix: kind.prefix, rawRepresentation) }

    /// The same as ``text``.
    public var description: String { text }

    /// A stanza that gives `fileKey` to this recipient.
    /// - Throws: `.malformedInput` when the recipient is a point of low order.
    func wrap(_ fileKey: SymmetricKey) throws(ComityError) -> AgeStanza {
        switch kind {
        case .hybrid: try AgeHybrid.wrap(fileKey, for: rawRepresentation)
        case .x25519: try AgeX25519.wrap(fileKey, for: rawRepresentation)
        }
    }
}
