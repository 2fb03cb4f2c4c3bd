// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Glibc
import Node
import Standards

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play the first act that crosses a border between two nodes of fictional States on this machine.",
        discussion: """
            Then files of all types in all states are put beside it, and both desks stay open until Ctrl-C. --headless plays the
            story alone and ends; --files-only makes the nodes with the files and ends.
            """)

    @Flag(help: "Play the story alone, and exit when it has ended.") var headless = false
    @Flag(help: "Make the nodes with the files, without the story, and exit.") var filesOnly = false
    @Option(help: "The moment up to which the files are played, ISO 8601 with zone. Default: now.") var now: String?
    @Flag(help: "Leave the clocks standing at that moment, so that every look shows the same times.") var stopClock = false
    @Flag(help: "Print the table as JSON, and nothing else.") var json = false
    @Option(
        name: [.customLong("folder"), .customLong("data")], help: "An empty folder for the two nodes. Default: a new temporary folder.")
    var folder: String?

    struct Result: Encodable {
        struct NodeLine: Encodable {
            let state: String
            let desk: String
            let data: String
            let entries: Int64
            let root: String
        }

        let ok: Bool
        let steps: [Story.Line]
        let nodes: [NodeLine]
    }

    func validate() throws {
        guard !(headless && filesOnly) else { throw ValidationError("Choose one of --headless and --files-only.") }
    }

    func run() async throws {
        let anchor = try anchor()
        let base = try makeFolder()
        if filesOnly { return try await files(base, anchor) }
        let program = try Self.program()
        let requesting = try DemoNode(state: "XA", folder: base + "/xa", program: program)
        let requested = try DemoNode(state: "XB", folder: base + "/xb", program: program)
        defer {
            requesting.stop()
            requested.stop()
        }
        let quiet = json
        let story = Story(
            requesting: requesting, requested: requested, folder: base, resources: try ResourceFolder.locate("Demo", room: "comity"),
            narrate: { if !quiet { Output.line($0) } })
        say("Two fictional States, Alvania (XA) and Bresta (XB), each with its own node. EXERCISE: nothing here is real.")
        try await story.prepare(officers: headless ? nil : try Scenery.officers())
        try await requesting.serve()
        try await requested.serve()
        var lines: [Story.Line] = []
        for step in Story.Step.allCases {
            if step == .followUp {
                say("\n--- the power fails at XB: kill -9, and it is started again ---")
                requested.killNine()
                try await requested.serve()
            }
            lines.append(try await story.play(step))
        }
        let result = Result(ok: true, steps: lines, nodes: try await [requesting, requested].asyncMap(Self.describe))
        if json { try Output.json(result) } else { table(result) }
        if !headless {
            say("\nNow files of all types in all states are put beside it …")
            for node in [requesting, requested] { node.stop() }
            let told = try await Scenery.play(beside: [requesting, requested], in: base, now: anchor, stopped: stopClock)
            say(Scenery.table(told))
            for node in [requesting, requested] { try await node.serve() }
            say(
                "\nThe desks are open:\n  XA  \(requesting.deskAddress)\n  XB  \(requested.deskAddress)\n\n\(Scenery.signIn(told))\nTry:  comity queue --data \(requesting.folder)\nCtrl-C ends the demonstration."
            )
            await Interrupt.wait()
        }
    }

    /// The moment that was given, checked; nil for the default.
    private func anchor() throws(ComityError) -> Instant? {
        guard let now else { return nil }
        let anchor = try Instant(now)
        guard anchor >= Scenery.earliest else {
            throw ComityError(
                .usage, "The files cannot be played up to \(anchor).",
                why: "They reach back 91 days, and the law of the exercise begins in 2026.",
                next: "Choose a moment from \(Scenery.earliest) on.")
        }
        return anchor
    }

    private func files(_ base: String, _ anchor: Instant?) async throws {
        say("Fictional States. EXERCISE: nothing here is real.")
        let told = try await Scenery.play(beside: [], in: base, now: anchor, stopped: stopClock)
        if json { try Output.json(told) } else { Output.line(Scenery.table(told)) }
        say("\n\(Scenery.signIn(told))\nTry:  comity serve --data \(base)/xa")
    }

    private func makeFolder() throws -> String {
        if let folder {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
                throw ComityError(.alreadyExists, "The folder \(folder) is not empty.", next: "Name a new one with --folder.")
            }
            return URL(fileURLWithPath: folder).standardizedFileURL.path
        }
        let path = NSTemporaryDirectory() + "comity-demo-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    /// The program itself: the story is played by the same commands a person types.
    static func program() throws(ComityError) -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw ComityError(.failure, "The path of the program cannot be found in /proc.")
        }
        return path
    }

    private static func describe(_ node: DemoNode) async throws -> Result.NodeLine {
        let report = try await node.run(["audit", "check", "--json"]).json()
        return Result.NodeLine(
            state: node.state, desk: node.deskAddress, data: node.folder, entries: report["entries"]?.integer ?? 0,
            root: report["root"]?.string ?? "")
    }

    private func say(_ text: String) { if !json { Output.line(text) } }

    private func table(_ result: Result) {
        Output.line("\nWHAT HAPPENED")
        for line in result.steps {
            let hash = line.hash.isEmpty ? "" : "  \(line.hash.prefix(line.hash.contains(" ") ? 47 : 64))"
            Output.line("\(line.step)  \(line.ref.padding(toLength: 21, withPad: " ", startingAt: 0))  \(line.what)")
            if !hash.isEmpty { Output.line("                        \(hash)") }
        }
        for node in result.nodes {
            Output.line("\(node.state)  register of \(node.entries) entries, root \(node.root)\n    data in \(node.data)")
        }
    }
}

extension Array {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var out: [T] = []
        for element in self { out.append(try await transform(element)) }
        return out
    }
}

/// Waits for Ctrl-C or SIGTERM.
private enum Interrupt {
    static func wait() async {
        signal(SIGINT, SIG_IGN)
        signal(SIGTERM, SIG_IGN)
        let sources = [SIGINT, SIGTERM].map { DispatchSource.makeSignalSource(signal: $0, queue: .global()) }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let once = OnceContinuation(continuation)
            for source in sources {
                source.setEventHandler { once.resume() }
                source.resume()
            }
        }
        for source in sources { source.cancel() }
    }
}
