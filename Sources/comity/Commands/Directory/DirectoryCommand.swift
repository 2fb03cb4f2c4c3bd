// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Exchange
import Node
import Standards

/// `comity directory`: who answers for which State, where, when, and how old that knowledge is.
struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "Who answers for which State, where and when; this node's own entry; test calls.",
        discussion: """
            EXAMPLES
              comity directory show XB
              comity directory search extradition --language fr --open-now
              comity directory propose authority.hours="24/7" authority.purposes=network-24-7 --as D1
              comity directory approve --as D3          (another officer)
              comity directory publish --as D1
              comity directory import --list world.jws
              comity directory ring XB --as D1
              comity directory freshness
            """,
        subcommands: [
            Show.self, Search.self, Propose.self, Approve.self, Discard.self, Publish.self, Import.self, FreshnessCommand.self, Ring.self,
            Answer.self, Rings.self, SecretariatCommand.self, ListSign.self, Export.self,
        ])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print this node's signed directory entry, for peers to import.",
            discussion: "EXAMPLE\n  comity directory export --data ./xa > xa.jws")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            Output.line(String(decoding: try global.node().directoryEntry(), as: UTF8.self))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the entry of a State; without one, that of this node.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The State.") var state: String?

        private struct Whole: Encodable {
            let entry: DirectoryEntry?
            let fingerprint: String?
            let words: String?
            let trust: Peer.Trust?
            let freshness: Freshness?
            let notified: [Node.Notified]
        }

        func run() async throws {
            let node = try global.node()
            let code = try state.map { text throws(ComityError) in try StateCode(text) } ?? node.state
            let peer = try node.listPeers().first { $0.entry.state == code }
            let entry = code == node.state ? try DirectoryEntry(verifying: try node.directoryEntry()) : peer?.entry
            // What a State told the depositary is known of States too that nobody here works with yet.
            let notified = try node.notified(by: code)
            guard let entry else {
                guard notified.isEmpty else {
                    if global.json {
                        return try Output.json(
                            Whole(entry: nil, fingerprint: nil, words: nil, trust: nil, freshness: nil, notified: notified))
                    }
                    Output.line("\(code) has no entry here: comity directory import FILE")
                    for line in EntryText.lines(notified) { Output.line(line) }
                    return
                }
                throw ComityError(
                    .notFound, "\(code) is not in the directory of this node.", next: "Import its entry: comity directory import FILE")
            }
            let age = try node.freshness(officer: nil).first { $0.state == code }
            if global.json {
                return try Output.json(
                    Whole(
                        entry: entry, fingerprint: entry.fingerprint, words: entry.fingerprintWords, trust: peer?.trust, freshness: age,
                        notified: notified))
            }
            for line in EntryText.lines(entry, now: try node.now()) { Output.line(line) }
            if let peer { Output.line("keys          \(peer.trust.rawValue)") }
            if let age { for line in EntryText.lines(age) { Output.line(line) } }
            for line in EntryText.lines(notified) { Output.line(line) }
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find authorities of all States by words of their entry.",
            discussion: "EXAMPLE\n  comity directory search justice --purpose mutual-legal-assistance --language ar")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "Words that must all be there: State, name, scope, language, purpose.") var words: [String] = []
        @Option(help: "What the authority is for, for example network-24-7 or extradition.") var purpose: String?
        @Option(help: "A language it accepts (BCP 47).") var language: String?
        @Flag(help: "Only where it is known that somebody is there now.") var openNow = false

        func run() async throws {
            let node = try global.node()
            if let purpose, DirectoryEntry.Purpose(rawValue: purpose) == nil {
                throw ComityError(
                    .usage, "“\(Text.safe(purpose, limit: 60))” is not a purpose.",
                    next: "Known are \(DirectoryEntry.Purpose.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            let found = try node.searchDirectory(words: words, purpose: purpose, language: language, openNow: openNow)
            if global.json { return try Output.json(found) }
            if found.isEmpty { Output.line("Nothing found. comity trust list shows which States are known here.") }
            for item in found {
                let trust = item.trust.map { $0 == .confirmed ? "" : "  \($0.rawValue)" } ?? "  (this node)"
                Output.line("\(item.state)  \(item.authority.name)\(trust)")
                Output.line("    " + EntryText.short(item.authority, now: try node.now()))
            }
        }
    }

    struct FreshnessCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "freshness", abstract: "How old each entry is, when it was last confirmed and by whom, and what is due.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let node = try global.node()
            let lines = try node.freshness(officer: nil)
            if global.json { return try Output.json(lines) }
            if lines.isEmpty { Output.line("No other State yet. Import an entry: comity directory import FILE") }
            for line in lines {
                Output.line("\(line.state)  \(line.trust.rawValue)  \(line.authority)")
                for text in EntryText.lines(line) { Output.line("    " + text) }
            }
        }
    }
}
