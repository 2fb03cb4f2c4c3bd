// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Sealing
import Standards
import Storage

/// One file after another: its acts and their signatures, what they make, its rows, its receipts. Each is read in one snapshot.
struct FileAudit {
    let node: Node
    let keys: AuditKeys

    private var faults: [AuditReport.Fault] = []
    private var receipts = 0
    private var unreceipted = 0

    init(node: Node, keys: AuditKeys) {
        self.node = node
        self.keys = keys
    }

    func add(to report: inout AuditReport) {
        report.faults += faults
        report.receipts += receipts
        report.unreceipted += unreceipted
    }

    mutating func run(_ id: UUIDv7, _ reader: Reader) throws {
        guard let row = try reader.file(id: id) else { return }
        do {
            let judge = EntryJudge(keys: keys)
            let acts = try reader.filedActs(of: id) { stored, index throws(ComityError) in
                let (says, payload) = judge.judge(stored)
                if let says { faults.append(.init(index: index, file: row.ref.description, says: says)) }
                guard let payload else { throw ComityError(.schema, "the act \(stored.id) cannot be read.") }
                return try IJSON.decode(Act.self, from: payload, limit: Act.limit)
            }
            try file(row, acts, reader)
            try receipts(row, acts, reader)
        } catch let error as ComityError {
            faults.append(.init(index: -1, file: row.ref.description, says: "The acts of \(row.ref) do not make a file: \(error.what)"))
        }
    }

    private mutating func file(_ row: FileRow, _ acts: [FiledAct], _ reader: Reader) throws {
        func fault(_ says: String, _ index: Int64 = -1) { faults.append(.init(index: index, file: row.ref.description, says: says)) }
        for act in acts where act.id != act.act.id.description { fault("The act \(act.id) was changed.", act.index) }
        // Every act counts here, also one that the other State refused.
        let dossier = try Dossier(folding: acts.map { .init(act: $0.act, hash: $0.hash.bytes) })
        let side: Side = dossier.opening.from == node.party ? .requesting : .requested
        let counterparts = dossier.parties.filter { $0 != node.party }.map(\.state)
        if dossier.ref != row.ref || dossier.type != row.type || side != row.side || counterparts != row.counterparts
            || dossier.request.title != row.title || dossier.opening.at != row.opened
        {
            fault("The row of \(row.ref) in the list of files differs from its acts.")
        }
        let links = Set(dossier.request.links.map { "\($0.file) \($0.relation.rawValue)" })
        if try Set(reader.links(of: row.id).map { "\($0.target) \($0.relation)" }) != links {
            fault("The links of \(row.ref) differ from its acts.")
        }
        let named = Set(dossier.entries.flatMap(\.act.after))
        if !named.isSubset(of: dossier.entries.map(\.act.id)) { fault("An act that another one of \(row.ref) follows is missing.") }
        let counting = Node.counting(acts)
        let counted =
            counting.count == acts.count ? dossier : try Dossier(folding: counting.map { .init(act: $0.act, hash: $0.hash.bytes) })
        if try !isListed(row, counted, reader) { fault("The row of \(row.ref) in the worklist differs from its acts.") }
        let states = Set(row.counterparts + [node.state])
        for filed in acts
        where !states.isSuperset(of: [filed.act.from.state] + filed.act.to.map(\.state)) || filed.outgoing != (filed.act.from == node.party)
        {
            fault("The direction of an act of \(row.ref) was changed.", filed.index)
        }
    }

    /// The worklist has the row that the acts make, at the moment for which it was computed.
    private func isListed(_ file: FileRow, _ dossier: Dossier, _ reader: Reader) throws -> Bool {
        guard let kept = try reader.workStretch(file.ref) else { return false }
        let now = try node.time.now(reader).milliseconds
        let moment = Instant(milliseconds: min(max(now, kept.since), max(kept.since, kept.until == .min ? .min : kept.until - 1)))
        return try reader.lists(node.worklist.row(of: file, dossier, reader, now: moment))
    }

    /// Every receipt verifies, and none that was registered has gone.
    private mutating func receipts(_ row: FileRow, _ acts: [FiledAct], _ reader: Reader) throws {
        guard acts.contains(where: \.outgoing) else { return }
        var registered: [String: String] = [:]
        for event in try reader.eventBytes(of: row.id, kind: .receipted) {
            registered[EntryJudge.text(event, "receipt") ?? ""] = EntryJudge.text(event, "act")
        }
        let all = try reader.receiptBytes(of: row.id)
        for filed in acts where filed.outgoing {
            func fault(_ says: String) { faults.append(.init(index: filed.index, file: row.ref.description, says: says)) }
            let id = filed.act.id
            let given = all[filed.id] ?? []
            if given.count < row.counterparts.count { unreceipted += 1 }
            if registered.values.count(where: { $0 == id.description }) > given.count {
                fault("A receipt for \(id) was registered and is gone.")
            }
            for (state, bytes) in given {
                receipts += 1
                guard registered[Hash.of(bytes).description] == id.description else {
                    fault("The receipt for \(id) is not the one that was registered.")
                    continue
                }
                let receipt = try? IJSON.decode(Receipt.self, from: bytes, limit: Receipt.limit)
                let holds = (keys.registers[state] ?? []).contains { (try? receipt?.verify(act: filed.hash, signedBy: $0)) != nil }
                if !holds { fault("The receipt for \(id) does not verify with a key of \(state).") }
            }
        }
    }
}
