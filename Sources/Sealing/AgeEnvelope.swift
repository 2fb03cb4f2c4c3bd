// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards

/// The way from an age file to its payload key: header, identity, MAC, nonce.
struct AgeEnvelope {
    static let nonceSize = 16

    let payloadKey: SymmetricKey
    /// Where the first chunk begins in the file, in bytes.
    let payloadOffset: Int64

    /// Reads header and nonce; `source` stands at the first chunk afterwards.
    /// - Throws: `.schema` for a malformed header or a nonce that is cut off, `.cannotDecrypt` when no identity matches, `.verificationFailed` when
    ///   the header was changed after sealing.
    init(opening source: BufferedSource, with identities: [any AgeOpener]) throws(ComityError) {
        let header = try AgeHeader(from: source)
        let types = Set(header.stanzas.map(\.type))
        if types.contains(AgePassphrase.stanza), header.stanzas.count > 1 {
            throw ComityError(.schema, "The age header mixes a passphrase with other recipients, which the format forbids.")
        }
        guard let fileKey = try Self.fileKey(header, identities) else { throw Self.noMatch(types) }
        guard header.isAuthentic(fileKey) else {
            throw ComityError(
                .verificationFailed, "The envelope header was changed.",
                why: "Its MAC does not match the key inside it.", next: "Ask the sender for the file again.")
        }
        var nonce = [UInt8](repeating: 0, count: Self.nonceSize)
        let count = try nonce.withUnsafeMutableBufferPointer { (buffer) throws(ComityError) -> Int in
            try source.readFully(into: UnsafeMutableRawBufferPointer(buffer))
        }
        guard count == Self.nonceSize else {
            throw ComityError(.schema, "The file is cut off right after the envelope header.")
        }
        payloadKey = Self.payloadKey(fileKey, nonce: nonce)
        payloadOffset = Int64(header.length + Self.nonceSize)
    }

    static func payloadKey(_ fileKey: SymmetricKey, nonce: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: fileKey, salt: nonce, info: Array("payload".utf8), outputByteCount: 32)
    }

    private static func fileKey(_ header: AgeHeader, _ identities: [any AgeOpener]) throws(ComityError) -> SymmetricKey? {
        for identity in identities {
            for stanza in header.stanzas {
                if let key = try identity.unwrap(stanza) { return SymmetricKey(data: key) }
            }
        }
        return nil
    }

    private static func noMatch(_ types: Set<String>) -> ComityError {
        if types == [AgePassphrase.stanza] {
            return ComityError(
                .cannotDecrypt, "The file is sealed with a passphrase (scrypt), and this is not it.",
                next: "Give the passphrase of the sender, letter by letter.")
        }
        return ComityError(
            .cannotDecrypt, "None of your identities opens this file.",
            why: "It is sealed to somebody else, or the part of its header that is for you was changed.",
            next: "Ask the sender to seal to your recipient (age1pq1… or age1…).")
    }
}
