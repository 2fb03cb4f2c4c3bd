// SPDX-License-Identifier: Apache-2.0

import GRDB
import Standards

/// The values of a row for everything in this room. A database can be damaged, or edited by somebody: a value of another type than the
/// one that belongs there is an error that says so, where the library would end the process.
extension Row {
    subscript<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) -> Value {
        get throws { try value(self[index] as (any DatabaseValueConvertible)?, at: Array(columnNames)[index]) }
    }

    subscript<Value: DatabaseValueConvertible & StatementColumnConvertible>(_ name: String) -> Value {
        get throws { try value(self[name] as (any DatabaseValueConvertible)?, at: name) }
    }

    private func value<Value: DatabaseValueConvertible>(_ stored: (any DatabaseValueConvertible)?, at column: @autoclosure () -> String)
        throws(ComityError) -> Value
    {
        if let value = stored as? Value { return value }
        guard let value = Value.fromDatabaseValue(stored?.databaseValue ?? .null) else {
            throw ComityError(
                .storage, "The database is damaged: the value in “\(column())” is not of the kind that belongs there.",
                why: "It was changed by something else than this program, or the disk has a fault.",
                next: "Stop the node, run comity audit check, and restore a backup.")
        }
        return value
    }
}

extension Database {
    /// Runs one statement, which is prepared once for each connection.
    func run(_ sql: String, _ arguments: StatementArguments) throws { try cachedStatement(sql: sql).execute(arguments: arguments) }
}
