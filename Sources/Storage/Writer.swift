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
    private let cache: ActCache
    private var size: Int64
    /// What the entries of this transaction hold, 32 bytes each.
    private var appended: [UInt8] = []
    /// The machine's time of this transaction.
    let time: Int64
    /// A hold ended in this transaction: the database is the one that counts, with what it has.
    private(set) var isLetGoOn = false
    /// Something came to be owed to a peer in this transaction.
    var owes = false
    /// Time of the last entry before it.
    private var last: Int64?
    private var hold: RegisterHold?
    /// Files and drafts whose rows of the worklist have to be computed again before the commit.
    var touched: Set<WorkRow.Key> = []

    init(db: Database, cache: ActCache, clock: @Sendable () -> Int64 = Store.realClock) throws {
        self.db = db
        self.cache = cache
        let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT idx, at FROM entry ORDER BY idx DESC LIMIT 1"))
        size = try row.map { try $0[0] + 1 } ?? 0
        last = try row?[1]
        time = clock()
        hold = try Reader(db: db, cache: cache).registerHold()
    }

    /// Entries in the register, those appended in this transaction included.
    var registerSize: Int64 { size }

    /// From here on entries may be appended, whatever held the register.
    mutating func letGoOn() throws {
        hold = nil
        last = nil
        isLetGoOn = true
        try db.run("DELETE FROM setting WHERE name = ?", [Store.inodeSetting])
    }

    /// The right edge with the entries of this transaction.
    func grown() throws -> TileEdge {
        var edge = try reader.edge(size: size - Int64(appended.count / 32))
        _ = edge.append(contents: appended)
        return edge
    }

    /// The entries of this transaction become a part of the tree: writes the tiles that they filled.
    /// - Parameter edge: the right edge as this process knows it; another process may have appended since.
    func integrate(from edge: TileEdge?) throws -> TileEdge {
        let before = size - Int64(appended.count / 32)
        var edge = try edge.flatMap { $0.size == before ? $0 : nil } ?? reader.edge(size: before)
        for change in edge.append(contents: appended) {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO tile (id, hashes) VALUES (?, ?)").execute(
                arguments: [Reader.tileID(change.address.level, change.address.index), Data(change.hashes)])
        }
        return edge
    }

    /// The same transaction, for reading.
    public var reader: Reader { Reader(db: db, cache: cache) }

    /// Registers an act, its file row and its links.
    /// - Returns: index of its entry.
    public mutating func append(_ verified: VerifiedAct, own: StateCode, registered: Instant) throws -> Int64 {
        let act = verified.act
        let outgoing = act.from.state == own
        let index = try append(PendingEntry(verified.hash, kind: .act, ref: act.id.description))
        try db.cachedStatement(
            sql: "INSERT INTO act (id, file, kind, hash, jws, outgoing, idx, registered) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(
            arguments: [
                act.id.description, act.file.description, act.kind.rawValue, Data(verified.hash.bytes), Data(verified.bytes), outgoing,
                index,
                registered.description,
            ])
        if act.kind == .request { try insertFile(of: act, own: own) }
        cache.keep([.init(hash: verified.hash, act: act, size: verified.bytes.count)])
        try touch(file: act.file)
        return index
    }

    /// The row in the list of files that a request makes, and its links.
    func insertFile(of act: Act, own: StateCode) throws {
        let body = try ActBody.read(ActBody.Request.self, from: act)
        let side: Side = act.from.state == own ? .requesting : .requested
        let counterparts = ([act.from] + act.to).map(\.state).filter { $0 != own }
        try db.run(
            "INSERT INTO file (id, ref, type, side, counterpart, title, opened) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                act.file.description, body.ref.description, body.type.rawValue, side.rawValue,
                counterparts.map(\.description).joined(separator: ","), body.title, act.at.description,
            ])
        for link in body.links {
            try db.run(
                "INSERT OR IGNORE INTO link (file, target, relation) VALUES (?, ?, ?)",
                [act.file.description, link.file.description, link.relation.rawValue])
        }
    }

    /// Registers an event. One that names a draft is its last change.
    public mutating func append(_ event: RegisterEvent) throws {
        let written = try event.written ?? RegisterEvent.Written(id: event.id, bytes: try IJSON.encode(event))
        let index = try append(written.entry)
        try QuickInsert(db, "INSERT INTO event (idx, kind, file, bytes) VALUES (?, ?, ?, ?)").run(
            .integer(index), .text(event.event.rawValue), event.file.map { .text($0.description) } ?? .null, .bytes(written.bytes))
        guard event.file == nil, let ref = event.detail["ref"]?.string.flatMap({ try? FileReference($0) }) else { return }
        try db.run("UPDATE draft SET changed = ? WHERE ref = ? AND sent IS NULL", [event.at.description, ref.description])
        if db.changesCount > 0 { touch(.draft(ref)) }
    }

    /// Registers an event that must not keep a person from reading: while the register is held, it is not registered.
    public mutating func appendUnlessHeld(_ event: RegisterEvent) throws {
        do { try append(event) } catch let error as ComityError where error.code == .registerHeld { return }
    }

    /// Appends an entry.
    /// - Returns: its index.
    /// - Throws: `.registerHeld` while the register is held, and when the machine's clock was set back.
    mutating func append(_ pending: PendingEntry) throws -> Int64 {
        if let hold { throw hold.error }
        if let last, time < last - RegisterHold.clockTolerance { throw RegisterHold.setBack(from: last, to: time).error }
        let index = size
        let content = pending.entry.content.bytes
        try QuickInsert(db, "INSERT INTO entry (idx, content, kind, ref, at) VALUES (?, ?, ?, ?, ?)").run(
            .integer(index), .bytes(content), .text(pending.kind.rawValue), .text(pending.ref), .integer(max(time, last ?? time)))
        appended += content
        size += 1
        return index
    }
}
