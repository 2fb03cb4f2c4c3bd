// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards

/// The story of the first act that crosses a border, step by step, between two nodes that talk over real TLS.
///
/// Every step is a command that a person types. Steps may be repeated: one that was done already counts as done, so a
/// story goes on after a crash at any point.
actor Story {
    enum Step: String, CaseIterable, Sendable {
        case meet, refuse, draft, approve, send, acknowledge, preserve
        case followUp = "follow-up"
        case answer, seal, supply, receive, open, tamper, audit
    }

    /// One line of the table at the end.
    struct Line: Sendable, Codable {
        let step: String
        let what: String
        let ref: String
        /// Hash of the act, package or root; equal on both nodes where it is an act.
        let hash: String
    }

    let requesting: DemoNode
    let requested: DemoNode
    private let folder: String
    private let resources: String
    /// Called with each command and what it printed.
    private let narrate: @Sendable (String) -> Void

    private(set) var preservation = ""
    private(set) var storedData = ""
    private(set) var packagePath = ""

    init(requesting: DemoNode, requested: DemoNode, folder: String, resources: String, narrate: @escaping @Sendable (String) -> Void) {
        self.requesting = requesting
        self.requested = requested
        self.folder = folder
        self.resources = resources
        self.narrate = narrate
    }

    // MARK: Setting up

    /// Makes both nodes in exercise mode, with officers, and sets both clocks to the evening of the story.
    /// - Parameter officers: `NAME=ROLE` by State; nil for those that the story needs.
    func prepare(officers: [String: [String]]? = nil) async throws {
        try await make(
            requesting,
            [
                "--authority", "National Cybercrime Contact Point of Alvania", "--zone", "America/Montevideo", "--lang", "es,en", "--phone",
                "+999105550101",
            ],
            officers: officers?["XA"] ?? ["XA-D1=duty_officer", "XA-D3=approver", "XA-X1=examiner"])
        try await make(
            requested,
            [
                "--authority", "Bresta National 24/7 Point, Police Cyber Directorate", "--zone", "Europe/Helsinki", "--lang", "ar,en",
                "--phone", "+999205550201",
            ],
            officers: officers?["XB"] ?? ["XB-D1=duty_officer", "XB-D3=approver", "XB-X1=examiner"])
        for node in [requesting, requested] { _ = try await command(node, ["clock", "set", "2026-11-24T23:19:00Z"]) }
    }

    private func make(_ node: DemoNode, _ arguments: [String], officers: [String]) async throws {
        _ = try await command(
            node,
            [
                "init", "--state", node.state, "--exercise", "--exchange", "127.0.0.1:\(node.exchangePort)", "--desk",
                "127.0.0.1:\(node.deskPort)",
            ] + arguments
                + officers.flatMap { ["--officer", $0] })
    }

    // MARK: The steps

    func play(_ step: Step) async throws -> Line {
        switch step {
        case .meet: try await meet()
        case .refuse: try await refuse()
        case .draft: try await draft()
        case .approve: try await approve(preservation, what: "a second person at XA agrees (four eyes)")
        case .send: try await send(preservation, what: "signed, sealed, delivered; XB's receipt verified and registered by XA")
        case .acknowledge: try await acknowledge(preservation)
        case .preserve: try await preserve()
        case .followUp: try await followUp()
        case .answer: try await acknowledge(storedData)
        case .seal: try await seal()
        case .supply: try await supply()
        case .receive: try await receive()
        case .open: try await open()
        case .tamper: try await tamper()
        case .audit: try await audit()
        }
    }

    private func meet() async throws -> Line {
        var prints: [String] = []
        for (node, other, officer) in [(requesting, requested, "XA-D1"), (requested, requesting, "XB-D1")] {
            let entry = try await command(other, ["directory", "export"])
            let path = "\(folder)/\(other.state.lowercased()).jws"
            try Data(entry.output.utf8).write(to: URL(fileURLWithPath: path))
            let added = try await command(node, ["trust", "add", path, "--json"])
            let fingerprint = try added.json()["fingerprint"]?.string ?? ""
            _ = try await command(
                node,
                [
                    "trust", "confirm", other.state, "--fingerprint", fingerprint, "--called", "\(other.state)-D1", "--number",
                    "+999 205 550 201", "--number-source", "letter of the exercise", "--as", officer,
                ])
            prints.append(fingerprint)
        }
        return Line(step: "0", what: "the two States confirm each other's fingerprint", ref: "", hash: prints.first ?? "")
    }

    private func refuse() async throws -> Line {
        let outcome = try await command(
            requesting, ["request", "new", "preservation", "--from-file", resources + "/preservation-incomplete.yaml", "--as", "XA-D1"],
            expecting: [8])
        guard outcome.errors.contains("42(3)(e)"), outcome.errors.contains("necessity") else {
            throw ComityError(.failure, "The refusal does not name article and field:\n\(outcome.errors)")
        }
        return Line(step: "1", what: "a draft without the necessity is refused: Art. 42(3)(e), field necessity, exit 8", ref: "", hash: "")
    }

    private func draft() async throws -> Line {
        // A crash may have hidden that the draft was kept.
        if let kept = try await find(type: "preservation", in: requesting) {
            preservation = kept
        } else {
            let outcome = try await command(
                requesting, ["request", "new", "preservation", "--from-file", resources + "/preservation.yaml", "--as", "XA-D1", "--json"])
            preservation = try outcome.json()["ref"]?.string ?? ""
        }
        return Line(step: "1", what: "XA-D1 drafts a request for expedited preservation", ref: preservation, hash: "")
    }

    private func approve(_ ref: String, what: String) async throws -> Line {
        let state = try await self.state(of: ref, on: requesting)
        if state == "draft" { _ = try await command(requesting, ["request", "approve", ref, "--as", "XA-D3"]) }
        return Line(step: "2", what: what, ref: ref, hash: "")
    }

    private func send(_ ref: String, what: String) async throws -> Line {
        if try await state(of: ref, on: requesting) == "authorised" {
            _ = try await command(requesting, ["request", "send", ref, "--as", "XA-D1"])
        }
        try await until("XA has XB's receipt for \(ref)") { try await self.receipted("request", ref, on: self.requesting) }
        return Line(step: "2", what: what, ref: ref, hash: try await sharedHash("request", ref))
    }

    private func acknowledge(_ ref: String) async throws -> Line {
        if try await state(of: ref, on: requested) == "delivered" {
            _ = try await command(requested, ["request", "ack", ref, "--as", "XB-D1"])
        }
        return Line(
            step: ref == preservation ? "3" : "4", what: "XB-D1 acknowledges", ref: ref, hash: try await sharedHash("acknowledge", ref))
    }

    private func preserve() async throws -> Line {
        if try await state(of: preservation, on: requested) == "acknowledged" {
            _ = try await command(
                requested,
                [
                    "request", "preserve", preservation, "--effective", "2026-11-25T01:10:00+02:00", "--note",
                    "snapshot taken, customer not told", "--as", "XB-D1",
                ])
        }
        let hash = try await sharedHash("preserve", preservation)
        for node in [requesting, requested] {
            let clock = try await clock(on: node)
            guard clock?["due"]?.string?.hasPrefix("2027-01-24T01:10:00") == true || clock?["due"]?.string?.hasPrefix("2027-01-23") == true
            else {
                throw ComityError(.failure, "\(node.state) shows no clock due 60 days after the preservation.")
            }
        }
        return Line(
            step: "3", what: "data preserved since 2026-11-25T01:10+02:00; both clocks are due 60 days later", ref: preservation, hash: hash
        )
    }

    private func followUp() async throws -> Line {
        if let kept = try await find(type: "stored-data", in: requesting) {
            storedData = kept
        } else {
            let outcome = try await command(
                requesting,
                [
                    "request", "new", "stored-data", "--from-file", resources + "/stored-data.yaml", "--follows", preservation, "--as",
                    "XA-D1", "--json",
                ])
            storedData = try outcome.json()["ref"]?.string ?? ""
        }
        _ = try await approve(storedData, what: "")
        _ = try await send(storedData, what: "")
        for node in [requesting, requested] {
            try await until("\(node.state) shows the preservation as held") {
                try await self.state(of: self.preservation, on: node) == "held"
            }
        }
        return Line(
            step: "4", what: "XA asks for the data; both nodes show the preservation held pending decision", ref: storedData,
            hash: try await sharedHash("request", storedData))
    }

    private func seal() async throws -> Line {
        if let package = try await package(on: requested, stages: ["sealed", "supplied", "complete", "received"]) {
            return Line(step: "5", what: "XB-X1 seals the exhibits", ref: storedData, hash: package["digest"]?.string ?? "")
        }
        let outcome = try await command(
            requested,
            [
                "evidence", "seal", resources + "/exhibits", "--file", storedData, "--to", requesting.state, "--authorisation",
                "Order XB-NU-2026-77 (fictional)",
                "--condition", "case XA-PPO-2026-4471 only", "--as", "XB-X1", "--json",
            ])
        return Line(
            step: "5", what: "XB-X1 seals three exhibits into a package", ref: storedData, hash: try outcome.json()["digest"]?.string ?? "")
    }

    private func supply() async throws -> Line {
        if try await state(of: storedData, on: requested) == "acknowledged" {
            let sealed = try await package(on: requested, stages: ["sealed"])?["digest"]?.string ?? ""
            if try await view(storedData, on: requested)?["pending"] == nil {
                _ = try await command(requested, ["evidence", "supply", storedData, "--package", sealed, "--last", "--as", "XB-X1"])
            }
            _ = try await command(requested, ["request", "approve", storedData, "--as", "XB-D3"])
        }
        let hash = try await sharedHash("supply", storedData)
        try await until("the whole package is at XA") {
            try await self.package(on: self.requesting, stages: ["complete", "received"]) != nil
        }
        return Line(
            step: "5", what: "XB supplies the package, a second person agreeing; all its parts arrive at XA", ref: storedData, hash: hash)
    }

    private func receive() async throws -> Line {
        if try await state(of: storedData, on: requesting) == "returned" {
            _ = try await command(requesting, ["evidence", "verify", storedData])
            _ = try await command(requesting, ["evidence", "receive", storedData, "--as", "XA-X1"])
        }
        return Line(
            step: "5", what: "XA verifies the package and records its receipt", ref: storedData,
            hash: try await sharedHash("receive", storedData))
    }

    private func open() async throws -> Line {
        let destination = folder + "/opened"
        if !FileManager.default.fileExists(atPath: destination)
            || (try? FileManager.default.contentsOfDirectory(atPath: destination))?.contains(where: { !$0.hasPrefix(".") }) != true
        {
            try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
            _ = try await command(requesting, ["evidence", "open", storedData, "--to", destination, "--as", "XA-X1"])
        }
        return Line(
            step: "5", what: "XA opens it: a BagIt bag any tool can check", ref: storedData,
            hash: try await package(on: requesting, stages: ["received"])?["digest"]?.string ?? "")
    }

    /// Flips one byte in the middle of the package and lets the verifier find it.
    private func tamper() async throws -> Line {
        let package = try await package(on: requesting, stages: ["received"])
        guard let digest = package?["digest"]?.string, let name = package?["name"]?.string else {
            throw ComityError(.failure, "The package is not at XA.")
        }
        let copy = folder + "/tampered.bag.tar.age"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(requesting.folder)/packages/in/\(digest)/\(name)"))
        bytes[bytes.count / 2] ^= 0x01
        try bytes.write(to: URL(fileURLWithPath: copy))
        let outcome = try await command(requesting, ["evidence", "verify", copy], expecting: [6])
        guard let named = outcome.output.split(separator: "\n").first(where: { $0.hasPrefix("exhibit") && $0.contains("changed") }) else {
            throw ComityError(.failure, "The verifier does not name the exhibit:\n\(outcome.output)")
        }
        return Line(
            step: "5", what: "one byte flipped in a copy: \(named.split(separator: " ").prefix(4).joined(separator: " ")), exit 6",
            ref: storedData, hash: "")
    }

    private func audit() async throws -> Line {
        var roots: [String] = []
        for node in [requesting, requested] {
            let report = try await command(node, ["audit", "check", "--json"]).json()
            guard report["ok"]?.bool == true, report["unreceipted"]?.integer == 0 else {
                throw ComityError(.failure, "\(node.state): the audit is not clean.")
            }
            roots.append(report["root"]?.string ?? "")
        }
        for ref in [preservation, storedData] {
            let left = try await hashes(of: ref, on: requesting)
            let right = try await hashes(of: ref, on: requested)
            guard left == right, !left.isEmpty else { throw ComityError(.failure, "The acts of \(ref) differ between the nodes.") }
        }
        return Line(
            step: "6", what: "both audits are clean; the acts of both files have equal hashes on both nodes", ref: "",
            hash: roots.first ?? "")
    }

    // MARK: Looking

    /// Runs a command, tells it, and checks its exit status.
    private func command(_ node: DemoNode, _ arguments: [String], expecting statuses: Set<Int32> = [0]) async throws(ComityError)
        -> DemoNode.Outcome
    {
        let outcome = try await node.run(arguments)
        let shown = arguments.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " ")
        narrate("\n\(node.state) $ comity \(shown)")
        narrate(Self.indented(outcome.output + outcome.errors))
        guard statuses.contains(outcome.status) else {
            throw ComityError(
                .failure, "\(node.state): comity \(shown) ended with exit status \(outcome.status).", why: outcome.errors + outcome.output)
        }
        return outcome
    }

    private static func indented(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let shown = lines.count > 24 ? lines.prefix(20) + ["… \(lines.count - 20) more lines"] : lines[...]
        return shown.map { "     " + $0.prefix(180) }.joined(separator: "\n")
    }

    private func view(_ ref: String, on node: DemoNode) async throws(ComityError) -> JSONValue? {
        let outcome = try await node.run(["file", "show", ref, "--json"])
        guard outcome.status == 0 || outcome.status == 3 else {
            throw ComityError(.failure, "\(node.state): comity file show ended with exit status \(outcome.status).", why: outcome.errors)
        }
        return outcome.status == 0 ? try outcome.json() : nil
    }

    func state(of ref: String, on node: DemoNode) async throws(ComityError) -> String? { try await view(ref, on: node)?["state"]?.string }

    func hashes(of ref: String, on node: DemoNode) async throws(ComityError) -> [String] {
        try await view(ref, on: node)?["acts"]?.array?.compactMap { $0["hash"]?.string } ?? []
    }

    private func act(_ kind: String, _ ref: String, on node: DemoNode) async throws(ComityError) -> JSONValue? {
        try await view(ref, on: node)?["acts"]?.array?.last { $0["kind"]?.string == kind }
    }

    private func receipted(_ kind: String, _ ref: String, on node: DemoNode) async throws(ComityError) -> Bool {
        try await act(kind, ref, on: node)?["receipted"]?.bool == true
    }

    private func clock(on node: DemoNode) async throws(ComityError) -> JSONValue? {
        try await view(preservation, on: node)?["clocks"]?.array?.first { $0["article"]?.string == "42(8)" }
    }

    private func package(on node: DemoNode, stages: Set<String>) async throws(ComityError) -> JSONValue? {
        try await view(storedData, on: node)?["packages"]?.array?.first { stages.contains($0["stage"]?.string ?? "") }
    }

    private func find(type: String, in node: DemoNode) async throws(ComityError) -> String? {
        let items = try await node.run(["queue", "--json"]).json()["items"]?.array ?? []
        return items.first { $0["type"]?.string == type }?["ref"]?.string
    }

    /// The hash of an act once both nodes have it and its maker has the receipt.
    private func sharedHash(_ kind: String, _ ref: String) async throws -> String {
        try await until("both nodes have “\(kind)” of \(ref)") {
            let left = try await self.act(kind, ref, on: self.requesting)
            let right = try await self.act(kind, ref, on: self.requested)
            guard let left, let right else { return false }
            return left["receipted"]?.bool == true && right["receipted"]?.bool == true && left["hash"] == right["hash"]
        }
        return try await act(kind, ref, on: requested)?["hash"]?.string ?? ""
    }

    private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !holds() {
            guard ContinuousClock.now < deadline else {
                throw ComityError(.peerUnreachable, "After a minute it is still not so that \(what).")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
