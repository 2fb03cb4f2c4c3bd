// SPDX-License-Identifier: Apache-2.0

import Benchmark
import Fixtures

/// Everything is made before the measured part: only the named work is counted.
let benchmarks: @Sendable () -> Void = {
    for work in Work.all {
        var configuration = Benchmark.Configuration(
            metrics: [.instructions, .wallClock, .peakMemoryResident], warmupIterations: 5, maxDuration: .seconds(5), maxIterations: 1_000)
        if work.isShort {
            configuration.scalingFactor = .kilo
            configuration.warmupIterations = 1
        }
        Benchmark(
            work.name, configuration: configuration,
            closure: { (benchmark, run: () throws -> Void) in
                for _ in benchmark.scaledIterations { try run() }
            },
            setup: { try work.prepare() })
    }
}
