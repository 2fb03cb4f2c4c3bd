// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Exchange
import Foundation
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Packages are stamped by a service when it answers, and sealed whether it does or not. The service is `openssl ts`.
@Suite struct TimeStampingTests {
    /// A node whose packages are stamped, with a request that it may answer with evidence.
    private struct World {
        let pair: NodePair
        let node: Node
        let ref: FileReference

        init(url: String, roots: String) async throws {
            pair = try await NodePair()
            let (a, b) = (pair.requesting, pair.requested)
            let draft = try pair.draft("stored-data")
            ref = try #require(try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref)
            try await a.approve(ref, officer: "D3")
            _ = try await a.send(ref, officer: "D1")
            try await pair.carry(from: a, to: b)
            _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
            try Data("log line\n".utf8).write(to: URL(fileURLWithPath: pair.folder("exhibit.log")))
            node = try Self.node(b.folder, url, roots)
        }

        static func node(_ folder: NodeFolder, _ url: String, _ roots: String) throws -> Node {
            let path = URL(fileURLWithPath: folder.configurationPath)
            var members = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
            members["timeStamping"] = ["url": url, "roots": roots]
            try JSONSerialization.data(withJSONObject: members).write(to: path)
            return try Node(folder: folder.path)
        }

        func seal() async throws -> String {
            try await node.seal(
                .init(paths: [pair.folder("exhibit.log")], authorisation: "order 1", conditions: []), for: ref, to: pair.requesting.state,
                officer: "X1"
            ).package.digest
        }

        func row(_ digest: String) throws -> TimeStampRow? { try node.store.read { try $0.timeStamp(ofPackage: digest) } }
    }

    @Test func whatIsSealedIsStamped() async throws {
        let folder = try TemporaryFolder()
        guard let server = try StampingServer(in: folder("tsa")) else { return }
        let world = try await World(url: server.address, roots: server.authority.roots)
        let (node, ref) = (world.node, world.ref)
        let digest = try await world.seal()
        let kept = try #require(try world.row(digest)?.kept)
        let bytes = try #require(try node.timeStamp(ofPackage: digest))
        #expect(bytes == kept.bytes && kept.authority == "Stamping service" && kept.service == server.address && server.asked == 1)
        // What was registered, by whom, over which bytes.
        let event = try #require(try node.store.read { try $0.lastEvent(.timeStamped) })
        #expect(event.by == "node" && event.detail["package"]?.string == digest && event.detail["service"]?.string == server.address)
        #expect(event.detail["token"]?.string == Hex.encode(Hash.of(bytes).bytes) && event.detail["time"]?.string == kept.time.utc)
        #expect(try node.store.read { try $0.owedTimeStamps() } == (0, 0))
        // Others agree: openssl, over the digest that names the package, and over the statement itself.
        try Data(bytes).write(to: URL(fileURLWithPath: folder("a.tsr")))
        let theirs = try StampingAuthority.run(
            ["openssl", "ts", "-verify", "-digest", digest, "-in", folder("a.tsr"), "-CAfile", server.authority.roots], in: folder.path)
        #expect(theirs.status == 0 && theirs.output.contains("Verification: OK"), "\(theirs.output)")
        // Asked again, by an officer: the one that is here.
        #expect(try await node.timeStamp(ref, package: nil, officer: "X1") == kept && server.asked == 1)
        #expect(try await node.timeStamp(ref, package: String(digest.prefix(12)), officer: "X1") == kept)
        await #expect(throws: ComityError(.permission, "")) { try await node.timeStamp(ref, package: nil, officer: "A1") }
        await #expect(throws: ComityError(.notFound, "")) { try await node.timeStamp(ref, package: "ffff", officer: "X1") }
        // Shown where people look.
        let view = try node.packageView(ref, package: digest, officer: "X1")
        #expect(view.stamp?.given?.at == kept.time && view.stamp?.given?.authority == "Stamping service" && view.stamp?.says == "")
        #expect(try node.custodyExport(ref, package: nil, officer: "X1").text.contains("by Stamping service (RFC 3161)"))
        #expect(try node.doctor().first { $0.name == "time-stamps" }?.grade == .ok)
        #expect(try node.audit().ok)
    }

    @Test func aServiceThatFailsStopsNothingAndIsAskedAgain() async throws {
        let folder = try TemporaryFolder()
        guard let server = try StampingServer(in: folder("tsa")) else { return }
        let world = try await World(url: server.address, roots: server.authority.roots)
        let node = world.node
        for (mode, says) in [
            ("error", "HTTP status 500"), ("redirect", "HTTP status 302"), ("garbage", "cannot be read"), ("html", "cannot be read"),
            ("huge", "did not answer"), ("refuse", "refused"), ("wrong-nonce", "the nonce differs"), ("wrong-imprint", "something else"),
            ("damaged", "does not hold"),
        ] {
            try server.mode(mode)
            let digest = try await world.seal()
            let row = try #require(try world.row(digest))
            #expect(row.kept == nil && row.attempts == 1 && row.says?.contains(says) == true, "\(mode): \(row.says ?? "nothing")")
            #expect(try node.timeStamp(ofPackage: digest) == nil)
            #expect(try node.packageView(world.ref, package: digest, officer: "X1").stamp?.given == nil)
            // Not before its time.
            let asked = server.asked
            try await node.askDueTimeStamps()
            #expect(server.asked == asked, "\(mode)")
            try server.mode("good")
            node.realTime.advance(milliseconds: Node.stampPauses[0] + 1)
            try await node.askDueTimeStamps()
            let kept = try world.row(digest)?.kept
            #expect(kept != nil && server.asked == asked + 1, "\(mode)")
            try await node.askDueTimeStamps()
            #expect(server.asked == asked + 1)
        }
        #expect(try node.audit().ok)
    }

