// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Foundation
import Law
import Node
import Standards
import Storage

struct FileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "Look at one file, or give it to an officer.", subcommands: [Show.self, Next.self, Assign.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a file: state, acts, clocks, links, packages, what is possible.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Reference, for example XA-2026-PRE-000042-L.") var ref: String

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            if let removed = try node.removedView(ref, officer: nil) {
                return global.json ? try Output.json(removed) : Self.show(removed)
            }
            let view = try node.fileView(ref, officer: nil)
            try await node.noteViewed(view, how: .command, officer: nil)
            if global.json { return try Output.json(view) }
            let now = try node.now()
            if view.exercise { Output.line("EXERCISE  nothing here is real") }
            Output.line(
                "\(view.ref)  \(view.type.rawValue) (Art. \(view.article))  \(view.side == .requesting ? "to" : "from") \(view.counterpart)"
            )
            Output.line("state     \(view.state.rawValue)\(view.state == .held ? " pending decision" : "")")
            if !view.title.isEmpty { Output.line("title     \(Text.safe(view.title))") }
            for override in view.overrides {
                Output.line(
                    "aside     \(Text.safe(override.rule, limit: 120))  by \(Text.safe(override.by ?? "-", limit: 120)): \(Text.safe(override.reason, limit: 300))"
                )
            }
            if let comment = view.comment { Output.line("comment   \(Text.safe(comment, limit: 4000))") }
            if view.id == nil { for finding in view.findings where finding.level != .note { Output.line(Output.text(finding)) } }
            for clock in view.clocks {
                Output.line(
                    "clock     \(Output.text(clock, now: now))\(Output.level(clock)), due \(node.local(clock.due)) (\(clock.due.utc))  \(Output.article(clock.article))\(clock.unverified ? ", text not compared yet" : "")"
                )
            }
            for link in view.links { Output.line("link      \(link.relation) \(link.ref)\(link.known ? "" : "  (not on this node)")") }
            for package in view.packages {
                Output.line(
                    "package   \(package.name)  \(package.size) bytes, \(package.exhibits) exhibits, \(package.stage), \(package.partsHere)/\(package.partsAll) parts here"
                )
            }
            for (index, act) in view.acts.enumerated() {
                let ticks = act.receipted ? "signed, receipted" : "signed, \(act.delivery ?? "no receipt yet")"
                Output.line(
                    "act \(index + 1)     \(act.at)  \(act.from) \(act.officer): \(act.kind.rawValue)\(act.effect == .overtaken ? " (overtaken)" : "")  \(act.hash.prefix(16))…  \(ticks)"
                )
            }
            for command in view.next { Output.line("next      \(command)") }
        }
    }
}

extension FileCommand {
    struct Next: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which acts are possible now, which are not and why, and whose they are.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Reference of the file.") var ref: String
        @Option(name: .customLong("as"), help: "Judge it for this officer; without, for the side.") var officer: String?

        func run() async throws {
            let steps = try global.node().steps(try FileReference(ref), officer: officer)
            if global.json { return try Output.json(steps) }
            for step in steps.filter(\.possible) {
                Output.line(
                    "can     \(step.kind.rawValue.padding(toLength: 20, withPad: " ", startingAt: 0)) \(step.ours ? "us" : "them")  \(step.roles.joined(separator: ", "))\(step.fourEyes ? "  (a second person approves)" : "")"
                )
                guard step.ours else { continue }
                for ground in step.grounds ?? [] {
                    Output.line(
                        "          ground \(ground.id)  \(Output.article(ground.cite))\(ground.unverified ? ", text not compared yet" : "")\(ground.requires.isEmpty ? "" : "  needs \(ground.requires.joined(separator: ", "))")"
                    )
                }
            }
            for step in steps where !step.possible {
                Output.line(
                    "cannot  \(step.kind.rawValue.padding(toLength: 20, withPad: " ", startingAt: 0)) \(step.ours ? "us" : "them")  \(step.why ?? "")\(step.next.map { " " + $0 } ?? "")"
                )
            }
        }
    }
}

struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Drop every view and compute it anew from the register, all or nothing; nothing that was recorded changes.",
        discussion:
            "The node must not be served meanwhile. A process that dies in the middle leaves a node that finishes it when it is opened.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let node = try global.node()
        let lock = try ServeLock(folder: global.folder)
        let bar = Output.progressBar("rebuilding")
        let views = try await node.rebuild { try bar(Int64($0), Int64($1)) }
        lock.release()
        if global.json { return try Output.json(views) }
        for view in views {
            let name = view.view.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
            Output.line("\(name) \(view.rows) rows\(view.differed ? ", not as they were before" : "")")
        }
        Output.line(
            views.contains(where: \.differed)
                ? "Something was not what the register makes of it; now it is." : "All was as the register makes it.")
    }
}

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the register, prove what stands in it, and who has cosigned it.",
        subcommands: [Check.self, Prove.self, Consistency.self, Witness.self, Recover.self, AuditResume.self], defaultSubcommand: Check.self
    )

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Recompute everything: entries, tree, tiles, checkpoints, signatures, receipts, files. Exit 6 when something is wrong.")
        @OptionGroup var global: GlobalOptions
        @Flag(help: "From the first entry: that is what it always does; the flag says so in a script.") var fromGenesis = false

        func run() async throws {
            let node = try global.node()
            let bar = Output.progressBar("audit")
            let report = try node.audit(officer: nil) { (done, all) throws(ComityError) in try bar(done, all) }
            if global.json {
                try Output.json(report)
            } else if report.ok {
                Output.line(
                    "ok  \(report.entries) entries (\(report.acts) acts, \(report.events) events), \(report.checkpoints) checkpoints, \(report.receipts) receipts verified\(report.unreceipted > 0 ? ", \(report.unreceipted) acts not receipted yet" : "")"
                )
                Output.line("root \(report.root)")
                Output.line("key  \(node.registerKey)")
                if let held = report.held { Output.line("held \(held)") }
            } else {
                if let first = report.first, first.index >= 0 { Output.error("first bad entry: \(first.index)") }
                for fault in report.faults.prefix(50) {
                    Output.error(
                        "FAULT  \(fault.index >= 0 ? "entry \(fault.index)  " : "")\(fault.file.map { $0 + "  " } ?? "")\(fault.says)")
                }
                Output.error("next: stop the node, keep a copy of the folder, restore a backup, and tell your peers.")
            }
            if !report.ok { throw ExitCode(ErrorCode.verificationFailed.exitStatus) }
        }
    }
}
