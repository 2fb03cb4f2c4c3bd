// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import TestSupport
import Testing

@Suite struct MerkleTests {
    /// The store as a dictionary.
    private struct Nodes {
        var nodes: [Int: [Int64: Hash]] = [:]
        var size: Int64 = 0

        mutating func append(_ leaf: Hash) throws {
            for node in try MerkleTree.nodesCompleted(byLeaf: leaf, at: size, reading: { nodes[$0]?[$1] }) {
                nodes[node.level, default: [:]][node.index] = node.hash
            }
            size += 1
        }

        func read(_ level: Int, _ index: Int64) -> Hash? { nodes[level]?[index] }
    }

    /// RFC 6962 section 2.1, word for word.
    private static func naive(_ leaves: ArraySlice<Hash>) -> Hash {
        if leaves.isEmpty { return Hash.of([]) }
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return MerkleTree.nodeHash(naive(leaves[leaves.startIndex..<middle]), naive(leaves[middle...]))
    }

    @Test func rootsAndProofsOfEverySizeUpTo130() throws {
        var nodes = Nodes()
        var compact = CompactTree()
        var leaves: [Hash] = []
        #expect(compact.root == MerkleTree.emptyRoot)
        for number in 0..<130 {
            let leaf = MerkleTree.leafHash(Array("entry \(number)".utf8))
            try nodes.append(leaf)
            compact.append(leaf)
            leaves.append(leaf)
            let root = Self.naive(leaves[...])
            #expect(try MerkleTree.root(size: nodes.size, reading: nodes.read) == root)
            #expect(compact.root == root)
            for index in 0..<nodes.size {
                let proof = try MerkleTree.inclusionProof(index: index, size: nodes.size, reading: nodes.read)
                #expect(MerkleTree.root(leaf: leaves[Int(index)], index: index, size: nodes.size, proof: proof) == root)
            }
        }
    }

    @Test func aProofFitsOnlyItsPlace() throws {
        var nodes = Nodes()
        var leaves: [Hash] = []
        for number in 0..<37 {
            leaves.append(MerkleTree.leafHash([UInt8(number)]))
            try nodes.append(leaves[number])
        }
        let root = try MerkleTree.root(size: 37, reading: nodes.read)
        for index in Int64(0)..<37 {
            let proof = try MerkleTree.inclusionProof(index: index, size: 37, reading: nodes.read)
            for other in Int64(-1)..<40 where other != index {
                #expect(MerkleTree.root(leaf: leaves[Int(index)], index: other, size: 37, proof: proof) != root)
            }
            #expect(MerkleTree.root(leaf: leaves[Int(index)], index: index, size: 37, proof: proof + [root]) != root)
            #expect(MerkleTree.root(leaf: leaves[Int(index)], index: index, size: 37, proof: Array(proof.dropLast())) != root)
        }
    }

    private struct InclusionVector: Decodable {
        let leafIdx: UInt64
        let treeSize: UInt64
        let root: String
        let leafHash: String
        let proof: [String]?
        let desc: String
        let wantErr: Bool
    }

    @Test func inclusionVectorsFromOutside() throws {
        guard let folder = Shared.vectors("merkle/inclusion") else { return }
        var count = 0
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "json" else { continue }
            let vector = try JSONDecoder().decode(InclusionVector.self, from: Data(contentsOf: file))
            let leaf = Data(base64Encoded: vector.leafHash).flatMap { Hash($0) }
            let root = Data(base64Encoded: vector.root).flatMap { Hash($0) }
            let proof = (vector.proof ?? []).map { Data(base64Encoded: $0).flatMap { Hash($0) } }
            var holds = false
            if let leaf, let root, !proof.contains(nil), let index = Int64(exactly: vector.leafIdx),
                let size = Int64(exactly: vector.treeSize)
            {
                holds = MerkleTree.root(leaf: leaf, index: index, size: size, proof: proof.compactMap { $0 }) == root
            }
            #expect(holds == !vector.wantErr, "\(file.lastPathComponent): \(vector.desc)")
            count += 1
        }
        #expect(count > 90)
    }
}
