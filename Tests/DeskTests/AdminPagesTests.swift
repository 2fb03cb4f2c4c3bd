// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Node
import Standards
import Testing

@testable import Desk

@Suite("Desk: the own account and administration")
struct AdminPagesTests {
    private static let paths = ["", "/users", "/users/XA-D1", "/backups", "/retention", "/node", "/audit"].map { "/admin" + $0 }

    private static func invite(_ ours: Node, _ theirs: Node) async throws {
        _ = try await ours.invite(officer: "XA-R1", role: "administrator", name: "Officer R", by: nil)
    }

    private func code(_ page: DeskFixture.Answer) throws -> String {
        let groups = page.body.matches(of: /<span>([0-9A-Z]{5})<\/span>/).map { String($0.1) }
        #expect(groups.count == 4)
        return groups.joined(separator: "-")
    }

    @Test("administrators see the pages of the machine, and no others do; nothing of a file is on them")
    func pages() async throws {
        try await DeskFixture.run { ours, theirs in
            try await Self.invite(ours, theirs)
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.sent(on: ours, title: "Hospital ransomware")
        } _: { desk in
            for path in Self.paths {
                let page = try await desk.get(path, as: "XA-R1")
                desk.isPage(page)
                for secret in ["Hospital", "PRE-0000", "Northgate"] { #expect(!page.body.contains(secret), "\(secret) on \(path)") }
                for officer in ["XA-D1", "XA-A1"] { desk.isPage(try await desk.get(path, as: officer), status: 403) }
            }
            let first = try await desk.get("/", as: "XA-R1")
            desk.isPage(first)
            #expect(first.body.contains("href=\"/admin\"") && !first.body.contains("Hospital"))
            let health = try await desk.get("/admin", as: "XA-R1")
            // One request waits for a State that is not there.
            #expect(health.body.contains("<span class=\"plate\">XB</span>"))
            #expect(health.body.contains("None yet"))
            let queue = try await desk.get("/queue", as: "XA-D1")
            #expect(!queue.body.contains("href=\"/admin\""))
            desk.isPage(try await desk.get("/admin/users/nobody", as: "XA-R1"), status: 404)
        }
    }

    @Test("an account is invited, changed, disabled, enabled and reset, and the log says so")
    func accounts() async throws {
        try await DeskFixture.run(prepare: Self.invite) { desk in
            func post(_ path: String, _ fields: [(String, String)] = []) async throws -> DeskFixture.Answer {
                try await desk.post("/admin/users" + path, fields, as: "XA-R1")
            }
            let slip = try await post("", [("officer", "XA-D9"), ("pseudonym", "Officer <Nine>"), ("role", "drafter"), ("from", "set-up")])
            desk.isPage(slip)
            let first = try code(slip)
            #expect(try desk.node.enrolment(first).officer == "XA-D9")
            #expect(slip.body.contains("Officer &lt;Nine&gt;"))
            #expect(slip.body.contains("/set-up/peer"))
            let twice = try await post("", [("officer", "XA-D9"), ("pseudonym", "Other"), ("role", "drafter")])
            desk.isPage(twice, status: 409)
            #expect(twice.body.contains("value=\"Other\""))
            #expect(twice.body.contains("<option value=\"drafter\" selected>"))
            #expect(try await post("/XA-D9/role", [("role", "approver")]).status == 303)
            #expect(try desk.node.account("XA-D9", officer: nil).role == "approver")
            #expect(try await post("/XA-D9/disable").status == 303)
            #expect(try await desk.get("/admin/users/XA-D9?done=disabled", as: "XA-R1").body.contains("The account is disabled"))
            #expect(try desk.node.account("XA-D9", officer: nil).state == .disabled)
            desk.isPage(try await post("/XA-D9/reset"), status: 409)
            #expect(try await post("/XA-D9/enable").status == 303)
            let again = try await post("/XA-D9/reset")
            desk.isPage(again)
            #expect(try code(again) != first)
            #expect(throws: ComityError.self) { try desk.node.enrolment(first) }
            // Nobody changes the own account, and nobody does it without being asked to.
            desk.isPage(try await post("/XA-R1/disable"), status: 403)
            #expect(try await desk.post("/admin/users/XA-D9/disable", [], as: "XA-R1", csrf: false).status == 403)
            desk.isPage(try await desk.post("/admin/users/XA-D9/disable", [], as: "XA-D1"), status: 403)
            let log = try await desk.get("/admin/audit", as: "XA-R1")
            for word in ["Invited", "Role changed", "Disabled", "Enabled", "New one-time code given"] {
                #expect(log.body.contains(word), "\(word)")
            }
        }
    }

    @Test("facts about the authority are checked, kept in node.json, and stand in the entry")
    func authority() async throws {
        try await DeskFixture.run(prepare: Self.invite) { desk in
            func save(_ changes: [String: String], to path: String = "/admin/node", as officer: String = "XA-R1") async throws
                -> DeskFixture.Answer
            {
                var fields = [
                    "name": "New Name", "phone": "+598 2 12", "email": "a@b.example", "languages": "es, en", "zone": "Asia/Tashkent",
                ]
                fields.merge(changes) { $1 }
                return try await desk.post(path, fields.map { ($0.key, $0.value) }, as: officer)
            }
            for wrong in [
                ["zone": "Mars/Olympus"], ["phone": "123"], ["email": "nobody"], ["languages": ""], ["name": ""], ["languages": "en en"],
            ] {
                let page = try await save(wrong)
                desk.isPage(page, status: 400)
                #expect(page.body.contains(wrong["name"] == nil ? "value=\"New Name\"" : "value=\"\""))
            }
            desk.isPage(try await save([:], as: "XA-D1"), status: 403)
            let fingerprint = desk.node.fingerprint
            #expect(try await save([:], to: "/set-up/authority")["Location"] == "/set-up/officers")
            let kept = try Node(folder: desk.node.folder.path)
            #expect(kept.configuration == desk.node.configuration)
            #expect(kept.configuration.authority.languages == ["es", "en"])
            #expect(kept.fingerprint == fingerprint)
            desk.isPage(try await desk.get("/admin/node?done=saved", as: "XA-R1"))
            // 06:12 in UTC is 11:12 there.
            try await desk.node.setClock(try Instant("2026-11-22T06:12:00Z"))
            #expect(try await desk.get("/sign-in", as: nil).body.contains(">11:12<"))
        }
    }

    @Test("a backup is noted, and the first steps are computed from what is there")
    func firstSteps() async throws {
        try await DeskFixture.run { ours, theirs in
            try await Self.invite(ours, theirs)
            try await DeskFixture.introduce(ours, theirs)
        } _: { desk in
            #expect(try desk.node.gettingStarted().done == [.peer])
            desk.isPage(try await desk.post("/admin/backups", [("place", "x")], as: "XA-R1"), status: 400)
            #expect(try await desk.post("/set-up/backup", [("place", "disk 2")], as: "XA-R1")["Location"] == "/getting-started")
            // Whoever is signed in has taken the account into use.
            _ = try await desk.get("/queue", as: "XA-D1")
            _ = try await desk.get("/queue", as: "XA-A1")
            #expect(try desk.node.gettingStarted().done == [.peer, .backup, .officers])
            #expect(try await desk.get("/admin", as: "XA-R1").body.contains("3 of 6 done"))
            #expect(try await desk.get("/admin/backups", as: "XA-R1").body.contains("disk 2"))
            #expect(try await desk.post("/getting-started/put-away", [], as: "XA-R1").status == 303)
            #expect(!(try await desk.get("/admin", as: "XA-R1").body.contains("3 of 6 done")))
            desk.isPage(try await desk.get("/getting-started", as: "XA-D1"))
            _ = try await DeskFixture.newDraft(on: desk.node, title: "Wallet host")
            #expect(try desk.node.gettingStarted().done.contains(.file))
        }
    }

    @Test("preferences change the page, and what other screens keep stays")
    func preferences() async throws {
        try await DeskFixture.run { desk in
            try await desk.node.setPreferences(["columns": "few", "theme": "light"], of: "XA-D1")
            desk.isPage(try await desk.get("/me"))
            let fields = [("theme", "dark"), ("density", "compact"), ("shortcuts", "off"), ("columns", "many"), ("x", "y")]
            #expect(try await desk.post("/me/preferences", fields).status == 303)
            let page = try await desk.get("/me?done=preferences")
            desk.isPage(page)
            #expect(page.body.contains("data-theme=\"dark\" data-density=\"compact\""))
            #expect(!page.body.contains("data-shortcuts"))
            #expect(try await desk.post("/me/preferences", [("theme", "pink")]).status == 303)
            let kept = try await desk.node.startSession(officer: "XA-D1").session.preferences
            #expect(kept == ["columns": "few", "theme": "dark", "density": "compact", "shortcuts": "off"])
        }
    }

    @Test("password, recovery codes and sessions are the officer's own")
    func own() async throws {
        try await DeskFixture.run { desk in
            let who = try await desk.enrol(try #require(try await desk.node.setupCode()))
            let short = [
                ("old", DeskFixture.password), ("new", "short"), ("again", "short"), ("code", try desk.code(who.secret, steps: 1)),
            ]
            let refused = try await desk.post("/me/password", short, as: who.officer)
            desk.isPage(refused, status: 400)
            #expect(refused.body.contains("id=\"new-error\""))
            #expect(!refused.body.contains(DeskFixture.password))
            desk.isPage(try await desk.post("/me/recovery-codes", [("proof", "000000")], as: who.officer), status: 403)
            let new = "eleven quiet ferries turning"
            let taken = [("old", DeskFixture.password), ("new", new), ("again", new), ("code", try desk.code(who.secret, steps: 1))]
            let changed = try await desk.post("/me/password", taken, as: who.officer)
            #expect(changed["Location"] == "/sign-in?done=password&to=/me")
            #expect(changed["Set-Cookie"]?.contains("Max-Age=0") == true)
            #expect(try desk.node.openSessions(of: who.officer, by: nil).isEmpty)
            desk.isOutside(try await desk.get("/sign-in?done=password&to=/me", as: nil))

            let (token, _) = try await desk.node.startSession(officer: who.officer)
            #expect(try desk.node.openSessions(of: who.officer, by: who.officer, token: token).map(\.isThis) == [true])
            #expect(throws: ComityError.self) { try desk.node.openSessions(of: who.officer, by: "XA-D1") }
            #expect(try await desk.post("/me/sessions/end", [], as: who.officer)["Location"] == "/sign-in?done=sessions&to=/me")
            #expect(try desk.node.session(token: token) == nil)
        }
    }
}
