// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Reads a tar archive as a stream and trusts nothing in it.
///
/// Accepted: regular files, folders, pax extended and global headers up to 1 MiB. Refused: links, devices, GNU sparse
/// files and long names, wrong checksums, absurd sizes, absolute paths, `..`, `.`, empty parts, backslashes, control
/// characters, the same path twice, too many entries, anything but zeros after the end. One thread at a time.
public final class TarReader {
    /// Most bytes of zeros accepted after the end (other programs fill up to 10 KiB and more).
    private static let maximumTrailer: Int64 = 1 << 20

    private let source: any ByteSource
    private let maximumEntries: Int
    private let block = Scratch(TarHeader.blockSize)
    private var seen: Set<String> = []
    private var remaining: Int64 = 0
    private var padding: Int64 = 0
    private var entries = 0
    /// Bytes taken from the source so far.
    private(set) var position: Int64 = 0
    /// The source ended before the archive did.
    private(set) var isCutOff = false

    /// Reads from `source`.
    /// - Parameter maximumEntries: most files and folders accepted.
    public init(_ source: any ByteSource, maximumEntries: Int = 1_000_000) {
        self.source = source
        self.maximumEntries = maximumEntries
    }

    /// The next entry, or nil at the end of the archive. What was not read of the entry before is skipped.
    /// - Throws: `.schema` for what is refused, `.tooLarge` for too many entries, `.verificationFailed` when the archive is
    ///   cut off, and what the source throws.
    public func next() throws(ComityError) -> TarEntry? {
        try skip(remaining + padding)
        var extended: [String: String] = [:]
        while true {
            guard try fillBlock() else { return nil }
            var header = try TarHeader(parsing: UnsafeRawBufferPointer(block.bytes))
            switch header.type {
            case UInt8(ascii: "x"), UInt8(ascii: "g"):
                let records = try readRecords(header.size)
                if header.type == UInt8(ascii: "x") {
                    extended = records
                } else if !records.isEmpty {
                    throw TarHeader.bad("a global header sets a path or a size")
                }
            case UInt8(ascii: "0"), UInt8(ascii: "5"):
                if let path = extended["path"] { header.path = path }
                if let text = extended["size"] {
                    guard let size = Int64(text), (0...(1 << 62)).contains(size), text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
                    else {
                        throw TarHeader.bad("its size is absurd")
                    }
                    header.size = size
                }
                return try entry(header)
            default:
                throw TarHeader.bad("\(header.path) is \(Self.name(header.type)), and only files and folders are accepted")
            }
        }
    }

    /// Content of the current entry; 0 at its end.
    /// - Throws: `.verificationFailed` when the archive is cut off, and what the source throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        guard remaining > 0, !buffer.isEmpty else { return 0 }
        let wanted = Int(min(Int64(buffer.count), remaining))
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count > 0 else { throw cutOff() }
        position += Int64(count)
        remaining -= Int64(count)
        return count
    }

    /// For diagnosis: skips to `offset`, which must not lie behind, and treats what is there as a file of `size` bytes.
    func resume(at offset: Int64, path: String, size: Int64) throws(ComityError) -> TarEntry {
        try skip(offset - position)
        remaining = size
        padding = TarHeader.padded(size) - size
        return TarEntry(path: path, kind: .file, size: size, modified: 0, mode: 0o644, offset: offset)
    }

    private func entry(_ header: TarHeader) throws(ComityError) -> TarEntry {
        let isFolder = header.type == UInt8(ascii: "5")
        var path = header.path
        if isFolder, path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        if let fault = SafePath.fault(path) {
            throw TarHeader.bad("the path “\(path.prefix(200).filter(Self.isPrintable))” is refused: \(fault)")
        }
        guard !isFolder || header.size == 0 else { throw TarHeader.bad("the folder \(path) has content") }
        entries += 1
        guard entries <= maximumEntries else {
            throw ComityError(.tooLarge, "The archive has more than \(maximumEntries) entries.")
        }
        guard seen.insert(path).inserted else { throw TarHeader.bad("the path \(path) stands twice") }
        remaining = header.size
        padding = TarHeader.padded(header.size) - header.size
        return TarEntry(
            path: path, kind: isFolder ? .folder : .file, size: header.size, modified: header.modified, mode: header.mode,
            offset: position)
    }

    private static func isPrintable(_ character: Character) -> Bool { !character.unicodeScalars.contains(where: SafePath.isControl) }

    private static func name(_ type: UInt8) -> String {
        switch type {
        case UInt8(ascii: "1"): "a hard link"
        case UInt8(ascii: "2"): "a symbolic link"
        case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
        case UInt8(ascii: "6"): "a pipe"
        case UInt8(ascii: "S"): "a sparse file"
        case UInt8(ascii: "L"), UInt8(ascii: "K"): "a GNU long name"
        default: "of an unknown kind"
        }
    }

    /// Reads one block; false at a proper end.
    private func fillBlock() throws(ComityError) -> Bool {
        try readBlock()
        guard block.bytes.allSatisfy({ $0 == 0 }) else { return true }
        try readBlock()
        guard block.bytes.allSatisfy({ $0 == 0 }) else { throw TarHeader.bad("a single zero block stands before it") }
        var trailer: Int64 = 0
        while true {
            let count = try source.readFully(into: block.bytes)
            if count == 0 { return false }
            position += Int64(count)
            trailer += Int64(count)
            guard trailer <= Self.maximumTrailer, block.bytes[..<count].allSatisfy({ $0 == 0 }) else {
                throw TarHeader.bad("something stands after the end of the archive")
            }
        }
    }

    private func readBlock() throws(ComityError) {
        let count = try source.readFully(into: block.bytes)
        position += Int64(count)
        guard count == TarHeader.blockSize else { throw cutOff() }
    }

    private func readRecords(_ size: Int64) throws(ComityError) -> [String: String] {
        guard size <= PaxRecords.maximumSize else { throw TarHeader.bad("an extended header is larger than 1 MiB") }
        var bytes: [UInt8] = []
        for _ in 0..<(TarHeader.padded(size) / 512) {
            try readBlock()
            bytes.append(contentsOf: block.bytes)
        }
        return try PaxRecords.parse(Array(bytes.prefix(Int(size))))
    }

    private func skip(_ count: Int64) throws(ComityError) {
        var left = count
        remaining = 0
        padding = 0
        guard left > 0 else { return }
        let scratch = Scratch(Int(min(left, 65536)))
        while left > 0 {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[..<Int(min(left, Int64(scratch.bytes.count)))])
            let read = try source.read(into: wanted)
            guard read > 0 else { throw cutOff() }
            position += Int64(read)
            left -= Int64(read)
        }
    }

    private func cutOff() -> ComityError {
        isCutOff = true
        remaining = 0
        padding = 0
        return ComityError(.verificationFailed, "The archive is cut off at byte \(position).")
    }
}
