// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// The program that the tests start: the one that was built beside them.
enum Program {
    static func path() throws -> String {
        let bundle = Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
        let executable = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let found = (bundle + [executable, Shared.repository.appendingPathComponent(".build/debug")]).map {
            $0.appendingPathComponent("comity").path
        }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
        return try #require(found, "the program comity was not built")
    }

    static let resources = Shared.repository.appendingPathComponent("Sources/comity/Demo").path
}

/// Two nodes as real processes, with what they need to play the story.
struct StoryWorld {
    let folder: TemporaryFolder
    let requesting: DemoNode
    let requested: DemoNode
    let story: Story

    init() async throws {
        folder = try TemporaryFolder()
        let program = try Program.path()
        requesting = try DemoNode(state: "XA", folder: folder("xa"), program: program)
        requested = try DemoNode(state: "XB", folder: folder("xb"), program: program)
        story = Story(requesting: requesting, requested: requested, folder: folder.path, resources: Program.resources, narrate: { _ in })
        try await story.prepare()
        try await requesting.serve()
        try await requested.serve()
    }

    func end() {
        requesting.killNine()
        requested.killNine()
    }

    /// What must hold at the end whatever happened on the way.
    func check() async throws {
        let lines = try await story.play(.audit)
        #expect(lines.step == "6")
        for node in [requesting, requested] {
            let quarantine = try await node.run(["quarantine", "list", "--json"]).json()
            #expect(quarantine.array?.isEmpty == true, "\(node.state): \(quarantine)")
        }
    }
}

