// SPDX-License-Identifier: Apache-2.0

/// The right edge of a growing tree: enough to append and to know the root, in memory that grows with the logarithm.
public struct CompactTree: Sendable {
    public private(set) var size: Int64 = 0
    /// Full subtrees from left to right, largest first.
    private var edge: [(level: Int, hash: Hash)] = []
    /// The full subtrees that the last append completed, the leaf first.
    public private(set) var completed: [(level: Int, index: Int64, hash: Hash)] = []

    public init() {}

    /// Appends a leaf hash.
    public mutating func append(_ leaf: Hash) {
        var level = 0
        var hash = leaf
        var index = size
        completed = [(0, index, hash)]
        while let last = edge.last, last.level == level {
            edge.removeLast()
            hash = MerkleTree.nodeHash(last.hash, hash)
            level += 1
            index >>= 1
            completed.append((level, index, hash))
        }
        edge.append((level, hash))
        size += 1
    }

    /// Root of the leaves appended so far.
    public var root: Hash {
        guard var hash = edge.last?.hash else { return MerkleTree.emptyRoot }
        for node in edge.dropLast().reversed() { hash = MerkleTree.nodeHash(node.hash, hash) }
        return hash
    }
}
