// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Changes a database behind the program's back, as whoever has the file can.
public enum SQLiteShell {
    /// Runs statements with Python's SQLite, which every machine of ours has; rows come back as lines, columns between `|`.
    @discardableResult
    public static func run(_ database: String, _ sql: String) throws -> String {
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
            for statement in sys.argv[2].split(';;'):
                for row in db.execute(statement):
                    print('|'.join(c.hex() if isinstance(c, bytes) else str(c) for c in row))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, database, sql]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
        return text
    }
}
