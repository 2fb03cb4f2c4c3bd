// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDBSQLite

/// The yardstick: a loop around one prepared INSERT of 512 bytes, each in its own transaction, WAL, `synchronous=FULL`.
struct Bare {
    private var db: OpaquePointer?
    private var insert: OpaquePointer?

    init(_ folder: String) {
        sqlite3_open("\(folder)/bare.sqlite", &db)
        sqlite3_exec(
            db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)", nil, nil, nil)
        sqlite3_prepare_v2(db, "INSERT INTO t (data) VALUES (?)", -1, &insert, nil)
    }

    /// Seconds of each of `count` commits.
    func commits(_ count: Int) -> [Double] {
        let bytes = [UInt8](repeating: 7, count: 512)
        return (0..<count).map { _ in
            seconds {
                bytes.withUnsafeBytes { _ = sqlite3_bind_blob(insert, 1, $0.baseAddress, 512, nil) }
                guard sqlite3_step(insert) == SQLITE_DONE else { fatalError("the yardstick cannot write") }
                sqlite3_reset(insert)
            }
        }
    }

    func close() {
        sqlite3_finalize(insert)
        sqlite3_close(db)
    }
}
