// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// What a person types, right and wrong, and the exit status of each.
@Suite(.serialized) struct CommandLineTests {
    private let folder: TemporaryFolder
    private let node: DemoNode

    init() async throws {
        folder = try TemporaryFolder()
        node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
    }

    private func make() async throws {
        let made = try await node.run([
            "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer", "--officer", "D3=approver",
            "--json",
        ])
        #expect(made.status == 0, "\(made.errors)")
    }

    @Test func everyWrongCommandHasItsExitStatus() async throws {
        #expect(try await node.run(["queue"]).status == 3)
        try await make()
        for (status, arguments) in [
            (2, ["frobnicate"]), (2, ["request", "new", "preservation"]), (2, ["file", "show", "XA-2026-PRE-000042-M"]),
            (3, ["file", "show", "XA-2026-PRE-000042-L"]),
            (2, ["clock", "set", "2027-01-19T09:00:00"]), (2, ["clock", "set", "tomorrow"]), (3, ["trust", "add", "/nonexistent"]),
            (2, ["trust", "confirm", "XB", "--fingerprint", "1", "--as", "D1"]),
            (3, ["trust", "confirm", "XB", "--fingerprint", "1", "--by", "person", "--called", "E1", "--as", "D1"]),
            (2, ["request", "approve", "XA-2026-PRE-000042-L"]), (5, ["request", "approve", "XA-2026-PRE-000042-L", "--as", "D1"]),
            (3, ["request", "approve", "XA-2026-PRE-000042-L", "--as", "D3"]),
            (5, ["request", "approve", "XA-2026-PRE-000042-L", "--as", "nobody"]),
            (2, ["request", "new", "teleportation", "--from-file", Program.resources + "/preservation.yaml", "--as", "D1"]),
            (3, ["request", "new", "preservation", "--from-file", Program.resources + "/preservation.yaml", "--as", "D1"]),
            (2, ["queue", "--view", "nothing"]), (2, ["queue", "--view", "mine"]), (2, ["queue", "--limit", "0"]),
            (2, ["queue", "--after", "x"]),
            (2, ["queue", "--type", "teleportation"]), (2, ["queue", "--with", "ZZZ"]), (2, ["queue", "--sort", "colour"]),
            (3, ["file", "assign", "XA-2026-PRE-000042-L", "D1", "--as", "D1"]),
            (3, ["evidence", "verify", "/nonexistent.bag.tar.age"]), (4, ["init", "--state", "XA", "--authority", "again", "--exercise"]),
        ] as [(Int32, [String])] {
            let outcome = try await node.run(arguments)
            #expect(outcome.status == status, "\(arguments): \(outcome.status) \(outcome.errors)")
            #expect(!outcome.errors.isEmpty, "\(arguments) says why")
        }
        for arguments in [
            ["--help"], ["request", "--help"], ["queue"], ["queue", "--json"], ["rebuild"],
            ["queue", "--view", "mine", "--search", "wallet", "--with", "xb", "--sort", "changed", "--limit", "5", "--as", "D1"],
            ["audit", "check"], ["trust", "list"],
            ["quarantine", "list"], ["directory", "export"],
        ] {
            let outcome = try await node.run(arguments)
            #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(arguments): \(outcome.errors)")
        }
        #expect(try await node.run(["clock", "set", "2027-01-19T09:00:00Z"]).status == 0)
        #expect(try await node.run(["doctor", "--json"]).status == 0)
    }

