// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Exchange
import Foundation
import NIOCore
import NIOHTTP1
import Standards
import Storage

/// Reads the register from where each webhook stands, owes it the messages, and brings them.
///
/// Guarantees: an entry becomes messages in the transaction that moves the position past it, so none is lost or owed twice, whenever the
/// process ends; a message may arrive twice, never not at all, until its webhook is out of use. One process runs it: the serving one.
public final class WebhookCourier: Sendable {
    private let node: Node

    /// Pauses after a failed attempt, milliseconds. After the last one the webhook is out of use.
    static let pauses: [Int64] = [10, 30, 120, 600, 3600, 3 * 3600, 12 * 3600, 24 * 3600].map { $0 * 1000 }
    /// Delivered messages are kept for so long, milliseconds.
    static let kept: Int64 = 30 * 86_400_000
    /// How long an answer may take.
    private let timeout: TimeAmount
    /// Largest answer, bytes; nobody reads it.
    static let answerLimit = 64 << 10
    private static let batch = 200

    /// - Parameter timeout: seconds that an answer may take.
    public init(node: Node, timeout: Int64 = 5) {
        self.node = node
        self.timeout = .seconds(timeout)
    }

    /// Works until told to stop.
    public func run(pause: Duration = .milliseconds(500)) async {
        while !Task.isCancelled {
            await round()
            try? await Task.sleep(for: pause)
        }
    }

    /// Looks at the register once and tries what is due.
    public func round() async {
        do {
            for hook in try node.store.read({ try $0.webhooks() }) where hook.disabled == nil { try await collect(hook) }
            let now = node.realTime.now()
            let due = try node.store.read { try $0.dueWebhookDeliveries(at: now, limit: Self.batch) }
            await withTaskGroup(of: Void.self) { group in
                for (hook, rows) in Dictionary(grouping: due, by: \.webhook) { group.addTask { await self.bring(rows, to: hook) } }
            }
        } catch {
            // The database cannot be read or written now; the next round tries again from the same place.
        }
    }

    /// Turns the entries since the position of a webhook into messages.
    private func collect(_ hook: WebhookRow) async throws(ComityError) {
        let events = Set(hook.events.compactMap(Webhook.Event.init))
        var position = hook.position
        while true {
            let from = position
            // An entry of which something is gone is for the audit; it holds up nobody.
            let (last, lines) = try node.store.read { reader in
                let rows = try reader.entries(from: from, limit: Self.batch)
                return (rows.last?.index, rows.compactMap { try? EntryLine($0, reader) })
            }
            guard let last else { return }
            // An officer who may not see files any more is not told of them either.
            do throws(ComityError) { try node.requireWebhook(events, hook.officer) } catch {
                return try await disable(hook.id, error.what)
            }
            var messages: [(event: Webhook.Event, body: [UInt8])] = []
            for line in lines {
                for event in WebhookMessage.events(of: line) where events.contains(event) {
                    messages.append((event, try IJSON.encode(message(event, line, hook.id))))
                }
            }
            let (next, now, owed) = (last + 1, node.realTime.now(), messages)
            _ = try await node.store.commit { writer in
                guard let current = try writer.reader.webhook(hook.id), current.position == from else { return }
                for message in owed {
                    try writer.insertWebhookDelivery(to: hook.id, event: message.event.rawValue, body: message.body, at: now)
                }
                try writer.setPosition(ofWebhook: hook.id, next)
                try writer.forgetWebhookDeliveries(before: now - Self.kept)
            }
            position = next
        }
    }

    private func message(_ event: Webhook.Event, _ line: EntryLine, _ hook: String) -> WebhookMessage {
        WebhookMessage(
            event: event, webhook: hook, node: node.state, authority: node.configuration.authority.id, exercise: node.exercise, at: line.at,
            ref: line.ref, entry: .init(index: line.index, type: line.type, name: line.name, hash: line.hash))
    }

