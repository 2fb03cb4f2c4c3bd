// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Reads one exhibit of a sealed package from where it lies, without opening the rest: the package stays sealed on the disk.
///
/// Every chunk is proven before a byte of it is given out. That the package is what its sender signed is not asked again:
/// only a package with a valid verdict may be read this way. One thread at a time; memory: two chunks of 64 KiB.
public final class ExhibitReader: ByteSource {
    /// Below the bag's folder; begins with `data/`.
    public let path: String
    /// Bytes.
    public let size: Int64
    private let archive: SealedArchive
    private let start: Int64
    private var position: Int64 = 0

    /// - Parameters:
    ///   - package: the sealed file.
    ///   - identities: the private keys that may open it.
    ///   - number: of the exhibit, from 1.
    /// - Throws: `.notFound` for a number that is not there, `.schema`, `.cannotDecrypt`, `.verificationFailed` when the
    ///   file was changed, and what reading throws.
    public init(package: String, identities: [any AgeOpener], exhibit number: Int) throws(ComityError) {
        archive = try SealedArchive(path: package, identities: identities)
        let tar = TarReader(SealedArchive.Start(archive), maximumEntries: 8)
        while let entry = try tar.next() {
            guard entry.kind == .file, entry.path.hasSuffix("/" + PackageLayout.contents) else { continue }
            guard entry.size <= PackageLayout.maximumTagFile else { break }
            let sink = MemorySink(limit: Int(entry.size))
            let buffer = Scratch(65536)
            while case let count = try tar.read(into: buffer.bytes), count > 0 {
                try sink.write(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
            }
            let contents = try IJSON.decode(PackageContents.self, from: sink.bytes, limit: Int(PackageLayout.maximumTagFile))
            guard contents.isSound else { break }
            guard contents.exhibits.indices.contains(number - 1) else {
                throw ComityError(.notFound, "The package has no exhibit \(number).", next: "Choose one from its list.")
            }
            let item = contents.exhibits[number - 1]
            path = item.path
            size = item.size
            start = item.offset
            return
        }
        throw ComityError(.schema, "The package has no list of contents that can be read.", next: "Verify the package.")
    }

    /// Goes to `offset` bytes from the beginning of the exhibit.
    public func seek(to offset: Int64) { position = min(max(0, offset), size) }

    /// The next bytes; 0 at the end of the exhibit.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        let wanted = Int(min(Int64(buffer.count), size - position))
        guard wanted > 0 else { return 0 }
        let count = try archive.read(at: start + position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count > 0 else { throw ComityError(.verificationFailed, "The sealed file ends inside the exhibit.") }
        position += Int64(count)
        return count
    }
}

/// The archive inside a sealed file, read at any place: the counter of a chunk follows from where it stands.
private final class SealedArchive {
    private let file: FileSource
    private let envelope: AgeEnvelope
    private let cipher: AgeCipher
    private let chunkCount: Int64
    private let sealed = Scratch(AgeChunk.sealedSize)
    private let opened = Scratch(AgeChunk.size + AgeChunk.tagSize)
    private var current: Int64 = -1
    private var length = 0

    init(path: String, identities: [any AgeOpener]) throws(ComityError) {
        envelope = try AgeEnvelope(opening: BufferedSource(try FileSource(path: path)), with: identities)
        cipher = try AgeCipher(key: envelope.payloadKey)
        file = try FileSource(path: path)
        chunkCount = (file.size - envelope.payloadOffset + Int64(AgeChunk.sealedSize) - 1) / Int64(AgeChunk.sealedSize)
    }

    /// Bytes from `offset` of the archive on, as far as one chunk reaches; 0 at the end.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        let index = offset / Int64(AgeChunk.size)
        guard index < chunkCount else { return 0 }
        if index != current { try open(index) }
        let inside = Int(offset % Int64(AgeChunk.size))
        let count = min(buffer.count, length - inside)
        guard count > 0 else { return 0 }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: opened.bytes[inside..<(inside + count)]))
        return count
    }

    private func open(_ index: Int64) throws(ComityError) {
        current = -1
        let place = envelope.payloadOffset + index * Int64(AgeChunk.sealedSize)
        let count = try file.read(at: place, into: sealed.bytes)
        guard count >= AgeChunk.tagSize,
            cipher.open(
                UnsafeRawBufferPointer(rebasing: sealed.bytes[..<count]), index: UInt64(index),
                last: index == chunkCount - 1, into: opened.bytes)
        else {
            throw ComityError(
                .verificationFailed,
                "The sealed content was changed between byte \(place) and byte \(place + Int64(count)) of the sealed file.",
                next: "Do not use it. Verify the package, and ask the sender for it again.")
        }
        length = count - AgeChunk.tagSize
        current = index
    }

    /// The archive from its beginning, as a source.
    final class Start: ByteSource {
        private let archive: SealedArchive
        private var position: Int64 = 0

        init(_ archive: SealedArchive) { self.archive = archive }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
            let count = try archive.read(at: position, into: buffer)
            position += Int64(count)
            return count
        }
    }
}
