// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Hummingbird
import Law
import Logging
import Node
import ServiceLifecycle
import Standards
import Storage
import Transport

/// Two nodes that talk over mutual TLS on loopback: XA in this process, with its listener; XB as `comity serve`. XB knows many more.
final class Pair: @unchecked Sendable {
    let a: Node
    private let delivery: Delivery
    /// Files that XB opened.
    private let refs: [FileReference]
    private let folder: String
    private let crowd: [Node]
    private var served: Process?
    private static let ports = (a: 17443, b: 17444)

    /// - Parameters:
    ///   - peers: how many nodes XB knows, XA among them.
    ///   - files: open at both.
    init(folder: String, peers: Int, files: Int) async throws {
        self.folder = folder
        let states = ["XA"] + Self.states(peers - 1)
        var nodes: [Node] = []
        for (index, state) in states.enumerated() {
            nodes.append(try await Self.node(state, folder + "/" + state.lowercased(), port: index == 0 ? Self.ports.a : 17445))
        }
        let b = try await Self.node("XB", folder + "/xb", port: Self.ports.b)
        for node in nodes {
            try await Self.trust(node, b)
            try await Self.trust(b, node)
        }
        a = nodes[0]
        refs = try await Self.openFiles(files, nodes[0], b)
        crowd = Array(nodes.dropFirst())
        delivery = Delivery(node: a)
    }

    private static func states(_ count: Int) -> [String] {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return Array(letters.flatMap { first in letters.map { "\(first)\($0)" } }.filter { $0 != "XA" && $0 != "XB" }.prefix(count))
    }

