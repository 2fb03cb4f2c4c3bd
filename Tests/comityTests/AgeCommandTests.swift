// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Testing

@testable import comity

/// `comity age` as a person types it, beside Debian's program.
@Suite struct AgeCommandTests {
    @Test func sealsAndOpensWithEveryKindOfKey() async throws {
        let folder = NSTemporaryDirectory() + "age-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func run(_ arguments: String...) async -> Int32 { await CommandLineTool.run(["age"] + arguments) }
        func path(_ name: String) -> String { "\(folder)/\(name)" }
        let content = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try content.write(to: URL(fileURLWithPath: path("plain")))
        try Data("correct horse battery staple\n".utf8).write(to: URL(fileURLWithPath: path("words")))
        #expect(await run("keygen", "--output", path("hybrid.txt")) == 0)
        #expect(await run("keygen", "--x25519", "-o", path("x25519.txt")) == 0)
        #expect(await run("keygen", "-o", path("hybrid.txt")) == ErrorCode.alreadyExists.exitStatus)
        func recipient(_ name: String) throws -> String {
            let text = try String(contentsOfFile: path(name), encoding: .utf8)
            return String(try #require(text.firstMatch(of: /# recipient: (age1\w+)/)).1)
        }
        for (name, armor) in [("hybrid.txt", []), ("x25519.txt", ["--armor"])] as [(String, [String])] {
            let sealed = path(name + ".age")
            let sealing = ["age", "encrypt", "--to", try recipient(name), "-o", sealed, path("plain")] + armor
            #expect(await CommandLineTool.run(sealing) == 0)
            #expect(await run("inspect", sealed) == 0)
            #expect(await run("decrypt", "--identity", path(name), "-o", sealed + ".out", sealed) == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: sealed + ".out")) == content)
            // Another key opens nothing, and leaves nothing behind.
            let other = name == "hybrid.txt" ? "x25519.txt" : "hybrid.txt"
            #expect(await run("decrypt", "--identity", path(other), "-o", path("never"), sealed) == ErrorCode.cannotDecrypt.exitStatus)
        }
        #expect(await run("encrypt", "--passphrase-file", path("words"), "-o", path("w.age"), path("plain")) == 0)
        #expect(await run("decrypt", "--passphrase-file", path("words"), "-o", path("w.out"), path("w.age")) == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("w.out"))) == content)
        // One flipped byte: exit 6, and no half file.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path("hybrid.txt.age")))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path("bad.age")))
        #expect(await run("decrypt", "--identity", path("hybrid.txt"), "-o", path("never"), path("bad.age")) == 6)
        #expect(await run("encrypt", "-o", path("never"), path("plain")) == ErrorCode.usage.exitStatus)
        #expect(await run("inspect", path("plain")) != 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!names.contains("never") && !names.contains { $0.hasPrefix(".partial-") })
    }
}
