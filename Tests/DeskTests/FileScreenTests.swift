// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Node
import Standards
import Storage
import Testing

@testable import Desk

@Suite("Desk: the page of a file acts", .serialized)
struct FileScreenTests {
    private func button(_ page: DeskFixture.Answer, _ path: String) -> Bool { page.body.contains("href=\"\(path)\"") }

    @Test("one click acknowledges; the banner says what was done, its hash, how the delivery stands, and what is next")
    func acknowledge() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.preservation)
        let page = try await pair.theirs.get("/files/\(ref)", as: "XB-D1")
        pair.theirs.isPage(page)
        #expect(page.body.contains("action=\"/files/\(ref)/acts/acknowledge\"") && page.body.contains("data-key=\"a\""))
        let answer = try await pair.theirs.post("/files/\(ref)/acts/acknowledge", [("seen", "1")], as: "XB-D1")
        #expect(answer.status == 303)
        let location = try #require(answer["Location"])
        let act = try #require(try pair.theirs.node.fileView(ref, officer: nil).acts.last)
        #expect(act.kind == .acknowledge && act.body == .object([:]) && location == "/files/\(ref)?done=\(act.id)")
        var done = try await pair.theirs.get(location, as: "XB-D1")
        pair.theirs.isPage(done)
        #expect(done.body.contains("Done:") && done.body.contains(act.hash) && done.body.contains("What happens next"))
        #expect(done.body.contains("Not delivered to") && !done.body.contains("Delivered to"))
        try await pair.carry()
        done = try await pair.theirs.get(location, as: "XB-D1")
        #expect(done.body.contains("Delivered to") && !done.body.contains("Not delivered to"))
        // Twice is once: the second click finds that it is done.
        let again = try await pair.theirs.post("/files/\(ref)/acts/acknowledge", [("seen", "2")], as: "XB-D1")
        pair.theirs.isPage(again, status: 409)
        #expect(try pair.theirs.node.fileView(ref, officer: nil).acts.count == 2)
        // Their act is not announced as ours.
        #expect(try await !pair.ours.get("/files/\(ref)?done=\(act.id)").body.contains("Done:"))
    }

    @Test("an error shows the form again with everything that was typed; nothing is signed")
    func mistakes() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.preservation)
        _ = try await pair.theirs.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let path = "/files/\(ref)/acts/preserve"
        let hostile = "first line\n\"><script>alert(1)</script>\u{202E}\u{0301} last"
        let fields = [
            ("seen", "2"), ("outcome", "everything"), ("effective.day", "31"), ("effective.month", "2"), ("effective.year", "2026"),
            ("effective.time", "03:12"), ("effective.zone", "UTC"), ("note", hostile),
        ]
        let page = try await pair.theirs.post(path, fields, as: "XB-D1")
        pair.theirs.isPage(page, status: 422)
        #expect(page.body.contains("<title>Exercise: Problem:"))
        for id in ["f-outcome", "f-effective.day"] {
            #expect(page.body.contains("href=\"#\(id)\"") && page.body.components(separatedBy: " id=\"\(id)\"").count == 2, "\(id)")
        }
        for kept in ["value=\"31\"", "value=\"03:12\"", "first line\n&quot;&gt;&lt;script&gt;"] {
            #expect(page.body.contains(kept), "\(kept)")
        }
        #expect(page.body.components(separatedBy: "is no date and time").count == 3, "in the summary and beside the field")
        #expect(try pair.theirs.node.fileView(ref, officer: nil).acts.count == 2)
        // Half a form is not a step either.
        let empty = try await pair.theirs.post(path, [], as: "XB-D1")
        pair.theirs.isPage(empty, status: 422)
        #expect(empty.body.contains("Choose an answer") && empty.body.contains("Fill in"))
        // More lines, and what stood in the others stays.
        let more = try await pair.theirs.post(
            "/files/\(ref)/acts/ask", [("questions", "One?"), ("questions", "Two?"), ("rows.questions", "2"), ("more", "questions")],
            as: "XB-D1")
        pair.theirs.isPage(more)
        #expect(more.body.components(separatedBy: "name=\"questions\"").count == 6)
        #expect(more.body.contains("One?</textarea>") && more.body.contains("Two?</textarea>"))
        // A token of nobody, or none.
        let foreign = try await pair.theirs.post(path, [], as: "XB-D1", csrf: false)
        #expect(foreign.status == 403)
    }

    @Test("a form that is older than the file is not signed over the head of a new act")
    func changed() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.storedData)
        _ = try await pair.theirs.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        try await pair.carry()
        _ = try await pair.ours.post("/files/\(ref)/acts/withdraw", [("reason", "No longer needed.")])
        try await pair.carry()
        let fields = [("seen", "2"), ("questions", "Which account?"), ("reviewBy.days", "7")]
        let page = try await pair.theirs.post("/files/\(ref)/acts/ask", fields, as: "XB-D1")
        pair.theirs.isPage(page, status: 409)
        #expect(page.body.contains("The file changed while you were writing") && page.body.contains("withdrew the request"))
        #expect(try pair.theirs.node.fileView(ref, officer: nil).acts.count == 3)
    }

    @Test("a refusal leads through a consultation, shows forbidden grounds apart, waits for a second person, and is approved by another")
    func refusal() async throws {
        let pair = try await DeskPair()
        let (desk, ref) = (pair.theirs, try await pair.delivered(.mutualLegalAssistance))
        _ = try await desk.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let before = try await desk.get("/files/\(ref)/acts/refuse", as: "XB-D1")
        desk.isPage(before)
        #expect(button(before, "/files/\(ref)/acts/consult") && !before.body.contains("name=\"text\""))
        let consult = try await desk.post("/files/\(ref)/acts/consult", [("text", "Our law bars this.")], as: "XB-D1")
        #expect(consult.status == 303)
        let form = try await desk.get("/files/\(ref)/acts/refuse", as: "XB-D1")
        desk.isPage(form)
        #expect(form.body.contains("May not be a reason") && form.body.contains("Bank secrecy"))
        #expect(!form.body.contains("value=\"uncc.40.24.bank-secrecy\"") && form.body.contains("value=\"uncc.40.21.c.domestic-bar\""))
        #expect(form.body.contains("text not compared yet") && form.body.contains("Article 40(21)(c)"))
        // A ground that is not offered is not taken, whoever sends it.
        let forced = try await desk.post(
            "/files/\(ref)/acts/refuse", [("grounds", "uncc.40.24.bank-secrecy"), ("text", "Secret.")], as: "XB-D1")
        desk.isPage(forced, status: 422)
        let prepared = try await desk.post(
            "/files/\(ref)/acts/refuse", [("grounds", "uncc.40.21.c.domestic-bar"), ("text", "Order 77.\nSecond paragraph.")], as: "XB-D1")
        #expect(prepared["Location"] == "/files/\(ref)?done=prepared")
        let author = try await desk.get("/files/\(ref)?done=prepared", as: "XB-D1")
        desk.isPage(author)
        #expect(author.body.contains("Waits for a second person") && author.body.contains("Order 77.\nSecond paragraph."))
        #expect(author.body.contains("The law of the requested State would bar"))
        #expect(!author.body.contains("/prepared/approve\"") && author.body.contains("/prepared/discard\""))
        // The author cannot approve, not even by hand.
        desk.isPage(try await desk.post("/files/\(ref)/prepared/approve", [], as: "XB-D1"), status: 403)
        let second = try await desk.get("/files/\(ref)", as: "XB-A1")
        #expect(second.body.contains("/prepared/approve\""))
        // What was seen is what is approved.
        desk.isPage(try await desk.post("/files/\(ref)/prepared/approve", [("stamp", "2026-01-01T00:00:00Z")], as: "XB-A1"), status: 409)
        let approved = try await desk.post("/files/\(ref)/prepared/approve", [], as: "XB-A1")
        #expect(approved.status == 303)
        let view = try desk.node.fileView(ref, officer: nil)
        #expect(view.state == .refused && view.acts.last?.body["text"]?.string == "Order 77.\nSecond paragraph.")
    }

    @Test("a prepared step is discarded without a trace in the file")
    func discard() async throws {
        let pair = try await DeskPair()
        let (desk, ref) = (pair.theirs, try await pair.delivered(.freezing))
        _ = try await desk.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let fields = [("rule", "consultation"), ("reason", "Urgent.")]
        #expect(try await desk.post("/files/\(ref)/acts/override", fields, as: "XB-D1")["Location"] == "/files/\(ref)?done=prepared")
        // One step waits at a time; the buttons say so.
        let page = try await desk.get("/files/\(ref)", as: "XB-D1")
        #expect(page.body.contains("A step waits for a second person") && !button(page, "/files/\(ref)/acts/ask"))
        desk.isPage(try await desk.post("/files/\(ref)/acts/override", fields, as: "XB-D1"), status: 409)
        let discarded = try await desk.post("/files/\(ref)/prepared/discard", [], as: "XB-D1")
        desk.isPage(try await desk.get(try #require(discarded["Location"]), as: "XB-D1"))
        #expect(try desk.node.preparedStep(ref, officer: nil) == nil)
        #expect(try desk.node.fileView(ref, officer: nil).acts.count == 2)
    }

    @Test("correspondence pairs questions with answers, keeps notes at home, and multi-line text stays as it was")
    func correspondence() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.storedData)
        _ = try await pair.theirs.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let ask = [("questions", "Which zone?"), ("questions", ""), ("questions", "Which port?"), ("reviewBy.days", "7")]
        #expect(try await pair.theirs.post("/files/\(ref)/acts/ask", ask, as: "XB-D1").status == 303)
        try await pair.carry()
        let open = try await pair.ours.get("/files/\(ref)?part=correspondence")
        pair.ours.isPage(open)
        #expect(open.body.contains("Not answered yet") && button(open, "/files/\(ref)/acts/answer"))
        #expect(try await pair.ours.get("/files/\(ref)").body.contains("data-key=\"r\""))
        let form = try await pair.ours.get("/files/\(ref)/acts/answer")
        #expect(form.body.contains("Which zone?") && form.body.contains("name=\"answers.2\""))
        let half = try await pair.ours.post("/files/\(ref)/acts/answer", [("answers.1", "UTC")])
        pair.ours.isPage(half, status: 422)
        #expect(half.body.contains("UTC</textarea>") && half.body.contains("Answer every question"))
        #expect(
            try await pair.ours.post("/files/\(ref)/acts/answer", [("answers.1", "UTC"), ("answers.2", "443,\r\nseen twice")]).status == 303
        )
        let note = try await pair.ours.post("/files/\(ref)/notes", [("text", "Ask the translator.")])
        #expect(note["Location"] == "/files/\(ref)?part=correspondence&done=noted")
        pair.ours.isPage(try await pair.ours.post("/files/\(ref)/notes", [("text", " ")]), status: HTTPStatus.usage)
        try await pair.carry()
        let ours = try await pair.ours.get("/files/\(ref)?part=correspondence")
        pair.ours.isPage(ours)
        for expected in ["Which zone?", "443,\nseen twice", "Ask the translator."] { #expect(ours.body.contains(expected), "\(expected)") }
        #expect(!ours.body.contains("Not answered yet"))
        let theirs = try await pair.theirs.get("/files/\(ref)?part=correspondence", as: "XB-D1")
        #expect(theirs.body.contains("443,\nseen twice") && !theirs.body.contains("Ask the translator."))
    }

    @Test("a signed act is shown as it is registered; an act of another file is not found there")
    func signed() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.preservation)
        let other = try await pair.delivered(.storedData)
        let act = try #require(try pair.ours.node.fileView(ref, officer: nil).acts.first)
        for desk in pair.desks {
            let page = try await desk.get("/files/\(ref)/acts/\(act.id)", as: DeskPair.officer(desk, "D1"))
            desk.isPage(page)
            #expect(page.body.contains(act.hash) && page.body.contains("&quot;kind&quot;: &quot;request&quot;"))
        }
        pair.ours.isPage(try await pair.ours.get("/files/\(other)/acts/\(act.id)"), status: 404)
        #expect(
            SignedActPage.pretty(.object(["b": .array([.integer(1), .object([:])]), "a": .string("x\"\n")]))
                == "{\n  \"a\": \"x\\\"\\n\",\n  \"b\": [\n    1,\n    {}\n  ]\n}")
    }

    @Test("the register of a file says who did what; an auditor sees that, and content only behind broken glass")
    func audit() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.preservation, ["title": .string("Harbour Hospital")])
        try await pair.ours.node.addNote(ref, text: "A secret thought.", officer: "XA-D1")
        let page = try await pair.ours.get("/files/\(ref)?part=audit")
        pair.ours.isPage(page)
        for expected in ["Receipt verified", "Noted", "A secret thought.", "XA-D1", "the node"] {
            #expect(page.body.contains(expected), "\(expected)")
        }
        let auditor = try await pair.ours.get("/files/\(ref)", as: "XA-U1")
        pair.ours.isPage(auditor)
        #expect(!auditor.body.contains("Harbour Hospital") && auditor.body.contains("name=\"reason\""))
        #expect(!auditor.body.contains("/acts/withdraw") && auditor.body.contains("Your role reads"))
        let entries = try await pair.ours.get("/files/\(ref)?part=audit", as: "XA-U1")
        pair.ours.isPage(entries)
        #expect(entries.body.contains("Noted") && !entries.body.contains("A secret thought."))
        let short = try await pair.ours.post("/files/\(ref)/glass", [("reason", "because")], as: "XA-U1")
        pair.ours.isPage(short, status: HTTPStatus.usage)
        #expect(short.body.contains("because</textarea>"))
        let act = try #require(try pair.ours.node.fileView(ref, officer: nil).acts.first)
        pair.ours.isPage(try await pair.ours.get("/files/\(ref)/acts/\(act.id)", as: "XA-U1"), status: 403)
        let broken = try await pair.ours.post("/files/\(ref)/glass", [("reason", "Sample 7 of the yearly audit")], as: "XA-U1")
        let opened = try await pair.ours.get(try #require(broken["Location"]), as: "XA-U1")
        pair.ours.isPage(opened)
        #expect(opened.body.contains("Harbour Hospital") && opened.body.contains("Opened for 60 minutes"))
        // Reading is all an auditor does.
        pair.ours.isPage(try await pair.ours.post("/files/\(ref)/acts/withdraw", [("reason", "x")], as: "XA-U1"), status: 403)
        // An administrator sees no files at all.
        pair.ours.isPage(try await pair.ours.get("/files/\(ref)", as: "XA-M1"), status: 403)
    }

    @Test("who opens a file is registered, once; a file whose content was removed says so on every page")
    func viewedAndRemoved() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.preservation, ["title": .string("Harbour Hospital")])
        let (desk, node) = (pair.ours, pair.ours.node)
        func looks() throws -> [RegisterEvent] { try node.store.read { try $0.events([.viewed], limit: 10) } }
        let act = try #require(try node.fileView(ref, officer: nil).acts.first)
        for path in ["/files/\(ref)/acts/\(act.id)", "/files/\(ref)", "/files/\(ref)?part=audit", "/queue"] {
            desk.isPage(try await desk.get(path, as: "XA-D1"))
        }
        #expect(try looks().map(\.by) == ["XA-D1"] && looks().first?.detail["how"] == .string("desk"))
        desk.isPage(try await desk.get("/files/\(ref)", as: "XA-U1"))
        desk.isPage(try await desk.get("/files/\(ref)", as: "XA-M1"), status: 403)
        #expect(try looks().count == 1)

        for (kind, body) in [("withdraw", ["reason": "The investigation ended."]), ("close", ["outcome": "withdrawn"])] {
            let step = try #require(ActKind(rawValue: kind))
            let owner = try node.steps(ref, officer: nil).contains { $0.kind == step && $0.possible && $0.ours } ? desk : pair.theirs
            let taken = try await owner.node.take(
                step, on: ref, officer: DeskPair.officer(owner, "D1"), body: .object(body.mapValues(JSONValue.string)))
            if case .prepared = taken { try await owner.node.approve(ref, officer: DeskPair.officer(owner, "A1")) }
            try await pair.carry()
        }
        try await node.setClock(try Instant("2033-01-01T00:00:00Z"))
        try await node.prepareRemoval([ref], officer: "XA-D1")
        try await node.approveRemoval(ref, officer: "XA-A1")
        for path in ["/files/\(ref)", "/files/\(ref)?part=audit", "/files/\(ref)/acts/\(act.id)", "/files/\(ref)/acts/ask"] {
            let page = try await desk.get(path, as: "XA-D1")
            desk.isPage(page, status: 410)
            #expect(page.body.contains("house.retention.short") && !page.body.contains("Harbour Hospital"), "\(path)")
        }
        for path in ["/queue?view=all", "/register", "/", "/shift", "/preservations?show=all", "/handover", "/calls"] {
            let page = try await desk.get(path, as: "XA-D1")
            #expect(page.status == 200 && !page.body.contains("Harbour Hospital"), "\(path): \(page.status)")
        }
        #expect(try await desk.get("/queue?view=all", as: "XA-D1").body.contains("content removed under rule"))
        desk.isPage(try await desk.get("/admin/retention", as: "XA-M1"))
    }

    @Test("many acts are paged by 50, each under its own number")
    func pages() async throws {
        let pair = try await DeskPair()
        let ref = try await pair.delivered(.preservation)
        let desk = pair.ours
        let scene = try Scene(desk.pages, session: try await desk.node.startSession(officer: "XA-D1").session)
        var json = try #require(
            try IJSON.decode(JSONValue.self, from: try IJSON.encode(try desk.node.fileView(ref, officer: nil)), limit: 1 << 24).object)
        let first = try #require(json["acts"]?.array?.first)
        json["acts"] = .array(Array(repeating: first, count: 1000))
        let view = try IJSON.decode(FileView.self, from: try IJSON.encode(JSONValue.object(json)), limit: 1 << 26)
        for (page, newest, oldest) in [(1, "1,000", "951"), (3, "900", "851"), (20, "50", "1")] {
            let timeline = Timeline(scene: scene, view: view, page: page)
            let lines = timeline.lines
            #expect(lines.count == 50)
            #expect(lines.first?["number"] as? String == newest && lines.last?["number"] as? String == oldest)
            #expect(timeline.paging["hasNewer"] as? Bool == (page > 1) && timeline.paging["hasOlder"] as? Bool == (page < 20))
        }
        let html = try desk.pages.html("file", FilePage(scene: scene, view: view, page: 2).fields, scene, title: "x", here: "")
        #expect(html.contains("Page 2 of 20") && html.contains("?page=3"))
        for wrong in ["0", "2", "-1", "x"] { desk.isPage(try await desk.get("/files/\(ref)?page=\(wrong)"), status: 404) }
    }
}

enum HTTPStatus {
    /// What `.usage` becomes on a page.
    static let usage = ErrorCode.usage.httpStatus
}
