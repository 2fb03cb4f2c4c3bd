// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Node
import Sealing
import Standards
import Storage

extension Evidence {
    struct Timestamp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The time stamp of a package; asks the service of node.json when there is none yet.",
            discussion: "EXAMPLE\n  comity evidence timestamp XA-2026-MLA-000001-I --to timestamp.tsr --as XB-X1")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Digest of the package, when there are several.") var package: String?
        @Option(help: "A file to write the time stamp to (TimeStampResp, DER).") var to: String?

        struct Result: Encodable {
            let time: Instant
            let authority: String
            let service: String
        }

        func run() async throws {
            let kept = try await global.node().timeStamp(try FileReference(ref), package: package, officer: try officer.resolved())
            if let to { try DurableFile.write(kept.bytes, to: to, mode: 0o644) }
            if global.json {
                try Output.json(Result(time: kept.time, authority: kept.authority, service: kept.service))
            } else {
                Output.line("stamped  \(kept.time) by \(Text.safe(kept.authority))\n         \(Text.safe(kept.service))")
            }
        }
    }

    struct VerifyTimestamp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify-timestamp",
            abstract: "Check a time stamp of RFC 3161 without a node. Exit 6 when it does not hold.",
            discussion: "EXAMPLE\n  comity evidence verify-timestamp timestamp.tsr --statement NAME/comity/statement.jws --roots stamps.pem"
        )
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The time stamp (.tsr), or a token alone, DER.") var timestamp: String
        @Option(help: "The signed statement of the package, comity/statement.jws.") var statement: String?
        @Option(help: "The digest of the package, 64 hexadecimal characters.") var digest: String?
        @Option(help: "PEM file of the certificates that the service must lead back to.") var roots: String

        struct Result: Encodable {
            let valid: Bool
            let digest: String
            let time: Instant
            let accuracy: Int64?
            let authority: String
            let serial: String
            let policy: String
        }

        func run() async throws {
            let wanted: [UInt8]
            switch (statement, digest) {
            case (let path?, nil):
                wanted = try TimeStampToken.digest(ofStatement: try InputFile.read(path, limit: 256 << 20))
            case (nil, let text?):
                guard let bytes = Hex.decode(text.lowercased()), bytes.count == 32 else {
                    throw ComityError(.usage, "This is not a SHA-256.", next: "Give 64 hexadecimal characters.")
                }
                wanted = bytes
            default: throw ComityError(.usage, "What was stamped is not said.", next: "Give either --statement FILE or --digest HEX.")
            }
            let roots = try TimeStampRoots(pem: try InputFile.read(roots, limit: 1 << 20))
            let token = try TimeStampToken(try InputFile.read(timestamp, limit: TimeStampToken.limit))
            let stamp = try await token.verified(over: wanted, roots: roots)
            if global.json {
                try Output.json(
                    Result(
                        valid: true, digest: Hex.encode(wanted), time: stamp.time, accuracy: stamp.accuracy, authority: stamp.authority,
                        serial: stamp.serial, policy: stamp.policy))
            } else {
                let margin = stamp.accuracy.map { ", within \($0) ms" } ?? ""
                Output.line("VALID    \(Hex.encode(wanted)) existed at \(stamp.time)\(margin)")
                Output.line("by       \(stamp.authority), number \(stamp.serial), policy \(stamp.policy)")
            }
        }
    }
}
