// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import TestSupport
import Testing

@testable import Register

@Suite struct TileTests {
    /// The tiles that an edge handed over, as a store keeps them.
    private struct Kept {
        var edge = TileEdge()
        var contents: [UInt8] = []
        var tiles: [String: [UInt8]] = [:]

        mutating func append(_ count: Int, _ generator: inout Seeded) {
            var new: [UInt8] = []
            for _ in 0..<count { new += Hash.of(withUnsafeBytes(of: generator.next()) { Array($0) }).bytes }
            contents += new
            for change in edge.append(contents: new) { tiles["\(change.address.level)/\(change.address.index)"] = change.hashes }
        }

        func tile(_ level: Int, _ index: Int64) -> [UInt8]? {
            if let tile = tiles["\(level)/\(index)"] { return tile }
            guard level == 0 else { return nil }
            let entries = contents.dropFirst(Int(index) * 8192).prefix(8192)
            return stride(from: entries.startIndex, to: entries.endIndex, by: 32).flatMap {
                MerkleTree.leafHash(Array(entries[$0..<($0 + 32)])).bytes
            }
        }
    }

    /// Appended in pieces of any size, an edge has the roots of the tree that grows leaf by leaf, and its tiles give every node of it.
    @Test func anEdgeGrownInPiecesIsTheTree() throws {
        var generator = Seeded.fresh()
        for _ in 0..<3 {
            var kept = Kept()
            var compact = CompactTree()
            var nodes: [Int: [Int64: Hash]] = [:]
            while compact.size < 140_000 {
                let count = Int.random(in: 1...[3, 300, 70_000].randomElement(using: &generator)!, using: &generator)
                let before = kept.contents.count
                kept.append(count, &generator)
                for start in stride(from: before, to: kept.contents.count, by: 32) {
                    compact.append(MerkleTree.leafHash(Array(kept.contents[start..<(start + 32)])))
                    for node in compact.completed { nodes[node.level, default: [:]][node.index] = node.hash }
                }
                #expect(kept.edge.size == compact.size && kept.edge.root == compact.root)
                let again = try TileEdge(size: compact.size) { kept.tile($0.level, $0.index) }
                #expect(again == kept.edge)
            }
            for (level, row) in nodes {
                for (index, hash) in row where index.isMultiple(of: 37) || level > 6 {
                    #expect(TileAddress.node(level, index, reading: kept.tile) == hash, "node \(level) \(index)")
                }
            }
            // Any earlier size can be read back too.
            for _ in 0..<20 {
                let size = Int64.random(in: 1...compact.size, using: &generator)
                let edge = try TileEdge(size: size) { kept.tile($0.level, $0.index) }
                #expect(try edge.root == MerkleTree.root(size: size) { nodes[$0]?[$1] })
            }
        }
    }

    @Test func tilesThatAreMissingOrShortAreNamed() throws {
        var generator = Seeded.fresh()
        var kept = Kept()
        kept.append(70_000, &generator)
        #expect(throws: ComityError(.verificationFailed, "")) {
            try TileEdge(size: 70_000) { $0.level == 1 ? nil : kept.tile($0.level, $0.index) }
        }
        #expect(throws: ComityError(.verificationFailed, "")) {
            try TileEdge(size: 70_000) { kept.tile($0.level, $0.index).map { Array($0.dropLast()) } }
        }
        #expect(TileAddress.root(of: [], from: 0, count: 1) == nil)
        #expect(TileAddress.root(of: [UInt8](repeating: 0, count: 64), from: 1, count: 2) == nil)
        #expect(TileAddress.root(of: [UInt8](repeating: 0, count: 96), from: 0, count: 3) == nil)
    }

    /// The example of C2SP tlog-tiles: which tiles a tree of 70,000 has, and how they are called.
    @Test func addressesAreThoseOfTheSpecification() {
        let tiles = TileAddress.of(size: 70_000)
        #expect(tiles.filter { $0.level == 0 && $0.width == 256 }.count == 273)
        #expect(
            tiles.filter { $0.width < 256 || $0.level > 0 }.map(\.description)
                == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"])
        #expect(TileAddress.of(size: 256).map(\.description) == ["tile/0/000", "tile/1/000.p/1"])
        #expect(TileAddress.of(size: 0).isEmpty)
        #expect(TileAddress(level: 3, index: 1_234_067).description == "tile/3/x001/x234/067")
        #expect(TileAddress(level: 0, index: 999, width: 7).entriesPath == "tile/entries/999.p/7")
        #expect(TileAddress(level: 0, index: 1000).entriesPath == "tile/entries/x001/000")
        #expect(TileAddress.of(size: 300, since: 260).map(\.description) == ["tile/0/001.p/44"])
        #expect(TileAddress.of(size: 300, since: 250).map(\.description) == ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"])
        #expect(TileAddress.of(size: 300, since: 300).isEmpty)
    }

    /// The interleaved hashing and the library's are one.
    @Test func bothWaysOfHashingAgree() {
        var generator = Seeded.fresh()
        for count in [1, 2, 3, 4, 5, 7, 8, 64, 255] {
            for (prefix, size) in [(UInt8(0), 32), (UInt8(1), 64)] {
                let input = (0..<count * size).map { _ in UInt8.random(in: 0...255, using: &generator) }
                var ours = [UInt8](repeating: 0, count: 32 * count)
                var library = ours
                input.withUnsafeBufferPointer { bytes in
                    if prefix == 0 { TreeHash.leaves(bytes.baseAddress!, into: &ours, count: count) }
                    if prefix == 1 { TreeHash.nodes(bytes.baseAddress!, into: &ours, count: count) }
                    TreeHash.each(prefix, bytes.baseAddress!, size, &library, count)
                }
                #expect(ours == library)
                #expect(Hash(library.prefix(32)) == Hash.of([prefix] + input.prefix(size)))
            }
        }
    }
}
