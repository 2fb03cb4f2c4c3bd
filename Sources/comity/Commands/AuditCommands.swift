// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Register
import Standards

extension AuditCommand {
    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that an act stands in this register, with the States that have cosigned it.",
            discussion: """
                Prints a C2SP tlog-proof, which anyone checks who knows the key of the register; with words on standard error.

                EXAMPLE
                  comity audit prove XA-2026-PRE-000001-K --out act.tlog-proof
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Reference of a file (its newest act), or the id of an act.") var subject: String
        @Flag(help: "Every act of the file, each a file in the folder of --out.") var all = false
        @Option(help: "Where to write it.") var out: String?
        @Option(name: .customLong("as"), help: "An officer who may read the register; otherwise the owner of the folder.")
        var officer: String?

        struct Line: Encodable {
            let act: UUIDv7
            let kind: String
            let hash: String
            let index: Int64
            let size: Int64
            let cosigners: [CosignerLine]
            let proof: String
        }

        func run() async throws {
            let node = try global.node()
            let proofs = try node.prove(subject, all: all, officer: officer)
            if global.json {
                return try Output.json(
                    proofs.map {
                        Line(
                            act: $0.act, kind: $0.kind, hash: $0.hash.description, index: $0.index, size: $0.checkpoint.size,
                            cosigners: $0.cosigners, proof: $0.proof.description)
                    })
            }
            guard !all || out != nil else {
                throw ComityError(.usage, "Each proof is a file of its own.", next: "Name a folder with --out, or use --json.")
            }
            for proof in proofs {
                let text = proof.proof.description
                if let out {
                    if all { try? FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true) }
                    try write(text, to: all ? "\(out)/\(proof.index)-\(proof.kind).tlog-proof" : out)
                } else {
                    FileHandle.standardOutput.write(Data(text.utf8))
                }
                let seen = proof.cosigners.map { "\($0.state) at \($0.at)" }.joined(separator: ", ")
                Output.error(
                    "\(proof.kind), entry \(proof.index) of \(proof.checkpoint.size), SHA-256 \(proof.hash); "
                        + (seen.isEmpty ? "no State has cosigned it yet" : "cosigned by \(seen)"))
            }
            Output.error("key of the register  \(node.registerKeys.map(\.description).joined(separator: "\n                     "))")
        }
    }

    struct Consistency: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that the register of NEW entries begins with that of OLD entries: nothing was changed or taken out.",
            discussion: "EXAMPLE\n  comity audit consistency 12 40")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The smaller size.") var old: Int64
        @Argument(help: "The larger size.") var new: Int64
        @Option(name: .customLong("as"), help: "An officer who may read the register; otherwise the owner of the folder.")
        var officer: String?

        func run() async throws {
            let proof = try global.node().consistency(from: old, to: new, officer: officer)
            if global.json { return try Output.json(proof) }
            Output.line("from  \(proof.from) entries, root \(Base64.encode(proof.fromRoot.bytes))")
            Output.line("to    \(proof.to) entries, root \(Base64.encode(proof.toRoot.bytes))")
            for hash in proof.proof { Output.line(Base64.encode(hash.bytes)) }
            Output.line(
                proof.holds
                    ? "It holds: the first \(proof.from) of the \(proof.to) entries are the same, in the same order."
                    : "It does not hold: the register was damaged. Run comity audit check.")
            if !proof.holds { throw ExitCode(ErrorCode.verificationFailed.exitStatus) }
        }
    }

    struct Recover: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Get back what this register has lost, from the States that have cosigned and mirrored it.",
            discussion: """
                For a node whose folder is older than what its peers have seen. Acts come back with their content; of events, which never
                leave a node, only the hash comes back. Everything stands where it stood, or nothing is changed.
                """)
        @OptionGroup var global: GlobalOptions
        @Option(help: "Ask this State alone.") var from: String?
        @Option(name: .customLong("as"), help: "An administrator; otherwise the owner of the folder.") var officer: String?

        func run() async throws {
            let node = try global.node()
            let delivery = Delivery(node: node)
            let result: Result<RecoveryReport, any Error>
            do { result = .success(try await delivery.recover(from: try from.map { try StateCode($0) }, officer: officer)) } catch {
                result = .failure(error)
            }
            await delivery.shutdown()
            let report = try result.get()
            if global.json { return try Output.json(report) }
            guard report.size > report.before else {
                return Output.line("Nothing is missing: the register has \(report.size) entries, no fewer than the peers have seen.")
            }
            Output.line(
                "\(report.size - report.before) entries came back, from \(report.from.map(\.description).joined(separator: ", ")): "
                    + "\(report.acts) acts with their content, \(report.lost) entries of which only the hash is known.")
            Output.line("The register goes on with entry \(report.size).")
        }
    }

    struct Witness: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The States that cosign this register, and those whose registers this node cosigns.",
            subcommands: [List.self, Add.self, Remove.self, Proof.self], defaultSubcommand: List.self)

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Who has cosigned what, and who showed different histories.")
            @OptionGroup var global: GlobalOptions
            @Option(name: .customLong("as"), help: "An officer who may read the register; otherwise the owner of the folder.")
            var officer: String?

            struct Report: Encodable {
                let witnesses: [WitnessLine]
                let splitViews: [SplitViewLine]
            }

            func run() async throws {
                let node = try global.node()
                let report = Report(witnesses: try node.witnessLines(officer: officer), splitViews: try node.splitViews(officer: officer))
                if global.json { return try Output.json(report) }
                if report.witnesses.isEmpty { Output.line("No State is confirmed yet, so nobody cosigns.") }
                for line in report.witnesses {
                    func text(_ seen: WitnessLine.Seen) -> String {
                        seen.size == 0
                            ? "nothing yet" : "\(seen.size) entries\(seen.at.map { " at \($0)" } ?? ""), \(seen.mirrored) mirrored"
                    }
                    Output.line("\(line.state)  \(line.isWitness ? "has cosigned" : "not asked; had cosigned") \(text(line.ours)) here")
                    Output.line(
                        "    \(line.splitView == nil ? "this node has" : "SPLIT VIEW; this node had") cosigned there: \(text(line.theirs))")
                    if let says = line.says { Output.line("    \(Text.safe(says, limit: 300))") }
                }
                for view in report.splitViews {
                    Output.line("SPLIT VIEW \(view.number), found \(view.found): \(view.says)")
                }
            }
        }

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Ask a State to cosign this register. Every confirmed State is asked unless it was taken off.")
            @OptionGroup var global: GlobalOptions
            @Argument(help: "The State.") var state: String
            @Option(name: .customLong("as"), help: "An officer who may choose; otherwise the owner of the folder.") var officer: String?

            func run() async throws {
                let node = try global.node()
                let state = try StateCode(state)
                try await node.setWitness(state, true, by: officer)
                let delivery = Delivery(node: node)
                await delivery.meet(state)
                await delivery.shutdown()
                let line = try node.witnessLines(officer: nil).first { $0.state == state }
                if global.json { return try Output.json(line) }
                if let line, line.ours.size > 0, line.says == nil {
                    Output.line("\(state) has cosigned \(line.ours.size) entries.")
                } else {
                    Output.line("\(state) is a witness; it has not cosigned yet. \(Text.safe(line?.says ?? "", limit: 300))")
                }
            }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Do not ask a State any more. What it has cosigned stays.")
            @OptionGroup var global: GlobalOptions
            @Argument(help: "The State.") var state: String
            @Option(name: .customLong("as"), help: "An officer who may choose; otherwise the owner of the folder.") var officer: String?

            func run() async throws {
                let node = try global.node()
                let state = try StateCode(state)
                try await node.setWitness(state, false, by: officer)
                if global.json { return try Output.json(try node.witnessLines(officer: nil).first { $0.state == state }) }
                Output.line("\(state) is not asked any more.")
            }
        }

        struct Proof: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Write the proof that a State showed different histories of its register.",
                discussion: "Anyone checks it with comity-conformance split-view FILE, or by docs/formats/witness.md.")
            @OptionGroup var global: GlobalOptions
            @Argument(help: "Its number, as the list shows it.") var number: Int64
            @Option(help: "Where to write it; otherwise it is printed.") var out: String?
            @Option(name: .customLong("as"), help: "An officer who may read the register; otherwise the owner of the folder.")
            var officer: String?

            func run() async throws {
                let text = String(decoding: try global.node().splitViewProof(number, officer: officer), as: UTF8.self) + "\n"
                if let out { try AuditCommand.write(text, to: out) } else { FileHandle.standardOutput.write(Data(text.utf8)) }
            }
        }
    }

    /// - Throws: `.storage`.
    static func write(_ text: String, to path: String) throws(ComityError) {
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw ComityError(.storage, "\(path) cannot be written.", next: "Name another place with --out.")
        }
    }
}

private func write(_ text: String, to path: String) throws(ComityError) { try AuditCommand.write(text, to: path) }
