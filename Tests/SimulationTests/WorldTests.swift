// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Simulation

/// Short worlds with everything that can go wrong.
@Suite struct WorldTests {
    static func run(_ plan: WorldPlan) throws -> WorldOutcome { try SimulatedWorld(plan, law: shippedLaw()).run() }

    static func says(_ outcome: WorldOutcome) -> Comment {
        let broken = outcome.violation.map { "\($0.invariant.rawValue): \($0.says)" } ?? ""
        return "\(broken); add this line to failing-seeds.txt: \(outcome.report.command)"
    }

    @Test func twentyFreshSeeds() throws {
        var generator = Seeded.fresh()
        for _ in 0..<20 {
            let seed = UInt64(UInt32(truncatingIfNeeded: generator.next()))
            let plan = try WorldPlan(
                nodes: Int.random(in: 2...7, using: &generator), days: Int.random(in: 2...8, using: &generator), seed: seed)
            let outcome = try Self.run(plan)
            #expect(outcome.violation == nil, Self.says(outcome))
            print("world: \(outcome.report.acts) acts, \(plan.command)")
        }
    }

    /// Worlds in which something was wrong once.
    @Test func seedsThatFailedOnce() throws {
        let path = Shared.repository.appendingPathComponent("Tests/SimulationTests/failing-seeds.txt")
        let lines = String(decoding: try Data(contentsOf: path), as: UTF8.self).split(separator: "\n")
        for line in lines where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            func value(_ name: String) throws -> String {
                let place = try #require(words.firstIndex(of: name), "\(line)")
                return try #require(place + 1 < words.count ? words[place + 1] : nil, "\(line)")
            }
            let plan = try WorldPlan(
                nodes: #require(Int(try value("--nodes"))), days: #require(Int(try value("--days"))),
                seed: #require(UInt64(try value("--seed"))), faults: WorldPlan.faults(try value("--faults")),
                load: #require(Double(try value("--load"))), realCrypto: words.contains("--real-crypto"))
            let outcome = try Self.run(plan)
            #expect(outcome.violation == nil, Self.says(outcome))
        }
    }

    @Test func theSameSeedGivesTheSameRun() throws {
        let plan = try WorldPlan(nodes: 5, days: 5, seed: 11)
        let first = try Self.run(plan)
        let second = try Self.run(plan)
        #expect(first.report == second.report && first.violation == second.violation)
        let other = try Self.run(try WorldPlan(nodes: 5, days: 5, seed: 12))
        #expect(other.report.digest != first.report.digest)
    }

    @Test func withRealKeys() throws {
        var plan = try WorldPlan(nodes: 3, days: 2, seed: 5, realCrypto: true)
        let outcome = try Self.run(plan)
        #expect(outcome.violation == nil, Self.says(outcome))
        #expect(outcome.report.acts > 5)
        // With real keys, too, only the seed decides.
        #expect(try Self.run(plan).report.digest == outcome.report.digest)
        plan.planted = .missingDedupe
        var found: WorldViolation?
        for seed in 0..<20 where found == nil {
            plan.seed = UInt64(seed)
            found = try Self.run(plan).violation
        }
        #expect(found?.invariant == .nothingTwice || found?.invariant == .believed)
    }

    /// Without faults everything arrives at the first try, and nothing is refused.
    @Test func aWorldWithoutFaults() throws {
        let report = try Self.run(try WorldPlan(nodes: 4, days: 10, seed: 3, faults: [])).report
        #expect(report.retries == 0 && report.quarantines.isEmpty && report.refused == 0 && report.normal.longest < 10_000)
        #expect(report.sends >= report.acts && report.clocksModelled > 0)
    }

    @Test func worldsThatCannotBe() throws {
        #expect(throws: ComityError.self) { try WorldPlan(nodes: 1, days: 1, seed: 1) }
        #expect(throws: ComityError.self) { try WorldPlan(nodes: 194, days: 1, seed: 1) }
        #expect(throws: ComityError.self) { try WorldPlan(nodes: 2, days: 0, seed: 1) }
        #expect(throws: ComityError.self) { try WorldPlan(nodes: 2, days: 1, seed: 1, load: .nan) }
        for text in ["", "rain", "drop,", "all,drop", "DROP"] { #expect(throws: ComityError.self) { try WorldPlan.faults(text) } }
        #expect(try WorldPlan.faults("drop,crash") == [.drop, .crash])
    }
}
