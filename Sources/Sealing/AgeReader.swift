// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Opens an age file as a stream; gives out nothing that is not authentic.
///
/// One thread at a time. Memory: two chunks of 64 KiB, whatever the size of the file.
public final class AgeReader: ByteSource {
    private let chunks: AgeChunkReader
    private var position = 0
    private var available = 0
    private var failure: ComityError?

    /// Reads the header at once, also through armor.
    /// - Throws: `.schema` for a malformed header, `.cannotDecrypt` when no identity matches or the kind of recipient is
    ///   not supported (named in the error), `.verificationFailed` when the header was changed.
    public init(from source: any ByteSource, identities: [any AgeOpener]) throws(ComityError) {
        var buffered = BufferedSource(source)
        if try AgeArmorReader.stands(in: buffered) { buffered = BufferedSource(AgeArmorReader(buffered)) }
        chunks = try AgeChunkReader(source: buffered, envelope: try AgeEnvelope(opening: buffered, with: identities))
    }

    /// Up to `buffer.count` bytes of plaintext; 0 at the proven end.
    /// - Throws: `.verificationFailed` at the first chunk that is changed, cut off or followed by something; the same
    ///   error again on every later call.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        guard !buffer.isEmpty else { return 0 }
        if position == available { try fill() }
        let count = min(buffer.count, available - position)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: chunks.plaintext[position..<(position + count)]))
        position += count
        return count
    }

    private func fill() throws(ComityError) {
        if let failure { throw failure }
        position = 0
        available = 0
        guard let chunk = try chunks.next(diagnosing: false) else { return }
        let place = "between byte \(chunk.range.lowerBound) and byte \(chunk.range.upperBound) of the sealed file"
        switch chunk.state {
        case .authentic: available = chunk.count
        case .changed: failure = ComityError(.verificationFailed, "The sealed content was changed \(place).")
        case .cutOff:
            // A whole chunk is authentic even when the rest is missing.
            available = chunk.count
            failure = ComityError(.verificationFailed, "The sealed file is cut off at byte \(chunk.range.upperBound).")
        case .followed:
            available = chunk.count
            failure = ComityError(.verificationFailed, "Something was appended to the sealed file at byte \(chunk.range.upperBound).")
        }
        if available == 0, let failure { throw failure }
    }
}
