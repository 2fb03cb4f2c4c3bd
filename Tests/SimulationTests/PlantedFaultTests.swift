// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import Testing

@testable import Simulation

/// Faults built in on purpose: the world finds each of them.
@Suite struct PlantedFaultTests {
    /// The rules without the pauses of clocks, for half of the States.
    private static let unpaused = Result {
        try Law(
            reading: shippedTexts().map { text in
                let lines = String(decoding: text.bytes, as: UTF8.self)
                    .replacingOccurrences(of: "paused_by: [ask], resumed_by: [answer], ", with: "")
                return Law.SourceText(path: text.path, bytes: Array(lines.utf8))
            })
    }

    /// What breaks, by the fault; more than one invariant may be the first to notice.
    private static func broken(by fault: PlantedFault) -> Set<WorldViolation.Invariant> {
        switch fault {
        case .receiptBeforeSync: [.neverLost, .registerGrows]
        case .missingDedupe: [.nothingTwice, .believed]
        case .wrongCrossing: [.convergence, .believed]
        case .doubtfulKey: [.nothingForged]
        case .clockNotPaused: [.clocks]
        case .orderLostOnRetry: [.order]
        case .receiptUnchecked: [.neverLost]
        case .noHoldAfterRestore: [.registerGrows, .neverLost]
        case .emergencyWaits: [.emergencyFirst]
        }
    }

    @Test(arguments: PlantedFault.allCases) func isFoundWithinAHundredSeeds(_ fault: PlantedFault) throws {
        let law = try shippedLaw()
        let planted = fault == .clockNotPaused ? try Self.unpaused.get() : nil
        for seed in 0..<100 {
            var plan = try WorldPlan(nodes: 6, days: 6, seed: UInt64(seed), load: 6)
            plan.planted = fault
            let outcome = try SimulatedWorld(plan, law: law, planted: planted).run()
            guard let violation = outcome.violation else { continue }
            print("planted \(fault.rawValue): seed \(seed), \(violation.invariant.rawValue): \(violation.says)")
            #expect(Self.broken(by: fault).contains(violation.invariant), "\(violation)")
            return
        }
        Issue.record("\(fault.rawValue) was not found within a hundred seeds")
    }

    /// A failure comes with a smaller world and with what happened in the file concerned.
    @Test func aFailureIsMadeSmall() throws {
        var plan = try WorldPlan(nodes: 6, days: 6, seed: 0, load: 6)
        plan.planted = .orderLostOnRetry
        let world = SimulatedWorld(plan, law: try shippedLaw())
        var outcome = try world.run()
        for seed in 1..<100 where outcome.violation == nil {
            plan.seed = UInt64(seed)
            outcome = try SimulatedWorld(plan, law: try shippedLaw()).run()
        }
        let small = try SimulatedWorld(plan, law: try shippedLaw()).shortest(outcome, tries: 20)
        let command = try #require(small.shortest)
        #expect(!command.contains("--nodes 6") && command != plan.command, "\(command)")
        #expect(small.trace.contains { $0.contains("writes") } && small.trace.contains { $0.contains("arrives") })
    }
}
