// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Exchange
import Foundation
import Glibc
import Node
import Standards
import Storage

struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keys: those of other States and how far they are believed, and those of this node.",
        discussion: """
            EXAMPLES
              comity trust confirm XB --fingerprint "49069 63339 …" --called "Ms Ilves" --number "+999 205 550 201" --as D1
              comity trust revoke XB --doubtful-from 2026-11-20T00:00:00Z --reason "their letter of today" --as D1
              comity trust rotate --key signing
            """,
        subcommands: [Add.self, Confirm.self, Revoke.self, List.self, Rotate.self, Warnings.self], defaultSubcommand: List.self)

    struct Line: Encodable {
        let state: StateCode
        let authority: String
        let endpoint: String
        let trust: Peer.Trust
        let fingerprint: String
        let words: String
        let confirmedAt: Instant?
        let confirmedBy: String?

        init(_ peer: Peer) {
            state = peer.entry.state
            authority = peer.entry.authority.name
            endpoint = peer.entry.endpoint
            trust = peer.trust
            fingerprint = peer.entry.fingerprint
            words = peer.entry.fingerprintWords
            confirmedAt = peer.confirmedAt
            confirmedBy = peer.confirmedBy
        }

        var text: String {
            "\(state)  \(trust.rawValue)  \(authority)  \(endpoint)\n    fingerprint  \(fingerprint)\n    in words     \(words)"
                + (confirmedAt.map { "\n    confirmed    \($0) by \(confirmedBy ?? "")" } ?? "")
        }
    }

    static func show(_ peer: Peer, json: Bool) throws {
        if json { try Output.json(Line(peer)) } else { Output.line(Line(peer).text) }
    }

    /// Imports an entry from a file.
    static func add(_ file: String, _ node: Node, json: Bool) async throws {
        let trimmed = try Trimmed.read(file, limit: DirectoryEntry.limit)
        let entry = try node.readEntry(trimmed, officer: nil)
        let known = try node.listPeers().first { $0.entry.state == entry.state }
        let facts = try node.factsChanged(by: entry)
        let peer = try await node.addPeer(trimmed)
        try show(peer, json: json)
        guard !json else { return }
        if let facts {
            Output.line("changed: \(facts.isEmpty ? "its date" : facts.joined(separator: ", ")); keys and trust are as before")
        } else if let known, known.trust != .revoked, let uses = entry.succeeded(known.entry), !uses.isEmpty {
            Output.line(
                "keys that others follow, signed by those before: \(uses.map(\.rawValue).joined(separator: ", ")); trust is as before")
        }
        if peer.trust == .unconfirmed {
            Output.line("next: telephone \(peer.entry.state) on a number you already know, let them read their fingerprint, then")
            Output.line(
                "      comity trust confirm \(peer.entry.state) --fingerprint \"what they read\" --called NAME --number NUMBER --as OFFICER"
            )
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import a peer's signed directory entry; nothing is exchanged until it is confirmed. A later one changes its facts.")
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The file with the entry; - reads standard input.") var file: String

        func run() async throws { try await Trust.add(file, try global.node(), json: global.json) }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record that the fingerprint was compared over a second channel.",
            discussion:
                "At a terminal what is missing is asked for. The number must be one that was known before this entry; otherwise say where you have it from."
        )
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @OptionGroup var channel: ChannelOptions
        @Argument(help: "The State.") var state: String
        @Option(help: "The eight groups of digits or the sixteen words, as the other side read them.") var fingerprint: String?

        func run() async throws {
            let (node, code) = (try global.node(), try StateCode(state))
            let who = try officer.resolved()
            for known in try node.knownNumbers(code) where isatty(STDIN_FILENO) == 1 {
                Output.error("known number  \(known.number)  from \(known.source)")
            }
            let asked = try channel.resolved(fingerprint: fingerprint, whom: state)
            let peer = try await node.confirmPeer(code, fingerprint: asked.fingerprint, by: who, over: asked.channel)
            try Trust.show(peer, json: global.json)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop believing a State's keys, and tell the other peers; or say that this node's own signing key is doubtful.",
            discussion: """
                Lists every act that was registered here since the keys are doubtful. For an own key, name it: comity trust revoke signing.
                Peers are told in a notice that the root key signs; then replace the key: comity trust rotate --key signing.
                """)
        @OptionGroup var global: GlobalOptions
        @OptionGroup var officer: OfficerOption
        @Argument(help: "The State, the id of its signing key (or its beginning, 8 characters or more), or “signing” for the own one.")
        var key: String
        @Option(
            name: [.customLong("doubtful-from"), .customLong("since")],
            help: "From when on the keys are doubtful, ISO 8601 with zone: what was registered here before stays valid.")
        var doubtfulFrom: String?
        @Option(help: "Why, in words.") var reason: String?

        private struct Report: Encodable {
            let state: StateCode
            let trust: Peer.Trust?
            let doubtful: [DoubtfulAct]
            let told: [StateCode]
        }

        func run() async throws {
            let node = try global.node()
            let since = try doubtfulFrom.map { text throws(ComityError) in try Instant(text) }
            let who = try officer.resolved()
            let report: Report
            var peer: Peer?
            if let state = try node.stateOfKey(key) {
                if state == node.state {
                    let (acts, told) = try await node.doubtOwnKey(by: who, reason: reason, since: since)
                    report = Report(state: state, trust: nil, doubtful: acts, told: told)
                } else {
                    let done = try await node.revoke(state, by: who, reason: reason, since: since)
                    peer = done.peer
                    report = Report(state: state, trust: done.peer.trust, doubtful: done.acts, told: done.told)
                }
            } else {
                throw ComityError(
                    .notFound, "“\(Text.safe(key, limit: 80))” is neither a State nor a key of the directory.",
                    next: "comity trust list shows both.")
            }
            let delivery = Delivery(node: node)
            await delivery.bringNotices()
            await delivery.shutdown()
            if global.json { return try Output.json(report) }
            if let peer { try Trust.show(peer, json: false) } else { Output.line("\(node.state)  own signing key doubtful") }
            Output.line("doubtful acts \(report.doubtful.isEmpty ? "none" : "\(report.doubtful.count)")")
            for act in report.doubtful { Output.line("    \(act.ref)  \(act.kind)  dated \(act.at)  registered \(act.registered)") }
            Output.line("told          \(report.told.isEmpty ? "nobody" : report.told.map(\.description).joined(separator: ", "))")
            if peer == nil { Output.line("next          stop the node, then comity trust rotate --key signing") }
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

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Put a successor in the place of a key of this node, signed by the key before it. The node must not be served meanwhile.",
            discussion: "Without --key, says when each is due. Peers take the new key over when they meet this node; nobody need be called."
        )
        @OptionGroup var global: GlobalOptions
        @Option(help: "signing, root or sealing.") var key: String?

        func run() async throws {
            let node = try global.node()
            guard let key else { return try show(try node.keyTerms()) }
            guard let use = KeyUse(rawValue: key) else {
                throw ComityError(
                    .usage, "“\(Text.safe(key, limit: 40))” is no use of a key.",
                    next: "Use one of: \(Node.rotatable.map(\.rawValue).joined(separator: ", ")).")
            }
            let lock = try ServeLock(folder: global.folder)
            defer { lock.release() }
            try show([try await node.rotate(use, by: nil)])
            if !global.json { Output.line("next          comity serve, and comity backup create: an older backup has the key before") }
        }

        private func show(_ terms: [KeyTerm]) throws {
            if global.json { return try Output.json(terms) }
            for term in terms {
                let due = term.due.map { "\(term.isDue ? "due" : "until") \($0)" } ?? ""
                Output.line(
                    "\(term.use.rawValue)  since \(term.since)  \(due)\n    \(term.key.count > 60 ? term.key.prefix(40) + "…" : term.key)")
            }
        }
    }

    struct Warnings: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What other States said about keys. Nothing is revoked by it.")
        @OptionGroup var global: GlobalOptions

        func run() async throws {
            let warnings = try global.node().keyWarnings(officer: nil)
            if global.json { return try Output.json(warnings) }
            if warnings.isEmpty { Output.line("No warnings.") }
            for warning in warnings {
                Output.line(
                    "\(warning.at)  \(warning.from) says: the key of \(warning.of) is doubtful from \(warning.since) on\(warning.says.isEmpty ? "" : ": \(warning.says)")"
                )
                Output.line("    \(warning.key)  \(warning.isBelieved ? "BELIEVED HERE: telephone \(warning.of)" : "not believed here")")
            }
        }
    }
}

