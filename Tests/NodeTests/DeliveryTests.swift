// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import NIOCore
import Register
import Sealing
import Standards
import Storage
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Node

/// How a package gets over a bad line.
@Suite struct DeliveryTests {
    /// Damages parts, or breaks off, as told; counts what was sent.
    final class BadLine: ExchangeLine {
        let inner: DirectLine
        let damage: Mutex<[Int: Int]>
        let breaksAfter: Mutex<Int>
        let sent = Mutex<[Int]>([])

        init(_ inner: DirectLine, damage: [Int: Int] = [:], breaksAfter: Int = .max) {
            self.inner = inner
            self.damage = Mutex(damage)
            self.breaksAfter = Mutex(breaksAfter)
        }

        func send(_ message: [UInt8]) async throws(ComityError) -> Receipt { try await inner.send(message) }
        func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress { try await inner.progress(ofPackage: digest) }
        func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress {
            sent.withLock { $0.append(number) }
            let isBroken = breaksAfter.withLock { left in
                left -= 1
                return left < 0
            }
            if isBroken { throw ComityError(.peerUnreachable, "the line broke") }
            let isDamaged = damage.withLock { damage in
                guard let left = damage[number], left > 0 else { return false }
                damage[number] = left - 1
                return true
            }
            if isDamaged { throw ComityError(.verificationFailed, "the part was damaged on the way") }
            return try await inner.send(part: number, ofPackage: digest, bytes: bytes)
        }
        func shutdown() async {}
    }

    private func supplied(_ pair: NodePair) async throws -> (ref: FileReference, package: PackageRow) {
        let (a, b) = (pair.requesting, pair.requested)
        let result = try await a.newRequest(
            type: "stored-data", draft: .object(try pair.draft("stored-data")), officer: "D1", dryRun: false)
        guard let ref = result.ref else { throw ComityError(.failure, "\(result)") }
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try Data(repeating: 7, count: 70 << 20).write(to: URL(fileURLWithPath: pair.folder("big")))
        let sealed = try await b.seal(
            .init(paths: [pair.folder("big")], authorisation: "order", conditions: []), for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        try await pair.carry(from: b, to: a)
        return (ref, sealed.package)
    }

    @Test(.timeLimit(.minutes(30))) func damagedPartsAndBrokenLines() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let (ref, package) = try await supplied(pair)
        #expect(Node.partCount(package.size) == 5)
        func deliver(_ line: BadLine) async { await Delivery(node: b) { _ in line }.flush(impatient: true) }
        let direct = DirectLine(to: a, from: b.state)
        // The line breaks: what arrived stays.
        let broken = BadLine(direct, breaksAfter: 2)
        await deliver(broken)
        let have = try await a.parts(ofPackage: package.digest, from: b.state).have
        #expect(have.count == 2)
        #expect(try b.store.read { try $0.waiting().count } == 1)
        // It goes on where it was; one part is damaged twice and sent a third time.
        let missing = Set(0..<5).subtracting(have)
        let damaged = BadLine(direct, damage: [try #require(missing.min()): 2])
        await deliver(damaged)
        #expect(damaged.sent.withLock { $0.count } == missing.count + 2 && Set(damaged.sent.withLock { $0 }) == missing)
        #expect(try a.fileView(ref).packages.first?.stage == "complete" && b.store.read { try $0.waiting() }.isEmpty)
        #expect(try await a.receiveEvidence(ref, package: nil, officer: "X1").verdict.isValid)
    }

    /// What arrives is not what was announced: it is kept, found out, and not received.
    @Test func anotherPackageUnderThisName() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let (ref, package) = try await supplied(pair)
        let path = b.folder.outgoingPackages + "/" + package.name
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 5_000_000)
        try file.write(contentsOf: Data([1, 2, 3, 4]))
        try file.close()
        await Delivery(node: b) { _ in DirectLine(to: a, from: b.state) }.flush(impatient: true)
        #expect(try a.fileView(ref).packages.first?.stage == "complete")
        let error = await #expect(throws: ComityError.self) { _ = try await a.receiveEvidence(ref, package: nil, officer: "X1") }
        #expect(error?.code == .verificationFailed && error?.what.contains("exhibit 1, data/big") == true, "\(String(describing: error))")
        #expect(try a.fileView(ref).packages.first?.stage == "complete")
    }

    /// A peer that refuses the first act for good, and misses it ever after.
    final class RefusingLine: ExchangeLine {
        private let count = Mutex(0)

        func send(_ message: [UInt8]) async throws(ComityError) -> Receipt {
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            throw isFirst
                ? ComityError(.revokedKey, "the key was revoked") : ComityError(.predecessorMissing, "an act that it follows is missing")
        }
        func progress(ofPackage digest: String) async throws(ComityError) -> PackageProgress { throw ComityError(.peerRefused, "no") }
        func send(part number: Int, ofPackage digest: String, bytes: ByteBuffer) async throws(ComityError) -> PackageProgress {
            throw ComityError(.peerRefused, "no")
        }
        func shutdown() async {}
    }

    /// What was written on top of a refused act can never be taken: it is refused too, and the file is the same on both sides again.
    @Test func whatFollowsARefusedActIsNotOwedForEver() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await b.preserve(ref, officer: "D1", effective: nil, outcome: .full, note: nil)
        #expect(try b.fileView(ref).state == .preserved)
        await Delivery(node: b) { _ in RefusingLine() }.flush(impatient: true)
        #expect(try b.store.read { try $0.waiting() }.isEmpty)
        #expect(try b.fileView(ref).state == .delivered && a.fileView(ref).state == .delivered)
        // The steps can be taken again.
        try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        #expect(try a.fileView(ref).state == .acknowledged && b.fileView(ref).state == .acknowledged)
    }

    /// An emergency that is written last is brought first.
    @Test func emergenciesAreBroughtFirst() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        var refs: [FileReference] = []
        for level in ["normal", "emergency"] {
            var draft = try pair.draft()
            var urgency = draft["urgency"]?.object ?? [:]
            urgency["level"] = .string(level)
            draft["urgency"] = .object(urgency)
            let ref = try #require(try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref)
            try await a.approve(ref, officer: "D3")
            _ = try await a.send(ref, officer: "D1")
            refs.append(ref)
        }
        await Delivery(node: a) { _ in DirectLine(to: b, from: a.state) }.flush(impatient: true)
        let entries = try refs.map { try #require(try b.fileView($0).acts.first?.index) }
        #expect(entries[1] < entries[0], "\(entries)")
    }
}
