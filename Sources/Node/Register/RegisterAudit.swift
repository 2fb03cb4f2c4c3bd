// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Dossier
import Exchange
import Glibc
import Register
import Sealing
import Standards
import Storage

/// The log itself: entries in order, what they are of, signatures, tree, tiles, checkpoints. One pass, a few thousand entries at a
/// time, hashed and verified on all processors.
struct RegisterAudit {
    let keys: AuditKeys
    let register: NoteVerifier
    let second: NoteVerifier?

    /// Entries that are read at once.
    private static let batch = 4096
    /// Faults that are kept; a register with more is told how many.
    private static let most = 1000

    private var report = AuditReport()
    private var edge = TileEdge()
    private var partial: [Int: TileEdge.Change] = [:]
    private var notes: [(size: Int64, note: String)] = []
    private var next = 0
    private var removals: RemovalProofs?
    private var expected: Int64 = 0
    /// The time of the entry before.
    private var last: Int64?

    init(keys: AuditKeys, register: NoteSigner) {
        self.keys = keys
        self.register = register.verifier
        second = register.statementVerifier
    }

    /// What became of an entry that was looked at.
    private enum Finding: Sendable {
        case fine
        /// The bytes are not there: rightly so where they were removed under a rule.
        case gone(String)
        case fault(String)
    }

    /// - Parameter size: entries whose acts are judged with their files.
    mutating func run(_ reader: Reader, filedUpTo size: Int64, advance: (Int64) throws -> Void) throws {
        var notes: [(size: Int64, note: String)] = []
        try reader.eachCheckpoint { notes.append(($0, $1)) }
        self.notes = notes
        removals = try RemovalProofs(reader)
        try checkpoints(upTo: 0)
        var rows: [AuditRow] = []
        try reader.eachAuditRow(filedUpTo: size) { row in
            rows.append(row)
            if rows.count == Self.batch {
                try take(rows, reader)
                try advance(Int64(rows.count))
                rows.removeAll(keepingCapacity: true)
            }
        }
        try take(rows, reader)
        try advance(Int64(rows.count))
        try tiles(reader)
    }

    private mutating func take(_ rows: [AuditRow], _ reader: Reader) throws {
        guard !rows.isEmpty else { return }
        let judge = EntryJudge(keys: keys)
        let findings = [Finding](unsafeUninitializedCapacity: rows.count) { buffer, count in
            nonisolated(unsafe) let buffer = buffer
            let piece = 128
            DispatchQueue.concurrentPerform(iterations: (rows.count + piece - 1) / piece) { part in
                for position in part * piece..<min((part + 1) * piece, rows.count) {
                    let row = rows[position]
                    let says = judge.fault(of: row)
                    let isGone = row.act == nil && row.kind == "act" || row.event == nil && row.kind == "event"
                    (buffer.baseAddress! + position).initialize(to: says.map { isGone ? .gone($0) : .fault($0) } ?? .fine)
                }
            }
            count = rows.count
        }
        for (row, finding) in zip(rows, findings) {
            if row.index != expected {
                fault(expected, row.index > expected ? "Entry \(expected) is missing." : "Entry \(row.index) stands twice.")
            }
            expected = row.index + 1
            if let last, row.at ?? .min < last { fault(row.index, "The time of entry \(row.index) is before that of the entry before it.") }
            last = row.at ?? last
            switch row.kind {
            case "act": report.acts += 1
            case "event": report.events += 1
            default: report.lost += 1
            }
            switch finding {
            case .fine: break
            case .fault(let says): fault(row.index, says, row.file, reader)
            case .gone(let says):
                let isRemoved = try row.content.map { try removals?.cover(row.index, ref: row.ref, content: $0, kind: row.kind, reader) }
                if isRemoved != true { fault(row.index, says, row.file, reader) }
            }
        }
        // The tree, and the checkpoints on the way.
        var contents: [UInt8] = []
        contents.reserveCapacity(32 * rows.count)
        var count = edge.size
        for row in rows {
            contents += row.content?.bytes ?? [UInt8](repeating: 0, count: 32)
            count += 1
            guard next < notes.count, notes[next].size == count else { continue }
            try grow(contents, reader)
            contents.removeAll(keepingCapacity: true)
            try checkpoints(upTo: count)
        }
        try grow(contents, reader)
    }

