// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Law
import NIOCore
import Register
import Standards
import Storage
import Synchronization
import TestSupport
import Transport

@testable import Node

/// Three nodes in one process that trust each other: XA, XB and XC. Ways between them are by hand, and each may be cut.
final class WitnessWorld: Sendable {
    let folder: TemporaryFolder
    private let nodes: Mutex<[StateCode: Node]>

    static let names = ["XA", "XB", "XC"]

    init(_ count: Int = 3) async throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        var made: [StateCode: Node] = [:]
        for (number, name) in Self.names.prefix(count).enumerated() {
            made[try StateCode(name)] = try await NodePair.node(name, folder(name), exchange: number + 1)
        }
        for node in made.values {
            for other in made.values where other.state != node.state {
                _ = try await node.addPeer(try other.directoryEntry())
                _ = try await node.confirmPeer(other.state, fingerprint: other.fingerprint, by: "D1", how: "test")
            }
        }
        nodes = Mutex(made)
    }

    func node(_ name: String) throws -> Node {
        guard let node = nodes.withLock({ nodes in (try? StateCode(name)).flatMap { nodes[$0] } }) else {
            throw ComityError(.notFound, "no node \(name)")
        }
        return node
    }

    /// Another node answers for a State from now on.
    func replace(_ name: String, by node: Node) throws {
        let code = try StateCode(name)
        nodes.withLock { $0[code] = node }
    }

    /// The deliveries of a node, to whoever answers for each State then.
    func delivery(_ node: Node) -> Delivery {
        let from = node.state
        return Delivery(node: node) { [self] (peer: Peer) throws(ComityError) -> any ExchangeLine in
            Way(world: self, to: peer.entry.state, from: from)
        }
    }

    fileprivate func current(_ state: StateCode) throws(ComityError) -> Node {
        guard let node = nodes.withLock({ $0[state] }) else { throw ComityError(.peerUnreachable, "\(state) is away") }
        return node
    }

    func remove(_ name: String) throws {
        let code = try StateCode(name)
        nodes.withLock { $0[code] = nil }
    }

    private struct Way: ExchangeLine {
        let world: WitnessWorld
        let to: StateCode
        let from: StateCode

        private func line() throws(ComityError) -> DirectLine { DirectLine(to: try world.current(to), from: from) }
        func send(_ message: [UInt8]) async throws(ComityError) -> Receipt { try await line().send(message) }
        func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress {
            try await line().progress(ofPackage: digest)
        }
        func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress {
            try await line().send(part: number, ofPackage: digest, bytes: bytes)
        }
        func ask(_ call: RegisterCall) async throws(ComityError) -> RegisterReply { try await line().ask(call) }
        func shutdown() async {}
    }

    /// A preservation from one State to another, delivered and acknowledged.
    @discardableResult
    func preservation(_ from: String = "XA", _ to: String = "XB", acknowledged: Bool = true) async throws -> FileReference {
        let (a, b) = (try node(from), try node(to))
        var draft = try draft()
        draft["to"] = .string(to)
        let result = try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false)
        guard let ref = result.ref else { throw ComityError(.failure, "no reference: \(result)") }
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        await delivery(a).flush()
        guard acknowledged else { return ref }
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        await delivery(b).flush()
        return ref
    }

    private func draft() throws -> [String: JSONValue] {
        let path = Shared.repository.appendingPathComponent("Sources/comity/Demo/preservation.yaml")
        return try YAMLText([UInt8](try Data(contentsOf: path)), name: "preservation").value.object ?? [:]
    }

    /// Adds an event to a register.
    func note(_ node: Node, _ place: String) async throws {
        let event = try node.event(.backupNoted, file: nil, by: "node", detail: ["place": .string(place)])
        _ = try await node.store.commit { try $0.append(event) }
    }

    /// A copy of a node's folder as it is now, with everything that is committed.
    func copy(_ name: String, to copy: String) throws {
        try FileManager.default.copyItem(atPath: folder(name), toPath: folder(copy))
        // Put where the database was, a copy may not be known as one: then only the witnesses know better.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"DELETE FROM setting WHERE name='database-inode'\"); c.commit()",
            folder(copy) + "/comity.sqlite",
        ]
        try process.run()
        process.waitUntilExit()
    }
}

extension Node {
    var head: Checkpoint {
        get throws {
            try store.publish().checkpoint
        }
    }

    /// A request to cosign this register as it is now.
    func request(old: Int64, size: Int64? = nil) throws -> AddCheckpoint {
        let key = keys.register
        return try store.read { reader in
            let size = try size ?? reader.registerSize()
            let root = try MerkleTree.root(size: size, reading: reader.node)
            let proof = old <= size ? try MerkleTree.consistencyProof(from: old, to: size, reading: reader.node) : []
            return AddCheckpoint(
                old: old, proof: proof, note: try Checkpoint(origin: key.verifier.name, size: size, root: root).signed(by: key))
        }
    }

    func ask(_ request: AddCheckpoint, from state: StateCode) async throws -> AddCheckpoint.Answer? {
        let reply = try await answer(.addCheckpoint(Array(request.description.utf8)), from: state)
        return AddCheckpoint.Answer(status: reply.status, body: reply.text)
    }

    func cosignedSize(_ other: Node) throws -> Int64 {
        let log = Self.log(other.keys.register.verifier)
        return try store.read { try $0.cosigned(log)?.checkpoint.size ?? 0 }
    }

    func mirrored(_ other: Node) throws -> Int64 {
        let log = Self.log(other.keys.register.verifier)
        return try store.read { try $0.mirrorSize(log) }
    }
}
