// SPDX-License-Identifier: Apache-2.0

import Standards

extension MerkleTree {
    /// Consistency proof between the trees of the first `old` and the first `new` leaves (RFC 9162 section 2.1.4.1); at most 63 hashes,
    /// none when `old` is 0 or equal to `new`.
    /// - Throws: `.failure` for sizes that do not fit, `.verificationFailed` when a stored node is missing.
    public static func consistencyProof(from old: Int64, to new: Int64, reading node: NodeReader) throws -> [Hash] {
        guard old >= 0, old <= new else { throw ComityError(.failure, "A register of \(new) entries does not extend one of \(old).") }
        guard old > 0, old < new else { return [] }
        var proof: [Hash] = []
        var range: Range<Int64> = 0..<new
        // Whether the old tree is the whole range from its start on, so that the reader of the proof knows its hash.
        var isKnown = true
        while range.upperBound != old {
            let middle = range.lowerBound + split(Int64(range.count))
            if old <= middle {
                proof.append(try hash(of: middle..<range.upperBound, reading: node))
                range = range.lowerBound..<middle
            } else {
                proof.append(try hash(of: range.lowerBound..<middle, reading: node))
                range = middle..<range.upperBound
                isKnown = false
            }
        }
        if !isKnown { proof.append(try hash(of: range, reading: node)) }
        return proof.reversed()
    }

    /// Whether a proof shows that the tree of `new` leaves with root `newRoot` begins with the tree of `old` leaves with root `oldRoot`
    /// (RFC 9162 section 2.1.4.2). The empty tree is the beginning of every tree; its proof is empty.
    public static func isConsistent(old: Int64, oldRoot: Hash, new: Int64, newRoot: Hash, proof: [Hash]) -> Bool {
        guard old >= 0, old <= new else { return false }
        if old == 0 { return proof.isEmpty && oldRoot == emptyRoot && (new > 0 || newRoot == emptyRoot) }
        if old == new { return proof.isEmpty && oldRoot == newRoot }
        guard let roots = roots(old: old, oldRoot: oldRoot, new: new, proof: proof) else { return false }
        return roots.old == oldRoot && roots.new == newRoot
    }

    /// The roots that a consistency proof between two different sizes above 0 leads to; nil when it has the wrong length.
    /// - Parameter oldRoot: used where `old` is a power of two: the proof does not repeat it then.
    static func roots(old: Int64, oldRoot: Hash, new: Int64, proof: [Hash]) -> (old: Hash, new: Hash)? {
        guard old > 0, old < new else { return nil }
        var steps = proof[...]
        if old & (old - 1) == 0 { steps = [oldRoot] + steps }
        guard let start = steps.popFirst() else { return nil }
        var first = old - 1
        var second = new - 1
        while first & 1 == 1 {
            first >>= 1
            second >>= 1
        }
        var (oldHash, newHash) = (start, start)
        for step in steps {
            guard second > 0 else { return nil }
            if first & 1 == 1 || first == second {
                oldHash = nodeHash(step, oldHash)
                newHash = nodeHash(step, newHash)
                while first & 1 == 0, first != 0 {
                    first >>= 1
                    second >>= 1
                }
            } else {
                newHash = nodeHash(newHash, step)
            }
            first >>= 1
            second >>= 1
        }
        return second == 0 ? (oldHash, newHash) : nil
    }
}
