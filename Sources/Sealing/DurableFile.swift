// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Standards

/// The one place with the fsync discipline: after a call here returns, power may fail.
///
/// The order of system calls, and why:
/// 1. `open(".partial-…", O_CREAT | O_EXCL)` in the folder of the final name, so that the rename stays in one file system
///    and a crash leaves only a name that nobody mistakes for a finished file;
/// 2. `write` until everything is with the kernel;
/// 3. `fsync(file)`: content and length are on the disk *before* the name exists;
/// 4. `close`, which may report a late error (NFS, quotas);
/// 5. `link` to the final name and `unlink` of the partial one, or `rename` when replacing: the final name appears in one
///    step, with all or nothing, and `link` fails if somebody else took the name meanwhile;
/// 6. `fsync(folder)`: the name itself is on the disk.
/// Whoever is told of success before step 6 has ended may lose the file. When `fsync` fails the file is given up, never
/// synchronised again: the kernel may have dropped the dirty pages and would report success the second time.
public enum DurableFile {
    /// What every unfinished name begins with.
    public static let partialPrefix = ".partial-"

    /// Writes `bytes` to `path`, whole or not at all.
    /// - Parameters:
    ///   - mode: permission bits of the file.
    ///   - replacing: whether an existing file may be replaced.
    /// - Throws: `.alreadyExists`, `.notFound` when the folder does not exist, `.permission`, `.storage`.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, replacing: Bool = false
    ) throws(ComityError) {
        let writer = try DurableFileWriter(path: path, mode: mode, replacing: replacing)
        try writer.write(bytes)
        try writer.commit()
    }

    /// `fsync` of a folder: makes the names in it durable.
    public static func syncFolder(_ path: String) throws(ComityError) { try sync(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC) }

    /// `fsync` of every file and folder under `path`, children before parents.
    /// - Throws: `.malformedInput` for anything but regular files and folders.
    public static func syncTree(_ path: String) throws(ComityError) {
        for name in try FolderListing.names(of: path) {
            guard let name else { throw ComityError(.malformedInput, "A name in \(path) is not valid UTF-8.") }
            let child = "\(path)/\(name)"
            switch try FileStamp.of(child).kind {
            case .folder: try syncTree(child)
            case .file: try sync(child, flags: O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            case .link, .other: throw ComityError(.malformedInput, "\(child) is neither a file nor a folder.")
            }
        }
        try syncFolder(path)
    }

    /// A fresh unfinished name in `folder`.
    static func partialPath(in folder: String) -> String {
        var generator = SystemRandomNumberGenerator()
        return "\(folder)/\(partialPrefix)\(String(generator.next(), radix: 16))"
    }

    /// The folder of a path, `.` when it names none, and the last component.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, String(path[path.utf8.index(after: slash)...]))
    }

    /// Gives a finished file its final name; steps 5 and 6.
    static func publish(_ partial: String, as path: String, replacing: Bool) throws(ComityError) {
        if replacing {
            guard rename(partial, path) == 0 else { throw SystemFailure.error("create", path) }
        } else if link(partial, path) == 0 {
            unlink(partial)
        } else {
            // Some file systems (FAT on a stick) have no links: look first, then rename.
            guard [EPERM, ENOTSUP, ENOSYS].contains(errno) else { throw SystemFailure.error("create", path) }
            guard access(path, F_OK) != 0 else { throw SystemFailure.error("create", path, errno: EEXIST) }
            guard rename(partial, path) == 0 else { throw SystemFailure.error("create", path) }
        }
        try syncFolder(split(path).folder)
    }

    /// Gives a finished tree, already on the disk, its final name. `rename` replaces no file and no folder with content.
    static func publish(tree partial: String, as path: String) throws(ComityError) {
        guard access(path, F_OK) != 0 else { throw SystemFailure.error("create", path, errno: EEXIST) }
        guard rename(partial, path) == 0 else { throw SystemFailure.error("create", path) }
        try syncFolder(split(path).folder)
    }

    /// Removes a tree that was never finished, as far as that is possible.
    static func removeTree(_ path: String) {
        guard let kind = try? FileStamp.of(path).kind else { return }
        if kind == .folder {
            for case .some(let name) in (try? FolderListing.names(of: path)) ?? [] { removeTree("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private static func sync(_ path: String, flags: Int32) throws(ComityError) {
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw SystemFailure.error("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemFailure.error("make durable", path) }
    }
}
