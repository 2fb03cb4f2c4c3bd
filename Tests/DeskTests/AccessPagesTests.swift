// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Node
import Standards
import Testing
import Web

@testable import Desk

/// What the tests of signing in share.
extension DeskFixture {
    static let password = "seven rusty lamps at noon"

    /// Sends a form as a browser does that has no session.
    func send(_ path: String, _ fields: [(String, String)], cookie: String? = nil) async throws -> Answer {
        let text = fields.map { "\(URLText.encode($0.0))=\(URLText.encode($0.1))" }.joined(separator: "&")
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        if let cookie { headers[.cookie] = cookie }
        return try await get(path, method: .post, headers: headers, as: nil, body: ByteBuffer(string: text))
    }

    /// The code of a generator, some steps from now.
    func code(_ secret: String, steps: Int64 = 0) throws -> String {
        try #require(TOTP.code(secret: secret, at: Int64(Date().timeIntervalSince1970 * 1000) + steps * 30_000))
    }

    /// Enrols an officer through the use case; the secret of the generator.
    func enrol(_ code: String) async throws -> (officer: String, secret: String) {
        let enrolment = try node.enrolment(code)
        _ = try await node.enrol(code: code, password: Self.password, totpCode: try self.code(enrolment.secret))
        return (enrolment.officer, enrolment.secret)
    }

    /// The hidden fields of a page, as a browser reads them.
    static func hidden(_ html: String) -> [(String, String)] {
        html.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)">/).map { (read(String($0.1)), read(String($0.2))) }
    }

    /// The value of an attribute, in one pass as browsers do it.
    static func read(_ attribute: String) -> String {
        let names = ["quot": "\"", "lt": "<", "gt": ">", "amp": "&"]
        var out = String.UnicodeScalarView()
        var rest = attribute.unicodeScalars[...]
        while let start = rest.firstIndex(of: "&"), let end = rest[start...].firstIndex(of: ";") {
            out.append(contentsOf: rest[..<start])
            let name = String(rest[rest.index(after: start)..<end])
            if name.hasPrefix("#"), let scalar = UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init) {
                out.append(scalar)
            } else {
                out.append(contentsOf: (names[name] ?? "").unicodeScalars)
            }
            rest = rest[rest.index(after: end)...]
        }
        out.append(contentsOf: rest)
        return String(out)
    }

    /// What holds on every page of somebody who is not signed in.
    func isOutside(_ answer: Answer, status: Int = 200, _ location: SourceLocation = #_sourceLocation) {
        isSound(answer, location)
        #expect(answer.status == status, "\(answer.body.suffix(600))", sourceLocation: location)
        #expect(answer.body.components(separatedBy: "<h1").count == 2, sourceLocation: location)
        #expect(answer["Cache-Control"] == "no-store", sourceLocation: location)
        #expect(answer.body.contains("<title>Exercise: Problem: ") == (status >= 400), sourceLocation: location)
    }
}

