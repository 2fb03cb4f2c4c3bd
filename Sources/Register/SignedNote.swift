// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// A note signed with Ed25519 (C2SP signed-note v1).
///
/// ```
/// text, ends with a newline
///
/// — <key name> base64(key id, 4 bytes ‖ signature, 64 bytes)
/// ```
/// The key id is the first four bytes of `SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)`.
public struct SignedNote: Sendable, Equatable {
    /// The signed text, with its final newline.
    public let text: String
    /// Signature lines, without the em dash.
    public let signatures: [Signature]

    public struct Signature: Sendable, Equatable {
        public let name: String
        public let keyID: [UInt8]
        public let signature: [UInt8]
    }

    /// Largest accepted note, in bytes.
    public static let limit = 64 * 1024

    /// - Throws: `.failure` when the key cannot sign.
    public static func sign(_ text: String, with key: NoteSigner) throws(ComityError) -> SignedNote {
        let signature: [UInt8]
        do { signature = Array(try key.privateKey.signature(for: Array(text.utf8))) } catch {
            throw ComityError(.failure, "The register key cannot sign.")
        }
        return SignedNote(text: text, signatures: [.init(name: key.verifier.name, keyID: key.verifier.keyID, signature: signature)])
    }

    private init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Parses a note; verifies nothing.
    /// - Throws: `.tooLarge` or `.schema`.
    public init(parsing note: String) throws(ComityError) {
        guard note.utf8.count <= Self.limit else { throw ComityError(.tooLarge, "The signed note is longer than \(Self.limit) bytes.") }
        let bad = ComityError(.schema, "The text is not a signed note.")
        guard !note.unicodeScalars.contains(where: { $0.value < 0x20 && $0.value != 0x0A }), note.hasSuffix("\n"),
            let separator = note.range(of: "\n\n", fromEnd: true)
        else { throw bad }
        text = String(note[note.startIndex...separator.lowerBound])
        var parsed: [Signature] = []
        for line in note[separator.upperBound...].dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "—", !parts[1].isEmpty, !parts[1].contains("+"), let blob = Base64.decode(String(parts[2])),
                blob.count > 4, parsed.count < 16
            else { throw bad }
            parsed.append(Signature(name: String(parts[1]), keyID: Array(blob[0..<4]), signature: Array(blob[4...])))
        }
        guard !parsed.isEmpty else { throw bad }
        signatures = parsed
    }

    /// The note as it is stored and sent.
    public var description: String {
        text + "\n" + signatures.map { "— \($0.name) \(Base64.encode($0.keyID + $0.signature))\n" }.joined()
    }

    /// A signature line of this key is there and holds.
    public func isSigned(by key: NoteVerifier) -> Bool {
        signatures.contains { line in
            line.name == key.name && line.keyID == key.keyID && key.isValid(line.signature, for: Array(text.utf8))
        }
    }
}

extension String {
    fileprivate func range(of text: String, fromEnd: Bool) -> Range<String.Index>? {
        let found = fromEnd ? ranges(of: text).last : ranges(of: text).first
        return found
    }
}

/// The private half of a note key.
public struct NoteSigner: Sendable {
    let privateKey: Curve25519.Signing.PrivateKey
    public let verifier: NoteVerifier

    /// - Throws: `.malformedInput` when the seed has not 32 bytes or the name is not usable.
    public init(name: String, seed: [UInt8]) throws(ComityError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw ComityError(.malformedInput, "A register key has 32 bytes.")
        }
        privateKey = key
        verifier = try NoteVerifier(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// A new random seed.
    public static func newSeed() -> [UInt8] { Array(Curve25519.Signing.PrivateKey().rawRepresentation) }
}

/// The public half of a note key; its text is `name+hex(key id)+base64(0x01 ‖ public key)` (C2SP signed-note, vkey).
public struct NoteVerifier: Sendable, Hashable, CustomStringConvertible, Codable {
    public let name: String
    public let publicKey: [UInt8]
    public let keyID: [UInt8]

    public init(name: String, publicKey: [UInt8]) throws(ComityError) {
        guard !name.isEmpty, name.utf8.count <= 255, !name.contains("+"), !name.contains(where: \.isWhitespace), publicKey.count == 32
        else {
            throw ComityError(.malformedInput, "“\(Text.safe(name, limit: 60))” cannot name a register.")
        }
        self.name = name
        self.publicKey = publicKey
        keyID = Array(Hash.of(Array(name.utf8) + [0x0A, 0x01] + publicKey).bytes[0..<4])
    }

    /// Reads the text form.
    /// - Throws: `.schema`.
    public init(_ text: String) throws(ComityError) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let blob = Base64.decode(parts[2]), blob.first == 1,
            let key = try? NoteVerifier(name: parts[0], publicKey: Array(blob.dropFirst())), Hex.encode(key.keyID) == parts[1]
        else { throw ComityError(.schema, "The key of the register cannot be read.") }
        self = key
    }

    public var description: String { "\(name)+\(Hex.encode(keyID))+\(Base64.encode([0x01] + publicKey))" }

    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
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
