// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
internal import GRDB
public import Register
public import Standards

/// What a register that was lost in part is continued with: entry by entry, as witnesses have cosigned it.
extension Writer {
    /// Lets the register go on within this transaction. The caller appends what witnesses have cosigned and compares the root; when it
    /// throws, the hold stays.
    public mutating func endHold() throws {
        try set(Reader.holdSetting, "")
        try letGoOn()
    }

    /// Appends an entry whose content nobody has: 32 bytes, of which only the hash is known.
    public mutating func appendLost(_ content: Hash) throws {
        _ = try append(PendingEntry(content, kind: .lost, ref: content.description))
    }

    /// Root of the register as it stands in this transaction.
    public func root() throws -> Hash { try grown().root }

    /// Numbers of references up to this one are taken.
    public func takeNumber(of ref: FileReference) throws {
        try db.execute(
            sql: """
                INSERT INTO number (state, year, type, last) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (state, year, type) DO UPDATE SET last = MAX(last, ?4)
                """, arguments: [ref.state.description, ref.year, ref.typeCode, ref.number])
    }
}
