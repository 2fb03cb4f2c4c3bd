// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Register
import Sealing
public import Standards
import Storage

/// What recomputing the whole register found.
public struct AuditReport: Sendable, Codable {
    public struct Fault: Sendable, Codable, Equatable {
        /// Index of the entry, or -1 when the fault is not at one entry.
        public let index: Int64
        /// Reference of the file, where one is known.
        public let file: String?
        public let says: String
    }

    public var ok: Bool { faults.isEmpty }
    public var entries: Int64 = 0
    public var acts = 0
    public var events = 0
    public var checkpoints = 0
    public var receipts = 0
    /// Own acts the other State has not receipted yet: owed, not wrong.
    public var unreceipted = 0
    public var root = ""
    /// The newest signed checkpoint.
    public var head = ""
    public var faults: [Fault] = []

    private enum CodingKeys: String, CodingKey { case ok, entries, acts, events, checkpoints, receipts, unreceipted, root, head, faults }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        entries = try values.decode(Int64.self, forKey: .entries)
        acts = try values.decode(Int.self, forKey: .acts)
        events = try values.decode(Int.self, forKey: .events)
        checkpoints = try values.decode(Int.self, forKey: .checkpoints)
        receipts = try values.decode(Int.self, forKey: .receipts)
        unreceipted = try values.decode(Int.self, forKey: .unreceipted)
        root = try values.decode(String.self, forKey: .root)
        head = try values.decode(String.self, forKey: .head)
        faults = try values.decode([Fault].self, forKey: .faults)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(ok, forKey: .ok)
        try values.encode(entries, forKey: .entries)
        try values.encode(acts, forKey: .acts)
        try values.encode(events, forKey: .events)
        try values.encode(checkpoints, forKey: .checkpoints)
        try values.encode(receipts, forKey: .receipts)
        try values.encode(unreceipted, forKey: .unreceipted)
        try values.encode(root, forKey: .root)
        try values.encode(head, forKey: .head)
        try values.encode(faults, forKey: .faults)
    }
}

extension Node {
    /// Recomputes everything from the bytes, for whoever may read the register; nil is the node's owner.
    public func audit(officer: String?) throws(ComityError) -> AuditReport {
        try authorise(officer, .readRegister, to: "audit the register")
        return try audit()
    }

    /// Recomputes everything from the bytes: entries, tree, checkpoints, signatures, receipts, files.
    /// - Parameter progress: entries done, and in all.
    func audit(progress: ((Int64, Int64) -> Void)? = nil) throws(ComityError) -> AuditReport {
        try store.read { reader in
            var report = AuditReport()
            let all = try reader.registerSize()
            try auditEntries(reader, &report) { progress?($0, all) }
            try auditReceipts(reader, &report)
            try auditFiles(reader, &report)
            try auditWork(reader, &report)
            for says in try Self.auditHandovers(reader) { report.faults.append(.init(index: -1, file: nil, says: says)) }
            return report
        }
    }

