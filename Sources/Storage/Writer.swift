// SPDX-License-Identifier: Apache-2.0

import Dossier
public import Exchange
internal import GRDB
import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a commit may do. Lives only inside `Store.commit`; everything it writes becomes durable together, or not at all.
public struct Writer {
    let db: Database
    private let signer: NoteSigner
    private let cache: ActCache
    private var size: Int64
    private let sizeBefore: Int64
    /// Files and drafts whose rows of the worklist have to be computed again before the commit.
    var touched: Set<WorkRow.Key> = []

    init(db: Database, signer: NoteSigner, cache: ActCache) throws {
        self.db = db
        self.signer = signer
        self.cache = cache
        size = try Int64.fetchOne(db, sql: "SELECT COALESCE(MAX(idx) + 1, 0) FROM entry") ?? 0
        sizeBefore = size
    }

    /// Entries in the register, those appended in this transaction included.
    var registerSize: Int64 { size }

    /// The same transaction, for reading.
    public var reader: Reader { Reader(db: db, cache: cache) }

    /// Registers an act, its file row and its links.
    /// - Returns: index of its entry.
    public mutating func append(_ verified: VerifiedAct, own: StateCode, registered: Instant) throws -> Int64 {
        let act = verified.act
        let outgoing = act.from.state == own
        let counterparts = ([act.from] + act.to).map(\.state).filter { $0 != own }
        let index = try append(verified.hash, kind: "act", ref: act.id.description)
        try db.execute(
            sql: "INSERT INTO act (id, file, kind, hash, jws, outgoing, idx, registered) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                act.id.description, act.file.description, act.kind.rawValue, Data(verified.hash.bytes), Data(verified.bytes), outgoing,
                index,
                registered.description,
            ])
        if act.kind == .request {
            let body = try ActBody.read(ActBody.Request.self, from: act)
            try db.execute(
                sql: "INSERT INTO file (id, ref, type, side, counterpart, title, opened) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    act.file.description, body.ref.description, body.type.rawValue, (outgoing ? Side.requesting : .requested).rawValue,
                    counterparts.map(\.description).joined(separator: ","), body.title, act.at.description,
                ])
            for link in body.links {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO link (file, target, relation) VALUES (?, ?, ?)",
                    arguments: [act.file.description, link.file.description, link.relation.rawValue])
            }
        }
        cache.keep([.init(hash: verified.hash, act: act, size: verified.bytes.count)])
        try touch(file: act.file)
        return index
    }

    /// Registers an event. One that names a draft is its last change.
    public mutating func append(_ event: RegisterEvent) throws {
        let bytes = try IJSON.encode(event)
        let index = try append(Hash.of(bytes), kind: "event", ref: event.id.description)
        try db.execute(
            sql: "INSERT INTO event (id, kind, file, bytes, idx) VALUES (?, ?, ?, ?, ?)",
            arguments: [event.id.description, event.event.rawValue, event.file?.description, Data(bytes), index])
        guard event.file == nil, let ref = event.detail["ref"]?.string.flatMap({ try? FileReference($0) }) else { return }
        try db.execute(
            sql: "UPDATE draft SET changed = ? WHERE ref = ? AND sent IS NULL", arguments: [event.at.description, ref.description])
        if db.changesCount > 0 { touch(.draft(ref)) }
    }

    private mutating func append(_ content: Hash, kind: String, ref: String) throws -> Int64 {
        if let hold = try reader.registerHold() { throw hold.error }
        let index = size
        try db.execute(
            sql: "INSERT INTO entry (idx, content, kind, ref) VALUES (?, ?, ?, ?)", arguments: [index, Data(content.bytes), kind, ref])
        let reader = reader
        for node in try MerkleTree.nodesCompleted(byLeaf: RegisterEntry(content: content).leafHash, at: index, reading: reader.node) {
            try db.execute(
                sql: "INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)", arguments: [node.level, node.index, Data(node.hash.bytes)])
        }
        size += 1
        return index
    }

    /// Signs the head after the last append of the transaction. Called once, just before COMMIT.
    func seal() throws -> SignedHead {
        if size == sizeBefore, let head = try reader.head(signedBy: signer.verifier) { return head }
        let root = try MerkleTree.root(size: size, reading: reader.node)
        let checkpoint = Checkpoint(origin: signer.verifier.name, size: size, root: root)
        let note = try checkpoint.signed(by: signer).description
        try db.execute(sql: "INSERT INTO checkpoint (size, note) VALUES (?, ?)", arguments: [size, note])
        return SignedHead(checkpoint: checkpoint, note: note)
    }
}
