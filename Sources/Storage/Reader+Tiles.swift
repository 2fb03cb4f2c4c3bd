// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Register
internal import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The tree of the register. The table `tile` keeps full tiles, and the partial ones above level 0, which change only once in 256
/// entries; the partial tile of level 0 follows from the last entries.
extension Reader {
    /// Key of a tile in its table: the level in the highest byte.
    static func tileID(_ level: Int, _ index: Int64) -> Int64 { Int64(level) << 56 | index }

    /// Hashes of a tile, as many as there are; nil when there is none.
    public func tile(_ level: Int, _ index: Int64) throws -> [UInt8]? {
        if let kept = cache.tiles.tile(level, index) { return kept }
        if let bytes = try storedTile(level, index) {
            if bytes.count == 32 * TileAddress.width { cache.tiles.keep(level, index, bytes) }
            return bytes
        }
        guard level == 0 else { return nil }
        let leaves = try contents(from: index << 8, limit: TileAddress.width).flatMap { MerkleTree.leafHash($0).bytes }
        return leaves.isEmpty ? nil : leaves
    }

    /// As it lies in the table, and nothing remembered.
    public func storedTile(_ level: Int, _ index: Int64) throws -> [UInt8]? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT hashes FROM tile WHERE id = ?"), arguments: [Self.tileID(level, index)])
            .map { [UInt8]($0) }
    }

    /// How many rows the table of tiles has.
    public func tileCount() throws -> Int { try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM tile") ?? 0 }

    /// What entries hold, from an index on.
    public func contents(from index: Int64, limit: Int) throws -> [Hash] {
        try Data.fetchAll(
            db.cachedStatement(sql: "SELECT content FROM entry WHERE idx >= ? ORDER BY idx LIMIT ?"), arguments: [index, limit]
        ).map { data in
            guard let hash = Hash(data) else { throw ComityError(.storage, "An entry of the register holds no hash.") }
            return hash
        }
    }

    /// Hash of a full subtree of the register; nil when it was lost.
    public func node(_ level: Int, _ index: Int64) throws -> Hash? {
        if level == 0 { return try contents(from: index, limit: 1).first.map { MerkleTree.leafHash($0) } }
        return try TileAddress.node(level, index, reading: tile)
    }

    /// The right edge of the first `size` entries.
    /// - Throws: `.verificationFailed` when tiles are missing.
    public func edge(size: Int64) throws -> TileEdge { try TileEdge(size: size) { try tile($0.level, $0.index) } }
}
