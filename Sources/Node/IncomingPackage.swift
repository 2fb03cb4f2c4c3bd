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

    /// What packages leave free on the disk, in bytes, so that acts and the register never stop for them.
    static let reserve: UInt64 = 1 << 30

    /// Writes a part; durable when it returns.
    /// - Parameter pieces: its bytes, in order.
    /// - Throws: `.storage`, also when the disk would be fuller than the reserve allows (a twentieth of a small disk).
    func write(_ pieces: [ByteBuffer], at offset: Int64) throws(ComityError) {
        try requireRoom(for: pieces.reduce(0) { $0 + UInt64($1.readableBytes) })
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

    private func requireRoom(for count: UInt64) throws(ComityError) {
        var disk = statvfs()
        guard statvfs(folder + "/..", &disk) == 0 else { return }
        let unit = UInt64(disk.f_frsize)
        let (free, all) = (UInt64(disk.f_bavail) * unit, UInt64(disk.f_blocks) * unit)
        guard free < count + Self.fewest(all) else { return }
        throw ComityError(
            .storage, "The disk of the receiving node has no room for packages: \(free >> 20) MiB are free.",
            why: "The rest is kept for acts and the register.", next: "Free some space there; the transfer goes on by itself.")
    }

    /// What stays free on a disk of so many bytes.
    static func fewest(_ all: UInt64) -> UInt64 { min(reserve, all / 20) }

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
