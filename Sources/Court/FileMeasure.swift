// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Sealing
public import Standards

/// Size and SHA-256 of a file, and its bytes where they are wanted. Symbolic links and devices are refused.
public struct FileMeasure: Sendable {
    public let size: Int64
    /// Lower-case hexadecimal.
    public let sha256: String
    /// nil unless asked for, or when there are more than the limit.
    let bytes: [UInt8]?

    /// Of a file of any size, in constant memory.
    /// - Throws: `.notFound`, `.permission`, `.malformedInput` when it is not a regular file, `.storage`.
    public static func of(_ path: String, progress: SealingProgress? = nil) throws(ComityError) -> FileMeasure {
        try measure(path, limit: nil, progress)
    }

    /// The same with its bytes.
    static func read(_ path: String, limit: Int) throws(ComityError) -> FileMeasure { try measure(path, limit: limit, nil) }

    private static func measure(_ path: String, limit: Int?, _ progress: SealingProgress?) throws(ComityError) -> FileMeasure {
        let file = try FileSource(path: path)
        var hash = SHA256()
        var count: Int64 = 0
        var kept: [UInt8]? = limit.map { file.size <= $0 ? [] : nil } ?? nil
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let read = try file.read(into: buffer)
            guard read > 0 else { break }
            let piece = UnsafeRawBufferPointer(rebasing: buffer[..<read])
            hash.update(bufferPointer: piece)
            count += Int64(read)
            if let limit, count > limit { kept = nil }
            kept?.append(contentsOf: piece)
            try progress?(count, file.size)
        }
        return FileMeasure(size: count, sha256: Hex.encode(hash.finalize()), bytes: kept)
    }
}
