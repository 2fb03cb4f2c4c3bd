// SPDX-License-Identifier: Apache-2.0

internal import GRDB
import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    // MARK: Tokens

    /// Keeps a token, of which only the hash is known.
    public func insert(_ token: TokenRow, hash: [UInt8]) throws {
        try db.execute(
            sql: "INSERT INTO api_token (id, hash, officer, label, scopes, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                token.id, Data(hash), token.officer, token.label, token.scopes.joined(separator: ","), token.created, token.expires,
            ])
    }

    public func touchToken(_ id: String, at: Int64) throws {
        try db.execute(sql: "UPDATE api_token SET used = max(ifnull(used, 0), ?) WHERE id = ?", arguments: [at, id])
    }

    /// - Returns: false when it was revoked before.
    public func revokeToken(_ id: String, at: Int64) throws -> Bool {
        try db.execute(sql: "UPDATE api_token SET revoked = ? WHERE id = ? AND revoked IS NULL", arguments: [at, id])
        return db.changesCount == 1
    }

    // MARK: Reservations

    /// Reserves a key, or takes over a reservation that nobody answered; forgets those that are older than `expired`.
    public func reserve(_ row: ReservationRow, of officer: String, key: String, expired: Int64) throws {
        try db.execute(sql: "DELETE FROM reservation WHERE created < ?", arguments: [expired])
        try db.execute(
            sql: "INSERT OR REPLACE INTO reservation (officer, key, request, holder, until, created) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [officer, key, Data(row.request), Data(row.holder), row.until, row.created])
    }

    /// Answers a reservation.
    /// - Returns: false when another attempt holds it by now, or has answered.
    public func answer(_ answer: ReservationRow.Answer, to key: String, of officer: String, holder: [UInt8]) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE reservation SET status = ?, headers = ?, body = ?
                WHERE officer = ? AND key = ? AND holder = ? AND status IS NULL
                """,
            arguments: [
                answer.status, Data(try IJSON.encode(answer.headers)), Data(answer.body), officer, key, Data(holder),
            ])
        return db.changesCount == 1
    }

    /// Frees a key under which nothing was done.
    public func release(_ key: String, of officer: String, holder: [UInt8]) throws {
        try db.execute(
            sql: "DELETE FROM reservation WHERE officer = ? AND key = ? AND holder = ? AND status IS NULL",
            arguments: [officer, key, Data(holder)])
    }

    // MARK: Webhooks

    public func insert(_ webhook: WebhookRow) throws {
        try db.execute(
            sql: "INSERT INTO webhook (id, officer, url, label, events, created, position) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                webhook.id, webhook.officer, webhook.url, webhook.label, webhook.events.joined(separator: ","), webhook.created,
                webhook.position,
            ])
    }

    /// - Returns: false when there was none.
    public func deleteWebhook(_ id: String) throws -> Bool {
        try db.execute(sql: "DELETE FROM webhook_delivery WHERE webhook = ?", arguments: [id])
        try db.execute(sql: "DELETE FROM webhook WHERE id = ?", arguments: [id])
        return db.changesCount == 1
    }

    /// Entries of the register before `position` have been looked at. Never goes back.
    public func setPosition(ofWebhook id: String, _ position: Int64) throws {
        try db.execute(sql: "UPDATE webhook SET position = max(position, ?) WHERE id = ?", arguments: [position, id])
    }

    /// - Parameter reason: why nothing is sent any more; nil takes it into use again.
    public func disableWebhook(_ id: String, reason: String?) throws {
        try db.execute(sql: "UPDATE webhook SET disabled = ? WHERE id = ?", arguments: [reason, id])
    }

    /// Owes a message to a webhook.
    /// - Returns: its number.
    @discardableResult
    public func insertWebhookDelivery(to webhook: String, event: String, body: [UInt8], at: Int64) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO webhook_delivery (webhook, event, body, created, next) VALUES (?, ?, ?, ?, ?)",
            arguments: [webhook, event, Data(body), at, at])
        return db.lastInsertedRowID
    }

    /// What came of an attempt to deliver a message.
    public func finishAttempt(
        ofWebhookDelivery id: Int64, _ stage: WebhookDeliveryRow.Stage, next: Int64, status: Int?, says: String?, at: Int64
    ) throws {
        try db.execute(
            sql: "UPDATE webhook_delivery SET attempts = attempts + 1, stage = ?, next = ?, status = ?, says = ?, last = ? WHERE id = ?",
            arguments: [stage.rawValue, next, status, says, at, id])
    }

    /// Owes a message once more, from the first attempt on.
    public func repeatWebhookDelivery(_ id: Int64, at: Int64) throws {
        try db.execute(sql: "UPDATE webhook_delivery SET stage = 'waiting', attempts = 0, next = ? WHERE id = ?", arguments: [at, id])
    }

    /// What was tried for the last time gets all its attempts again.
    public func repeatFailedWebhookDeliveries(of webhook: String, at: Int64) throws {
        try db.execute(
            sql: "UPDATE webhook_delivery SET stage = 'waiting', attempts = 0, next = ? WHERE webhook = ? AND stage <> 'delivered'",
            arguments: [at, webhook])
    }

    /// Forgets messages that were delivered, or given up, before a moment.
    public func forgetWebhookDeliveries(before: Int64) throws {
        try db.execute(sql: "DELETE FROM webhook_delivery WHERE stage <> 'waiting' AND created < ?", arguments: [before])
    }
}