    private mutating func grow(_ contents: [UInt8], _ reader: Reader) throws {
        for change in edge.append(contents: contents) {
            let address = change.address
            guard address.width == TileAddress.width else {
                partial[address.level] = change
                continue
            }
            partial[address.level] = nil
            report.tiles += 1
            try compare(change, reader)
        }
    }

    /// A stored tile is the one that the entries make; otherwise the first entry below it that differs is named.
    private mutating func compare(_ change: TileEdge.Change, _ reader: Reader) throws {
        let address = change.address
        let span = Int64(1) << Int64(8 * address.level)
        let first = address.index * 256 * span
        guard let stored = try reader.storedTile(address.level, address.index) else {
            return fault(first, "The tile \(address) above it is gone.")
        }
        guard stored != change.hashes else { return }
        let position =
            zip(stored, change.hashes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(stored.count, change.hashes.count)
        let entry = first + Int64(position / 32) * span
        if address.level == 0 {
            fault(entry, "Entry \(entry) or the tile \(address) above it was changed: they do not agree.")
        } else {
            fault(entry, "The tile \(address) above it was changed.")
        }
    }

    /// Partial tiles at the end, and tiles that nothing needs.
    private mutating func tiles(_ reader: Reader) throws {
        var kept = report.tiles
        for change in partial.values.sorted(by: { $0.address.level < $1.address.level }) {
            kept += 1
            report.tiles += 1
            try compare(change, reader)
        }
        let stored = try reader.tileCount()
        if stored > kept { fault(-1, "The register has \(stored) tiles, but its entries make \(kept).") }
    }

    private mutating func checkpoints(upTo size: Int64) throws {
        while next < notes.count, notes[next].size <= size {
            let (claimed, note) = notes[next]
            next += 1
            report.checkpoints += 1
            report.head = note
            do throws(ComityError) {
                let checkpoint = try Checkpoint(note, signedBy: register, andWhereSigned: second)
                if checkpoint.root != (claimed == 0 ? MerkleTree.emptyRoot : edge.root) {
                    fault(claimed - 1, "The checkpoint of size \(claimed) has another root: something before it was changed.")
                }
                if checkpoint.size != claimed {
                    fault(claimed - 1, "The checkpoint stored for size \(claimed) is of size \(checkpoint.size).")
                }
            } catch { fault(claimed - 1, "The checkpoint of size \(claimed) does not verify: \(error.what)") }
        }
    }

    private mutating func fault(_ index: Int64, _ says: String, _ file: String? = nil, _ reader: Reader? = nil) {
        guard report.faults.count < Self.most else { return }
        let ref = file.flatMap { try? UUIDv7($0) }.flatMap { id in try? reader?.file(id: id)?.ref.description }
        report.faults.append(.init(index: index, file: ref, says: says))
    }

    /// Puts what was found into the report of the audit.
    /// - Parameter covers: a checkpoint for so many entries can be signed now: a node that serves has added some since the last one.
    mutating func finish(_ whole: inout AuditReport, covers: (Int64) -> Bool) {
        for (size, _) in notes[next...] {
            fault(-1, "A checkpoint of size \(size) was signed, but the register has \(edge.size) entries.")
        }
        if edge.size > 0, whole.held == nil, (try? Checkpoint(report.head, signedBy: register))?.size != edge.size, !covers(edge.size) {
            fault(edge.size - 1, "No checkpoint covers the last entries.")
        }
        whole.entries = edge.size
        whole.root = edge.root.description
        whole.acts = report.acts
        whole.events = report.events
        whole.lost = report.lost
        whole.tiles = report.tiles
        whole.checkpoints = report.checkpoints
        whole.head = report.head
        whole.faults += report.faults
    }
}
