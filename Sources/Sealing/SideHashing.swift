// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Standards

/// Hashes what is read in a thread of its own, while the next bytes are read, decrypted and written.
///
/// Owns two buffers of 1 MiB, which take turns.
final class SideHashing {
    private final class Slot: @unchecked Sendable {
        let bytes = Scratch(PackageLayout.bufferSize)
        let isFree = DispatchSemaphore(value: 1)
        var pieces: [StreamHashes.Piece] = []
    }

    private let slots = [Slot(), Slot()]
    private let queue = DispatchQueue(label: "comity.sealing.check", qos: .userInitiated)

    /// Reads to the end, or to an error.
    /// - Parameters:
    ///   - announced: bytes that should come; a small file is not worth another thread.
    ///   - read: gives bytes, 0 at the end.
    ///   - take: gets each piece; the buffer is used again afterwards.
    /// - Returns: how many bytes there were, their SHA-256 in lower-case hexadecimal, and what ended the reading too early.
    func run(
        announced: Int64, read: (UnsafeMutableRawBufferPointer) throws(ComityError) -> Int,
        take: (UnsafeRawBufferPointer) throws(ComityError) -> Void
    ) -> (count: Int64, sha256: String, failure: ComityError?) {
        let stream = StreamHash()
        let isAside = announced > Int64(PackageLayout.bufferSize)
        var count: Int64 = 0
        var failure: ComityError?
        var turn = 0
        do throws(ComityError) {
            while true {
                let slot = slots[turn % slots.count]
                slot.isFree.wait()
                // The slot comes back whatever happens.
                var isLent = false
                defer { if !isLent { slot.isFree.signal() } }
                var filled = 0
                while filled < slot.bytes.bytes.count, failure == nil {
                    do throws(ComityError) {
                        let more = try read(UnsafeMutableRawBufferPointer(rebasing: slot.bytes.bytes[filled...]))
                        if more == 0 { break }
                        filled += more
                    } catch { failure = error }
                }
                if filled == 0 { break }
                let bytes = UnsafeRawBufferPointer(rebasing: slot.bytes.bytes[..<filled])
                slot.pieces = [.init(stream: stream, bytes: bytes)]
                count += Int64(filled)
                turn += 1
                if isAside {
                    isLent = true
                    queue.async {
                        StreamHashes.update(slot.pieces)
                        slot.isFree.signal()
                    }
                } else {
                    StreamHashes.update(slot.pieces)
                }
                try take(bytes)
            }
        } catch { failure = error }
        for slot in slots { slot.isFree.wait() }
        for slot in slots { slot.isFree.signal() }
        return (count, Hex.encode(stream.finalize()), failure)
    }
}
