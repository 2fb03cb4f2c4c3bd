// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import Foundation
public import Standards

/// A passphrase that seals and opens age files, for a courier who carries them (C2SP age, “The scrypt recipient type”).
public struct AgePassphrase: AgeOpener {
    static let stanza = "scrypt"
    static let saltSize = 16
    /// Base-two logarithm of the work of a new file: 256 MiB of memory, about a second.
    public static let workFactor = 18
    /// The most work that opening takes on: a file from outside must not exhaust the memory (1 GiB).
    public static let mostWork = 20

    private let bytes: [UInt8]

    /// - Throws: `.usage` for an empty passphrase.
    public init(_ text: String) throws(ComityError) {
        guard !text.isEmpty else { throw ComityError(.usage, "The passphrase is empty.", next: "Use at least ten words chosen by chance.") }
        bytes = Array(text.utf8)
    }

    /// Ten words or so: a new passphrase of 128 bits, in groups that can be read aloud.
    public static func generate() -> String {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        return (0..<7).map { _ in String((0..<4).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }) }
            .joined(separator: "-")
    }

    func wrap(_ fileKey: SymmetricKey, work: Int = AgePassphrase.workFactor) throws(ComityError) -> AgeStanza {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<Self.saltSize).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return AgeStanza(
            type: Self.stanza, arguments: [Base64.rawEncode(salt), "\(work)"],
            body: try AgeFileKey.seal(fileKey, under: try key(salt: salt, work: work)))
    }

    /// The file key inside the stanza, or nil when the passphrase is another.
    /// - Throws: `.schema` when the stanza breaks the format, `.tooLarge` when it asks for more work than is taken on.
    public func unwrap(_ stanza: AgeStanza) throws(ComityError) -> [UInt8]? {
        guard stanza.type == Self.stanza else { return nil }
        guard stanza.arguments.count == 2, let salt = Base64.rawDecode(stanza.arguments[0]), salt.count == Self.saltSize,
            stanza.arguments[1].wholeMatch(of: /[1-9][0-9]*/) != nil, stanza.body.count == AgeFileKey.sealedSize
        else {
            throw ComityError(.schema, "The scrypt recipient in the age header is malformed.")
        }
        guard let work = Int(stanza.arguments[1]), work <= Self.mostWork else {
            throw ComityError(
                .schema, "The age file asks for more work than is taken on: 2 to the power of \(stanza.arguments[1].prefix(20)).",
                why: "At most \(Self.mostWork) is, which takes 1 GiB of memory.", next: "Ask for a file with a smaller work factor.")
        }
        return AgeFileKey.open(stanza.body, under: try key(salt: salt, work: work))
    }

    /// scrypt (RFC 7914) with r = 8, p = 1 and salt = `age-encryption.org/v1/scrypt` ‖ salt.
    private func key(salt: [UInt8], work: Int) throws(ComityError) -> SymmetricKey {
        do {
            return try KDF.Scrypt.deriveKey(
                from: bytes, salt: Array("age-encryption.org/v1/scrypt".utf8) + salt, outputByteCount: 32, rounds: 1 << work, blockSize: 8,
                parallelism: 1)
        } catch { throw ComityError(.failure, "The passphrase cannot be worked on.", why: "The memory for it may be missing.") }
    }
}
