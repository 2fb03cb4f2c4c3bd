// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import NIOCore
import Node
import Standards
import Testing
import Web

@testable import Desk

@Suite("Desk: the queue, its views and who has files in hand")
struct QueueTests {
    private static func drafts(_ titles: [String]) -> (Node, Node) async throws -> Void {
        { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await ours.invite(officer: "XA-L1", role: "lawyer", name: "Lian & Toval", by: nil)
            _ = try await ours.invite(officer: "XA-U1", role: "auditor", name: "XA-U1", by: nil)
            for title in titles { _ = try await DeskFixture.newDraft(on: ours, title: title) }
        }
    }

    @Test("the address of a view says everything; an address that cannot be is a kind page")
    func addresses() async throws {
        try await DeskFixture.run(prepare: Self.drafts(["Wallet host", "Hospital"])) { desk in
            for path in [
                "/queue?view=drafts&type=preservation&with=XB&side=requesting&sort=changed", "/queue?q=wallet", "/queue?q=%22%28*",
                "/queue?sort=reference",
                "/queue?assigned=XA-D1&q=%3Cscript%3E",
            ] { desk.isPage(try await desk.get(path)) }
            for path in ["/queue?type=none", "/queue?with=xb1", "/queue?side=left", "/queue?sort=up", "/queue?view=mine2"] {
                desk.isPage(try await desk.get(path), status: 404)
            }
            let found = try await desk.get("/queue?q=wallet")
            #expect(found.body.contains("Wallet host") && !found.body.contains("Hospital") && found.body.contains("value=\"wallet\""))
            let none = try await desk.get("/queue?q=nothing+like+this")
            desk.isPage(none)
            #expect(none.body.contains("No file fits") && none.body.contains("Clear the filter"))
            // A whole reference in the box of the bar leads to the file.
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            #expect(try await desk.get("/queue?q=\("\(ref)".lowercased())")["Location"] == "/files/\(ref)")
            #expect(try await desk.get("/queue?view=all&q=\(ref)").status == 200)
        }
    }

