// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Hummingbird
import Node
import Standards
import Synchronization
import Testing

@testable import Desk

@Suite("API: the duty desk, the incoming check, the directory")
struct APIDutyTests {
    @Test("who has the duty, who takes it, what the shift saw")
    func duty() async throws {
        try await APIClient.run { client in
            _ = try await client.node.invite(officer: "XA-D2", role: "duty_officer", name: "Kai", by: nil)
            let (one, two) = (try await client.token(), try await client.token("XA-D2"))
            let nobody = try await client.ask("/duty", token: one)
            #expect(nobody.json["taken"] == false && nobody.json["officer"] == nil && nobody.json["layers"] == .array([]))
            #expect(try await client.ask("/duty/handover", token: one).status == 404)
            #expect(try await client.ask("/duty/log", token: one).json["shift"] == false)
            let taken = try await client.ask("/duty/take", .post, token: one, body: [:])
            #expect(taken.status == 201 && taken.json["entries"]?.array?.first?["name"] == "duty-taken")
            #expect(try await client.ask("/duty/take", .post, token: one, body: [:]).status == 409)
            #expect(try await client.ask("/duty/take", .post, token: two, body: [:]).code == "usage", "without a reason")
            #expect(try await client.ask("/duty/take", .post, token: two, body: ["reason": "ill"]).code == "malformed-input")
            #expect(try await client.ask("/duty", token: two).json["officer"] == "XA-D1")
            // The handover is written by a person at the desk; programs read it.
            try await client.node.saveHandover(HandoverNotes(situation: "One request is open."), officer: "XA-D1")
            let written = try await client.ask("/duty/handover", token: two)
            #expect(written.json["notes"]?["situation"] == "One request is open." && written.json["signed"] == nil)
            #expect(try await client.ask("/handovers", token: two).items.isEmpty)
            try await client.node.signHandover(HandoverNotes(situation: "One request is open."), officer: "XA-D1")
            let hash = try #require(try await client.ask("/duty/handover", token: two).json["hash"]?.string)
            try await client.node.takeOver(officer: "XA-D2", hash: hash, code: nil, address: nil)
            let past = try await client.ask("/handovers?limit=1", token: one).items
            #expect(past.count == 1 && past[0]["taker"] == "XA-D2" && past[0]["intact"] == true && past[0]["figures"] != nil)
            let shift = try #require(past[0]["shift"]?.string)
            #expect(try await client.ask("/handovers/\(shift)", token: one).json == past[0])
            #expect(try await client.ask("/handovers/\(client.node.newWebhookID())", token: one).status == 404)
            let log = try await client.ask("/duty/log", token: two)
            #expect(log.json["shift"] == true && log.items.contains { $0["what"] == "handed-over" && $0["about"] == "XA-D1" })
            // Whoever fell ill hands nothing over.
            #expect(try await client.ask("/duty/take", .post, token: one, body: ["reason": "XA-D2 fell ill at four."]).status == 201)
            let blind = try await client.token("XA-D1", [.readMetadata])
            #expect(try await client.ask("/duty/take", .post, token: blind, body: [:]).status == 403)
            #expect(try await client.ask("/duty/handover", token: blind).status == 403)
            #expect(try client.node.audit(officer: nil).ok)
        }
    }

