// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import Register
internal import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Schema {
    /// The tree in tiles instead of in nodes, a time on each entry, and events under their place in the register.
    static func tiles(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE entry ADD COLUMN at INTEGER;
                -- Full tiles, and the partial ones above level 0. id: level in the highest byte, then the index.
                CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
                CREATE TABLE event_at (idx INTEGER PRIMARY KEY, kind TEXT NOT NULL, file TEXT, bytes BLOB NOT NULL);
                INSERT INTO event_at (idx, kind, file, bytes) SELECT idx, kind, file, bytes FROM event ORDER BY idx;
                ALTER TABLE call ADD COLUMN idx INTEGER;
                UPDATE call SET idx = (SELECT event.idx FROM event WHERE event.id = call.event);
                DROP TABLE event;
                ALTER TABLE event_at RENAME TO event;
                CREATE INDEX event_file ON event (file, idx) WHERE file IS NOT NULL;
                CREATE INDEX event_kind ON event (kind, idx);
                """)
        var edge = TileEdge()
        let rows = try Data.fetchCursor(db, sql: "SELECT content FROM entry ORDER BY idx")
        while let content = try rows.next() {
            for change in edge.append(contents: [UInt8](content)) {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO tile (id, hashes) VALUES (?, ?)",
                    arguments: [Reader.tileID(change.address.level, change.address.index), Data(change.hashes)])
            }
        }
        // The roots that were signed are those of the tiles: comity audit check compares them.
        try db.execute(sql: "DROP TABLE node")
    }
}
