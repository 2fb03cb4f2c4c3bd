// SPDX-License-Identifier: Apache-2.0

import Fixtures
import Foundation

/// Does one piece of work a number of times: `count NUMBER TIMES`; without arguments it lists the work. What it costs is counted
/// from outside, see `instructions.sh`.
@main
enum Count {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 2, Work.all.indices.contains(numbers[0]), numbers[1] > 0 else {
            for (number, work) in Work.all.enumerated() { print("\(number) \(work.name)") }
            exit(CommandLine.arguments.count == 1 ? 0 : 2)
        }
        let run = try Work.all[numbers[0]].prepare()
        for _ in 0..<numbers[1] { try run() }
    }
}
