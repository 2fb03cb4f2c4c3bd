// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Glibc
import Sealing
import Standards

/// The files that go into a backup, held still in a scratch folder of the data folder: the copy of the database, and a second name
/// (hard link) for each package and upload, so that what is moved or removed meanwhile is read all the same.
///
/// Letting go of it removes the scratch folder.
final class BackupSource {
    private let scratch: UnfinishedFolder
    private let folder: NodeFolder
    /// Where each member is read, by its path in the archive, in the order of the archive.
    private(set) var files: [(member: String, at: String)] = []
    var database: String { scratch.path + "/" + BackupLimits.database }
    private let lock: Int32

    /// - Throws: `.wrongState` while another process makes a backup of this node.
    init(_ folder: NodeFolder) throws(ComityError) {
        self.folder = folder
        lock = open(folder.path + "/backup.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw ComityError(.storage, "The folder \(folder.path) cannot be written.") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw ComityError(.wrongState, "Another process makes a backup of this node.", next: "Wait until it has ended.")
        }
        let room = folder.path + "/" + Self.room
        // What a process left that was killed while it made a backup; nobody else is here.
        do {
            if access(room, F_OK) == 0 { try FileManager.default.removeItem(atPath: room) }
            try FileManager.default.createDirectory(
                atPath: room, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            close(lock)
            throw ComityError(.storage, "The folder \(room) cannot be made: \(error.localizedDescription)")
        }
        do throws(ComityError) { scratch = try UnfinishedFolder(in: room) } catch {
            close(lock)
            throw error
        }
    }

    deinit {
        scratch.discard()
        rmdir(folder.path + "/" + Self.room)
        close(lock)
    }

    private static let room = ".backup"

    /// Collects the files. The database must have been copied before, so that no package that it names is missing.
    /// - Parameter others: further files of the data folder that `node.json` names.
    func collect(packages: Bool, others: [String]) throws(ComityError) {
        files = [("node.json", folder.configurationPath)]
        for name in try Self.names(folder.keysPath) { try hold("keys/" + name) }
        for name in others { try hold(name) }
        files.append((BackupLimits.database, database))
        guard packages else { return }
        for top in ["packages/out", "packages/in", "uploads"] { try holdTree(top) }
    }

    private func holdTree(_ path: String) throws(ComityError) {
        for name in try Self.names(folder.path + "/" + path) where !name.hasPrefix(DurableFile.partialPrefix) {
            switch Self.kind(folder.path + "/\(path)/\(name)") {
            case S_IFDIR: try holdTree("\(path)/\(name)")
            case S_IFREG: try hold("\(path)/\(name)")
            // What is gone meanwhile, or no file of a node.
            default: continue
            }
        }
    }

    private func hold(_ path: String) throws(ComityError) {
        guard Self.kind(folder.path + "/" + path) == S_IFREG else { return }
        let held = scratch.path + "/\(files.count)"
        // Another file system, or one without links: the file itself is read.
        let isHeld = link(folder.path + "/" + path, held) == 0
        guard isHeld || errno != ENOENT else { return }
        files.append((path, isHeld ? held : folder.path + "/" + path))
    }

    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func names(_ path: String) throws(ComityError) -> [String] {
        guard access(path, F_OK) == 0 else { return [] }
        do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
            throw ComityError(.storage, "The folder \(path) cannot be listed: \(error.localizedDescription)")
        }
    }

    /// Size and hash of each file, in order.
    func measured(_ progress: (Int64) throws(ComityError) -> Void) throws(ComityError) -> [BackupManifest.Member] {
        var members: [BackupManifest.Member] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        for (member, path) in files {
            let source = try FileSource(path: path)
            var hash = SHA256()
            var size: Int64 = 0
            while true {
                // A file that grows is taken as long as it was when it was opened.
                let room = Int(min(Int64(buffer.count), source.size - size))
                let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
                if count == 0 { break }
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                size += Int64(count)
                try progress(Int64(count))
            }
            members.append(.init(path: member, size: size, sha256: Hex.encode(hash.finalize())))
        }
        return members
    }
}
