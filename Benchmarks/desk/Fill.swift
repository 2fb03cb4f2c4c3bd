// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Node
import Register
import Sealing
import Standards
import Storage

/// Makes a node with many files, once; the folder is kept and used again.
///
/// Acts are really signed, registered and folded into rows, through the node's own store. What a real node also has and this one
/// has not: sealed messages. The receipts verify: each is under a register of one entry of the other State.
struct Fill {
    struct Order: Codable, Equatable {
        let files: Int
        /// Acts of the one long file.
        let acts: Int
        /// Acts of talk in each other file, questions and reports, beside those that bring it on; nil is none.
        var talk: Int? = nil
        /// How often each other file was opened by an officer; nil is never.
        var openings: Int? = nil
    }

    struct Failure: Error { let says: String }

    /// The day on which everything is looked at.
    static let today = Instant(milliseconds: 1_796_299_200_000)
    /// The reference of the long file is the first of its type.
    static func longFile() throws -> FileReference {
        try FileReference(state: try StateCode("XA"), year: 2026, typeCode: FileType.mutualLegalAssistance.code, number: 1)
    }

    private let node: Node
    private let own: SigningKey
    private let keys: [StateCode: SigningKey]
    private let registers: [StateCode: NoteSigner]
    private let contents: [FileType: [String: JSONValue]]

    static func node(in folder: String, _ order: Order) async throws -> Node {
        let note = folder + "/filled.json"
        if let data = FileManager.default.contents(atPath: note), try JSONDecoder().decode(Order.self, from: data) == order {
            return try Node(folder: folder)
        }
        guard !FileManager.default.fileExists(atPath: folder) else {
            throw Failure(says: "\(folder) holds something else. Remove it, or name another folder with --folder.")
        }
        say("making \(order.files) files in \(folder)")
        let started = ContinuousClock.now
        let fill = try await Fill(folder)
        try await fill.long(order.acts)
        try await fill.many(order)
        say("made in \(ContinuousClock.now - started)")
        try JSONEncoder().encode(order).write(to: URL(fileURLWithPath: note))
        return fill.node
    }

    private init(_ folder: String) async throws {
        let configuration = NodeConfiguration(
            state: try StateCode("XA"),
            authority: .init(id: "xa-247", name: "Contact Point of Alvania", languages: ["en"], timeZone: "UTC", phone: nil, email: nil),
            exchange: .init(host: "127.0.0.1", port: 7443), endpoint: "https://127.0.0.1:7443", desk: .init(host: "127.0.0.1", port: 7480),
            exercise: true, createdAt: Self.today)
        node = try await Node.create(
            folder: folder, configuration, officers: [("D1", "duty_officer"), ("D2", "lawyer"), ("D3", "approver")])
        try await node.setClock(Self.today)
        let seed = try String(contentsOfFile: folder + "/keys/signing.key", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let bytes = Base64.decode(seed) else { throw Failure(says: "The signing key cannot be read.") }
        own = try SigningKey(rawRepresentation: bytes)
        var keys: [StateCode: SigningKey] = [:]
        var registers: [StateCode: NoteSigner] = [:]
        for name in ["XB", "XC", "XD"] {
            let state = try StateCode(name)
            let root = SigningKey.generate()
            let signing = SigningKey.generate()
            let register = try NoteSigner(name: "comity/\(name)/\(name.lowercased())-247", seed: NoteSigner.newSeed())
            let entry = DirectoryEntry(
                state: state,
                authority: .init(
                    id: "\(name.lowercased())-247", name: "Contact Point of \(name)", languages: ["en"], timeZone: "Europe/Helsinki",
                    phone: nil, email: nil),
                endpoint: "https://127.0.0.1:1", rootKey: root.verifyingKey, signingKey: signing.verifyingKey,
                sealing: AgeIdentity.generate().recipient.text, certificate: Base64.encode(Array(name.utf8)), register: register.verifier,
                exercise: true, issuedAt: Self.today)
            _ = try await node.addPeer(try entry.signed(by: root))
            _ = try await node.confirmPeer(state, fingerprint: entry.fingerprint, by: "D1", how: "benchmark")
            keys[state] = signing
            registers[state] = register
        }
        self.keys = keys
        self.registers = registers
        let stored = try Self.demo("stored-data")
        contents = [
            .preservation: try Self.demo("preservation"), .storedData: stored, .mutualLegalAssistance: stored, .emergency: stored,
            .extradition: stored,
        ]
    }

    /// The members of a draft of the demo.
    static func demo(_ name: String) throws -> [String: JSONValue] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/comity/Demo")
        let text = try YAMLText([UInt8](try Data(contentsOf: folder.appendingPathComponent("\(name).yaml"))), name: name)
        guard let members = text.value.object else { throw Failure(says: "\(name).yaml is not a list of names and values.") }
        return members
    }