/// Each test starts processes; one at a time is plenty for two cores.
@Suite(.serialized) struct StoryTests {
    @Test(.timeLimit(.minutes(30))) func theStoryEndToEnd() async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        for step in Story.Step.allCases { _ = try await world.story.play(step) }
        try await world.check()
        let preservation = await world.story.preservation
        // The hold ended when the request for the data was answered; the sixty days run on.
        #expect(try await world.story.state(of: preservation, on: world.requesting) == "preserved")
        #expect(try await world.story.hashes(of: preservation, on: world.requesting).count == 3)
        try await interoperability(world)
        try await custody(world)
        try await documentedShape(world, preservation)
    }

    /// What came out is checked with other people's tools.
    private func interoperability(_ world: StoryWorld) async throws {
        let opened = world.folder("opened")
        let bag = opened + "/" + (try #require(FileManager.default.contentsOfDirectory(atPath: opened).first { !$0.hasPrefix(".") }))
        let key = world.requesting.folder + "/keys/sealing.key"
        let received = world.requesting.folder + "/packages/in"
        let script = """
            set -eu
            package=$(find '\(received)' -name '*.bag.tar.age')
            mkdir '\(world.folder("theirs"))'
            # Hybrid recipients need age 1.3; ours alone is the same reader without a node.
            if age -d -i '\(key)' -o '\(world.folder("theirs.tar"))' "$package" 2>/dev/null; then :; else '\(try Program.path())' age decrypt --identity '\(key)' -o '\(world.folder("theirs.tar"))' "$package" >/dev/null; fi
            tar -x -C '\(world.folder("theirs"))' -f '\(world.folder("theirs.tar"))'; diff -r '\(bag)' '\(world.folder("theirs"))'/*
            cd '\(bag)' && sha256sum --quiet --strict -c manifest-sha256.txt && sha256sum --quiet --strict -c tagmanifest-sha256.txt
            if python3 -c 'import bagit' 2>/dev/null; then python3 -c 'import bagit, sys; bagit.Bag(sys.argv[1]).validate()' '\(bag)'; else echo 'skipped: bagit (not installed)'; fi
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// The chain of custody in three forms; the CASE graph is one that the validator of its makers takes.
    private func custody(_ world: StoryWorld) async throws {
        let ref = await world.story.storedData
        func custody(_ format: String) async throws -> DemoNode.Outcome {
            try await world.requesting.run(["evidence", "custody", ref, "--format", format, "--as", "XA-X1"])
        }
        let text = try await custody("text")
        #expect(text.status == 0 && text.output.contains("EXERCISE") && text.output.contains("received"), "\(text.output) \(text.errors)")
        let json = try await custody("json").json()
        let kinds = json["custody"]?.array?.compactMap { $0["kind"]?.string } ?? []
        #expect(kinds.contains("sealed") && kinds.contains("opened") && json["exhibits"]?.array?.isEmpty == false)
        let graph = try await custody("case")
        #expect(graph.output == (try await custody("case")).output, "the same chain gives the same graph")
        let things = try graph.json()["@graph"]?.array ?? []
        #expect(things.count { $0["@type"]?.string == "case-investigation:InvestigativeAction" } == kinds.count)
        let path = world.folder("custody.jsonld")
        try Data(graph.output.utf8).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            "if command -v case_validate >/dev/null; then case_validate '\(path)'; else echo 'skipped: case_validate (not installed)'; fi",
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try await world.requesting.run(["evidence", "custody", "XA-2026-PRE-000001-6", "--as", "XA-X1"]).status != 0)
    }

    /// `file show --json` as the contract has it.
    private func documentedShape(_ world: StoryWorld, _ ref: String) async throws {
        let view = try await world.requested.run(["file", "show", ref, "--json"]).json()
        #expect(
            view["ref"]?.string == ref && view["id"]?.string != nil && view["type"]?.string == "preservation"
                && view["side"]?.string == "requested")
        for member in ["id", "kind", "from", "at", "hash", "registered"] { #expect(view.at("acts.0.\(member)") != nil, "\(member)") }
        for member in ["rule", "article", "starts", "due", "state"] { #expect(view.at("clocks.0.\(member)") != nil, "\(member)") }
        #expect(view["links"]?.array?.count == 1)
    }

    /// Both serving nodes are killed before every step and started again while it runs.
    @Test(.timeLimit(.minutes(30))) func killedBeforeEveryStep() async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        for step in Story.Step.allCases {
            world.end()
            async let first: Void = world.requesting.serve()
            async let second: Void = world.requested.serve()
            _ = try await world.story.play(step)
            _ = try await (first, second)
        }
        try await world.check()
    }

    /// One node is killed at a random moment of every step, then started again; the step goes on by itself.
    @Test(.timeLimit(.minutes(30)), arguments: ["XA", "XB"]) func killedInTheMiddleOfEveryStep(_ state: String) async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        var generator = Seeded.fresh()
        let victim = state == "XA" ? world.requesting : world.requested
        for step in Story.Step.allCases {
            let pause = Int.random(in: 0...400, using: &generator)
            async let accident: Void = {
                try await Task.sleep(for: .milliseconds(pause))
                victim.killNine()
                try await victim.serve()
            }()
            do { _ = try await world.story.play(step) } catch {
                Issue.record("seed \(generator.seed), \(step), killed after \(pause) ms: \(error)")
            }
            try await accident
        }
        try await world.check()
    }

    /// The commands themselves are killed at a random moment; typing them again completes the story.
    @Test(.timeLimit(.minutes(30))) func commandsKilledHalfWay() async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        var generator = Seeded.fresh()
        _ = try await world.story.play(.meet)
        _ = try await world.story.play(.draft)
        let ref = await world.story.preservation
        for (node, command) in [
            (world.requesting, ["request", "approve", ref, "--as", "XA-D3"]),
            (world.requesting, ["request", "send", ref, "--as", "XA-D1"]),
            (world.requested, ["request", "ack", ref, "--as", "XB-D1"]),
            (world.requested, ["request", "preserve", ref, "--effective", "2026-11-25T01:10:00+02:00", "--as", "XB-D1"]),
        ] {
            for _ in 0..<3 { _ = try await node.run(command, killedAfter: Int.random(in: 10...150, using: &generator)) }
            let step: Story.Step = [.approve, .send, .acknowledge, .preserve][
                ["approve", "send", "ack", "preserve"].firstIndex(of: command[1]) ?? 0]
            do { _ = try await world.story.play(step) } catch { Issue.record("seed \(generator.seed), \(step): \(error)") }
        }
        #expect(try await world.story.hashes(of: ref, on: world.requested).count == 3, "seed \(generator.seed): no act twice")
        for step in [Story.Step.followUp, .answer, .seal] { _ = try await world.story.play(step) }
        for step in [Story.Step.supply, .receive, .open, .tamper] { _ = try await world.story.play(step) }
        try await world.check()
    }
}
