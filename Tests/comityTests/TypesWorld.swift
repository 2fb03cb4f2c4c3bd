// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Standards
import TestSupport

@testable import comity

/// Three nodes as real processes with two or more officers each, and a shell in which the officers type.
final class TypesWorld {
    let folder: TemporaryFolder
    let nodes: [DemoNode]
    /// The same folders, with a shell for the program.
    private let shells: [DemoNode]
    private let program: String
    private var other = ""

    static let states = ["XA", "XB", "XC"]

    init() async throws {
        let folder = try TemporaryFolder()
        let program = try Program.path()
        self.folder = folder
        self.program = program
        nodes = try Self.states.map { try DemoNode(state: $0, folder: folder($0), program: program) }
        shells = try Self.states.map { try DemoNode(state: $0, folder: folder($0), program: "/bin/sh") }
        try Data("evidence".utf8).write(to: URL(fileURLWithPath: folder("exhibit.txt")))
        for (index, node) in nodes.enumerated() {
            let officers = ["D1=duty_officer", "D3=approver", "D4=approver", "X1=examiner"].map { "--officer \(node.state)-\($0)" }
            _ = try await type(
                "\(node.state)-D1 comity init --state \(node.state) --authority '24/7 point of \(node.state)' --phone +99910555010\(index)"
                    + " --exercise --exchange 127.0.0.1:\(node.exchangePort) --desk 127.0.0.1:\(node.deskPort) "
                    + officers.joined(separator: " "))
            _ = try await type("\(node.state)-D1 comity clock set 2026-11-25T10:00:00Z")
            let entry = try await type("\(node.state)-D1 comity directory export")
            try Data(entry.output.utf8).write(to: URL(fileURLWithPath: folder("\(node.state).jws")))
        }
        for node in nodes {
            for peer in nodes where peer.state != node.state {
                let added = try await type("\(node.state)-D1 comity trust add '\(folder("\(peer.state).jws"))' --json").json()
                let fingerprint = added["fingerprint"]?.string ?? ""
                _ = try await type(
                    "\(node.state)-D1 comity trust confirm \(peer.state) --fingerprint '\(fingerprint)' --by person --called '\(peer.state)-D1'"
                )
            }
        }
    }

    func end() { for node in nodes { node.killNine() } }

    /// The parties of a file of this type: three where the law of the type lets them be three.
    func parties(_ type: FileType) -> [DemoNode] { Array(nodes.prefix(type.allowsSeveralParties ? 3 : 2)) }

    // MARK: Typing

    /// Runs one line, officer first, as that officer's shell does.
    /// - Parameter wait: how long the line is typed again while what it builds on is not here yet (exit status 3 or 4).
    /// - Throws: `.failure` when it ends with another status than 0.
    @discardableResult
    func type(_ line: String, on ref: String = "", wait: Duration = .zero) async throws -> DemoNode.Outcome {
        let officer = String(line.prefix(5))
        guard let index = Self.states.firstIndex(of: String(officer.prefix(2))) else { throw ComityError(.usage, "Whose is “\(line)”?") }
        let script = """
            comity() { '\(program)' "$@" --data '\(nodes[index].folder)'; }
            export COMITY_OFFICER=\(officer) REF='\(ref)' OTHER='\(other)' EXHIBIT='\(folder("exhibit.txt"))'
            \(line.dropFirst(6))
            """
        let deadline = ContinuousClock.now + wait
        while true {
            let outcome = try await shells[index].run(["-c", script])
            if outcome.status == 0 { return outcome }
            guard [3, 4].contains(outcome.status), ContinuousClock.now < deadline else {
                throw ComityError(.failure, "\(line): exit status \(outcome.status)", why: outcome.errors + outcome.output)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Takes a step of a file; the second officer approves it where the node says that it waits for one.
    func step(_ line: String, on ref: String) async throws {
        // A package whose bearer was killed is brought again when its claim has run out, after two minutes.
        let outcome = try await type(line, on: ref, wait: .seconds(line.contains("evidence verify") ? 180 : 60))
        guard outcome.output.hasPrefix("prepared") || outcome.output.contains("\nprepared") else { return }
        try await type("\(line.prefix(2))-\(line.hasPrefix("D3", at: 3) ? "D4" : "D3") comity request approve $REF", on: ref)
    }

    // MARK: Drafting

    /// Drafts a request from the template of its type, as an officer fills it in.
    func draft(_ type: FileType) async throws -> String {
        let template = try await self.type("XA-D1 comity request new \(type.rawValue) --template").output
        let path = folder("\(type.rawValue).yaml")
        try Data(Self.fill(template, type).utf8).write(to: URL(fileURLWithPath: path))
        let drafted = try await self.type("XA-D1 comity request new \(type.rawValue) --from-file '\(path)' --json").json()
        guard let ref = drafted["ref"]?.string else { throw ComityError(.failure, "\(type): nothing was drafted.") }
        if type == .storedData { other = ref }
        return ref
    }

    /// Takes the examples of the template, without the links to files that are not here, and says who asks whom.
    private static func fill(_ template: String, _ type: FileType) -> String {
        let links = ActBody.Link.Relation.allCases.map { $0.rawValue.replacingOccurrences(of: "-", with: "_") }
        var own = [
            "to": type.allowsSeveralParties ? "[XB, XC]" : "XB",
            "authority": "{id: \(type == .emergency ? "xa-247" : "xa-ca"), name: Office of Alvania, contact: \"+999105550101\"}",
        ]
        // Cordia reads French.
        if type.allowsSeveralParties { own["translation"] = "{to: fr, certified: true, status: attached}" }
        var kept: [Substring] = []
        var keeps = true
        for line in template.split(separator: "\n") where !line.hasPrefix("##") {
            let example = line.hasPrefix("# ") ? line.dropFirst(2) : line
            if let name = example.firstMatch(of: /^([a-z_]+):/)?.1 { keeps = own[String(name)] == nil && !links.contains(String(name)) }
            if keeps { kept.append(example) }
        }
        return (kept + own.map { "\($0.key): \($0.value)"[...] }).joined(separator: "\n") + "\n"
    }

    // MARK: Looking

    func view(_ ref: String, on node: DemoNode) async throws -> JSONValue {
        try await type("\(node.state)-D1 comity file show $REF --json", on: ref, wait: .seconds(60)).json()
    }

    /// Waits until every party shows the file as closed and all its acts with their receipts.
    func views(_ ref: String, of nodes: [DemoNode]) async throws -> [JSONValue] {
        let deadline = ContinuousClock.now + .seconds(180)
        while true {
            var views: [JSONValue] = []
            for node in nodes { views.append(try await view(ref, on: node)) }
            let isDone = views.allSatisfy { view in
                view["state"]?.string == "closed" && view["acts"]?.array?.count == views[0]["acts"]?.array?.count
                    && view["acts"]?.array?.allSatisfy { $0["receipted"]?.bool == true } == true
            }
            if isDone || ContinuousClock.now >= deadline { return views }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

extension String {
    fileprivate func hasPrefix(_ prefix: String, at offset: Int) -> Bool { dropFirst(offset).hasPrefix(prefix) }
}
