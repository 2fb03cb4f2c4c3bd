// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Register
import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An entry of the register with what it is of.
public struct ProgramEntryRow: Sendable {
    public let index: Int64
    public let content: Hash
    /// `act` or `event`.
    public let kind: String
    /// Id of the act or event.
    public let ref: String
}

extension Reader {
    /// Entries from an index on, in order.
    public func entries(from index: Int64, limit: Int) throws -> [ProgramEntryRow] {
        try Row.fetchAll(
            db, sql: "SELECT idx, content, kind, ref FROM entry WHERE idx >= ? ORDER BY idx LIMIT ?", arguments: [index, limit]
        )
        .map { row in
            guard let content = try Hash(row["content"] as Data) else {
                throw ComityError(.storage, "An entry of the register holds no hash.")
            }
            return try ProgramEntryRow(index: row["idx"], content: content, kind: row["kind"], ref: row["ref"])
        }
    }

    // MARK: Tokens

    private func token(_ row: Row) throws -> TokenRow {
        try TokenRow(
            id: row["id"], officer: row["officer"], label: row["label"], scopes: Self.words(row["scopes"]), created: row["created"],
            expires: row["expires"], used: row["used"], revoked: row["revoked"])
    }

    static func words(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

    public func token(hash: [UInt8]) throws -> TokenRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM api_token WHERE hash = ?", arguments: [Data(hash)]).map(token)
    }

    public func token(id: String) throws -> TokenRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM api_token WHERE id = ?", arguments: [id]).map(token)
    }

    /// Tokens of an officer, or of all; the oldest first.
    public func tokens(of officer: String?) throws -> [TokenRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM api_token WHERE ? IS NULL OR officer = ? ORDER BY created, id", arguments: [officer, officer]
        ).map(token)
    }

    public func reservation(of officer: String, key: String) throws -> ReservationRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM reservation WHERE officer = ? AND key = ?", arguments: [officer, key]).map { row in
            let status: Int? = try row["status"]
            return try ReservationRow(
                request: [UInt8](row["request"] as Data), holder: [UInt8](row["holder"] as Data), until: row["until"],
                created: row["created"],
                answer: try status.map {
                    try .init(
                        status: $0, headers: try IJSON.decode([String: String].self, from: row["headers"] as Data, limit: 1 << 16),
                        body: [UInt8](row["body"] as Data))
                })
        }
    }

    // MARK: Webhooks

    private func webhook(_ row: Row) throws -> WebhookRow {
        try WebhookRow(
            id: row["id"], officer: row["officer"], url: row["url"], label: row["label"], events: Self.words(row["events"]),
            created: row["created"], position: row["position"], disabled: row["disabled"])
    }

    /// Webhooks of an officer, or of all; the oldest first.
    public func webhooks(of officer: String? = nil) throws -> [WebhookRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM webhook WHERE ? IS NULL OR officer = ? ORDER BY created, id", arguments: [officer, officer]
        ).map(webhook)
    }

    public func webhook(_ id: String) throws -> WebhookRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM webhook WHERE id = ?", arguments: [id]).map(webhook)
    }

    private func delivery(_ row: Row) throws -> WebhookDeliveryRow {
        try WebhookDeliveryRow(
            id: row["id"], webhook: row["webhook"], event: row["event"], body: [UInt8](row["body"] as Data), created: row["created"],
            attempts: row["attempts"], next: row["next"], stage: WebhookDeliveryRow.Stage(rawValue: row["stage"]) ?? .failed,
            status: row["status"], says: row["says"], last: row["last"])
    }

    /// Messages for a webhook before a number, the newest first.
    public func webhookDeliveries(of webhook: String, before: Int64?, limit: Int) throws -> [WebhookDeliveryRow] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM webhook_delivery WHERE webhook = ? AND id < ? ORDER BY id DESC LIMIT ?",
            arguments: [webhook, before ?? .max, limit]
        ).map(delivery)
    }

    public func webhookDelivery(_ id: Int64, of webhook: String) throws -> WebhookDeliveryRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM webhook_delivery WHERE id = ? AND webhook = ?", arguments: [id, webhook]).map(delivery)
    }

    /// What is due for webhooks that are in use, the oldest first.
    public func dueWebhookDeliveries(at now: Int64, limit: Int) throws -> [WebhookDeliveryRow] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT webhook_delivery.* FROM webhook_delivery JOIN webhook ON webhook.id = webhook_delivery.webhook
                WHERE stage = 'waiting' AND next <= ? AND webhook.disabled IS NULL ORDER BY webhook_delivery.id LIMIT ?
                """, arguments: [now, limit]
        ).map(delivery)
    }
}
