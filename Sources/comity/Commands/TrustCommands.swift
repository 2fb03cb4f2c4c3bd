// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Exchange
import Node
import Standards

struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "This node's signed directory entry.", subcommands: [Export.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print this node's signed directory entry, for peers to import.",
            discussion: "EXAMPLE\n  comity directory export --data ./xa > xa.jws")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            Output.line(String(decoding: try global.node().directoryEntry(), as: UTF8.self))
        }
    }
}

struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The peers of this node and how far they are trusted.", subcommands: [Add.self, Confirm.self, Revoke.self, List.self],
        defaultSubcommand: List.self)

    struct Line: Encodable {
        let state: StateCode
        let authority: String
        let endpoint: String
        let trust: Peer.Trust
        let fingerprint: String
        let confirmedAt: Instant?
        let confirmedBy: String?

        init(_ peer: Peer) {
            state = peer.entry.state
            authority = peer.entry.authority.name
            endpoint = peer.entry.endpoint
            trust = peer.trust
            fingerprint = peer.entry.fingerprint
            confirmedAt = peer.confirmedAt
            confirmedBy = peer.confirmedBy
        }

        var text: String {
            "\(state)  \(trust.rawValue)  \(authority)  \(endpoint)\n    fingerprint  \(fingerprint)"
                + (confirmedAt.map { "\n    confirmed    \($0) by \(confirmedBy ?? "")" } ?? "")
        }
    }

    static func show(_ peer: Peer, json: Bool) throws {
        if json { try Output.json(Line(peer)) } else { Output.line(Line(peer).text) }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a peer's signed directory entry; nothing is exchanged until it is confirmed. A later one changes its facts.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The file with the entry; - reads standard input.") var file: String

        func run() async throws {
            let bytes = try InputFile.read(file, limit: DirectoryEntry.limit)
            let trimmed = Array(bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }.reversed())
            let node = try global.node()
            let facts = try node.factsChanged(by: try node.readEntry(trimmed, officer: nil))
            let peer = try await node.addPeer(trimmed)
            try Trust.show(peer, json: global.json)
            if !global.json, let facts {
                Output.line("changed: \(facts.isEmpty ? "its date" : facts.joined(separator: ", ")); keys and trust are as before")
            }
            if !global.json, peer.trust == .unconfirmed {
                Output.line("next: telephone \(peer.entry.state) on a number you already know, let them read their fingerprint, then")
                Output.line("      comity trust confirm \(peer.entry.state) --fingerprint \"what they read\" --as OFFICER")
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Record that the fingerprint was compared over a second channel.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "The State.") var state: String
        @Option(help: "The eight groups of digits, as the other side read them.") var fingerprint: String
        @Option(help: "How it was compared.") var by = "telephone"

        func run() async throws {
            let peer = try await global.node().confirmPeer(
                try StateCode(state), fingerprint: fingerprint, by: try officer.resolved(), how: by)
            try Trust.show(peer, json: global.json)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop believing a peer's keys, from now on.")
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "The State.") var state: String
        @Option(help: "From when on the keys are doubtful, ISO 8601 with zone: packages that are known here from before stay valid.")
        var since: String?
        @Option(help: "Why, in words.") var reason: String?

        func run() async throws {
            let peer = try await global.node().revokePeer(
                try StateCode(state), by: try officer.resolved(), reason: reason,
                since: try since.map { text throws(ComityError) in try Instant(text) })
            try Trust.show(peer, json: global.json)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the peers.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let peers = try global.node().listPeers()
            if global.json { return try Output.json(peers.map(Line.init)) }
            if peers.isEmpty { Output.line("No peers yet. Import one: comity trust add FILE") }
            for peer in peers { try Trust.show(peer, json: false) }
        }
    }
}
