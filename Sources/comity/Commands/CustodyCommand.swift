// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Node
import Standards

extension Evidence {
    struct Custody: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show who held the exhibits of a package, when, with its gaps.",
            discussion: "EXAMPLE\n  comity evidence custody XA-2026-MLA-000001-I --format case --as XA-X1 > custody.jsonld")

        enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, `case` }

        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "Hash of the package, when there are several.") var package: String?
        @Option(help: "text, json, or case: CASE/UCO as JSON-LD, for other forensic programs.") var format: Format?

        func run() async throws {
            let node = try global.node()
            let (ref, officer) = (try FileReference(ref), try officer.resolved())
            let known = try node.packages(ref, officer: officer).map(\.digest)
            guard let digest = package ?? (known.count == 1 ? known[0] : nil) else {
                throw ComityError(
                    known.isEmpty ? .notFound : .usage, known.isEmpty ? "\(ref) has no package." : "\(ref) has \(known.count) packages.",
                    next: known.isEmpty ? "" : "Name one: --package \(known[0])")
            }
            let view = try node.packageView(ref, package: digest, officer: officer)
            let export = CustodyExport(view, exercise: node.exercise, at: try node.now())
            switch format ?? (global.json ? .json : .text) {
            case .text: Output.line(export.text)
            case .json: try Output.json(export.json)
            case .case: try Output.json(export.caseGraph)
            }
        }
    }
}