    @Test("the roster is read by everybody and changed by whoever may")
    func roster() async throws {
        try await APIClient.run { client in
            _ = try await client.node.invite(officer: "XA-S1", role: "supervisor", name: "Sam", by: nil)
            let (duty, head) = (try await client.token(), try await client.token("XA-S1"))
            #expect(try await client.ask("/officers", token: duty).items.map { $0["officer"] } == ["XA-A1", "XA-D1", "XA-S1"])
            let line: JSONValue = [
                "layer": "primary", "officer": "XA-D1", "from": "2026-11-22T06:00:00Z", "to": "2026-11-22T14:00:00Z", "days": .integer(3),
            ]
            #expect(try await client.ask("/roster", .post, token: duty, body: line).status == 403)
            let added = try await client.ask("/roster", .post, token: head, body: line, key: "r1")
            let lines = (added.json["lines"]?.array ?? []).compactMap(\.string)
            #expect(added.status == 201 && lines.count == 3)
            #expect(try await client.ask("/roster", .post, token: head, body: line, key: "r1").bytes == added.bytes)
            #expect(try await client.ask("/roster", .post, token: head, body: line).code == "already-exists")
            let shown = try await client.ask("/roster", token: duty).items
            #expect(shown.map { $0["id"]?.string } == lines && shown.allSatisfy { $0["officer"] == "XA-D1" && $0["override"] == false })
            #expect(try await client.ask("/roster?to=2026-11-23T00:00:00Z", token: duty).items.count == 1)
            let now = try await client.ask("/duty", token: duty)
            #expect(now.json["officer"] == "XA-D1" && now.json["taken"] == false && now.json["layers"]?.array?.count == 1)
            for query in ["from=2026-11-22", "to=2020-01-01T00:00:00Z", "to=2030-01-01T00:00:00Z"] {
                #expect(try await client.ask("/roster?\(query)", token: duty).status == 400, "\(query)")
            }
            // One that has begun ends now, one that is to come goes.
            #expect(try await client.ask("/roster/\(lines[2])", .delete, token: duty).status == 403)
            for line in [lines[0], lines[2]] { #expect(try await client.ask("/roster/\(line)", .delete, token: head).status == 204) }
            #expect(try await client.ask("/roster/\(lines[0])", .delete, token: head).status == 409)
            #expect(try await client.ask("/roster/\(lines[2])", .delete, token: head).status == 404)
            #expect(try await client.ask("/roster", token: duty).items.map { $0["id"]?.string } == [lines[1]])
            #expect(try client.node.audit(officer: nil).ok)
        }
    }

    @Test("calls are logged and listed; files are assigned, all or none")
    func callsAndAssignments() async throws {
        try await APIClient.run { client in
            let token = try await client.token()
            let ref = try await client.newDraft("Calls", token: token)
            func log(_ person: String, _ more: [String: JSONValue] = [:]) async throws -> APIClient.Answer {
                let body: [String: JSONValue] = [
                    "direction": "out", "number": "+999205550201", "person": .string(person), "result": "reached",
                ]
                return try await client.ask("/calls", .post, token: token, body: .object(body.merging(more) { $1 }))
            }
            #expect(try await log("Bo", ["ref": .string("\(ref)"), "note": "They look for it."]).status == 201)
            try await client.node.setClock(try Instant("2026-11-22T08:13:00Z"))
            #expect(try await log("Ann", ["direction": "in"]).status == 201)
            #expect(try await log("Ann", ["ref": "XA-2026-PRE-000042-L"]).status == 404)
            #expect(try await log("Ann", ["quarantine": .integer(7)]).status == 404)
            #expect(try await log("").status == 400)
            #expect(try await log("Ann", ["note": "two\nlines"]).code == "usage")
            let all = try await client.ask("/calls", token: token).items
            #expect(all.map { $0["person"] } == ["Ann", "Bo"] && all[0]["direction"] == "in" && all[1]["note"] == "They look for it.")
            #expect(try await client.ask("/calls?ref=\(ref)", token: token).items.count == 1)
            let first = try await client.ask("/calls?limit=1", token: token)
            let next = try #require(first.json["next"]?.string)
            #expect(try await client.ask("/calls?limit=1&after=\(next)", token: token).items.map { $0["person"] } == ["Bo"])
            #expect(try await client.ask("/call-backs", token: token).items.isEmpty)

            let since = try #require(try await client.ask("/changes", token: token).json["head"]?.integer)
            func assign(_ refs: [String], _ officer: String?) async throws -> APIClient.Answer {
                var body: [String: JSONValue] = ["refs": .array(refs.map(JSONValue.string))]
                body["officer"] = officer.map(JSONValue.string)
                return try await client.ask("/assignments", .post, token: token, body: .object(body))
            }
            let moved = try await assign(["\(ref)", "\(ref)"], "XA-A1")
            #expect(moved.status == 200 && moved.json["entries"]?.array?.count == 1)
            #expect(try await client.ask("/files?assigned=XA-A1", token: token).items.count == 1)
            let same = try await assign(["\(ref)"], "XA-A1")
            #expect(same.status == 200 && same.json["entries"] == .array([]))
            #expect(try await assign(["\(ref)", "XA-2026-PRE-000042-L"], nil).status == 404)
            #expect(try await client.ask("/files?assigned=XA-A1", token: token).items.count == 1, "all or none")
            #expect(try await assign(["\(ref)"], "nobody").status == 403)
            #expect(try await assign(["\(ref)"], nil).json["entries"]?.array?.count == 1)
            #expect(try await client.ask("/files?assigned=XA-A1", token: token).items.isEmpty)
            let changes = try await client.ask("/changes?since=\(since)", token: token)
            #expect(changes.json["head"] == .integer(since + 2) && changes.json["acts"] == .integer(0))
            #expect(try client.node.audit(officer: nil).ok)
        }
    }

    @Test("an incoming request is examined: questions, answers, notes")
    func triage() async throws {
        let found = Mutex<FileReference?>(nil)
        try await APIClient.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let draft = DeskFixture.draft(
                title: "Theirs",
                [
                    "to": "XA",
                    "screen": [
                        "political": false, "discrimination": false, "press": false, "death_penalty_or_torture": false, "by": "XB-A1",
                    ],
                ])
            let result = try await theirs.newRequest(type: "preservation", draft: draft, officer: "XB-D1", dryRun: false)
            let ref = try #require(result.ref)
            try await theirs.approve(ref, officer: "XB-A1")
            _ = try await theirs.send(ref, officer: "XB-D1")
            try await EvidenceWorld.carry(theirs, ours)
            found.withLock { $0 = ref }
        } _: { client in
            let token = try await client.token()
            let ref = try #require(found.withLock { $0 })
            let before = try await client.ask("/files/\(ref)/triage", token: token)
            #expect(before.status == 200 && before.json["partsDone"] == .integer(0) && before.json["answers"] == .array([]))
            #expect(before.json["authenticity"]?["from"] == "XB" && before.json["authenticity"]?["signatureHolds"] == true)
            func answer(_ question: String, _ answer: String, _ reason: String? = nil) async throws -> APIClient.Answer {
                var body: [String: JSONValue] = ["question": .string(question), "answer": .string(answer)]
                body["reason"] = reason.map(JSONValue.string)
                return try await client.ask("/files/\(ref)/triage", .post, token: token, body: .object(body))
            }
            #expect(try await answer("authenticity", "yes").status == 201)
            #expect(try await answer("completeness", "no").code == "usage", "why not?")
            #expect(try await answer("completeness", "no", "The host is missing.").status == 201)
            #expect(try await answer("ground:none.such", "no").code == "usage")
            #expect(try await answer("beauty", "yes").code == "malformed-input")
            let after = try await client.ask("/files/\(ref)/triage", token: token)
            #expect(after.json["partsDone"] == .integer(2))
            #expect(after.json["answers"]?.array?.map { $0["question"] } == ["authenticity", "completeness"])
            #expect(try await client.ask("/files/\(ref)/notes", .post, token: token, body: ["text": "Asked the provider."]).status == 201)
            #expect(try await client.ask("/files/\(ref)/notes", token: token).items.map { $0["text"] } == ["Asked the provider."])
            // A request of this State is not examined here, a draft has no notes.
            let own = try await client.newDraft("Own", token: token)
            #expect(try await client.ask("/files/\(own)/notes", token: token).status == 409)
            #expect(try await client.ask("/files/\(own)/triage", token: token).status == 409)
            #expect(try await client.ask("/files/\(own)/notes", .post, token: token, body: ["text": "x"]).status == 409)
            try await client.node.approve(own, officer: "XA-A1")
            _ = try await client.node.send(own, officer: "XA-D1")
            #expect(try await client.ask("/files/\(own)/triage", token: token).status == 409)
        }
    }