    @Test("a question comes back from its own address as it was")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var query = QueueQuery()
            query.view = try #require(QueueView.allCases.randomElement(using: &generator))
            query.filter = WorkFilter(
                type: Bool.random() ? FileType.allCases.randomElement(using: &generator) : nil,
                counterpart: Bool.random() ? try StateCode("XB") : nil,
                side: Bool.random() ? .requested : nil, assigned: Bool.random() ? "a&b=c+ é%" : nil,
                text: Bool.random() ? "x & y = \"z\" ü" : nil, sort: try #require(WorkFilter.Sort.allCases.randomElement(using: &generator))
            )
            let form = try Form(urlEncoded: Array(query.path.dropFirst("/queue?".count).utf8))
            #expect(QueueQuery { form[$0] } == query, "\(query.path)")
        }
    }

    @Test("files are taken, given and given back; nothing but the assignment moves")
    func assign() async throws {
        try await DeskFixture.run(prepare: Self.drafts(["One", "Two", "Three"])) { desk in
            let refs = try desk.node.queue(officer: nil).map { "\($0.ref)" }
            func assigned() throws -> [String?] { try desk.node.queue(officer: nil).map(\.assigned) }
            let back = ("back", "/queue?view=drafts")
            let mine = try await desk.post("/queue/assign", [back, ("me", refs[0])])
            let location = try #require(mine["Location"])
            #expect(mine.status == 303 && location.hasPrefix("/queue?view=drafts&to=XA-D1&was="))
            #expect(try assigned() == ["XA-D1", nil, nil])
            let page = try await desk.get(location)
            desk.isPage(page)
            #expect(page.body.contains("1 file is in your hands now.") && page.body.contains("action=\"/queue/undo\""))
            #expect(page.body.contains("<bdi>you</bdi>"))
            // The check boxes: all three to another officer.
            let given = try await desk.post("/queue/assign", [back, ("to", "XA-L1")] + refs.map { ("ref", $0) })
            let shown = try await desk.get(try #require(given["Location"]))
            desk.isPage(shown)
            #expect(shown.body.contains("3 files are with <bdi>Lian &amp; Toval</bdi> now."))
            let was = try #require(shown.body.firstMatch(of: /name="was" value="([^"]+)"/)).1
            #expect(try await desk.post("/queue/undo", [back, ("to", "XA-L1"), ("was", String(was))])["Location"] == "/queue?view=drafts")
            #expect(try assigned() == ["XA-D1", nil, nil])
            #expect(try await desk.get(try #require(given["Location"])).body.contains("/queue/undo") == false, "nothing to undo any more")
            // Nobody chosen, nobody moved; an auditor moves nothing; other sites are no place to go back to.
            #expect(try await desk.post("/queue/assign", [back, ("to", "XA-L1")])["Location"] == "/queue?view=drafts")
            #expect(try await desk.post("/queue/assign", [back, ("me", refs[1])], as: "XA-U1").status == 403)
            #expect(try await desk.post("/queue/assign", [("back", "//example.org"), ("to", "XA-L1")])["Location"] == "/")
            #expect(try await desk.post("/queue/assign", [back, ("to", "nobody"), ("ref", refs[1])]).status == 403)
            #expect(try assigned() == ["XA-D1", nil, nil])
            let auditor = try await desk.get("/queue", as: "XA-U1")
            desk.isPage(auditor)
            #expect(!auditor.body.contains("/queue/assign") && !auditor.body.contains("checkbox"))
        }
    }

    @Test("an officer saves a view, finds it in the rail of every page, and deletes it")
    func savedViews() async throws {
        try await DeskFixture.run(prepare: Self.drafts(["One"])) { desk in
            let path = "/queue?view=all&with=XB&q=one"
            #expect(try await desk.get("/queue").body.contains("Save this view") == false)
            #expect(try await desk.get(path).body.contains("Save this view"))
            #expect(try await desk.post("/queue/views", [("path", path), ("name", "Bresta <1>")])["Location"] == path)
            let page = try await desk.get(path)
            desk.isPage(page)
            #expect(page.body.contains("<h1><bdi>Bresta &lt;1&gt;</bdi></h1>") && page.body.contains("Delete this view"))
            #expect(try await desk.get("/directory").body.contains("Your views"))
            #expect(try await desk.get("/directory", as: "XA-A1").body.contains("Your views") == false)
            for (name, path, status) in [
                ("", path, 400), (String(repeating: "n", count: 41), path, 400),
                ("x", "/queue?q=" + String(repeating: "x", count: 190), 413),
                ("x", "//example.org", 403), ("x", "/files/1", 403),
            ] {
                #expect(
                    try await desk.post("/queue/views", [("path", path), ("name", name)]).status == status,
                    "\(name.prefix(5)) \(path.prefix(20))")
            }
            let key = try #require(page.body.firstMatch(of: /name="key" value="([^"]+)"/)).1
            #expect(try await desk.post("/queue/views/delete", [("key", "theme")]).status == 303)
            #expect(try await desk.post("/queue/views/delete", [("key", String(key))]).status == 303)
            #expect(try await desk.get("/directory").body.contains("Your views") == false)
        }
    }

    @Test("how far the register is, for a page that asks")
    func changes() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.sent(on: ours, title: "Hospital")
        } _: { desk in
            let all = try await desk.get("/changes?since=0")
            #expect(all["Content-Type"] == "application/json" && all["Cache-Control"] == "no-store")
            let head = try #require(all.body.firstMatch(of: /\{"head":(\d+),"acts":1\}/)).1
            #expect(try await desk.get("/changes?since=\(head)").body == "{\"head\":\(head),\"acts\":0}")
            for wrong in ["/changes", "/changes?since=-1", "/changes?since=x"] { #expect(try await desk.get(wrong).status == 404) }
            #expect(try await desk.get("/changes?since=0", as: nil).status == 303)
            #expect(try await desk.get("/queue").body.contains("data-changes=\"/changes?since="))
        }
    }

    @Test("a hundred rows weigh less than 100 KB on the line", .timeLimit(.minutes(30)))
    func weight() async throws {
        try await DeskFixture.run(prepare: Self.drafts((0..<100).map { "Preservation of access logs, shop platform number \($0)" })) {
            desk in
            let page = try await desk.get("/queue")
            #expect(page.body.components(separatedBy: "<tr class=\"item\"").count == 101)
            let small = try #require(Gzip.compress(Array(page.body.utf8))).readableBytes
            #expect(small < 100_000, "\(small)")
        }
    }
}
