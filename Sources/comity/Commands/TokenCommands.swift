// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Standards

/// `comity account token`: what programs show to the API in the name of an officer.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens with which programs act for an officer, over the API.",
        discussion:
            "EXAMPLE\n  comity account token XA-L1 --label \"case system\" --days 90 --scope draft --scope readMetadata --data ./xa",
        subcommands: [Make.self, List.self, Revoke.self], defaultSubcommand: Make.self)

    static func line(_ token: ProgramToken, now: Instant) -> String {
        let state = token.revoked != nil ? "revoked" : token.expires <= now ? "ended" : "until \(token.expires)"
        return
            "\(token.id)  \(token.officer)  \(Text.safe(token.label, limit: 60))  \(state)  \(token.lastUsed.map { "last used \($0)" } ?? "never used")\n    \(token.scopes.map(\.rawValue).joined(separator: ", "))"
    }

    /// The machine's clock: tokens end by it, also in an exercise.
    private static var now: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token and print it; it is shown only now.",
            discussion: "Without --scope it only reads. --scope all allows whatever the role of the officer allows.")
        @OptionGroup var global: GlobalOptions
        @Option(name: .customLong("as"), help: "The officer, who makes it for the own account. Default: the owner of the data folder.")
        var by: String?
        @Argument(help: "Id of the officer for whom the program acts.") var officer: String
        @Option(help: "What the program is, for the list.") var label: String
        @Option(help: "Days until it ends, 1 to 366.") var days = 90
        @Option(help: "What it allows; repeat. \(Permission.allCases.map(\.rawValue).joined(separator: ", ")), or all.") var scope:
            [String] = []

        struct Result: Encodable {
            let token: String
            let details: ProgramToken
        }

        func run() async throws {
            let node = try global.node()
            let made = try await node.makeToken(for: officer, label: label, days: days, scopes: try scopes(node), by: by)
            if global.json { return try Output.json(Result(token: made.text, details: made.token)) }
            Output.line("token         \(made.text)")
            Output.line(
                "for           \(officer), until \(made.token.expires): \(made.token.scopes.map(\.rawValue).joined(separator: ", "))")
            Output.line("next          give it to the program as  Authorization: Bearer …  It is shown only now.")
            Output.line("              comity account token revoke \(made.token.id)")
        }

        private func scopes(_ node: Node) throws(ComityError) -> Set<Permission>? {
            if scope.isEmpty { return nil }
            if scope == ["all"] { return Permission.of(role: try node.account(officer, officer: nil).role) }
            var scopes: Set<Permission> = []
            for name in scope {
                guard let permission = Permission(rawValue: name) else {
                    throw ComityError(
                        .usage, "“\(Text.safe(name, limit: 40))” is not a scope.",
                        next: "Scopes are \(Permission.allCases.map(\.rawValue).joined(separator: ", ")), or all.")
                }
                scopes.insert(permission)
            }
            return scopes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tokens of an officer, or of all.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: AccountCommand.Administrator
        @Argument(help: "Id of the officer.") var officer: String?

        func run() async throws {
            let tokens = try global.node().tokens(of: officer, by: administrator.officer)
            if global.json { return try Output.json(tokens) }
            if tokens.isEmpty { Output.line("No tokens. Make one: comity account token OFFICER --label WHAT") }
            for token in tokens { Output.line(TokenCommand.line(token, now: TokenCommand.now)) }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a token out of use, now.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: AccountCommand.Administrator
        @Argument(help: "Id of the token, from the list.") var id: String

        func run() async throws {
            let token = try await global.node().revokeToken(id, by: administrator.officer)
            if global.json { try Output.json(token) } else { Output.line(TokenCommand.line(token, now: TokenCommand.now)) }
        }
    }
}