    private func disable(_ hook: String, _ reason: String) async throws(ComityError) {
        let event = try node.event(
            .webhookChanged, file: nil, by: "node",
            detail: ["webhook": .string(hook), "change": .string("disabled"), "reason": .string(reason)])
        _ = try await node.store.commit { writer in
            guard try writer.reader.webhook(hook)?.disabled == nil else { return }
            try writer.disableWebhook(hook, reason: reason)
            try writer.append(event)
        }
    }

    /// Brings what is due to one webhook, in order. One that does not answer ends its round.
    private func bring(_ rows: [WebhookDeliveryRow], to id: String) async {
        for row in rows {
            guard let hook = try? node.store.read({ try $0.webhook(id) }), hook.disabled == nil else { return }
            let (status, says) = await send(row, to: hook)
            let now = node.realTime.now()
            let isDone = status.map { (200..<300).contains($0) } ?? false
            let isLast = !isDone && row.attempts >= Self.pauses.count
            let next = isDone || isLast ? now : now + Self.pauses[row.attempts]
            _ = try? await node.store.commit { writer in
                try writer.finishAttempt(
                    ofWebhookDelivery: row.id, isDone ? .delivered : isLast ? .failed : .waiting, next: next, status: status,
                    says: isDone ? nil : says, at: now)
            }
            if status == 410 { try? await disable(id, "The receiver says that it is gone (410).") }
            if isLast { try? await disable(id, "Message \(row.id) failed \(row.attempts + 1) times: \(says ?? "no reason")") }
            if !isDone { return }
        }
    }

    /// - Returns: the HTTP status, or nil when there was no answer, and why it is not enough.
    private func send(_ row: WebhookDeliveryRow, to hook: WebhookRow) async -> (status: Int?, says: String?) {
        do throws(ComityError) {
            let address = try WebhookAddress(hook.url)
            let networks = try node.webhookNetworks()
            let found = await address.resolve()
            guard let chosen = found.first else { return (nil, "The name \(address.host) leads nowhere.") }
            for other in found { try address.check(other, allowed: networks, exercise: node.exercise) }
            var settings = HTTPClient.Configuration(
                redirectConfiguration: .disallow, timeout: .init(connect: timeout, read: timeout))
            settings.httpVersion = .http1Only
            // The address that was looked at is the one that is used, whatever the name leads to by then.
            if IPAddress(address.host) == nil { settings.dnsOverride = [address.host: chosen.description] }
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            let result = await post(request(row, hook), http)
            try? await http.shutdown()
            return result
        } catch { return (nil, error.what) }
    }

    private func request(_ row: WebhookDeliveryRow, _ hook: WebhookRow) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: hook.url)
        request.method = .POST
        let seconds = node.realTime.now() / 1000
        for (name, value) in [
            ("Content-Type", "application/json"), ("User-Agent", "Comity/\(Version.number)"), ("Comity-Event", row.event),
            ("Comity-Delivery", "\(row.id)"),
            (
                WebhookSignature.header,
                WebhookSignature.header(secret: node.access.webhookSecret(hook.id), body: row.body, at: seconds)
            ),
        ] {
            request.headers.add(name: name, value: value)
        }
        request.body = .bytes(row.body)
        return request
    }

    private func post(_ request: HTTPClientRequest, _ http: HTTPClient) async -> (status: Int?, says: String?) {
        let timeout = timeout
        return await InTime.run(timeout, late: (nil, "No answer in \(timeout.nanoseconds / 1_000_000) ms.")) {
            await Self.post(request, http, timeout)
        }
    }

    private static func post(_ request: HTTPClientRequest, _ http: HTTPClient, _ timeout: TimeAmount) async -> (status: Int?, says: String?)
    {
        do {
            let response = try await http.execute(request, timeout: timeout)
            let status = Int(response.status.code)
            _ = try await response.body.collect(upTo: Self.answerLimit)
            return (status, "It answered with HTTP status \(status).")
        } catch is NIOTooManyBytesError {
            return (nil, "The answer is larger than \(Self.answerLimit >> 10) KiB.")
        } catch { return (nil, Text.safe("No answer: \(error)", limit: 200)) }
    }
}
