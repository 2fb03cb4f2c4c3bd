// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Node
import Standards

/// Acts and packages that travel on a disk or stick.
struct BundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: "Carry acts and packages on a disk or stick where there is no line.",
        subcommands: [Export.self, Import.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write everything that is owed to a State into volumes, which can be imported in any order.",
            discussion:
                "What is owed stays owed until a receipt comes back, by courier or over the wire; the same may travel both ways.\n\nEXAMPLE\n  comity bundle export --peer XB --to /media/stick --as XA-D1"
        )
        @OptionGroup var global: GlobalOptions
        @Option(name: .customLong("as"), help: "Pseudonym of the officer who acts, for the register.") var officer: String?
        @Option(help: "The State; needed when several are owed something.") var peer: String?
        @Option(help: "An existing folder, on the disk or stick.") var to: String
        @Option(help: "Most MiB of a volume, at least 32. A stick with FAT holds no file of 4096 MiB.") var volumeSize = 4000

        struct Result: Encodable {
            let peer: StateCode
            let volumes: [String]
            let acts: Int
            let receipts: Int
            let packages: Int
            let size: Int64
        }

        func run() async throws {
            guard (32...(1 << 30)).contains(volumeSize) else {
                throw ComityError(.usage, "A volume has from 32 MiB to 1 PiB.", next: "Give --volume-size in MiB.")
            }
            let node = try global.node()
            let owed = try node.owedStates()
            guard let state = try peer.map({ text throws(ComityError) in try StateCode(text) }) ?? (owed.count == 1 ? owed[0] : nil) else {
                throw ComityError(
                    owed.isEmpty ? .wrongState : .usage,
                    owed.isEmpty
                        ? "Nothing is owed to anybody." : "Something is owed to \(owed.map(\.description).joined(separator: ", ")).",
                    next: owed.isEmpty ? "" : "Name one with --peer.")
            }
            Interruption.watch()
            let made = try await node.exportBundle(
                to: state, folder: to, volumeSize: Int64(volumeSize) << 20, officer: officer, check: Interruption.check)
            if global.json {
                return try Output.json(
                    Result(
                        peer: made.to, volumes: made.paths, acts: made.acts, receipts: made.receipts, packages: made.packages,
                        size: made.size))
            }
            for path in made.paths { Output.line("volume  \(path)") }
            Output.line("for \(made.to)  \(made.acts) acts, \(made.receipts) receipts, \(made.packages) packages, \(made.size >> 20) MiB")
            Output.line("next    comity bundle import at \(made.to); its answer comes back the same way")
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take in volumes, in any order, also twice. Exit 6 when something in them is not believed.",
            discussion: "EXAMPLE\n  comity bundle import /media/stick --as XB-D1")
        @OptionGroup var global: GlobalOptions
        @Option(name: .customLong("as"), help: "Pseudonym of the officer who acts, for the register.") var officer: String?
        @Argument(help: "Volumes (.courier), or folders with volumes.") var paths: [String]

        struct Line: Encodable {
            let path: String
            let from: StateCode?
            let volume: Int?
            let of: Int?
            let acts: Int
            let receipts: Int
            let parts: Int
            let complete: [String]
            let refused: [String]
        }

        func run() async throws {
            let volumes = try Self.volumes(paths)
            guard !volumes.isEmpty else {
                throw ComityError(.notFound, "There is no volume there.", next: "Name files that end in .courier, or their folder.")
            }
            let node = try global.node()
            Interruption.watch()
            var lines: [Line] = []
            var worst: Int32 = 0
            for path in volumes {
                do throws(ComityError) {
                    let found = try await node.importVolume(path, officer: officer, check: Interruption.check)
                    lines.append(
                        Line(
                            path: path, from: found.from, volume: found.number, of: found.of, acts: found.acts, receipts: found.receipts,
                            parts: found.parts, complete: found.complete, refused: found.refused))
                    if !found.refused.isEmpty { worst = ErrorCode.verificationFailed.exitStatus }
                } catch {
                    guard error.code != .interrupted else { throw error }
                    let says = "\(error.code.rawValue): \(error.what)\(error.next.isEmpty ? "" : " \(error.next)")"
                    lines.append(
                        Line(path: path, from: nil, volume: nil, of: nil, acts: 0, receipts: 0, parts: 0, complete: [], refused: [says]))
                    worst = error.code.exitStatus
                }
            }
            if global.json { try Output.json(lines) } else { for line in lines { Self.show(line) } }
            if worst != 0 { throw ExitCode(worst) }
        }

        private static func show(_ line: Line) {
            let head = line.from.map { "volume \(line.volume ?? 0) of \(line.of ?? 0) from \($0)" } ?? "not taken"
            Output.line("\(head)  \(line.path)")
            if line.from != nil { Output.line("    \(line.acts) acts, \(line.receipts) receipts, \(line.parts) parts of packages") }
            for name in line.complete { Output.line("    arrived  \(Text.safe(name, limit: 160))") }
            for says in line.refused { Output.line("    refused  \(Text.safe(says, limit: 400))") }
        }

        /// Volumes of folders, by name.
        private static func volumes(_ paths: [String]) throws(ComityError) -> [String] {
            var found: [String] = []
            for path in paths {
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                    throw ComityError(.notFound, "There is no \(Text.safe(path, limit: 200)).")
                }
                guard isFolder.boolValue else {
                    found.append(path)
                    continue
                }
                let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".courier") }
                    .sorted()
                found += names.map { "\(path)/\($0)" }
            }
            return found
        }
    }
}
