// SPDX-License-Identifier: Apache-2.0

import Exchange
public import Standards
import Storage

extension Node {
    public static let mostWebhooks = 20

    /// A name for a webhook that is about to be made.
    public func newWebhookID() -> String { newID(at: Instant(milliseconds: realTime.now())).description }

    /// Makes a webhook of an officer; it is told what is registered from now on.
    /// - Throws: `.usage` or `.permission` for an address that may not be, `.tooLarge` for too many.
    public func addWebhook(
        _ id: String, url: String, events: Set<Webhook.Event>, label: String, officer: String
    ) async throws(ComityError) {
        try requireWebhook(events, officer)
        guard !events.isEmpty, !events.contains(.test) else {
            throw ComityError(.usage, "A webhook names the events it is told.", next: "Name at least one; test is sent on demand.")
        }
        guard label.utf8.count <= 100, Text.safe(label) == label else {
            throw ComityError(.usage, "A label has at most 100 bytes of plain text.")
        }
        let address = try WebhookAddress(url)
        let networks = try webhookNetworks()
        for found in await address.resolve() { try address.check(found, allowed: networks, exercise: exercise) }
        let now = realTime.now()
        let event = try event(
            .webhookChanged, file: nil, by: officer,
            detail: [
                "webhook": .string(id), "change": .string("made"), "url": .string(url),
                "events": .array(events.map(\.rawValue).sorted().map(JSONValue.string)),
            ])
        _ = try await store.commit { writer in
            guard try writer.reader.webhooks(of: officer).count < Self.mostWebhooks else {
                throw ComityError(.wrongState, "\(officer) has \(Self.mostWebhooks) webhooks already.", next: "Remove one of them.")
            }
            try writer.append(event)
            try writer.insert(
                WebhookRow(
                    id: id, officer: officer, url: url, label: label, events: events.map(\.rawValue).sorted(), created: now,
                    position: try writer.reader.registerSize()))
        }
    }

    /// The webhooks of an officer; of everybody for an administrator.
    public func webhooks(officer: String) throws(ComityError) -> [Webhook] {
        let all = try may(officer, .administer)
        if !all { try requireWebhook([], officer) }
        return try store.read { try $0.webhooks(of: all ? nil : officer).map(webhook) }
    }

    public func webhook(_ id: String, officer: String) throws(ComityError) -> Webhook { webhook(try owned(id, officer)) }

    /// The secret with which messages of a webhook are signed, for its officer only.
    public func webhookSecret(_ id: String, officer: String) throws(ComityError) -> String {
        let row = try owned(id, officer)
        guard row.officer == officer else { throw Self.noWebhook(id) }
        return access.webhookSecret(id)
    }

    public func removeWebhook(_ id: String, officer: String) async throws(ComityError) {
        _ = try owned(id, officer)
        let event = try event(
            .webhookChanged, file: nil, by: officer, detail: ["webhook": .string(id), "change": .string("removed")])
        _ = try await store.commit { writer in
            guard try writer.deleteWebhook(id) else { throw Self.noWebhook(id) }
            try writer.append(event)
        }
    }

    /// Takes a webhook into use again; what is still owed to it is tried at once.
    public func enableWebhook(_ id: String, officer: String) async throws(ComityError) {
        let row = try owned(id, officer)
        try requireWebhook(Set(row.events.compactMap(Webhook.Event.init)), row.officer)
        let now = realTime.now()
        let event = try event(
            .webhookChanged, file: nil, by: officer, detail: ["webhook": .string(id), "change": .string("enabled")])
        _ = try await store.commit { writer in
            guard try writer.reader.webhook(id) != nil else { throw Self.noWebhook(id) }
            try writer.disableWebhook(id, reason: nil)
            try writer.repeatFailedWebhookDeliveries(of: id, at: now)
            try writer.append(event)
        }
    }

    /// Owes a message with the event `test` to a webhook.
    /// - Returns: its number.
    public func testWebhook(_ id: String, officer: String) async throws(ComityError) -> Int64 {
        let row = try owned(id, officer)
        let body = try IJSON.encode(
            WebhookMessage(
                event: .test, webhook: row.id, node: state, authority: configuration.authority.id, exercise: exercise, at: try now(),
                ref: nil, entry: nil))
        let now = realTime.now()
        return try await store.commit { writer in
            guard try writer.reader.webhook(id)?.disabled == nil else {
                throw ComityError(.wrongState, "The webhook is out of use.", next: "Take it into use again first.")
            }
            return try writer.insertWebhookDelivery(to: id, event: Webhook.Event.test.rawValue, body: body, at: now)
        }.value
    }

    /// Messages for a webhook, the newest first.
    /// - Parameter before: the number of a message; nil is the newest.
    public func webhookDeliveries(_ id: String, before: Int64?, limit: Int, officer: String) throws(ComityError) -> [WebhookDelivery] {
        _ = try owned(id, officer)
        return try store.read {
            try $0.webhookDeliveries(of: id, before: before, limit: min(max(limit, 1), WorkPage.maximumLimit + 1)).map(delivery)
        }
    }

    /// Owes a message once more.
    public func repeatWebhookDelivery(_ number: Int64, of id: String, officer: String) async throws(ComityError) {
        _ = try owned(id, officer)
        let now = realTime.now()
        _ = try await store.commit { writer in
            guard try writer.reader.webhookDelivery(number, of: id) != nil else {
                throw ComityError(.notFound, "There is no message \(number) for this webhook.", next: "Messages are kept for 30 days.")
            }
            try writer.repeatWebhookDelivery(number, at: now)
        }
    }

    // MARK: Parts

    /// Networks of `node.json` to which webhooks may lead.
    func webhookNetworks() throws(ComityError) -> [IPNetwork] {
        try (configuration.api?.webhookNetworks ?? []).map { text throws(ComityError) in
            guard let network = IPNetwork(text) else {
                throw ComityError(
                    .usage, "“\(Text.safe(text, limit: 60))” in node.json is not a network.", next: "Write it as 10.1.2.0/24.")
            }
            return network
        }
    }

    /// Whoever is told that something happened may see files; who hears of the quarantine may read the register.
    func requireWebhook(_ events: Set<Webhook.Event>, _ officer: String) throws(ComityError) {
        _ = try require(officer, .readMetadata, to: "use webhooks")
        if events.contains(.quarantined) { _ = try require(officer, .readRegister, to: "hear of what was not believed") }
    }

    private func owned(_ id: String, _ officer: String) throws(ComityError) -> WebhookRow {
        let all = try may(officer, .administer)
        if !all { try requireWebhook([], officer) }
        guard let row = try store.read({ try $0.webhook(id) }), all || row.officer == officer else { throw Self.noWebhook(id) }
        return row
    }

    private static func noWebhook(_ id: String) -> ComityError {
        ComityError(.notFound, "There is no webhook \(Text.safe(id, limit: 60)) of yours.", next: "List them first.")
    }

    private func moment(_ milliseconds: Int64) -> Instant { local(Instant(milliseconds: milliseconds / 1000 * 1000)) }

    private func webhook(_ row: WebhookRow) -> Webhook { Webhook(row, created: moment(row.created)) }

    private func delivery(_ row: WebhookDeliveryRow) throws -> WebhookDelivery {
        WebhookDelivery(
            id: row.id, event: Webhook.Event(rawValue: row.event) ?? .test, state: row.stage, created: moment(row.created),
            attempts: row.attempts, last: row.last.map(moment), next: row.stage == .waiting ? moment(row.next) : nil, status: row.status,
            says: row.says, body: try IJSON.decode(JSONValue.self, from: row.body, limit: 1 << 20))
    }
}
