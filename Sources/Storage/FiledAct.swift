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

    init(_ line: FiledLine, _ act: Act, _ state: DeliveryState) {
        id = line.id
        self.act = act
        hash = line.hash
        outgoing = line.outgoing
        index = line.index
        refused = state.isRefused
        receipted = state.receipted
    }
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
    let settled = SettledMemory()
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

/// An act of a file as the list of acts has it, without its content.
struct FiledLine: Sendable, Equatable {
    let id: String
    let hash: Hash
    let outgoing: Bool
    let index: Int64
}

/// How the deliveries of an act stand.
struct DeliveryState: Sendable {
    let isRefused: Bool
    let receipted: Instant?
    /// All of them ended with a receipt, or none was ever owed: nothing changes any more.
    let isSettled: Bool
}

/// An act of a file with how its deliveries stand.
struct DeliveryLine: Sendable {
    let line: FiledLine
    let state: DeliveryState
}

/// The first acts of files, as far as nothing changes of them any more: what was read of them once holds while the last of them
/// stands in its place, for lines are only added behind others. What is done with a file then costs the same whether it has three acts
/// or a thousand.
///
/// Owns `state`, under one lock. Guarantees: holds only what was committed, and at most `most` lines.
final class SettledMemory: Sendable {
    private struct State {
        var files: [UUIDv7: [DeliveryLine]] = [:]
        var lines = 0
    }

    private static let most = 40_000
    private let state = Mutex(State())

    func lines(of file: UUIDv7) -> [DeliveryLine] { state.withLock { $0.files[file] ?? [] } }

    func keep(_ lines: [DeliveryLine], of file: UUIDv7) {
        state.withLock { state in
            if let former = state.files.removeValue(forKey: file) { state.lines -= former.count }
            if state.lines + lines.count > Self.most { (state.files, state.lines) = ([:], 0) }
            state.files[file] = lines
            state.lines += lines.count
        }
    }
}

extension Reader {
    /// Acts of a file with their contents, in the order in which they were registered here. The bytes are read only of those that
    /// were not read before.
    public func filedActs(of file: UUIDv7) throws -> [FiledAct] {
        let lines = try deliveryLines(of: file)
        return zip(lines, try acts(lines.map(\.line))).map { FiledAct($0.line, $1, $0.state) }
    }

    /// A file folded from its acts that count; nil when there are none. An act that the other State's node will never take changes
    /// nothing on either side. Acts that were folded before are not read again.
    public func dossier(of file: UUIDv7) throws -> Dossier? {
        var lines = try deliveryLines(of: file)
        if lines.contains(where: \.state.isRefused) {
            let kinds = try acts(lines.map(\.line)).map(\.kind)
            lines = zip(lines, kinds).filter { !$0.state.isRefused || $1 == .request }.map(\.0)
        }
        return try lines.isEmpty ? nil : cache.dossiers.dossier(of: file, lines.map(\.line.hash)) { try acts(lines[$0].map(\.line)) }
    }

    /// What these say, in their order.
    private func acts(_ lines: [FiledLine]) throws -> [Act] {
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
        return acts.compactMap(\.self)
    }

    private func deliveryLines(of file: UUIDv7) throws -> [DeliveryLine] {
        let known = cache.settled.lines(of: file)
        var new = try lines(of: file, from: known.last?.line.index ?? 0)[...]
        var all: [DeliveryLine] = []
        // The last of them is still there as it was, and with it all before it.
        if let last = known.last, new.first == last.line {
            new = new.dropFirst()
            all = known
        } else if !known.isEmpty {
            new = try lines(of: file, from: 0)[...]
        }
        all += zip(new, try states(of: new, file)).map { DeliveryLine(line: $0, state: $1) }
        // What a transaction reads that is not committed may be undone.
        if db.configuration.readonly {
            let settled = all.prefix { $0.state.isSettled }
            if settled.count > known.count { cache.settled.keep(Array(settled), of: file) }
        }
        return all
    }

    /// The same for an audit, which believes nothing that was read before.
    /// - Parameter judge: gets each act as the tables have it; gives what its bytes say, and throws when they say nothing.
    public func filedActs(of file: UUIDv7, judge: (AuditRow.StoredAct, _ index: Int64) throws -> Act) throws -> [FiledAct] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT id, hash, outgoing, idx, jws, kind FROM act WHERE file = ? ORDER BY idx"),
            arguments: [file.description])
        var lines: [FiledLine] = []
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
        return try zip(zip(lines, acts), states(of: lines[...], file)).map { FiledAct($0.0, $0.1, $1) }
    }

    private func lines(of file: UUIDv7, from index: Int64) throws -> [FiledLine] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT id, hash, outgoing, idx FROM act INDEXED BY act_filed WHERE file = ? AND idx >= ? ORDER BY idx"),
            arguments: [file.description, index]
        ).map(line)
    }

    private func line(_ row: Row) throws -> FiledLine {
        guard let hash = try Hash(row[1] as Data) else { throw ComityError(.storage, "An act in the database has no hash.") }
        return try FiledLine(id: row[0], hash: hash, outgoing: row[2], index: row[3])
    }

    /// How the deliveries of acts of a file stand.
    /// - Parameter lines: the last of the file.
    private func states(of lines: ArraySlice<FiledLine>, _ file: UUIDv7) throws -> [DeliveryState] {
        guard let first = lines.first?.index else { return [] }
        let receipts = try receipts(ofActsIn: file, from: first)
        let owed = try owed(ofActsIn: file, from: first)
        return try lines.map { line in
            let (given, last) = receipts[line.id] ?? (0, nil)
            let (owed, refusals) = owed[line.id] ?? (0, 0)
            return DeliveryState(
                isRefused: owed > 0 && refusals == owed,
                receipted: try given >= owed ? last.map { text throws(ComityError) in try Instant(text) } : nil,
                isSettled: given >= owed && refusals == 0)
        }
    }

    /// How many receipts each act of a file has, and when the last came.
    private func receipts(ofActsIn file: UUIDv7, from index: Int64) throws -> [String: (given: Int, last: String?)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT receipt.act, COUNT(*), MAX(receipt.at) FROM act INDEXED BY act_filed CROSS JOIN receipt
                    WHERE act.file = ? AND act.idx >= ? AND receipt.act = act.id GROUP BY receipt.act
                    """), arguments: [file.description, index]
        ).reduce(into: [:]) { try $0[$1[0]] = ($1[1], $1[2]) }
    }

    /// How many deliveries each act of a file has, and how many of them were refused.
    private func owed(ofActsIn file: UUIDv7, from index: Int64) throws -> [String: (owed: Int, refusals: Int)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT outbox.ref, COUNT(*), SUM(outbox.stage = 'refused') FROM act INDEXED BY act_filed CROSS JOIN outbox
                    WHERE act.file = ? AND act.idx >= ? AND outbox.kind = 'act' AND outbox.ref = act.id GROUP BY outbox.ref
                    """), arguments: [file.description, index]
        ).reduce(into: [:]) { try $0[$1[0]] = ($1[1], $1[2]) }
    }
}

extension Data {
    /// With a statement that is prepared once for each connection.
    fileprivate static func fetchOne(_ db: Database, cachedSQL sql: String, _ arguments: StatementArguments) throws -> Data? {
        try fetchOne(try db.cachedStatement(sql: sql), arguments: arguments)
    }
}