    /// A draft that lacks something is kept on demand, and an approver answers for what is missing.
    @Test func aRuleIsSetAside() async throws {
        let made = try await node.run([
            "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer", "--officer", "D3=approver",
            "--officer", "D4=approver",
        ])
        #expect(made.status == 0, "\(made.errors)")
        let other = try DemoNode(state: "XB", folder: folder("xb"), program: node.program)
        #expect(try await other.run(["init", "--state", "XB", "--authority", "24/7 point", "--exercise"]).status == 0)
        let entry = folder("xb.jws")
        try Data(try await other.run(["directory", "export"]).output.utf8).write(to: URL(fileURLWithPath: entry))
        let fingerprint = try #require(try await node.run(["trust", "add", entry, "--json"]).json()["fingerprint"]?.string)
        let confirmed = try await node.run([
            "trust", "confirm", "XB", "--fingerprint", fingerprint, "--by", "person", "--called", "E1", "--as", "D1",
        ])
        #expect(confirmed.status == 0, "\(confirmed.errors)")
        let whole = try String(contentsOfFile: Program.resources + "/preservation.yaml", encoding: .utf8)
        let path = folder("draft.yaml")
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("necessity:") }
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        let new = ["request", "new", "preservation", "--from-file", path, "--as", "D1"]
        let refused = try await node.run(new)
        #expect(refused.status == 8 && refused.errors.contains("--keep"), "\(refused.errors)")
        let ref = try #require(try await node.run(new + ["--keep", "--json"]).json()["ref"]?.string)
        let rule = ["request", "override", ref, "--rule", "uncc.42.3.e"]
        #expect(try await node.run(rule + ["--as", "D3"]).status == 2)
        #expect(try await node.run(rule + ["--reason", "told by telephone", "--as", "D1"]).status == 5)
        let aside = try await node.run(rule + ["--reason", "told by telephone", "--as", "D3"])
        #expect(aside.status == 0 && aside.output.contains("set aside by D3: told by telephone"), "\(aside.errors)")
        #expect(try await node.run(["file", "show", ref]).output.contains("aside     uncc.42.3.e  by D3: told by telephone"))
        let dry = try await node.run(["request", "revise", ref, "--from-file", path, "--dry-run", "--as", "D1"])
        #expect(dry.status == 0 && dry.output.contains("set aside by D3"), "\(dry.status) \(dry.errors)")
        #expect(try await node.run(["request", "approve", ref, "--as", "D3"]).status == 5)
        #expect(try await node.run(["request", "approve", ref, "--as", "D4"]).status == 0)
        #expect(try await node.run(rule + ["--undo", "--as", "D3"]).status == 0)
        #expect(try await node.run(["request", "send", ref, "--as", "D1"]).status == 4)
    }

    @Test func everyFileCanBeGarbage() async throws {
        try await make()
        var generator = Seeded.fresh()
        let valid = Array(try Data(contentsOf: URL(fileURLWithPath: Program.resources + "/preservation.yaml")))
        var inputs: [[UInt8]] = [
            [], [0], Array("- 1\n- 2".utf8), Array("to: 5".utf8), Array("to: XB\nto: XB".utf8),
            [UInt8](repeating: UInt8(ascii: "["), count: 100_000),
        ]
        inputs.append([UInt8](repeating: 0x20, count: 17 << 20))
        for _ in 0..<12 {
            var changed = valid
            changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            inputs.append(Array(changed.prefix(Int.random(in: 0...changed.count, using: &generator))))
        }
        let path = folder("garbage")
        for (number, bytes) in inputs.enumerated() {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            for arguments in [
                ["request", "new", "preservation", "--from-file", path, "--as", "D1"], ["trust", "add", path],
                ["evidence", "verify", path],
                ["evidence", "verify", path, "--identity", path],
            ] {
                let outcome = try await node.run(arguments)
                // A coded error, or for a package the verdict that it is not valid.
                let explained = outcome.errors.contains("code:") || (arguments[1] == "verify" && outcome.output.hasPrefix("NOT VALID"))
                #expect(
                    (1...8).contains(outcome.status) && explained,
                    "seed \(generator.seed), input \(number), \(arguments): \(outcome.status) \(outcome.errors.prefix(300))")
            }
        }
        #expect(try await node.run(["queue", "--json"]).json()["items"]?.array?.isEmpty == true)
        #expect(try await node.run(["audit", "check"]).status == 0)
    }

    @Test func aFolderWithADamagedNodeIsExplained() async throws {
        try await make()
        for (name, status) in [("node.json", 6), ("keys/signing.key", 1), ("keys/tls.crt", 1), ("comity.sqlite", 1)] as [(String, Int32)] {
            let copy = folder("copy-" + name.replacingOccurrences(of: "/", with: "-"))
            try FileManager.default.copyItem(atPath: node.folder, toPath: copy)
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + "/comity.sqlite" + suffix) }
            try Data("garbage that is long enough to be no database header at all, whatever the size".utf8).write(
                to: URL(fileURLWithPath: copy + "/" + name))
            let other = try DemoNode(state: "XA", folder: copy, program: node.program)
            let outcome = try await other.run(["queue"])
            #expect(outcome.status == status && outcome.errors.contains("code:"), "\(name): \(outcome.status) \(outcome.errors)")
        }
    }

    @Test func onlyOneProcessServesAFolder() async throws {
        try await make()
        try FileManager.default.removeItem(atPath: node.folder)
        let made = try await node.run([
            "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--exchange", "127.0.0.1:\(node.exchangePort)", "--desk",
            "127.0.0.1:\(node.deskPort)",
        ])
        #expect(made.status == 0)
        try await node.serve()
        defer { node.killNine() }
        let twin = try DemoNode(state: "XA", folder: folder("twin"), program: node.program)
        try FileManager.default.copyItem(atPath: node.folder, toPath: twin.folder)
        let taken = try await twin.run(["serve"])
        #expect(taken.status == 1 && taken.errors.contains("listens on"), "\(taken.errors)")
        let second = try await node.run(["serve"])
        #expect(second.status == 4 && second.errors.contains("already being served"))
    }
}
