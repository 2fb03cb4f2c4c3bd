// SPDX-License-Identifier: Apache-2.0

import Standards

/// The address of a tile (C2SP tlog-tiles): 256 consecutive hashes of the tree at a height that is a multiple of eight. The last
/// tile of each level may be partial.
public struct TileAddress: Sendable, Hashable, CustomStringConvertible {
    /// Hashes in a full tile.
    public static let width = 256

    /// 0 holds leaf hashes; each hash of level *l* + 1 is the root of a full tile of level *l*.
    public let level: Int
    public let index: Int64
    /// 1 to 256.
    public let width: Int

    public init(level: Int, index: Int64, width: Int = TileAddress.width) {
        self.level = level
        self.index = index
        self.width = width
    }

    /// The tiles of a tree: full ones, then the partial one, of each level.
    /// - Parameter from: only those that a tree of this size did not have as they are.
    public static func of(size: Int64, since from: Int64 = 0) -> [TileAddress] {
        var tiles: [TileAddress] = []
        var level = 0
        while true {
            let hashes = size >> Int64(8 * level)
            let before = from >> Int64(8 * level)
            if hashes == 0 { return tiles }
            if hashes > before {
                for index in (before >> 8)..<(hashes >> 8) { tiles.append(.init(level: level, index: index)) }
                if hashes & 255 != 0 { tiles.append(.init(level: level, index: hashes >> 8, width: Int(hashes & 255))) }
            }
            level += 1
        }
    }

    /// `tile/0/x001/x234/067`, for a partial one `tile/0/x001/x234/067.p/8`.
    public var description: String { "tile/\(level)/\(suffix)" }

    /// Where the entries of a tile of level 0 lie: `tile/entries/…`.
    public var entriesPath: String { "tile/entries/\(suffix)" }

    private var suffix: String {
        var parts = [Self.digits(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            parts.append("x" + Self.digits(rest % 1000))
            rest /= 1000
        }
        return parts.reversed().joined(separator: "/") + (width == Self.width ? "" : ".p/\(width)")
    }

    private static func digits(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.count) + text
    }

    /// Root of the full subtree over `count` hashes of a tile from `offset` on; `count` is a power of two.
    /// - Parameter hashes: 32 bytes each.
    /// - Returns: nil when the tile has not so many.
    public static func root(of hashes: [UInt8], from offset: Int, count: Int) -> Hash? {
        guard offset >= 0, count > 0, count <= width, count & (count - 1) == 0, 32 * (offset + count) <= hashes.count else { return nil }
        return hashes.withUnsafeBufferPointer { TreeHash.root(.init(rebasing: $0[(32 * offset)...]), count: count) }
    }

    /// The hash of a full subtree, out of the tile that holds it.
    /// - Parameter tile: the hashes of a tile, by level and index, as many as there are.
    public static func node(_ level: Int, _ index: Int64, reading tile: (_ level: Int, _ index: Int64) throws -> [UInt8]?) rethrows -> Hash?
    {
        // A height that is a multiple of eight is a hash in a tile of its own level: the last of a full tile may not be written there yet.
        let height = level & 7
        let position = index << Int64(height)
        guard let hashes = try tile(level >> 3, position >> 8) else { return nil }
        return root(of: hashes, from: Int(position & 255), count: 1 << height)
    }
}

/// The right edge of a growing register: the partial tile of each level. Enough to append, to know the root, and to hand over
/// tiles as they fill; 8 KiB for each level, and a level for each factor of 256.
public struct TileEdge: Sendable, Equatable {
    public private(set) var size: Int64 = 0
    /// Hashes of the partial tile of each level, 32 bytes each.
    private var partial: [[UInt8]] = []

    public init() {}

