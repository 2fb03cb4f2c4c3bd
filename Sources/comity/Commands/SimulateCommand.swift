// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Glibc
import Node
import Simulation
import Standards

struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run a world of nodes in this process, in virtual time, and check that nothing is lost.",
        discussion: """
            The rules of every node are the real ones; lines, disks, machines and officers are models, and so are signatures unless
            --real-crypto is given. The same seed gives the same world. No data folder is used.

            EXAMPLES
              comity simulate --nodes 20 --days 30
              comity simulate --nodes 193 --days 365 --seed 7 --faults all
              comity simulate --nodes 6 --days 5 --faults drop,crash --real-crypto
            """)

    @Option(help: "Nodes, 2 to \(WorldPlan.nodeLimit).") var nodes = 20
    @Option(help: "Days of traffic, 1 to \(WorldPlan.dayLimit).") var days = 30
    @Option(help: "Seed; a fresh one when none is given.") var seed: UInt64?
    @Option(help: "all, none, or some of \(FaultKind.allCases.map(\.rawValue).joined(separator: ",")).") var faults = "all"
    @Option(help: "Requests that a node opens on an average day, 0.1 to 50.") var load = 2.4
    @Flag(name: .customLong("real-crypto"), help: "Sign, seal and receipt with the real keys; ten times as slow.")
    var realCrypto = false
    @Flag(name: .long, help: "Print JSON for a machine.") var json = false

    func run() async throws {
        let plan = try WorldPlan(
            nodes: nodes, days: days, seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)), faults: try WorldPlan.faults(faults),
            load: load, realCrypto: realCrypto)
        let world = SimulatedWorld(plan, law: try Node.loadLaw())
        Interruption.watch()
        let isTerminal = isatty(STDERR_FILENO) == 1
        let outcome = try world.run { day in
            try Interruption.check()
            if isTerminal { FileHandle.standardError.write(Data("\rday \(day) of \(plan.days) ".utf8)) }
        }
        if isTerminal { FileHandle.standardError.write(Data("\r".utf8)) }
        guard outcome.violation != nil else {
            if json { try Output.json(outcome) } else { Output.line(outcome.report.table) }
            return
        }
        Output.error("An invariant broke. Looking for a smaller world that shows it …")
        let shortest = try world.shortest(outcome) { _ in try Interruption.check() }
        if json { try Output.json(shortest) } else { Self.tell(shortest) }
        throw ExitCode(ErrorCode.verificationFailed.exitStatus)
    }

    private static func tell(_ outcome: WorldOutcome) {
        guard let violation = outcome.violation else { return }
        Output.line(outcome.report.table)
        Output.line("")
        Output.line("BROKEN           \(violation.invariant.rawValue): \(Text.safe(violation.says, limit: 2000))")
        Output.line("                 \(violation.nodes.joined(separator: ", "))\(violation.ref.map { ", file \($0)" } ?? "")")
        Output.line("again            \(outcome.report.command)")
        if let shortest = outcome.shortest { Output.line("smallest         \(shortest)") }
        for line in outcome.trace.suffix(200) { Output.line("  \(line)") }
    }
}
