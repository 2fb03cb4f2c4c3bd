// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Exchange
import Foundation
import Node
import Standards

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new node: keys, register, data folder.",
        discussion:
            "EXAMPLE\n  comity init --data ./xa --state XA --authority \"24/7 point of Alvania\" --id xa-247 --zone America/Montevideo --exercise --officer XA-D1=duty_officer --officer XA-D3=approver"
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Two-letter code of the State (ISO 3166-1); XA to XZ are fictional and need --exercise.") var state: String
    @Option(help: "Name of the authority.") var authority: String
    @Option(help: "Short id of the authority, a-z 0-9 and -. Default: the State and 247.") var id: String?
    @Option(help: "IANA time zone of its officers.") var zone = "UTC"
    @Option(help: "Accepted languages, comma-separated (BCP 47).") var lang = "en"
    @Option(help: "Telephone of the authority (E.164).") var phone: String?
    @Option(help: "E-mail of the authority.") var email: String?
    @Option(help: "Where this node listens for other nodes.") var exchange = "127.0.0.1:7443"
    @Option(help: "The address other nodes reach it at. Default: https:// and the exchange address.") var endpoint: String?
    @Option(help: "Where officials reach the desk; loopback only, until sign-in exists.") var desk = "127.0.0.1:7480"
    @Option(help: "An officer and role, NAME=ROLE; repeat. Roles: duty_officer, drafter, approver, examiner, auditor, administrator.")
    var officer: [String] = []
    @Flag(help: "A node for exercises: marks every act, refuses real peers, its clock can be moved.") var exercise = false

    func run() async throws {
        let exchange = try NodeConfiguration.Listener(exchange)
        let desk = try NodeConfiguration.Listener(desk)
        guard desk.isLoopback else {
            throw ComityError(
                .usage, "The desk cannot listen on \(desk).", why: "This version has no sign-in, so it must not be reachable by others.",
                next: "Use 127.0.0.1.")
        }
        let state = try StateCode(state)
        var officers: [(id: String, role: String)] = []
        for text in officer {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 60, Text.safe(parts[0]) == parts[0] else {
                throw ComityError(.usage, "“\(Text.safe(text, limit: 60))” is not NAME=ROLE.")
            }
            officers.append((parts[0], parts[1]))
        }
        let seconds = Date().timeIntervalSince1970
        let configuration = NodeConfiguration(
            state: state,
            authority: .init(
                id: id ?? "\(state.description.lowercased())-247", name: authority, languages: lang.split(separator: ",").map(String.init),
                timeZone: zone,
                phone: phone, email: email),
            exchange: exchange, endpoint: endpoint ?? "https://\(exchange)", desk: desk, exercise: exercise,
            createdAt: Instant(milliseconds: Int64(seconds) * 1000))
        let node = try await Node.create(folder: global.folder, configuration, officers: officers)
        if global.json {
            try Output.json(["state": state.description, "data": global.folder, "fingerprint": node.fingerprint])
        } else {
            Output.line("node made      \(global.folder)")
            Output.line("fingerprint    \(node.fingerprint)")
            Output.line("next           comity serve --data \(global.folder)")
            Output.line(
                "               comity directory export --data \(global.folder) > \(state.description.lowercased()).jws   (give it to your peers)"
            )
        }
    }
}
