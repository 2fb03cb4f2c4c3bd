// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Standards
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Node

/// A receiver of webhooks that answers as it is told.
private final class Receiver: Sendable {
    struct Message: Sendable {
        let signature: String
        let event: String
        let body: [UInt8]
        var json: JSONValue { (try? IJSON.decode(JSONValue.self, from: body, limit: 1 << 20)) ?? .null }
    }

    private let state = Mutex<(messages: [Message], status: Int, body: Int)>(([], 200, 0))

    var messages: [Message] { state.withLock { $0.messages } }
    func answer(_ status: Int, body: Int = 0) { state.withLock { ($0.status, $0.body) = (status, body) } }

    func serve(_ test: @escaping @Sendable (Int) async throws -> Void) async throws {
        let router = Router()
        router.post("/hook") { request, _ in
            let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
            func header(_ name: String) -> String { HTTPFields.Element.Name(name).flatMap { request.headers[$0] } ?? "" }
            let (status, size) = self.state.withLock { state in
                state.messages.append(Message(signature: header("Comity-Signature"), event: header("Comity-Event"), body: body))
                return (state.status, state.body)
            }
            return Response(
                status: .init(code: status), headers: [.location: "http://127.0.0.1:1/elsewhere"],
                body: .init(byteBuffer: ByteBuffer(repeating: 0x20, count: size)))
        }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }, logger: Logger(label: "receiver"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.runService(gracefulShutdownSignals: []) }
            for await port in ports {
                do { try await test(port) } catch {
                    group.cancelAll()
                    throw error
                }
                break
            }
            group.cancelAll()
        }
    }
}

@Suite struct WebhookTests {
    private func hook(_ node: Node, port: Int, _ events: Set<Webhook.Event>) async throws -> String {
        let id = node.newWebhookID()
        try await node.addWebhook(id, url: "http://127.0.0.1:\(port)/hook", events: events, label: "", officer: "D1")
        return id
    }

