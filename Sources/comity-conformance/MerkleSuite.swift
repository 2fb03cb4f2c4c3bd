// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards

/// Inclusion and consistency proofs of RFC 6962, in the layout of the vectors of transparency-dev/merkle: folders
/// `inclusion` and `consistency`, or the members of a file say which it is. Hashes are
/// base64. A file holds one vector or a list of them.
enum MerkleSuite {
    private struct Vector: Decodable {
        let leafIdx: UInt64?
        let treeSize: UInt64?
        let root: String?
        let leafHash: String?
        let size1: UInt64?
        let size2: UInt64?
        let root1: String?
        let root2: String?
        let proof: [String]?
        let desc: String
        let wantErr: Bool
    }

    static func run(_ folder: String, _ tally: inout Tally) throws(ComityError) {
        guard let names = FileManager.default.enumerator(atPath: folder), FileManager.default.fileExists(atPath: folder) else {
            throw ComityError(.notFound, "\(folder) is not a folder that can be read.", next: "Name the folder of the vectors.")
        }
        for name in names.compactMap({ $0 as? String }).sorted() where name.hasSuffix(".json") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
            let decoder = JSONDecoder()
            let one = (try? decoder.decode(Vector.self, from: data)).map { [$0] }
            for vector in one ?? (try? decoder.decode([Vector].self, from: data)) ?? [] {
                guard let holds = judge(vector) else { continue }
                tally.count(name, holds == !vector.wantErr ? nil : "\(vector.desc): it was \(holds ? "believed" : "refused")")
            }
        }
    }

    /// - Returns: nil for a file that is neither.
    private static func judge(_ vector: Vector) -> Bool? {
        let proof = (vector.proof ?? []).map(hash)
        if let index = vector.leafIdx, let size = vector.treeSize, let root = vector.root, let leaf = vector.leafHash {
            guard let root = hash(root), let leaf = hash(leaf), !proof.contains(nil), let index = Int64(exactly: index),
                let size = Int64(exactly: size)
            else { return false }
            return MerkleTree.root(leaf: leaf, index: index, size: size, proof: proof.compactMap(\.self)) == root
        }
        guard let old = vector.size1, let new = vector.size2, let oldRoot = vector.root1, let newRoot = vector.root2 else { return nil }
        // Equal sizes need equal roots and nothing else; the vectors put words there that are no hashes.
        if old == new, old > 0, hash(oldRoot) == nil { return proof.isEmpty && oldRoot == newRoot }
        guard let oldRoot = hash(oldRoot), let newRoot = hash(newRoot), !proof.contains(nil), let old = Int64(exactly: old),
            let new = Int64(exactly: new)
        else { return false }
        return MerkleTree.isConsistent(old: old, oldRoot: oldRoot, new: new, newRoot: newRoot, proof: proof.compactMap(\.self))
    }

    private static func hash(_ text: String) -> Hash? { Base64.decode(text).flatMap { Hash($0) } }
}
