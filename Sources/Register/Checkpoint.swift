// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The head of a register (C2SP tlog-checkpoint): origin, number of entries, root.
///
/// ```
/// <origin>
/// <size, decimal>
/// <base64 root hash>
/// ```
public struct Checkpoint: Sendable, Hashable {
    public let origin: String
    public let size: Int64
    public let root: Hash

    public init(origin: String, size: Int64, root: Hash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed.
    public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    public func signed(by key: NoteSigner) throws(ComityError) -> SignedNote { try SignedNote.sign(text, with: key) }

    /// Reads what a note says, whoever signed it.
    /// - Throws: `.schema`.
    public init(unverified note: SignedNote) throws(ComityError) {
        let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 4, !lines[0].isEmpty, let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
            let bytes = Base64.decode(lines[2]), let root = Hash(bytes)
        else { throw ComityError(.schema, "The checkpoint does not hold origin, size and root.") }
        self.init(origin: lines[0], size: size, root: root)
    }

    /// Reads a signed checkpoint and checks the signatures.
    /// - Parameter second: a second key of the same register that must have signed too; nil when there is none.
    /// - Throws: `.schema` when it cannot be read, `.verificationFailed` when a key did not sign it or it is another register's.
    public init(_ note: String, signedBy key: NoteVerifier, and second: NoteVerifier? = nil) throws(ComityError) {
        try self.init(SignedNote(parsing: note), signedBy: key, and: second)
    }

    /// Reads a checkpoint of a register's own past: it may be older than the second key, but where that has signed, it holds.
    /// - Throws: as for one that is signed by `key`.
    public init(_ note: String, signedBy key: NoteVerifier, andWhereSigned second: NoteVerifier?) throws(ComityError) {
        let signed = try SignedNote(parsing: note)
        let isThere = second.map { key in signed.signatures.contains { $0.name == key.name && $0.keyID == key.keyID } } ?? false
        try self.init(signed, signedBy: key, and: isThere ? second : nil)
    }

    /// The same for a note that was parsed.
    public init(_ signed: SignedNote, signedBy key: NoteVerifier, and second: NoteVerifier? = nil) throws(ComityError) {
        guard signed.isSigned(by: key) else {
            throw ComityError(.verificationFailed, "The checkpoint is not signed by \(key.name).")
        }
        if let second, !signed.isSigned(by: second) {
            throw ComityError(.verificationFailed, "The checkpoint lacks the \(second.kind.title) signature of \(second.name).")
        }
        let checkpoint = try Checkpoint(unverified: signed)
        guard checkpoint.origin == key.name else {
            throw ComityError(
                .verificationFailed,
                "The checkpoint belongs to the register \(Text.safe(checkpoint.origin, limit: 80)), not to \(key.name).")
        }
        self = checkpoint
    }
}
