// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Node
import Register
import Standards
import Storage
import Synchronization
import TestSupport
import Testing

@testable import comity

/// Nodes as real processes that know each other, each reached over a line of its own that can be made bad.
struct LinesWorld {
    let folder: TemporaryFolder
    let nodes: [DemoNode]
    let lines: [BadLine]
    private let open = OpenFolders()

    /// - Parameter prepare: changes what `comity init` has made, before anybody is told of it.
    init(_ states: [String], prepare: (DemoNode) throws -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        let program = try Program.path()
        let root = folder
        nodes = try states.map { try DemoNode(state: $0, folder: root($0.lowercased()), program: program) }
        lines = try nodes.map { try BadLine(to: $0.exchangePort) }
        for (node, line) in zip(nodes, lines) {
            let state = node.state
            try await type(
                node,
                [
                    "init", "--state", state, "--authority", "24/7 point of \(state)", "--exercise", "--exchange",
                    "127.0.0.1:\(node.exchangePort)", "--endpoint", "https://127.0.0.1:\(line.port)", "--desk",
                    "127.0.0.1:\(node.deskPort)",
                    "--officer", "D1=duty_officer", "--officer", "D3=approver", "--officer", "X1=examiner",
                ])
            try await type(node, ["clock", "set", "2026-11-24T23:19:00Z"])
            try prepare(node)
        }
        for node in nodes { for other in nodes where other.state != node.state { try await introduce(other, to: node) } }
    }

    /// The entry of one is imported by another, and confirmed.
    func introduce(_ other: DemoNode, to node: DemoNode) async throws {
        let path = folder("\(other.state).jws")
        try Data(try await type(other, ["directory", "export"]).output.utf8).write(to: URL(fileURLWithPath: path))
        let added = try await type(node, ["trust", "add", path, "--json"]).json()
        guard added["trust"]?.string != "confirmed" else { return }
        try await type(
            node,
            [
                "trust", "confirm", other.state, "--fingerprint", try #require(added["fingerprint"]?.string), "--called", "D1", "--number",
                "+999 205 550 201", "--number-source", "letter of the exercise", "--as", "D1",
            ])
    }