    private func auditEntries(_ reader: Reader, _ report: inout AuditReport, _ advance: (Int64) -> Void) throws {
        // Revoked and doubtful keys too: the audit asks what was signed, not whom to believe today.
        let peerKeys = try Dictionary(
            Self.entries(reader).map { ($0.signingKey.keyID, $0.signingKey) }, uniquingKeysWith: { first, _ in first })
        var notes: [Int64: String] = [:]
        try reader.eachCheckpoint { notes[$0] = $1 }
        var tree = CompactTree()
        let key = keys.register.verifier
        if let note = notes.removeValue(forKey: 0) {
            let root = (try? Checkpoint(note, signedBy: key))?.root
            if root != MerkleTree.emptyRoot {
                report.faults.append(.init(index: -1, file: nil, says: "The checkpoint of the empty register does not verify."))
            }
        }
        try reader.eachEntry { index, content, kind, ref in
            func fault(_ says: String) { report.faults.append(.init(index: index, file: nil, says: says)) }
            if index != tree.size { fault("Entry \(tree.size) is missing; the next one is \(index).") }
            guard let content = Hash(content) else { return fault("Entry \(index) holds no hash.") }
            switch kind {
            case "act":
                report.acts += 1
                guard let stored = try reader.act(ref) else {
                    fault("The act of entry \(index) is gone.")
                    break
                }
                if let says = auditAct(stored, content: content, index: index, peerKeys) { fault(says) }
            case "event":
                report.events += 1
                guard let bytes = try reader.eventBytes(ref) else {
                    fault("The event of entry \(index) is gone.")
                    break
                }
                if Hash.of(bytes) != content { fault("The event of entry \(index) was changed.") }
            default: fault("Entry \(index) is of the unknown kind “\(Text.safe(kind, limit: 20))”.")
            }
            tree.append(RegisterEntry(content: content).leafHash)
            if tree.size % 64 == 0 { advance(tree.size) }
            for (level, position, hash) in tree.completed where try reader.node(level, position) != hash {
                fault("The tree node (\(level), \(position)) above entry \(index) was changed.")
            }
            if let note = notes.removeValue(forKey: tree.size) {
                report.checkpoints += 1
                do throws(ComityError) {
                    let checkpoint = try Checkpoint(note, signedBy: key)
                    if checkpoint.root != tree.root { fault("The checkpoint of size \(tree.size) has another root.") }
                    if checkpoint.size != tree.size { fault("The checkpoint stored for size \(tree.size) is of size \(checkpoint.size).") }
                } catch { fault("The checkpoint of size \(tree.size) does not verify: \(error.what)") }
                report.head = note
            }
        }
        for size in notes.keys.sorted() {
            report.faults.append(
                .init(index: -1, file: nil, says: "A checkpoint of size \(size) was signed, but the register has \(tree.size) entries."))
        }
        if tree.size > 0, report.head.isEmpty || (try? Checkpoint(report.head, signedBy: key))?.size != tree.size {
            report.faults.append(.init(index: tree.size - 1, file: nil, says: "No checkpoint covers the last entries."))
        }
        report.entries = tree.size
        report.root = tree.root.description
    }

    private func auditAct(_ stored: StoredAct, content: Hash, index: Int64, _ peerKeys: [String: VerifyingKey]) -> String? {
        do throws(ComityError) {
            guard stored.index == index else { return "The act \(stored.id) says it is entry \(stored.index)." }
            guard let jws = try? JWS(parsing: stored.jws, limit: Act.limit), Hash.of(jws.payload) == content, stored.hash == content else {
                return "The act \(stored.id) was changed."
            }
            guard let key = signingKey(of: stored, peerKeys) else {
                return "The act \(stored.id) is signed by a key that is not in the directory."
            }
            let verified = try VerifiedAct.reread(stored.jws, key: key)
            guard verified.act.id == stored.id else { return "The act \(stored.id) was changed." }
            return nil
        } catch { return "The act \(stored.id) does not verify: \(error.what)" }
    }

    private func signingKey(of stored: StoredAct, _ peerKeys: [String: VerifyingKey]) -> VerifyingKey? {
        guard let kid = try? JWS(parsing: stored.jws, limit: Act.limit).signatures.first?.keyID else { return nil }
        if stored.outgoing { return keys.signing.verifyingKey.keyID == kid ? keys.signing.verifyingKey : nil }
        return peerKeys[kid]
    }

    /// Entries of peers, those that were replaced too.
    private static func entries(_ reader: Reader) throws -> [DirectoryEntry] { try reader.peers().map(\.entry) + reader.formerEntries() }

