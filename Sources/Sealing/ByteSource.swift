// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Where bytes come from, piece by piece: a file, memory, an age reader. Not for two threads at once.
public protocol ByteSource: AnyObject {
    /// Puts up to `buffer.count` bytes at the front of `buffer` and says how many; 0 only at the end (or for an empty buffer).
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int
}

extension ByteSource {
    /// Reads until the buffer is full or the source ends.
    func readFully(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}

/// Bytes in memory as a source.
public final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    /// Reads `bytes` from the front.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next bytes; 0 at the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        let count = min(buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }
}

/// A source with a buffer of 64 KiB before it, for reading single bytes. What it has read ahead is lost to the inner source.
public final class BufferedSource: ByteSource {
    private let inner: any ByteSource
    private let buffer = Scratch(65536)
    private var position = 0
    private var filled = 0

    /// Reads from `inner`.
    public init(_ inner: any ByteSource) { self.inner = inner }

    /// The next byte, which stays; nil at the end.
    public func peekByte() throws(ComityError) -> UInt8? {
        if position == filled {
            filled = try inner.read(into: buffer.bytes)
            position = 0
            if filled == 0 { return nil }
        }
        return buffer.bytes[position]
    }

    /// The next byte, or nil at the end.
    public func readByte() throws(ComityError) -> UInt8? {
        guard let byte = try peekByte() else { return nil }
        position += 1
        return byte
    }

    /// What is buffered first, then straight from the inner source.
    public func read(into target: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        guard position < filled else { return try inner.read(into: target) }
        let count = min(target.count, filled - position)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[position..<(position + count)]))
        position += count
        return count
    }
}
