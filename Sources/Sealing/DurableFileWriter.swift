// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Standards

/// A file that gets its name only when it is complete and on the disk (the order of steps: ``DurableFile``).
///
/// Owns one descriptor and one `.partial-…` name. Letting go of it without ``commit()`` removes the partial file.
public final class DurableFileWriter: ByteSink {
    /// The final path.
    public let path: String
    /// Bytes written so far.
    public private(set) var count: Int64 = 0
    private let partial: String
    private let mode: UInt32
    private let replacing: Bool
    private var descriptor: Int32

    /// Creates the partial file.
    /// - Parameters:
    ///   - mode: permission bits of the finished file; the partial one is 0600.
    ///   - replacing: whether ``commit()`` may replace an existing file.
    /// - Throws: `.alreadyExists` at once when the final name exists and may not be replaced, `.notFound`, `.permission`, `.storage`.
    public init(path: String, mode: UInt32 = 0o600, replacing: Bool = false) throws(ComityError) {
        let (folder, name) = DurableFile.split(path)
        guard !name.isEmpty, name != ".", name != "..", !path.utf8.contains(0) else {
            throw ComityError(.usage, "“\(path)” does not name a file.")
        }
        if !replacing, (try? FileStamp.of(path)) != nil { throw SystemFailure.error("create", path, errno: EEXIST) }
        let partial = DurableFile.partialPath(in: folder)
        descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemFailure.error("create", path) }
        self.path = path
        self.partial = partial
        self.mode = mode
        self.replacing = replacing
    }

    deinit { discard() }

    /// Takes all of `bytes`.
    /// - Throws: `.storage`, for example when the disk is full; call ``discard()`` then, or let go.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(ComityError) {
        guard descriptor >= 0 else { throw ComityError(.failure, "Something was written to \(path) after its end.") }
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw SystemFailure.error("write", path)
            }
            count += Int64(written)
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Takes all of `bytes` at a place of its own; ``count`` stays. Different threads may write different places.
    /// - Throws: `.storage`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ComityError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemFailure.error("write", path) }
            done += written
        }
    }

    /// Asks the system to bring a range to the disk and then to forget it, so that ``commit()`` has less to wait for and a small
    /// machine keeps its memory. Makes nothing durable.
    func startWriting(_ offset: Int64, _ count: Int64) {
        posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    /// Makes the content durable, then the name. After it returns the file survives a power cut.
    /// - Throws: `.alreadyExists` when somebody else took the name meanwhile, `.storage`; the partial file is then gone.
    public func commit() throws(ComityError) {
        guard descriptor >= 0 else { throw ComityError(.failure, "\(path) was finished twice.") }
        let open = descriptor
        let isDurable = fchmod(open, mode) == 0 && fsync(open) == 0
        let reason = errno
        descriptor = -1
        let isClosed = close(open) == 0
        guard isDurable, isClosed else {
            let error = SystemFailure.error("make durable", path, errno: isDurable ? errno : reason)
            unlink(partial)
            throw error
        }
        do { try DurableFile.publish(partial, as: path, replacing: replacing) } catch {
            unlink(partial)
            throw error
        }
    }

    /// Removes the partial file; does nothing after ``commit()``.
    public func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(partial)
    }
}
