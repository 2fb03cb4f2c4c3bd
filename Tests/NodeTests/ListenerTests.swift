// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Hummingbird
import Logging
import Register
import Sealing
import ServiceLifecycle
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// The exchange listener over real TLS: who gets in, and what happens to what they send.
@Suite(.serialized) struct ListenerTests {
    /// Serves the requested node on a free port while `body` runs.
    private func serving(_ pair: NodePair, _ body: @escaping @Sendable (_ port: Int, _ entry: DirectoryEntry) async throws -> Void)
        async throws
    {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, port) = AsyncStream<Int>.makeStream()
        let node = pair.requested
        let application = try ExchangeServer.application(
            handler: node, certificate: node.keys.tls, host: "127.0.0.1", port: 0, logger: logger, onRunning: { port.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let bound = try #require(await iterator.next())
            let own = try node.entry()
            let entry = DirectoryEntry(
                state: own.state, authority: own.authority, endpoint: "https://127.0.0.1:\(bound)", rootKey: own.rootKey,
                signingKey: own.signingKey,
                sealing: own.sealing, certificate: own.certificate, register: own.register, exercise: true, issuedAt: own.issuedAt)
            do { try await body(bound, entry) } catch { Issue.record(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func client(_ certificate: NodeCertificate, _ entry: DirectoryEntry, _ body: (ExchangeClient) async throws -> Void) async throws
    {
        let client = try ExchangeClient(own: certificate, peer: entry)
        do { try await body(client) } catch { Issue.record(error) }
        await client.shutdown()
    }

    /// A confirmed peer that calls without end is told to wait, the fact is kept once, and afterwards everything arrives.
    @Test(.timeLimit(.minutes(30))) func aPeerThatCallsTooOftenIsToldToWait() async throws {
        let pair = try await NodePair(calls: 3)
        let a = pair.requesting
        try await serving(pair) { _, entry in
            try await client(a.keys.tls, entry) { client in
                await #expect(throws: ComityError(.schema, "")) { try await client.send(Array("garbage".utf8)) }
                // The calls of a minute, made at a time that no clock reaches while this runs: none comes back.
                for _ in 0..<3 { _ = pair.requested.calls.take(a.state.description, now: 1 << 50) }
                for _ in 0..<3 { await #expect(throws: ComityError(.throttled, "")) { try await client.send(Array("garbage".utf8)) } }
                await #expect(throws: ComityError(.throttled, "")) { _ = try await client.ask(RegisterCall.owed) }
                await #expect(throws: ComityError(.throttled, "")) { _ = try await client.ask(DirectoryCall.entry) }
            }
        }
        let kept = try pair.requested.quarantined(officer: nil)
        #expect(kept.map(\.code) == ["schema", "throttled"] && kept.last?.size == 0, "\(kept)")
        #expect(try pair.requested.audit().faults.isEmpty)
    }

    @Test(.timeLimit(.minutes(30))) func onlyPinnedCertificatesGetIn() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        try await serving(pair) { port, entry in
            try await client(a.keys.tls, entry) { client in
                await #expect(throws: ComityError(.schema, "")) { try await client.send(Array("garbage".utf8)) }
            }
            let stranger = try NodeCertificate(commonName: "XA xa-247", now: try Instant("2026-01-01T00:00:00Z"))
            try await client(stranger, entry) { client in
                await #expect(throws: ComityError(.peerUnreachable, "")) { try await client.send(Array("garbage".utf8)) }
            }
            // We refuse a server that shows another certificate than the pinned one.
            let imposter = DirectoryEntry(
                state: entry.state, authority: entry.authority, endpoint: entry.endpoint, rootKey: entry.rootKey,
                signingKey: entry.signingKey,
                sealing: entry.sealing, certificate: Base64.encode(stranger.der), register: entry.register, exercise: true,
                issuedAt: entry.issuedAt)
            try await client(a.keys.tls, imposter) { client in
                await #expect(throws: ComityError(.peerUnreachable, "")) { try await client.send(Array("garbage".utf8)) }
            }
            #expect(try pair.requested.quarantined(officer: nil).map(\.code) == ["schema"])
            // Debian's OpenSSL knows no post-quantum group, so even with the right key it is refused.
            let keys = a.folder.path + "/keys"
            for arguments in [
                ["-tls1_3", "-cert", keys + "/tls.crt", "-key", keys + "/tls.key"], ["-tls1_2"], ["-tls1_3"],
                ["-tls1_3", "-groups", "X25519", "-cert", keys + "/tls.crt", "-key", keys + "/tls.key"],
            ] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
                process.arguments = ["s_client", "-connect", "127.0.0.1:\(port)", "-brief"] + arguments
                process.standardInput = FileHandle.nullDevice
                process.standardOutput = FileHandle.nullDevice
                let errors = Pipe()
                process.standardError = errors
                try process.run()
                let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                #expect(!said.contains("CONNECTION ESTABLISHED"), "\(arguments): \(said)")
            }
        }
    }

    @Test(.timeLimit(.minutes(30))) func garbageOverTheWire() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        var generator = Seeded.fresh()
        let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        let act = try await a.send(ref, officer: "D1")
        let sealed = try pair.sealed(act.description, from: a, to: b)
        try await serving(pair) { _, entry in
            try await client(a.keys.tls, entry) { client in
                await #expect(throws: ComityError(.schema, "")) { try await client.send(noise) }
                await #expect(throws: ComityError.self) { try await client.send(Array(sealed.prefix(sealed.count / 2))) }
                await #expect(throws: ComityError(.tooLarge, "")) {
                    try await client.send([UInt8](repeating: 1, count: Intake.limit + 100_000))
                }
                await #expect(throws: ComityError(.notFound, "")) {
                    try await client.progress(ofPackage: String(repeating: "0", count: 64))
                }
                await #expect(throws: ComityError.self) { try await client.progress(ofPackage: "..%2f..%2fetc") }
                let receipt = try await client.send(sealed)
                _ = try receipt.verify(act: try #require(try a.store.read { try $0.act(act)?.hash }), signedBy: entry.register)
                #expect(try await client.send(sealed).index == receipt.index)
            }
        }
        #expect(try b.queue().map(\.ref) == [ref])
        #expect(try b.quarantined(officer: nil).contains { $0.code == "too-large" })
        #expect(try b.audit().ok)
    }

    /// The calls about registers, over the wire: cosigned, mirrored, compared, given back; refused for who may not ask.
    @Test(.timeLimit(.minutes(30))) func registersOverTheWire() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let file = try #require(try a.store.read { try $0.file(ref) }).id
        try await serving(pair) { _, entry in
            let delivery = Delivery(node: a) { (_: Peer) throws(ComityError) -> any ExchangeLine in
                try ExchangeClient(own: a.keys.tls, peer: entry)
            }
            await delivery.meet(b.state)
            #expect(try a.witnessLines(officer: nil).first?.says == nil)
            #expect(try b.cosignedSize(a) == a.head.size && b.mirrored(a) == a.head.size)
            #expect(try a.prove("\(ref)", all: true, officer: nil).allSatisfy { $0.cosigners.map(\.state) == [b.state] })
            try await client(a.keys.tls, entry) { client in
                let conflict = try await client.ask(.addCheckpoint(Array(try a.request(old: 0).description.utf8)))
                let size = try a.head.size
                #expect(conflict.status == 409 && conflict.mediaType == "text/x.tlog.size" && conflict.size == size)
                #expect(try await client.ask(.addCheckpoint([1, 2])).status == 400)
                let back = try await client.ask(.entries(from: 1))
                #expect(back.body.count == Int(size - 1) * 32)
                let acts = try IJSON.decode(HeldActs.self, from: try await client.ask(.acts(after: nil)).body, limit: 1 << 20).acts
                let act = try #require(acts.first)
                #expect(acts.count == 1)
                let sealed = try await client.ask(.act("\(act.id)"))
                let opened = try UnverifiedAct(try Age.decrypt(sealed.body, with: [a.keys.sealing], limit: 1 << 20))
                #expect(Hash.of(opened.jws.payload) == act.hash)
                #expect(try await client.ask(.acts(after: "\(act.id)")).text == "{\"acts\":[]}")
                await #expect(throws: ComityError(.notFound, "")) { try await client.ask(.act("\(file)")) }
                await #expect(throws: ComityError.self) { try await client.ask(.heads([0x7B])) }
                await #expect(throws: ComityError.self) {
                    try await client.ask(.heads([UInt8](repeating: 0x20, count: RegisterCall.limit + 1)))
                }
            }
            await delivery.shutdown()
        }
    }
}
