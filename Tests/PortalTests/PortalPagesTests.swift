// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Law
import Logging
import Node
import Standards
import Testing
import Treaty
import Web

@testable import Portal

@Suite("Portal: public pages")
struct PortalPagesTests {
    private static let day = "as-of=2026-11-21&known-by=2026-11-21"

    @Test("the status of a day: counter, map, table, and no script, cookie or foreign address")
    func status() async throws {
        let portal = try await PortalFixture()
        let page = try await portal.ask("/treaty?\(Self.day)")
        #expect(page.status == 200)
        let status = try portal.node.treaty().status(asOf: try CalendarDay("2026-11-21"), knownBy: try CalendarDay("2026-11-21"))
        #expect(status.standings.count == 196)
        #expect(page.body.contains("<dd>\(status.entry.counting) <small>of 40 needed</small>"))
        #expect(page.body.contains("<dd>40 <small>to 31 December 2026, New York</small>"))
        #expect(page.body.contains("<dt>Signatories</dt><dd>\(status.signatories.count)"))
        for standing in status.standings {
            #expect(
                page.body.contains("href=\"/treaty/\(standing.code)?as-of=2026-11-21&amp;known-by=2026-11-21\" class=\""),
                "\(standing.code)")
        }
        #expect(page.body.matches(of: /<th scope="row">/).count == 196)
        #expect(page.body.contains("Authority &lt;of&gt; the “centre”"))
        #expect(!page.body.contains("<script") && !page.body.contains("style=") && !page.body.contains(" on" + "click"))
        #expect(page["Set-Cookie"] == nil)
        #expect(page["Content-Security-Policy"]?.contains("default-src 'none'") == true)
        #expect(page["X-Content-Type-Options"] == "nosniff")
        #expect(page["Content-Type"] == "text/html; charset=utf-8")
        // Everything that a page loads is of this listener.
        for match in page.body.matches(of: /<(?:link|img|script|iframe)[^>]* (?:href|src)="([^"]*)"/) {
            #expect(match.1.hasPrefix("/assets/"))
        }
        let css = try #require(page.body.firstMatch(of: /href="(\/assets\/portal[^"]*)"/))
        let style = try await portal.ask(String(css.1))
        #expect(style.status == 200 && style["Content-Type"] == "text/css; charset=utf-8" && !style.body.contains("http"))
    }

    @Test("every State has a tile, once, and every link of a page leads somewhere")
    func links() async throws {
        let portal = try await PortalFixture()
        let tiles = try PortalResources().tiles
        let codes = try portal.node.treaty().participants.all.map(\.code)
        #expect(Set(tiles.places.map(\.code)) == Set(codes) && tiles.places.count == codes.count)
        let page = try await portal.ask("/treaty?\(Self.day)&show=reported")
        #expect(page.body.matches(of: /<th scope="row">/).count == 3)
        var seen: Set<String> = []
        for match in page.body.matches(of: /href="(\/[^"#]*)/) {
            let path = match.1.replacingOccurrences(of: "&amp;", with: "&")
            // The States are alike; a few stand for all.
            guard seen.insert(path).inserted, !path.hasPrefix("/treaty/") || path.contains("VN") || path.contains("EU") else { continue }
            #expect(try await portal.ask(path).status == 200, "\(path)")
        }
        #expect(seen.count > 200)
    }

    @Test("another day, and what was known by then")
    func days() async throws {
        let portal = try await PortalFixture()
        let before = try await portal.ask("/treaty?as-of=2025-10-24&known-by=2026-11-21")
        #expect(before.body.contains("opens in 1 day (433 until it closes)"))
        let unknown = try await portal.ask("/treaty?as-of=2026-11-21&known-by=2025-01-01")
        #expect(unknown.body.contains("<dt>Signatories</dt><dd>0"))
        let over = try await portal.ask("/treaty?as-of=2027-01-01&known-by=2026-11-21")
        #expect(over.body.contains("<dd>over <small>"))
        #expect(over.body.contains("as-of=2027-01-01&amp;known-by=2026-11-21"))
        let state = try await portal.ask("/treaty/AZ?\(Self.day)")
        #expect(state.status == 200 && state.body.contains("Azerbaijan") && state.body.contains("Binds nobody"))
        let name = try await portal.ask("/treaty/Viet%20Nam?\(Self.day)")
        #expect(name.status == 200 && name.body.contains("Record vn-signature"))
        let pair = try await portal.ask("/treaty/pair?one=VN&other=AT&\(Self.day)")
        #expect(pair.status == 200 && pair.body.contains("is not in force between them"))
    }

    @Test(
        "what cannot be answered is said, and is no page of its own",
        arguments: [
            ("/treaty?as-of=yesterday", 400), ("/treaty?as-of=2026-02-30", 400), ("/treaty?known-by=0000", 400),
            ("/treaty?show=%3Cb%3E", 400),
            ("/treaty/ZZ", 404), ("/treaty/XA", 404), ("/treaty/%00", 404), ("/treaty/%ff%fe", 404), ("/nothing", 404),
            ("/treaty/pair", 400), ("/treaty/pair?one=VN", 400), ("/treaty/pair?one=VN&other=VN", 400),
            ("/treaty/pair?one=VN&other=Atlantis", 404),
            ("/treaty.csv?as-of=x", 400), ("/treaty.ics?one=Atlantis", 404), ("/assets/..%2fnode.json", 404), ("/assets/portal.css", 404),
        ])
    func refused(path: String, status: Int) async throws {
        let answer = try await PortalFixture().ask(path)
        #expect(answer.status == status, "\(path)")
        #expect(
            answer.body.contains("<title>Problem: ") && answer.body.contains("Status of the Convention") && !answer.body.contains("<b>&"))
        #expect(!answer.body.contains("<b></b>") && answer["Cache-Control"] == "no-store")
    }

    @Test("pages are for reading")
    func reading() async throws {
        let portal = try await PortalFixture()
        for method: HTTPRequest.Method in [.post, .put, .delete, .patch, .options] {
            let answer = try await portal.ask("/treaty", method)
            #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD")
        }
        let head = try await portal.ask("/treaty", .head)
        #expect(head.status == 200 && head.body.isEmpty)
        #expect(try await portal.ask("/").status == 302)
        #expect(try await portal.ask("/health").body == "ok")
        let packed = try await portal.ask("/treaty?\(Self.day)", headers: [.acceptEncoding: "gzip"])
        #expect(packed["Content-Encoding"] == "gzip" && packed.body.utf8.count < 60_000)
    }

    @Test("a meeting: programme, log, documents, and what is not known; of an exercise only there")
    func meetings() async throws {
        let portal = try await PortalFixture()
        let list = try await portal.ask("/meetings")
        #expect(list.status == 200 && list.body.contains("href=\"/meetings/hanoi-2025\"") && !list.body.contains("exercise-2026"))
        let hanoi = try await portal.ask("/meetings/hanoi-2025")
        #expect(
            hanoi.body.contains("href=\"/treaty/AZ\"") && hanoi.body.contains("<td>not known</td>") && hanoi.body.contains("Who headed"))
        #expect(hanoi.body.matches(of: /<th scope="row">/).count >= 60)
        #expect(try await portal.ask("/meetings/exercise-2026").status == 404)
        let exercise = try await PortalFixture(exercise: true).ask("/meetings/exercise-2026")
        #expect(
            exercise.status == 200 && exercise.body.contains("09:00–10:00") && exercise.body.contains("EX/2026/2")
                && exercise.body.contains("Harbour room"))
    }

    @Test("so many pages a second, of everybody together; assets and the sign of life are free")
    func budget() async throws {
        let portal = try await PortalFixture()
        let start = ContinuousClock.now
        let budget = PageBudget(rate: 2, burst: 3, now: start)
        #expect((0..<5).map { _ in budget.takes(now: start) } == [true, true, true, false, false])
        #expect((0..<2).map { _ in budget.takes(now: start + .milliseconds(500)) } == [true, false])
        #expect((0..<5).map { _ in budget.takes(now: start + .seconds(3600)) } == [true, true, true, false, false])
        // A clock that goes back gives nothing.
        #expect(!budget.takes(now: start))
        let empty = PageBudget(rate: 0, burst: 0)
        let refused = try await portal.ask("/treaty", budget: empty)
        #expect(refused.status == 503 && refused["Retry-After"] == "5" && refused.body.contains("Try again in a few seconds."))
        #expect(try await portal.ask("/health", budget: empty).status == 200)
    }

    @Test("beyond this machine only with a certificate")
    func withoutTLS() async throws {
        let portal = try await PortalFixture()
        let logger = Logger(label: "portal-tests")
        for (address, stands) in [("0.0.0.0:7490", false), ("192.0.2.1:80", false), ("127.0.0.1:0", true), ("[::1]:0", true)] {
            let listener = try NodeConfiguration.Listener(address)
            var starts = true
            do throws(ComityError) {
                _ = try PortalServer.application(node: portal.node, listener: listener, logger: logger)
            } catch {
                starts = false
                #expect(error.code == .permission, "\(address)")
            }
            #expect(starts == stands, "\(address)")
        }
    }

    @Test("downloads: records as they are imported again, the computed status, a calendar")
    func downloads() async throws {
        let portal = try await PortalFixture()
        let csv = try await portal.ask("/treaty.csv?\(Self.day)")
        #expect(csv["Content-Type"]?.hasPrefix("text/csv") == true && csv["Content-Disposition"]?.contains("treaty-records.csv") == true)
        #expect(csv["Access-Control-Allow-Origin"] == "*")
        let treaty = try portal.node.treaty()
        #expect(csv.body.split(separator: "\r\n").count == treaty.records.count + 1)
        let records = try await portal.ask("/records.json?\(Self.day)")
        let read = try IJSON.decode(JSONValue.self, from: Array(records.body.utf8), limit: 1 << 22)
        #expect(read["records"]?.array?.count == treaty.records.count)
        let status = try await portal.ask("/treaty.json?\(Self.day)")
        let computed = try IJSON.decode(JSONValue.self, from: Array(status.body.utf8), limit: 1 << 22)
        #expect(computed["asOf"]?.string == "2026-11-21" && computed["entry"]?["needed"]?.integer == 40)
        #expect(computed["standings"]?.array?.count == 196)
        let calendar = try await portal.ask("/treaty.ics?one=VN&\(Self.day)")
        #expect(calendar.body.hasPrefix("BEGIN:VCALENDAR\r\n") && calendar["Content-Type"]?.hasPrefix("text/calendar") == true)
    }

    @Test("texts from outside stay texts, and only an address of the web is a link")
    func hostile() async throws {
        let portal = try await PortalFixture()
        let table = """
            id,participant,action,date,source,url,retrieved,tag,note
            mx-one,MX,signature,2026-03-02,<img src=x onerror=1>,javascript:alert(1),2026-04-01,C,"<script>alert(""1"")</script>"
            """
        let kept = try await portal.keep(table)
        // An address that is none of the web may be refused already; if it is kept, it is no link.
        if kept.kept.isEmpty {
            let again = try await portal.keep(table.replacingOccurrences(of: "javascript:alert(1)", with: ""))
            #expect(again.problems.isEmpty)
        }
        let page = try await portal.ask("/treaty/MX")
        #expect(page.status == 200 && page.body.contains("Record mx-one"))
        for bad in ["<img", "<script", "href=\"javascript", "\u{202E}"] { #expect(!page.body.contains(bad), "\(bad)") }
        let found = try await portal.ask("/treaty?find=%3Cscript%3E%22%27")
        #expect(
            found.status == 200 && found.body.contains("value=\"&lt;script&gt;&quot;&#39;\"") && found.body.contains("Nobody here matches"))
    }

    @Test("a correction is shown beside what it corrects; an exercise says so on every page")
    func corrected() async throws {
        let portal = try await PortalFixture()
        let kept = try await portal.keep(
            """
            id,participant,action,date,source,retrieved,tag,corrects,reason
            mx-one,MX,signature,2026-03-02,A newspaper,2026-04-01,C,,
            mx-two,MX,signature,2026-03-03,The depositary,2026-04-02,V,mx-one,The day was wrong.
            """)
        #expect(kept.problems.isEmpty && kept.kept.count == 2)
        let page = try await portal.ask("/treaty/MX")
        #expect(page.body.contains("3 March 2026") && page.body.contains("The day was wrong.") && page.body.contains("takes its place"))
        let exercise = try await PortalFixture(exercise: true)
        for path in ["/treaty", "/treaty/XA", "/treaty/pair?one=XA&other=XB", "/nothing"] {
            let page = try await exercise.ask(path)
            #expect(page.body.contains("<title>Exercise: ") && page.body.contains("<b>EXERCISE</b>"), "\(path)")
            #expect(!page.body.contains("Viet Nam"))
        }
    }

    @Test(
        "a map that is none is named with its place",
        arguments: ["VN", "VN:x", "VN:1 VN:2", "VN:1 AT:1", "VN:99", "V:1", "VN:-1", "VN:1:2"])
    func maps(text: String) throws {
        #expect(throws: ComityError.self) { try TileMap(reading: text) }
    }
}
