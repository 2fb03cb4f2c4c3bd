// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import Storage
import TestSupport
import Testing

@testable import comity

/// Views are dropped and rebuilt from the register: byte for byte the same, whatever was done to them, whoever was killed.
@Suite(.serialized) struct RebuildTests {
    private static func dumps(_ node: Node) throws -> [RegisterView: [String]] {
        try node.store.read { reader in
            try Dictionary(uniqueKeysWithValues: RegisterView.allCases.map { ($0, try reader.dump($0)) })
        }
    }

    /// What an intruder, or a fault of the program, may do to views.
    private static let damage = [
        "UPDATE file SET title = 'other'", "DELETE FROM file WHERE rowid IN (SELECT rowid FROM file LIMIT 3)", "DELETE FROM link",
        "INSERT INTO link VALUES ('x', 'y', 'follows')", "UPDATE work SET state = 'closed', views = 128",
        "DELETE FROM work WHERE id % 2 = 0",
        "UPDATE work_count SET many = many + 1", "INSERT INTO assignment VALUES ('XA-2026-PRE-999999-X', 'D9')",
        "DELETE FROM call", "DELETE FROM work_text",
    ]

    @Test(.timeLimit(.minutes(30))) func byteForByteTheSameOnNodesWithAllTypes() async throws {
        let world = try await SceneryWorld(now: "2026-11-24T23:19:00Z")
        for node in world.nodes {
            let before = try Self.dumps(node)
            #expect(before[.file]?.isEmpty == false && before[.work]?.isEmpty == false)
            let views = try await node.rebuild()
            #expect(views.map(\.view) == RegisterView.allCases && views.allSatisfy { !$0.differed }, "\(node.state): \(views)")
            #expect(try Self.dumps(node) == before)
        }
        // On one of them everything that can be done to views.
        let node = world.xa
        let right = try Self.dumps(node)
        let path = node.folder.path + "/comity.sqlite"
        for sql in Self.damage {
            let sql = sql.replacing("rowid IN (SELECT rowid FROM file LIMIT 3)", with: "id IN (SELECT id FROM file LIMIT 3)")
            try SQLiteShell.run(path, sql)
            let touched = try Self.dumps(node) != right
            let views = try await node.rebuild()
            #expect(views.contains(where: \.differed) == touched, "\(sql)")
            #expect(try Self.dumps(node) == right, "\(sql)")
        }
        #expect(try node.audit(officer: nil).ok)
        // Stopped in the middle: nothing has changed, and whoever opens the folder next finishes it.
        try SQLiteShell.run(path, "UPDATE file SET title = 'other';;DELETE FROM link;;UPDATE work SET title = 'other'")
        let wrong = try Self.dumps(node)
        await #expect(throws: ComityError(.interrupted, "")) {
            try await node.rebuild { done, all in if done >= all / 2 { throw ComityError(.interrupted, "stop") } }
        }
        #expect(try Self.dumps(node) == wrong)
        #expect(try Self.dumps(Node(folder: node.folder.path)) == right)

        // Killed at any moment.
        let program = try Program.path()
        var seeded = Seeded.fresh()
        for round in 0..<12 {
            try SQLiteShell.run(path, "UPDATE file SET title = 'other';;DELETE FROM link;;UPDATE work SET title = 'other'")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = ["rebuild", "--data", node.folder.path]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<400, using: &seeded)))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let opened = try Node(folder: node.folder.path)
            // It died before it began, or whoever opens the folder finishes it.
            let dumps = try Self.dumps(opened)
            #expect(dumps == right || dumps == wrong, "seed \(seeded.seed), round \(round)")
            #expect(try opened.store.read { try $0.isRebuilding() } == false)
            _ = try await opened.rebuild()
            #expect(try Self.dumps(opened) == right, "seed \(seeded.seed), round \(round)")
        }
        #expect(try node.audit(officer: nil).ok)
    }

    @Test func refusedWhileServed() async throws {
        let folder = try TemporaryFolder()
        let node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
        let made = try await node.run([
            "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer", "--json",
        ])
        #expect(made.status == 0)
        let lock = try ServeLock(folder: folder("xa"))
        let refused = try await node.run(["rebuild"])
        #expect(refused.status == 4 && refused.errors.contains("served"))
        lock.release()
        let done = try await node.run(["rebuild", "--json"])
        #expect(done.status == 0 && done.output.contains("work_text"))
    }
}