    /// Every receipt verifies, and none that was registered has gone.
    private func auditReceipts(_ reader: Reader, _ report: inout AuditReport) throws {
        let registers = Dictionary(grouping: try Self.entries(reader), by: \.state).mapValues { $0.map(\.register) }
        for row in try reader.files() {
            var registered: [String: String] = [:]
            for event in try reader.events(of: row.id) where event.event == .receipted {
                registered[event.detail["receipt"]?.string ?? ""] = event.detail["act"]?.string
            }
            for stored in try reader.acts(of: row.id) where stored.outgoing {
                func fault(_ says: String) { report.faults.append(.init(index: stored.index, file: row.ref.description, says: says)) }
                let given = try reader.receipts(of: stored.id)
                if given.count < row.counterparts.count { report.unreceipted += 1 }
                if registered.values.count(where: { $0 == stored.id.description }) > given.count {
                    fault("A receipt for \(stored.id) was registered and is gone.")
                }
                for (state, bytes) in given {
                    report.receipts += 1
                    guard registered[Hash.of(bytes).description] == stored.id.description else {
                        fault("The receipt for \(stored.id) is not the one that was registered.")
                        continue
                    }
                    let receipt = try? IJSON.decode(Receipt.self, from: bytes, limit: Receipt.limit)
                    let holds = (registers[state] ?? []).contains { (try? receipt?.verify(act: stored.hash, signedBy: $0)) != nil }
                    if !holds { fault("The receipt for \(stored.id) does not verify with a key of \(state).") }
                }
            }
        }
    }

    /// Every file that its acts make is in the list of files as they make it, with its links, and no other is.
    private func auditFiles(_ reader: Reader, _ report: inout AuditReport) throws {
        let rows = try Dictionary(reader.files().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for id in try Set(reader.fileIDsOfActs()).union(rows.keys).sorted() {
            let ref = rows[id]?.ref.description
            func fault(_ says: String) { report.faults.append(.init(index: -1, file: ref, says: says)) }
            guard let row = rows[id] else {
                fault("The file \(id) has acts, but is not in the list of files.")
                continue
            }
            do {
                let acts = try reader.acts(of: id)
                let dossier = try Dossier(folding: try acts.map { try Self.hashed($0) })
                let side: Side = dossier.opening.from == party ? .requesting : .requested
                let counterparts = dossier.parties.filter { $0 != party }.map(\.state)
                if dossier.ref != row.ref || dossier.type != row.type || side != row.side || counterparts != row.counterparts
                    || dossier.request.title != row.title || dossier.opening.at != row.opened
                {
                    fault("The row of \(row.ref) in the list of files differs from its acts.")
                }
                let links = Set(dossier.request.links.map { "\($0.file) \($0.relation.rawValue)" })
                if try Set(reader.links(of: id).map { "\($0.target) \($0.relation)" }) != links {
                    fault("The links of \(row.ref) differ from its acts.")
                }
                let named = Set(dossier.entries.flatMap(\.act.after))
                if !named.isSubset(of: dossier.entries.map(\.act.id)) { fault("An act that another one of \(row.ref) follows is missing.") }
                if try !isListed(row, reader) { fault("The row of \(row.ref) in the worklist differs from its acts.") }
                let states = Set(row.counterparts + [state])
                if acts.contains(where: { stored in
                    (try? Self.hashed(stored).act).map {
                        !states.isSuperset(of: [$0.from.state] + $0.to.map(\.state)) || stored.outgoing != ($0.from == party)
                    } ?? true
                }) {
                    fault("The direction of an act of \(row.ref) was changed.")
                }
            } catch let error as ComityError { fault("The acts of \(row.ref) do not make a file: \(error.what)") }
        }
    }

    /// The worklist has no row of anything else.
    private func auditWork(_ reader: Reader, _ report: inout AuditReport) throws {
        let counted = try reader.countWorkByViewsAnew()
        if try reader.countWorkByViews() != counted {
            report.faults.append(.init(index: -1, file: nil, says: "The counts of the worklist are not those of its rows."))
        }
        let rows = counted.values.reduce(0, +)
        let works = try reader.files().count + reader.drafts().count
        guard rows != works else { return }
        report.faults.append(
            .init(index: -1, file: nil, says: "The worklist has \(rows) rows, but there are \(works) files and open drafts."))
    }

    /// The worklist has the row that the acts make, at the moment for which it was computed.
    private func isListed(_ file: FileRow, _ reader: Reader) throws -> Bool {
        guard let kept = try reader.workRow(file.ref) else { return false }
        let now = try time.now(reader).milliseconds
        let moment = Instant(milliseconds: min(max(now, kept.since), kept.until - 1))
        return try worklist.row(.file(file.id), reader, now: moment) == kept
    }
}
