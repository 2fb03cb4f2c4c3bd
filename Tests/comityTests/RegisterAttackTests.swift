// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import Storage
import TestSupport
import Testing

@testable import comity

/// The register under attack: killed, without disk, with system calls that fail. In every case nothing acknowledged is lost, and the audit
/// says ok. Rows that are changed behind the program's back are named.
@Suite(.serialized) struct RegisterAttackTests {
    private let folder: TemporaryFolder
    private let load: String

    init() async throws {
        folder = try TemporaryFolder()
        load = URL(fileURLWithPath: try Program.path()).deletingLastPathComponent().appendingPathComponent("append-load").path
    }

    /// A node with a few entries, to be copied.
    private func make(_ name: String = "xa") async throws -> String {
        let node = try DemoNode(state: "XA", folder: folder(name), program: try Program.path())
        let made = try await node.run(["init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer"])
        #expect(made.status == 0, "\(made.errors)")
        return folder(name)
    }

    private struct Ended {
        let acknowledged: [String]
        let errors: String
        let status: Int32
    }

    /// Runs a program until it ends, or kills it some time after it began to append.
    private func run(_ program: String, _ arguments: [String], killAfter milliseconds: Int? = nil) async throws -> Ended {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (output, errors) = (folder("output-" + UUID().uuidString), folder("errors-" + UUID().uuidString))
        for path in [output, errors] { FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        process.standardInput = FileHandle.nullDevice
        try process.run()
        func said() -> String { String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self) }
        if let milliseconds {
            while process.isRunning, !said().contains("ready") { try await Task.sleep(for: .milliseconds(2)) }
            try await Task.sleep(for: .milliseconds(milliseconds))
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        // A line that was not written to its end acknowledges nothing.
        let lines = said().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        return Ended(
            acknowledged: lines.filter { (try? UUIDv7($0)) != nil },
            errors: String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self),
            status: process.terminationStatus)
    }

    /// Everything acknowledged is there, and the audit says ok.
    private func check(_ path: String, _ acknowledged: [String], _ what: String) throws {
        let node = try Node(folder: path)
        var kept: Set<String> = []
        try node.store.read { try $0.eachEntry { _, _, _, ref in kept.insert(ref) } }
        let lost = acknowledged.filter { !kept.contains($0) }
        #expect(lost.isEmpty, "\(what): acknowledged and lost: \(lost)")
        let report = try node.audit(officer: nil)
        #expect(report.ok, "\(what): \(report.faults.map(\.says))")
        #expect(try node.store.read { try $0.integrity() } == "ok", "\(what)")
    }

    private func copy(_ path: String) throws -> String {
        let copy = folder("copy-" + UUID().uuidString)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        // A copy is held; these stand for the original.
        try SQLiteShell.run(copy + "/comity.sqlite", "DELETE FROM setting WHERE name = 'database-inode'")
        return copy
    }

    @Test(.timeLimit(.minutes(40))) func killedFiftyTimesWhileManyAppend() async throws {
        var seeded = Seeded.fresh()
        var all = 0
        for node in 0..<5 {
            let path = try await make("n\(node)")
            var acknowledged: [String] = []
            // A thousand kills with COMITY_LONG.
            for round in 0..<(ProcessInfo.processInfo.environment["COMITY_LONG"] == nil ? 10 : 200) {
                let ended = try await run(
                    load, [path, "64", "100000"], killAfter: Int.random(in: 0..<60, using: &seeded))
                acknowledged += ended.acknowledged
                #expect(ended.errors.isEmpty, "\(ended.errors)")
                try check(path, acknowledged, "seed \(seeded.seed), node \(node), round \(round)")
            }
            all += acknowledged.count
        }
        #expect(all > 1000, "the load appended \(all) entries only")
    }

    @Test(.timeLimit(.minutes(10))) func aFullDiskLosesNothingAcknowledged() async throws {
        let path = try await make()
        // Files may not grow beyond 256 KiB.
        let small = try copy(path)
        let ended = try await run("bash", ["-c", "ulimit -f 256; exec \(load) \(small) 16 2000"])
        #expect(ended.status == 1 && !ended.acknowledged.isEmpty && !ended.errors.isEmpty, "\(ended.status) \(ended.errors.prefix(300))")
        try check(small, ended.acknowledged, "limit of a file")
        // A file system of 4 MiB, where this machine lets us have one. It is freed a little before it is looked at.
        let script = """
            mount -t tmpfs -o size=4m none "$1" || exit 77
            cp -a "$2" "$1/node" || exit 78
            python3 -c "import sqlite3, sys
            c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM setting WHERE name = \\'database-inode\\''); c.commit()" \
                "$1/node/comity.sqlite" || exit 78
            dd if=/dev/zero of="$1/filler" bs=64k count=8 2>/dev/null || exit 78
            "$3" "$1/node" 16 100000 > "$4" 2> "$5"; echo "status $?"
            rm "$1/filler"
            grep -v ready "$4" | "$3" "$1/node" check
            """
        let mount = folder("mount")
        try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
        let full = try await run(
            "unshare", ["-r", "-m", "bash", "-c", script, "_", mount, path, load, folder("full.out"), folder("full.err")])
        guard full.status != 77, full.status != 127, !full.errors.contains("unshare") else {
            return print("skipped: full disk on a file system of its own (unshare or mount is not permitted)")
        }
        #expect(full.status == 0, "\(full.errors)")
        let said = String(decoding: FileManager.default.contents(atPath: folder("full.err")) ?? Data(), as: UTF8.self)
        #expect(said.contains("storage") || said.contains("disk"), "\(said.prefix(300))")
        let lines = String(decoding: FileManager.default.contents(atPath: folder("full.out")) ?? Data(), as: UTF8.self)
        #expect(lines.split(separator: "\n").count > 10)
    }

