// SPDX-License-Identifier: Apache-2.0

import Register

/// A register in memory: the hashes of the tree as the real one computes them, without a disk.
final class ModelRegister {
    private(set) var entries: [Hash] = []
    private var levels: [[Hash]] = [[]]

    var size: Int64 { Int64(entries.count) }

    func node(_ level: Int, _ index: Int64) -> Hash? {
        guard level < levels.count, index < levels[level].count else { return nil }
        return levels[level][Int(index)]
    }

    /// - Returns: the index of the entry.
    @discardableResult
    func append(_ content: Hash) throws -> Int64 {
        let index = size
        let leaf = RegisterEntry(content: content).leafHash
        entries.append(content)
        for made in try MerkleTree.nodesCompleted(byLeaf: leaf, at: index, reading: node) {
            if made.level == levels.count { levels.append([]) }
            levels[made.level].append(made.hash)
        }
        return index
    }

    /// As an older backup has it.
    func cut(to size: Int64) {
        entries.removeLast(entries.count - Int(size))
        for level in levels.indices { levels[level].removeLast(levels[level].count - Int(size >> Int64(level))) }
    }

    func root(_ size: Int64) throws -> Hash { try MerkleTree.root(size: size, reading: node) }
    func proof(_ index: Int64, _ size: Int64) throws -> [Hash] { try MerkleTree.inclusionProof(index: index, size: size, reading: node) }
    func consistency(_ old: Int64, _ new: Int64) throws -> [Hash] {
        try MerkleTree.consistencyProof(from: old, to: new, reading: node)
    }

    /// A register that is the same up to here: what a State that shows different histories keeps beside it.
    func copy() -> ModelRegister {
        let other = ModelRegister()
        other.entries = entries
        other.levels = levels
        return other
    }
}
