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

/// The key for the second signature of statements: in the folder, in the directory entry, and in what is verified.
@Suite struct NodeStatementKeyTests {
    /// The folder as a node of a version without statement keys left it.
    private func age(_ folder: NodeFolder) throws {
        try FileManager.default.removeItem(atPath: folder.keysPath + "/statement.key")
        try removeName(folder)
    }

    private func removeName(_ folder: NodeFolder) throws {
        let url = URL(fileURLWithPath: folder.configurationPath)
        var members = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        members["statementKey"] = nil
        try JSONSerialization.data(withJSONObject: members).write(to: url)
    }

    @Test func aNewNodeHasOne() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let path = node.folder.keysPath + "/statement.key"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        let entry = try DirectoryEntry(verifying: try node.directoryEntry())
        #expect(entry.statementKey == node.keys.statement.verifyingKey && node.configuration.statementKey == node.keys.statement.keyID)
        let again = try Node(folder: node.folder.path)
        #expect(try again.directoryEntry() == node.directoryEntry() && again.configuration == node.configuration)
        try await node.setAuthority(name: "Other", languages: ["en"], timeZone: "UTC", phone: nil, email: nil, by: nil)
        #expect(try Node(folder: node.folder.path).entry().statementKey == entry.statementKey)
    }

    @Test func anOlderNodeGetsOneWhenItIsOpened() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        try age(b.folder)
        // As it was known before: without a statement key.
        let own = try b.entry()
        let older = DirectoryEntry(
            state: own.state, authority: own.authority, endpoint: own.endpoint, rootKey: own.rootKey, signingKey: own.signingKey,
            sealing: own.sealing, certificate: own.certificate, register: own.register, exercise: own.exercise, issuedAt: own.issuedAt)
        #expect(String(decoding: try IJSON.encode(older), as: UTF8.self).contains("statementKey") == false)
        let jws = try older.signed(by: b.keys.root)
        #expect(try DirectoryEntry(verifying: jws) == older)
        let known = try #require(try a.listPeers().first)
        _ = try await a.store.commit { writer in
            try writer.save(
                Peer(
                    entry: older, jws: jws, trust: known.trust, addedAt: known.addedAt, confirmedAt: known.confirmedAt,
                    confirmedBy: known.confirmedBy))
        }
        a.peers.forget()
        // A process that ended between the key and its name leaves a key that counts.
        let opened = try Node(folder: b.folder.path)
        try removeName(b.folder)
        let renewed = try Node(folder: b.folder.path)
        #expect(renewed.keys.statement.keyID == opened.keys.statement.keyID && renewed.keys.statement.keyID != b.keys.statement.keyID)
        let entry = try renewed.entry()
        #expect(entry.issuedAt > own.issuedAt && entry.statementKey == renewed.keys.statement.verifyingKey)
        // The other State takes it as a change of facts, and what it compared stays compared.
        let peer = try await a.addPeer(try renewed.directoryEntry(), by: "D1")
        #expect(peer.trust == .confirmed && peer.confirmedBy == known.confirmedBy && peer.entry.statementKey == entry.statementKey)
        #expect(
            try a.store.read { try $0.lastEvent(.peerAdded) }?.detail["changed"]?.array?.compactMap(\.string) == ["statementKey"])
    }

    @Test func aKeyThatWasLostOrExchangedIsNoticed() async throws {
        let pair = try await NodePair()
        let folder = pair.requesting.folder
        let path = folder.keysPath + "/statement.key"
        let lost = try Data(contentsOf: URL(fileURLWithPath: path))
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: ComityError(.storage, "")) { try Node(folder: folder.path) }
        #expect(!FileManager.default.fileExists(atPath: path), "nothing takes its place")
        let other = try Data(contentsOf: URL(fileURLWithPath: pair.requested.folder.keysPath + "/statement.key"))
        try other.write(to: URL(fileURLWithPath: path))
        #expect(throws: ComityError(.storage, "")) { try Node(folder: folder.path) }
        try lost.write(to: URL(fileURLWithPath: path))
        #expect(try Node(folder: folder.path).directoryEntry() == pair.requesting.directoryEntry())
    }

    @Test func bothSignaturesTravelAndAreShown() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let draft = try pair.draft("stored-data")
        let ref = try #require(try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try Data("log line\n".utf8).write(to: URL(fileURLWithPath: pair.folder("exhibit.log")))
        let sealed = try await b.seal(
            .init(paths: [pair.folder("exhibit.log")], authorisation: "order 1", conditions: []), for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        try await pair.carry(from: b, to: a)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path)))
        _ = try await a.receive(part: 0, ofPackage: sealed.package.digest, bytes: bytes, from: b.state)
        let verdict = try await a.receiveEvidence(ref, package: nil, officer: "X1").verdict
        #expect(verdict.isValid && verdict.signatures.map(\.state) == [.held, .held])
        #expect(verdict.signatures.map(\.kid) == [b.keys.signing.keyID, b.keys.statement.keyID])
        let view = try a.packageView(ref, package: sealed.package.digest, officer: "X1")
        #expect(view.signatures.map(\.name) == ["Ed25519", "ML-DSA-65"] && view.signatures.allSatisfy { $0.state == "held" })
        let opened = try await a.openEvidence(ref, package: nil, to: pair.folder.path, officer: "X1")
        #expect(try PackageVerifier.verify(bag: opened, trusted: { a.trustedKey($0) }).isValid)
    }
}