    @Test func aServiceThatIsNotThere() async throws {
        let folder = try TemporaryFolder()
        guard let authority = try StampingAuthority(in: folder("tsa")) else { return }
        // Nobody listens on this port.
        let world = try await World(url: "http://127.0.0.1:1/", roots: authority.roots)
        let (node, ref) = (world.node, world.ref)
        let digest = try await world.seal()
        #expect(try world.row(digest)?.says?.contains("did not answer") == true)
        await #expect(throws: ComityError(.peerUnreachable, "")) { try await node.timeStamp(ref, package: nil, officer: "X1") }
        // The pauses grow, and never end.
        for attempt in 2..<9 {
            let row = try #require(try world.row(digest))
            #expect(row.attempts == attempt)
            let pause = row.next - node.realTime.now()
            let expected = Node.stampPauses[min(attempt - 1, Node.stampPauses.count - 1)]
            #expect(pause <= expected && pause > expected - 20_000)
            node.realTime.advance(milliseconds: expected)
            try await node.askDueTimeStamps()
        }
        let check = try node.doctor().first { $0.name == "time-stamps" }
        #expect(check?.grade == .warn && check?.says.contains("1 owed") == true)
        // It comes back, elsewhere.
        guard let server = try StampingServer(in: folder("tsa2")) else { return }
        let again = try World.node(node.folder, server.address, server.authority.roots)
        #expect(try await again.timeStamp(ref, package: digest, officer: "X1").service == server.address)
        let event = try #require(try again.store.read { try $0.lastEvent(.timeStamped) })
        #expect(event.by == "X1")
    }

    /// One that says nothing, and one that says a byte now and then, are given up.
    @Test(arguments: ["slow", "drip"])
    func aServiceThatTakesTooLong(mode: String) async throws {
        let folder = try TemporaryFolder()
        guard let server = try StampingServer(in: folder("tsa")) else { return }
        try server.mode(mode)
        let service = TimeStampService(
            .init(url: server.address, roots: server.authority.roots), folder: NodeFolder(folder.path), patience: 2)
        await #expect(throws: ComityError(.peerUnreachable, "")) { try await service.stamp([UInt8](repeating: 7, count: 32)) }
        #expect(server.asked == 1)
    }

    @Test func aProcessThatEndedBeforeItAskedOwesTheStamp() async throws {
        let folder = try TemporaryFolder()
        guard let server = try StampingServer(in: folder("tsa")) else { return }
        try server.mode("error")
        let world = try await World(url: server.address, roots: server.authority.roots)
        let digest = try await world.seal()
        let node = world.node
        // As the transaction of the sealing left it.
        let due = node.realTime.now() + Node.stampClaim
        _ = try await node.store.commit { try $0.oweTimeStamp(digest, next: due) }
        try server.mode("good")
        try await node.askDueTimeStamps()
        #expect(try world.row(digest)?.kept == nil, "somebody may be asking")
        node.realTime.advance(milliseconds: Node.stampClaim + 1)
        // Two processes at once keep one stamp, and register it once.
        let other = try Node(folder: node.folder.path)
        other.realTime.advance(milliseconds: Node.stampClaim + 1)
        async let first: Void = node.askDueTimeStamps()
        async let second: Void = other.askDueTimeStamps()
        _ = try await (first, second)
        #expect(try world.row(digest)?.kept != nil)
        #expect(try node.store.read { try $0.events([.timeStamped], limit: 10) }.count == 1)
    }

    @Test func whatIsConfiguredWrongIsSaid() async throws {
        let folder = try TemporaryFolder()
        guard let server = try StampingServer(in: folder("tsa")), let other = try StampingAuthority(in: folder("other")) else { return }
        let world = try await World(url: server.address, roots: "roots.pem")
        let (pair, ref) = (world.pair, world.ref)
        let digest = try await world.seal()
        #expect(try world.row(digest)?.says?.contains("root certificates") == true && server.asked == 0)
        #expect(try world.node.doctor().first { $0.name == "time-stamps" }?.grade == .bad)
        await #expect(throws: ComityError(.storage, "")) { try await world.node.timeStamp(ref, package: nil, officer: "X1") }
        // Relative to the data folder.
        try FileManager.default.copyItem(atPath: other.roots, toPath: world.node.folder.path + "/roots.pem")
        await #expect(throws: ComityError(.verificationFailed, "")) { try await world.node.timeStamp(ref, package: nil, officer: "X1") }
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: world.node.folder.path + "/roots.pem"))
        await #expect(throws: ComityError(.malformedInput, "")) { try await world.node.timeStamp(ref, package: nil, officer: "X1") }
        for url in ["ftp://tsa.example/", "tsa.example", "http://user:secret@tsa.example/"] {
            let node = try World.node(world.node.folder, url, server.authority.roots)
            await #expect(throws: ComityError(.usage, "")) { try await node.timeStamp(ref, package: nil, officer: "X1") }
        }
        // A node without a service owes nothing, and says so.
        _ = try await pair.requested.seal(
            .init(paths: [pair.folder("exhibit.log")], authorisation: "order 1", conditions: []), for: ref, to: pair.requesting.state,
            officer: "X1")
        #expect(try pair.requested.store.read { try $0.owedTimeStamps() }.all == 1)
        await #expect(throws: ComityError(.usage, "")) { try await pair.requested.timeStamp(ref, package: digest, officer: "X1") }
    }
}
