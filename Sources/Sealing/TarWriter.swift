// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Writes a tar archive as a stream: ustar, with a pax extended header where a name is long or not ASCII, or a size
/// reaches 8 GiB. Owner and group are 0; two zero blocks end it. Same input, same bytes.
public final class TarWriter {
    private let sink: any ByteSink
    /// Bytes written so far.
    public private(set) var position: Int64 = 0
    private var remaining: Int64 = 0
    private var padding = 0
    private var name = ""

    /// Writes to `sink`.
    public init(to sink: any ByteSink) { self.sink = sink }

    /// Goes on where an archive of `position` bytes ends; what was written before was another's to write.
    init(to sink: any ByteSink, from position: Int64) {
        self.sink = sink
        self.position = position
    }

    /// Begins a file of exactly `size` bytes, which ``write(_:)`` must bring before the next entry.
    /// - Parameters:
    ///   - path: relative, `/` between components.
    ///   - modified: seconds since 1970.
    ///   - isExecutable: mode 0755 instead of 0644.
    /// - Throws: `.malformedInput` for a path that is refused, `.failure` when the entry before is not complete.
    public func begin(_ path: String, size: Int64, modified: Int64, isExecutable: Bool = false) throws(ComityError) {
        try endEntry()
        let blocks = try TarHeader.blocks(file: path, size: size, modified: modified, isExecutable: isExecutable)
        try sink.write(blocks)
        position += Int64(blocks.count)
        remaining = size
        padding = Int(TarHeader.padded(size) - size)
        name = path
    }

    /// Content of the entry that was begun.
    /// - Throws: `.failure` when it is more than announced.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
        guard Int64(bytes.count) <= remaining else { throw ComityError(.failure, "\(name) is longer than announced.") }
        try sink.write(bytes)
        position += Int64(bytes.count)
        remaining -= Int64(bytes.count)
    }

    /// A whole entry from memory.
    public func add(_ path: String, _ bytes: [UInt8], modified: Int64) throws(ComityError) {
        try begin(path, size: Int64(bytes.count), modified: modified)
        try bytes.withUnsafeBufferPointer { (buffer) throws(ComityError) in try write(UnsafeRawBufferPointer(buffer)) }
    }

    /// Ends the entry that was begun, with its padding.
    func pad() throws(ComityError) { try endEntry() }

    /// Ends the archive with two zero blocks.
    public func finish() throws(ComityError) {
        try endEntry()
        try zeros(2 * TarHeader.blockSize)
    }

    private func endEntry() throws(ComityError) {
        guard remaining == 0 else { throw ComityError(.failure, "\(name) is \(remaining) bytes shorter than announced.") }
        try zeros(padding)
        padding = 0
    }

    private func zeros(_ count: Int) throws(ComityError) {
        guard count > 0 else { return }
        try sink.write([UInt8](repeating: 0, count: count))
        position += Int64(count)
    }
}
