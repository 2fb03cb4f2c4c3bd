// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Hummingbird
import Node
import Standards
import Testing

@testable import Desk

@Suite("API: steps, versions, repetitions, pages")
struct APIStepsTests {
    @Test("from a draft to a step in a file, by programs of two officers")
    func course() async throws {
        try await APIClient.run { client in
            let (duty, approver) = (try await client.token(), try await client.token("XA-A1"))
            let body: JSONValue = ["type": "preservation", "draft": DeskFixture.draft(title: "Key host")]
            let judged = try await client.ask("/requests?dry_run=true", .post, token: duty, body: body)
            #expect(judged.status == 200 && judged.json["sound"] == true)
            #expect(try await client.ask("/files", token: duty).items.isEmpty, "a dry run keeps nothing")
            let ref = try await client.newDraft("Key host", token: duty)
            let draft = try await client.ask("/drafts/\(ref)", token: duty)
            #expect(draft["ETag"] == "\"\(draft.json["version"]?.string ?? "")\"" && draft.json["state"] == "draft")
            #expect(try await client.ask("/files/\(ref)", token: duty).status == 404, "a draft is not a file")
            #expect(try await client.ask("/drafts/\(ref)/submit", .post, token: duty).json["entries"]?.array?.count == 1)
            #expect(
                try await client.ask("/drafts/\(ref)/return", .post, token: approver, body: ["comment": "Name the host."]).status == 200)
            #expect(try await client.ask("/drafts/\(ref)", token: duty).json["comment"] == "Name the host.")
            #expect(try await client.ask("/drafts/\(ref)/approve", .post, token: duty).status == 403, "four eyes")
            // Who approves says what was read; somebody changed it since.
            let stale = try await client.ask("/drafts/\(ref)/approve", .post, token: approver, match: draft["ETag"])
            #expect(stale.status == 412 && stale.code == "changed")
            let now = try await client.ask("/drafts/\(ref)", token: approver)["ETag"]
            #expect(try await client.ask("/drafts/\(ref)/approve", .post, token: approver, match: now).status == 200)
            let sent = try await client.ask("/drafts/\(ref)/send", .post, token: duty)
            #expect(sent.status == 201)
            let act = try #require(sent["Location"])
            #expect(act.hasPrefix("/api/v1/files/\(ref)/acts/"))
            #expect(try await client.ask("/drafts/\(ref)", token: duty).status == 409)
            #expect(try await client.ask("/drafts/\(ref)", .delete, token: duty, match: "*").status == 409)
            // The signed bytes are a JWS that the node's own key signed.
            let signed = try await client.ask(act, token: duty)
            #expect(signed["Content-Type"] == "application/jose+json" && signed.bytes.first == UInt8(ascii: "{"))
            let file = try await client.ask("/files/\(ref)", token: duty)
            let again = try await client.ask(
                "/files/\(ref)", token: duty, headers: [.ifNoneMatch: file["ETag"] ?? ""])
            #expect(again.status == 304 && again.bytes.isEmpty && again["ETag"] == file["ETag"])
            #expect(try await client.ask("/files/\(ref)", token: duty, headers: [.ifNoneMatch: "x"]).status == 400)
            let acts = try await client.ask("/files/\(ref)/acts", token: duty)
            #expect(acts.items.count == 1 && acts.items[0]["hash"] == file.json["acts"]?.array?[0]["hash"])
            #expect(try await client.ask("/files/\(ref)/evidence", token: duty).items.isEmpty)
            let steps = try await client.ask("/files/\(ref)/steps", token: duty).items
            #expect(steps.contains { $0["kind"] == "withdraw" && $0["possible"] == true })
            // A step that the life cycle does not have here, a body that is none, and one that is taken.
            #expect(try await client.ask("/files/\(ref)/acts", .post, token: duty, body: ["kind": "preserve"]).status >= 403)
            #expect(try await client.ask("/files/\(ref)/acts", .post, token: duty, body: ["kind": "withdraw"]).code == "malformed-input")
            let taken = try await client.ask(
                "/files/\(ref)/acts", .post, token: duty, body: ["kind": "withdraw", "body": ["reason": "Solved otherwise."]])
            if taken.status == 202 {
                #expect(try await client.ask("/files/\(ref)/pending/approve", .post, token: duty).status == 403)
                #expect(try await client.ask("/files/\(ref)/pending/discard", .post, token: duty).status == 200)
                #expect(try await client.ask("/files/\(ref)/pending/discard", .post, token: duty).status == 409)
                try await client.ask("/files/\(ref)/acts", .post, token: duty, body: ["kind": "withdraw", "body": ["reason": "Solved."]])
                #expect(try await client.ask("/files/\(ref)/pending/approve", .post, token: approver).status == 201)
            } else {
                #expect(taken.status == 201 && taken["Location"]?.hasPrefix("/api/v1/files/\(ref)/acts/") == true)
            }
            let after = try await client.ask("/files/\(ref)", token: duty)
            #expect(after["ETag"] != file["ETag"] && after.json["acts"]?.array?.count == 2)
            #expect(try client.node.audit(officer: nil).ok)
        }
    }

    @Test("a change says on which version it rests; of two, one wins")
    func versions() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            let ref = try await client.newDraft("Versions", token: token)
            func change(_ title: String, _ match: String?) async throws -> APIClient.Answer {
                try await client.ask("/drafts/\(ref)", .put, token: token, body: ["draft": DeskFixture.draft(title: title)], match: match)
            }
            let first = try #require(try await client.ask("/drafts/\(ref)", token: token)["ETag"])
            #expect(try await change("a", nil).status == 428)
            #expect(try await change("a", "a").status == 400)
            #expect(try await change("a", "\"0\"").status == 412)
            #expect(try await change("a", "W/\(first)").status == 412, "a weak tag names no version")
            let second = try await change("b", "\"0\", \(first)")
            #expect(second.status == 200 && second["ETag"] != first && second.json["content"]?["title"] == "b")
            #expect(try await change("c", first).status == 412)
            #expect(try await change("c", "*").status == 200)
            let tag = try await client.ask("/drafts/\(ref)", token: token)["ETag"]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 { group.addTask { try await change("race \(number)", tag).status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200] + Array(repeating: 412, count: 7))
            // A rule is set aside and taken back, each on a version.
            let poor = try await client.ask(
                "/requests", .post, token: token,
                body: ["type": "preservation", "keep": true, "draft": DeskFixture.draft(title: "Poor", ["necessity": .null])])
            #expect([201, 422].contains(poor.status))
            #expect(
                try await client.ask("/drafts/\(ref)/overrides/no.such.rule", .put, token: token, body: ["reason": "x"], match: "*").status
                    == 404)
            #expect(try await client.ask("/drafts/\(ref)/overrides/no.such.rule", .delete, token: token, match: "*").status == 404)
            #expect(try await client.ask("/drafts/\(ref)", .delete, token: token, match: first).status == 412)
            #expect(try await client.ask("/drafts/\(ref)", .delete, token: token).status == 428)
            #expect(try await client.ask("/drafts/\(ref)", .delete, token: token, match: "*").status == 204)
            #expect(try await client.ask("/drafts/\(ref)", token: token).status == 404)
        }
    }

    @Test("a repetition with the same key does nothing twice and gets the same answer")
    func repetitions() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            let body: JSONValue = ["type": "preservation", "draft": DeskFixture.draft(title: "Once")]
            func ask(_ body: JSONValue, _ key: String, path: String = "/requests", token other: String? = nil) async throws
                -> APIClient.Answer
            {
                try await client.ask(path, .post, token: other ?? token, body: body, key: key)
            }
            let first = try await ask(body, "k1")
            let again = try await ask(body, "k1")
            #expect(first.status == 201 && again.status == 201 && first.bytes == again.bytes && first["Location"] == again["Location"])
            #expect(first["Idempotency-Replayed"] == nil && again["Idempotency-Replayed"] == "true")
            #expect(try await ask(body, "k1", token: try await client.token()).bytes == first.bytes, "the key is the officer's")
            #expect(try await client.ask("/files", token: token).json["total"] == .integer(1))
            // The same key for something else.
            let other: JSONValue = ["type": "preservation", "draft": DeskFixture.draft(title: "Other")]
            #expect(try await ask(other, "k1").code == "key-reused")
            #expect(try await ask(body, "k1", path: "/requests?dry_run=true").code == "key-reused")
            // What failed did nothing: the key is free for the mended request.
            let poor: JSONValue = ["type": "preservation", "draft": ["to": "XB"]]
            #expect(try await ask(poor, "k2").status == 422)
            #expect(try await ask(other, "k2").status == 201)
            // Many at once: one of them does it, the others get its answer or are told to wait.
            let race: JSONValue = ["type": "preservation", "draft": DeskFixture.draft(title: "Race")]
            let answers = try await withThrowingTaskGroup(of: (Int, [UInt8], String?, String?).self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        let answer = try await ask(race, "k3")
                        return (answer.status, answer.bytes, answer.code, answer["Retry-After"])
                    }
                }
                return try await group.reduce(into: [(Int, [UInt8], String?, String?)]()) { $0.append($1) }
            }
            let good = answers.filter { $0.0 == 201 }
            #expect(!good.isEmpty && Set(good.map(\.1)).count == 1)
            #expect(answers.filter { $0.0 != 201 }.allSatisfy { $0.0 == 409 && $0.2 == "in-progress" && $0.3 != nil })
            #expect(try await client.ask("/files", token: token).json["total"] == .integer(3))
            // An act, too: sent once however often it is asked for.
            let ref = try FileReference(first.json["ref"]?.string ?? "")
            try await client.node.approve(ref, officer: "XA-A1")
            let sent = try await client.ask("/drafts/\(ref)/send", .post, token: token, key: "k4")
            #expect(sent.status == 201)
            for _ in 0..<3 {
                let repeated = try await client.ask("/drafts/\(ref)/send", .post, token: token, key: "k4")
                #expect(repeated.bytes == sent.bytes && repeated["Location"] == sent["Location"])
            }
            #expect(try await client.ask("/files/\(ref)/acts", token: token).items.count == 1)
            #expect(try client.node.audit(officer: nil).ok)
        }
    }

    @Test("lists go on where they ended")
    func pages() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            for number in 0..<5 { _ = try await client.newDraft("Draft \(number)", token: token) }
            for (list, name) in [("/files?sort=reference", "ref"), ("/register/entries", "index")] {
                let whole = try await client.ask(list, token: token)
                #expect(whole["Link"] == nil && whole.items.count >= 5)
                var gathered: [JSONValue] = []
                var path: String? = list + (list.contains("?") ? "&" : "?") + "limit=2"
                while let place = path {
                    let page = try await client.ask(place, token: token)
                    #expect(page.items.count <= 2 && !page.items.isEmpty)
                    gathered += page.items
                    let next = page["Link"]?.split(separator: ", ").first { $0.hasSuffix("rel=\"next\"") }
                    path = next.map { String($0.dropFirst().prefix { $0 != ">" }) }
                    #expect((path != nil) == (page.json["next"] != nil))
                }
                #expect(gathered.map { $0[name] } == whole.items.map { $0[name] })
            }
            let back = try await client.ask("/files?sort=reference&limit=2", token: token)
            let second = try await client.ask("/files?sort=reference&limit=2&after=\(back.json["next"]?.string ?? "")", token: token)
            #expect(second["Link"]?.contains("rel=\"prev\"") == true)
        }
    }

    @Test("an auditor breaks the glass over the API, with a reason that is registered")
    func breakGlass() async throws {
        try await APIClient.run { client in
            _ = try await client.node.invite(officer: "XA-U1", role: "auditor", name: "Ada", by: nil)
            let (duty, auditor) = (try await client.token(), try await client.token("XA-U1"))
            let ref = try await client.newDraft("Glass", token: duty)
            #expect(try await client.ask("/drafts/\(ref)", token: auditor).json["contentWithheld"] == true)
            #expect(
                try await client.ask("/files/\(ref)/break-glass", .post, token: duty, body: ["reason": "annual inspection"]).status == 403)
            #expect(try await client.ask("/files/\(ref)/break-glass", .post, token: auditor, body: ["reason": "short"]).status == 400)
            let broken = try await client.ask(
                "/files/\(ref)/break-glass", .post, token: auditor, body: ["reason": "annual inspection 7/2026"])
            #expect(broken.status == 201 && broken.json["until"] != nil)
            #expect(try await client.ask("/drafts/\(ref)", token: auditor).json["contentWithheld"] == false)
            let blind = try await client.token("XA-U1", [.readMetadata])
            #expect(try await client.ask("/drafts/\(ref)", token: blind).json["contentWithheld"] == true)
        }
    }

    @Test("an audit is asked for, runs, and says what it found")
    func audits() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            let started = try await client.ask("/audits", .post, token: token, key: "a1")
            #expect(started.status == 202)
            let place = try #require(started["Location"])
            var audit = try await client.ask(place, token: token)
            while audit.json["state"] == "running" {
                try await Task.sleep(for: .milliseconds(20))
                audit = try await client.ask(place, token: token)
            }
            #expect(audit.json["state"] == "done" && audit.json["report"]?["ok"] == true)
            #expect(try await client.ask("/audits", .post, token: token, key: "a1")["Location"] == place)
            #expect(try await client.ask(place, token: try await client.token("XA-A1")).status == 404, "it is somebody else's")
            #expect(try await client.ask("/audits", .post, token: try await client.token("XA-D1", [.draft])).status == 403)
        }
    }

    @Test("what the law, the peers and the register say")
    func reading() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            #expect(try await client.ask("/requests/types", token: token).items.count == FileType.allCases.count)
            for type in FileType.allCases {
                let template = try await client.ask("/requests/types/\(type.rawValue)", token: token)
                #expect(template.json["fields"]?.array?.isEmpty == false, "\(type)")
            }
            let needed = try await client.ask("/requests/types/preservation", token: token).json["fields"]?.array ?? []
            #expect(needed.contains { $0["path"] == "facts" && $0["required"]?.array?.isEmpty == false })
            #expect(try await client.ask("/law/articles/42", token: token).json["rows"]?.array?.isEmpty == false)
            let one = try await client.ask("/law/rules?type=preservation", token: token).items.count
            #expect(try await client.ask("/law/rules", token: token).items.count > one && one > 10)
            #expect(try await client.ask("/law/coverage", token: token).items.count == 68)
            #expect(try await client.ask("/peers", token: token).items.map { $0["state"] } == ["XB"])
            #expect(try await client.ask("/quarantine", token: token).items.isEmpty)
            let head = try await client.ask("/register/head", token: token)
            let entries = try await client.ask("/register/entries?limit=200", token: token)
            #expect(head.json["size"]?.integer == Int64(entries.items.count))
            #expect(try await client.ask("/problems", token: nil).items.count == Problem.Code.all.count)
            let document = try await client.ask("/openapi.json", token: nil)
            #expect(document.json["paths"]?.object?.count == Set(API.all.map(\.path)).count)
            let known = try await client.ask("/openapi.json", token: nil, headers: [.ifNoneMatch: document["ETag"] ?? ""])
            #expect(known.status == 304)
        }
    }

    @Test("webhooks over the API: made, shown, tried, removed; nobody sees another's")
    func webhooks() async throws {
        try await APIClient.run { client in
            let (token, other) = (try await client.token(), try await client.token("XA-A1"))
            func make(_ url: String) async throws -> APIClient.Answer {
                try await client.ask("/webhooks", .post, token: token, body: ["url": .string(url), "events": .array(["act.registered"])])
            }
            for (url, status) in [
                ("ftp://127.0.0.1/", 400), ("https://user@127.0.0.1/", 400), ("https://127.0.0.1/#x", 400), ("nowhere", 400),
                ("https://10.0.0.1/", 403), ("https://169.254.169.254/latest", 403), ("https://[fd00::1]/", 403), ("http://1.1.1.1/", 403),
                ("https://[::ffff:10.0.0.1]/", 403), ("https://100.64.0.1/", 403),
            ] { #expect(try await make(url).status == status, "\(url)") }
            let made = try await make("http://127.0.0.1:9/hook")
            #expect(made.status == 201)
            let place = try #require(made["Location"])
            #expect(try await client.ask(place, token: token).json["enabled"] == true)
            #expect(try await client.ask(place + "/secret", token: token).json["secret"]?.string?.hasPrefix("comitywh_") == true)
            for path in [place, place + "/secret", place + "/deliveries"] {
                #expect(try await client.ask(path, token: other).status == 404, "\(path)")
            }
            #expect(try await client.ask("/webhooks", token: token).items.count == 1)
            #expect(try await client.ask("/webhooks", token: other).items.isEmpty)
            let tested = try await client.ask(place + "/test", .post, token: token)
            #expect(tested.status == 202)
            let messages = try await client.ask(place + "/deliveries", token: token).items
            #expect(messages.count == 1 && messages[0]["id"] == tested.json["delivery"] && messages[0]["state"] == "waiting")
            let number = messages[0]["id"]?.integer ?? 0
            #expect(try await client.ask(place + "/deliveries/\(number)/replay", .post, token: token).status == 202)
            #expect(try await client.ask(place + "/deliveries/99999/replay", .post, token: token).status == 404)
            #expect(try await client.ask(place + "/enable", .post, token: token).status == 200)
            #expect(try await client.ask(place, .delete, token: token).status == 204)
            #expect(try await client.ask(place, token: token).status == 404)
        }
    }
}
