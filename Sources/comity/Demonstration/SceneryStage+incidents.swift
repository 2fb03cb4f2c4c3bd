// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Node
import Sealing
import Standards

/// What goes wrong in the demonstration, and the exhibits it needs.
extension SceneryStage {
    /// An act that claims to be from `as` arrives at `to`, signed by a key that nobody knows or by that of a State whose keys
    /// were revoked. It ends in quarantine.
    func forge(_ with: JSONValue, in scene: Scene, at moment: Instant) async throws {
        let claimed = try StateCode(with["as"]?.string ?? "")
        let target = try StateCode(with["to"]?.string ?? "")
        guard let node = nodes[target], let authority = states.first(where: { $0.code == claimed })?.authority,
            let type = with["type"]?.string.flatMap(FileType.init(rawValue:)), let caller = try with["caller"]?.string.map(StateCode.init)
        else { throw ComityError(.malformedInput, "The forged act of \(scene.key) does not say what it is.") }
        let entry = try DirectoryEntry(verifying: try node.directoryEntry())
        let key = strangers[claimed] ?? .generate()
        let request = ActBody.Request(
            ref: try FileReference(state: claimed, year: moment.utcYear, typeCode: type.code, number: 4711), type: type,
            title: with["title"]?.string ?? "", content: with["content"] ?? .object([:]), links: [])
        var generator = SystemRandomNumberGenerator()
        let id = UUIDv7(at: moment, using: &generator)
        let act = Act(
            id: id, file: id, kind: .request, from: Party(state: claimed, authority: authority.id), to: [entry.party], after: [],
            lamport: 1,
            at: moment,
            by: .init(
                role: "duty_officer", officer: "\(claimed)-D1", approvals: [.init(role: "approver", officer: "\(claimed)-D3", at: moment)]),
            tlp: .red, lang: "en", exercise: true, law: [:], body: try ActBody.json(request))
        let sealed = try Age.encrypt(try VerifiedAct.sign(act, with: key).bytes, to: [try AgeRecipient(entry.sealing)])
        do throws(ComityError) { _ = try await node.receive(sealed, from: caller) } catch {
            guard error.code.rawValue == with["code"]?.string else { throw error }
            return
        }
        throw ComityError(.failure, "The forged act of \(scene.key) was believed.")
    }

    /// Flips one byte in the middle, where the exhibits are.
    func damage(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 0x01
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    // MARK: Exhibits

    /// Makes exhibits by their names: the ending says what they are. The same name gives the same bytes in the same file.
    /// - Returns: their paths.
    func exhibits(_ names: [String], of scene: Scene, at moment: Instant) throws -> [String] {
        let folder = scratch + "/exhibits-" + scene.key
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var paths: [String] = []
        for name in names {
            let path = folder + "/" + name
            let kept = resources + "/exhibits/" + name
            if FileManager.default.fileExists(atPath: kept) {
                paths.append(kept)
                continue
            }
            try Data(Self.exhibit(name, seed: scene.key, until: moment).utf8).write(to: URL(fileURLWithPath: path))
            paths.append(path)
        }
        return paths
    }

    private static func exhibit(_ name: String, seed: String, until moment: Instant) -> String {
        var generator = Digits(seed: seed + name)
        let start = moment.adding(milliseconds: -86_400_000).at(offsetMinutes: 0)
        func time(_ index: Int) -> String { start.adding(milliseconds: Int64(index) * 20_000).description }
        func address() -> String { "203.0.113.\(generator.next(254) + 1)" }
        switch (name as NSString).pathExtension {
        case "log":
            return (0..<2000).map { "\(time($0)) \(address()):\(1024 + generator.next(64_000)) session \(generator.next(900_000)) ok" }
                .joined(separator: "\n") + "\n"
        case "csv":
            let rows = (0..<400).map { "\(time($0));\(address());\(1024 + generator.next(64_000));\(generator.next(90_000))" }
            return "time_utc;source;port;bytes\r\n" + rows.joined(separator: "\r\n") + "\r\n"
        case "json":
            return """
                {"customer": "\(100_000 + generator.next(900_000))", "opened": "\(time(0))", "email": "user\(generator.next(9999))@example.net",
                 "telephone": "+99920555\(1000 + generator.next(9000))", "paid_by": "card, last four \(1000 + generator.next(9000))"}

                """
        default:
            return """
                EXERCISE. Certificate of the custodian of records (fictional)

                I keep the records of the service in the ordinary course of business. The records named \(seed) were copied
                without change on \(time(4000)). Reference \(generator.next(1_000_000)).

                """
        }
    }

    /// Numbers that are the same for the same text.
    private struct Digits {
        private var state: UInt64 = 0xcbf2_9ce4_8422_2325

        init(seed: String) { for byte in seed.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 } }

        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
    }
}
