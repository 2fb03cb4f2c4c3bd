// SPDX-License-Identifier: Apache-2.0

import Crypto
import Dossier
import Exchange
import Foundation
import Hummingbird
import Law
import Sealing
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Desk
@testable import Node

/// Evidence on its way between the two nodes of a fixture, carried by hand.
enum EvidenceWorld {
    static let start = "2026-11-24T23:30:00Z"

    /// Carries every act that one node owes to the other.
    static func carry(_ from: Node, _ to: Node) async throws {
        for row in try from.store.read({ try $0.waiting() }) where row.kind == .act && row.peer == to.state {
            let stored = try #require(try from.store.read { try $0.act(row.ref) })
            let receipt = try await to.receive(try Age.encrypt(stored.jws, to: [to.keys.sealing.recipient]), from: from.state)
            try await from.register(receipt, for: stored, from: try from.confirmedPeer(to.state), row: row.id)
        }
    }

    /// A request for stored data that the other node has acknowledged.
    static func storedData(from: Node, to: Node) async throws -> FileReference {
        for node in [from, to] { try await node.setClock(try Instant(start)) }
        var draft = try #require(try demo("stored-data").object)
        draft["to"] = .string("\(to.state)")
        draft["content_reason"] = .string("Subscriber and traffic data do not name the operator.")
        draft["authority"] = .object([
            "id": .string("\(from.state.description.lowercased())-ca"), "name": .string("Office for International Assistance"),
            "contact": .string("+999105550110"),
        ])
        draft["screen"] = .object([
            "political": .bool(false), "discrimination": .bool(false), "press": .bool(false), "death_penalty_or_torture": .bool(false),
            "by": .string("\(from.state)-A1"),
        ])
        let result = try await from.newRequest(type: "stored-data", draft: .object(draft), officer: "\(from.state)-D1", dryRun: false)
        let ref = try #require(result.ref, "\(result)")
        try await from.approve(ref, officer: "\(from.state)-A1")
        _ = try await from.send(ref, officer: "\(from.state)-D1")
        try await carry(from, to)
        _ = try await to.take(.acknowledge, on: ref, officer: "\(to.state)-D1", body: .object([:]))
        try await carry(to, from)
        return ref
    }

    private static func demo(_ name: String) throws -> JSONValue {
        let path = Shared.repository.appendingPathComponent("Sources/comity/Demo/\(name).yaml")
        return try YAMLText([UInt8](try Data(contentsOf: path)), name: name).value
    }

    /// Exhibits that one node sealed for the other, all parts there, not verified yet.
    static func arrived(_ exhibits: [(name: String, bytes: [UInt8], flags: [String])], from: Node, to: Node, ref: FileReference)
        async throws
        -> PackageRow
    {
        let folder = try TemporaryFolder()
        for exhibit in exhibits { try Data(exhibit.bytes).write(to: URL(fileURLWithPath: folder(exhibit.name))) }
        var order = Node.SealingOrder(
            paths: exhibits.map { folder($0.name) }, authorisation: "Order 12/2026", conditions: ["this case only", "no onward transfer"])
        order.collected = .init(by: "Examiner T-11", at: try Instant("2026-11-20T19:00:00Z"), place: "Northgate Hosting", tool: "dd 9.5")
        for exhibit in exhibits where !exhibit.flags.isEmpty { order.flags[exhibit.name] = exhibit.flags }
        let sealed = try await from.seal(order, for: ref, to: to.state, officer: "\(from.state)-D1")
        if try await from.supply(ref, package: nil, officer: "\(from.state)-D1").step.isPrepared {
            try await from.approve(ref, officer: "\(from.state)-A1")
        }
        try await carry(from, to)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path)))
        for number in 0..<Node.partCount(Int64(bytes.count)) {
            let start = number * PackageProgress.partSize
            let part = Array(bytes[start..<min(start + PackageProgress.partSize, bytes.count)])
            _ = try await to.receive(part: number, ofPackage: sealed.package.digest, bytes: part, from: from.state)
        }
        return sealed.package
    }

    /// Changes one byte of a package that lies on a node.
    static func tamper(_ package: PackageRow, on node: Node, at offset: Int64) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(node.folder.incomingPackage(package.digest))/\(package.name)"))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(offset))
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data([byte ^ 1]))
    }

    /// Waits until a task has ended; nothing is decided by how long that takes.
    static func ended(_ location: String?, _ node: Node, officer: String = "XA-D1") async throws -> NodeTask {
        let id = try UUIDv7(String(try #require(location).dropFirst("/tasks/".count)))
        while true {
            let task = try node.task(id, officer: officer)
            if task.state != .running { return task }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension DeskFixture {
    /// Sends a form with files as a browser does, the token of the session first.
    func upload(
        _ path: String, _ files: [(name: String, bytes: [UInt8])], as officer: String = "XA-D1", csrf: Bool = true,
        change: ([UInt8]) -> [UInt8] = { $0 }
    ) async throws -> Answer {
        let (token, session) = try await node.startSession(officer: officer)
        var parts: [(name: String, file: String?, content: [UInt8])] = files.map { ("files", $0.name, $0.bytes) }
        if csrf { parts.insert((CrossSite.field, nil, Array(CrossSite.masked(session.csrf).utf8)), at: 0) }
        return try await get(
            path, method: .post,
            headers: [.contentType: "multipart/form-data; boundary=--b0undary", .cookie: "\(SessionGate.cookie)=\(token)"], as: nil,
            body: ByteBuffer(bytes: change(MultipartTests.body(parts, boundary: "--b0undary"))))
    }

    /// An officer more, of any role.
    func officer(_ id: String, role: String) async throws {
        _ = try await node.invite(officer: id, role: role, name: id, by: nil)
    }

    /// What lies below a folder of the node.
    func files(below name: String) -> [String] {
        (FileManager.default.enumerator(atPath: "\(node.folder.path)/\(name)")?.allObjects as? [String] ?? []).sorted()
    }
}
