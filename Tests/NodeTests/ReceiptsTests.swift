// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// A receipt says that a package is here and was verified; whoever types the hash may say no more than that.
@Suite struct ReceiptsTests {
    /// A package of `XB` that is announced to `XA`; its bytes have not come.
    private func supplied(_ pair: NodePair) async throws -> (ref: FileReference, digest: String, bytes: [UInt8]) {
        let (a, b) = (pair.requesting, pair.requested)
        let result = try await a.newRequest(
            type: "stored-data", draft: .object(try pair.draft("stored-data")), officer: "D1", dryRun: false)
        let ref = try #require(result.ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try Data("log line\n".utf8).write(to: URL(fileURLWithPath: pair.folder("exhibit.log")))
        let sealed = try await b.seal(
            .init(paths: [pair.folder("exhibit.log")], authorisation: "order 1", conditions: []), for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        try await pair.carry(from: b, to: a)
        return (ref, sealed.package.digest, [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path))))
    }

    private func receive(_ node: Node, _ ref: FileReference, _ digest: String, exhibits: Int64 = 1) async throws {
        let body: JSONValue = .object(["package": .string(digest), "exhibits": .integer(exhibits)])
        guard case .taken = try await node.take(.receive, on: ref, officer: "X1", body: body) else {
            throw ComityError(.failure, "the receipt waits")
        }
    }

    private func ended(_ task: UUIDv7, _ node: Node) async throws -> NodeTask {
        while true {
            let found = try node.task(task, officer: "X1")
            if found.state != .running { return found }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func aTypedHashIsNoVerification() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        let (ref, digest, bytes) = try await supplied(pair)
        let size = try a.store.read { try $0.registerSize() }
        func refused(_ code: ErrorCode, _ words: String, exhibits: Int64 = 1) async throws {
            let error = await #expect(throws: ComityError.self) { try await receive(a, ref, digest, exhibits: exhibits) }
            #expect(
                error?.code == code && error?.what.contains(words) == true && error?.next.isEmpty == false, "\(String(describing: error))")
        }
        try await refused(.wrongState, "still arriving")
        _ = try await a.receive(part: 0, ofPackage: digest, bytes: bytes, from: pair.requested.state)
        try await refused(.wrongState, "Nobody has verified")
        #expect(try a.packageView(ref, package: digest, officer: "D1").verdict == .open)
        #expect(try a.store.read { try $0.package(digest)?.stage } == .complete)
        #expect(try a.store.read { try $0.registerSize() } == size + 1, "only that it arrived is registered")
        // Verified without a receipt: from then on the receipt may be typed, with the number that was found.
        let task = try await ended(try await a.startVerifying(ref, package: digest, officer: "X1"), a)
        #expect(task.kind == .verify && task.state == .done && task.result["exhibits"]?.integer == 1)
        #expect(try a.packageView(ref, package: digest, officer: "D1").verdict == .valid)
        #expect(try a.fileView(ref).state == .returned)
        try await refused(.malformedInput, "7 exhibits", exhibits: 7)
        try await receive(a, ref, digest)
        #expect(try a.store.read { try $0.package(digest)?.stage } == .received)
        #expect(try a.fileView(ref).state == .received)
        #expect(try a.audit().ok)
    }

    @Test func aPackageThatDoesNotVerifyIsNotReceived() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        let (ref, digest, bytes) = try await supplied(pair)
        _ = try await a.receive(part: 0, ofPackage: digest, bytes: bytes, from: pair.requested.state)
        let place = try a.arrivedPackage(ref).path
        var damaged = bytes
        damaged[bytes.count / 2] ^= 1
        try Data(damaged).write(to: URL(fileURLWithPath: place))
        let task = try await ended(try await a.startVerifying(ref, package: digest, officer: "X1"), a)
        #expect(task.state == .failed && task.problem?.code == .verificationFailed)
        await #expect(throws: ComityError(.verificationFailed, "")) { try await receive(a, ref, digest) }
        await #expect(throws: ComityError(.verificationFailed, "")) { try await a.receiveEvidence(ref, package: nil, officer: "X1") }
        // Verified again, when the bytes are what they were.
        try Data(bytes).write(to: URL(fileURLWithPath: place))
        _ = try await a.receiveEvidence(ref, package: nil, officer: "X1")
        #expect(try a.fileView(ref).state == .received)
    }

    /// Where the life cycle itself does not look at packages, the use case does.
    @Test func aHashThatIsNotOfThisFileIsNotReceived() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        let (ref, digest, bytes) = try await supplied(pair)
        _ = try await a.receive(part: 0, ofPackage: digest, bytes: bytes, from: pair.requested.state)
        _ = try await a.receiveEvidence(ref, package: nil, officer: "X1")
        let other = try await pair.deliveredPreservation()
        let file = try a.dossier(other).id
        func act(_ package: String, in file: UUIDv7) throws -> Act {
            let now = try a.now()
            return Act(
                id: a.newID(at: now), file: file, kind: .receive, from: a.party, to: [pair.requested.party], after: [], lamport: 1, at: now,
                by: .init(role: "examiner", officer: "X1"), tlp: try a.dossier(ref).opening.tlp, lang: "en", exercise: true, law: [:],
                body: .object(["package": .string(package), "exhibits": .integer(1)]))
        }
        for (package, file) in [(digest, file), (String(repeating: "ab", count: 32), try a.dossier(ref).id)] {
            let receipt = try act(package, in: file)
            #expect(throws: ComityError(.notFound, "")) { try a.store.read { try Node.requireVerified(receipt, of: ref, $0) } }
        }
        let right = try act(digest, in: try a.dossier(ref).id)
        try a.store.read { try Node.requireVerified(right, of: ref, $0) }
    }
}
