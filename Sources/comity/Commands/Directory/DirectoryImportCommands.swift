// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Exchange
import Foundation
import Node
import Sealing
import Standards
import Storage

extension DirectoryCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Import an entry: from a file, from the State's own node, or from a published list.",
            discussion: """
                EXAMPLES
                  comity directory import xb.jws
                  comity directory import --from XB
                  comity directory import --list world.jws     (its publisher must be confirmed: comity directory secretariat)
                """)
        @OptionGroup var global: GlobalOptions
        @Argument(help: "The file with the signed entry; - reads standard input.") var file: String?
        @Option(help: "Ask the node of this State, which is confirmed, for its newest entry.") var from: String?
        @Option(help: "A list of entries that a publisher signed; - reads standard input.") var list: String?

        func run() async throws {
            let node = try global.node()
            switch (file, from, list) {
            case (let file?, nil, nil): try await Trust.add(file, node, json: global.json)
            case (nil, let state?, nil):
                let delivery = Delivery(node: node)
                let result: (peer: Peer, isNew: Bool)
                do throws(ComityError) { result = try await delivery.fetchEntry(of: try StateCode(state)) } catch {
                    await delivery.shutdown()
                    throw error
                }
                await delivery.shutdown()
                try Trust.show(result.peer, json: global.json)
                if !global.json { Output.line(result.isNew ? "changed       since it was imported" : "unchanged     it is the newest") }
            case (nil, nil, let list?):
                let report = try await node.importList(Trimmed.read(list, limit: DirectoryList.limit), by: nil)
                if global.json { return try Output.json(report) }
                Output.line("list          \(report.publisher) of \(report.issued)")
                Output.line("new           \(Self.names(report.new))")
                Output.line("changed       \(Self.names(report.changed))")
                Output.line("unchanged     \(Self.names(report.same))")
                for line in report.left { Output.line("left          \(Text.safe(line, limit: 300))") }
                if !report.new.isEmpty { Output.line("next          telephone each new State, then comity trust confirm STATE") }
            default:
                throw ComityError(.usage, "Say what to import.", next: "A file, --from STATE, or --list FILE; one of them.")
            }
        }

        private static func names(_ states: [StateCode]) -> String {
            states.isEmpty ? "none" : states.map(\.description).joined(separator: ", ")
        }
    }

    struct SecretariatCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "secretariat", abstract: "Who publishes lists of entries that this node takes.",
            subcommands: [Add.self, Confirm.self, List.self], defaultSubcommand: List.self)

        private struct Line: Encodable {
            let publisher: String
            let name: String
            let fingerprint: String
            let words: String
            let confirmedAt: Instant?
            let confirmedBy: String?
            let lastList: Instant?
        }

        static func show(_ rows: [SecretariatRow], json: Bool) throws {
            if json {
                return try Output.json(
                    rows.map { row in
                        let print = Node.fingerprint(of: row)
                        return Line(
                            publisher: row.id, name: row.name, fingerprint: print.digits, words: print.words, confirmedAt: row.confirmedAt,
                            confirmedBy: row.confirmedBy, lastList: row.issuedAt)
                    })
            }
            for row in rows {
                let print = Node.fingerprint(of: row)
                Output.line("\(row.id)  \(row.confirmedAt == nil ? "unconfirmed" : "confirmed")  \(row.name)")
                Output.line("    fingerprint  \(print.digits)\n    in words     \(print.words)")
                if let at = row.confirmedAt { Output.line("    confirmed    \(at) by \(row.confirmedBy ?? "")") }
                if let at = row.issuedAt { Output.line("    last list    \(at)") }
            }
        }

        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Enter whoever signed a list; nothing of the list is taken yet.")
            @OptionGroup var global: GlobalOptions
            @Argument(help: "One of its lists.") var file: String

            func run() async throws {
                let row = try await global.node().addSecretariat(list: Trimmed.read(file, limit: DirectoryList.limit), by: nil)
                try SecretariatCommand.show([row], json: global.json)
                if !global.json, row.confirmedAt == nil {
                    Output.line("next: telephone \(row.name) on a number you already know, let them read their fingerprint, then")
                    Output.line(
                        "      comity directory secretariat confirm \(row.id) --fingerprint \"what they read\" --called NAME --number NUMBER --number-source \"where you have it from\" --as OFFICER"
                    )
                }
            }
        }

        struct Confirm: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Record that its fingerprint was compared over a second channel.")
            @OptionGroup var global: GlobalOptions
            @OptionGroup var officer: OfficerOption
            @OptionGroup var channel: ChannelOptions
            @Argument(help: "Its short id.") var publisher: String
            @Option(help: "The eight groups of digits or the sixteen words, as they were read to you.") var fingerprint: String?

            func run() async throws {
                let asked = try channel.resolved(fingerprint: fingerprint, whom: publisher)
                guard asked.channel.number == nil || asked.channel.numberSource != nil else {
                    throw ComityError(
                        .usage, "Where the number came from is not said.", why: "No directory has the number of a publisher.",
                        next: "Add --number-source \"letter of 3 May\".")
                }
                let row = try await global.node().confirmSecretariat(
                    publisher, fingerprint: asked.fingerprint, by: try officer.resolved(), over: asked.channel)
                try SecretariatCommand.show([row], json: global.json)
            }
        }

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the publishers.")
            @OptionGroup var global: GlobalOptions

            func run() async throws {
                let rows = try global.node().secretariats()
                if !global.json, rows.isEmpty { Output.line("No publisher yet. Enter one: comity directory secretariat add FILE") }
                try SecretariatCommand.show(rows, json: global.json)
            }
        }
    }

    struct ListSign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list-sign", abstract: "On the side of a secretariat: sign a list of entries. Needs no node.",
            discussion:
                "EXAMPLE\n  comity directory list-sign --publisher unodc --name \"Secretariat\" --key list.key entries/*.jws > world.jws")
        @OptionGroup var global: GlobalOptions
        @Option(help: "Short id of the publisher, a-z 0-9 and -.") var publisher: String
        @Option(help: "Name of the publisher.") var name: String
        @Option(help: "File with the publisher's key; made when it is not there, mode 0600.") var key: String
        @Flag(help: "The list is of an exercise.") var exercise = false
        @Argument(help: "Files with signed entries.") var entries: [String]

        func run() async throws {
            let signer = try signingKey()
            var texts: [String] = []
            var states: Set<StateCode> = []
            for path in entries {
                let bytes = try Trimmed.read(path, limit: DirectoryEntry.limit)
                let entry = try DirectoryEntry(verifying: bytes)
                guard entry.exercise == exercise else {
                    throw ComityError(.exerciseMismatch, "\(Text.safe(path)) is \(entry.exercise ? "" : "not ")of an exercise.")
                }
                guard states.insert(entry.state).inserted else {
                    throw ComityError(.usage, "\(entry.state) is there twice.", next: "Name each State once.")
                }
                texts.append(String(decoding: bytes, as: UTF8.self))
            }
            let seconds = Int64(Date().timeIntervalSince1970)
            let list = DirectoryList(
                publisher: publisher, name: name, key: signer.verifyingKey, issuedAt: Instant(milliseconds: seconds * 1000),
                exercise: exercise, entries: texts)
            Output.line(String(decoding: try list.signed(by: signer), as: UTF8.self))
            let raw = signer.verifyingKey.rawRepresentation
            let report = [
                "entries": "\(texts.count)", "fingerprint": DirectoryEntry.fingerprint(of: raw),
                "words": DirectoryEntry.fingerprintWords(of: raw),
            ]
            if global.json { return Output.error(try IJSON.pretty(report)) }
            Output.error(
                "entries       \(texts.count)\nfingerprint   \(report["fingerprint"] ?? "")\n  in words    \(report["words"] ?? "")")
        }

        private func signingKey() throws(ComityError) -> SigningKey {
            if FileManager.default.fileExists(atPath: key) {
                let text = String(decoding: try Trimmed.read(key, limit: 4096), as: UTF8.self)
                guard let bytes = Base64.decode(text) else { throw ComityError(.malformedInput, "\(Text.safe(key)) holds no key.") }
                return try SigningKey(rawRepresentation: bytes)
            }
            let made = SigningKey.generate()
            try DurableFile.write(Array((Base64.encode(made.rawRepresentation) + "\n").utf8), to: key, mode: 0o600)
            return made
        }
    }
}

/// A text file without the blank at its end.
enum Trimmed {
    static func read(_ path: String, limit: Int) throws(ComityError) -> [UInt8] {
        let bytes = try InputFile.read(path, limit: limit)
        return Array(bytes.reversed().drop { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }.reversed())
    }
}
