// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    // MARK: Other registers

    /// Keeps the largest checkpoint that this node cosigned for a register.
    public func setCosigned(_ log: String, _ checkpoint: Checkpoint, note: SignedNote, at: Int64) throws {
        try db.run(
            "INSERT OR REPLACE INTO cosigned (log, size, note, at) VALUES (?, ?, ?, ?)", [log, checkpoint.size, note.description, at])
    }

    /// Adds entries, 32 bytes each, to the mirror of a register.
    public func appendMirror(_ log: String, _ entries: [UInt8]) throws {
        let size = try reader.mirrorSize(log)
        var block = size / Reader.mirrorBlock
        var row: [UInt8] = []
        if size % Reader.mirrorBlock > 0 {
            row = try reader.mirrorEntries(log, from: block * Reader.mirrorBlock, limit: Int(Reader.mirrorBlock))
        }
        var left = entries[...]
        while !left.isEmpty {
            let taken = left.prefix(Int(Reader.mirrorBlock) * 32 - row.count)
            left = left.dropFirst(taken.count)
            row += taken
            let isFull = row.count == Int(Reader.mirrorBlock) * 32
            let root = isFull ? Reader.fold(Reader.leaves(row[...])) : nil
            try db.run(
                "INSERT OR REPLACE INTO mirror (log, block, entries, root) VALUES (?, ?, ?, ?)",
                [log, block, Data(row), root.map { Data($0.bytes) }])
            (block, row) = (block + 1, [])
        }
    }

    /// Throws the mirror of a register away.
    public func dropMirror(_ log: String) throws { try db.run("DELETE FROM mirror WHERE log = ?", [log]) }

    /// Keeps a checkpoint that a peer has shown, until it can be compared; the newest of each peer.
    public func keepHeard(_ log: String, from peer: StateCode, _ checkpoint: Checkpoint, note: SignedNote) throws {
        try db.run(
            "INSERT OR REPLACE INTO heard (log, peer, size, note) VALUES (?, ?, ?, ?)",
            [log, peer.description, checkpoint.size, note.description])
    }

    /// Forgets what was heard of a register up to a size: it was compared.
    public func forgetHeard(_ log: String, to size: Int64) throws {
        try db.run("DELETE FROM heard WHERE log = ? AND size <= ?", [log, size])
    }

    /// Keeps the proof that a register showed different histories; the first one of each register.
    /// - Returns: false when there was one already.
    public func insertMisbehaviour(_ log: String, of peer: StateCode, at: Instant, _ proof: [UInt8]) throws -> Bool {
        try db.run(
            "INSERT OR IGNORE INTO misbehaviour (log, peer, at, proof) VALUES (?, ?, ?, ?)",
            [log, peer.description, at.description, Data(proof)])
        return db.changesCount == 1
    }

    // MARK: This node's register

    public func save(_ witness: WitnessRow) throws {
        try db.run(
            "INSERT OR REPLACE INTO witness (state, removed, size, mirrored, at, says) VALUES (?, ?, ?, ?, ?, ?)",
            [witness.state.description, witness.isRemoved, witness.size, witness.mirrored, witness.at, witness.says])
    }

    /// Keeps what a witness has cosigned; its first line for a checkpoint stays.
    public func insertCosignature(_ cosignature: Cosignature, size: Int64, note: SignedNote) throws {
        try db.run(
            "INSERT OR IGNORE INTO cosignature (size, witness, time, line) VALUES (?, ?, ?, ?)",
            [size, cosignature.witness, cosignature.seconds, cosignature.line.description])
        try db.run("INSERT OR IGNORE INTO cosigned_head (size, note) VALUES (?, ?)", [size, note.description])
    }
}
