// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Node
import Standards
import Testing

@testable import Desk

@Suite("Desk: pages")
struct DeskPagesTests {
    @Test("an empty node teaches what will appear and how to begin")
    func empty() async throws {
        try await DeskFixture.run { desk in
            for view in QueueView.allCases { desk.isPage(try await desk.get(view.path)) }
            let queue = try await desk.get("/queue")
            #expect(queue.body.contains("href=\"/requests/new\">Write the first request"))
            #expect(queue.body.contains("No files yet"))
            let directory = try await desk.get("/directory")
            desk.isPage(directory)
            #expect(directory.body.contains("href=\"/directory/add\""))
            #expect(directory.body.contains(String(desk.node.fingerprint.prefix(5))))
            let register = try await desk.get("/register")
            desk.isPage(register)
            #expect(register.body.contains("comity audit check"))
        }
    }

    @Test("drafts and sent requests stand in the queue and have a page")
    func filled() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.newDraft(on: ours, title: "Wallet host")
            _ = try await DeskFixture.delivered(from: ours, to: theirs, title: "Hospital ransomware")
            _ = try await DeskFixture.sent(on: ours, title: "Bank malware")
        } _: { desk in
            let items = try desk.node.queue(officer: nil)
            #expect(items.count == 3 && items.filter { $0.clock != nil }.map(\.title) == ["Hospital ransomware"])
            for view in QueueView.allCases {
                let page = try await desk.get(view.path)
                desk.isPage(page)
                let listed = try desk.node.work(view: view.work, officer: "XA-D1").items.map(\.ref)
                for item in items { #expect(page.body.contains("href=\"/files/\(item.ref)\"") == listed.contains(item.ref)) }
            }
            let queue = try await desk.get("/queue")
            // House limit: thirty minutes from the delivery.
            #expect(queue.body.contains("min left"))
            #expect(queue.body.contains("22 Nov 2026, 03:42 (-03:00)"))
            #expect(queue.body.contains("22 Nov 2026, 06:42 (UTC)"))
            #expect(queue.body.contains("22 Nov 2026, 08:42 (+02:00)"))
            for item in items {
                let page = try await desk.get("/files/\(item.ref)")
                desk.isPage(page)
                #expect(page.body.contains(item.title))
                let words = ["deliver": "This node tries again", "acknowledge": "This step belongs to"]
                #expect(page.body.contains(words[item.next.step] ?? "comity request approve"))
                #expect(page.body.contains("Northgate Hosting"))
            }
            for path in ["/register", "/directory"] { desk.isPage(try await desk.get(path)) }
            #expect(try await desk.get("/directory").body.contains("Contact Point of Bresta"))
            // The signed head names this register.
            #expect(try await desk.get("/register").body.contains("— "))
        }
    }

    @Test("a draft that was given back says why")
    func givenBack() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await DeskFixture.newDraft(on: ours, title: "Wallet host")
            try await ours.submit(ref, officer: "XA-D1")
            try await ours.returnDraft(ref, officer: "XA-A1", comment: "Name the four payments <b>.")
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            #expect(try desk.node.fileView(ref, officer: nil).comment == "Name the four payments <b>.")
            let page = try await desk.get("/files/\(ref)")
            desk.isPage(page)
            #expect(page.body.contains("The reviewer gave it back") && page.body.contains("Name the four payments &lt;b&gt;."))
            try await desk.node.submit(ref, officer: "XA-D1")
            #expect(try desk.node.fileView(ref, officer: nil).comment == nil)
            #expect(try await !desk.get("/files/\(ref)").body.contains("The reviewer gave it back"))
        }
    }

    @Test("every kind of act, clock, package and link has its words")
    func everything() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.delivered(from: ours, to: theirs, title: "Hospital ransomware")
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            let scene = try Scene(desk.pages, session: try await desk.node.startSession(officer: "XA-D1").session)
            for state in FileState.allCases {
                let view = try Self.full(try desk.node.fileView(ref, officer: nil), state: state)
                let html = try desk.pages.html("file", FilePage(scene: scene, view: view).fields, scene, title: "x", here: "")
                for expected in [
                    "acknowledged the request", "preserved the data", "supplied a package", "verified and received", "Overtaken", "5521/26",
                    "Preserved in part",
                    "1,840,000,000 bytes", "1.84 GB", "3 of 110 parts here", "text not compared yet", "Met in time",
                    "Kept until the request is decided.",
                    "not on this node", "next try at", "Only for this case.", "No receipt yet", "Register entry",
                ] { #expect(html.contains(expected), "\(expected)") }
                // Newest first, each under its own number.
                let newest = try #require(html.range(of: "</span>6</span>"))
                let oldest = try #require(html.range(of: "</span>1</span>"))
                #expect(newest.lowerBound < oldest.lowerBound)
            }
            for state in FileState.allCases { _ = StateTag(state, desk.pages.strings) }
            for step in ["approve", "send", "deliver", "follow-up", "none"] + ActKind.allCases.map(\.rawValue) {
                _ = desk.pages.strings("next.\(step)")
            }
            #expect(desk.pages.strings.missing.isEmpty, "\(desk.pages.strings.missing)")
        }
    }

    /// The view of a file in which everything has happened, made from a real one through its published JSON.
    private static func full(_ view: FileView, state: FileState) throws -> FileView {
        let limit = 16 * 1024 * 1024
        var json = try #require(try IJSON.decode(JSONValue.self, from: try IJSON.encode(view), limit: limit).object)
        let first = try #require(json["acts"]?.array?.first?.object)
        func act(_ kind: String, _ from: String, _ body: [String: JSONValue], _ more: [String: JSONValue] = [:]) -> JSONValue {
            var act = first.filter { $0.key != "delivery" }
            act["kind"] = .string(kind)
            act["from"] = .string(from)
            act["body"] = .object(body)
            act["receipted"] = .bool(true)
            return .object(act.merging(more) { $1 })
        }
        let hash: JSONValue = .string(String(repeating: "ab", count: 32))
        json["acts"] = .array([
            .object(first), act("acknowledge", "XB", ["localReference": .string("5521/26")]),
            act(
                "preserve", "XB",
                ["effective": .string("2026-11-22T06:20:00Z"), "outcome": .string("partial"), "note": .string("No memory.")]),
            act(
                "supply", "XB",
                [
                    "package": .object([
                        "name": .string("a.bag.tar.age"), "size": .integer(1_840_000_000), "exhibits": .integer(1), "digest": hash,
                    ]),
                    "conditions": .array([]),
                ]),
            act(
                "receive", "XA", ["package": hash, "exhibits": .integer(2)],
                [
                    "receipted": .bool(false),
                    "delivery": .string("not yet delivered after 3 tries, next try at 2026-11-22T07:00:00Z: no answer"),
                ]),
            act("preserve", "XB", ["effective": .string("not a time")], ["effect": .string("overtaken")]),
        ])
        let clock = try #require(json["clocks"]?.array?.first?.object)
        json["clocks"] = .array(
            ["running", "held", "met", "over", "paused", "ended"].map {
                .object(clock.merging(["state": .string($0), "unverified": .bool(true), "article": .string("42(8)")]) { $1 })
            })
        json["links"] = .array([
            .object(["relation": .string("follows"), "ref": .string(view.ref.description), "known": .bool(true)]),
            .object(["relation": .string("followed-by"), "ref": .string(view.ref.description), "known": .bool(false)]),
        ])
        json["packages"] = .array(
            ["sealed", "supplied", "complete", "received"].map {
                .object([
                    "name": .string("a.bag.tar.age"), "size": .integer(1_840_000_000), "digest": hash, "exhibits": .integer(2),
                    "stage": .string($0),
                    "partsHere": .integer(3), "partsAll": .integer(110), "conditions": .array([.string("Only for this case.")]),
                ])
            })
        json["state"] = .string(state.rawValue)
        return try IJSON.decode(FileView.self, from: try IJSON.encode(JSONValue.object(json)), limit: limit)
    }

    @Test("ten thousand identifiers are cut with a count, not dropped in silence")
    func bounded() async throws {
        let identifiers = (0..<10_000).map { number -> JSONValue in
            .object(["kind": .string("domain"), "value": .string("host-\(number).example.org")])
        }
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.newDraft(on: ours, title: "Botnet", ["identifiers": .array(identifiers)])
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            let page = try await desk.get("/files/\(ref)")
            desk.isPage(page)
            #expect(page.body.contains("host-49.example.org"))
            #expect(!page.body.contains("host-50.example.org"))
            #expect(page.body.contains("9,950 more"))
        }
    }

    @Test("every key in a template has a text, and the text files have no key twice")
    func keys() throws {
        let folder = try ResourceFolder.locate("Resources", room: "Desk")
        let strings = try DeskResources().strings
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/templates")
        for file in files {
            let text = try String(contentsOfFile: "\(folder)/templates/\(file)", encoding: .utf8)
            for match in text.matches(of: /\{\{t\.([a-z0-9.\-]+)\}\}/) { #expect(strings.has(String(match.1)), "\(match.1) in \(file)") }
            #expect(!text.contains(" style="), "\(file)")
        }
        #expect(files.count > 10)
    }
}