    @Test(.timeLimit(.minutes(30))) func whatIsRegisteredIsToldOnceSignedAndWithoutContent() async throws {
        let receiver = Receiver()
        try await receiver.serve { port in
            let pair = try await NodePair()
            let node = pair.requesting
            node.realTime.stop()
            let id = try await hook(node, port: port, [.actRegistered, .fileChanged, .reminder])
            let courier = WebhookCourier(node: node, timeout: 600)
            await courier.round()
            #expect(receiver.messages.isEmpty, "what was before it is not told")
            let ref = try await pair.deliveredPreservation()
            await courier.round()
            let messages = receiver.messages
            // Drafted, approved, the act (as such and as a change), sent, receipted.
            #expect(
                messages.map { $0.json["entry"]?["name"]?.string } == ["drafted", "approved", "request", "request", "sent", "receipted"])
            #expect(
                messages.map(\.event) == ["file.changed", "file.changed", "act.registered", "file.changed", "file.changed", "file.changed"])
            let secret = try node.webhookSecret(id, officer: "D1")
            let now = node.realTime.now() / 1000
            for message in messages {
                #expect(WebhookSignature.isValid(message.signature, secret: secret, body: message.body, now: now))
                #expect(message.json["ref"]?.string == ref.description && message.json["webhook"]?.string == id)
                let members: Set<String> = ["event", "webhook", "node", "authority", "exercise", "at", "ref", "entry"]
                #expect(Set((message.json.object ?? [:]).keys) == members)
                // Another body, secret or time does not pass.
                #expect(!WebhookSignature.isValid(message.signature, secret: secret, body: message.body + [0x20], now: now))
                #expect(!WebhookSignature.isValid(message.signature, secret: "x", body: message.body, now: now))
                #expect(!WebhookSignature.isValid(message.signature, secret: secret, body: message.body, now: now + 301))
            }
            let act = try #require(try node.fileView(ref).acts.first)
            #expect(messages[2].json["entry"]?["hash"]?.string == act.hash && messages[2].json["entry"]?["index"]?.integer == act.index)
            // A new process goes on where the old one stood.
            let again = try Node(folder: node.folder.path)
            await WebhookCourier(node: again, timeout: 600).round()
            #expect(receiver.messages.count == messages.count)
            _ = try await again.step(.withdraw, ref, ["reason": .string("Solved.")])
            await WebhookCourier(node: again, timeout: 600).round()
            #expect(receiver.messages.dropFirst(messages.count).contains { $0.json["entry"]?["name"] == .string("withdraw") })
            #expect(
                try again.webhookDeliveries(id, before: nil, limit: 200, officer: "D1").allSatisfy {
                    $0.state == .delivered && $0.attempts == 1
                })
            #expect(try again.audit().ok)
        }
    }

    @Test(.timeLimit(.minutes(30))) func whatIsNotTakenIsTriedAgainAndThenTheWebhookIsOutOfUse() async throws {
        let receiver = Receiver()
        try await receiver.serve { port in
            let pair = try await NodePair()
            let node = pair.requesting
            node.realTime.stop()
            let id = try await hook(node, port: port, [.actRegistered])
            let courier = WebhookCourier(node: node, timeout: 600)
            func deliveries() throws -> [WebhookDelivery] { try node.webhookDeliveries(id, before: nil, limit: 10, officer: "D1") }
            // A redirect is not followed, and an answer that is too long is no answer.
            for (attempt, (status, size)) in [(302, 0), (200, 65 << 10), (500, 0)].enumerated() {
                receiver.answer(status, body: size)
                if attempt == 0 { _ = try await node.testWebhook(id, officer: "D1") }
                await courier.round()
                await courier.round()
                #expect(receiver.messages.count == attempt + 1, "not before its time")
                #expect(try deliveries()[0].state == .waiting && deliveries()[0].says?.isEmpty == false)
                node.realTime.advance(milliseconds: WebhookCourier.pauses[attempt])
            }
            receiver.answer(204)
            await courier.round()
            #expect(try deliveries()[0].state == .delivered && deliveries()[0].attempts == 4 && deliveries()[0].status == 204)
            // Nobody there for two days: out of use, with the reason, and registered.
            receiver.answer(503)
            let number = try await node.testWebhook(id, officer: "D1")
            for pause in WebhookCourier.pauses + [0] {
                await courier.round()
                node.realTime.advance(milliseconds: pause)
            }
            #expect(try deliveries()[0].id == number && deliveries()[0].state == .failed)
            let shown = try node.webhook(id, officer: "D1")
            #expect(!shown.enabled && shown.reason?.contains("503") == true)
            await #expect(throws: ComityError.coded(.wrongState)) { try await node.testWebhook(id, officer: "D1") }
            let tried = receiver.messages.count
            _ = try await pair.deliveredPreservation()
            await courier.round()
            #expect(receiver.messages.count == tried)
            // In use again it gets what was owed, and what was registered since.
            receiver.answer(200)
            try await node.enableWebhook(id, officer: "D1")
            await courier.round()
            #expect(receiver.messages.dropFirst(tried).map(\.event) == ["test", "act.registered"])
            try await node.repeatWebhookDelivery(number, of: id, officer: "D1")
            await courier.round()
            #expect(receiver.messages.last?.event == "test" && receiver.messages.count == tried + 3)
            // Gone is gone at once.
            receiver.answer(410)
            _ = try await node.testWebhook(id, officer: "D1")
            await courier.round()
            #expect(try node.webhook(id, officer: "D1").reason?.contains("410") == true)
            #expect(try node.audit().ok)
        }
    }

    @Test func whoMayNotSeeFilesIsToldNothing() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let id = try await hook(node, port: 9, [.actRegistered])
        try await node.setRole("D1", to: "administrator", by: nil)
        await WebhookCourier(node: node, timeout: 600).round()
        #expect(try node.webhook(id, officer: "D1").enabled == false)
        await #expect(throws: ComityError.coded(.permission)) { try await node.enableWebhook(id, officer: "D1") }
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.addWebhook(node.newWebhookID(), url: "https://127.0.0.1/", events: [.reminder], label: "", officer: "D1")
        }
        try await node.removeWebhook(id, officer: "D1")
        #expect(try node.webhooks(officer: "D1").isEmpty)
    }

    @Test func addresses() throws {
        func allows(_ url: String, _ ip: String, exercise: Bool = false, _ networks: [String] = []) throws -> Bool {
            let target = try WebhookAddress(url)
            let address = try #require(IPAddress(ip))
            let allowed = networks.compactMap(IPNetwork.init)
            return (try? target.check(address, allowed: allowed, exercise: exercise)) != nil
        }
        #expect(try allows("https://example.org/x", "93.184.215.14"))
        #expect(try allows("https://example.org/x", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"))
        #expect(try !allows("http://example.org/x", "93.184.215.14"), "not in the clear")
        for ip in [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
            "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        ] {
            #expect(try !allows("https://example.org/x", ip), "\(ip)")
        }
        for ip in ["172.32.0.1", "172.15.255.255", "11.0.0.1", "100.128.0.1", "::ffff:93.184.215.14"] {
            #expect(try allows("https://example.org/x", ip), "\(ip)")
        }
        #expect(try allows("http://localhost/x", "127.0.0.1", exercise: true) && !allows("http://localhost/x", "127.0.0.1"))
        #expect(try allows("http://localhost/x", "127.0.0.1", ["127.0.0.0/8"]))
        #expect(
            try allows("https://in.example/x", "10.1.2.3", ["10.1.2.0/24"]) && !allows("https://in.example/x", "10.1.3.3", ["10.1.2.0/24"]))
        #expect(try !allows("http://in.example/x", "10.1.2.3", ["10.1.2.0/24"]))
        for text in ["10.0.0.0/33", "x/8", "10.0.0.0/-1", "10.0.0.0/8/8", ""] { #expect(IPNetwork(text) == nil, "\(text)") }
        for url in [
            "", "x", "ftp://a/", "https://", "https://u@a/", "https://u:p@a/", "https://a/#f", "https://a b/", "https://a:0/", "https://ä/",
            "https://a/" + String(repeating: "x", count: 500),
        ] {
            #expect(throws: ComityError.coded(.usage), "\(url)") { _ = try WebhookAddress(url) }
        }
    }
}
