// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// What this node knows of other registers, and what others have cosigned of its own. `log` is the name of a register and the id of
    /// its key: a register that was begun anew with another key is another one.
    static let witnesses = """
        -- As witness: the largest checkpoint that this node cosigned for each register, with its cosignature.
        CREATE TABLE cosigned (
          log TEXT PRIMARY KEY, size INTEGER NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        -- The entries of those registers, 32 bytes each, 256 in a row; root: of a full row.
        CREATE TABLE mirror (
          log TEXT NOT NULL, block INTEGER NOT NULL, entries BLOB NOT NULL, root BLOB, UNIQUE (log, block));
        -- Checkpoints of registers that others have shown and that could not be compared yet.
        CREATE TABLE heard (
          log TEXT NOT NULL, peer TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (log, peer)) WITHOUT ROWID;
        -- Registers that signed what cannot both be true.
        CREATE TABLE misbehaviour (
          id INTEGER PRIMARY KEY AUTOINCREMENT, log TEXT NOT NULL, peer TEXT NOT NULL, at TEXT NOT NULL, proof BLOB NOT NULL,
          UNIQUE (log));
        -- As register: how it stands with each witness. size: of the last checkpoint it cosigned; mirrored: entries it has.
        CREATE TABLE witness (
          state TEXT PRIMARY KEY, removed INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
          mirrored INTEGER NOT NULL DEFAULT 0, at INTEGER, says TEXT) WITHOUT ROWID;
        -- What they have cosigned: the line, the time of the witness in seconds, and the checkpoint of that size.
        CREATE TABLE cosignature (
          size INTEGER NOT NULL, witness TEXT NOT NULL, time INTEGER NOT NULL, line TEXT NOT NULL,
          PRIMARY KEY (witness, size)) WITHOUT ROWID;
        CREATE INDEX cosignature_size ON cosignature (size, time, witness);
        CREATE TABLE cosigned_head (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
        """
}
