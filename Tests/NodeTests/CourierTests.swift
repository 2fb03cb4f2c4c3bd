// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// Acts and packages on a stick: both sides end with the same file as over the wire.
@Suite struct CourierTests {
    private func stick(_ pair: NodePair, _ name: String) throws -> String {
        let path = pair.folder(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func export(_ node: Node, to other: Node, _ folder: String, size: Int64 = 64 << 20) async throws -> [String] {
        try await node.exportBundle(to: other.state, folder: folder, volumeSize: size, officer: "D1").paths
    }

    /// A request, its answer and a package of several volumes, imported backwards and twice.
    @Test(.timeLimit(.minutes(30))) func aWholeFileByCourier() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let result = try await a.newRequest(
            type: "stored-data", draft: .object(try pair.draft("stored-data")), officer: "D1", dryRun: false)
        let ref = try #require(result.ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        #expect(try a.owedStates() == [b.state] && b.owedStates().isEmpty)
        let request = try await export(a, to: b, stick(pair, "1"))
        let first = try await b.importVolume(request[0], officer: "D1")
        #expect(first.acts == 1 && first.refused.isEmpty && first.from == a.state)
        #expect(try b.fileView(ref).acts.count == 1)
        try await b.acknowledge(ref, officer: "D1", localReference: nil)

        try Data(repeating: 7, count: 50 << 20).write(to: URL(fileURLWithPath: pair.folder("big")))
        _ = try await b.seal(
            .init(paths: [pair.folder("big")], authorisation: "order", conditions: ["this case"]), for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        let volumes = try await export(b, to: a, stick(pair, "2"), size: 32 << 20)
        #expect(volumes.count == 3)
        var parts = 0
        for path in volumes.reversed() + volumes {
            let report = try await a.importVolume(path, officer: nil)
            parts += report.parts
            #expect(report.refused.isEmpty, "\(report.refused)")
        }
        #expect(parts >= 3)
        #expect(try await a.receiveEvidence(ref, package: nil, officer: "X1").verdict.isValid)
        // The answer: receipts, and that the package is whole. Then nothing is owed any more but receipts for what came.
        for (from, to, name) in [(a, b, "3"), (b, a, "4"), (a, b, "5")] {
            for path in try await export(from, to: to, stick(pair, name)) { _ = try await to.importVolume(path, officer: nil) }
        }
        #expect(try a.store.read { try $0.waiting() }.isEmpty && b.store.read { try $0.waiting() }.isEmpty)
        #expect(try a.fileView(ref).acts.map(\.hash) == b.fileView(ref).acts.map(\.hash))
        #expect(try b.fileView(ref).packages.map(\.stage) == ["received"])
        #expect(try a.audit().ok && b.audit().ok)
    }

    /// Damage anywhere: what stands before it counts, nothing behind it; what is for somebody else or from a stranger is not read.
    @Test func hostileVolumes() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let result = try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false)
        let ref = try #require(result.ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        let path = try await export(a, to: b, stick(pair, "1"))[0]
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var generator = Seeded.fresh()
        func refused(_ changed: [UInt8], _ says: String) async throws {
            let bad = pair.folder("bad.courier")
            try Data(changed).write(to: URL(fileURLWithPath: bad))
            await #expect(throws: ComityError.self, "\(says), seed \(generator.seed)") { _ = try await b.importVolume(bad, officer: nil) }
        }
        for length in [0, 1, 511, 512, 600, bytes.count - 1025, bytes.count - 1600] {
            try await refused(Array(bytes.prefix(length)), "cut at \(length)")
        }
        // The last 1024 bytes are the end of the archive; a change in an owner or a time, which nothing covers, changes nothing.
        let content = 512..<(bytes.count - 1024)
        for _ in 0..<150 {
            var changed = bytes
            let place = Int.random(in: content, using: &generator)
            changed[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
            let bad = pair.folder("flipped.courier")
            try Data(changed).write(to: URL(fileURLWithPath: bad))
            let report = try? await b.importVolume(bad, officer: nil)
            #expect(report == nil || report?.refused.isEmpty == true, "byte \(place), seed \(generator.seed)")
        }
        await #expect(throws: ComityError.coded(.unknownKey)) { _ = try await a.importVolume(path, officer: nil) }
        _ = try await b.revokePeer(a.state, by: "D1")
        await #expect(throws: ComityError.coded(.unknownKey)) { _ = try await b.importVolume(path, officer: nil) }
        #expect(try b.audit().ok)
    }

    @Test func nothingToCarry() async throws {
        let pair = try await NodePair()
        await #expect(throws: ComityError.coded(.wrongState)) {
            _ = try await export(pair.requesting, to: pair.requested, stick(pair, "1"))
        }
        await #expect(throws: ComityError.coded(.usage)) {
            _ = try await export(pair.requesting, to: pair.requested, stick(pair, "1"), size: 1)
        }
    }
}
