// SPDX-License-Identifier: Apache-2.0

import Standards

/// The plaintext of an age payload for diagnosis: changed chunks are decrypted without authentication, so that the archive
/// can be read on and the damage named. What it gives out is only hashed and compared, never kept as content.
final class DiagnosingSource: ByteSource {
    private let chunks: AgeChunkReader
    private var position = 0
    private var available = 0
    private var produced: Int64 = 0
    /// Pieces of the plaintext that are not authentic, joined.
    private var damage: [Range<Int64>] = []
    /// Pieces of the sealed file that are not authentic, in bytes, joined.
    private(set) var changed: [Range<Int64>] = []
    /// The last chunk is followed by something, which was not read.
    private(set) var isFollowed = false
    /// The end of the payload was not marked as such.
    private(set) var isCutOff = false
    /// Bytes of the sealed file seen so far.
    private(set) var sealedPosition: Int64 = 0

    init(chunks: AgeChunkReader) { self.chunks = chunks }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        while position == available {
            guard !isFollowed, let chunk = try chunks.next(diagnosing: true) else { return 0 }
            position = 0
            available = chunk.count
            sealedPosition = chunk.range.upperBound
            switch chunk.state {
            case .authentic: break
            case .followed: isFollowed = true
            case .cutOff: isCutOff = true
            case .changed: note(chunk)
            }
            produced += Int64(chunk.count)
        }
        let count = min(buffer.count, available - position)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: chunks.plaintext[position..<(position + count)]))
        position += count
        return count
    }

    private func note(_ chunk: AgeChunkReader.Chunk) {
        let plain = produced..<(produced + Int64(chunk.count))
        if let last = damage.last, last.upperBound == plain.lowerBound || damage.count >= 10_000 {
            damage[damage.count - 1] = last.lowerBound..<plain.upperBound
        } else {
            damage.append(plain)
        }
        if let last = changed.last, last.upperBound == chunk.range.lowerBound || changed.count >= 10_000 {
            changed[changed.count - 1] = last.lowerBound..<chunk.range.upperBound
        } else {
            changed.append(chunk.range)
        }
    }

    /// The first damaged piece of a part of the plaintext.
    func damaged(in part: Range<Int64>) -> Range<Int64>? {
        var low = 0
        var high = damage.count
        while low < high {
            let middle = (low + high) / 2
            if damage[middle].upperBound <= part.lowerBound { low = middle + 1 } else { high = middle }
        }
        guard low < damage.count, damage[low].overlaps(part) else { return nil }
        return damage[low].clamped(to: part)
    }
}