    @Test(.timeLimit(.minutes(10))) func everyFailingSystemCall() async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            return print("skipped: failing system calls (strace is not installed)")
        }
        let path = try await make()
        // A few entries first: what is injected hits an append, not the making of tables.
        #expect(try await run(load, [path, "4", "5"]).status == 0)
        let probe = try copy(path)
        let calls = ["pwrite64", "fdatasync", "fsync", "ftruncate", "rename"]
        let trace = folder("trace")
        let traced = try await run(
            "strace", ["-f", "--seccomp-bpf", "-qq", "-e", "trace=\(calls.joined(separator: ","))", "-o", trace, load, probe, "1", "6"])
        let seen = String(decoding: FileManager.default.contents(atPath: trace) ?? Data(), as: UTF8.self)
        guard traced.status == 0, seen.contains("pwrite64") else {
            return print("skipped: failing system calls (strace may not trace here)")
        }
        var (rounds, refused, killed) = (0, 0, 0)
        for call in calls {
            // Each thread counts its own calls; the busiest one is the one that commits.
            let threads = seen.split(separator: "\n").filter { $0.contains(" \(call)(") }.compactMap { $0.split(separator: " ").first }
            let count = Dictionary(grouping: threads, by: { $0 }).values.map(\.count).max() ?? 0
            guard count > 0 else { continue }
            for (fault, places) in [("error=EIO", 8), ("error=ENOSPC", 5), ("signal=KILL", 10)] {
                for place in Set((0..<places).map { 1 + $0 * count / places }).sorted() {
                    let work = try copy(path)
                    // Filtering in the kernel is faster, but strace 6.1 then injects no signals.
                    let filter = fault.hasPrefix("signal") ? [] : ["--seccomp-bpf"]
                    let inject = ["-e", "trace=\(call)", "-e", "inject=\(call):\(fault):when=\(place)", "-o", "/dev/null"]
                    let ended = try await run("strace", ["-f"] + filter + ["-qq"] + inject + [load, work, "1", "6"])
                    try check(work, ended.acknowledged, "\(call) \(fault) at \(place)")
                    try FileManager.default.removeItem(atPath: work)
                    rounds += 1
                    if ended.status != 0 { if fault == "signal=KILL" { killed += 1 } else { refused += 1 } }
                }
            }
        }
        // The faults were met: appends were refused, processes died.
        #expect(rounds > 10 && refused > 3 && killed > 5, "\(rounds) rounds, \(refused) refused, \(killed) killed")
        print("failing system calls: \(rounds) rounds, \(refused) refused, \(killed) killed")
    }

    @Test func changedRowsAreNamed() async throws {
        let path = try await make()
        #expect(try await run(load, [path, "4", "5"]).status == 0)
        try check(path, [], "sound")
        for (sql, words) in [
            ("UPDATE entry SET content = zeroblob(32) WHERE idx = 7", "entry 7"),
            ("UPDATE event SET bytes = '{}' WHERE idx = 7", "entry 7"),
            ("DELETE FROM event WHERE idx = 7", "entry 7"), ("DELETE FROM entry WHERE idx = 7", "Entry 7 is missing"),
            // One more at the end, one in the middle, two that change places.
            ("INSERT INTO entry SELECT MAX(idx) + 1, zeroblob(32), 'event', 'x', 0 FROM entry", "gone"),
            (
                """
                UPDATE entry SET idx = -idx - 1 WHERE idx >= 7;;UPDATE entry SET idx = -idx WHERE idx < 0;;\
                INSERT INTO entry SELECT 7, content, kind, ref, at FROM entry WHERE idx = 6
                """, "entry 7"
            ),
            (
                "UPDATE entry SET idx = -1 WHERE idx = 7;;UPDATE entry SET idx = 7 WHERE idx = 8;;UPDATE entry SET idx = 8 WHERE idx = -1",
                "7"
            ),
            ("UPDATE event SET idx = 99 WHERE idx = 7", "entry 7"), ("UPDATE event SET kind = 'x' WHERE idx = 7", "kind"),
        ] {
            let work = try copy(path)
            try SQLiteShell.run(work + "/comity.sqlite", sql)
            let report = try Node(folder: work).audit(officer: nil)
            let first = try #require(report.faults.first, "\(sql)")
            #expect(report.faults.contains { $0.says.contains(words) || $0.index == 7 }, "\(sql): \(first)")
        }
    }
}
