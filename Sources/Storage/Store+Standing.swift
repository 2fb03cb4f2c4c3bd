// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRDB
internal import Glibc
internal import Standards
internal import Synchronization

/// What a database says of its own place and age: whether it is the one that was used last.
///
/// Two things lie outside the database, so that a copy or an older file does not bring its own: the inode of `comity.sqlite`, which a copy
/// and a restored file do not share (unless the file system uses the number of a removed one again), and the file `register.mark`, which says how many entries there were.
extension Store {
    static let inodeSetting = "database-inode"

    /// Holds the register when the database is a copy, or older than what this folder had.
    func checkStanding(_ folder: String) throws {
        let inode = Self.inode(of: folder + "/comity.sqlite")
        // The mark first: another process may append in between, and then the database has more than the mark said, never less.
        let mark = RegisterMark.read(folder)
        let (known, size, held) = try read { reader in
            (try reader.setting(Self.inodeSetting), try reader.registerSize(), try reader.registerHold() != nil)
        }
        let now = Instant(milliseconds: Self.realClock())
        if !held, let mark, mark > size {
            try hold(
                RegisterHold(
                    .behindPublished, says: "the database has \(size) entries, but there were \(mark) in this folder: it is older.",
                    next: Self.afterRestoring, since: now))
        } else if !held, let known, known != inode {
            try hold(
                RegisterHold(
                    .copied, says: "the database was copied or moved here: it is not the file that was used last.",
                    next:
                        "If no other copy is in use, say so: comity audit resume, with a reason. If something may be missing: comity audit recover.",
                    since: now))
        }
        if known == nil { try set(Self.inodeSetting, inode) }
    }

    /// What to do with a database that is older than it should be.
    static let afterRestoring =
        "Fetch what is missing from the peers with comity audit recover. When no peer can help: comity audit resume, with a reason."

    /// The database is now the one that counts, here.
    func settle() throws {
        try set(Self.inodeSetting, Self.inode(of: folder + "/comity.sqlite"))
        mark.set(try read { try $0.registerSize() }, always: true)
    }

    private func set(_ name: String, _ value: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", arguments: [name, value])
        }
    }

    private static func inode(of path: String) -> String {
        let number = try? FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? NSNumber
        return number.map { "\($0)" } ?? ""
    }
}

/// The file `register.mark`: how many entries the register has, in decimal. Written after each commit and not synced: it only has to
/// be newer than a database that somebody puts in the place of this one.
///
/// Owns `written`, the largest number it wrote, under its lock.
final class RegisterMark: Sendable {
    private let descriptor: Int32
    private let written = Mutex<Int64>(-1)

    init(_ folder: String) { descriptor = open(folder + "/register.mark", O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Nil when there is none that can be read.
    static func read(_ folder: String) -> Int64? {
        let descriptor = open(folder + "/register.mark", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int64(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }

    func set(_ size: Int64, always: Bool = false) {
        written.withLock { written in
            guard size > written || always else { return }
            written = size
            var text = Array("\(size)\n".utf8)
            // A number never gets shorter, but for a database that was let go on with fewer entries.
            if always { ftruncate(descriptor, 0) }
            _ = pwrite(descriptor, &text, text.count, 0)
        }
    }
}
