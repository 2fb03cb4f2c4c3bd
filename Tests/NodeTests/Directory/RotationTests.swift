// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Exchange
import Foundation
import Sealing
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// Keys get successors; peers believe them because the key before says so.
@Suite struct RotationTests {
    private func rotated(_ node: Node, _ use: KeyUse) async throws -> Node {
        _ = try await node.rotate(use, by: nil)
        return try Node(folder: node.folder.path)
    }

    @Test(arguments: [KeyUse.signing, .root, .sealing])
    func aPeerTakesTheSuccessorOverWithoutACall(_ use: KeyUse) async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await pair.deliveredPreservation()
        let before = try a.entry()
        // What is on its way under the key of then.
        let late = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        let inFlight = try pair.sealed(late.description, from: b, to: a)
        let next = try await rotated(a, use)
        let entry = try next.entry()
        #expect(entry.key(use) != before.key(use) && entry.succeeded(before) == [use])
        for other in KeyUse.allCases where other != use { #expect(entry.key(other) == before.key(other)) }
        let peer = try await b.addPeer(try next.directoryEntry())
        #expect(peer.trust == .confirmed && peer.entry == entry)
        let event = try #require(try b.store.read { try $0.lastEvent(.peerAdded) })
        #expect(
            event.detail["change"]?.string == "keys" && event.detail["changed"]?.array?.contains(.string("key.\(use.rawValue)")) == true)
        // It opens what was sealed before, and what is signed and sealed from now on is believed.
        _ = try await next.receive(inFlight, from: b.state)
        try await next.step(.withdraw, ref, officer: "D1", ["reason": .string("The case was closed.")])
        let owed = try #require(try next.store.read { try $0.waiting() }.last)
        let sealed = try Age.encrypt(
            try #require(try next.store.read { try $0.act(owed.ref) }).jws, to: [try AgeRecipient(b.entry().sealing)])
        _ = try await b.receive(sealed, from: a.state)
        #expect(try b.fileView(ref).state == .withdrawn)
        // Acts and files of before still verify, on both sides, and the fingerprint is asked of nobody.
        for node in [next, b] {
            let report = try node.audit()
            #expect(report.ok, "\(report.faults)")
        }
        #expect(try b.authenticity(ref, officer: nil).signatureHolds)
        #expect(try next.store.read { try $0.events([.keyRotated], limit: 5) }.count == 1)
    }

