// SPDX-License-Identifier: Apache-2.0

import CSHA256
import Crypto
import Standards

/// SHA-256 of one stream of bytes (FIPS 180-4), made so that several streams can go on at once (``StreamHashes``).
///
/// Owns its state. One thread at a time.
final class StreamHash {
    /// Whether streams are interleaved on this processor; else each goes through the library by itself.
    static let isInterleaved = csha256_available() != 0

    private static let blockSize = 64
    private static let initial: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]

    fileprivate let state: UnsafeMutablePointer<UInt32>
    private let pending = Scratch(2 * blockSize)
    private var filled = 0
    private var count: UInt64 = 0
    fileprivate var library: SHA256?

    /// - Parameter interleaved: false takes the library, as on a processor without the instructions.
    init(interleaved: Bool = StreamHash.isInterleaved) {
        state = .allocate(capacity: 8)
        state.initialize(from: Self.initial, count: 8)
        library = interleaved ? nil : SHA256()
    }

    deinit { state.deallocate() }

    /// Takes what completes a block that was begun, and keeps what is less than a block; gives what lies between, whole blocks.
    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        count &+= UInt64(bytes.count)
        var rest = bytes
        if filled > 0 {
            let part = min(rest.count, Self.blockSize - filled)
            keep(UnsafeRawBufferPointer(rebasing: rest[..<part]))
            rest = UnsafeRawBufferPointer(rebasing: rest[part...])
            if filled == Self.blockSize {
                compress(pending.bytes, blocks: 1)
                filled = 0
            }
        }
        let whole = rest.count / Self.blockSize * Self.blockSize
        // When a block is still open here, nothing is left.
        if whole < rest.count { keep(UnsafeRawBufferPointer(rebasing: rest[whole...])) }
        return UnsafeRawBufferPointer(rebasing: rest[..<whole])
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: pending.bytes[filled...]).copyMemory(from: bytes)
        filled += bytes.count
    }

    private func compress(_ bytes: UnsafeMutableRawBufferPointer, blocks: Int) {
        guard let base = bytes.baseAddress else { return }
        var states: UnsafeMutablePointer<UInt32>? = state
        var input: UnsafePointer<UInt8>? = UnsafePointer(base.assumingMemoryBound(to: UInt8.self))
        csha256_compress(&states, &input, 1, blocks)
    }

    /// The 32 bytes; the stream has ended.
    func finalize() -> [UInt8] {
        if let library { return Array(library.finalize()) }
        let bits = count &* 8
        let length = filled < Self.blockSize - 8 ? Self.blockSize : 2 * Self.blockSize
        let tail = pending.bytes
        tail[filled] = 0x80
        for index in (filled + 1)..<length { tail[index] = 0 }
        for index in 0..<8 { tail[length - 1 - index] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * index)) }
        compress(tail, blocks: length / Self.blockSize)
        return [UInt8](unsafeUninitializedCapacity: 32) { bytes, filled in
            for index in 0..<32 { bytes[index] = UInt8(truncatingIfNeeded: state[index / 4] >> UInt32(24 - 8 * (index % 4))) }
            filled = 32
        }
    }
}

/// Takes bytes into several streams at once: up to four are interleaved in one thread (docs/performance.md).
enum StreamHashes {
    /// Bytes that come next in a stream.
    struct Piece {
        let stream: StreamHash
        let bytes: UnsafeRawBufferPointer
    }

    private struct Lane {
        let stream: StreamHash
        var rest: UnsafeRawBufferPointer
    }

    /// - Parameter pieces: pieces of one stream stand in their order, and together: none of another stream between them.
    static func update(_ pieces: [Piece]) {
        var lanes: [Lane] = []
        var next = 0
        let most = Int(CSHA256_LANES)
        while true {
            while lanes.count < most, next < pieces.count {
                let piece = pieces[next]
                if piece.stream.library != nil {
                    piece.stream.library?.update(bufferPointer: piece.bytes)
                } else {
                    // Two pieces of one stream never go on side by side.
                    guard !lanes.contains(where: { $0.stream === piece.stream }) else { break }
                    let whole = piece.stream.take(piece.bytes)
                    if !whole.isEmpty { lanes.append(Lane(stream: piece.stream, rest: whole)) }
                }
                next += 1
            }
            guard !lanes.isEmpty else { return }
            advance(&lanes)
        }
    }

    /// Goes on until the shortest lane ends.
    private static func advance(_ lanes: inout [Lane]) {
        let shortest = lanes.reduce(Int.max) { min($0, $1.rest.count) }
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<UInt32>?.self, capacity: lanes.count) { states in
            withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: lanes.count) { inputs in
                for (index, lane) in lanes.enumerated() {
                    states[index] = lane.stream.state
                    inputs[index] = lane.rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
                }
                csha256_compress(states.baseAddress, inputs.baseAddress, Int32(lanes.count), shortest / 64)
            }
        }
        for index in lanes.indices { lanes[index].rest = UnsafeRawBufferPointer(rebasing: lanes[index].rest[shortest...]) }
        lanes.removeAll { $0.rest.isEmpty }
    }
}
