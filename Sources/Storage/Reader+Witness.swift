// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Reader {
    /// Entries in a row of the mirror.
    static let mirrorBlock: Int64 = 256

    // MARK: Other registers

    public func cosigned(_ log: String) throws -> CosignedRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM cosigned WHERE log = ?", arguments: [log]).map(cosignedRow)
    }

    /// The largest checkpoints that this node cosigned, of every register.
    public func allCosigned() throws -> [CosignedRow] { try Row.fetchAll(db, sql: "SELECT * FROM cosigned ORDER BY log").map(cosignedRow) }

    private func cosignedRow(_ row: Row) throws -> CosignedRow {
        let note = try SignedNote(parsing: row["note"])
        return try CosignedRow(log: row["log"], checkpoint: try Checkpoint(unverified: note), note: note, at: row["at"])
    }

    /// How many entries of a register are mirrored here.
    public func mirrorSize(_ log: String) throws -> Int64 {
        let last = try Row.fetchOne(
            db, sql: "SELECT block, length(entries) AS bytes FROM mirror WHERE log = ? ORDER BY block DESC LIMIT 1", arguments: [log])
        guard let last else { return 0 }
        return try (last["block"] as Int64) * Self.mirrorBlock + (last["bytes"] as Int64) / 32
    }

    /// Mirrored entries of a register from an index on, 32 bytes each.
    public func mirrorEntries(_ log: String, from: Int64, limit: Int) throws -> [UInt8] {
        guard from >= 0, limit > 0 else { return [] }
        var bytes: [UInt8] = []
        let rows = try Row.fetchCursor(
            db, sql: "SELECT block, entries FROM mirror WHERE log = ? AND block >= ? ORDER BY block",
            arguments: [log, from / Self.mirrorBlock])
        while bytes.count < limit * 32, let row = try rows.next() {
            let start = try max(0, from - (row["block"] as Int64) * Self.mirrorBlock)
            bytes += try [UInt8](row["entries"] as Data).dropFirst(Int(start) * 32)
        }
        return Array(bytes.prefix(limit * 32))
    }

    /// Hash of a full subtree of a mirrored register, from its entries; nil where they are not all here.
    public func mirrorNode(_ log: String) -> MerkleTree.NodeReader {
        var kept: (block: Int64, entries: [UInt8])?
        return { level, index in
            guard level <= 8 else {
                let (first, count) = (index << Int64(level - 8), 1 << (level - 8))
                let roots = try Data.fetchAll(
                    db, sql: "SELECT root FROM mirror WHERE log = ? AND block >= ? AND block < ? AND root IS NOT NULL ORDER BY block",
                    arguments: [log, first, first + Int64(count)]
                ).compactMap { Hash($0) }
                return roots.count == count ? Self.fold(roots) : nil
            }
            let block = index >> Int64(8 - level)
            if kept?.block != block {
                let found = try Data.fetchOne(db, sql: "SELECT entries FROM mirror WHERE log = ? AND block = ?", arguments: [log, block])
                kept = found.map { (block, [UInt8]($0)) }
            }
            guard let kept else { return nil }
            let first = Int(index << Int64(level) - block * Self.mirrorBlock) * 32
            let bytes = 32 << level
            guard first + bytes <= kept.entries.count else { return nil }
            return Self.fold(Self.leaves(kept.entries[first..<first + bytes]))
        }
    }

    /// The leaf hashes of entries.
    static func leaves(_ entries: ArraySlice<UInt8>) -> [Hash] {
        stride(from: entries.startIndex, to: entries.endIndex, by: 32).map { MerkleTree.leafHash(Array(entries[$0..<$0 + 32])) }
    }

    /// Root of a full subtree over its nodes, whose number is a power of two.
    static func fold(_ nodes: [Hash]) -> Hash? {
        var level = nodes
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map { MerkleTree.nodeHash(level[$0], level[$0 + 1]) }
        }
        return level.first
    }

    /// Checkpoints of a register that others have shown and that could not be compared yet.
    public func heard(_ log: String) throws -> [SignedNote] {
        try String.fetchAll(db, sql: "SELECT note FROM heard WHERE log = ? ORDER BY peer", arguments: [log]).map {
            note throws(ComityError) in try SignedNote(parsing: note)
        }
    }

    /// Proofs of different histories, the oldest first.
    public func misbehaviours() throws -> [MisbehaviourRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM misbehaviour ORDER BY id").map { row in
            try MisbehaviourRow(
                id: row["id"], log: row["log"], peer: try StateCode(row["peer"]), at: try Instant(row["at"]),
                proof: try IJSON.decode(SplitView.self, from: row["proof"] as Data, limit: SplitView.limit))
        }
    }

    public func hasMisbehaved(_ log: String) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM misbehaviour WHERE log = ?)", arguments: [log]) ?? false
    }

    // MARK: This node's register

    /// How it stands with each witness.
    public func witnesses() throws -> [WitnessRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM witness ORDER BY state").map(witnessRow)
    }

    public func witness(_ state: StateCode) throws -> WitnessRow {
        try Row.fetchOne(db, sql: "SELECT * FROM witness WHERE state = ?", arguments: [state.description]).map(witnessRow)
            ?? WitnessRow(state: state)
    }

    private func witnessRow(_ row: Row) throws -> WitnessRow {
        var witness = WitnessRow(state: try StateCode(row["state"]))
        witness.isRemoved = try row["removed"]
        witness.size = try row["size"]
        witness.mirrored = try row["mirrored"]
        witness.at = try row["at"]
        witness.says = try row["says"]
        return witness
    }

    /// The smallest checkpoint above a size that a witness has cosigned, with all its lines; nil when there is none.
    /// - Parameter witness: name of the witness; nil for any.
    public func firstCosigned(above index: Int64, by witness: String? = nil) throws -> CosignedHead? {
        let size = try Int64.fetchOne(
            db, sql: "SELECT MIN(size) FROM cosignature WHERE size > ?1 AND (?2 IS NULL OR witness = ?2)", arguments: [index, witness])
        return try size.flatMap(cosignedHead)
    }

    /// The witnesses that were the first to cosign a checkpoint above a size, with the time each of them said, in seconds.
    /// - Parameter most: rows that are looked at; a witness that cosigned only long after is left out.
    public func firstCosigners(above index: Int64, most: Int = 64) throws -> [(witness: String, seconds: Int64)] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT witness, time FROM cosignature WHERE size > ? ORDER BY size, time, witness LIMIT ?", arguments: [index, most])
        var found: [(witness: String, seconds: Int64)] = []
        for row in rows {
            let witness: String = try row["witness"]
            if !found.contains(where: { $0.witness == witness }) { found.append((witness, try row["time"])) }
        }
        return found.sorted { $0.seconds < $1.seconds }
    }

    /// The largest checkpoint that a witness has cosigned.
    public func lastCosigned() throws -> CosignedHead? {
        try Int64.fetchOne(db, sql: "SELECT MAX(size) FROM cosignature").flatMap(cosignedHead)
    }

    private func cosignedHead(_ size: Int64) throws -> CosignedHead? {
        guard let text = try String.fetchOne(db, sql: "SELECT note FROM cosigned_head WHERE size = ?", arguments: [size]) else {
            return nil
        }
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM cosignature WHERE size = ? ORDER BY time, witness", arguments: [size])
        return try CosignedHead(
            size: size,
            note: try SignedNote(parsing: text).adding(rows.compactMap { SignedNote.Signature(line: try $0["line"] as String) }),
            lines: rows.map { (try $0["witness"], try $0["time"]) })
    }

    /// Entries of this register from an index on, 32 bytes each.
    public func entryBytes(from: Int64, to: Int64) throws -> [UInt8] {
        try Data.fetchAll(db, sql: "SELECT content FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", arguments: [from, to])
            .flatMap { [UInt8]($0) }
    }

    /// Acts of files in which a State takes part, in the order of this register, after one of them.
    /// - Returns: id and hash of each.
    public func acts(with state: StateCode, after: UUIDv7?, limit: Int) throws -> [(id: UUIDv7, hash: Hash)] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT act.id, act.hash FROM act JOIN file ON file.id = act.file
                WHERE instr(',' || file.counterpart || ',', ',' || ?1 || ',') > 0
                AND act.idx > COALESCE((SELECT idx FROM act WHERE id = ?2), -1) ORDER BY act.idx LIMIT ?3
                """, arguments: [state.description, after?.description, limit]
        ).map { row in
            guard let hash = try Hash(row["hash"] as Data) else { throw ComityError(.storage, "An act in the database has no hash.") }
            return (try UUIDv7(row["id"]), hash)
        }
    }
}
