// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Standards

/// `comity account`: who may sign in. Whoever reaches the data folder owns the node; with `--as`, an administrator acts.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "The accounts of officers: who may sign in at the desk, and as what.",
        discussion: "EXAMPLE\n  comity account invite XA-L1 --role lawyer --name Lima --data ./xa",
        subcommands: [
            List.self, Invite.self, Role.self, Disable.self, Enable.self, Reset.self, SetupCode.self, Code.self, TokenCommand.self,
        ],
        defaultSubcommand: List.self)

    /// The administrator who acts; the owner of the folder when nobody is named.
    struct Administrator: ParsableArguments {
        @Option(name: .customLong("as"), help: "The administrator who acts. Default: the owner of the data folder.") var officer: String?
    }

    static func show(_ officer: String, _ node: Node, json: Bool) throws {
        let account = try node.account(officer, officer: nil)
        if json { try Output.json(account) } else { Output.line(line(account)) }
    }

    static func line(_ account: Account) -> String {
        let means = [account.hasTOTP ? "password and code" : nil, account.oidcSubject.map { _ in "provider" }].compactMap { $0 }
        return
            "\(account.officer.padding(toLength: max(12, account.officer.count), withPad: " ", startingAt: 0))  \(account.role.padding(toLength: 15, withPad: " ", startingAt: 0))  \(account.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0))  \(Text.safe(account.name, limit: 60))  \(means.isEmpty ? "cannot sign in yet" : means.joined(separator: ", "))  \(account.lastSignIn.map { "last \($0)" } ?? "")"
    }

    /// Prints a one-time code; it is stored nowhere.
    static func show(code: String, for officer: String, _ node: Node, json: Bool) throws {
        if json { return try Output.json(["officer": officer, "code": code]) }
        Output.line("enrolment     \(officer)  \(code)")
        Output.line("next          give it to the officer in person; it is shown only now, works once, and ends after 72 hours")
        Output.line("              http://\(node.configuration.desk)/enrol")
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: Administrator

        func run() async throws {
            let accounts = try global.node().accounts(officer: administrator.officer)
            if global.json { return try Output.json(accounts) }
            if accounts.isEmpty { Output.line("No accounts yet. Make the first administrator: comity account setup-code") }
            for account in accounts { Output.line(AccountCommand.line(account)) }
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account and print the one-time code with which its officer sets a password.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: Administrator
        @Argument(help: "Id of the officer, as it stands in acts; a pseudonym.") var officer: String
        @Option(help: "A role: duty_officer, drafter, approver, examiner, auditor, administrator, …") var role: String
        @Option(help: "The name that is shown. Default: the id.") var name: String?
        @Option(help: "Language of the desk (BCP 47). Default: the authority's first.") var lang: String?

        func run() async throws {
            let node = try global.node()
            let code = try await node.invite(
                officer: officer, role: role, name: name ?? officer, language: lang, by: administrator.officer)
            try AccountCommand.show(code: code, for: officer, node, json: global.json)
        }
    }

    struct Role: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give an officer another role; ends the officer's sessions.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: Administrator
        @Argument(help: "Id of the officer.") var officer: String
        @Argument(help: "The new role.") var role: String

        func run() async throws {
            let node = try global.node()
            try await node.setRole(officer, to: role, by: administrator.officer)
            try AccountCommand.show(officer, node, json: global.json)
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take an account out of use, now; what its officer did stays.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: Administrator
        @Argument(help: "Id of the officer.") var officer: String

        func run() async throws {
            let node = try global.node()
            try await node.disable(officer, by: administrator.officer)
            try AccountCommand.show(officer, node, json: global.json)
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an account into use again; also ends a pause after failed attempts.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: Administrator
        @Argument(help: "Id of the officer.") var officer: String

        func run() async throws {
            let node = try global.node()
            try await node.enable(officer, by: administrator.officer)
            try AccountCommand.show(officer, node, json: global.json)
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "For somebody who lost password or code generator, or was named at comity init: print a new one-time code.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var administrator: Administrator
        @Argument(help: "Id of the officer.") var officer: String

        func run() async throws {
            let node = try global.node()
            let code = try await node.resetAccess(officer, by: administrator.officer)
            try AccountCommand.show(code: code, for: officer, node, json: global.json)
        }
    }

    struct SetupCode: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "setup-code", abstract: "Print the one-time code of the first administrator, while nobody can sign in yet.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let node = try global.node()
            guard let code = try await node.setupCode() else {
                throw ComityError(
                    .wrongState, "Somebody has enrolled already, so there is no set-up code.",
                    next: "For a new code: comity account reset OFFICER")
            }
            try AccountCommand.show(code: code, for: try node.enrolment(code).officer, node, json: global.json)
        }
    }

    struct Code: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "In an exercise: the six digits that an officer's code generator shows, for whoever plays the officer.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Id of the officer.") var officer: String

        func run() async throws {
            let (code, after) = try global.node().exerciseCode(of: officer)
            // Whoever signed in twice within a minute waits for the next code, as with a generator.
            if after > 0 { try await Task.sleep(for: .milliseconds(after)) }
            if global.json { return try Output.json(["officer": officer, "code": code]) }
            Output.line(code)
        }
    }
}