    /// Reads the edge of a tree back.
    /// - Parameter tile: hashes of a tile, at least as many as the address says.
    /// - Throws: `.verificationFailed` when one is missing or too short.
    public init(size: Int64, reading tile: (TileAddress) throws -> [UInt8]?) throws {
        self.size = size
        var level = 0
        while size >> Int64(8 * level) > 0 {
            let hashes = size >> Int64(8 * level)
            let width = Int(hashes & 255)
            if width == 0 {
                partial.append([])
            } else {
                let address = TileAddress(level: level, index: hashes >> 8, width: width)
                guard let bytes = try tile(address), bytes.count >= 32 * width else {
                    throw ComityError(
                        .verificationFailed, "The register has lost the tile \(address).", why: "The database was changed or damaged.",
                        next: "Stop the node, keep a copy of the folder, and run comity audit check.")
                }
                partial.append(Array(bytes.prefix(32 * width)))
            }
            level += 1
        }
    }

    /// What changed in the tiles.
    public struct Change: Sendable, Equatable {
        public let address: TileAddress
        /// 32 bytes for each hash of it.
        public let hashes: [UInt8]
    }

    /// Appends entries.
    /// - Parameter contents: 32 bytes each.
    /// - Returns: the tiles that became full, and those partial ones above level 0 that changed: what has to be kept, because it does not
    ///   follow from the last 255 entries alone.
    public mutating func append(contents: [UInt8]) -> [Change] {
        let count = contents.count / 32
        guard count > 0 else { return [] }
        return append(
            leaves: [UInt8](unsafeUninitializedCapacity: 32 * count) { buffer, filled in
                contents.withUnsafeBufferPointer { input in
                    guard let input = input.baseAddress, let output = buffer.baseAddress else { return }
                    TreeHash.leaves(input, into: output, count: count)
                }
                filled = 32 * count
            })
    }

    /// Appends leaves: for logs whose entries are not at hand.
    /// - Parameter leaves: leaf hashes, 32 bytes each.
    /// - Returns: as for entries.
    public mutating func append(leaves: [UInt8]) -> [Change] {
        let count = leaves.count / 32
        guard count > 0 else { return [] }
        var changes: [Change] = []
        size += Int64(count)
        append(leaves, level: 0, before: size - Int64(count), &changes)
        return changes
    }

    /// - Parameter before: hashes that this level had.
    private mutating func append(_ hashes: [UInt8], level: Int, before: Int64, _ changes: inout [Change]) {
        if partial.count == level { partial.append([]) }
        var position = before
        var rest = hashes[...]
        var roots: [UInt8] = []
        while !rest.isEmpty {
            let room = 32 * (TileAddress.width - Int(position & 255))
            let piece = rest.prefix(room)
            rest = rest.dropFirst(room)
            partial[level] += piece
            position += Int64(piece.count / 32)
            if position & 255 == 0 {
                changes.append(.init(address: .init(level: level, index: (position >> 8) - 1), hashes: partial[level]))
                if let root = TileAddress.root(of: partial[level], from: 0, count: TileAddress.width) { roots += root.bytes }
                partial[level] = []
            }
        }
        if level > 0, !partial[level].isEmpty {
            changes.append(
                .init(address: .init(level: level, index: position >> 8, width: Int(position & 255)), hashes: partial[level]))
        }
        if !roots.isEmpty { append(roots, level: level + 1, before: before >> 8, &changes) }
    }

    /// The partial tiles as they are.
    public var partialTiles: [Change] {
        partial.enumerated().compactMap { level, hashes in
            let width = hashes.count / 32
            let address = TileAddress(level: level, index: size >> Int64(8 * (level + 1)), width: width)
            return width == 0 ? nil : Change(address: address, hashes: hashes)
        }
    }

    /// Root of all entries.
    public var root: Hash {
        var root: Hash?
        for hashes in partial {
            // Largest subtrees are on the left; the root grows from the right.
            var end = hashes.count / 32
            var subtrees: [(offset: Int, count: Int)] = []
            var offset = 0
            while offset < end {
                let count = 1 << (Int.bitWidth - 1 - (end - offset).leadingZeroBitCount)
                subtrees.append((offset, count))
                offset += count
            }
            end = 0
            for subtree in subtrees.reversed() {
                guard let hash = TileAddress.root(of: hashes, from: subtree.offset, count: subtree.count) else { continue }
                root = root.map { MerkleTree.nodeHash(hash, $0) } ?? hash
            }
        }
        return root ?? MerkleTree.emptyRoot
    }
}
