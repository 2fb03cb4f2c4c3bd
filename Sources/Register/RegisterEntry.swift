// SPDX-License-Identifier: Apache-2.0

public import Standards

/// What a register holds of an act or event: 32 bytes, the SHA-256 of its exact bytes.
///
/// A witness learns how many, never what: acts and events carry a random id, so a hash cannot be guessed.
/// The leaf hash is `SHA-256(0x00 ‖ those 32 bytes)`.
public struct RegisterEntry: Sendable, Hashable {
    /// SHA-256 of the payload of an act, or of the bytes of an event.
    public let content: Hash

    public init(content: Hash) { self.content = content }

    public var leafHash: Hash { MerkleTree.leafHash(content) }
}

/// The way of an entry into a register: **pending** (handed over, nothing promised) → **durable** (on disk, its place is fixed) →
/// **integrated** (under a root that follows from the durable entries) → **published** (under a root that this node has signed).
/// Each type is made only by the step that it names.
public struct PendingEntry: Sendable, Hashable {
    public enum Kind: String, Sendable, Codable { case act, event, lost }

    public let entry: RegisterEntry
    public let kind: Kind
    /// Id of the act or event; of an entry whose content was lost, its hash.
    public let ref: String

    public init(_ content: Hash, kind: Kind, ref: String) {
        entry = RegisterEntry(content: content)
        self.kind = kind
        self.ref = ref
    }
}

/// Entries that one transaction wrote, after it was synced to disk. May be empty.
public struct DurableEntries: Sendable, Equatable {
    public let indexes: Range<Int64>
    /// The right edge after the transaction they came with.
    let edge: TileEdge

    public init(_ indexes: Range<Int64>, edge: TileEdge) {
        self.indexes = indexes
        self.edge = edge
    }

    /// The tree over them and everything before.
    public var integrated: IntegratedHead { IntegratedHead(size: edge.size, root: edge.root) }
}

/// A tree whose entries are all durable; unsigned.
public struct IntegratedHead: Sendable, Equatable {
    public let size: Int64
    public let root: Hash
}

/// A head that this node has signed: everything below `checkpoint.size` is published.
public struct PublishedHead: Sendable, Equatable {
    public let checkpoint: Checkpoint
    /// The checkpoint as signed note.
    public let note: String

    public init(checkpoint: Checkpoint, note: String) {
        self.checkpoint = checkpoint
        self.note = note
    }

    public func covers(_ index: Int64) -> Bool { (0..<checkpoint.size).contains(index) }
}

/// What a node returns for an act it has durably registered: a promise that can be checked by anyone who knows its key.
public struct Receipt: Sendable, Codable, Equatable {
    public static let version = 1

    public let v: Int
    /// Hash of the act's payload.
    public let act: Hash
    /// Index of its entry in the register that gives the receipt.
    public let index: Int64
    /// Signed checkpoint that covers the entry.
    public let checkpoint: String
    /// Inclusion proof from the leaf to the root of that checkpoint.
    public let proof: [Hash]

    public init(act: Hash, index: Int64, checkpoint: String, proof: [Hash]) {
        v = Self.version
        self.act = act
        self.index = index
        self.checkpoint = checkpoint
        self.proof = proof
    }

    /// Largest accepted receipt, in bytes.
    public static let limit = 256 * 1024

    /// Checks signatures, index and proof.
    /// - Parameter second: a second key of that register that must have signed too. Receipts from before registers had one are checked
    ///   without it.
    /// - Throws: `.verificationFailed` naming what does not hold; `.schema` for another version.
    public func verify(act expected: Hash, signedBy key: NoteVerifier, and second: NoteVerifier? = nil) throws(ComityError) -> Checkpoint {
        guard v == Self.version else {
            throw ComityError(.schema, "The receipt has version \(v); this node reads version \(Self.version).")
        }
        guard act == expected else { throw ComityError(.verificationFailed, "The receipt is for another act.") }
        let head = try Checkpoint(checkpoint, signedBy: key, and: second)
        guard let root = MerkleTree.root(leaf: RegisterEntry(content: act).leafHash, index: index, size: head.size, proof: proof),
            root == head.root
        else { throw ComityError(.verificationFailed, "The inclusion proof of the receipt does not lead to the root of its checkpoint.") }
        return head
    }
}
