// SPDX-License-Identifier: Apache-2.0

import Standards

/// The tree hashing of RFC 6962 section 2.1 (RFC 9162 section 2.1.1): pure functions over stored subtree hashes.
///
/// A *node* is addressed by level and index: level 0 holds the leaf hashes, and node (l, i) is the hash of the 2^l leaves
/// from i·2^l on. Only full subtrees are stored; everything else follows from them.
public enum MerkleTree {
    /// Reads the hash of a full subtree; nil means that the store has lost it.
    public typealias NodeReader = (_ level: Int, _ index: Int64) throws -> Hash?

    /// Hash of the tree without leaves.
    public static let emptyRoot = Hash.of([])

    /// `SHA-256(0x00 ‖ entry)`.
    public static func leafHash(_ entry: [UInt8]) -> Hash { Hash.of([0x00] + entry) }

    /// The leaf of an entry that is a hash itself, as every entry of a register is.
    public static func leafHash(_ entry: Hash) -> Hash {
        Hash { hash in
            entry.withUnsafeBytes { bytes in
                guard let input = bytes.baseAddress, let output = hash.baseAddress else { return }
                TreeHash.leaves(input.assumingMemoryBound(to: UInt8.self), into: output.assumingMemoryBound(to: UInt8.self), count: 1)
            }
        }
    }

    /// `SHA-256(0x01 ‖ left ‖ right)`.
    public static func nodeHash(_ left: Hash, _ right: Hash) -> Hash {
        withUnsafeBytes(of: (left, right)) { pair in
            Hash { hash in
                guard let input = pair.baseAddress, let output = hash.baseAddress else { return }
                TreeHash.nodes(input.assumingMemoryBound(to: UInt8.self), into: output.assumingMemoryBound(to: UInt8.self), count: 1)
            }
        }
    }

    /// The full subtrees that become complete when leaf `index` is appended, the leaf itself first.
    /// Amortised two nodes a leaf.
    public static func nodesCompleted(byLeaf leaf: Hash, at index: Int64, reading node: NodeReader) throws -> [(
        level: Int, index: Int64, hash: Hash
    )] {
        var completed: [(level: Int, index: Int64, hash: Hash)] = [(0, index, leaf)]
        var position = index
        var level = 0
        var hash = leaf
        while position & 1 == 1 {
            guard let left = try node(level, position - 1) else { throw missing(level, position - 1) }
            hash = nodeHash(left, hash)
            position >>= 1
            level += 1
            completed.append((level, position, hash))
        }
        return completed
    }

    /// Root of the first `size` leaves.
    /// - Throws: `.verificationFailed` when a stored node is missing.
    public static func root(size: Int64, reading node: NodeReader) throws -> Hash {
        try hash(of: 0..<size, reading: node)
    }

    /// Inclusion proof (audit path) of leaf `index` in the tree of `size` leaves, from the leaf upwards; at most 63 hashes.
    public static func inclusionProof(index: Int64, size: Int64, reading node: NodeReader) throws -> [Hash] {
        guard index >= 0, index < size else {
            throw ComityError(.failure, "Entry \(index) is not in a register of \(size) entries.")
        }
        var proof: [Hash] = []
        var range: Range<Int64> = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + split(Int64(range.count))
            if index < middle {
                proof.append(try hash(of: middle..<range.upperBound, reading: node))
                range = range.lowerBound..<middle
            } else {
                proof.append(try hash(of: range.lowerBound..<middle, reading: node))
                range = middle..<range.upperBound
            }
        }
        return proof.reversed()
    }

    /// Root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or nil when the proof has the wrong length or the
    /// index is outside the tree.
    public static func root(leaf: Hash, index: Int64, size: Int64, proof: [Hash]) -> Hash? {
        guard index >= 0, index < size else { return nil }
        var first = index
        var second = size - 1
        var hash = leaf
        for step in proof {
            guard second > 0 else { return nil }
            if first & 1 == 1 || first == second {
                hash = nodeHash(step, hash)
                while first & 1 == 0, first != 0 {
                    first >>= 1
                    second >>= 1
                }
            } else {
                hash = nodeHash(hash, step)
            }
            first >>= 1
            second >>= 1
        }
        return second == 0 ? hash : nil
    }

    /// Hash of a range that begins at a multiple of the largest power of two below its length.
    static func hash(of range: Range<Int64>, reading node: NodeReader) throws -> Hash {
        let count = range.upperBound - range.lowerBound
        if count == 0 { return emptyRoot }
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            guard let stored = try node(level, range.lowerBound >> Int64(level)) else {
                throw missing(level, range.lowerBound >> Int64(level))
            }
            return stored
        }
        let middle = range.lowerBound + split(count)
        return nodeHash(try hash(of: range.lowerBound..<middle, reading: node), try hash(of: middle..<range.upperBound, reading: node))
    }

    /// The largest power of two smaller than `count`.
    static func split(_ count: Int64) -> Int64 { 1 << Int64(63 - (count - 1).leadingZeroBitCount) }

    private static func missing(_ level: Int, _ index: Int64) -> ComityError {
        ComityError(
            .verificationFailed, "The register has lost the tree node (\(level), \(index)).", why: "The database was changed or damaged.",
            next: "Stop the node, keep a copy of the folder, and run comity audit check.")
    }
}
