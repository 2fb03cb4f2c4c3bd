// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dossier
import Node
import Standards
import Storage

struct Quarantine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Messages that were not believed.", subcommands: [List.self, Show.self, Release.self, Report.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them with their codes.")
        @OptionGroup var global: GlobalOptions

        struct Line: Encodable {
            let id: Int64
            let code: String
            let says: String
            let peer: String
            let at: Instant
            let sha256: String
            let size: Int
        }

        func run() async throws {
            let rows = try global.node().quarantined(officer: nil)
            if global.json {
                return try Output.json(
                    rows.map { Line(id: $0.id, code: $0.code, says: $0.says, peer: $0.peer, at: $0.at, sha256: $0.sha256, size: $0.size) })
            }
            if rows.isEmpty { Output.line("Nothing is in quarantine.") }
            for row in rows { Output.line("\(row.id)  \(row.at)  from \(row.peer)  \(row.code)  \(Text.safe(row.says))") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what one says of itself, and whom to call on which number.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Its number in the list.") var id: Int64

        func run() async throws {
            let message = try global.node().quarantined(id, officer: nil)
            if global.json { return try Output.json(message) }
            Output.line("\(message.id)  \(message.at)  \(message.code)\n    \(Text.safe(message.says))")
            Output.line("    delivered by  \(Text.safe(message.peer, limit: 60)), \(message.size) bytes, SHA-256 \(message.sha256)")
            if let claims = message.claims {
                Output.line("    It says of itself, and nothing of this is proved:")
                Output.line("    from          \(claims.from), signed by key \(Text.safe(claims.key, limit: 60))")
                Output.line("    act           \(claims.step.rawValue) \(claims.act), dated \(claims.at)")
                Output.line("    file          \(claims.file)")
            } else {
                Output.line("    Nothing inside it can be read.")
            }
            if let released = message.released { return Output.line("    let in        \(released)") }
            if let state = message.callBack {
                let number = message.phone.map { "\($0), of the directory" } ?? "no number in the directory"
                let confirmed = message.confirmed.map { "confirmed \($0)" } ?? "not confirmed over a second channel"
                Output.line(
                    "    call          \(state): \(Text.safe(number, limit: 80)) (\(confirmed)); never a number that the message gives")
            }
            Output.line(
                message.isFinal
                    ? "    next          its sender was told that it will never be taken; ask it to write the act anew"
                    : "    next          when it holds now: comity quarantine release \(message.id) --reason TEXT --as OFFICER")
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judge one again under the rules and keys of today, and take its act when it holds now.",
            discussion: "What still does not hold stays in quarantine; nobody can let that in.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Its number in the list.") var id: Int64
        @Option(help: "Why it is believed now: whom you called, what was changed.") var reason: String

        func run() async throws {
            struct Done: Encodable { let quarantine: Int64, act: UUIDv7 }
            let act = try await global.node().releaseQuarantined(id, reason: reason, by: try officer.resolved())
            if global.json { return try Output.json(Done(quarantine: id, act: act)) }
            Output.line("let in: the act \(act); its sender gets the receipt at its next try")
        }
    }

    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Print the facts of one, without its content, for the State in whose name it came or for the police; that is registered.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Its number in the list.") var id: Int64
        @Option(help: "Who gets the report.") var to: String

        func run() async throws {
            Output.line(try await global.node().reportQuarantined(id, to: to, by: try officer.resolved()))
        }
    }
}
