// SPDX-License-Identifier: Apache-2.0

import Standards
import Testing

@testable import comity

/// `comity simulate` as a person types it.
@Suite struct SimulateCommandTests {
    private func run(_ arguments: String...) async -> Int32 { await CommandLineTool.run(["simulate"] + arguments) }

    @Test func aSmallWorldRuns() async {
        #expect(await run("--nodes", "3", "--days", "2", "--seed", "4") == 0)
        #expect(await run("--nodes", "2", "--days", "1", "--faults", "drop,crash", "--json") == 0)
    }

    @Test func whatCannotBeIsSaid() async {
        for arguments in [
            ["--nodes", "1"], ["--nodes", "194"], ["--days", "0"], ["--days", "3651"], ["--faults", "rain"], ["--faults", ""],
            ["--faults", "drop,,crash"], ["--load", "nan"], ["--load", "0"], ["--load", "-1"], ["--seed", "-1"], ["--seed", "x"],
            ["--nodes", "3.5"], ["--nodes", "99999999999999999999"], ["left", "over"],
        ] {
            #expect(await CommandLineTool.run(["simulate"] + arguments) == ErrorCode.usage.exitStatus, "\(arguments)")
        }
    }
}
