// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// Keys are replaced by a process that dies in the middle: what is left is the old key or the new one.
@Suite(.serialized) struct RotationStoryTests {
    @Test(.timeLimit(.minutes(20)), arguments: ["signing", "root", "sealing"])
    func aRotationThatIsKilledLeavesTheOldKeyOrTheNewOne(_ use: String) async throws {
        let folder = try TemporaryFolder()
        let node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
        let other = try DemoNode(state: "XB", folder: folder("xb"), program: node.program)
        for one in [node, other] {
            let made = try await one.run([
                "init", "--state", one.state, "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer",
            ])
            #expect(made.status == 0, "\(made.errors)")
        }
        func export() async throws -> (text: String, entry: DirectoryEntry) {
            let text = try await node.run(["directory", "export"]).output
            return (text, try DirectoryEntry(verifying: Array(text.utf8.dropLast())))
        }
        let path = folder("xa.jws")
        try Data(try await export().text.utf8).write(to: URL(fileURLWithPath: path))
        let added = try await other.run(["trust", "add", path, "--json"]).json()
        let confirmed = try await other.run([
            "trust", "confirm", "XA", "--fingerprint", try #require(added["words"]?.string), "--by", "person", "--called", "E1", "--as",
            "D1",
        ])
        #expect(confirmed.status == 0, "\(confirmed.errors)")
        var generator = Seeded.fresh()
        var (old, replaced) = (try await export().entry, 0)
        for round in 0..<8 {
            let milliseconds = Int.random(in: 1...1200, using: &generator)
            _ = try await node.run(["trust", "rotate", "--key", use], killedAfter: milliseconds)
            let (text, new) = try await export()
            let says = "round \(round), killed after \(milliseconds) ms, seed \(generator.seed)"
            #expect(new == old || new.succeeded(old).map { $0.map(\.rawValue) } == [use], "\(says)")
            if new != old { replaced += 1 }
            old = new
            // It works with what is there, and the peer goes along.
            let audit = try await node.run(["audit", "check", "--json"])
            #expect(audit.status == 0, "\(says): \(audit.output) \(audit.errors)")
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let taken = try await other.run(["trust", "add", path, "--json"])
            #expect(taken.status == 0, "\(says): \(taken.errors)")
            #expect(try taken.json()["trust"]?.string == "confirmed", "\(says)")
        }
        // Once to its end: every succession is in the register, and no private key is left that signs nothing.
        let whole = try await node.run(["trust", "rotate", "--key", use, "--json"])
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(try await export().entry.former(try #require(KeyUse(rawValue: use))).count == replaced + 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: node.folder + "/keys").filter { $0.hasPrefix(use) }
        #expect(use == "sealing" ? files.count >= replaced + 2 : files.count == 1, "\(files), seed \(generator.seed)")
        #expect(try await node.run(["audit", "check"]).status == 0)
    }
}
