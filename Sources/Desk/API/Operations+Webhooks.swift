// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Node
import Standards

extension API {
    private struct Secret: Encodable { let secret: String }
    private struct Owed: Encodable { let delivery: Int64 }

    static let webhooks: [Operation] = [
        Operation(
            id: "webhooks", method: .get, path: "/webhooks", says: "The webhooks of the caller.", answers: [Operation.json("WebhookList")]
        ) { call in try call.list(try call.node.webhooks(officer: call.officer)) },
        Operation(
            id: "newWebhook", method: .post, path: "/webhooks", says: "Makes a webhook; it is told what is registered from now on.",
            body: "NewWebhook", answers: [Operation.json("Registered", 201)]
        ) { call in
            let id = call.node.newWebhookID()
            let events = Set((call.body["events"]?.array ?? []).compactMap { $0.string.flatMap(Webhook.Event.init) })
            return try await call.step(nil, { _ in (201, "/webhooks/\(id)") }) { () async throws(ComityError) in
                try await call.node.addWebhook(
                    id, url: call.body["url"]?.string ?? "", events: events, label: call.body["label"]?.string ?? "", officer: call.officer)
            }
        },
        Operation(
            id: "webhook", method: .get, path: "/webhooks/{id}", says: "A webhook, and why nothing is sent to it any more.",
            answers: [Operation.json("Webhook")]
        ) { call in try Reply(try call.node.webhook(call.part("id"), officer: call.officer)) },
        Operation(
            id: "removeWebhook", method: .delete, path: "/webhooks/{id}", says: "Removes a webhook and what is owed to it.",
            answers: [.init(status: 204)]
        ) { call in
            try await call.node.removeWebhook(call.part("id"), officer: call.officer)
            return Reply(status: 204)
        },
        Operation(
            id: "webhookSecret", method: .get, path: "/webhooks/{id}/secret", says: "With what its messages are signed.",
            answers: [Operation.json("WebhookSecret")]
        ) { call in try Reply(Secret(secret: try call.node.webhookSecret(call.part("id"), officer: call.officer))) },
        Operation(
            id: "enableWebhook", method: .post, path: "/webhooks/{id}/enable",
            says: "Takes a webhook into use again; what is owed is tried at once.", answers: [Operation.json("Registered")]
        ) { call in
            try await call.step(nil, { _ in (200, nil) }) { () async throws(ComityError) in
                try await call.node.enableWebhook(call.part("id"), officer: call.officer)
            }
        },
        Operation(
            id: "testWebhook", method: .post, path: "/webhooks/{id}/test", says: "Sends a message with the event test.",
            answers: [Operation.json("Owed", 202)]
        ) { call in
            let id = call.part("id")
            let number = try await call.node.testWebhook(id, officer: call.officer)
            return try Reply(Owed(delivery: number), status: 202).at("/webhooks/\(id)/deliveries")
        },
        Operation(
            id: "webhookDeliveries", method: .get, path: "/webhooks/{id}/deliveries",
            says: "Messages for a webhook and what came of them, the newest first; kept for 30 days.",
            query: [Operation.after, Operation.limit], answers: [Operation.json("WebhookDeliveryList")]
        ) { call in
            let rows = try call.node.webhookDeliveries(
                call.part("id"), before: try call.afterNumber(), limit: call.limit + 1, officer: call.officer)
            return try call.page(rows) { "\($0.id)" }
        },
        Operation(
            id: "replayDelivery", method: .post, path: "/webhooks/{id}/deliveries/{delivery}/replay", says: "Sends a message once more.",
            answers: [Operation.json("Owed", 202)]
        ) { call in
            let (id, number) = (call.part("id"), Int64(call.part("delivery")) ?? 0)
            try await call.node.repeatWebhookDelivery(number, of: id, officer: call.officer)
            return try Reply(Owed(delivery: number), status: 202).at("/webhooks/\(id)/deliveries")
        },
    ]
}
