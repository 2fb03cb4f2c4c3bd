// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Exchange
import Node
import Standards

struct ExchangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange", abstract: "How the lines to other States stand.", subcommands: [Status.self, Pull.self],
        defaultSubcommand: Status.self)

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "For each State: last contact, what is owed to it and when it is tried again, its keys, and its clock.",
            discussion: """
                EXAMPLES
                  comity exchange status --data ./xa
                  comity exchange status XB --ask --data ./xa        (calls XB and compares its clock with this machine's)
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(help: "One State; all when it is left out.") var state: String?
        @Flag(help: "Call each confirmed State: does it answer, and is its clock right?") var ask = false

        struct Line: Encodable {
            let state: StateCode
            let trust: Peer.Trust
            let grade: PeerHealth.Grade
            let lastContact: Instant?
            let acts: Int
            let packages: Int
            let attempts: Int
            let next: Instant?
            let says: String?
            /// What is due for its entry: to be confirmed, to be fetched and so on.
            let due: [String]
            /// The peer's clock ahead of this machine's, seconds; only where it was asked and answered.
            var clockAhead: Double?
            /// Why it did not answer.
            var silent: String?
        }

        func run() async throws {
            let node = try global.node()
            let wanted = try state.map { text throws(ComityError) in try StateCode(text) }
            let fresh = try node.freshness(officer: nil)
            let peers = try node.peerHealth(officer: nil).filter { wanted == nil || $0.state == wanted }
            if let wanted, peers.isEmpty {
                throw ComityError(
                    .notFound, "\(wanted) is not in the directory of this node.",
                    next: "Import its entry with comity directory import FILE.")
            }
            var lines = peers.map { peer in
                Line(
                    state: peer.state, trust: peer.trust, grade: peer.grade, lastContact: peer.lastContact, acts: peer.acts,
                    packages: peer.packages, attempts: peer.attempts, next: peer.next, says: peer.says,
                    due: fresh.first { $0.state == peer.state }?.due.map(\.rawValue) ?? [])
            }
            if ask {
                let delivery = Delivery(node: node)
                for index in lines.indices where lines[index].trust == .confirmed {
                    do throws(ComityError) {
                        lines[index].clockAhead = Double(try await delivery.clockDifference(to: lines[index].state)) / 1000
                    } catch { lines[index].silent = "\(error.what) \(error.why)" }
                }
                await delivery.shutdown()
            }
            if global.json { return try Output.json(lines) }
            if lines.isEmpty { Output.line("No peers yet. Import one: comity directory import FILE") }
            for line in lines { Output.line(Self.text(line)) }
        }

        private static func text(_ line: Line) -> String {
            var rows = ["\(line.state)  \(line.grade.rawValue)  (\(line.trust.rawValue))"]
            rows.append("    last contact  \(line.lastContact.map(\.description) ?? "never")")
            if line.acts + line.packages > 0 {
                let tried = line.attempts == 0 ? "not tried yet" : "tried \(line.attempts) times"
                rows.append(
                    "    owed          \(line.acts) acts, \(line.packages) packages; \(tried), next try at \(line.next.map(\.description) ?? "once")"
                )
            } else {
                rows.append("    owed          nothing")
            }
            if let says = line.says { rows.append("    last failure  \(Text.safe(says))") }
            if !line.due.isEmpty { rows.append("    due           \(line.due.joined(separator: ", ")): comity directory freshness") }
            if let ahead = line.clockAhead {
                // HTTP says whole seconds.
                let words = abs(ahead) < 2 ? "right" : "\(Int(abs(ahead).rounded())) s \(ahead > 0 ? "ahead" : "behind")"
                let far = abs(ahead) * 1000 > Double(Intake.clockTolerance) ? "; acts that are dated in the future are not taken" : ""
                rows.append("    clock         \(words)\(far)")
            }
            if let silent = line.silent { rows.append("    answers       no: \(Text.safe(silent))") }
            return rows.joined(separator: "\n")
        }
    }
}

extension ExchangeCommand {
    struct Pull: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch the acts that a State owes to this node, which it may be unable to reach.",
            discussion: "With \"pull_seconds\": 5 under \"exchange\" in node.json, comity serve does it by itself.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The State.") var state: String

        func run() async throws {
            struct Done: Encodable { let state: StateCode, acts: Int }
            let state = try StateCode(state)
            let delivery = Delivery(node: try global.node())
            let acts: Int
            do throws(ComityError) { acts = try await delivery.pull(from: state) } catch {
                await delivery.shutdown()
                throw error
            }
            await delivery.shutdown()
            if global.json { return try Output.json(Done(state: state, acts: acts)) }
            Output.line(acts == 0 ? "\(state) owes nothing that could be taken." : "taken: \(acts) acts of \(state); it has the receipts")
        }
    }
}

struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Compare the acts of a file with those that the other States have, and name each difference.",
        discussion: """
            Exit status 0 when both sides hold the same acts; 6 when an act is missing or differs; 7 when the other State does not answer.
            EXAMPLE
              comity reconcile XA-2026-PRE-000042-L --data ./xa
            """)
    @OptionGroup var global: GlobalOptions
    @Argument(help: "Reference of the file.") var ref: String

    func run() async throws {
        let delivery = Delivery(node: try global.node())
        let results: [Reconciliation]
        do throws(ComityError) { results = try await delivery.reconcile(try FileReference(ref), officer: nil) } catch {
            await delivery.shutdown()
            throw error
        }
        await delivery.shutdown()
        if global.json { try Output.json(results) } else { for result in results { Self.show(result) } }
        guard results.allSatisfy(\.agrees) else { throw ExitCode(ErrorCode.verificationFailed.exitStatus) }
    }

    private static func show(_ result: Reconciliation) {
        Output.line(
            "\(result.state)  \(result.agrees ? "agrees" : "differs")  \(result.same == 1 ? "1 act is" : "\(result.same) acts are") the same on both sides"
        )
        for one in result.differences {
            Output.line("    \(one.kind.rawValue)  \(one.step?.rawValue ?? "an act")  \(one.act)\n        \(one.says)")
        }
    }
}
