// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Hummingbird
import Node
import Standards
import Storage
import Synchronization
import Testing

@testable import Desk

@Suite("API: evidence and preservations")
struct APIEvidenceTests {
    /// A package of the other State that has arrived here and nobody verified.
    private func arrived(_ test: @escaping @Sendable (APIClient, FileReference, PackageRow) async throws -> Void) async throws {
        let found = Mutex<(FileReference, PackageRow)?>(nil)
        try await APIClient.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await EvidenceWorld.storedData(from: ours, to: theirs)
            let package = try await EvidenceWorld.arrived(
                [("log.csv", Array("at,address\n".utf8), []), ("mail.txt", Array("secret".utf8), ["privileged"])], from: theirs, to: ours,
                ref: ref)
            found.withLock { $0 = (ref, package) }
        } _: { client in
            let (ref, package) = try #require(found.withLock { $0 })
            try await test(client, ref, package)
        }
    }

    /// Asks until the task has ended; nothing is decided by how long that takes.
    private func ended(_ started: APIClient.Answer, _ client: APIClient, _ token: String) async throws -> JSONValue {
        #expect(started.status == 202)
        let place = try #require(started["Location"])
        while true {
            let task = try await client.ask(place, token: token).json
            if task["state"] != "running" { return task }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("a package is listed, verified, received, and its record says so")
    func course() async throws {
        try await arrived { client, ref, package in
            let token = try await client.token()
            let path = "/files/\(ref)/evidence/\(package.digest)"
            let listed = try await client.ask("/evidence", token: token).items
            #expect(listed.count == 1 && listed[0]["verdict"] == "open" && listed[0]["stage"] == "complete")
            #expect(try await client.ask("/evidence?after=\(package.digest)", token: token).items.isEmpty)
            #expect(try await client.ask("/evidence?after=x", token: token).code == "usage")
            let open = try await client.ask(path, token: token).json
            #expect(open["exhibits"] == .array([]) && open["verifiedAt"] == nil && open["signatures"] == .array([]))
            // No receipt for what nobody verified, whoever types its hash.
            let typed: JSONValue = ["kind": "receive", "body": ["package": .string(package.digest), "exhibits": .integer(2)]]
            let refused = try await client.ask("/files/\(ref)/acts", .post, token: token, body: typed)
            #expect(refused.status == 409 && refused.json["detail"]?.string?.contains("Nobody has verified") == true)
            let verified = try await ended(try await client.ask(path + "/verify", .post, token: token), client, token)
            #expect(verified["kind"] == "verify" && verified["state"] == "done" && verified["result"]?["exhibits"] == .integer(2))
            let signed = try await client.ask(path, token: token).json
            #expect(signed["signatures"]?.array?.compactMap { $0["algorithm"]?.string } == ["EdDSA", "ML-DSA-65"])
            #expect(signed["signatures"]?.array?.allSatisfy { $0["state"] == "held" } == true && signed["timeStamp"] == nil)
            let record = try await client.ask(path, token: token).json
            #expect(record["verdict"] == "valid" && record["verifiedBy"] == "XA-D1" && record["stage"] == "complete")
            #expect(record["exhibits"]?.array?.map { $0["name"] } == ["log.csv", "mail.txt"])
            #expect(record["exhibits"]?.array?[1]["flags"] == .array(["privileged"]))
            #expect(record["custody"]?.array?.contains { $0["kind"] == "verified" && $0["state"] == "done" } == true)
            let received = try await ended(try await client.ask(path + "/receive", .post, token: token), client, token)
            #expect(received["state"] == "done" && received["result"]?["prepared"] == false)
            #expect(try await client.ask(path, token: token).json["stage"] == "received")
            #expect(try await client.ask(path + "/receive", .post, token: token).status == 409)
            #expect(try await client.ask("/files/\(ref)", token: token).json["state"] == "received")
            let stranger = "/files/\(ref)/evidence/" + String(repeating: "ab", count: 32)
            for path in [stranger, "/files/XA-2026-PRE-000042-L/evidence/\(package.digest)"] {
                #expect(try await client.ask(path, token: token).status == 404)
                #expect(try await client.ask(path + "/verify", .post, token: token).status == 404)
                #expect(try await client.ask(path + "/receive", .post, token: token).status == 404)
            }
            #expect(try await client.ask("/files/\(ref)/evidence/x", token: token).status == 404)
            #expect(try client.node.audit(officer: nil).ok)
        }
    }

    @Test("a package that was damaged fails with its verdict, and an auditor sees no names")
    func damaged() async throws {
        try await arrived { client, ref, package in
            let token = try await client.token()
            let path = "/files/\(ref)/evidence/\(package.digest)"
            try EvidenceWorld.tamper(package, on: client.node, at: package.size / 2)
            let task = try await ended(try await client.ask(path + "/receive", .post, token: token), client, token)
            #expect(task["state"] == "failed" && task["failure"]?["code"] == "verification-failed")
            #expect(task["failure"]?["what"]?.string?.isEmpty == false)
            #expect(try await client.ask(path, token: token).json["verdict"] == "not-valid")
            let typed: JSONValue = ["kind": "receive", "body": ["package": .string(package.digest), "exhibits": .integer(2)]]
            #expect(try await client.ask("/files/\(ref)/acts", .post, token: token, body: typed).code == "verification-failed")
            _ = try await client.node.invite(officer: "XA-U1", role: "auditor", name: "Ada", by: nil)
            let auditor = try await client.token("XA-U1")
            let seen = try await client.ask(path, token: auditor).json
            #expect(seen["contentWithheld"] == true && seen["title"] == "" && seen["conditions"] == .array([]))
            #expect(try await client.ask("/evidence", token: auditor).items.first?["title"] == "")
            #expect(try await client.ask(path + "/verify", .post, token: auditor).status == 403)
            #expect(try await client.ask("/tasks/\(task["id"]?.string ?? "")", token: auditor).status == 403)
            #expect(try await client.ask("/tasks/\(client.node.newWebhookID())", token: token).status == 404)
        }
    }

    @Test("what is kept, since when and until when")
    func preservations() async throws {
        try await APIClient.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await DeskFixture.sent(on: ours, title: "Kept")
            try await EvidenceWorld.carry(ours, theirs)
            _ = try await theirs.take(.acknowledge, on: ref, officer: "XB-D1", body: .object([:]))
            let body: JSONValue = ["effective": .string(try theirs.now().description), "outcome": "full"]
            if try await theirs.take(.preserve, on: ref, officer: "XB-D1", body: body).isPrepared {
                try await theirs.approve(ref, officer: "XB-A1")
            }
            try await EvidenceWorld.carry(theirs, ours)
            for number in 0..<2 { _ = try await DeskFixture.sent(on: ours, title: "Asked \(number)") }
        } _: { client in
            let token = try await client.token()
            let all = try await client.ask("/preservations", token: token).items
            #expect(all.count == 3 && all[0]["title"] == "Kept" && all[0]["until"] != nil && all[0]["outcome"] == "full")
            #expect(all[0]["holder"] == "Northgate Hosting" && all[0]["dataSets"]?.array?.first?["category"] == "TRAFFIC")
            let first = try await client.ask("/preservations?limit=2", token: token)
            #expect(first.items == Array(all.prefix(2)) && first["Link"]?.contains("rel=\"next\"") == true)
            let rest = try await client.ask("/preservations?limit=2&after=\(first.json["next"]?.string ?? "")", token: token)
            #expect(rest.items == [all[2]] && rest.json["next"] == nil)
            #expect(try await client.ask("/preservations", token: try await client.token("XA-D1", [.draft])).status == 403)
        }
    }
}
