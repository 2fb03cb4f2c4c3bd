// SPDX-License-Identifier: Apache-2.0

public import Standards

/// The head of a register (C2SP tlog-checkpoint): origin, number of entries, root.
///
/// ```
/// <origin>
/// <size, decimal>
/// <base64 root hash>
/// ```
public struct Checkpoint: Sendable, Equatable {
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

    /// Reads a signed checkpoint and checks the signature.
    /// - Throws: `.schema` when it cannot be read, `.verificationFailed` when `key` did not sign it or it is another register's.
    public init(_ note: String, signedBy key: NoteVerifier) throws(ComityError) {
        let signed = try SignedNote(parsing: note)
        guard signed.isSigned(by: key) else {
            throw ComityError(.verificationFailed, "The checkpoint is not signed by \(key.name).")
        }
        let head = try Checkpoint(text: signed.text)
        guard head.origin == key.name else {
            throw ComityError(
                .verificationFailed, "The checkpoint belongs to the register \(Text.safe(head.origin, limit: 80)), not to \(key.name).")
        }
        self = head
    }

    /// Reads what a note says, with nothing proved: for whoever checks the tree itself.
    /// - Throws: `.schema` when it cannot be read.
    public init(unverified note: String) throws(ComityError) { try self.init(text: try SignedNote(parsing: note).text) }

    private init(text: String) throws(ComityError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count >= 4, let size = Int64(lines[1]), size >= 0, String(size) == lines[1], let bytes = Base64.decode(lines[2]),
            let root = Hash(bytes)
        else { throw ComityError(.schema, "The checkpoint does not hold origin, size and root.") }
        self.init(origin: lines[0], size: size, root: root)
    }
}
