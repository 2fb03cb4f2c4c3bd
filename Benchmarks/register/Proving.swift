// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import GRDBSQLite
import Register
import Standards
import Storage

/// Proofs out of a large register, and checking them.
enum Proving {
    static func run(_ entries: Int64) throws {
        let store = try Store(folder: try Growing.register(entries), signer: signer)
        let head = try store.publish()
        let size = head.checkpoint.size
        var generator = SystemRandomNumberGenerator()
        let indexes = (0..<2000).map { _ in Int64.random(in: 0..<size, using: &generator) }
        var proofs: [(index: Int64, leaf: Hash, proof: [Hash])] = []
        let times = try indexes.map { index in
            try seconds {
                try store.read { reader in
                    let proof = try MerkleTree.inclusionProof(index: index, size: size, reading: reader.node)
                    proofs.append((index, MerkleTree.leafHash(try reader.contents(from: index, limit: 1)[0]), proof))
                }
            }
        }.sorted()
        line("inclusion proof from \(size) entries, p50 (≤ 1 ms)", times[1000] * 1e3, "ms")
        line("inclusion proof from \(size) entries, p99", times[1980] * 1e3, "ms")
        guard proofs.allSatisfy({ MerkleTree.root(leaf: $0.leaf, index: $0.index, size: size, proof: $0.proof) == head.checkpoint.root })
        else { fatalError("a proof does not hold") }
        try verify(proofs, size, head.checkpoint.root)
    }

    private static func verify(_ proofs: [(index: Int64, leaf: Hash, proof: [Hash])], _ size: Int64, _ root: Hash) throws {
        let path = proofs.reduce(0) { $0 + $1.proof.count }
        let node = [UInt8](repeating: 9, count: 65)
        var ratios: [Double] = []
        for _ in 0..<5 {
            // The yardstick: as many hashes of 65 bytes, with the library of the system.
            var last: UInt8 = 0
            let bare = seconds {
                for _ in 0..<10 * path { SHA256.hash(data: node).withUnsafeBytes { last ^= $0[0] } }
            }
            var held = 0
            let time = seconds {
                for _ in 0..<10 {
                    for item in proofs where MerkleTree.root(leaf: item.leaf, index: item.index, size: size, proof: item.proof) == root {
                        held += 1
                    }
                }
            }
            guard held == 10 * proofs.count, last != 1 || held > 0 else { fatalError("a proof does not hold") }
            line("SHA-256 of 65 bytes", Double(10 * path) / bare / 1e6, "million/s")
            line("proofs verified on one core", Double(held) / time, "/s")
            ratios.append(bare / time)
        }
        line("verifying over SHA-256 of the nodes of the path (≥ 0.5)", ratios.sorted()[2], "×")
    }
}
