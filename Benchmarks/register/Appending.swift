// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import Storage

/// Durable appends, each acknowledged only after its fsync.
enum Appending {
    static func run() async throws {
        // In turns, because the speed of a disk changes from second to second.
        var ratios: [Double] = []
        var lone: [Double] = []
        for round in 0..<5 {
            let bare = Bare(try fresh("bare"))
            let times = bare.commits(3000).sorted()
            bare.close()
            let store = try Store(folder: try fresh("store"), signer: signer)
            let many = try await many(store, callers: 64, each: 400)
            let single = try await singly(store, 2000).sorted()
            let rate = 3000 / times.reduce(0, +)
            line("round \(round): bare commits of one row", rate, "/s")
            line("round \(round): bare commit p50", times[1500] * 1e6, "µs")
            line("round \(round): durable appends, 64 callers", many, "/s")
            line("round \(round): lone durable append p50", single[1000] * 1e6, "µs")
            ratios.append(many / rate)
            lone.append(single[1000] / times[1500])
        }
        line("durable appends of 64 callers over bare commits (≥ 8)", ratios.sorted()[2], "×")
        line("lone durable append p50 over a bare commit (≤ 2)", lone.sorted()[2], "×")
    }

    static func many(_ store: Store, callers: Int, each: Int) async throws -> Double {
        let events = (0..<callers).map { caller in (0..<each).map { event(caller * each + $0) } }
        let begun = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for own in events {
                group.addTask { for item in own { _ = try await store.commit { try $0.append(item) } } }
            }
            try await group.waitForAll()
        }
        return Double(callers * each) / ((ContinuousClock.now - begun) / .seconds(1))
    }

    static func singly(_ store: Store, _ count: Int) async throws -> [Double] {
        var times: [Double] = []
        for number in 0..<count {
            let item = event(number)
            let begun = ContinuousClock.now
            _ = try await store.commit { try $0.append(item) }
            times.append((ContinuousClock.now - begun) / .seconds(1))
        }
        return times
    }

    /// What an append costs in a large register, and how much disk an entry takes.
    static func large(_ entries: Int64) async throws {
        var medians: [Int64: [Double]] = [:]
        for _ in 0..<3 {
            for size in [10_000, entries] {
                let store = try Store(folder: try Growing.register(size), signer: signer)
                _ = try await singly(store, 200)
                medians[size, default: []].append(try await singly(store, 2000).sorted()[1000])
            }
        }
        let (small, large) = (medians[10_000]!.sorted()[1], medians[entries]!.sorted()[1])
        line("append at 10,000 entries, p50", small * 1e6, "µs")
        line("append at \(entries) entries, p50", large * 1e6, "µs")
        line("cost of an append at \(entries) over one at 10,000 (≤ 1.2)", large / small, "×")
    }
}
