// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Hummingbird
import Law
import Node
import Standards
import Testing

@testable import Desk

/// What people and accidents do to a form: two at once, garbage, long lists, times that do not exist.
@Suite("Desk: saving a section")
struct RequestSavingTests {
    private typealias Tests = RequestsTests

    private func autosave(_ desk: DeskFixture, _ ref: FileReference, _ section: String, _ fields: [(String, String)]) async throws
        -> DeskFixture.Answer
    {
        let (token, session) = try await desk.node.startSession(officer: "XA-D1")
        let all = fields + [(CrossSite.field, CrossSite.masked(session.csrf))]
        let text = all.map { "\(URLText.encode($0.0))=\(URLText.encode($0.1))" }.joined(separator: "&")
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .cookie: "\(SessionGate.cookie)=\(token)"]
        headers[try #require(HTTPFields.Element.Name(SectionSaving.header))] = "1"
        return try await desk.get("/requests/\(ref)/\(section)", method: .post, headers: headers, as: nil, body: .init(string: text))
    }

    @Test("a script saves as one writes, and the next save goes on from there")
    func autosaves() async throws {
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk)
            var fields = Tests.typed(try await desk.get("/requests/\(ref)/facts"))
            for text in ["Files", "Files were", "Files were encrypted."] {
                fields = fields.filter { $0.0 != "facts" } + [("facts", text)]
                let answer = try await autosave(desk, ref, "facts", fields)
                #expect(answer.status == 200)
                #expect(answer["Content-Type"] == "application/json; charset=utf-8")
                let told = try IJSON.decode(JSONValue.self, from: Array(answer.body.utf8), limit: 10_000)
                #expect(told["says"]?.string?.wholeMatch(of: /Saved \d\d:\d\d \(-03:00\)/) != nil)
                for name in ["version", "base"] {
                    fields = fields.filter { $0.0 != name } + [(name, try #require(told[name]?.string))]
                }
                #expect(try Tests.content(desk, ref)["facts"]?.string == text)
            }
            // A section is completed by its author, not by the script.
            #expect(try desk.node.draft(ref, officer: "XA-D1").form?.done == [])
            // Without a token nothing is saved.
            let forged = try await desk.post("/requests/\(ref)/facts", [("facts", "forged")], csrf: false)
            #expect(forged.status == 403)
            #expect(try Tests.content(desk, ref)["facts"]?.string == "Files were encrypted.")
        }
    }