    /// One chain of acts: a request of another State, and much talk.
    private func long(_ count: Int) async throws {
        let kinds: [ActKind] = [.report, .ask, .answer, .statusQuery]
        var acts = try chain(
            .mutualLegalAssistance, with: try StateCode("XB"), incoming: false, number: 1, steps: [.acknowledge], days: 300,
            title: "A long file")
        while acts.count < count, let last = acts.last {
            acts.append(try act(kinds[(acts.count - 2) % kinds.count], after: last.act, in: acts[0].act, minutes: 300))
        }
        try await keep([acts])
    }

    /// Files of every kind and age: about half of them closed.
    private func many(_ order: Order) async throws {
        let count = order.files
        let talk: [ActKind] = (0..<(order.talk ?? 0)).map { [.report, .ask, .answer, .statusQuery][$0 % 4] }
        let states = keys.keys.sorted()
        let types: [FileType] = [.preservation, .storedData, .mutualLegalAssistance, .preservation, .emergency, .extradition, .storedData]
        let words = [
            "Hospital", "ransomware", "wallet", "host", "Évasion", "bank", "server", "logs", "account", "botnet", "mule", "phishing",
        ]
        let each = 250
        for start in stride(from: 0, to: count - 1, by: each) {
            let batch = try await withThrowingTaskGroup(of: [[VerifiedAct]].self) { group in
                for part in 0..<2 {
                    group.addTask {
                        try (start..<min(start + each, count - 1)).filter { $0 % 2 == part }.map { index in
                            let type = types[index % types.count]
                            let title = "\(words[index % 12]) \(words[index / 12 % 12]) \(words[index / 144 % 12]) no. \(index)"
                            let isOpen = index % 10 < 5
                            let tail: [ActKind] =
                                isOpen
                                ? [
                                    [], [.acknowledge] + talk, [.acknowledge, type == .preservation ? .preserve : .report] + talk,
                                    [.acknowledge, .ask],
                                ][index / 10 % 4]
                                : [.acknowledge] + talk + [.withdraw, .close]
                            return try chain(
                                type, with: states[index % states.count], incoming: index % 3 != 0, number: index + 10,
                                steps: tail, days: isOpen ? index / 40 % 60 : 60 + index / 40 % 300, title: title)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try await keep(batch, openings: order.openings ?? 0)
            if (start / each) % 40 == 39 { say("  \(start + each)") }
        }
    }

    private func keep(_ files: [[VerifiedAct]], openings: Int = 0) async throws {
        let own = node.state
        var made: [UUIDv7: (bytes: [UInt8], event: RegisterEvent)] = [:]
        for act in files.joined() where act.act.from.state == own { made[act.act.id] = try receipt(for: act) }
        let receipts = made
        var generator = SystemRandomNumberGenerator()
        let opened = files.compactMap(\.first).flatMap { request in
            (0..<openings).map { _ in
                RegisterEvent(
                    id: UUIDv7(at: request.act.at, using: &generator), event: .viewed, file: request.act.file, at: request.act.at, by: "D1",
                    detail: ["what": .string("file")])
            }
        }
        _ = try await node.store.commit { writer in
            for acts in files {
                for act in acts {
                    _ = try writer.append(act, own: own, registered: act.act.at)
                    guard act.act.from.state == own, let other = act.act.to.first?.state else { continue }
                    guard let receipt = receipts[act.act.id] else { continue }
                    try writer.insertReceipt(receipt.bytes, act: act.act.id, peer: other, at: act.act.at)
                    try writer.append(receipt.event)
                }
            }
            for event in opened { try writer.append(event) }
        }
    }

    /// What the other State's node would give, and what this one registers of it.
    private func receipt(for act: VerifiedAct) throws -> (bytes: [UInt8], event: RegisterEvent)? {
        guard let other = act.act.to.first?.state, let register = registers[other] else { return nil }
        let leaf = RegisterEntry(content: act.hash).leafHash
        let note = try Checkpoint(origin: register.verifier.name, size: 1, root: leaf).signed(by: register).description
        let bytes = try IJSON.encode(Receipt(act: act.hash, index: 0, checkpoint: note, proof: []))
        var generator = SystemRandomNumberGenerator()
        let event = RegisterEvent(
            id: UUIDv7(at: act.act.at, using: &generator), event: .receipted, file: act.act.file, at: act.act.at, by: "node",
            detail: [
                "act": .string(act.act.id.description), "register": .string(register.verifier.name), "index": .integer(0),
                "size": .integer(1), "receipt": .string(Hash.of(bytes).description),
            ])
        return (bytes, event)
    }

    private func chain(
        _ type: FileType, with other: StateCode, incoming: Bool, number: Int, steps: [ActKind], days: Int, title: String
    ) throws -> [VerifiedAct] {
        let us = node.party
        let them = Party(state: other, authority: other.description.lowercased() + "-247")
        let from = incoming ? them : us
        let at = Self.today.adding(milliseconds: -Int64(days) * 86_400_000 - Int64(number % 1440) * 60_000)
        var generator = SystemRandomNumberGenerator()
        var content = contents[type] ?? [:]
        for name in ["to", "type", "follows"] { content[name] = nil }
        content["urgency"] = .object(["level": .string(["normal", "normal", "urgent", "emergency"][number % 4])])
        let ref = try FileReference(state: from.state, year: 2026, typeCode: type.code, number: number)
        let request = Act(
            id: UUIDv7(at: at, using: &generator), file: UUIDv7(at: at, using: &generator), kind: .request, from: from,
            to: [incoming ? us : them], after: [], lamport: 1, at: at, by: Self.author(at), tlp: .amber, lang: "en", exercise: true,
            law: ["uncc": "1"],
            body: try ActBody.json(ActBody.Request(ref: ref, type: type, title: title, content: .object(content), links: [])))
        var acts = [try sign(request)]
        for kind in steps { acts.append(try act(kind, after: acts[acts.count - 1].act, in: request, minutes: 20)) }
        return acts
    }

    private static func author(_ at: Instant) -> Act.Author {
        Act.Author(role: "duty_officer", officer: "D1", approvals: [.init(role: "approver", officer: "D3", at: at)])
    }

    private func act(_ kind: ActKind, after last: Act, in request: Act, minutes: Int64) throws -> VerifiedAct {
        let isRequesting = [.answer, .statusQuery, .withdraw, .close].contains(kind)
        let from = isRequesting ? request.from : request.to[0]
        let at = last.at.adding(milliseconds: minutes * 60_000)
        var generator = SystemRandomNumberGenerator()
        let text = JSONValue.string("The court has set a date; the provider has been told to keep the records until then.")
        let body: [String: JSONValue] =
            switch kind {
            case .acknowledge: ["localReference": .string("5521/26")]
            case .report: ["status": text]
            case .ask: ["questions": .array([text]), "reviewBy": .string(at.adding(milliseconds: 86_400_000 * 10).description)]
            case .answer: ["answers": .array([text])]
            case .preserve: ["effective": .string(at.description), "outcome": .string("full")]
            case .withdraw: ["reason": text]
            case .close: ["outcome": .string("withdrawn")]
            default: [:]
            }
        return try sign(
            Act(
                id: UUIDv7(at: at, using: &generator), file: request.file, kind: kind, from: from,
                to: [isRequesting ? request.to[0] : request.from], after: [last.id], lamport: last.lamport + 1, at: at,
                by: Self.author(at), tlp: .amber, lang: "en", exercise: true, law: ["uncc": "1"], body: .object(body)))
    }

    private func sign(_ act: Act) throws -> VerifiedAct {
        guard let key = act.from.state == node.state ? own : keys[act.from.state] else { throw Failure(says: "No key of \(act.from).") }
        return try VerifiedAct.sign(act, with: key)
    }
}
