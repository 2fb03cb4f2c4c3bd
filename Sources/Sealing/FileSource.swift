// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Standards

/// A regular file as a source. Symbolic links, devices, sockets and pipes are refused.
public final class FileSource: ByteSource {
    /// The path as given.
    public let path: String
    /// Bytes, when it was opened.
    public let size: Int64
    let stamp: FileStamp
    private let descriptor: Int32

    /// Opens for reading.
    /// - Throws: `.notFound`, `.permission`, `.malformedInput` when it is not a regular file, `.storage`.
    public init(path: String) throws(ComityError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemFailure.error("open", path) }
        do throws(ComityError) {
            stamp = try FileStamp.of(descriptor: descriptor, path: path)
            guard stamp.kind == .file else {
                throw ComityError(.malformedInput, "\(path) is not a regular file.", next: "Name a file.")
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        size = stamp.size
        if size > 1 << 20 { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
    }

    deinit { close(descriptor) }

    /// The next bytes; 0 at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        guard let base = buffer.baseAddress, !buffer.isEmpty else { return 0 }
        while true {
            let count = Glibc.read(descriptor, base, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw SystemFailure.error("read", path) }
        }
    }

    /// Bytes from `offset` on, until the buffer is full or the file ends; the place of ``read(into:)`` stays.
    public func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
        var done = 0
        while done < buffer.count {
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, room.baseAddress, room.count, off_t(offset) + off_t(done))
            if count == 0 { break }
            if count > 0 { done += count } else if errno != EINTR { throw SystemFailure.error("read", path) }
        }
        return done
    }

    /// What the file system says of it now.
    func stampNow() throws(ComityError) -> FileStamp { try FileStamp.of(descriptor: descriptor, path: path) }
}
