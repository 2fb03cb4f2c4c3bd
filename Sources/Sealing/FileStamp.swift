// SPDX-License-Identifier: Apache-2.0

import Glibc
import Standards

/// What the file system says of an entry; two equal stamps mean that a file did not change in between.
struct FileStamp: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case file, folder, link, other
    }

    let kind: Kind
    /// Bytes.
    let size: Int64
    /// Nanoseconds since 1970.
    let modified: Int64
    let device: UInt64
    let node: UInt64

    private init(_ info: stat) {
        kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        size = Int64(info.st_size)
        modified = Int64(info.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(info.st_mtim.tv_nsec)
        device = UInt64(info.st_dev)
        node = UInt64(info.st_ino)
    }

    /// Of a path, not following a link.
    static func of(_ path: String) throws(ComityError) -> FileStamp {
        var info = stat()
        guard lstat(path, &info) == 0 else { throw SystemFailure.error("find", path) }
        return FileStamp(info)
    }

    /// Of an open file.
    static func of(descriptor: Int32, path: String) throws(ComityError) -> FileStamp {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw SystemFailure.error("find", path) }
        return FileStamp(info)
    }
}

/// Listing a folder.
enum FolderListing {
    /// The names in a folder without `.` and `..`, sorted by bytes; nil stands for a name that is not valid UTF-8.
    static func names(of path: String) throws(ComityError) -> [String?] {
        guard let folder = opendir(path) else { throw SystemFailure.error("list", path) }
        defer { closedir(folder) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        guard errno == 0 else { throw SystemFailure.error("list", path) }
        names.sort { $0.lexicographicallyPrecedes($1) }
        return names.map { String(validating: $0, as: UTF8.self) }
    }
}
