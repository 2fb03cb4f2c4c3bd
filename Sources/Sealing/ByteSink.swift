// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Standards

/// Where bytes go, piece by piece: a file, memory, an age writer. Not for two threads at once.
public protocol ByteSink: AnyObject {
    /// Takes all of `bytes` or throws; the pointer is not kept.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError)
}

extension ByteSink {
    /// Takes all of `bytes` or throws.
    public func write(_ bytes: [UInt8]) throws(ComityError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ComityError) in try write(UnsafeRawBufferPointer(buffer)) }
    }
}

/// A sink that keeps everything in memory, up to a limit.
public final class MemorySink: ByteSink {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: the most bytes it takes.
    public init(limit: Int) { self.limit = limit }

    /// - Throws: `.tooLarge` beyond the limit.
    public func write(_ more: UnsafeRawBufferPointer) throws(ComityError) {
        guard more.count <= limit - bytes.count else {
            throw ComityError(.tooLarge, "The content is larger than the \(limit) bytes accepted here.")
        }
        bytes.append(contentsOf: more)
    }
}

/// SHA-256 of bytes in memory, lower-case hexadecimal.
func sha256Hex(_ bytes: [UInt8]) -> String { Hex.encode(SHA256.hash(data: bytes)) }
