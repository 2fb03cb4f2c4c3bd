// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import Sealing
import Standards

/// The bytes of a package that is arriving: parts written at their offsets, under a partial name until all are there.
struct IncomingPackage {
    let folder: String
    let name: String

    /// Where the whole package lies once `finish` has run.
    var path: String { folder + "/" + name }
    private var partial: String { folder + "/" + DurableFile.partialPrefix + name }

    /// Writes a part; durable when it returns.
    /// - Parameter pieces: its bytes, in order.
    func write(_ pieces: [ByteBuffer], at offset: Int64) throws(ComityError) {
        if mkdir(folder, 0o700) == 0 { try DurableFile.syncFolder(folder + "/..") }
        var descriptor = open(partial, O_WRONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT {
            descriptor = open(partial, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            if descriptor >= 0 { try DurableFile.syncFolder(folder) }
        }
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        var place = offset
        for piece in pieces {
            let isWritten = piece.withUnsafeReadableBytes { bytes in
                var done = 0
                while done < bytes.count {
                    let written = pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(place) + off_t(done))
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { return false }
                    done += written
                }
                return true
            }
            guard isWritten else { throw failure("write") }
            place += Int64(piece.readableBytes)
        }
        guard fdatasync(descriptor) == 0 else { throw failure("sync") }
    }

    /// Gives the package its name, once every part is there.
    func finish() throws(ComityError) {
        guard rename(partial, path) == 0 || access(path, F_OK) == 0 else { throw failure("rename") }
        try DurableFile.syncFolder(folder)
    }

    private func failure(_ step: String) -> ComityError {
        ComityError(
            .storage, "The package cannot be stored (\(step): \(String(cString: strerror(errno)))).",
            next: "Check the space on the disk; the transfer goes on by itself.")
    }
}
