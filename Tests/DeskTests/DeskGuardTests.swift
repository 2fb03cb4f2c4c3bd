// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Logging
import Node
import Standards
import Testing
import Web

@testable import Desk

@Suite("Desk: who may ask, how, and what hostile text becomes")
struct DeskGuardTests {
    @Test("what is not there is a kind page")
    func missing() async throws {
        try await DeskFixture.run { desk in
            for path in [
                "/nothing", "/queue?view=nothing", "/queue?after=2", "/queue?after=a0_XA", "/queue?after=x", "/assets/desk.css",
                "/assets/..%2fstrings",
            ] {
                let answer = try await desk.get(path)
                desk.isPage(answer, status: 404)
                #expect(answer.body.contains("There is no page at this address."))
            }
        }
    }

    @Test("a reference that cannot be, or is not here, says what is wrong and the code last")
    func badReference() async throws {
        try await DeskFixture.run { desk in
            let wrong = try await desk.get("/files/XA-2026-PRE-000042-A")
            desk.isPage(wrong, status: 400)
            #expect(wrong.body.contains("check character"))
            let shape = try await desk.get("/files/%3Cscript%3E")
            desk.isPage(shape, status: 400)
            #expect(shape.body.contains("malformed-input"))
            let ref = try FileReference(state: try StateCode("XA"), year: 2026, typeCode: "PRE", number: 42)
            let absent = try await desk.get("/files/\(ref)")
            desk.isPage(absent, status: 404)
            #expect(absent.body.contains("There is no file \(ref)"))
            #expect(absent.body.contains("<title>Exercise: Problem: "))
        }
    }

