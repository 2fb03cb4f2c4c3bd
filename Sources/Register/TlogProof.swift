// SPDX-License-Identifier: Apache-2.0

public import Standards

/// That an entry stands in a register, and which witnesses have seen it there, in one text that needs no network to check
/// (C2SP tlog-proof v1).
///
/// ```
/// c2sp.org/tlog-proof@v1
/// extra <base64>          (optional)
/// index <decimal>
/// <base64 hash>           (from the leaf upwards)
///
/// <signed checkpoint>
/// ```
public struct TlogProof: Sendable, Equatable, CustomStringConvertible {
    static let header = "c2sp.org/tlog-proof@v1"

    public let index: Int64
    public let hashes: [Hash]
    /// The checkpoint with its signatures and cosignatures.
    public let note: SignedNote
    /// What the maker adds; proves nothing.
    public let extra: [UInt8]?

    public init(index: Int64, hashes: [Hash], note: SignedNote, extra: [UInt8]? = nil) {
        self.index = index
        self.hashes = hashes
        self.note = note
        self.extra = extra
    }

    /// The text.
    public var description: String {
        let head = [Self.header] + (extra.map { ["extra \(Base64.encode($0))"] } ?? []) + ["index \(index)"]
        return (head + hashes.map { Base64.encode($0.bytes) }).joined(separator: "\n") + "\n\n" + note.description
    }

    /// Reads the text; verifies nothing.
    /// - Throws: `.schema`, `.tooLarge`.
    public init(parsing text: String) throws(ComityError) {
        let bad = ComityError(.schema, "The text is not a proof of an entry (C2SP tlog-proof v1).")
        guard text.utf8.count <= SignedNote.limit * 2 else { throw ComityError(.tooLarge, "The proof is too long.") }
        guard let gap = text.firstRange(of: "\n\n") else { throw bad }
        var lines = text[text.startIndex..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        guard lines.popFirst() == Self.header, let second = lines.popFirst() else { throw bad }
        var indexLine = second
        if second.hasPrefix("extra ") {
            guard let bytes = Base64.decode(String(second.dropFirst(6))), let next = lines.popFirst() else { throw bad }
            extra = bytes
            indexLine = next
        } else {
            extra = nil
        }
        guard indexLine.hasPrefix("index "), let number = Decimal63.read(indexLine.dropFirst(6)), lines.count <= 63 else { throw bad }
        index = number
        var hashes: [Hash] = []
        for line in lines {
            guard let hash = Base64.decode(line).flatMap({ Hash($0) }) else { throw bad }
            hashes.append(hash)
        }
        self.hashes = hashes
        note = try SignedNote(parsing: String(text[gap.upperBound...]))
    }

    /// What a proof shows once it holds.
    public struct Shown: Sendable, Equatable {
        public let checkpoint: Checkpoint
        /// The keys of the register whose signatures hold.
        public let signers: [NoteVerifier]
        /// The witnesses that have cosigned, each with its time.
        public let cosignatures: [Cosignature]
    }

    /// Checks signatures, inclusion and cosignatures. A line of a known witness that does not hold makes the proof bad.
    /// - Parameters:
    ///   - entry: the 32 bytes that the register holds.
    ///   - keys: the keys of the register; the first must have signed.
    ///   - witnesses: keys of witnesses that the reader knows.
    /// - Throws: `.verificationFailed` naming what does not hold.
    public func verify(entry: RegisterEntry, signedBy keys: [NoteVerifier], witnesses: [NoteVerifier] = []) throws(ComityError) -> Shown {
        guard let first = keys.first else { throw ComityError(.verificationFailed, "No key of the register is known.") }
        let checkpoint = try Checkpoint(note, signedBy: first)
        guard MerkleTree.root(leaf: entry.leafHash, index: index, size: checkpoint.size, proof: hashes) == checkpoint.root else {
            throw ComityError(.verificationFailed, "The inclusion proof does not lead to the root of the checkpoint.")
        }
        for key in keys + witnesses where note.signatures.contains(where: key.matches) && !note.isSigned(by: key) {
            throw ComityError(.verificationFailed, "A signature that names \(key.name) does not hold.")
        }
        return Shown(checkpoint: checkpoint, signers: note.signers(among: keys), cosignatures: note.cosignatures(by: witnesses))
    }
}

/// A number from 0 to 2^63 − 1 in decimal, without leading zeroes or signs.
enum Decimal63 {
    static func read(_ text: some StringProtocol) -> Int64? {
        guard let number = Int64(text), number >= 0, String(number) == text else { return nil }
        return number
    }
}