    private static func node(_ state: String, _ path: String, port: Int) async throws -> Node {
        try await Node.create(
            folder: path,
            NodeConfiguration(
                state: try StateCode(state),
                authority: .init(
                    id: "\(state.lowercased())-247", name: "24/7 point of \(state)", languages: ["en"], timeZone: "UTC",
                    phone: "+999105550101", email: nil),
                exchange: .init(host: "127.0.0.1", port: port, callsPerMinute: 1_000_000), endpoint: "https://127.0.0.1:\(port)",
                desk: .init(host: "127.0.0.1", port: state == "XB" ? 17480 : 0), exercise: true,
                createdAt: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))),
            officers: [("D1", "duty_officer"), ("D3", "approver")])
    }

    private static func trust(_ node: Node, _ other: Node) async throws {
        let peer = try await node.addPeer(try other.directoryEntry())
        _ = try await node.confirmPeer(peer.entry.state, fingerprint: other.fingerprint, by: "D1", how: "benchmark")
    }

    /// Serves both while `body` runs.
    func serve(_ body: @escaping @Sendable (Pair) async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("comity")
        process.arguments = ["serve", "--data", folder + "/xb"]
        let log = folder + "/xb.log"
        guard FileManager.default.createFile(atPath: log, contents: nil) else { throw Failure(says: "\(log) cannot be written.") }
        process.standardOutput = FileHandle(forWritingAtPath: log)
        process.standardError = process.standardOutput
        try process.run()
        served = process
        defer { process.terminate() }
        var logger = Logger(label: "benchmark")
        logger.logLevel = .critical
        let application = try a.exchangeApplication(logger: logger) { _ in }
        let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask { await self.delivery.run() }
            while !((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").contains("exchange  https") {
                guard process.isRunning else { throw Failure(says: "comity serve ended: see \(log)") }
                try await Task.sleep(for: .milliseconds(100))
            }
            do { try await body(self) } catch { say("FAILED: \(error)") }
            await group.triggerGracefulShutdown()
            tasks.cancelAll()
            while await tasks.nextResult() != nil {}
        }
        await delivery.shutdown()
    }

    // MARK: Work

    private static func draft(to state: String) throws -> JSONValue {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/comity/Demo/preservation.yaml")
        guard var members = try YAMLText([UInt8](try Data(contentsOf: path)), name: "preservation").value.object else {
            throw Failure(says: "The draft is no list of names and values.")
        }
        members["to"] = .string(state)
        return .object(members)
    }

    /// Requests of XB that have come to XA and were acknowledged, before XB serves.
    private static func openFiles(_ count: Int, _ a: Node, _ b: Node) async throws -> [FileReference] {
        let draft = try Self.draft(to: a.state.description)
        var refs: [FileReference] = []
        for _ in 0..<count {
            guard let ref = try await b.newRequest(type: "preservation", draft: draft, officer: "D1", dryRun: false).ref else {
                throw Failure(says: "The request got no reference.")
            }
            try await b.approve(ref, officer: "D3")
            _ = try await b.send(ref, officer: "D1")
            refs.append(ref)
        }
        let there = Delivery(node: b) { _ in DirectLine(to: a, from: b.state) }
        await there.flush()
        for ref in refs { _ = try await a.take(.acknowledge, on: ref, officer: "D1", body: .object([:])) }
        let back = Delivery(node: a) { _ in DirectLine(to: b, from: a.state) }
        await back.flush()
        return refs
    }

    /// A step whose signed act has about 2 KB.
    private func step(_ ref: FileReference) async throws -> UUIDv7 {
        let text = String(repeating: "The provider was called again and says that it works on it. ", count: 14)
        switch try await a.take(.report, on: ref, officer: "D1", body: .object(["status": .string(text)])) {
        case .taken(let id): return id
        case .prepared: throw Failure(says: "The step waits for a second person.")
        }
    }

    /// Nothing is owed to anybody any more.
    private func drained() async throws {
        while try !a.store.read({ try $0.peersOwed(.act) }).isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Acts in a second, from the first step to the last receipt that is registered. 16 officers work at once.
    func rate(_ count: Int) async throws -> Double {
        let started = ContinuousClock.now
        let workers = 16
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    for number in stride(from: worker, to: count, by: workers) {
                        _ = try await self.step(self.refs[number % self.refs.count])
                    }
                }
            }
            try await group.waitForAll()
        }
        try await drained()
        return Double(count) / ((ContinuousClock.now - started) / .seconds(1))
    }

    /// From the step to the registered receipt, in milliseconds, sorted; steps come at even pauses, whatever became of those before.
    func latency(perSecond rate: Double, seconds: Double) async throws -> [Double] {
        let count = Int(rate * seconds)
        let started = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Double.self) { group in
            for number in 0..<count {
                let due = started + .seconds(Double(number) / rate)
                group.addTask {
                    try await Task.sleep(until: due, tolerance: .zero, clock: .continuous)
                    let begun = ContinuousClock.now
                    let act = try await self.step(self.refs[number % self.refs.count])
                    while try self.a.store.read({ try $0.receipts(of: act) }).isEmpty { try await Task.sleep(for: .milliseconds(1)) }
                    return (ContinuousClock.now - begun) / .milliseconds(1)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
    }

    /// What `comity serve` takes while nothing happens.
    func idle(seconds: Int) async throws {
        guard let id = served?.processIdentifier else { return }
        try await Task.sleep(for: .seconds(5))
        let before = try Self.ticks(id)
        try await Task.sleep(for: .seconds(seconds))
        let used = Double(try Self.ticks(id) - before) / Double(sysconf(Int32(_SC_CLK_TCK)))
        line("processor time of an idle node with 200 peers (≤ 0.5)", 100 * used / Double(seconds), "%")
        let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
        for row in status.split(separator: "\n") where row.hasPrefix("VmRSS") {
            let kilobytes = Double(row.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0
            line("its resident memory (≤ 64)", kilobytes / 1024, "MiB")
        }
    }

    private static func ticks(_ id: Int32) throws -> Int {
        let fields = try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8).split(separator: ")").last?.split(separator: " ") ?? []
        return (Int(fields.dropFirst(11).first ?? "") ?? 0) + (Int(fields.dropFirst(12).first ?? "") ?? 0)
    }

    /// Many peers each open a connection to XB in one moment and ask what it owes them.
    func allAtOnce(_ count: Int) async {
        let started = ContinuousClock.now
        let (answered, slowest) = await withTaskGroup(of: Double?.self) { group in
            for node in crowd.prefix(count) {
                group.addTask {
                    let delivery = Delivery(node: node)
                    var took: Double?
                    do {
                        _ = try await delivery.pull(from: try StateCode("XB"))
                        took = (ContinuousClock.now - started) / .milliseconds(1)
                    } catch { say("\(node.state): \(error)") }
                    await delivery.shutdown()
                    return took
                }
            }
            return await group.reduce(into: (0, 0.0)) { sum, took in
                if let took { sum = (sum.0 + 1, max(sum.1, took)) }
            }
        }
        line("of \(count) peers that called in one moment, answered", Double(answered), "")
        line("the last of them after", slowest, "ms")
    }
}
