// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Glibc
import Node
import Standards

/// The composition root: takes the arguments of the process, runs one command, and returns the exit status.
enum CommandLineTool {
    static func run(_ arguments: [String]) async -> Int32 {
        // Whatever a node writes is for its owner only.
        umask(0o077)
        do {
            var command = try Comity.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
            return 0
        } catch let error as ComityError {
            report(error, json: arguments.contains("--json"))
            return error.code.exitStatus
        } catch let exit as ExitCode {
            return exit.rawValue
        } catch {
            let message = Comity.fullMessage(for: error)
            guard Comity.exitCode(for: error) != .success else {
                Output.line(message)
                return 0
            }
            Output.error(message)
            return Comity.exitCode(for: error) == .validationFailure ? ErrorCode.usage.exitStatus : ErrorCode.failure.exitStatus
        }
    }

    private static func report(_ error: ComityError, json: Bool) {
        struct Report: Encodable { let error: [String: String] }
        let members = ["code": error.code.rawValue, "what": error.what, "why": error.why, "next": error.next]
        if json, let text = try? IJSON.pretty(Report(error: members)) { Output.error(text) } else { Output.error("comity: \(error)") }
    }
}

/// The root of the commands.
struct Comity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comity",
        abstract: "The working system of the UN Convention against Cybercrime: one State's node.",
        discussion: """
            EXAMPLES
              comity init --data ./xa --state XA --authority "24/7 point" --exercise --officer D1=duty_officer --officer D3=approver
              comity serve --data ./xa
              comity request new preservation --from-file request.yaml --dry-run --as D1 --data ./xa
              comity queue --data ./xa

            EXIT STATUS
              0 ok, 1 failure, 2 usage, 3 not found, 4 conflict or wrong state, 5 permission,
              6 verification failed, 7 network or peer, 8 refused by a rule
            """,
        version: "comity \(Version.number)",
        subcommands: [
            Init.self, Serve.self, Doctor.self, DirectoryCommand.self, Trust.self, ExchangeCommand.self, ReconcileCommand.self,
            AccountCommand.self, Request.self, LawCommand.self, TreatyCommand.self, ConferenceCommand.self,
            FileCommand.self,
            Queue.self,
            Evidence.self, BundleCommand.self, BackupCommand.self, RetentionCommand.self, AgeCommand.self,
            AuditCommand.self, Quarantine.self, Rebuild.self, ClockCommand.self, Demo.self, Simulate.self,
        ])
}
