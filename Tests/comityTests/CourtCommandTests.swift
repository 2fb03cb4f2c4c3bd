// SPDX-License-Identifier: Apache-2.0

import Court
import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// What is typed to note, write out, verify and show evidence, between real processes; each test starts some.
@Suite(.serialized) struct CourtCommandTests {
    @Test(.timeLimit(.minutes(10))) func fromNoteToCourtAndOffline() async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        for step in Story.Step.allCases { _ = try await world.story.play(step) }
        let (node, ref) = (world.requesting, await world.story.storedData)
        let opened = world.folder("opened")
        let bag = opened + "/" + (try #require(FileManager.default.contentsOfDirectory(atPath: opened).first { !$0.hasPrefix(".") }))
        let text = ["--where", "Laboratory 2", "--why", "working copy", "--as", "XA-X1"]

        // Notes.
        let known = try await node.run(["evidence", "verify", bag, "--json"]).json()
        let number = try #require(known.at("exhibits.0.number")?.integer)
        let path = try #require(known.at("exhibits.0.path")?.string)
        let exhibit = "\(bag)/\(path)"
        let note = ["evidence", "note", ref, "--exhibit", "\(number)", "--what", "copied", "--tool", "dd 9.5", "--seal", "B-42"] + text
        let same = try await node.run(note + ["--measure", exhibit])
        #expect(same.status == 0 && same.output.contains("the same"), "\(same.errors)")
        let other = try await node.run(note + ["--measure", "/etc/passwd"])
        #expect(other.status == 6 && other.output.contains("DIFFERENT") && other.errors.contains("That is registered"), "\(other.errors)")
        for (status, arguments) in [
            (2, ["evidence", "note", ref, "--what", "eaten"] + text),
            (2, ["evidence", "note", ref, "--what", "moved", "--measure", exhibit] + text),
            (3, ["evidence", "note", ref, "--what", "moved", "--exhibit", "99"] + text),
            (2, ["evidence", "note", ref, "--what", "moved", "--at", "yesterday"] + text),
            (2, ["evidence", "note", ref, "--what", "moved", "--where", "a\u{7}", "--why", "b", "--as", "XA-X1"]),
            (5, ["evidence", "court", ref, "--to", world.folder.path, "--as", "XA-D3"]),
            (3, ["evidence", "court", ref, "--to", "/nonexistent", "--as", "XA-X1"]),
        ] as [(Int32, [String])] {
            let outcome = try await node.run(arguments)
            #expect(outcome.status == status && !outcome.errors.isEmpty, "\(arguments): \(outcome.status) \(outcome.errors)")
        }
        let theirs = try await world.requested.run(["evidence", "court", ref, "--to", world.folder.path, "--as", "XB-X1"])
        #expect(theirs.status == 4 && theirs.errors.contains("sealed to the other State"), "\(theirs.errors)")

        // Killed half-way: there is no bundle, or a whole one.
        let court = world.folder("court")
        var generator = Seeded.fresh()
        for round in 0..<6 {
            try FileManager.default.createDirectory(atPath: "\(court)-\(round)", withIntermediateDirectories: true)
            _ = try await node.run(
                ["evidence", "court", ref, "--to", "\(court)-\(round)", "--as", "XA-X1"],
                killedAfter: Int.random(in: 20...400, using: &generator))
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(court)-\(round)") where !name.hasPrefix(".partial-") {
                #expect(try CourtVerifier.verify("\(court)-\(round)/\(name)").isValid, "seed \(generator.seed)")
            }
        }
        try FileManager.default.createDirectory(atPath: court, withIntermediateDirectories: true)
        let made = try await node.run(["evidence", "court", ref, "--to", court, "--as", "XA-X1", "--json"])
        let bundle = try #require(try made.json()["path"]?.string, "\(made.errors)")
        #expect(try await node.run(["evidence", "court", ref, "--to", court, "--as", "XA-X1"]).status == 4)

        // Without a node.
        let stranger = try DemoNode(state: "XC", folder: world.folder("nowhere"), program: node.program)
        let valid = try await stranger.run(["evidence", "verify", bundle, "--explain"])
        #expect(valid.status == 0 && valid.output.contains("and the chain of custody holds."), "\(valid.output) \(valid.errors)")
        for word in [
            "EXERCISE", "compare it by a second channel", "WHAT WAS CHECKED", "1. ", "10. ", "WHAT IT DOES NOT PROVE",
            "link 2  signed  sealed",
        ] {
            #expect(valid.output.contains(word), "\(word): \(valid.output)")
        }
        let json = try await stranger.run(["evidence", "verify", bundle, "--json", "--explain"]).json()
        #expect(json["isValid"]?.bool == true && json.at("checks.0.what") != nil && json["package"]?["isValid"]?.bool == true)
        #expect(try await node.run(["evidence", "verify", bundle]).output.contains("confirmed by this node"))
        let own = try await node.run(["evidence", "verify", bag])
        #expect(own.status == 0 && own.output.contains("confirmed by this node"), "\(own.output)")
        #expect(try await world.requested.run(["evidence", "verify", bundle]).status == 0)
        let plain = try await stranger.run(["evidence", "verify", bag, "--explain"])
        #expect(
            plain.status == 0 && plain.output.contains("fingerprint") && plain.output.contains("Every exhibit was read"), "\(plain.errors)")
        for (format, word) in [
            ("text", "why: working copy"), ("json", "\"seal\" : \"B-42\""), ("case", "InvestigativeAction"), ("html", "<td>"),
        ] {
            let shown = try await stranger.run(["evidence", "custody", bundle, "--format", format])
            #expect(shown.status == 0 && shown.output.contains(word), "\(format) \(shown.output.prefix(300)) \(shown.errors)")
            let ours = try await node.run(["evidence", "custody", ref, "--format", format, "--as", "XA-X1"])
            #expect(ours.status == 0 && ours.output.contains(word), "\(format) \(ours.errors)")
        }

        // One byte of an exhibit, then of the chain.
        let inside = "\(bundle)/bag/\(URL(fileURLWithPath: bag).lastPathComponent)/\(path)"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: inside))
        try (Data([bytes[0] ^ 1]) + bytes.dropFirst()).write(to: URL(fileURLWithPath: inside))
        let changed = try await stranger.run(["evidence", "verify", bundle])
        #expect(changed.status == 6 && changed.output.contains("Not valid: exhibit \(number), "), "\(changed.output)")
        #expect(try await stranger.run(["evidence", "custody", bundle]).status == 6)
        try bytes.write(to: URL(fileURLWithPath: inside))
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(bundle)/custody.json"))
        let broken = try await stranger.run(["evidence", "verify", bundle, "--json"])
        #expect(broken.status == 6 && broken.output.contains("custody.json cannot be read"), "\(broken.output) \(broken.errors)")
        #expect(try await node.run(["audit", "check"]).status == 0)
    }
}
