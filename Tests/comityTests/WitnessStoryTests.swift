// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// Registers of two real processes watch each other over TLS; what comes out is checked with other people's tools.
@Suite(.serialized) struct WitnessStoryTests {
    /// A command until its answer is as wanted: the nodes meet by themselves.
    private func until(_ node: DemoNode, _ command: [String], _ holds: (JSONValue) -> Bool) async throws -> JSONValue {
        while true {
            let value = try await node.run(command).json()
            if holds(value) { return value }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test(.timeLimit(.minutes(30))) func actsAreProvedAndAnOlderFolderComesBack() async throws {
        let world = try await StoryWorld()
        defer { world.end() }
        let (a, b) = (world.requesting, world.requested)
        let steps = Array(Story.Step.allCases)
        let copied = try #require(steps.firstIndex(of: .preserve))
        for step in steps[..<copied] { _ = try await world.story.play(step) }
        // A copy of the folder, as an administrator makes it.
        a.killNine()
        try FileManager.default.copyItem(atPath: a.folder, toPath: world.folder("copy"))
        try await a.serve()
        for step in steps[copied...(copied + 2)] { _ = try await world.story.play(step) }

        let ref = await world.story.preservation
        let proofs = try await until(a, ["audit", "prove", ref, "--all", "--json"]) { value in
            value.array?.allSatisfy { $0["cosigners"]?.array?.isEmpty == false } == true
        }
        #expect(proofs.array?.count ?? 0 > 1)
        try await prove(world, ref)
        for (node, other) in [(a, "XB"), (b, "XA")] {
            let list = try await until(node, ["audit", "witness", "list", "--json"]) {
                ($0.at("witnesses.0.ours.size")?.integer ?? 0) > 0 && ($0.at("witnesses.0.theirs.mirrored")?.integer ?? 0) > 0
            }
            #expect(list.at("witnesses.0.state")?.string == other && list["splitViews"]?.array?.isEmpty == true)
        }
        let size = try await a.run(["audit", "check", "--json"]).json()["entries"]?.integer ?? 0
        let consistency = try await a.run(["audit", "consistency", "3", "\(size)"])
        #expect(consistency.status == 0 && consistency.output.contains("It holds"), "\(consistency.output) \(consistency.errors)")
        #expect(try await a.run(["audit", "consistency", "3", "\(size + 1)"]).status == ErrorCode.usage.exitStatus)

        // All that anybody has seen is mirrored; a node that dies between showing and mirroring cannot be continued.
        let met = try await a.run(["audit", "witness", "add", "XB"])
        #expect(met.status == 0 && met.output.contains("XB has cosigned"), "\(met.output)")
        // The older copy is put back: it is seen before anything leaves, and all acts come back.
        let hashes = try await world.story.hashes(of: ref, on: a)
        a.killNine()
        try FileManager.default.moveItem(atPath: a.folder, toPath: world.folder("gone"))
        try FileManager.default.moveItem(atPath: world.folder("copy"), toPath: a.folder)
        try await a.serve()
        let doctor = try await until(a, ["doctor", "--json"]) { value in
            value.array?.contains { $0["name"]?.string == "register" && $0["grade"]?.string == "bad" } == true
        }
        // The file itself tells first that it is a copy; where it does not, the witness.
        let reasons = ["copied or moved here", "XB has cosigned it at"]
        let says = doctor.array?.compactMap { $0["says"]?.string } ?? []
        #expect(says.contains { line in reasons.contains { line.contains($0) } }, "\(doctor)")
        let refused = try await a.run(["request", "ack", ref, "--as", "XA-D1"])
        #expect(refused.status != 0)
        let recovered = try await a.run(["audit", "recover", "--json"])
        #expect(recovered.status == 0, "\(recovered.output) \(recovered.errors)")
        let report = try recovered.json()
        #expect(report["acts"]?.integer ?? 0 > 0 && report["size"]?.integer ?? 0 > report["before"]?.integer ?? 0, "\(report)")
        #expect(try await world.story.hashes(of: ref, on: a) == hashes)
        let audit = try await a.run(["audit", "check", "--json"])
        #expect(audit.status == 0, "\(audit.output) \(audit.errors)")
        #expect(try await b.run(["audit", "witness", "list", "--json"]).json()["splitViews"]?.array?.isEmpty == true)
    }

    /// The proof of each act, checked in Python with the keys as text.
    private func prove(_ world: StoryWorld, _ ref: String) async throws {
        let folder = world.folder("proofs")
        let written = try await world.requesting.run(["audit", "prove", ref, "--all", "--out", folder])
        #expect(written.status == 0 && written.errors.contains("cosigned by XB at"), "\(written.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let lines = try await world.requesting.run(["audit", "prove", ref, "--all", "--json"]).json().array ?? []
        #expect(files.count == lines.count)
        let keys = written.errors.split(separator: "\n").compactMap { line in
            line.split(separator: " ").last.map(String.init).flatMap { $0.hasPrefix("comity/") ? $0 : nil }
        }
        #expect(keys.count == 2)
        for line in lines {
            let index = line["index"]?.integer ?? -1
            let name = try #require(files.first { $0.hasPrefix("\(index)-") })
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c",
                """
                python=.venv/bin/python; [ -x $python ] || python=python3
                if $python -c 'import cryptography.hazmat.primitives.asymmetric.mldsa' 2>/dev/null; then
                $python Tests/Vectors/register/check_proof.py '\(folder)/\(name)' \(line["hash"]?.string ?? "") \(keys.map { "'\($0)'" }.joined(separator: " "))
                else echo 'skipped: cryptography with ML-DSA (not installed)'; fi
                """,
            ]
            process.currentDirectoryURL = Shared.repository
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(output.contains("skipped") || output.contains("entry \(index) of") && output.contains("with ML-DSA-65"), "\(output)")
        }
    }
}
