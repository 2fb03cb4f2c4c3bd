// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Sealing
import Standards
import Storage

/// `comity backup`: one sealed file with all that a node needs to live again.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Make, check, restore and try backups of this node.",
        discussion: """
            EXAMPLES
              comity age keygen --output backup-key.txt       (keep this file where the node is not)
              comity backup create /mnt/disk2 --to age1pq1…
              comity backup verify FILE --identity backup-key.txt
              comity backup drill FILE --identity backup-key.txt
              comity backup restore FILE ./restored --identity backup-key.txt
            """,
        subcommands: [Create.self, Verify.self, Restore.self, Drill.self])

    /// What opens a backup.
    struct Openers: ParsableArguments {
        @Option(help: "A file with age identities, one a line; repeat.") var identity: [String] = []
        @Option(help: "A file whose first line is the passphrase.") var passphraseFile: String?

        func validate() throws {
            guard !identity.isEmpty || passphraseFile != nil else {
                throw ValidationError("Say what opens it: --identity FILE, or --passphrase-file FILE.")
            }
        }

        func resolved() throws(ComityError) -> [any AgeOpener] {
            var openers: [any AgeOpener] = []
            for path in identity { openers += try Verdict.identities(path) as [any AgeOpener] }
            if let passphraseFile { openers.append(try AgeCommand.passphrase(passphraseFile)) }
            return openers
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a backup, while the node goes on: STATE-AUTHORITY-TIME.backup.tar.age, whole or not at all.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "A folder that exists, on another disk.") var destination: String
        @Option(help: "A recipient, age1pq1… or age1…, whose key is not on this machine; repeat.") var to: [String] = []
        @Option(help: "A file whose first line is the passphrase, in place of recipients.") var passphraseFile: String?
        @Flag(help: "Leave out packages and uploads: register, files, accounts and keys only.") var withoutPackages = false
        @Option(name: .customLong("as"), help: "The administrator who makes it. Default: the owner of the folder.") var officer: String?

        func validate() throws {
            guard to.isEmpty != (passphraseFile == nil) else {
                throw ValidationError("Name recipients with --to, or a passphrase with --passphrase-file. A backup holds the private keys.")
            }
        }

        func run() async throws {
            let seal: BackupArchive.Seal
            if let passphraseFile {
                seal = .passphrase(try AgeCommand.passphrase(passphraseFile))
            } else {
                seal = .recipients(try to.map { text throws(ComityError) in try AgeRecipient(text) })
            }
            let made = try await global.node().makeBackup(
                in: destination, seal: seal, packages: !withoutPackages, by: officer, progress: Output.progressBar("backing up"))
            if global.json { return try Output.json(made) }
            Output.line(
                "backup  \(made.path)\n        \(made.size) bytes, \(made.members) files, \(made.registerSize) entries in the register")
            Output.line("root    \(made.root)")
            if !made.registered { Output.error("The register is held, so that the backup is not registered; it is whole all the same.") }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read all of a backup and check it; no node is needed. Exit 6 when something is wrong.")
        @Argument(help: "The backup.") var archive: String
        @OptionGroup var openers: Openers
        @Option(help: "A folder for the database while it is checked. Default: the system's for temporary files.") var scratch: String?
        @Flag(help: "Print one JSON value.") var json = false

        func run() async throws {
            let manifest = try Backup.verify(
                archive, try openers.resolved(), scratch: scratch, progress: Output.progressBar("checking"))
            if json { return try Output.json(manifest) }
            Output.line(
                "ok      \(manifest.state) \(manifest.authority) at \(manifest.time), \(manifest.members.count) files, \(manifest.content) bytes\(manifest.packages ? "" : ", without packages")"
            )
            Output.line("root    \(manifest.root) of \(manifest.registerSize) entries, as signed")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a node of a backup in a folder that is absent or empty: all of it, or nothing.",
            discussion: "The node can be read at once. It adds to its register only after the other States were asked.")
        @Argument(help: "The backup.") var archive: String
        @Argument(help: "The folder.") var folder: String
        @OptionGroup var openers: Openers
        @Flag(help: "Print one JSON value.") var json = false

        func run() async throws {
            let manifest = try Backup.restore(archive, try openers.resolved(), to: folder, progress: Output.progressBar("restoring"))
            if json { return try Output.json(manifest) }
            Output.line("node    \(folder): \(manifest.state) \(manifest.authority) as it was at \(manifest.time)")
            Output.line(
                """
                next    comity audit recover --data \(folder)      asks the other States for what came later
                        comity audit resume --reason "…" --as OFFICER --data \(folder)      when there is none, or none answers
                """)
            if !manifest.packages {
                Output.line("note    packages were left out of this backup; put them back into packages/ from elsewhere")
            }
        }
    }

    struct Drill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Restore a backup of this node into a scratch folder, audit it there, and remove it. Exit 6 when it is no good.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The backup.") var archive: String
        @OptionGroup var openers: Openers
        @Option(help: "A folder for the scratch folder. Default: the data folder.") var scratch: String?
        @Option(name: .customLong("as"), help: "The administrator who tries it. Default: the owner of the folder.") var officer: String?

        func run() async throws {
            let drill = try await global.node().drill(
                archive, try openers.resolved(), scratch: scratch, by: officer, progress: Output.progressBar("restoring"))
            if global.json {
                try Output.json(drill)
            } else if drill.ok {
                Output.line(
                    "ok      \(drill.entries) entries audited; a restore would take \(Int(drill.seconds.rounded(.up))) seconds")
            } else {
                for says in drill.faults { Output.error("FAULT  \(says)") }
            }
            if !drill.ok { throw ExitCode(ErrorCode.verificationFailed.exitStatus) }
        }
    }
}

/// `comity audit resume`.
struct AuditResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a held register go on, with a reason that is registered.",
        discussion: "Ask the other States first (comity audit recover). A register that contradicts itself cannot go on this way.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var officer: OfficerOption
    @Option(help: "Why, in at least 10 characters.") var reason: String

    func run() async throws {
        let hold = try await global.node().resumeRegister(reason: reason, officer: try officer.resolved())
        if global.json { return try Output.json(["cause": hold.cause.rawValue]) }
        Output.line("The register goes on. It was held: \(hold.says)")
    }
}