    @Test("unusual methods reach nothing", arguments: ["OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
    func methods(_ method: String) async throws {
        try await DeskFixture.run { desk in
            for path in ["/queue", "/nothing"] {
                let answer = try await desk.get(path, method: try #require(.init(method)))
                desk.isSound(answer)
                #expect(answer.status == 405)
                #expect(answer["Allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE")
            }
        }
    }

    @Test("nobody who is not signed in sees anything of the node")
    func signInFirst() async throws {
        try await DeskFixture.run { desk in
            for path in ["/", "/queue?view=all", "/files/XA-2026-PRE-000042-L", "/register", "/directory"] {
                let answer = try await desk.get(path, as: nil)
                #expect(answer.status == 303)
                #expect(answer["Location"]?.hasPrefix("/sign-in") == true)
                #expect(answer.body.isEmpty)
            }
            let page = try await desk.get("/sign-in?to=/queue", as: nil)
            #expect(page.status == 200)
            #expect(page.body.contains("name=\"to\" value=\"/queue\""))
            // An address of somebody else is not where sign-in leads.
            for bad in ["//example.org", "https://example.org/", "/\\example.org", "javascript:alert(1)"] {
                #expect(URLText.ownPath(bad) == "/")
            }
        }
    }

    @Test("a form from another site is refused before any page")
    func otherSite() async throws {
        try await DeskFixture.run { desk in
            for headers in [
                [.origin: "https://example.org"] as HTTPFields, [HTTPFields.Element.Name("Sec-Fetch-Site")!: "cross-site"],
                [HTTPFields.Element.Name("Sec-Fetch-Site")!: "same-site"], [.origin: "null"],
            ] {
                let answer = try await desk.get("/sign-in", method: .post, headers: headers)
                #expect(answer.status == 403)
                #expect(answer.body.contains("Another web site"))
            }
        }
    }

    @Test("the token of a session is masked anew in each page and recognised")
    func token() {
        let one = CrossSite.masked("secret")
        #expect(one != CrossSite.masked("secret"))
        #expect(CrossSite.matches(one, "secret"))
        #expect(!CrossSite.matches(one, "other"))
        for wrong in ["", "a", String(one.dropLast(4)), String(one.reversed())] { #expect(!CrossSite.matches(wrong, "secret")) }
    }

    @Test("a form is read as browsers send it")
    func form() throws {
        let form = try Form(urlEncoded: Array("a=1+2&b=%C3%A9%0D%0Ax&a=&c&%5B%5D=y".utf8))
        #expect(form.all("a") == ["1 2", ""])
        #expect(form.text("b") == "é\nx")
        #expect(form["c"] == "")
        #expect(form["[]"] == "y")
        for wrong in ["a=%", "a=%4", "a=%zz", "a=%FF"] { #expect(throws: ComityError.self) { try Form(urlEncoded: Array(wrong.utf8)) } }
        #expect(throws: ComityError.self) { try Form(urlEncoded: Array(String(repeating: "a&", count: 20_001).utf8)) }
    }

    @Test("text leaves compressed when the browser takes it, and says the same")
    func compression() async throws {
        try await DeskFixture.run { desk in
            let plain = try await desk.get("/sign-in", as: nil)
            let small = try await desk.get("/sign-in", headers: [.acceptEncoding: "br, gzip"], as: nil)
            #expect(plain["Content-Encoding"] == nil)
            #expect(small["Content-Encoding"] == "gzip")
            #expect(try await desk.get("/sign-in", headers: [.acceptEncoding: "gzip;q=0"], as: nil)["Content-Encoding"] == nil)
        }
    }

    @Test("HEAD answers as GET does, without a body")
    func head() async throws {
        try await DeskFixture.run { desk in
            for path in ["/queue", "/directory", "/health", "/nothing"] {
                let head = try await desk.get(path, method: .head)
                desk.isSound(head)
                #expect(head.body.isEmpty)
                // Two answers differ in the moment they show, and in nothing else.
                let length = try #require(head["Content-Length"].flatMap { Int($0) })
                #expect(abs(length - (try await desk.get(path).body.utf8.count)) <= 16)
                #expect(head.status == (path == "/nothing" ? 404 : 200))
            }
        }
    }

    @Test(
        "a name that is not this machine's is refused before any page",
        arguments: [
            ("localhost", true), ("localhost:8080", true), ("LOCALHOST", true), ("127.0.0.1:1", true), ("127.9.9.9", true),
            ("[::1]:8080", true),
            ("desk.test:8080", true), ("example.org", false), ("127.0.0.1.example.org", false), ("localhost.example.org", false),
            ("[::2]", false), ("10.0.0.1", false), ("", false), ("[", false),
        ])
    func hosts(_ host: String, _ allowed: Bool) async throws {
        try await DeskFixture.run { desk in
            let gate = DeskGuard(pages: desk.pages, host: "desk.test", logger: Logger(label: "desk-tests"))
            let refusal = gate.refusal(HTTPRequest(method: .get, scheme: "http", authority: host.isEmpty ? nil : host, path: "/queue"))
            #expect(refusal?.status.code == (allowed ? nil : 421), "\(host)")
        }
    }

    @Test("assets are kept by the browser and named by their content")
    func assets() async throws {
        try await DeskFixture.run { desk in
            let path = desk.pages.resources.assets.path("desk")
            let style = try await desk.get(path)
            desk.isSound(style)
            #expect(style.status == 200)
            #expect(style["Content-Type"] == "text/css; charset=utf-8")
            #expect(style["Cache-Control"]?.contains("immutable") == true)
            #expect(try #require(Gzip.compress(Array(style.body.utf8))).readableBytes < 25_000)
            for outside in ["http://", "https://", "url(", "@import"] { #expect(!style.body.contains(outside)) }
            let again = try await desk.get(path, headers: [.ifNoneMatch: try #require(style["ETag"])])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            #expect(try await desk.get(desk.pages.resources.assets.path("mark")).status == 200)
        }
    }

    @Test("health is plain")
    func health() async throws {
        try await DeskFixture.run { desk in
            let answer = try await desk.get("/health")
            desk.isSound(answer)
            #expect(answer.body == "ok")
        }
    }

    /// A combining mark after `<` or `"`, or a prefixing mark before it, makes another character of it for Swift; a browser
    /// still reads it. So these are the texts that an escape by characters lets through.
    @Test(
        "hostile text is text",
        arguments: [
            "<script>alert(1)</script>", "\"\u{301} onmouseover=alert(1) x=\"", "\u{600}<script>alert(1)</script>",
            "<\u{338}img src=x onerror=alert(1)>",
            "\u{202E}gnp.exe\u{202C}\u{2066}\u{200B}", "</title></main><h1>", "{{{t}}} {{#a}} <!--icons-->", "a\u{0}\u{1B}[31mb",
            "'><svg/onload=alert(1)>",
        ])
    func hostile(_ text: String) async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await DeskFixture.newDraft(
                on: ours, title: text,
                [
                    "facts": .string(text), "necessity": .string(text), "custodian": .object(["provider": .string(text)]),
                    "offences": .array([
                        .object(["article": .string("UNCC-10"), "max_penalty_months": .integer(120), "title": .string(text)])
                    ]),
                ])
            // A draft's names may hold no invisible character and nothing that needs an escape.
            let name = Text.safe(String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\"" && $0 != "\\" })))
            _ = try await DeskFixture.newDraft(
                on: ours, title: text, [name: .string(text), "custodian": .object(["provider": .string("x"), name: .string(text)])])
            try await ours.approve(ref, officer: "XA-A1")
            _ = try await ours.send(ref, officer: "XA-D1")
        } _: { desk in
            for path in ["/queue"] + (try desk.node.queue(officer: nil).map { "/files/\($0.ref)" }) {
                let body = try await desk.get(path).body
                // Scalars, not characters: what a browser reads.
                let scalars = body.unicodeScalars.map(\.value)
                for pattern in [
                    "<script>", "<script src=\"http", "<img", "<svg/", "onload=alert(1)>", "</title></main>", "\" onmouseover", "\"\u{301}",
                ] {
                    #expect(!scalars.contains(subsequence: pattern.unicodeScalars.map(\.value)), "\(pattern) on \(path)")
                }
                for value: UInt32 in [0x202E, 0x202C, 0x2066, 0x200B, 0x0, 0x1B] {
                    #expect(!scalars.contains(value), "U+\(value) on \(path)")
                }
                #expect(body.components(separatedBy: "<h1").count == 2)
            }
        }
    }

    @Test("text is escaped by scalars")
    func escape() {
        #expect(PageText().escapeText("<\u{338}a href=\"x\"\u{301}>&'") == "&lt;\u{338}a href=&quot;x&quot;\u{301}&gt;&amp;&#39;")
    }

    @Test("a desk is not offered to other machines")
    func loopbackOnly() async throws {
        try await DeskFixture.run { desk in
            #expect(throws: ComityError(.permission, "")) {
                _ = try DeskServer.application(node: desk.node, host: "0.0.0.0", port: 0, logger: .init(label: "desk-tests"))
            }
        }
    }
}

extension [UInt32] {
    fileprivate func contains(subsequence: [UInt32]) -> Bool {
        guard !subsequence.isEmpty, count >= subsequence.count else { return false }
        return (0...(count - subsequence.count)).contains { Array(self[$0..<$0 + subsequence.count]) == subsequence }
    }
}
