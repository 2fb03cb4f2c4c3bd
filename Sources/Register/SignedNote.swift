// SPDX-License-Identifier: Apache-2.0

public import Standards

/// A text with signatures of one or more keys (C2SP signed-note v1).
///
/// ```
/// text, ends with a newline
///
/// — <key name> base64(key id, 4 bytes ‖ signature)
/// — <key name> base64(key id, 4 bytes ‖ signature)
/// ```
/// What a signature is made over follows from the kind of its key: see `NoteVerifier.Kind`.
public struct SignedNote: Sendable, Equatable {
    /// The signed text, with its final newline.
    public let text: String
    /// Signature lines, in their order.
    public let signatures: [Signature]

    /// A signature line: who, with which key, and the bytes.
    public struct Signature: Sendable, Hashable, CustomStringConvertible {
        public let name: String
        public let keyID: [UInt8]
        public let signature: [UInt8]

        public init(name: String, keyID: [UInt8], signature: [UInt8]) {
            self.name = name
            self.keyID = keyID
            self.signature = signature
        }

        /// Reads a line, without its newline.
        /// - Returns: nil when it is not one.
        public init?(line: some StringProtocol) { self.init(bytes: Array(line.utf8)[...]) }

        /// - Parameter bytes: UTF-8.
        init?(bytes: ArraySlice<UInt8>) {
            let dash = Array("— ".utf8)
            guard bytes.starts(with: dash) else { return nil }
            let rest = bytes.dropFirst(dash.count)
            guard let end = rest.firstIndex(of: UInt8(ascii: " ")), end > rest.startIndex, !rest[..<end].contains(UInt8(ascii: "+")),
                let blob = Base64.decode(rest[(end + 1)...]), blob.count > 4
            else { return nil }
            self.init(name: String(decoding: rest[..<end], as: UTF8.self), keyID: Array(blob[0..<4]), signature: Array(blob[4...]))
        }

        /// The line, without its newline.
        public var description: String { "— \(name) \(Base64.encode(keyID + signature))" }
    }

    /// Largest accepted note, in bytes, and most signature lines.
    public static let limit = 256 * 1024
    static let mostSignatures = 64

    /// Signs with every key of the signer.
    /// - Throws: `.failure` when a key cannot sign.
    public static func sign(_ text: String, with key: NoteSigner) throws(ComityError) -> SignedNote {
        SignedNote(text: text, signatures: try key.signatures(of: text))
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
        let newline = UInt8(ascii: "\n")
        let bytes = Array(note.utf8)
        // The last empty line parts the text from the signatures.
        guard bytes.last == newline, !bytes.contains(where: { $0 < 0x20 && $0 != newline }),
            let separator = bytes.indices.dropLast().last(where: { bytes[$0] == newline && bytes[$0 + 1] == newline })
        else { throw bad }
        text = String(decoding: bytes[...separator], as: UTF8.self)
        var parsed: [Signature] = []
        for line in bytes[(separator + 2)...].dropLast().split(separator: newline, omittingEmptySubsequences: false) {
            guard let signature = Signature(bytes: line), parsed.count < Self.mostSignatures else { throw bad }
            parsed.append(signature)
        }
        guard !parsed.isEmpty else { throw bad }
        signatures = parsed
    }

    /// The note as it is stored and sent.
    public var description: String { text + "\n" + signatures.map { "\($0)\n" }.joined() }

    /// The same text with further signature lines; lines that are there already are not repeated.
    public func adding(_ lines: [Signature]) -> SignedNote {
        var all = signatures
        for line in lines where !all.contains(line) { all.append(line) }
        return SignedNote(text: text, signatures: all)
    }

    /// The same text with only those signature lines that a key of `keys` made and that hold.
    public func keeping(_ keys: [NoteVerifier]) -> SignedNote {
        SignedNote(text: text, signatures: signatures.filter { line in keys.contains { $0.matches(line) && $0.isValid(line, of: text) } })
    }

    /// A signature line of this key is there, and every line with its name and key id holds: one that does not makes the note bad.
    public func isSigned(by key: NoteVerifier) -> Bool {
        let lines = signatures.filter(key.matches)
        return !lines.isEmpty && lines.allSatisfy { key.isValid($0, of: text) }
    }

    /// A signature line bears the name and id of this key, whether it holds or not.
    public func names(_ key: NoteVerifier) -> Bool { signatures.contains(where: key.matches) }

    /// Which of the keys have signed.
    public func signers(among keys: [NoteVerifier]) -> [NoteVerifier] { keys.filter(isSigned) }

    /// Which of the witnesses have cosigned, with their earliest time each; in the order of the keys.
    public func cosignatures(by witnesses: [NoteVerifier]) -> [Cosignature] {
        witnesses.compactMap { key in
            guard key.kind == .cosignature else { return nil }
            let held = signatures.filter { key.matches($0) && key.isValid($0, of: text) }
            guard let first = held.compactMap({ line in Cosignature.time(in: line.signature).map { (line, $0) } }).min(by: { $0.1 < $1.1 })
            else { return nil }
            return Cosignature(witness: key.name, seconds: first.1, line: first.0)
        }
    }
}

/// What a witness says with its signature line: at this moment this was the largest checkpoint it had seen of that register, and it
/// extended all it had seen before (C2SP tlog-cosignature, `cosignature/v1`).
public struct Cosignature: Sendable, Equatable {
    /// Name of the witness.
    public let witness: String
    /// POSIX time of the witness, in seconds.
    public let seconds: Int64
    public let line: SignedNote.Signature

    /// What is signed: a header that no other kind of note has, the time, and the text of the checkpoint.
    static func message(_ text: String, seconds: Int64) -> [UInt8] { Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8) }

    /// The time in a `timestamped_signature`: 64 bits, big endian, then 64 bytes of Ed25519.
    /// - Returns: nil for another length, or a time that is zero or above 2^63 − 1.
    static func time(in signature: [UInt8]) -> Int64? {
        guard signature.count == 72 else { return nil }
        let value = signature[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value > 0, let seconds = Int64(exactly: value) else { return nil }
        return seconds
    }
}
