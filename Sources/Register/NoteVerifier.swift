// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// The public half of a note key; its text is `name+hex(key id)+base64(type ‖ public key)` (C2SP signed-note, vkey). The key id is
/// the first four bytes of `SHA-256(name ‖ 0x0A ‖ type ‖ public key)`, so one key of several types has as many ids.
public struct NoteVerifier: Sendable, Hashable, CustomStringConvertible, Codable {
    /// What kind of signature the key makes.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// Ed25519 over the text; type 0x01.
        case ed25519
        /// Ed25519 over a header, a time and the text of a checkpoint; type 0x04 (`cosignature/v1`).
        case cosignature
        /// ML-DSA-65 (FIPS 204) over the text with an empty context; type 0xff and the identifier `ML-DSA-65`, because C2SP has
        /// assigned no byte to it.
        case mlDSA65

        /// The bytes that stand for the type in key ids and keys.
        var type: [UInt8] {
            switch self {
            case .ed25519: [0x01]
            case .cosignature: [0x04]
            case .mlDSA65: [0xFF] + Array("ML-DSA-65".utf8)
            }
        }

        /// Bytes of a public key.
        var size: Int { self == .mlDSA65 ? 1952 : 32 }

        /// As people are told.
        public var title: String {
            switch self {
            case .ed25519: "Ed25519"
            case .cosignature: "cosignature/v1"
            case .mlDSA65: "ML-DSA-65"
            }
        }
    }

    public let name: String
    public let publicKey: [UInt8]
    public let kind: Kind
    public let keyID: [UInt8]

    /// - Throws: `.malformedInput` for a name that no note can carry, or a key of another length.
    public init(name: String, publicKey: [UInt8], kind: Kind = .ed25519) throws(ComityError) {
        guard !name.isEmpty, name.utf8.count <= 255, !name.contains("+"), !name.contains(where: \.isWhitespace),
            publicKey.count == kind.size
        else {
            throw ComityError(.malformedInput, "“\(Text.safe(name, limit: 60))” cannot name a register.")
        }
        self.init(checked: name, publicKey, kind)
    }

    private init(checked name: String, _ publicKey: [UInt8], _ kind: Kind) {
        self.name = name
        self.publicKey = publicKey
        self.kind = kind
        keyID = Array(Hash.of(Array(name.utf8) + [0x0A] + kind.type + publicKey).bytes[0..<4])
    }

    /// The same Ed25519 key under the same name as the key of a witness.
    public var cosigner: NoteVerifier { kind == .mlDSA65 ? self : NoteVerifier(checked: name, publicKey, .cosignature) }

    /// Reads the text form.
    /// - Throws: `.schema`.
    public init(_ text: String) throws(ComityError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let blob = Base64.decode(parts[2]), let kind = Kind.allCases.first(where: { blob.starts(with: $0.type) }),
            let key = try? NoteVerifier(name: parts[0], publicKey: Array(blob.dropFirst(kind.type.count)), kind: kind),
            Hex.encode(key.keyID) == parts[1]
        else { throw ComityError(.schema, "The key of the register cannot be read.") }
        self = key
    }

    public var description: String { "\(name)+\(Hex.encode(keyID))+\(Base64.encode(kind.type + publicKey))" }

    /// The line names this key.
    func matches(_ line: SignedNote.Signature) -> Bool { line.name == name && line.keyID == keyID }

    /// Whether the line is this key's signature of `text`.
    func isValid(_ line: SignedNote.Signature, of text: String) -> Bool {
        switch kind {
        case .ed25519: isEd25519(line.signature, for: Array(text.utf8))
        case .cosignature:
            if let seconds = Cosignature.time(in: line.signature) {
                isEd25519(Array(line.signature[8...]), for: Cosignature.message(text, seconds: seconds))
            } else {
                false
            }
        case .mlDSA65:
            (try? MLDSA65.PublicKey(rawRepresentation: publicKey))?.isValidSignature(line.signature, for: Array(text.utf8)) ?? false
        }
    }

    private func isEd25519(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try NoteVerifier(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
