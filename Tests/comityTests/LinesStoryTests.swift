// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// Real nodes on bad lines: parted, slow, lossy, flapping. Nothing acknowledged is lost, and what is owed is brought when the line allows it.
@Suite struct LinesStoryTests {
    static let isLong = ProcessInfo.processInfo.environment["COMITY_LONG"] != nil

    @Test(.timeLimit(.minutes(20))) func partedForAWhile() async throws {
        let world = try await LinesWorld(["XA", "XB"])
        defer { world.end() }
        try await world.serve()
        let (a, b) = (world.nodes[0], world.nodes[1])
        var files: [(ref: String, sides: [DemoNode], acts: Int)] = []
        for kind in ["refuse", "hole"] {
            let before = try await world.sent(a, to: b)
            try await world.drained()
            for line in world.lines {
                // What is open is cut; a frozen connection would go on where it stood.
                try line.tell("refuse")
                try line.tell(kind)
            }
            for _ in 0..<2 { files.append((try await world.sent(a, to: b), [a, b], 1)) }
            try await world.type(b, ["request", "ack", before, "--as", "D1", "--wait", "0"])
            try await world.type(
                b, ["request", "preserve", before, "--effective", "2026-11-25T01:10:00+02:00", "--as", "D1", "--wait", "0"])
            files.append((before, [a, b], 3))
            for (node, other) in [(a, b), (b, a)] {
                try await world.until("\(node.state) says that 2 acts are owed, and when they are tried next") {
                    let line = try await world.status(node, of: other)
                    return line["acts"]?.integer == 2 && line["attempts"]?.integer ?? 0 > 0 && line["next"]?.string != nil
                        && line["says"]?.string?.contains("did not answer") == true
                }
            }
            #expect(try await world.acts(before, on: a).count == 1, "nothing comes through a line that is cut")
            for line in world.lines { try line.mend() }
            try await world.drained()
        }
        try await world.check(files)
    }

    /// 30 % loss, 600 ms there and back, 64 kbit/s: acts arrive, and a package of 100 KB.
    @Test(.timeLimit(.minutes(20))) func aThinLine() async throws {
        let world = try await LinesWorld(["XA", "XB"])
        defer { world.end() }
        try await world.serve()
        let (a, b) = (world.nodes[0], world.nodes[1])
        let seed = Seeded.fresh().seed % 1_000_000
        print("a thin line: seed \(seed)")
        for line in world.lines {
            for command in ["delay \(Self.isLong ? 600 : 300)", "rate 64000", "loss 30 \(seed)"] { try line.tell(command) }
        }
        let stored = try await world.sent(a, to: b, type: "stored-data")
        var files: [(ref: String, sides: [DemoNode], acts: Int)] = [(stored, [a, b], 3)]
        for _ in 0..<2 { files.append((try await world.sent(a, to: b), [a, b], 1)) }
        try await world.until("XB has the request") { try await !world.acts(stored, on: b).isEmpty }
        try await world.type(b, ["request", "ack", stored, "--as", "D1", "--wait", "0"])
        var generator = Seeded(seed)
        let exhibit = world.folder("exhibit.bin")
        let bytes = Data(generator.bytes(100_000))
        try bytes.write(to: URL(fileURLWithPath: exhibit))
        let sealed = try await world.type(
            b, ["evidence", "seal", exhibit, "--file", stored, "--to", "XA", "--authorisation", "order 7", "--as", "X1", "--json"]
        ).json()
        let digest = try #require(sealed["digest"]?.string)
        try await world.type(b, ["evidence", "supply", stored, "--package", digest, "--last", "--as", "X1", "--wait", "0"])
        try await world.type(b, ["request", "approve", stored, "--as", "D3", "--wait", "0"])
        try await world.drained(seconds: 600)
        for line in world.lines { try line.mend() }
        try await world.check(files, "seed \(seed)")
        let verified = try await a.run(["evidence", "verify", stored])
        #expect(verified.status == 0, "seed \(seed): \(verified.output) \(verified.errors)")
        try await world.type(a, ["evidence", "receive", stored, "--as", "X1"])
        try FileManager.default.createDirectory(atPath: world.folder("opened"), withIntermediateDirectories: true)
        try await world.type(a, ["evidence", "open", stored, "--to", world.folder("opened"), "--as", "X1"])
        let names = FileManager.default.enumerator(atPath: world.folder("opened"))?.compactMap { $0 as? String } ?? []
        let name = try #require(names.first { $0.hasSuffix("exhibit.bin") }, "\(names)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: world.folder("opened/" + name))) == bytes)
    }

    /// One line comes and goes, another is dead: the dead one holds up nobody.
    @Test(.timeLimit(.minutes(20))) func aFlappingLineAndADeadOne() async throws {
        let world = try await LinesWorld(["XA", "XB", "XC"])
        defer { world.end() }
        try await world.serve()
        let (a, b, c) = (world.nodes[0], world.nodes[1], world.nodes[2])
        try world.lines[2].tell("refuse")
        try world.lines[2].tell("hole")
        func tries() throws -> Int { try Int(try world.lines[2].tell("count").split(separator: " ").first ?? "") ?? 0 }
        var files: [(ref: String, sides: [DemoNode], acts: Int)] = [(try await world.sent(a, to: c), [a, c], 1)]
        let before = try tries()
        // Each is brought while XC is being tried, not after it.
        let count = 6
        for _ in 0..<count {
            let ref = try await world.sent(a, to: b)
            try await world.until("XB has \(ref)") { try await !world.acts(ref, on: b).isEmpty }
            files.append((ref, [a, b], 1))
        }
        let tried = try tries() - before
        #expect(tried < count, "XB waited for XC: XC was tried \(tried) times while \(count) acts went to XB")
        #expect(try await world.status(a, of: c)["acts"]?.integer == 1)
        try world.lines[1].tell("flap 0.7 0.5")
        for _ in 0..<4 { files.append((try await world.sent(a, to: b), [a, b], 1)) }
        try await world.until("XB has all") {
            for file in files where file.sides[1].state == "XB" {
                guard try await !world.acts(file.ref, on: b).isEmpty else { return false }
            }
            return true
        }
        for line in world.lines { try line.mend() }
        try await world.drained()
        try await world.check(files)
    }
}