@Suite("Desk: signing in, enrolment and the first run")
struct AccessPagesTests {
    @Test("the page of sign-in says which node this is, and nothing of its files")
    func identity() async throws {
        try await DeskFixture.run(prepare: DeskFixture.introduce) { desk in
            // The clock of the fixture runs; a busy machine takes minutes.
            try desk.node.holdClock(at: try Instant("2026-11-22T06:12:00Z"))
            let page = try await desk.get("/sign-in?to=/queue", as: nil)
            desk.isOutside(page)
            for group in desk.node.fingerprint.split(separator: " ") { #expect(page.body.contains("<span>\(group)</span>")) }
            #expect(page.body.contains("Contact Point of Alvania"))
            // Our time, UTC, and that of the State whose key is confirmed.
            for time in [">03:12<", ">06:12<", ">08:12<"] { #expect(page.body.contains(time), "\(time)") }
            #expect(!page.body.contains("Contact Point of Bresta"))
            #expect(page.body.contains("href=\"/set-up\""))
            #expect(!page.body.contains("/sign-in/provider"))
        }
    }

    @Test("from the set-up code to the first step after sign-in")
    func firstRun() async throws {
        try await DeskFixture.run { desk in
            desk.isOutside(try await desk.get("/set-up", as: nil))
            desk.isOutside(try await desk.send("/set-up", [("code", "nonsense")]), status: 403)
            let code = try #require(try await desk.node.setupCode())
            let page = try await desk.send("/set-up", [("code", code.lowercased().replacing("-", with: " "))])
            desk.isOutside(page)
            let enrolment = try desk.node.enrolment(code)
            let picture = try #require(QRCode(Array(enrolment.uri.utf8)))
            #expect(page.body.contains("<path d=\"\(picture.path)\"/>"))
            #expect(page.body.contains("<span>\(enrolment.secret.prefix(4))</span>"))
            #expect(DeskFixture.hidden(page.body).contains { $0 == ("code", code.lowercased().replacing("-", with: " ")) })
            /// The code of this moment, unless another is given.
            func enrol(_ wrong: String? = nil, _ password: String, _ again: String) async throws -> DeskFixture.Answer {
                let digits = try wrong ?? desk.code(enrolment.secret)
                return try await desk.send("/enrol", [("code", code), ("digits", digits), ("password", password), ("again", again)])
            }
            for (answer, status, field) in [
                (try await enrol("000000", DeskFixture.password, DeskFixture.password), 403, "digits"),
                (try await enrol(nil, DeskFixture.password, "another one, quite"), 400, "again"),
                (try await enrol(nil, "short", "short"), 400, "password"),
            ] {
                desk.isOutside(answer, status: status)
                #expect(answer.body.contains("<a href=\"#\(field)\">"), "\(field)")
                #expect(answer.body.contains("id=\"\(field)-error\""), "\(field)")
                #expect(!answer.body.contains(DeskFixture.password))
            }
            let done = try await enrol(nil, DeskFixture.password, DeskFixture.password)
            desk.isOutside(done)
            #expect(done.body.matches(of: /<li class="code">[0-9A-Z]{5}-[0-9A-Z]{5}<\/li>/).count == 10)
            #expect(done.body.contains("to=%2Fset-up%2Fauthority"))
            #expect(try await desk.get("/set-up", as: nil)["Location"] == "/sign-in")
            #expect(try await desk.node.setupCode() == nil)
            // A code that was used is worth nothing.
            desk.isOutside(try await enrol(nil, DeskFixture.password, DeskFixture.password), status: 403)

            let signedIn = try await desk.send(
                "/sign-in",
                [
                    ("officer", enrolment.officer), ("password", DeskFixture.password), ("to", "/set-up/authority"),
                    ("code", try desk.code(enrolment.secret, steps: 1)),
                ])
            #expect(signedIn.status == 303)
            #expect(signedIn["Location"] == "/set-up/authority")
            let cookie = try #require(signedIn["Set-Cookie"])
            for part in ["__Host-comity", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] { #expect(cookie.contains(part), "\(part)") }
            let token = String(cookie.prefix { $0 != ";" })
            for path in ["authority", "officers", "peer", "backup"].map({ "/set-up/" + $0 }) + ["/getting-started"] {
                desk.isPage(try await desk.get(path, headers: [.cookie: token], as: nil))
                // Somebody who is no administrator sees none of it.
                if path != "/getting-started" { desk.isPage(try await desk.get(path), status: 403) }
            }
        }
    }

    @Test("a form of 100 kB whose session had ended comes back whole, and goes where it was going")
    func kept() async throws {
        try await DeskFixture.run { desk in
            let who = try await desk.enrol(try #require(try await desk.node.setupCode()))
            let awkward = "Tab\t, می\u{200C}خواهم, क्\u{200D}ष, \u{202E}mirrored, 'a' \"b\" <script>&amp;</script>\r\nsecond line\r\n"
            let text = String((0..<400).flatMap { "\($0) \(awkward)" } + Array(repeating: "x", count: 60_000))
            #expect(text.utf8.count > 100_000)
            let old = [("csrf", "stale"), ("place", text), ("tick", "a"), ("tick", "b"), ("kept.x", "y"), ("empty", "")]
            let page = try await desk.send("/admin/backups?x=1", old)
            desk.isOutside(page)
            #expect(page.body.contains("What you wrote is kept"))
            let wrong = try await desk.send("/sign-in", DeskFixture.hidden(page.body) + [("officer", who.officer), ("password", "no")])
            desk.isOutside(wrong, status: 403)
            let answer = try await desk.send(
                "/sign-in",
                DeskFixture.hidden(wrong.body) + [
                    ("officer", who.officer), ("password", DeskFixture.password), ("code", try desk.code(who.secret, steps: 1)),
                ])
            desk.isOutside(answer)
            #expect(answer.body.contains("action=\"/admin/backups?x=1\""))
            let token = String(try #require(answer["Set-Cookie"]).prefix { $0 != ";" })
            let back = DeskFixture.hidden(answer.body)
            let isWhole = back.filter { $0.0 != "csrf" }.map { "\($0.0)=\($0.1)" } == old.dropFirst().map { "\($0.0)=\($0.1)" }
            #expect(isWhole)
            // The token is that of the new session: the form is taken, and refused only for what it says.
            let sent = try await desk.send("/admin/backups", back, cookie: token)
            #expect(sent.status == 400)
            #expect(sent.body.contains("Where the copy lies needs"))
        }
    }

    @Test("kept text waits for a sign-in in another tab")
    func otherTab() async throws {
        try await DeskFixture.run { desk in
            let fields = [("to", "/sign-out"), ("kept.a", "one\ntwo")]
            let not = try await desk.send("/sign-in/kept", fields)
            desk.isOutside(not, status: 403)
            #expect(DeskFixture.hidden(not.body).contains { $0 == ("kept.a", "one\ntwo") })
            let token = try await desk.node.startSession(officer: "XA-D1").token
            let page = try await desk.send("/sign-in/kept", fields, cookie: "\(SessionGate.cookie)=\(token)")
            desk.isOutside(page)
            #expect(DeskFixture.hidden(page.body).contains { $0 == ("a", "one\ntwo") })
        }
    }

    @Test("too many attempts say when to try again")
    func throttled() async throws {
        try await DeskFixture.run { desk in
            var last: DeskFixture.Answer?
            for _ in 0..<6 { last = try await desk.send("/sign-in", [("officer", "nobody"), ("password", "x"), ("code", "123456")]) }
            let answer = try #require(last)
            desk.isOutside(answer, status: 429)
            #expect(answer.body.contains("Try again in"))
            #expect(answer.body.contains("value=\"nobody\""))
            #expect(!answer.body.contains("123456"))
        }
    }

    @Test("a provider that is not there, or an answer that nobody here asked for, leads back to sign-in")
    func provider() async throws {
        try await DeskFixture.run { desk in
            desk.isOutside(try await desk.get("/sign-in/provider?to=/queue", as: nil), status: 409)
            desk.isOutside(try await desk.get("/sign-in/provider/answer?code=x&state=y", as: nil), status: 403)
            let stale = try await desk.get(
                "/sign-in/provider/answer?code=x", headers: [.cookie: "__Host-comity-oidc=abc.L3F1ZXVl"], as: nil)
            desk.isOutside(stale, status: 409)
            #expect(stale.body.contains("name=\"to\" value=\"/queue\""))
            #expect(stale["Set-Cookie"]?.contains("Max-Age=0") == true)
            let onward = try SignInPage(pages: desk.pages).onward("/queue?view=all")
            #expect(onward.status == .ok)
        }
    }

    @Test("two desks on one machine keep their cookies apart")
    func ports() {
        #expect(SessionGate.name("127.0.0.1:7480") == "__Host-comity-7480")
        #expect(SessionGate.name("localhost:7481") == "__Host-comity-7481")
        #expect(SessionGate.name("[::1]:7480") == "__Host-comity-7480")
        for authority in ["desk.example.org", "[::1]", nil, "host:port"] { #expect(SessionGate.name(authority) == "__Host-comity") }
    }

    @Test("staying signed in takes the token of the session")
    func renew() async throws {
        try await DeskFixture.run { desk in
            let answer = try await desk.post("/session/renew", [])
            #expect(answer.status == 200)
            let match = try #require(answer.body.wholeMatch(of: /\{"left":(\d+)\}/))
            #expect((900...1800).contains(try #require(Int(match.1))))
            #expect(try await desk.post("/session/renew", [], csrf: false).status == 403)
            let page = try await desk.get("/queue")
            #expect(page.body.contains("data-left=\"1"))
        }
    }

    @Test("text fields give back lines, tabs and joiners; what reorders text is replaced")
    func pageText() {
        #expect(PageText().escapeText("a\n\tb\u{200C}c\u{200D}<") == "a\n\tb\u{200C}c\u{200D}&lt;")
        #expect(PageText().escapeText("a\u{202E}b\u{0}c\r\n") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}\n")
    }
}
