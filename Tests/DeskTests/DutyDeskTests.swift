// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Node
import Standards
import Testing
import Transport

@testable import Desk

@Suite("Desk: the duty desk, its shift, handover, roster and calls")
struct DutyDeskTests {
    /// An emergency of `XB` lies before `XA`, delivered and not acknowledged.
    private static func incoming(_ ours: Node, _ theirs: Node, type: String = "preservation") async throws {
        try await DeskFixture.introduce(ours, theirs)
        var content = try #require(DeskFixture.draft(title: "Ransom demand").object)
        content["to"] = .string("XA")
        content["screen"] = .object([
            "political": .bool(false), "discrimination": .bool(false), "press": .bool(false), "death_penalty_or_torture": .bool(false),
            "by": .string("XB-A1"),
        ])
        let result = try await theirs.newRequest(type: type, draft: .object(content), officer: "XB-D1", dryRun: false)
        let ref = try #require(result.ref)
        try await theirs.approve(ref, officer: "XB-A1")
        _ = try await theirs.send(ref, officer: "XB-D1")
        let delivery = Delivery(node: theirs) { _ in DirectLine(to: ours, from: theirs.state) }
        await delivery.flush(impatient: true)
    }

    @Test("a quiet night looks quiet and teaches; nobody has the duty")
    func quiet() async throws {
        try await DeskFixture.run { desk in
            let page = try await desk.get("/")
            desk.isPage(page)
            for expected in [
                "Nothing presses for you", "No time limit ends in the next 24 hours.", "Nobody is on duty", "Take the duty",
                "No call is owed",
                "Nobody is on the roster", "No other State yet", "<a href=\"/\" aria-current=\"page\">",
            ] { #expect(page.body.contains(expected), "\(expected)") }
            #expect(!page.body.contains("btn--primary"))
            for path in ["/shift", "/handover", "/handovers", "/roster", "/calls"] { desk.isPage(try await desk.get(path)) }
        }
    }

    @Test("what presses stands first with one button; acknowledging it is confirmed on the next page")
    func first() async throws {
        try await DeskFixture.run {
            try await Self.incoming($0, $1)
        } _: { desk in
            let ref = try #require(try desk.node.work(view: .unacknowledged).items.first?.ref)
            let page = try await desk.get("/")
            desk.isPage(page)
            #expect(page.body.contains("Do this first"))
            #expect(page.body.components(separatedBy: "btn--primary").count == 2, "one primary action")
            #expect(page.body.contains("action=\"/duty/acknowledge\""))
            #expect(page.body.contains("Ransom demand") && page.body.contains("signature verified"))
            // The ruler and the list say the same.
            let drawn = try #require(page.body.firstMatch(of: /class="b">(\d\d:\d\d) ([A-Z]{3}-\d{6})</))
            #expect(ref.description.contains(drawn.2))
            // Without the token nothing happens; with it, the file is acknowledged and the page says so.
            #expect(try await desk.post("/duty/acknowledge", [("ref", "\(ref)")], csrf: false).status == 403)
            #expect(try await desk.get("/?acknowledged=\(ref)").body.contains("You acknowledged") == false)
            let done = try await desk.post("/duty/acknowledge", [("ref", "\(ref)")])
            #expect(done.status == 303 && done["Location"] == "/?acknowledged=\(ref)")
            let next = try await desk.get("/?acknowledged=\(ref)")
            desk.isPage(next)
            #expect(next.body.contains("You acknowledged") && next.body.contains("role=\"status\""))
            let twice = try await desk.post("/duty/acknowledge", [("ref", "\(ref)")])
            #expect(twice.status >= 400)
            // The log of the last hours names both acts.
            let log = try await desk.get("/shift")
            desk.isPage(log)
            #expect(log.body.contains("requested preservation") && log.body.contains("acknowledged the request"))
        }
    }

    @Test("what each role sees of the duty desk")
    func roles() async throws {
        try await DeskFixture.run { ours, theirs in
            try await Self.incoming(ours, theirs)
            for role in ["auditor", "administrator", "examiner", "head"] {
                _ = try await ours.invite(officer: "XA-\(role)", role: role, name: "Name of \(role)", by: nil)
            }
        } _: { desk in
            let auditor = try await desk.get("/", as: "XA-auditor")
            desk.isPage(auditor)
            #expect(
                !auditor.body.contains("Ransom demand") && !auditor.body.contains("id=\"calls\"")
                    && auditor.body.contains("Nothing presses for you"))
            #expect(auditor.body.contains("Clocks at risk") && auditor.body.contains("href=\"/files/XB-2026-PRE-"))
            #expect(!auditor.body.contains("/duty/acknowledge") && !auditor.body.contains("/duty/take"))
            let administrator = try await desk.get("/", as: "XA-administrator")
            desk.isPage(administrator)
            #expect(
                administrator.body.contains("No files here") && !administrator.body.contains("XB-2026")
                    && administrator.body.contains("id=\"peers\""))
            #expect(try await desk.get("/queue", as: "XA-administrator").status == 403)
            for path in ["/handover", "/calls", "/handovers"] {
                for officer in ["XA-auditor", "XA-administrator"] {
                    #expect(try await desk.get(path, as: officer).status == 403, "\(path)")
                }
            }
            #expect(try await desk.get("/roster", as: "XA-D1").body.contains("action=\"/roster\"") == false)
            for officer in ["XA-head", "XA-administrator"] {
                #expect(try await desk.get("/roster", as: officer).body.contains("action=\"/roster\""))
            }
        }
    }

    @Test("a shift from taking the duty to two signatures; what was typed is never lost")
    func shift() async throws {
        try await DeskFixture.run {
            try await Self.incoming($0, $1)
        } _: { desk in
            #expect(try await desk.post("/duty/take", []).status == 303)
            let home = try await desk.get("/?taken=1")
            desk.isPage(home)
            #expect(home.body.contains("You have the duty.") && home.body.contains("href=\"/handover\""))
            #expect(try await desk.get("/directory").body.contains("class=\"on-duty\""))
            let filled = try await desk.get("/handover")
            desk.isPage(filled)
            #expect(filled.body.contains("Filled from the register.") && filled.body.contains("First: XB-2026-PRE-"))
            let other = try await desk.get("/handover", as: "XA-A1")
            desk.isPage(other)
            #expect(other.body.contains("Take over without a handover") && !other.body.contains("<textarea"))
            // A text that is too long comes back with everything, and a summary that leads to the field.
            let long = String(repeating: "long ", count: 4100)
            let refused = try await desk.post(
                "/handover", [("situation", long), ("assessment", "My <view>\r\nin two lines"), ("do", "sign")])
            #expect(refused.status == 422)
            #expect(refused.body.contains("<title>Exercise: Problem: "))
            #expect(refused.body.contains("My &lt;view&gt;\nin two lines") && refused.body.contains("long long"))
            let empty = try await desk.post("/handover", [("situation", " "), ("do", "sign")])
            desk.isPage(empty, status: 422)
            #expect(empty.body.contains("href=\"#situation\""))
            let saved = try await desk.post("/handover", [("situation", "S & T"), ("background", "one\r\ntwo"), ("do", "save")])
            #expect(saved["Location"] == "/handover?saved=1")
            let again = try await desk.get("/handover?saved=1")
            desk.isPage(again)
            #expect(again.body.contains("S &amp; T") && again.body.contains("one\ntwo\n") && again.body.contains("It is not signed yet."))
            #expect(
                try await desk.post("/handover", [("situation", "S & T"), ("background", "one\r\ntwo"), ("do", "sign")])["Location"]
                    == "/handover")
            let waiting = try await desk.get("/handover")
            desk.isPage(waiting)
            #expect(
                waiting.body.contains("Take the signature back") && !waiting.body.contains("<textarea")
                    && !waiting.body.contains("/handover/take"))
            #expect(try await desk.get("/", as: "XA-A1").body.contains("hands the duty over."))
            let offered = try await desk.get("/handover", as: "XA-A1")
            desk.isPage(offered)
            let hash = try #require(offered.body.firstMatch(of: /name="hash" value="([0-9a-f]{64})"/)).1
            #expect(try await desk.post("/handover/take", [("hash", String(hash))]).status == 422)
            let stale = try await desk.post("/handover/take", [("hash", String(repeating: "0", count: 64))], as: "XA-A1")
            desk.isPage(stale, status: 422)
            let taken = try await desk.post("/handover/take", [("hash", String(hash))], as: "XA-A1")
            let kept = try #require(taken["Location"])
            #expect(kept.hasPrefix("/handovers/") && kept.hasSuffix("?done=1"))
            let page = try await desk.get(kept, as: "XA-A1")
            desk.isPage(page)
            for expected in ["You have taken over.", "S &amp; T", String(hash), "The text is as it was signed.", "XA-D1", "XA-A1"] {
                #expect(page.body.contains(expected), "\(expected)")
            }
            #expect(!(try await desk.get(kept)).body.contains("You have taken over."))
            #expect(try await desk.get("/handovers").body.contains(kept.split(separator: "?")[0]))
            #expect(try await desk.get("/handovers/01a20fdb-02e3-7496-aea6-a70aeabdd859").status == 404)
            #expect(try await desk.get("/handovers/x").status == 404)
        }
    }

    @Test("the roster is filled, says what is wrong with a line, and names who is on duty on every page")
    func roster() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await ours.invite(officer: "XA-D4", role: "supervisor", name: "Mara <Osk>", by: nil)
        } _: { desk in
            let line = [
                ("layer", "primary"), ("officer", "XA-D4"), ("from", "2026-11-21T22:00"), ("to", "2026-11-22T06:00"), ("days", "3"),
            ]
            #expect(try await desk.post("/roster", line).status == 403, "a duty officer does not change it")
            #expect(try await desk.post("/roster", line, as: "XA-D4").status == 303)
            let page = try await desk.get("/roster", as: "XA-D4")
            desk.isPage(page)
            #expect(page.body.components(separatedBy: "action=\"/roster/remove\"").count == 4)
            #expect(page.body.contains("Mara &lt;Osk&gt;") && page.body.contains("21 Nov 2026, 22:00 (-03:00)"))
            #expect(try await desk.get("/directory").body.contains("On duty until 06:00"))
            for (change, words) in [
                (("to", "2026-11-21T22:00"), "The end is not after the beginning."), (("from", "tomorrow"), "is not a date and time"),
                (("days", "99"), "1 to 31 days"), (("layer", "ninth"), "The layer is not known."), (("officer", ""), "is empty"),
                (("days", "3"), "is on the roster as primary at that time."),
            ] {
                let refused = try await desk.post("/roster", line.filter { $0.0 != change.0 } + [change], as: "XA-D4")
                desk.isPage(refused, status: 422)
                #expect(refused.body.contains(words), "\(words)")
                if change.0 != "from" { #expect(refused.body.contains("value=\"2026-11-21T22:00\"")) }
            }
            let id = try #require(page.body.firstMatch(of: /name="line" value="([0-9a-f-]{36})"/)).1
            #expect(try await desk.post("/roster/remove", [("line", String(id))]).status == 403)
            #expect(try await desk.post("/roster/remove", [("line", String(id))], as: "XA-D4").status == 303)
            #expect(try await desk.get("/directory").body.contains("Nobody is on duty"))
        }
    }

    @Test("a call is logged in one line, about a file with the number of the directory")
    func calls() async throws {
        try await DeskFixture.run {
            try await Self.incoming($0, $1)
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            let form = try await desk.get("/calls?ref=\(ref)")
            desk.isPage(form)
            #expect(form.body.contains("value=\"\(ref)\""))
            for (fields, field) in [
                ([("person", "Bo"), ("note", "kept <b>")], "number"), ([("number", "+1"), ("note", "kept <b>")], "person"),
                ([("number", "+1"), ("person", "Bo"), ("ref", "XA-2026-PRE-000042-L"), ("note", "kept <b>")], "ref"),
                ([("number", "+1"), ("person", "Bo"), ("ref", "nonsense"), ("note", "kept <b>")], "ref"),
            ] {
                let refused = try await desk.post("/calls", fields)
                desk.isPage(refused, status: 422)
                #expect(refused.body.contains("href=\"#\(field)\"") && refused.body.contains("kept &lt;b&gt;"), "\(field)")
                #expect(refused.body.contains("field--error"))
            }
            let sent = try await desk.post(
                "/calls",
                [
                    ("number", "+999 205"), ("person", "Bo\u{202E}x"), ("ref", "\(ref)".lowercased()), ("direction", "in"),
                    ("result", "message-left"), ("note", "again at 9"),
                ])
            #expect(sent["Location"] == "/calls?logged=1")
            let page = try await desk.get("/calls?logged=1")
            desk.isPage(page)
            for expected in ["The call is in the log", "They called", "Message left", "again at 9", "/files/\(ref)", "Bo\u{FFFD}x"] {
                #expect(page.body.contains(expected), "\(expected)")
            }
            #expect(try await desk.get("/shift").body.contains("Telephone call with"))
        }
    }
}