    @Test("an entry is imported, and its facts change while its keys stay")
    func peers() async throws {
        let entries = Mutex<[[UInt8]]>([])
        try await APIClient.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            var made = [try theirs.directoryEntry()]
            try await theirs.setAuthority(
                name: "Contact Point of Bresta", languages: ["en"], timeZone: "Europe/Helsinki", phone: "+998 71 123", email: nil, by: nil)
            made.append(try theirs.directoryEntry())
            entries.withLock { $0 = made }
        } _: { client in
            let token = try await client.token()
            let (old, new) = entries.withLock { ($0[0], $0[1]) }
            func add(_ entry: [UInt8], token: String) async throws -> APIClient.Answer {
                try await client.ask("/peers", .post, token: token, body: ["entry": .string(String(decoding: entry, as: UTF8.self))])
            }
            #expect(try await client.ask("/peers", token: token).items.first?["phone"] == nil)
            #expect(try await add(new, token: try await client.token("XA-D1", [.readContent])).status == 403)
            let changed = try await add(new, token: token)
            #expect(changed.status == 201 && changed.json["entries"]?.array?.first?["name"] == "peer-added")
            let peer = try #require(try await client.ask("/peers", token: token).items.first)
            #expect(peer["phone"] == "+998 71 123" && peer["trust"] == "confirmed")
            let same = try await add(new, token: token)
            #expect(same.status == 200 && same.json["entries"] == .array([]))
            #expect(try await add(old, token: token).code == "wrong-state")
            #expect(try await add(try client.node.directoryEntry(), token: token).status == 409)
            #expect([400, 422].contains(try await add(Array("{}".utf8), token: token).status))
            #expect(try client.node.audit(officer: nil).ok)
        }
    }
}
