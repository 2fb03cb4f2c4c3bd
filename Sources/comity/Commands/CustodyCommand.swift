// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Court
import Node
import Sealing
import Standards

extension Evidence {
    struct Custody: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who held the exhibits of a package, when, with its gaps.",
            discussion: """
                The folder of a court bundle needs no node: it is checked first, and shown only when it holds.

                EXAMPLE
                  comity evidence custody XA-2026-MLA-000001-I --format case --as XA-X1 > custody.jsonld
                  comity evidence custody ./XB-2026-MLA-000001-I-8c1f2a30-court --format html > custody.html
                """)

        enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, `case`, html }

        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file, or the folder of a court bundle.") var ref: String
        @Option(help: "Hash of the package, when there are several.") var package: String?
        @Option(help: "text, json, html, or case: CASE/UCO as JSON-LD, for other forensic programs.") var format: Format?

        func run() async throws {
            let export =
                CourtVerifier.isBundle(ref)
                ? try bundled() : try global.node().custodyExport(try FileReference(ref), package: package, officer: try officer.resolved())
            switch format ?? (global.json ? .json : .text) {
            case .text: Output.line(export.text)
            case .json: try Output.json(export.json)
            case .case: try Output.json(export.caseGraph)
            case .html: Output.line(export.html)
            }
        }

        private func bundled() throws -> CustodyExport {
            let node = try? global.node()
            let verdict = try CourtVerifier.verify(ref) { node?.trustedEntry($0) }
            guard verdict.isValid, let at = verdict.at else {
                throw ComityError(
                    .verificationFailed, verdict.sentence, why: verdict.findings.prefix(5).joined(separator: "\n"),
                    next: "See all of it: comity evidence verify \(Text.safe(ref)) --explain")
            }
            return CustodyExport(
                digest: verdict.digest, name: verdict.name, size: 0, ref: verdict.ref, exercise: verdict.exercise, at: at,
                steps: verdict.steps,
                exhibits: (verdict.package?.exhibits ?? []).map {
                    .init(
                        number: $0.number, name: String($0.path.dropFirst("data/".count)), size: $0.size, sha256: $0.expected,
                        state: $0.state.rawValue)
                }, tool: Version.tool)
        }
    }

    struct Note: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register what happened with exhibits outside the node. Exit 6 when a measured file is not the exhibit.",
            discussion:
                "EXAMPLE\n  comity evidence note XA-2026-MLA-000001-I --exhibit 1 --what copied --where \"Laboratory 2\" --why \"working copy\" --tool \"dd 9.5\" --measure ./mail.mbox --as XA-X1"
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Hash of the package, when there are several.") var package: String?
        @Option(help: "Number of an exhibit; repeat. Without it the note is about all.") var exhibit: [Int] = []
        @Option(help: "examined, copied, moved, stored, returned or destroyed.") var what: String
        @Option(name: .customLong("where"), help: "Where, at most 200 characters.") var place: String
        @Option(help: "Why, at most 500 characters.") var why: String
        @Option(help: "Program or device, with its version.") var tool: String?
        @Option(help: "Number of the bag or seal.") var seal: String?
        @Option(help: "When it happened, RFC 3339 with a zone. Default: now.") var at: String?
        @Option(help: "A file to hash and to compare with the one exhibit that is named.") var measure: String?

        func run() async throws {
            guard let kind = CustodyStep.Kind(rawValue: what), CustodyStep.noted.contains(kind) else {
                throw ComityError(
                    .usage, "“\(Text.safe(what, limit: 40))” cannot be noted.",
                    next: "Use \(CustodyStep.noted.map(\.rawValue).joined(separator: ", ")).")
            }
            var note = CustodyNote(what: kind, place: place, why: why)
            note.tool = tool ?? ""
            note.seal = seal ?? ""
            note.exhibits = exhibit
            note.at = try at.map { text throws(ComityError) in try Instant(text) }
            note.measured = measure
            let step = try await global.node().noteCustody(
                try FileReference(ref), package: package, note, officer: try officer.resolved())
            if global.json {
                try Output.json(step)
            } else {
                Output.line("noted    \(step.name), \(Text.safe(step.who, limit: 80)), \(Text.safe(step.place))")
                if let hash = step.sha256 { Output.line("sha256   \(hash)  \(step.isEqual == true ? "the same" : "DIFFERENT")") }
            }
            guard step.isEqual != false else {
                Output.error("comity: The file is not exhibit \(exhibit.first ?? 0): its SHA-256 differs. That is registered.")
                throw ExitCode(ErrorCode.verificationFailed.exitStatus)
            }
        }
    }
}
