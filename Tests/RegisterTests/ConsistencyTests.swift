// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import TestSupport
import Testing

@Suite struct ConsistencyTests {
    private struct Tree {
        var nodes: [Int: [Int64: Hash]] = [:]
        var roots: [Hash] = [MerkleTree.emptyRoot]

        init(_ count: Int64) throws {
            for index in 0..<count {
                let leaf = MerkleTree.leafHash(Array("entry \(index)".utf8))
                for node in try MerkleTree.nodesCompleted(byLeaf: leaf, at: index, reading: read) {
                    nodes[node.level, default: [:]][node.index] = node.hash
                }
                roots.append(try MerkleTree.root(size: index + 1, reading: read))
            }
        }

        func read(_ level: Int, _ index: Int64) -> Hash? { nodes[level]?[index] }
    }

    /// RFC 6962 section 2.1.2, word for word: `SUBPROOF(m, D[n], b)`.
    private static func naive(_ old: Int, _ leaves: ArraySlice<Hash>, _ isWhole: Bool, _ root: (ArraySlice<Hash>) -> Hash) -> [Hash] {
        if old == leaves.count { return isWhole ? [] : [root(leaves)] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return old <= split
            ? naive(old, leaves[..<middle], isWhole, root) + [root(leaves[middle...])]
            : naive(old - split, leaves[middle...], false, root) + [root(leaves[..<middle])]
    }

    @Test func everyPairOfSizesUpTo70() throws {
        let tree = try Tree(70)
        let leaves = (0..<70).map { MerkleTree.leafHash(Array("entry \($0)".utf8)) }
        func root(_ leaves: ArraySlice<Hash>) -> Hash {
            var compact = CompactTree()
            for leaf in leaves { compact.append(leaf) }
            return compact.root
        }
        for new in 0...70 {
            for old in 0...new {
                let proof = try MerkleTree.consistencyProof(from: Int64(old), to: Int64(new), reading: tree.read)
                #expect(proof == (old == 0 ? [] : Self.naive(old, leaves[..<new], true, root)), "\(old) \(new)")
                func holds(
                    _ first: Int = old, _ second: Int = new, _ one: Hash = tree.roots[old], _ two: Hash = tree.roots[new],
                    _ hashes: [Hash] = proof
                ) -> Bool {
                    MerkleTree.isConsistent(old: Int64(first), oldRoot: one, new: Int64(second), newRoot: two, proof: hashes)
                }
                #expect(holds(), "\(old) \(new)")
                #expect(!holds(old, new, tree.roots[old], tree.roots[new], proof + [tree.roots[new]]))
                guard old > 0, old < new else { continue }
                #expect(!holds(old, new, tree.roots[old], tree.roots[new], Array(proof.dropLast())))
                #expect(!holds(old, new, tree.roots[new]) && !holds(old, new, tree.roots[old], tree.roots[old]))
                #expect(!holds(new, old))
                for other in 0...71 {
                    if other != old { #expect(!holds(other, new), "\(other) for \(old) in \(new)") }
                }
                for place in proof.indices {
                    var changed = proof
                    var bytes = changed[place].bytes
                    bytes[(old + place) % 32] ^= 1 << UInt8(new % 8)
                    changed[place] = try #require(Hash(bytes))
                    #expect(!holds(old, new, tree.roots[old], tree.roots[new], changed))
                }
            }
        }
    }

    /// A tree in which one early leaf was changed cannot be proved to extend the one that was signed before.
    @Test func aRewrittenPastHasNoProof() throws {
        var generator = Seeded.fresh()
        print("seed \(generator.seed)")
        for _ in 0..<200 {
            let new = Int64.random(in: 2...300, using: &generator)
            let old = Int64.random(in: 1..<new, using: &generator)
            let changed = Int64.random(in: 0..<old, using: &generator)
            var (honest, other) = (CompactTree(), CompactTree())
            var nodes: [Int: [Int64: Hash]] = [:]
            var root = MerkleTree.emptyRoot
            for index in 0..<new {
                let leaf = MerkleTree.leafHash(Array("\(index)".utf8))
                honest.append(leaf)
                if index + 1 == old { root = honest.root }
                let forged = index == changed ? MerkleTree.leafHash([0]) : leaf
                other.append(forged)
                for node in other.completed { nodes[node.level, default: [:]][node.index] = node.hash }
            }
            let proof = try MerkleTree.consistencyProof(from: old, to: new) { nodes[$0]?[$1] }
            #expect(!MerkleTree.isConsistent(old: old, oldRoot: root, new: new, newRoot: other.root, proof: proof))
        }
    }

    @Test func sizesThatDoNotFit() throws {
        #expect(throws: ComityError(.failure, "")) { try MerkleTree.consistencyProof(from: 3, to: 2) { _, _ in nil } }
        #expect(throws: ComityError(.failure, "")) { try MerkleTree.consistencyProof(from: -1, to: 2) { _, _ in nil } }
        #expect(throws: ComityError(.verificationFailed, "")) { try MerkleTree.consistencyProof(from: 1, to: 2) { _, _ in nil } }
        let root = Hash.of([1])
        #expect(!MerkleTree.isConsistent(old: -1, oldRoot: root, new: 2, newRoot: root, proof: []))
        #expect(!MerkleTree.isConsistent(old: 2, oldRoot: root, new: 1, newRoot: root, proof: []))
        #expect(!MerkleTree.isConsistent(old: 1, oldRoot: root, new: .max, newRoot: root, proof: [Hash](repeating: root, count: 70)))
    }
}
