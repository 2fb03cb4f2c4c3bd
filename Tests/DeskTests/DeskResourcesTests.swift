// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import Testing

@testable import Desk

@Suite("Desk: words, figures and what is broken at the start")
struct DeskResourcesTests {
    private func copy(_ change: (String) throws -> Void) throws -> String {
        let source = try ResourceFolder.locate("Resources", room: "Desk")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("desk-resources-\(UUID().uuidString)").path
        try FileManager.default.copyItem(atPath: source, toPath: folder)
        try change(folder)
        return folder
    }

    @Test(
        "a missing or broken file is a clear error at the start",
        arguments: [
            ("templates/queue.mustache", nil), ("templates/clock-face.mustache", nil), ("templates/file.mustache", "{{#open}}"),
            ("templates/file.mustache", "{{{raw}}}"), ("templates/file.mustache", "{{& raw}}"), ("assets/tokens.css", nil),
            ("assets/icons.svg", "<svg/>"),
            ("strings/en/desk.yaml", "a: [1"), ("strings/en/desk.yaml", "a: {b: c}"), ("strings/en/desk.yaml", "just words"),
            ("strings/en/desk.yaml", "register.title: a\nregister.title: b"), ("strings/en/sign-in.yaml", "register.title: twice"),
        ] as [(String, String?)])
    func broken(_ file: String, _ text: String?) throws {
        let folder = try copy { folder in
            if let text {
                try text.write(toFile: "\(folder)/\(file)", atomically: true, encoding: .utf8)
            } else {
                try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
            }
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(throws: ComityError(.failure, "")) { _ = try DeskResources(folder: folder) }
    }

    @Test("a missing key is shown as the key and remembered")
    func missingKey() throws {
        let strings = try Strings(files: [("a.yaml", "a.b: \"{who} asked {whom}\"")], language: "en")
        #expect(strings("a.b", ["who": "{whom}", "whom": "us"]) == "{whom} asked us")
        #expect(strings("a.c") == "a.c")
        #expect(strings.missing == ["a.c"])
    }

    @Test("numbers, sizes and spans")
    func figures() throws {
        let figures = Figures(strings: try DeskResources().strings)
        #expect(figures.count(24_018_944) == "24,018,944")
        #expect(figures.count(999) == "999")
        #expect(figures.count(-1000) == "-1,000")
        #expect(figures.size(999) == "999 B")
        #expect(figures.size(1_840_000_000) == "1.84 GB")
        #expect(figures.size(3_016_104) == "3.02 MB")
        #expect(figures.size(999_999_999) == "1.00 GB")
        #expect(figures.span(milliseconds: 185 * 60_000) == "3 h 05 min")
        #expect(figures.span(milliseconds: -(59 * 1440 + 23 * 60 + 59) * 60_000) == "59 d 23 h")
        #expect(figures.span(milliseconds: 12 * 86_400_000) == "12 d")
        #expect(figures.span(milliseconds: 59_999) == "less than 1 min")
    }

    @Test("a time has a day, a month name and a zone")
    func times() throws {
        let times = Times(strings: try DeskResources().strings, zone: "America/Montevideo")
        let instant = try Instant("2026-11-22T06:12:05Z")
        #expect(times.text(instant) == "22 Nov 2026, 06:12 (UTC)")
        #expect(times.text(times.local(instant), exact: true) == "22 Nov 2026, 03:12:05 (-03:00)")
        let fields = times.fields(try Instant("2026-10-25T01:30:00Z"), theirs: "Europe/Helsinki")
        #expect(fields["theirs"] as? String == "25 Oct 2026, 03:30 (+02:00)")
    }
}
