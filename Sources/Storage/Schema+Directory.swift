// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// What this node knows about other States besides their entries, and the change of its own entry that is prepared. `detail` is JSON.
    static let directory = """
        CREATE TABLE directory_proposal (slot INTEGER PRIMARY KEY CHECK (slot = 1), detail BLOB NOT NULL);
        CREATE TABLE secretariat (id TEXT PRIMARY KEY, detail BLOB NOT NULL) WITHOUT ROWID;
        -- When an entry was last shown to be the newest: by the State's own node, by a published list.
        CREATE TABLE entry_check (state TEXT PRIMARY KEY, asked INTEGER, listed_by TEXT, listed TEXT) WITHOUT ROWID;
        -- Numbers that were known from something that was believed; digits: without spaces.
        CREATE TABLE known_number (
          state TEXT NOT NULL, digits TEXT NOT NULL, number TEXT NOT NULL, source TEXT NOT NULL, at TEXT NOT NULL,
          PRIMARY KEY (state, digits)) WITHOUT ROWID;
        CREATE TABLE ring (
          id TEXT PRIMARY KEY, state TEXT NOT NULL, incoming INTEGER NOT NULL, number TEXT, officer TEXT, at TEXT NOT NULL,
          reached TEXT, answered TEXT, by TEXT, began INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX ring_state ON ring (state, began);
        CREATE TABLE notice (
          id TEXT NOT NULL, peer TEXT NOT NULL, jws BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL,
          until INTEGER NOT NULL, PRIMARY KEY (id, peer)) WITHOUT ROWID;
        -- Notices that came, so that none counts twice.
        CREATE TABLE notice_seen (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
        """
}
