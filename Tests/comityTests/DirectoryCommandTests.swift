// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// The directory between two real processes over TLS: entries that are changed and fetched, test calls, successors, lists.
@Suite(.serialized) struct DirectoryCommandTests {
    /// A command until its answer is as wanted: the nodes bring notices by themselves.
    private func until(_ node: DemoNode, _ command: [String], _ holds: (JSONValue) -> Bool) async throws -> JSONValue {
        while true {
            let value = try await node.run(command).json()
            if holds(value) { return value }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func done(_ node: DemoNode, _ command: [String], status: Int32 = 0) async throws -> DemoNode.Outcome {
        let outcome = try await node.run(command)
        #expect(outcome.status == status, "\(command.joined(separator: " ")): \(outcome.output) \(outcome.errors)")
        return outcome
    }

    @Test(.timeLimit(.minutes(20))) func entriesRingsAndKeysBetweenTwoNodes() async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        let (a, b) = (world.requesting, world.requested)
        for step in Story.Step.allCases.prefix(3) { _ = try await world.story.play(step) }
        // Two officers change the entry while the node serves, and the peer asks the node for it.
        _ = try await done(
            b,
            [
                "directory", "propose", "authority.hours=24/7", "authorities.xb-moj.name=Ministry", "authorities.xb-moj.languages=en",
                "authorities.xb-moj.timeZone=UTC", "--as", "XB-D1",
            ])
        _ = try await done(b, ["directory", "publish", "--as", "XB-D1"], status: 4)
        _ = try await done(b, ["directory", "approve", "--as", "XB-D3"])
        let file = world.folder("xb-new.jws")
        _ = try await done(b, ["directory", "publish", "--as", "XB-D1", "--to", file])
        _ = try await done(a, ["directory", "import", "--from", "XB"])
        let shown = try await done(a, ["directory", "show", "XB", "--json"]).json()
        #expect(shown.at("entry.authorities.0.name")?.string == "Ministry" && shown.at("freshness.asked") != nil)
        #expect(try await done(a, ["directory", "search", "ministry", "--json"]).json().array?.count == 1)
        // A test call: it waits for a person, and the answer comes back by itself.
        _ = try await done(a, ["directory", "ring", "XB", "--wait", "0", "--as", "XA-D1"])
        let waiting = try await until(b, ["directory", "rings", "--json"]) { $0.array?.isEmpty == false }
        #expect(waiting.array?.first?["answered"] == nil && waiting.array?.first?["incoming"]?.bool == true)
        _ = try await done(b, ["directory", "answer", "--as", "XB-D1"])
        let rung = try await until(a, ["directory", "rings", "XB", "--json"]) { $0.array?.first?["answered"] != nil }
        #expect(rung.array?.first?["by"]?.string == "XB-D1")
        #expect(try await done(a, ["directory", "freshness", "--json"]).json().at("0.answeredAfter") != nil)
        // No key is replaced under a node that serves.
        _ = try await done(b, ["trust", "rotate", "--key", "signing"], status: 4)
        b.killNine()
        for use in ["signing", "root", "sealing"] { _ = try await done(b, ["trust", "rotate", "--key", use]) }
        try await b.serve()
        // The next act is believed at once: the new entry is brought before it, and nobody is telephoned.
        let ref = await world.story.preservation
        for step in Story.Step.allCases.dropFirst(3).prefix(3) { _ = try await world.story.play(step) }
        let peers = try await done(a, ["trust", "list", "--json"]).json()
        #expect(peers.at("0.trust")?.string == "confirmed")
        #expect(try await done(a, ["quarantine", "list", "--json"]).json().array?.isEmpty == true)
        #expect(try await world.story.hashes(of: ref, on: a) == world.story.hashes(of: ref, on: b))
        for node in [a, b] { _ = try await done(node, ["audit", "check", "--json"]) }
        // Both chains are the same; the lines stand, and the clocks of one machine agree.
        let same = try await done(a, ["reconcile", ref, "--json"]).json()
        #expect(same.at("0.differences")?.array?.isEmpty == true && (same.at("0.same")?.integer ?? 0) > 1)
        let status = try await done(a, ["exchange", "status", "XB", "--ask", "--json"]).json()
        #expect(status.at("0.grade")?.string == "ok" && status.at("0.silent") == nil && status.at("0.clockAhead") != nil)
        _ = try await done(a, ["exchange", "status", "XC"], status: 3)
        // A list whose publisher nobody confirmed brings nothing.
        let list = world.folder("world.jws")
        let signed = try await done(
            a, ["directory", "list-sign", "--publisher", "test", "--name", "Test", "--key", world.folder("list.key"), "--exercise", file])
        try Data(signed.output.utf8).write(to: URL(fileURLWithPath: list))
        _ = try await done(a, ["directory", "import", "--list", list], status: 6)
        _ = try await done(a, ["directory", "secretariat", "add", list])
        let words = try #require(try await done(a, ["directory", "secretariat", "--json"]).json().at("0.words")?.string)
        _ = try await done(
            a,
            [
                "directory", "secretariat", "confirm", "test", "--fingerprint", words, "--called", "K", "--number", "+99 1 234",
                "--number-source",
                "letter", "--as", "XA-D1",
            ])
        let report = try await done(a, ["directory", "import", "--list", list, "--json"]).json()
        #expect(report["left"]?.array?.count == 1 && report["new"]?.array?.isEmpty == true)
        // Doubt is registered, told, and stops nothing by itself.
        let doubted = try await done(b, ["trust", "revoke", "signing", "--reason", "copied", "--as", "XB-D1", "--json"]).json()
        #expect(doubted["told"]?.array == [.string("XA")])
        let warnings = try await until(a, ["trust", "warnings", "--json"]) { $0.array?.isEmpty == false }
        #expect(warnings.at("0.isBelieved")?.bool == true)
        let revoked = try await done(
            a, ["trust", "revoke", "XB", "--doubtful-from", "2020-01-01T00:00:00Z", "--reason", "copied", "--as", "XA-D1", "--json"]
        ).json()
        #expect(revoked["doubtful"]?.array?.isEmpty == false && revoked["trust"]?.string == "revoked")
    }
}
