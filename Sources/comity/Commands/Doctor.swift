// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Standards

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say what is well with this node and what is not.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let checks = try global.node().doctor(officer: nil)
        if global.json {
            try Output.json(checks)
        } else {
            for check in checks {
                let grade = check.grade.rawValue.padding(toLength: 5, withPad: " ", startingAt: 0)
                Output.line("\(grade) \(check.name.padding(toLength: 12, withPad: " ", startingAt: 0)) \(check.says)")
                if !check.fix.isEmpty { Output.line("                   fix: \(check.fix)") }
            }
        }
        if checks.contains(where: { $0.grade == .bad }) { throw ExitCode(1) }
    }
}

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Show the clock, or move the clock of an exercise.", subcommands: [Set.self, Show.self],
        defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the node's time.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let now = try global.node().now()
            if global.json { try Output.json(["now": now.description, "utc": now.utc]) } else { Output.line("\(now)   (\(now.utc))") }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Move the clock of an exercise; it runs on from there.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The new time, for example 2027-01-19T09:00:00Z.") var time: String

        func run() async throws {
            let node = try global.node()
            try await node.setClock(try Instant(time))
            let now = try node.now()
            if global.json { try Output.json(["now": now.description, "utc": now.utc]) } else { Output.line("the clock says \(now)") }
        }
    }
}
