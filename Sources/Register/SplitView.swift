// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Two checkpoints that one register signed and that cannot both be true: proof that it shows different histories to different States.
/// Anyone can check it who knows the key of the register.
///
/// With equal sizes the roots differ. With different sizes a consistency proof shows which root the larger tree has at the smaller
/// size, and it is not the one that was signed.
public struct SplitView: Sendable, Codable, Equatable {
    public static let version = 1
    /// Largest accepted proof, in bytes.
    public static let limit = 3 * SignedNote.limit

    public let v: Int
    /// The signed checkpoint of the smaller register, or of one of two equal sizes.
    public let smaller: String
    public let larger: String
    /// Root of the larger register at the smaller size; nil with equal sizes.
    public let root: Hash?
    /// Consistency proof from that root to the larger checkpoint.
    public let proof: [Hash]
    /// The keys of the register, as text; the first has signed both.
    public let keys: [NoteVerifier]

    public init(smaller: SignedNote, larger: SignedNote, root: Hash? = nil, proof: [Hash] = [], keys: [NoteVerifier]) {
        v = Self.version
        self.smaller = smaller.description
        self.larger = larger.description
        self.root = root
        self.proof = proof
        self.keys = keys
    }

    /// What the register says of itself in the two checkpoints.
    public struct Shown: Sendable, Equatable {
        public let smaller: Checkpoint
        public let larger: Checkpoint
        /// Root of the larger register at the smaller size.
        public let root: Hash
    }

    /// Checks both signatures and that the two contradict each other.
    /// - Parameter key: the register's Ed25519 key, from a source that is believed.
    /// - Throws: `.verificationFailed` when it proves nothing; `.schema`.
    public func verify(signedBy key: NoteVerifier) throws(ComityError) -> Shown {
        guard v == Self.version else {
            throw ComityError(.schema, "The proof has version \(v); this program reads version \(Self.version).")
        }
        let (first, second) = (try Checkpoint(smaller, signedBy: key), try Checkpoint(larger, signedBy: key))
        let nothing = ComityError(.verificationFailed, "The two checkpoints of \(key.name) do not contradict each other.")
        guard first.size <= second.size else { throw nothing }
        if first.size == second.size {
            guard first.root != second.root else { throw nothing }
            return Shown(smaller: first, larger: second, root: second.root)
        }
        guard let root, root != first.root,
            MerkleTree.isConsistent(old: first.size, oldRoot: root, new: second.size, newRoot: second.root, proof: proof)
        else { throw nothing }
        return Shown(smaller: first, larger: second, root: root)
    }

    /// The contradiction between the checkpoint that a witness cosigned last and one that it is asked to cosign, where the consistency
    /// proof of the request itself shows it; nil when it does not.
    /// - Parameter known: the note that was cosigned.
    public init?(known: SignedNote, request: AddCheckpoint, keys: [NoteVerifier]) {
        guard let key = keys.first, let old = try? Checkpoint(known, signedBy: key), let new = try? Checkpoint(request.note, signedBy: key)
        else { return nil }
        if old.size == new.size {
            self.init(smaller: known, larger: request.note, keys: keys)
        } else {
            guard old.size < new.size, request.old == old.size,
                let roots = MerkleTree.roots(old: old.size, oldRoot: old.root, new: new.size, proof: request.proof)
            else { return nil }
            self.init(smaller: known, larger: request.note, root: roots.old, proof: request.proof, keys: keys)
        }
        guard (try? verify(signedBy: key)) != nil else { return nil }
    }
}
