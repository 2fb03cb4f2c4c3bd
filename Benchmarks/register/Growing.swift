// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDBSQLite
import Register
import Standards
import Storage

/// Makes large registers, once: rows as the node writes them, many in a transaction.
enum Growing {
    static func register(_ size: Int64) throws -> String {
        let path = "\(folder)/register-\(size)"
        guard !FileManager.default.fileExists(atPath: path + "/done") else { return path }
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        _ = try Store(folder: path, signer: signer)
        var db: OpaquePointer?
        sqlite3_open("\(path)/comity.sqlite", &db)
        sqlite3_exec(db, "PRAGMA synchronous=OFF", nil, nil, nil)
        var entry: OpaquePointer?
        var event: OpaquePointer?
        var tile: OpaquePointer?
        sqlite3_prepare_v2(db, "INSERT INTO entry (idx, content, kind, ref, at) VALUES (?, ?, 'event', ?, ?)", -1, &entry, nil)
        sqlite3_prepare_v2(db, "INSERT INTO event (idx, kind, file, bytes) VALUES (?, 'opened', NULL, ?)", -1, &event, nil)
        sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO tile (id, hashes) VALUES (?, ?)", -1, &tile, nil)
        var edge = TileEdge()
        var index: Int64 = 0
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        while index < size {
            sqlite3_exec(db, "BEGIN", nil, nil, nil)
            var contents: [UInt8] = []
            for _ in 0..<min(65_536, size - index) {
                let bytes = Array("{\"n\":\(index)}".utf8)
                let content = Hash.of(bytes).bytes
                contents += content
                sqlite3_bind_int64(entry, 1, index)
                sqlite3_bind_blob(entry, 2, content, 32, transient)
                sqlite3_bind_text(entry, 3, "01930000-0000-7000-8000-000000000000", 36, transient)
                sqlite3_bind_int64(entry, 4, 1_795_000_000_000)
                sqlite3_step(entry)
                sqlite3_reset(entry)
                sqlite3_bind_int64(event, 1, index)
                sqlite3_bind_blob(event, 2, bytes, Int32(bytes.count), transient)
                sqlite3_step(event)
                sqlite3_reset(event)
                index += 1
            }
            for change in edge.append(contents: contents) {
                sqlite3_bind_int64(tile, 1, Int64(change.address.level) << 56 | change.address.index)
                sqlite3_bind_blob(tile, 2, change.hashes, Int32(change.hashes.count), transient)
                sqlite3_step(tile)
                sqlite3_reset(tile)
            }
            sqlite3_exec(db, "COMMIT", nil, nil, nil)
        }
        for statement in [entry, event, tile] { sqlite3_finalize(statement) }
        sqlite3_close(db)
        FileManager.default.createFile(atPath: path + "/done", contents: nil)
        return path
    }

    static func run(_ size: Int64) throws {
        let time = try seconds { _ = try register(size) }
        line("made a register of \(size) entries in", time, "s")
    }
}
