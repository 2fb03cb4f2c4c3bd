// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import GRDBSQLite
internal import Standards

/// A prepared INSERT whose values are bound as they lie in memory: the two rows of each entry of the register, written by the thousand.
/// A value that is bound is read by SQLite before `run` returns, and by nobody after it.
struct QuickInsert {
    private let db: Database
    private let statement: OpaquePointer

    /// The statement stays prepared for the connection.
    init(_ db: Database, _ sql: String) throws {
        self.db = db
        statement = try db.cachedStatement(sql: sql).sqliteStatement
    }

    enum Value {
        case integer(Int64)
        case text(String)
        case bytes([UInt8])
        case null
    }

    /// - Throws: what SQLite says, as the library says it.
    func run(_ values: Value...) throws {
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        try bind(values[...], 1)
    }

    /// Each value is held in place while the rest is bound and the statement runs.
    private func bind(_ values: ArraySlice<Value>, _ position: Int32) throws {
        guard let value = values.first else {
            let code = sqlite3_step(statement)
            guard code == SQLITE_DONE else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
            }
            return
        }
        switch value {
        case .integer(let number):
            sqlite3_bind_int64(statement, position, number)
            try bind(values.dropFirst(), position + 1)
        case .text(var text):
            try text.withUTF8 { bytes in
                try bytes.withMemoryRebound(to: CChar.self) { characters in
                    sqlite3_bind_text(statement, position, characters.baseAddress, Int32(characters.count), nil)
                    try bind(values.dropFirst(), position + 1)
                }
            }
        case .bytes(let bytes):
            try bytes.withUnsafeBytes { content in
                sqlite3_bind_blob(statement, position, content.baseAddress, Int32(content.count), nil)
                try bind(values.dropFirst(), position + 1)
            }
        case .null:
            sqlite3_bind_null(statement, position)
            try bind(values.dropFirst(), position + 1)
        }
    }
}
