// SPDX-License-Identifier: Apache-2.0

import Crypto
import Standards

/// Reads the chunks of an age payload one by one and says of each what it is worth.
///
/// Owns two buffers of one chunk; they are reused, so the plaintext of a chunk lives until the next call.
final class AgeChunkReader {
    /// What a chunk is worth.
    enum State {
        case authentic
        /// Not authentic.
        case changed
        /// The file ends here, and this is not a last chunk.
        case cutOff
        /// This is the last chunk, and something follows it.
        case followed
    }

    /// What one call gave.
    struct Chunk {
        let state: State
        /// Bytes at the front of ``AgeChunkReader/plaintext``.
        let count: Int
        /// Where the chunk stands in the sealed file.
        let range: Range<Int64>
    }

    private let source: any ByteSource
    private let key: SymmetricKey
    private let cipher: AgeCipher
    private let sealed = Scratch(AgeChunk.sealedSize + 1)
    private let opened = Scratch(AgeChunk.size + AgeChunk.tagSize)
    private var carried = 0
    private var index: UInt64 = 0
    private var offset: Int64
    private var finished = false

    init(source: any ByteSource, envelope: AgeEnvelope) throws(ComityError) {
        self.source = source
        key = envelope.payloadKey
        cipher = try AgeCipher(key: key)
        offset = envelope.payloadOffset
    }

    /// The plaintext of the last chunk; look only at its first `count` bytes.
    var plaintext: UnsafeRawBufferPointer { UnsafeRawBufferPointer(opened.bytes) }

    /// The next chunk, or nil after the last one.
    /// - Parameter diagnosing: decrypt a changed chunk without authentication, to name what it hits.
    func next(diagnosing: Bool) throws(ComityError) -> Chunk? {
        guard !finished else { return nil }
        let room = UnsafeMutableRawBufferPointer(rebasing: sealed.bytes[carried...])
        let filled = carried + (try source.readFully(into: room))
        let more = filled > AgeChunk.sealedSize
        let count = min(filled, AgeChunk.sealedSize)
        let range = offset..<(offset + Int64(count))
        finished = !more
        defer {
            if more {
                sealed.bytes[0] = sealed.bytes[AgeChunk.sealedSize]
                carried = 1
            }
            index += 1
            offset = range.upperBound
        }
        let input = UnsafeRawBufferPointer(rebasing: sealed.bytes[..<count])
        guard count >= AgeChunk.tagSize else {
            let length = diagnosing ? try diagnose(input, atEnd: true) : 0
            return Chunk(state: .cutOff, count: length, range: range)
        }
        let length = count - AgeChunk.tagSize
        if cipher.open(input, index: index, last: !more, into: opened.bytes) {
            // An empty last chunk is allowed only when the whole payload is empty.
            return Chunk(state: length == 0 && index > 0 ? .changed : .authentic, count: length, range: range)
        }
        if count == AgeChunk.sealedSize, cipher.open(input, index: index, last: more, into: opened.bytes) {
            return Chunk(state: more ? .followed : .cutOff, count: length, range: range)
        }
        return Chunk(state: .changed, count: diagnosing ? try diagnose(input, atEnd: !more) : 0, range: range)
    }

    /// Decrypts without authentication. At the end of the file the chunk is either a changed last chunk (its plaintext
    /// ends in the zero blocks of the archive) or a cut one, which has no tag and all of whose bytes are content.
    private func diagnose(_ input: UnsafeRawBufferPointer, atEnd: Bool) throws(ComityError) -> Int {
        let length = max(0, input.count - AgeChunk.tagSize)
        let body = UnsafeRawBufferPointer(rebasing: input[..<length])
        if atEnd {
            try AgeChunk.keystream(body, key: key, index: index, last: true, into: opened.bytes)
            let tail = opened.bytes[max(0, length - 512)..<length]
            let zeros = tail.count { $0 == 0 }
            if length > 0, zeros * 10 >= tail.count * 9 { return length }
            try AgeChunk.keystream(input, key: key, index: index, last: false, into: opened.bytes)
            return input.count
        }
        try AgeChunk.keystream(body, key: key, index: index, last: false, into: opened.bytes)
        return length
    }
}
