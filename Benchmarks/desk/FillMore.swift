// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Node
import Register
import Standards
import Storage

/// What stands beside the acts: packages, answers of the check of requests, a draft. Made once; a folder of an earlier program gets it too.
extension Fill {
    /// Packages that were announced; their bytes are not there.
    static let packages = 20_000
    /// Files whose check was begun: two answers each.
    static let examined = 3000

    static func more(_ node: Node, folder: String) async throws {
        let note = folder + "/filled-more"
        guard !FileManager.default.fileExists(atPath: note) else { return }
        say("adding \(packages) packages and the answers in \(examined) files")
        let files = try node.store.read { try $0.files() }
        let with = files.filter { $0.type == .storedData || $0.type == .emergency }
        for start in stride(from: 0, to: min(packages, with.count), by: 500) {
            _ = try await node.store.commit { writer in
                for index in start..<min(start + 500, packages, with.count) {
                    let file = with[index]
                    try writer.insert(
                        PackageRow(
                            digest: Hash.of(Array("\(index)".utf8)).description, file: file.id, name: "\(file.ref)-1.bag.tar.age",
                            size: Int64(index + 1) << 20, exhibits: index % 40 + 1, outgoing: file.side == .requested,
                            stage: index % 5 == 0 ? .supplied : .received, conditions: index % 3 == 0 ? ["For this case only."] : []),
                        created: file.opened)
                }
            }
        }
        let incoming = files.filter { $0.side == .requested }
        for start in stride(from: 0, to: min(examined, incoming.count), by: 500) {
            _ = try await node.store.commit { writer in
                var generator = SystemRandomNumberGenerator()
                for file in incoming[start..<min(start + 500, examined, incoming.count)] {
                    for question in ["authenticity", "completeness"] {
                        try writer.append(
                            RegisterEvent(
                                id: UUIDv7(at: today, using: &generator), event: .noted, file: file.id, at: today, by: "D2",
                                detail: [
                                    "about": .string("triage"), "question": .string(question), "answer": .string("yes"),
                                    "reason": .string(""),
                                ]))
                    }
                }
            }
        }
        try Data().write(to: URL(fileURLWithPath: note))
    }

    /// A draft; made when there is none.
    static func draft(_ node: Node) async throws -> FileReference {
        if let ref = try node.work(view: .drafts, limit: 1).items.first?.ref { return ref }
        let content = JSONValue.object(try demo("preservation").merging(["to": .string("XB")], uniquingKeysWith: { $1 }))
        guard let ref = try await node.newRequest(type: "preservation", draft: content, officer: "D1", dryRun: false).ref else {
            throw Failure(says: "The draft was not kept.")
        }
        return ref
    }
}
