// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Full tiles that were read before: they never change. The audit does not ask here.
///
/// Owns `state` under one lock. Guarantees: holds at most twice `generation` tiles, of 8 KiB each.
final class TileMemory: Sendable {
    private struct State {
        var young: [Int64: [UInt8]] = [:]
        var old: [Int64: [UInt8]] = [:]
    }

    static let generation = 128
    private let state = Mutex(State())

    func tile(_ level: Int, _ index: Int64) -> [UInt8]? {
        let id = Reader.tileID(level, index)
        return state.withLock { $0.young[id] ?? $0.old[id] }
    }

    func keep(_ level: Int, _ index: Int64, _ bytes: [UInt8]) {
        state.withLock { state in
            if state.young.count >= Self.generation {
                state.old = state.young
                state.young = [:]
            }
            state.young[Reader.tileID(level, index)] = bytes
        }
    }
}
