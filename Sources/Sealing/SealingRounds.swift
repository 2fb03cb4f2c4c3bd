// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Standards

/// Seals lanes of exhibits side by side, in two threads: one reads and encrypts, the other hashes, both write.
///
/// Works in rounds. A round takes the next batch of up to four lanes; while it is hashed, the next round is read into the other of two
/// slots. Memory: the two slots, about 8 MiB, whatever is sealed.
final class SealingRounds {
    /// Bytes of a batch of all lanes together.
    private static let roundSize = 1 << 20
    private static let mostLanes = 4

    /// Buffers of a round, and what is to be done with them.
    private final class Slot: @unchecked Sendable {
        let plain = Scratch(roundSize)
        let out = Scratch(roundSize / AgeChunk.size * AgeChunk.sealedSize)
        let isFree = DispatchSemaphore(value: 1)
        var pieces: [StreamHashes.Piece] = []
        var writes: [AgeSheet.Run] = []
        var exhibits: [(index: Int, stream: StreamHash)] = []
        var failure: ComityError?
    }

    /// What the other threads touch: a file takes different places from different threads.
    private struct Writing: @unchecked Sendable {
        let file: DurableFileWriter
    }

    private let writing: Writing
    private let sheet: AgeSheet
    private let slots = [Slot(), Slot()]
    private let hashing = DispatchQueue(label: "comity.sealing.hash", qos: .userInitiated)
    private let flushing = DispatchQueue(label: "comity.sealing.flush", qos: .utility)
    private var round = 0
    /// SHA-256 of each exhibit, by its place in the list.
    private(set) var hashes: [[UInt8]]

    init(_ file: DurableFileWriter, _ sheet: AgeSheet, exhibits: Int) {
        writing = Writing(file: file)
        self.sheet = sheet
        hashes = Array(repeating: [], count: exhibits)
    }

    /// Seals all lanes to their ends.
    /// - Parameter advance: told the bytes of exhibits of each round; throws to stop.
    /// - Throws: what reading, writing and `advance` throw; no other thread is at work then.
    func run(_ lanes: [SealingLane], advance: (Int64) throws(ComityError) -> Void) throws(ComityError) {
        var failure: ComityError?
        do throws(ComityError) { try work(lanes, advance) } catch { failure = error }
        // Both slots come back, whatever happened.
        for _ in slots.indices {
            let slot = slots[round % slots.count]
            slot.isFree.wait()
            if let found = slot.failure, failure == nil { failure = found }
            retire(slot)
            slot.isFree.signal()
            round += 1
        }
        flushing.sync {}
        if let failure { throw failure }
    }

    private func work(_ lanes: [SealingLane], _ advance: (Int64) throws(ComityError) -> Void) throws(ComityError) {
        var waiting = lanes[...]
        var active: [SealingLane] = []
        let width = lanes.count == 1 ? 2 : Self.mostLanes
        while true {
            while active.count < Self.mostLanes, let lane = waiting.popFirst() { active.append(lane) }
            guard !active.isEmpty else { return }
            let slot = slots[round % slots.count]
            slot.isFree.wait()
            var isHandedOver = false
            var content: Int64 = 0
            do throws(ComityError) {
                if let failure = slot.failure { throw failure }
                retire(slot)
                var ended: [ObjectIdentifier] = []
                for (place, lane) in active.enumerated() {
                    let done = try batch(lane, slot, place, width)
                    content += done.content
                    if done.isLast { ended.append(ObjectIdentifier(lane)) }
                }
                active.removeAll { ended.contains(ObjectIdentifier($0)) }
                let ranges = try writeHere(slot)
                isHandedOver = true
                handOver(slot, ranges)
            } catch {
                if !isHandedOver { slot.isFree.signal() }
                throw error
            }
            round += 1
            try advance(content)
        }
    }

    private func batch(_ lane: SealingLane, _ slot: Slot, _ place: Int, _ width: Int) throws(ComityError) -> (content: Int64, isLast: Bool)
    {
        let size = Self.roundSize / width
        // A batch ends where a chunk ends, so that only the ends of a lane share chunks with others.
        let capacity = size - Int(lane.position % Int64(AgeChunk.size))
        let position = lane.position
        let start = place * size
        let batch = try lane.fill(UnsafeMutableRawBufferPointer(rebasing: slot.plain.bytes[start..<(start + capacity)]))
        let room = size / AgeChunk.size * AgeChunk.sealedSize
        let out = UnsafeMutableRawBufferPointer(rebasing: slot.out.bytes[(place * room)..<((place + 1) * room)])
        let plain = UnsafeRawBufferPointer(rebasing: slot.plain.bytes[start..<(start + batch.count)])
        let run = try sheet.place(plain, at: position, out: out) { (run) throws(ComityError) in try writeAlone(run) }
        slot.pieces += batch.pieces
        slot.exhibits += batch.ended
        if let run { slot.writes.append(run) }
        return (batch.content, batch.count < capacity)
    }

    /// A run that stands by itself.
    func writeAlone(_ run: AgeSheet.Run) throws(ComityError) { try writing.file.write(run.bytes, at: run.offset) }

    /// Writes what the other thread has no time for, and leaves the rest to it.
    /// - Returns: where all of it lies.
    private func writeHere(_ slot: Slot) throws(ComityError) -> [(Int64, Int64)] {
        let ranges = slot.writes.map { ($0.offset, Int64($0.bytes.count)) }
        // With one lane hashing takes longest; with several, encrypting does.
        let there = slot.writes.count > 2 ? slot.writes.count / 2 : 0
        for run in slot.writes.dropLast(there) { try writing.file.write(run.bytes, at: run.offset) }
        slot.writes.removeFirst(slot.writes.count - there)
        return ranges
    }

    private func handOver(_ slot: Slot, _ ranges: [(Int64, Int64)]) {
        let (writing, flushing) = (writing, flushing)
        hashing.async {
            do throws(ComityError) {
                for run in slot.writes { try writing.file.write(run.bytes, at: run.offset) }
            } catch { slot.failure = error }
            StreamHashes.update(slot.pieces)
            slot.isFree.signal()
            flushing.async { for (offset, count) in ranges { writing.file.startWriting(offset, count) } }
        }
    }

    private func retire(_ slot: Slot) {
        for (index, stream) in slot.exhibits { hashes[index] = stream.finalize() }
        slot.pieces.removeAll(keepingCapacity: true)
        slot.writes.removeAll(keepingCapacity: true)
        slot.exhibits.removeAll(keepingCapacity: true)
    }
}

/// The beginning or the end of the archive, in order, into a sheet.
final class SheetSink: ByteSink {
    private let sheet: AgeSheet
    private let isEnd: Bool
    private let spare = Scratch(AgeChunk.sealedSize)
    private let write: (AgeSheet.Run) throws(ComityError) -> Void
    private(set) var position: Int64

    /// - Parameter isEnd: nothing but this sink writes any more.
    init(_ sheet: AgeSheet, from position: Int64, isEnd: Bool, write: @escaping (AgeSheet.Run) throws(ComityError) -> Void) {
        self.sheet = sheet
        self.position = position
        self.isEnd = isEnd
        self.write = write
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, AgeChunk.size)
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
            if isEnd {
                try sheet.append(piece, at: position, write: write)
            } else if let run = try sheet.place(piece, at: position, out: spare.bytes, write: write) {
                try write(run)
            }
            position += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
