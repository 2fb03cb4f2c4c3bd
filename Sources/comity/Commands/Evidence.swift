// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Sealing
import Standards
import Storage

struct Evidence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Seal exhibits into a package, supply, receive, verify, open; keep and show the chain of custody; write out for a court.",
        subcommands: [
            Seal.self, Supply.self, Receive.self, Verify.self, Open.self, Note.self, Custody.self, Court.self, Timestamp.self,
            VerifyTimestamp.self,
        ])

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal files and folders into a package for the other State.",
            discussion:
                "EXAMPLE\n  comity evidence seal ./export --file XA-2026-MLA-000001-F --to XA --authorisation \"Order 12/2026\" --condition \"this case only\" --as XB-X1"
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Files and folders.") var paths: [String]
        @Option(help: "Reference of the file it belongs to.") var file: String
        @Option(help: "The State it is sealed for.") var to: String
        @Option(help: "The order that allows it: in words, or its file, of which name and SHA-256 go into the statement.")
        var authorisation: String
        @Option(help: "A condition of use; repeat.") var condition: [String] = []
        @Option(help: "Who collected the exhibits: pseudonym or office.") var collectedBy: String?
        @Option(help: "When they were collected, ISO 8601 with zone.") var collectedAt: String?
        @Option(help: "Where they were collected.") var collectedPlace: String?
        @Option(help: "With which program or device they were collected, with its version.") var collectedTool: String?
        @Option(help: "PATH=privileged, minors or abuse, PATH as in the package below data/; repeat. No desk shows such an exhibit.")
        var flag: [String] = []

        struct Result: Encodable {
            let path: String
            let name: String
            let size: Int64
            let digest: String
            let exhibits: [PackageStatement.Exhibit]
        }

        func run() async throws {
            var order = Node.SealingOrder(paths: paths, authorisation: try Self.order(authorisation), conditions: condition)
            order.collected = try collection()
            for item in flag {
                let parts = item.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                guard parts.count >= 2, let kind = ExhibitFlag(rawValue: parts[parts.count - 1]) else {
                    throw ComityError(
                        .usage, "“\(Text.safe(item, limit: 200))” is no flag.", next: "Write PATH=privileged, PATH=minors or PATH=abuse.")
                }
                order.flags[parts.dropLast().joined(separator: "="), default: []].append(kind.rawValue)
            }
            let node = try global.node()
            let sealed = try await node.seal(
                order, for: try FileReference(file), to: try StateCode(to),
                officer: try officer.resolved(), progress: Output.progressBar("sealing"))
            if global.json {
                try Output.json(
                    Result(
                        path: sealed.path, name: sealed.package.name, size: sealed.package.size, digest: sealed.package.digest,
                        exhibits: sealed.statement.exhibits))
            } else {
                for exhibit in sealed.statement.exhibits {
                    Output.line("exhibit \(exhibit.number)  \(exhibit.sha256)  \(exhibit.size) bytes  \(Text.safe(exhibit.path))")
                }
                Output.line("sealed   \(sealed.path)\n         \(sealed.package.size) bytes, digest \(sealed.package.digest)")
                if let stamp = try node.timeStamp(ofPackage: sealed.package.digest).map({ try TimeStampToken($0) }) {
                    Output.line("stamped  \(stamp.time)")
                } else if node.configuration.timeStamping != nil {
                    Output.line("stamped  not yet; the service is asked again while the node serves")
                }
                Output.line("next     comity evidence supply \(file) --as OFFICER")
            }
        }
    }

    struct Supply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Announce a sealed package in its file and transfer it.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Hash or name of the package, when several wait.") var package: String?
        @Flag(help: "Nothing more follows: the request is answered, and what was kept for it need not be kept any longer for its sake.")
        var last = false

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            let supplied = try await node.supply(ref, package: package, last: last, officer: try officer.resolved())
            try await Delivered.report(supplied.step, ref: ref, step: "supplied", node: node, wait: waiting.wait, json: global.json)
            try await Delivered.packages(node, wait: waiting.wait)
        }
    }

    struct Receive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify the package that arrived and record its receipt. Exit 6 when it does not verify.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var waiting: WaitOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Hash of the package, when there are several.") var package: String?

        func run() async throws {
            let node = try global.node()
            let ref = try FileReference(ref)
            let received = try await node.receiveEvidence(ref, package: package, officer: try officer.resolved())
            if !global.json { Verdict.show(received.verdict) }
            try await Delivered.report(received.step, ref: ref, step: "received", node: node, wait: waiting.wait, json: global.json)
        }
    }

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open a package into a new folder: all of it, proven, or nothing.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file whose package arrived, or a package with --identity.") var package: String
        @Option(help: "The folder to open it in.") var to: String
        @Option(help: "A file with the age identity that opens it; no node is needed then.") var identity: String?

        func run() async throws {
            let path: String
            if let identity {
                // The conditions of use are inside: they are shown before anything of it gets its name.
                let extracted = try PackageOpener.extract(
                    path: package, identities: try Verdict.identities(identity), to: to, trusted: { _ in nil }, allowUnknownSigner: true,
                    progress: Output.progressBar("opening"))
                Verdict.show(conditions: extracted.verdict.statement?.conditions ?? [])
                path = try extracted.publish()
            } else {
                let (node, officer, ref) = (try global.node(), try officer.resolved(), try FileReference(package))
                Verdict.show(conditions: try node.arrivedPackage(ref, officer: officer).package.conditions)
                path = try await node.openEvidence(
                    ref, package: nil, to: to, officer: officer, progress: Output.progressBar("opening"))
            }
            if global.json {
                try Output.json(["path": path])
            } else {
                Output.line("opened  \(path)\ncheck   cd \(path) && sha256sum -c manifest-sha256.txt")
            }
        }
    }
}
