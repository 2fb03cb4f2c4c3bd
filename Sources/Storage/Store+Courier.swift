// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

extension Writer {
    /// An act came by courier, or came again.
    /// - Parameter index: its entry in the register.
    public func noteCourier(entry index: Int64, peer: StateCode, at: Instant) throws {
        try db.execute(
            sql: """
                INSERT INTO courier (act, peer, at) SELECT id, ?2, ?3 FROM act WHERE idx = ?1
                ON CONFLICT (act) DO UPDATE SET at = excluded.at
                """, arguments: [index, peer.description, at.milliseconds])
    }
}

extension Reader {
    /// Acts of a peer whose receipts go back by courier, the newest first.
    public func courierReceiptsDue(_ peer: StateCode, limit: Int) throws -> [UUIDv7] {
        try String.fetchAll(
            db, sql: "SELECT act FROM courier WHERE peer = ? ORDER BY at DESC, act LIMIT ?", arguments: [peer.description, limit]
        ).map { try UUIDv7($0) }
    }

    /// Digests of packages from other States that are here whole, the newest first.
    public func arrivedPackages(limit: Int) throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT digest FROM package WHERE outgoing = 0 AND stage <> 'supplied' ORDER BY created DESC, digest LIMIT ?",
            arguments: [limit])
    }
}