    @Test("two people in one section get both texts; in two sections nobody is disturbed")
    func conflicts() async throws {
        try await Tests.introduced { desk in
            _ = try await desk.node.invite(officer: "XA-D2", role: "duty_officer", name: "Second", by: nil)
            let ref = try await Tests.begun(desk)
            let mine = Tests.typed(try await desk.get("/requests/\(ref)/facts"))
            let other = Tests.typed(try await desk.get("/requests/\(ref)/necessity"))
            #expect(try await Tests.save(desk, ref, "facts", [("facts", "theirs <b>\u{202E}")], as: "XA-D2").status == 303)
            // Another section, from a page that is older: saved, and the first text stays.
            let apart = other.filter { $0.0 != "necessity" } + [("necessity", "It can be wiped.")]
            #expect(try await desk.post("/requests/\(ref)/necessity", apart).status == 303)
            #expect(try Tests.content(desk, ref)["facts"]?.string == "theirs <b>\u{202E}")
            // The same section: nothing is saved, both stand there.
            let typed = mine.filter { $0.0 != "facts" } + [("facts", "mine\r\nsecond line")]
            let conflict = try await desk.post("/requests/\(ref)/facts", typed)
            desk.isPage(conflict, status: 409)
            #expect(conflict.body.contains("theirs &lt;b&gt;\u{FFFD}") && conflict.body.contains("mine"))
            #expect(conflict.body.contains("<bdi>XA-D2</bdi>") && conflict.body.contains("Two people changed this section"))
            #expect(try Tests.content(desk, ref)["facts"]?.string == "theirs <b>\u{202E}")
            let scripted = try await autosave(desk, ref, "facts", typed)
            #expect(scripted.status == 409 && scripted.body.contains("Two people"))
            // “Save mine over it” sends everything again, line ends and all.
            let again = conflict.body.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)">/).map {
                (String($0.1), String($0.2).replacing("&#10;", with: "\n"))
            }.filter { $0.0 != CrossSite.field }
            #expect(try await desk.post("/requests/\(ref)/facts", again + [("do", "stay")]).status == 303)
            #expect(try Tests.content(desk, ref)["facts"]?.string == "mine\nsecond line")
            // The same text twice is no conflict.
            #expect(
                try await desk.post("/requests/\(ref)/facts", mine.filter { $0.0 != "facts" } + [("facts", "mine\nsecond line")]).status
                    == 303)
        }
    }

    @Test("identifiers are checked as they are entered, with the reason in words")
    func identifiers() async throws {
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk)
            for kind in ["ip_endpoint", "iban", "email"] {
                let added = try await Tests.save(desk, ref, "account", [("identifiers!kind", kind), ("do", "add:identifiers")])
                #expect(added.status == 303 && added["Location"]?.contains("#identifiers.") == true)
            }
            let entered = [
                ("identifiers.0.ip", "192.0.2.118"), ("identifiers.0.at!day", "25"), ("identifiers.0.at!month", "10"),
                ("identifiers.0.at!year", "2026"), ("identifiers.0.at!time", "03:30:00"), ("identifiers.0.at!zone", "Europe/Helsinki"),
                ("identifiers.1.value", "FR1420041010050500013M02607"), ("identifiers.2.value", "somebody"),
            ]
            let wrong = try await Tests.save(desk, ref, "account", entered)
            desk.isPage(wrong, status: 422)
            #expect(wrong.body.contains("<title>Exercise: Problem: "))
            #expect(wrong.body.contains("There are 4 problems in this section") && wrong.body.contains("What you wrote is saved."))
            for words in [
                "one public IPv4 address serves up to 256 subscribers", "showed that time twice: +03:00 and +02:00",
                "its check digits are wrong",
                "is not an e-mail address", "href=\"#identifiers.0.port\"", "href=\"#identifiers.0.at\"",
            ] { #expect(wrong.body.contains(words), "\(words)") }
            // The list names the problem, and the check leads to the field.
            #expect(try await desk.get("/requests/\(ref)").body.contains("There is a problem"))
            let check = try await desk.get("/requests/\(ref)/check")
            desk.isPage(check)
            #expect(check.body.contains("/requests/\(ref)/account?identifiers=2#identifiers.1.value"))
            #expect(check.body.contains("1 field holds text that is no value"))
            // What could not be read is still there after a fresh load.
            let fresh = try await desk.get("/requests/\(ref)/account")
            desk.isPage(fresh)
            #expect(fresh.body.contains("value=\"03:30:00\"") && fresh.body.contains("value=\"FR1420041010050500013M02607\""))
            // A row goes, and what stands behind it keeps its problems.
            #expect(try await Tests.save(desk, ref, "account", [("do", "remove:identifiers.1")]).status == 303)
            let draft = try desk.node.draft(ref, officer: "XA-D1")
            #expect(draft.content["identifiers"]?.array?.compactMap { $0["kind"]?.string } == ["ip_endpoint", "email"])
            #expect(draft.form?.unread.keys.sorted() == ["identifiers.0.at"])
            // A reason in place of the port, the offset that was meant, and a mailbox: on to the next section.
            let right = try await Tests.save(
                desk, ref, "account",
                [
                    ("identifiers.0.port_missing_reason", "the log has none"), ("identifiers.0.at!zone", "+03:00"),
                    ("identifiers.1.value", "somebody@example.org"),
                ])
            #expect(right.status == 303 && right["Location"] != "/requests/\(ref)/account")
            #expect(try Tests.content(desk, ref).at("identifiers.0.at")?.string == "2026-10-25T03:30:00+03:00")
        }
    }

    @Test("a local time of a log becomes the moment it names, and one that never was is caught")
    func localTimes() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.newDraft(
                on: ours, title: "Local",
                [
                    "identifiers": .array([
                        .object([
                            "id": .string("I1"), "kind": .string("ip_endpoint"), "ip": .string("192.0.2.1"), "port": .integer(80),
                            "local_time": .string("2026-11-20T10:00:00"), "zone": .string("Europe/Helsinki"), "person": .string("P9"),
                        ])
                    ])
                ])
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            let page = try await desk.get("/requests/\(ref)/account")
            #expect(page.body.contains("value=\"10:00:00\""))
            let never = try await Tests.save(
                desk, ref, "account",
                [("identifiers.0.at!day", "29"), ("identifiers.0.at!month", "3"), ("identifiers.0.at!time", "03:30")])
            desk.isPage(never, status: 422)
            #expect(never.body.contains("no clock showed it"))
            #expect(
                try await Tests.save(
                    desk, ref, "account",
                    [
                        ("identifiers.0.at!day", "20"), ("identifiers.0.at!month", "11"), ("identifiers.0.at!year", "2026"),
                        ("identifiers.0.at!time", "10:00:00"), ("identifiers.0.at!zone", "Europe/Helsinki"),
                    ]
                ).status == 303)
            let row = try #require(try Tests.content(desk, ref).at("identifiers.0"))
            #expect(row["at"]?.string == "2026-11-20T10:00:00+02:00" && row["local_time"] == nil && row["zone"] == nil)
            // What the form does not know stays.
            #expect(row["person"]?.string == "P9")
        }
    }

    @Test("ten thousand identifiers stay usable, and saving five touches five")
    func many() async throws {
        let identifiers = (0..<10_000).map { number -> JSONValue in
            .object(["id": .string("I\(number)"), "kind": .string("domain"), "value": .string("host-\(number).example.org")])
        }
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.newDraft(on: ours, title: "Botnet", ["identifiers": .array(identifiers)])
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            for path in ["", "/account", "/account?identifiers=9998", "/account?identifiers=99999999999", "/data", "/check", "/answers"] {
                desk.isPage(try await desk.get("/requests/\(ref)\(path)"))
            }
            let last = try await desk.get("/requests/\(ref)/account?identifiers=9998")
            #expect(last.body.contains("9,996 to 10,000 of 10,000") && last.body.contains("host-9997.example.org"))
            let saved = try await Tests.save(
                desk, ref, "account", [("identifiers.9997.value", "changed.example.org")], query: "?identifiers=9998")
            #expect(saved.status == 303)
            let rows = try #require(try Tests.content(desk, ref)["identifiers"]?.array)
            #expect(rows.count == 10_000 && rows[9997]["value"]?.string == "changed.example.org" && rows[9996] == identifiers[9996])
            #expect(Array(rows[..<9997]) == Array(identifiers[..<9997]))
        }
    }

    @Test("text of any kind comes back from the form as it was")
    func verbatim() async throws {
        let texts = [
            "a\nb\n\nc", "<script>alert(1)</script>", "&amp; \"'", "\u{202E}reversed\u{202C}", "نص\u{200C}فارسی",
            "e\u{301} at the start \u{301}", "\u{301}mark", "💥\u{200D}💥", "\ttab", "\u{F8FF}123", "ends with \\", "&#10;",
        ]
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk)
            for text in texts {
                #expect([303, 422].contains(try await Tests.save(desk, ref, "facts", [("facts", text)]).status))
                // Saved again from what the page shows, untouched.
                let page = try await desk.get("/requests/\(ref)/facts")
                desk.isPage(page)
                #expect([303, 422].contains(try await Tests.save(desk, ref, "facts", []).status))
                let kept = try Tests.content(desk, ref)["facts"]?.string ?? ""
                #expect(
                    kept.unicodeScalars.elementsEqual(text.trimmingCharacters(in: .whitespaces).unicodeScalars), "\(text.debugDescription)")
                for path in ["", "/answers", "/check"] { desk.isPage(try await desk.get("/requests/\(ref)\(path)")) }
                #expect(!(try await desk.get("/requests/\(ref)/answers")).body.contains("\u{202E}"))
            }
        }
    }

    @Test("braces that people type are text, never a template")
    func braces() async throws {
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk)
            _ = try await Tests.save(desk, ref, "facts", [("facts", "{{t.frame.name}}{{csrf}}{{#fields}}")])
            for path in ["/facts", "/answers"] {
                #expect(try await desk.get("/requests/\(ref)\(path)").body.contains("{{t.frame.name}}{{csrf}}{{#fields}}"))
            }
        }
    }

    @Test("what cannot be kept stands in the form again, and the draft is as it was")
    func tooMuch() async throws {
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk)
            let before = try Tests.content(desk, ref)
            let page = Tests.typed(try await desk.get("/requests/\(ref)/parties"))
            // Longer than a field may be: said beside the field.
            let title = String(repeating: "x", count: 300)
            let long = try await desk.post("/requests/\(ref)/parties", page.filter { $0.0 != "title" } + [("title", title)])
            #expect(long.status == 422 && long.body.contains("At most 200 characters fit") && long.body.contains(title))
            // Two texts that fit alone and not together: refused, and both still in the form.
            var safeguards = Tests.typed(try await desk.get("/requests/\(ref)/necessity"))
            let half = String(repeating: "y", count: 299_000)
            #expect(try await Tests.save(desk, ref, "facts", [("facts", half)]).status == 303)
            safeguards =
                safeguards.filter { !["necessity", "purpose.text"].contains($0.0) } + [("necessity", half), ("purpose.text", half)]
            let refused = try await desk.post("/requests/\(ref)/necessity", safeguards)
            #expect(refused.status == 413 && refused.body.contains(half) && refused.body.contains("sealed package"))
            #expect(try Tests.content(desk, ref)["necessity"] == nil)
            // Ten megabytes in one form.
            let huge = try await desk.post(
                "/requests/\(ref)/facts", [("version", "1"), ("facts", String(repeating: "z", count: 10 << 20))])
            #expect([409, 413, 422].contains(huge.status))
            #expect(try Tests.content(desk, ref)["facts"]?.string == half)
            #expect(try await desk.post("/requests/\(ref)/facts", [("facts", String(repeating: "z", count: 13 << 20))]).status == 413)
            #expect(try Tests.content(desk, ref)["to"] == before["to"])
            // A form without its fields changes nothing.
            let kept = try Tests.content(desk, ref)
            #expect(
                try await desk.post("/requests/\(ref)/facts", [("version", "\(try desk.node.draft(ref, officer: "XA-D1").version)")]).status
                    < 500)
            #expect(try Tests.content(desk, ref) == kept)
        }
    }

    @Test("no garbage breaks a page or a draft")
    func garbage() async throws {
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk, "joint-investigation")
            let sections = ["parties", "offence", "account", "agreement", "deadline", "safeguards"]
            var state: UInt64 = 0x2545_F491_4F6C_DD1D
            func next(_ bound: Int) -> Int {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return Int(state % UInt64(bound))
            }
            let values = [
                "", "yes", "no", "-1", "99999999999999999999", "\u{202E}", "<b>", "XB", "xb", "UNCC-7", "31", "&#60;", "a\nb",
                "Europe/Helsinki",
                "null", "true", "[1]", String(repeating: "w", count: 5000), "\u{0}\u{1}",
            ]
            let steps = [
                "", "stay", "add:offences", "add:identifiers", "add:agreement.clauses", "remove:offences.0", "remove:identifiers.-1",
                "add:x", ":",
            ]
            for round in 0..<60 {
                let section = sections[next(sections.count)]
                var fields = Tests.typed(try await desk.get("/requests/\(ref)/\(section)")).map { name, value in
                    ["version", "base", "to"].contains(name) || name.hasSuffix("!here") || next(3) > 0
                        ? (name, value) : (name, values[next(values.count)])
                }
                fields.append(("do", steps[next(steps.count)]))
                fields.append(("identifiers!kind", values[next(values.count)]))
                let answer = try await desk.post("/requests/\(ref)/\(section)", fields)
                #expect(answer.status < 500, "round \(round), \(section): \(fields)")
                if answer.status != 303 { desk.isSound(answer) }
                #expect(try await desk.get("/requests/\(ref)/\(section)").status == 200, "round \(round), \(section)")
            }
            for path in ["", "/check", "/answers"] { desk.isPage(try await desk.get("/requests/\(ref)\(path)")) }
        }
    }

    @Test("a form whose session had ended keeps its text, line ends and all, until after sign-in")
    func timeOut() async throws {
        try await Tests.introduced { desk in
            let ref = try await Tests.begun(desk)
            let body = "facts=\(URLText.encode("one\r\ntwo \u{202E}"))"
            let kept = try await desk.get(
                "/requests/\(ref)/facts", method: .post, headers: [.contentType: "application/x-www-form-urlencoded"], as: nil,
                body: .init(string: body))
            #expect(kept.status == 200 && kept.body.contains("name=\"kept.facts\" value=\"one&#13;&#10;two \u{202E}\""))
        }
    }
}