/// Who was called, on which number.
struct ChannelOptions: ParsableArguments {
    @Option(help: "Who answered.") var called: String?
    @Option(help: "The number that was called.") var number: String?
    @Option(help: "Where the number comes from, when nothing that was known before has it.") var numberSource: String?
    @Option(help: "How it was compared: telephone, video, person.") var by = "telephone"

    /// What is missing is asked for at a terminal.
    /// - Throws: `.usage` naming what is missing elsewhere.
    func resolved(fingerprint: String?, whom: String) throws(ComityError) -> (fingerprint: String, channel: SecondChannel) {
        let read = try Self.given(fingerprint, "Fingerprint, digits or words, as it was read to you: ", option: "--fingerprint")
        let who = try Self.given(called, "Who was called? ", option: "--called")
        // In person nobody is called on a number.
        let on = by == "person" && number == nil ? nil : try Self.given(number, "On which number? ", option: "--number")
        return (read, SecondChannel(how: by, called: who, number: on, numberSource: numberSource))
    }

    private static func given(_ value: String?, _ question: String, option: String) throws(ComityError) -> String {
        if let value { return value }
        guard isatty(STDIN_FILENO) == 1 else {
            throw ComityError(
                .usage, "\(option) is missing.", why: "The register says who compared the fingerprint with whom, on which number.",
                next: "Add \(option).")
        }
        FileHandle.standardError.write(Data(question.utf8))
        guard let line = readLine()?.split(whereSeparator: \.isWhitespace).joined(separator: " "), !line.isEmpty else {
            throw ComityError(.usage, "Nothing was typed.", next: "Repeat the command.")
        }
        return line
    }
}
