// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
internal import GRDB
public import Register
public import Standards
internal import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An act of a file with what this register knows of it.
public struct FiledAct: Sendable {
    /// The id under which it is kept.
    public let id: String
    public let act: Act
    public let hash: Hash
    public let outgoing: Bool
    /// Index of its entry in this node's register.
    public let index: Int64
    /// The other State's node will never take it; it stays in this register and changes nothing.
    public let refused: Bool
    /// When the last of the other States' receipts was registered here; nil for incoming acts and while one is missing.
    public let receipted: Instant?
}

/// Acts that were read before. Acts never change, and each is found by the hash of its content, so nothing here can be stale.
///
/// Owns `state` under one lock. Guarantees: holds at most twice `generation` bytes of signed acts; what was not asked for while
/// that many others were is forgotten.
final class ActCache: Sendable {
    struct Item: Sendable {
        let hash: Hash
        let act: Act
        /// Bytes of the signed act.
        let size: Int
    }

    private struct State {
        var young: [Hash: Item] = [:]
        var old: [Hash: Item] = [:]
        /// Bytes of the signed acts in `young`.
        var size = 0

        mutating func keep(_ item: Item) {
            if size > ActCache.generation {
                old = young
                young = [:]
                size = 0
            }
            if young.updateValue(item, forKey: item.hash) == nil { size += item.size }
        }
    }

    /// What else was computed from bytes that do not change.
    let entries = EntryMemory()
    let dossiers = DossierMemory()
    let tiles = TileMemory()
    let heads = HeadMemory()

    /// Bytes of signed acts; read, they take several times as much memory.
    static let generation = 8 << 20
    private let state = Mutex(State())

    /// What is known of these, in their order.
    func acts(_ hashes: [Hash]) -> [Act?] {
        state.withLock { state in
            hashes.map { hash in
                if let item = state.young[hash] { return item.act }
                guard let item = state.old[hash] else { return nil }
                state.keep(item)
                return item.act
            }
        }
    }

    func keep(_ items: [Item]) {
        state.withLock { state in for item in items { state.keep(item) } }
    }
}

extension Reader {
    /// Acts of a file with their contents, in the order in which they were registered here. The bytes are read only of those that
    /// were not read before.
    public func filedActs(of file: UUIDv7) throws -> [FiledAct] {
        let lines = try lines(of: file)
        var acts = cache.acts(lines.map(\.hash))
        var read: [ActCache.Item] = []
        for (position, line) in lines.enumerated() where acts[position] == nil {
            guard let jws = try Data.fetchOne(db, cachedSQL: "SELECT jws FROM act WHERE id = ?", [line.id]) else {
                throw ComityError(.storage, "The act \(line.id) is gone.")
            }
            let act = try UnverifiedAct.registeredPayload([UInt8](jws))
            acts[position] = act
            read.append(.init(hash: line.hash, act: act, size: jws.count))
        }
        cache.keep(read)
        return try filed(lines, acts, file)
    }

    /// The same for an audit, which believes nothing that was read before.
    /// - Parameter judge: gets each act as the tables have it; gives what its bytes say, and throws when they say nothing.
    public func filedActs(of file: UUIDv7, judge: (AuditRow.StoredAct, _ index: Int64) throws -> Act) throws -> [FiledAct] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT id, hash, outgoing, idx, jws, kind FROM act WHERE file = ? ORDER BY idx"),
            arguments: [file.description])
        var lines: [Line] = []
        var acts: [Act] = []
        while let row = try rows.next() {
            let line = try line(row)
            // What is not of the kind that belongs there reads as absent: the judge says which act it is.
            let jws = (try? row[4] as Data?).map { [UInt8]($0) } ?? []
            acts.append(
                try judge(
                    .init(id: line.id, hash: line.hash, outgoing: line.outgoing, kind: try? row[5], file: file.description, jws: jws),
                    line.index))
            lines.append(line)
        }
        return try filed(lines, acts, file)
    }

    private struct Line {
        let id: String
        let hash: Hash
        let outgoing: Bool
        let index: Int64
    }

    private func lines(of file: UUIDv7) throws -> [Line] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT id, hash, outgoing, idx FROM act INDEXED BY act_filed WHERE file = ? ORDER BY idx"),
            arguments: [file.description]
        ).map(line)
    }

    private func line(_ row: Row) throws -> Line {
        guard let hash = try Hash(row[1] as Data) else { throw ComityError(.storage, "An act in the database has no hash.") }
        return try Line(id: row[0], hash: hash, outgoing: row[2], index: row[3])
    }

    private func filed(_ lines: [Line], _ acts: [Act?], _ file: UUIDv7) throws -> [FiledAct] {
        let receipts = try receipts(ofActsIn: file)
        let owed = try owed(ofActsIn: file)
        return try zip(lines, acts).map { line, act in
            guard let act else { throw ComityError(.storage, "The act \(line.id) was not read.") }
            let (given, last) = receipts[line.id] ?? (0, nil)
            let (owed, refusals) = owed[line.id] ?? (0, 0)
            return FiledAct(
                id: line.id, act: act, hash: line.hash, outgoing: line.outgoing, index: line.index, refused: owed > 0 && refusals == owed,
                receipted: try given >= owed ? last.map { text throws(ComityError) in try Instant(text) } : nil)
        }
    }

    /// How many receipts each act of a file has, and when the last came.
    private func receipts(ofActsIn file: UUIDv7) throws -> [String: (given: Int, last: String?)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT receipt.act, COUNT(*), MAX(receipt.at) FROM act INDEXED BY act_filed CROSS JOIN receipt
                    WHERE act.file = ? AND receipt.act = act.id GROUP BY receipt.act
                    """), arguments: [file.description]
        ).reduce(into: [:]) { try $0[$1[0]] = ($1[1], $1[2]) }
    }

    /// How many deliveries each act of a file has, and how many of them were refused.
    private func owed(ofActsIn file: UUIDv7) throws -> [String: (owed: Int, refusals: Int)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT outbox.ref, COUNT(*), SUM(outbox.stage = 'refused') FROM act INDEXED BY act_filed CROSS JOIN outbox
                    WHERE act.file = ? AND outbox.kind = 'act' AND outbox.ref = act.id GROUP BY outbox.ref
                    """), arguments: [file.description]
        ).reduce(into: [:]) { try $0[$1[0]] = ($1[1], $1[2]) }
    }
}

extension Data {
    /// With a statement that is prepared once for each connection.
    fileprivate static func fetchOne(_ db: Database, cachedSQL sql: String, _ arguments: StatementArguments) throws -> Data? {
        try fetchOne(try db.cachedStatement(sql: sql), arguments: arguments)
    }
}