    @Test func whatTheFormerKeySignedInTimeIsBelievedAndWhatItSignsLaterIsNot() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let made = try await a.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false)
        let ref = try #require(made.ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        let owed = try #require(try a.store.read { try $0.waiting() }.first)
        let sealed = try pair.sealed(owed.ref, from: a, to: b)
        let next = try await rotated(a, .signing)
        _ = try await b.addPeer(try next.directoryEntry())
        _ = try await b.receive(sealed, from: a.state)
        #expect(try b.store.read { try $0.act(owed.ref) } != nil)
        // The former key goes on signing: whoever has it now dates an act after its end.
        try a.holdClock(at: try a.now().adding(milliseconds: 3_600_000))
        try b.holdClock(at: try a.now())
        try await a.step(.withdraw, ref, officer: "D1", ["reason": .string("The case was closed.")])
        let stolen = try #require(try a.store.read { try $0.waiting() }.last)
        let refused = try pair.sealed(stolen.ref, from: a, to: b)
        await #expect(throws: ComityError(.revokedKey, "")) { try await b.receive(refused, from: a.state) }
        #expect(try b.fileView(ref).state != .withdrawn)
    }

    @Test func aPeerThatMissedTwoRotationsFollowsTheChain() async throws {
        let pair = try await NodePair()
        var node = pair.requesting
        for use in [KeyUse.signing, .root, .signing, .root, .sealing] { node = try await rotated(node, use) }
        let peer = try await pair.requested.addPeer(try node.directoryEntry())
        #expect(peer.trust == .confirmed && peer.entry.former(.root).count == 2)
        #expect(try node.audit().ok && pair.requested.audit().ok)
        // Private keys that were followed are gone; what opens messages stays.
        let files = try FileManager.default.contentsOfDirectory(atPath: node.folder.keysPath).sorted()
        #expect(files.count { $0.hasPrefix("root") } == 1 && files.count { $0.hasPrefix("signing") } == 1, "\(files)")
        #expect(files.count { $0.hasPrefix("sealing") } == 2)
        #expect(!files.contains("root.key") && !files.contains("signing.key"))
        #expect(try node.doctor().first { $0.name == "keys" }?.grade == .ok)
    }

    /// Whoever has one key alone cannot make another one believed.
    @Test func nobodyElseMakesASuccessor() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let own = try a.entry()
        let (thief, root, at) = (SigningKey.generate(), SigningKey.generate(), own.issuedAt.adding(milliseconds: 5000))
        func entry(root rootKey: SigningKey, signing: SigningKey, _ successions: [Succession]?) throws -> [UInt8] {
            try DirectoryEntry(
                state: own.state, authority: own.authority, endpoint: own.endpoint, rootKey: rootKey.verifyingKey,
                signingKey: signing.verifyingKey, sealing: own.sealing, certificate: own.certificate, register: own.register,
                exercise: true, issuedAt: at, statementKey: own.statementKey, successions: successions
            ).signed(by: rootKey)
        }
        func step(_ use: KeyUse, _ from: SigningKey, _ to: SigningKey, _ signers: [SigningKey], state: StateCode? = nil) throws
            -> Succession
        {
            try Succession(
                state: state ?? own.state, authority: own.authority.id, use: use, former: from.verifyingKey.text,
                successor: to.verifyingKey.text, at: at, signedBy: signers)
        }
        let keys = a.keys
        // The root key alone names another signing key; no succession at all; one signed by the thief; of another State; half of a root's.
        let attempts: [[UInt8]] = [
            try entry(root: keys.root, signing: thief, nil),
            try entry(root: keys.root, signing: thief, [step(.signing, keys.signing, thief, [thief])]),
            try entry(root: keys.root, signing: thief, [step(.signing, keys.signing, thief, [keys.signing], state: b.state)]),
            try entry(root: keys.root, signing: thief, [step(.signing, thief, keys.signing, [thief])]),
            try entry(root: root, signing: keys.signing, [step(.root, keys.root, root, [root])]),
            try entry(root: root, signing: keys.signing, [step(.root, keys.root, root, [keys.root])]),
            try entry(root: root, signing: keys.signing, [step(.root, keys.root, root, [keys.signing, root])]),
            // A signing key does not name the root.
            try entry(root: root, signing: keys.signing, nil),
        ]
        for (number, jws) in attempts.enumerated() {
            await #expect(throws: ComityError.self, "attempt \(number)") { try await b.addPeer(jws) }
        }
        #expect(try b.listPeers().first?.entry == own)
        // The same with the right signatures is believed.
        let right = try entry(
            root: root, signing: thief,
            [step(.root, keys.root, root, [keys.root, root]), step(.signing, keys.signing, thief, [keys.signing])])
        #expect(try await b.addPeer(right).trust == .confirmed)
    }

    @Test(arguments: [KeyUse.signing, .root, .sealing])
    func aProcessThatDiesLeavesTheOldKeyOrTheNewOne(_ use: KeyUse) async throws {
        let pair = try await NodePair()
        let folder = pair.requesting.folder.path
        let before = try pair.requesting.directoryEntry()
        // Before node.json names it: a key file of nobody.
        try Data("rubbish".utf8).write(to: URL(fileURLWithPath: "\(folder)/keys/\(use.rawValue)-0123456789abcdef.key"))
        let old = try Node(folder: folder)
        #expect(try old.directoryEntry() == before)
        // After: node.json names it, and nothing else was done. The register says so later, once.
        let copy = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/keys/\(use.rawValue).key"))
        _ = try await old.rotate(use, by: nil)
        let after = try Node(folder: folder).directoryEntry()
        try copy.write(to: URL(fileURLWithPath: "\(folder)/keys/\(use.rawValue).key"))
        try await Node(folder: folder).store.commit { try $0.set("rotations-registered", "0") }
        let next = try Node(folder: folder)
        #expect(try next.directoryEntry() == after && after != before)
        try await next.finishRotation()
        try await next.finishRotation()
        #expect(try next.store.read { try $0.events([.keyRotated], limit: 9) }.count == 2)
        if use != .sealing { #expect(!FileManager.default.fileExists(atPath: "\(folder)/keys/\(use.rawValue).key")) }
        #expect(try next.audit().ok)
    }

    @Test func theCalendarSaysWhatIsDue() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        #expect(try node.keyTerms().allSatisfy { !$0.isDue } && node.keyTerms().map(\.use).contains(.root))
        try node.holdClock(at: try node.now().adding(milliseconds: 700 * 86_400_000))
        #expect(try Set(node.keyTerms().filter(\.isDue).map(\.use)) == [.signing, .sealing])
        #expect(try node.doctor().contains { $0.name == "key-calendar" && $0.grade == .warn })
        for use in [KeyUse.register, .tls, .statement] {
            await #expect(throws: ComityError(.usage, "")) { try await node.rotate(use, by: nil) }
        }
        await #expect(throws: ComityError(.permission, "")) { try await node.rotate(.signing, by: "D1") }
    }

    @Test func packagesAndCourtBundlesOfFormerKeysStayValid() async throws {
        let world = try await CourtWorld()
        let a = try await rotated(world.pair.requesting, .signing)
        let b = try await rotated(rotated(world.pair.requested, .signing), .root)
        _ = try await a.addPeer(try b.directoryEntry())
        let made = try await a.makeCourtBundle(
            world.ref, package: nil, to: world.pair.folder.path, withFlagged: false, verifier: CourtWorld.page, officer: "X1"
        ).path
        let verdict = try CourtVerifier.verify(made)
        #expect(verdict.isValid, "\(verdict)")
        #expect(try CourtVerifier.verify(made) { a.trustedEntry($0) }.isValid)
        for node in [a, b] { #expect(try node.audit().ok) }
    }
}
