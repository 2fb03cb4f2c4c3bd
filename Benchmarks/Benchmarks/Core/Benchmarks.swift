// SPDX-License-Identifier: Apache-2.0

import Benchmark
import Dossier
import Exchange
import Law
import Sealing
import Standards

/// Everything is made before the measured part: only the named work is counted. A fixture that is not what it should be stops
/// its benchmark with an error, so that no figure stands for work that was not done.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.instructions, .wallClock, .peakMemoryResident], warmupIterations: 5, maxDuration: .seconds(5), maxIterations: 1_000)
    lawBenchmarks()
    foldBenchmarks()
    intakeBenchmarks()
}

/// Work that takes microseconds is done a thousand times in one measurement, and the figures are divided by that.
private func short() -> Benchmark.Configuration {
    var configuration = Benchmark.defaultConfiguration
    configuration.scalingFactor = .kilo
    configuration.warmupIterations = 1
    return configuration
}

private func lawBenchmarks() {
    Benchmark(
        "load all instruments",
        closure: { benchmark, texts in
            for _ in benchmark.scaledIterations { blackHole(try Law(reading: texts)) }
        },
        setup: { try Shipped.texts() })
    Benchmark(
        "pre-flight of a full request, preservation", configuration: short(),
        closure: { benchmark, flight in
            for _ in benchmark.scaledIterations { blackHole(flight.assess()) }
        },
        setup: { try PreFlight(of: "preservation", on: "2026-11-24T23:10:00Z") })
    Benchmark(
        "pre-flight of a full request, stored data", configuration: short(),
        closure: { benchmark, flight in
            for _ in benchmark.scaledIterations { blackHole(flight.assess()) }
        },
        setup: { try PreFlight(of: "stored-data", on: "2026-12-03T12:00:00Z") })
}

private func foldBenchmarks() {
    func fold(_ name: String, _ acts: @escaping @Sendable (inout ActMaker) throws -> [Dossier.HashedAct]) {
        Benchmark(
            name,
            closure: { benchmark, acts in
                for _ in benchmark.scaledIterations { blackHole(try Dossier(folding: acts)) }
            },
            setup: {
                var maker = try ActMaker()
                return try Checked.applied(try acts(&maker), count: 1_000)
            })
    }
    fold("fold a file of 1,000 acts, one chain") { try $0.chain(1_000) }
    fold("fold a file of 1,000 acts, forked in pairs") { try $0.pairs(1_000) }
    fold("fold a file of 1,000 acts, two branches of 499") { try $0.branches(1_000) }
}

private func intakeBenchmarks() {
    func judge(_ name: String, known count: Int) {
        Benchmark(
            name,
            closure: { benchmark, arrival in
                for _ in benchmark.scaledIterations { blackHole(try arrival.judge()) }
            },
            setup: {
                let arrival = try Arrival(onFileOf: count)
                guard case .accept = try arrival.judge() else { throw FixtureError(says: "The incoming act is not accepted.") }
                return arrival
            })
    }
    judge("judge an incoming act, it opens a file", known: 0)
    judge("judge an incoming act, on a file of 20 acts", known: 20)
    judge("judge an incoming act, on a file of 999 acts", known: 999)
}
