// SPDX-License-Identifier: Apache-2.0

import CSHA256
import Crypto
import Standards

/// A SHA-256 hash of 32 bytes, as a value that needs no memory of its own: a register handles millions.
public struct Hash: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    /// The bytes in their order, as they lie in memory.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    private init() {}

    /// - Returns: nil when there are not 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// Lets `fill` write the 32 bytes.
    init(filling fill: (UnsafeMutableRawBufferPointer) -> Void) {
        self.init()
        withUnsafeMutableBytes(of: &words) { fill($0) }
    }

    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Swift.withUnsafeBytes(of: words) { try body($0) }
    }

    /// SHA-256 of `bytes`.
    public static func of(_ bytes: [UInt8]) -> Hash {
        Hash { hash in SHA256.hash(data: bytes).withUnsafeBytes { hash.copyMemory(from: $0) } }
    }

    /// 64 lower-case hexadecimal characters.
    public var description: String { Hex.encode(bytes) }

    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    public static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = Hex.decode(text), let hash = Hash(bytes) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256 hash in hexadecimal"))
        }
        self = hash
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The two hashes of RFC 6962 section 2.1 over buffers: with the processor's own instructions where it has them, four at a time,
/// otherwise with the library.
enum TreeHash {
    static let isInterleaved = csha256_available() != 0

    /// `SHA-256(0x01 ‖ left ‖ right)` of each pair of 64 bytes. `hashes` may begin where `pairs` does.
    static func nodes(_ pairs: UnsafePointer<UInt8>, into hashes: UnsafeMutablePointer<UInt8>, count: Int) {
        if isInterleaved { return csha256_nodes(pairs, hashes, count) }
        each(0x01, pairs, 64, hashes, count)
    }

    /// `SHA-256(0x00 ‖ entry)` of each entry of 32 bytes.
    static func leaves(_ entries: UnsafePointer<UInt8>, into hashes: UnsafeMutablePointer<UInt8>, count: Int) {
        if isInterleaved { return csha256_leaves(entries, hashes, count) }
        each(0x00, entries, 32, hashes, count)
    }

    /// The way of every other processor; also what the tests compare with.
    static func each(
        _ prefix: UInt8, _ inputs: UnsafePointer<UInt8>, _ size: Int, _ hashes: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        for position in 0..<count {
            var hash = SHA256()
            withUnsafeBytes(of: prefix) { hash.update(bufferPointer: $0) }
            hash.update(bufferPointer: .init(start: inputs + size * position, count: size))
            hash.finalize().withUnsafeBytes {
                UnsafeMutableRawPointer(hashes + 32 * position).copyMemory(from: $0.baseAddress!, byteCount: 32)
            }
        }
    }

    /// Root of the full subtree over `count` hashes, a power of two, from 1 to 256.
    static func root(_ hashes: UnsafeBufferPointer<UInt8>, count: Int) -> Hash {
        if count == 1 { return Hash { $0.copyMemory(from: .init(start: hashes.baseAddress, count: 32)) } }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 * count) { buffer in
            guard let work = buffer.baseAddress, let first = hashes.baseAddress else { return MerkleTree.emptyRoot }
            var left = count / 2
            nodes(first, into: work, count: left)
            while left > 1 {
                left /= 2
                nodes(work, into: work, count: left)
            }
            return Hash { $0.copyMemory(from: .init(start: work, count: 32)) }
        }
    }
}
