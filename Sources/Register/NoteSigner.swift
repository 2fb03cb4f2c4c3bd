// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// The private half of a register's keys: Ed25519, and ML-DSA-65 for what must hold for decades.
public struct NoteSigner: Sendable {
    private let privateKey: Curve25519.Signing.PrivateKey
    private let statementKey: MLDSA65.PrivateKey?
    /// The public half of the Ed25519 key.
    public let verifier: NoteVerifier
    /// The public half of the ML-DSA-65 key; nil for a register without one.
    public let statementVerifier: NoteVerifier?

    /// - Parameters:
    ///   - seed: 32 bytes of the Ed25519 key.
    ///   - statementSeed: 32 bytes ξ of FIPS 204 of the ML-DSA-65 key; nil: notes carry one signature.
    /// - Throws: `.malformedInput` when a seed has not 32 bytes or the name is not usable.
    public init(name: String, seed: [UInt8], statementSeed: [UInt8]? = nil) throws(ComityError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw ComityError(.malformedInput, "A register key has 32 bytes.")
        }
        privateKey = key
        verifier = try NoteVerifier(name: name, publicKey: Array(key.publicKey.rawRepresentation))
        guard let statementSeed else {
            (statementKey, statementVerifier) = (nil, nil)
            return
        }
        guard statementSeed.count == 32, let second = try? MLDSA65.PrivateKey(seedRepresentation: statementSeed, publicKey: nil) else {
            throw ComityError(.malformedInput, "The seed of a key for statements has 32 bytes.")
        }
        statementKey = second
        statementVerifier = try NoteVerifier(name: name, publicKey: Array(second.publicKey.rawRepresentation), kind: .mlDSA65)
    }

    /// A new random seed.
    public static func newSeed() -> [UInt8] { Array(Curve25519.Signing.PrivateKey().rawRepresentation) }

    /// A signature line for each key, Ed25519 first.
    func signatures(of text: String) throws(ComityError) -> [SignedNote.Signature] {
        let bytes = Array(text.utf8)
        do {
            var lines = [line(verifier, Array(try privateKey.signature(for: bytes)))]
            if let statementKey, let statementVerifier {
                lines.append(line(statementVerifier, Array(try statementKey.signature(for: bytes))))
            }
            return lines
        } catch { throw ComityError(.failure, "The register key cannot sign.") }
    }

    /// Cosigns the text of a checkpoint of another register.
    /// - Parameter seconds: POSIX time, above zero.
    /// - Throws: `.failure` when the key cannot sign.
    public func cosign(_ text: String, at seconds: Int64) throws(ComityError) -> SignedNote.Signature {
        guard seconds > 0, let signature = try? privateKey.signature(for: Cosignature.message(text, seconds: seconds)) else {
            throw ComityError(.failure, "The register key cannot cosign.")
        }
        return line(verifier.cosigner, (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * $0)) } + Array(signature))
    }

    private func line(_ key: NoteVerifier, _ signature: [UInt8]) -> SignedNote.Signature {
        .init(name: key.name, keyID: key.keyID, signature: signature)
    }
}
