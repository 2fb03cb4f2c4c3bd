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

/// Two nodes, a package that one received from the other, and the court bundle made of it.
struct CourtWorld {
    static let page = Array("<!DOCTYPE html><title>verify</title>".utf8)

    let pair: NodePair
    let ref: FileReference
    let package: PackageRow
    /// The court bundle that `whole` made.
    var bundle = ""

    var receiver: Node { pair.requesting }

    /// A package that arrived, is verified and received.
    init(_ exhibits: [(name: String, content: String, flags: [String])] = CourtWorld.exhibits) async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        var draft = try pair.draft("stored-data")
        draft["title"] = .string("Mailbox")
        let ref = try #require(try await a.newRequest(type: "stored-data", draft: .object(draft), officer: "D1", dryRun: false).ref)
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        _ = try await b.acknowledge(ref, officer: "D1", localReference: nil)
        try await pair.carry(from: b, to: a)
        let folder = pair.folder("exhibits")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for exhibit in exhibits { try Data(exhibit.content.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(exhibit.name)")) }
        var order = Node.SealingOrder(
            paths: exhibits.map { "\(folder)/\($0.name)" }, authorisation: "Order 12/2026", conditions: ["this case only"])
        order.collected = .init(
            by: "Examiner T-11", at: try b.now().adding(milliseconds: -7_200_000), place: "Northgate Hosting", tool: "dd 9.5")
        for exhibit in exhibits where !exhibit.flags.isEmpty { order.flags[exhibit.name] = exhibit.flags }
        let sealed = try await b.seal(order, for: ref, to: a.state, officer: "X1")
        try await b.supplyApproved(ref, officer: "X1")
        try await pair.carry(from: b, to: a)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path)))
        _ = try await a.receive(part: 0, ofPackage: sealed.package.digest, bytes: bytes, from: b.state)
        _ = try await a.receiveEvidence(ref, package: nil, officer: "X1")
        try await pair.carry(from: a, to: b)
        self.pair = pair
        self.ref = ref
        package = sealed.package
    }

    static let exhibits: [(name: String, content: String, flags: [String])] = [
        ("access.log", "10.1.2.3 GET /\n", []), ("mail.mbox", "From a@b <script>\n", []), ("note é 50%.txt", "note", ["privileged"]),
    ]

    /// With what officers did since, and the bundle. Made once; tests change copies of it.
    static let whole = Task { () throws -> CourtWorld in
        var world = try await CourtWorld()
        _ = try await world.receiver.openEvidence(world.ref, package: nil, to: world.pair.folder.path, officer: "X1")
        var note = CustodyNote(what: .copied, place: "Laboratory 2", why: "working copy")
        (note.tool, note.seal, note.exhibits) = ("dd 9.5", "B-0042", [2])
        note.measured = world.pair.folder("exhibits") + "/mail.mbox"
        try await world.receiver.noteCustody(world.ref, package: nil, note, officer: "X1")
        // The other State has seen the register up to here.
        let (a, b) = (world.pair.requesting, world.pair.requested)
        await Delivery(node: a) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: b, from: a.state) }.meet(b.state)
        world.bundle = try await world.made()
        return world
    }

    func made(to folder: String? = nil, withFlagged: Bool = false, officer: String = "X1") async throws -> String {
        try await receiver.makeCourtBundle(
            ref, package: nil, to: folder ?? pair.folder.path, withFlagged: withFlagged, verifier: Self.page, officer: officer
        ).path
    }

    /// The name of the bag.
    var bag: String { String(bundle.split(separator: "/").last?.dropLast("-court".count) ?? "") }

    /// A changed copy of the bundle.
    /// - Parameter resigned: the node signs the list of files anew, as if it had made the change itself.
    func changed(resigned: Bool = false, _ change: (ChangedBundle) throws -> Void) throws -> (
        verdict: CourtVerdict, folder: TemporaryFolder
    ) {
        let folder = try TemporaryFolder()
        let copy = ChangedBundle(path: folder("copy"), bag: bag)
        try FileManager.default.copyItem(atPath: bundle, toPath: copy.path)
        try change(copy)
        if resigned { try copy.resign(receiver.keys.signing) }
        return (try CourtVerifier.verify(copy.path), folder)
    }
}

/// A copy of a court bundle that a test changes.
struct ChangedBundle {
    let path: String
    let bag: String

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))) }
    func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)")) }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    func json(_ name: String, _ change: (inout JSONValue) throws -> Void) throws {
        var value = try IJSON.decode(JSONValue.self, from: try read(name), limit: 1 << 24)
        try change(&value)
        try write(try IJSON.encode(value), name)
    }

    /// Changes `custody.json` at a dotted path.
    func custody(_ at: String, _ change: @escaping (JSONValue) throws -> JSONValue) throws {
        try json("custody.json") { try $0.replace(at.split(separator: ".").map(String.init)[...], change) }
    }

    func resign(_ key: SigningKey) throws {
        let jws = try JWS(parsing: try read("bundle.jws"), limit: 1 << 24)
        var list = try IJSON.decode(JSONValue.self, from: jws.payload, limit: 1 << 24)
        try list.replace(["files"]) { files in
            .array(
                try (files.array ?? []).map { item in
                    let path = item["path"]?.string ?? ""
                    let bytes = try read(path)
                    return .object(["path": .string(path), "size": .integer(Int64(bytes.count)), "sha256": .string(sha256(bytes))])
                })
        }
        try write(try JWS.sign(payload: try IJSON.encode(list), type: "comity-court+jws", key: key), "bundle.jws")
    }

    private func sha256(_ bytes: [UInt8]) -> String { RegisterHash.of(bytes) }
}

extension JSONValue {
    mutating func replace(_ path: ArraySlice<String>, _ change: (JSONValue) throws -> JSONValue) throws {
        guard let step = path.first else {
            self = try change(self)
            return
        }
        switch self {
        case .object(var members):
            var inner = try #require(members[step])
            try inner.replace(path.dropFirst(), change)
            members[step] = inner
            self = .object(members)
        case .array(var items):
            let index = try #require(Int(step))
            try items[index].replace(path.dropFirst(), change)
            self = .array(items)
        default: Issue.record("nothing at \(path)")
        }
    }
}
