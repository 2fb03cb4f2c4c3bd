// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Court
import Node
import Standards

extension Evidence {
    struct Court: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a received package out for a court: all that is needed to check it without Comity.",
            discussion: """
                The bundle holds the exhibits in the clear, the chain of custody with its proofs, verify.html and VERIFY.txt. That it was \
                made is registered before it is readable.

                EXAMPLE
                  comity evidence court XA-2026-MLA-000001-I --to ./court --as XA-X1
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "Reference of the file.") var ref: String
        @Option(help: "The folder in which the bundle's folder is made.") var to: String
        @Option(help: "Hash of the package, when there are several.") var package: String?
        @Flag(help: "Also when an exhibit is flagged as child sexual abuse material.") var withFlagged = false

        func run() async throws {
            let page = try InputFile.read(
                "\(try ResourceFolder.locate("Court", room: "comity"))/\(CourtLayout.verifier)", limit: 8 << 20)
            let made = try await global.node().makeCourtBundle(
                try FileReference(ref), package: package, to: to, withFlagged: withFlagged, verifier: page,
                officer: try officer.resolved(), progress: Output.progressBar("opening"))
            if global.json {
                try Output.json(["path": made.path])
            } else {
                Output.line(
                    "made    \(made.path), \(made.entries) entries of the register\ncheck   comity evidence verify \(made.path) --explain")
            }
        }
    }
}
