// SPDX-License-Identifier: Apache-2.0

import Crypto
import Standards

/// Writes an age payload at any place of its file: a chunk depends on its number and on no other chunk.
///
/// Chunks that come whole are sealed into the caller's buffer; those that come in pieces are put together here. Owns the chunks that
/// are not whole yet, 64 KiB each. One thread at a time.
final class AgeSheet {
    /// A run of the sealed file.
    struct Run {
        let offset: Int64
        let bytes: UnsafeRawBufferPointer
    }

    private final class Open {
        let bytes = Scratch(AgeChunk.size)
        var filled = 0
    }

    private let cipher: AgeCipher
    private let payloadOffset: Int64
    private var open: [Int64: Open] = [:]
    private let spare = Scratch(AgeChunk.sealedSize)
    /// A chunk that is whole and may be the last one: it waits for what follows.
    private var held: Int64?
    /// The header and the nonce, which stand before the first chunk.
    let head: [UInt8]

    /// - Throws: as ``AgeWriter/init(to:recipients:)``.
    init(recipients: [AgeRecipient]) throws(ComityError) {
        let (head, key) = try AgeWriter.head(recipients)
        self.head = head
        payloadOffset = Int64(head.count)
        cipher = try AgeCipher(key: key)
    }

    /// Where a chunk stands in the sealed file.
    private func offset(_ chunk: Int64) -> Int64 { payloadOffset + chunk * Int64(AgeChunk.sealedSize) }

    /// Seals the whole chunks in `plain` into `out` and keeps the pieces at its ends.
    /// - Parameters:
    ///   - position: of the first byte in the plaintext.
    ///   - out: room for every whole chunk and its tag; filled from the front.
    ///   - write: takes the chunks that became whole by a piece.
    /// - Returns: the run that now stands in `out`; nil when there was no whole chunk.
    func place(
        _ plain: UnsafeRawBufferPointer, at position: Int64, out: UnsafeMutableRawBufferPointer, write: (Run) throws(ComityError) -> Void
    ) throws(ComityError) -> Run? {
        let size = Int64(AgeChunk.size)
        var rest = plain
        var place = position
        var filled = 0
        var first: Int64?
        while !rest.isEmpty {
            let chunk = place / size
            let inside = Int(place % size)
            let count = min(rest.count, AgeChunk.size - inside)
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
            if count == AgeChunk.size {
                if first == nil { first = chunk }
                let room = UnsafeMutableRawBufferPointer(rebasing: out[filled...])
                filled += try cipher.seal(piece, index: UInt64(chunk), last: false, into: room)
            } else if try keep(piece, chunk, inside) {
                try write(try seal(chunk, last: false))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            place += Int64(count)
        }
        guard let first else { return nil }
        return Run(offset: offset(first), bytes: UnsafeRawBufferPointer(rebasing: out[..<filled]))
    }

    /// The end of the payload, piece by piece in order: a whole chunk waits until something follows it.
    func append(_ plain: UnsafeRawBufferPointer, at position: Int64, write: (Run) throws(ComityError) -> Void) throws(ComityError) {
        let size = Int64(AgeChunk.size)
        var rest = plain
        var place = position
        while !rest.isEmpty {
            if let chunk = held {
                held = nil
                try write(try seal(chunk, last: false))
            }
            let inside = Int(place % size)
            let count = min(rest.count, AgeChunk.size - inside)
            if try keep(UnsafeRawBufferPointer(rebasing: rest[..<count]), place / size, inside) { held = place / size }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            place += Int64(count)
        }
    }

    /// Seals the last chunk.
    /// - Returns: the number of bytes of the sealed file.
    /// - Throws: `.failure` when something before it is missing.
    func finish(length: Int64, write: (Run) throws(ComityError) -> Void) throws(ComityError) -> Int64 {
        let last = held ?? length / Int64(AgeChunk.size)
        guard let chunk = open[last], open.count == 1, Int64(chunk.filled) == length - last * Int64(AgeChunk.size) else {
            throw ComityError(.failure, "The sealed file has a gap.")
        }
        let run = try seal(last, last: true)
        try write(run)
        return run.offset + Int64(run.bytes.count)
    }

    /// Puts a piece of a chunk to the others.
    /// - Returns: whether the chunk is whole.
    private func keep(_ piece: UnsafeRawBufferPointer, _ chunk: Int64, _ inside: Int) throws(ComityError) -> Bool {
        let known = open[chunk] ?? Open()
        open[chunk] = known
        UnsafeMutableRawBufferPointer(rebasing: known.bytes.bytes[inside...]).copyMemory(from: piece)
        known.filled += piece.count
        guard known.filled <= AgeChunk.size else { throw ComityError(.failure, "Two pieces of the archive overlap.") }
        return known.filled == AgeChunk.size
    }

    private func seal(_ chunk: Int64, last: Bool) throws(ComityError) -> Run {
        guard let known = open.removeValue(forKey: chunk) else { throw ComityError(.failure, "The sealed file has a gap.") }
        let plain = UnsafeRawBufferPointer(rebasing: known.bytes.bytes[..<known.filled])
        let count = try cipher.seal(plain, index: UInt64(chunk), last: last, into: spare.bytes)
        return Run(offset: offset(chunk), bytes: UnsafeRawBufferPointer(rebasing: spare.bytes[..<count]))
    }
}
