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
    @Option(help: "Where officials reach the desk. Beyond this machine only with a certificate.") var desk = "127.0.0.1:7480"
    @Option(help: "PEM file with the certificate of the desk, and those between it and its authority.") var deskCertificate: String?
    @Option(help: "PEM file with its private key.") var deskKey: String?
    @Option(help: "Host name of the desk in a browser’s address bar. Default: the host of --desk.") var deskName: String?
    @Option(
        help:
            "Where everybody reaches the public pages, for example 127.0.0.1:7490. Default: there are none. Beyond this machine only with a certificate."
    )
    var `public`: String?
    @Option(help: "PEM file with the certificate of the public pages, and those between it and its authority.") var publicCertificate:
        String?
    @Option(help: "PEM file with its private key.") var publicKey: String?
    @Option(help: "An officer and role, NAME=ROLE; repeat. Roles: duty_officer, drafter, approver, examiner, auditor, administrator.")
    var officer: [String] = []
    @Flag(help: "A node for exercises: marks every act, refuses real peers, its clock can be moved.") var exercise = false

    /// Certificate and key are named by absolute paths, so that the node finds them from anywhere.
    private func deskListener() throws(ComityError) -> NodeConfiguration.Listener {
        let plain = try NodeConfiguration.Listener(desk)
        let tls = try Self.files(deskCertificate, deskKey, of: "desk")
        if let deskName {
            guard (1...253).contains(deskName.utf8.count),
                deskName.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") })
            else {
                throw ComityError(.usage, "“\(Text.safe(deskName, limit: 80))” is not a host name.", next: "Write it as desk.example.org.")
            }
        }
        guard tls != nil || plain.isLoopback else {
            throw ComityError(
                .usage, "The desk cannot listen on \(plain) without a certificate.",
                why: "Passwords and files would cross the network for everybody to read.",
                next: "Add --desk-certificate and --desk-key, or use 127.0.0.1.")
        }
        guard deskName != nil || !["0.0.0.0", "::"].contains(plain.host) else {
            throw ComityError(.usage, "A desk on every address needs a name.", next: "Add --desk-name desk.example.org.")
        }
        return .init(host: plain.host, port: plain.port, tls: tls, name: deskName)
    }

    private func publicListener() throws(ComityError) -> NodeConfiguration.Listener? {
        let tls = try Self.files(publicCertificate, publicKey, of: "public")
        guard let text = `public` else {
            guard tls == nil else { throw ComityError(.usage, "A certificate of public pages, and no address.", next: "Add --public.") }
            return nil
        }
        let plain = try NodeConfiguration.Listener(text)
        guard tls != nil || plain.isLoopback else {
            throw ComityError(
                .usage, "The public pages cannot listen on \(plain) without a certificate.",
                why: "Whoever stands in between could change what they say.",
                next: "Add --public-certificate and --public-key, or use 127.0.0.1 and a web server before it.")
        }
        return .init(host: plain.host, port: plain.port, tls: tls)
    }

    /// Nil where neither is named.
    private static func files(
        _ certificate: String?, _ key: String?, of what: String
    ) throws(ComityError) -> NodeConfiguration.TLSFiles? {
        guard (certificate == nil) == (key == nil) else {
            throw ComityError(
                .usage, "A certificate and its key belong together.", next: "Name both --\(what)-certificate and --\(what)-key.")
        }
        guard let certificate, let key else { return nil }
        for file in [certificate, key] where !FileManager.default.isReadableFile(atPath: file) {
            throw ComityError(.notFound, "The file \(Text.safe(file)) cannot be read.", next: "Check the path and the permissions.")
        }
        return .init(certificate: URL(fileURLWithPath: certificate).path, key: URL(fileURLWithPath: key).path)
    }

    func run() async throws {
        let exchange = try NodeConfiguration.Listener(exchange)
        let desk = try deskListener()
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
            createdAt: Instant(milliseconds: Int64(seconds) * 1000), publicPages: try publicListener())
        let node = try await Node.create(folder: global.folder, configuration, officers: officers)
        if global.json {
            try Output.json([
                "state": state.description, "data": global.folder, "fingerprint": node.fingerprint, "words": node.fingerprintWords,
            ])
        } else {
            Output.line("node made      \(global.folder)")
            Output.line("fingerprint    \(node.fingerprint)")
            Output.line("  in words     \(node.fingerprintWords)")
            Output.line("next           comity serve --data \(global.folder)")
            Output.line(
                "               comity directory export --data \(global.folder) > \(state.description.lowercased()).jws   (give it to your peers)"
            )
        }
    }
}