    func serve() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { try await node.serve() } }
            try await group.waitForAll()
        }
    }

    func end() {
        for node in nodes { node.killNine() }
        for line in lines { line.end() }
    }

    /// A command that has to succeed.
    @discardableResult func type(_ node: DemoNode, _ arguments: [String]) async throws -> DemoNode.Outcome {
        let outcome = try await node.run(arguments)
        guard outcome.status == 0 else {
            throw ComityError(.failure, "\(node.state): comity \(arguments.joined(separator: " ")): \(outcome.errors) \(outcome.output)")
        }
        return outcome
    }

    /// A request that is drafted and approved.
    func drafted(_ node: DemoNode, to other: DemoNode, type: String = "preservation") async throws -> String {
        let path = "\(Program.resources)/\(type).yaml"
        var draft = try #require(try YAMLText(Array(Data(contentsOf: URL(fileURLWithPath: path))), name: path).value.object)
        draft["to"] = .string(other.state)
        let opened = try opened(node)
        let ref = try #require(try await opened.newRequest(type: type, draft: .object(draft), officer: "D1", dryRun: false).ref)
        _ = try await opened.approve(ref, officer: "D3")
        return ref.description
    }

    /// A request that was registered; the command does not wait for its receipt.
    func sent(_ node: DemoNode, to other: DemoNode, type: String = "preservation") async throws -> String {
        let ref = try await drafted(node, to: other, type: type)
        try await self.type(node, ["request", "send", ref, "--as", "D1", "--wait", "0"])
        return ref
    }

    /// Looks until it is so. A test never waits for less than it has to: what ends it is only that something is broken.
    func until(_ what: String, seconds: Int = 180, _ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try await !holds() {
            guard ContinuousClock.now < deadline else {
                var status = ""
                for node in nodes { status += "\n\(node.state): \(try await node.run(["exchange", "status"]).output)" }
                throw ComityError(.failure, "It is still not so that \(what).\(status)")
            }
            try await Task.sleep(for: .milliseconds(150))
        }
    }

    /// The line from one node to another, as `comity exchange status` tells it.
    func status(_ node: DemoNode, of other: DemoNode) async throws -> JSONValue {
        let lines = try await type(node, ["exchange", "status", other.state, "--json"]).json()
        return try #require(lines.array?.first)
    }

    /// The same, read from its folder, which costs no process; for whoever looks again and again.
    func line(_ node: DemoNode, to other: DemoNode) throws -> PeerHealth {
        try #require(try opened(node).peerHealth(officer: nil).first { $0.state.description == other.state })
    }

    /// A node's folder, opened here once.
    private func opened(_ node: DemoNode) throws -> Node { try open.node(node.folder) }

    /// The acts of a file on a node: kind, id and hash, in their order; none where the file is not known.
    func acts(_ ref: String, on node: DemoNode) async throws -> [String] {
        let (reference, opened) = (try FileReference(ref), try opened(node))
        guard try opened.store.read({ try $0.file(reference) }) != nil else { return [] }
        return try opened.fileView(reference, officer: nil).acts.map { "\($0.kind) \($0.id) \($0.hash)" }
    }

    /// Nothing is owed any more.
    func drained(seconds: Int = 180) async throws {
        try await until("nothing is owed", seconds: seconds) {
            try nodes.allSatisfy { try opened($0).peerHealth(officer: nil).allSatisfy { $0.acts == 0 && $0.packages == 0 } }
        }
    }

    /// What must hold at the end, whatever the lines did: every act is on both sides once and in the same order, the sender holds a receipt that
    /// verifies, both sides agree about the files, both registers are clean, and nothing lies in quarantine.
    /// - Parameter files: a file, its sides, and how many acts it has.
    func check(_ files: [(ref: String, sides: [DemoNode], acts: Int)], quarantined: Bool = false, _ what: String = "") async throws {
        for file in files {
            let here = try await acts(file.ref, on: file.sides[0])
            #expect(here.count == file.acts && Set(here).count == here.count, "\(what) \(file.ref): \(here)")
            for other in file.sides { #expect(try await acts(file.ref, on: other) == here, "\(what) \(file.ref)") }
            let agrees = try await file.sides[0].run(["reconcile", file.ref])
            #expect(agrees.status == 0, "\(what) \(file.ref): \(agrees.output) \(agrees.errors)")
        }
        for node in nodes {
            let report = try await node.run(["audit", "check", "--json"])
            let json = try report.json()
            #expect(report.status == 0 && json["ok"]?.bool == true && json["unreceipted"]?.integer == 0, "\(what) \(node.state): \(json)")
            try receipts(of: node, what)
            guard !quarantined else { continue }
            let quarantine = try await node.run(["quarantine", "list", "--json"]).json()
            #expect(quarantine.array?.isEmpty == true, "\(what) \(node.state): \(quarantine)")
        }
    }

    /// Every receipt that a node keeps proves its act, signed by the peer that it is confirmed to be.
    private func receipts(of node: DemoNode, _ what: String) throws {
        let opened = try opened(node)
        let peers = try opened.listPeers()
        var acts: [(UUIDv7, Hash)] = []
        try opened.store.read { reader in
            for file in try reader.files() {
                for act in try reader.acts(of: file.id) where act.outgoing { acts.append((act.id, act.hash)) }
            }
        }
        for (act, hash) in acts {
            let given = try opened.store.read { try $0.receipts(of: act) }
            #expect(!given.isEmpty, "\(what) \(node.state): no receipt for \(act)")
            for (state, bytes) in given {
                let peer = try #require(peers.first { $0.entry.state == state })
                let receipt = try IJSON.decode(Receipt.self, from: bytes, limit: Receipt.limit)
                _ = try receipt.verify(act: hash, signedBy: peer.entry.register, and: peer.entry.registerStatementKey)
            }
        }
    }
}

/// Data folders that the test reads itself, beside the processes that serve them.
private final class OpenFolders: Sendable {
    private let nodes = Mutex<[String: Node]>([:])

    func node(_ folder: String) throws -> Node {
        try nodes.withLock { nodes in
            if let known = nodes[folder] { return known }
            let node = try Node(folder: folder)
            nodes[folder] = node
            return node
        }
    }
}

/// What the kernel says of a process.
enum Kernel {
    /// The most memory that it ever had, in bytes.
    static func peak(_ pid: Int32) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? Int.max / 1024) * 1024
    }

    /// How many files it has open.
    static func files(_ pid: Int32) -> Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0 }
}
