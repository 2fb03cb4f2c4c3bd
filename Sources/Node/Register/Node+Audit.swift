// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Exchange
import Foundation
import Register
import Sealing
public import Standards
import Storage
import Synchronization

extension Node {
    /// Recomputes everything from the bytes, for whoever may read the register; nil is the node's owner.
    /// - Parameter progress: what is done, and in all; what it throws ends the audit.
    public func audit(officer: String?, progress: ((Int64, Int64) throws(ComityError) -> Void)? = nil) throws(ComityError) -> AuditReport {
        try authorise(officer, .readRegister, to: "audit the register")
        return try audit(progress: progress)
    }

    /// Recomputes everything from the bytes: entries, tree, tiles, checkpoints, signatures, receipts, files, worklist, and the files that
    /// were published. Nothing that was remembered is believed.
    /// - Parameter progress: entries and files done, and in all.
    func audit(progress: ((Int64, Int64) throws(ComityError) -> Void)? = nil) throws(ComityError) -> AuditReport {
        // What is durable and unsigned is signed first, as everywhere; a register that is held stays as it is.
        if try store.standing() == nil { _ = try? store.publish() }
        let keys = try auditKeys()
        // In one moment: the acts of these entries are those of these files.
        let (entries, files, orphans) = try store.read { (try $0.registerSize(), try $0.fileIDs(), try $0.orphanFileIDs()) }
        // The log, the files and the pages of the database are read side by side: each waits for the disk at another time.
        return try AuditSteps(of: entries + Int64(files.count)).run(
            [
                { (report, step) throws in
                    var audit = RegisterAudit(keys: keys, register: self.keys.register)
                    report.held = try self.store.read { reader in
                        try audit.run(reader, filedUpTo: entries, advance: step)
                        return try reader.registerHold()?.says
                    }
                    audit.finish(&report) { size in ((try? self.store.publish())?.checkpoint.size ?? 0) >= size }
                },
                { (report, step) throws in try self.auditFiles(files, orphans, keys, &report, step) },
                { (report, _) throws in
                    try self.store.read { reader in
                        let damage = try reader.damage().map { "The database is damaged: \($0)" }
                        for says in try damage + Self.auditHandovers(reader) + Self.auditTreaty(reader) + Self.auditMeetings(reader) {
                            report.faults.append(.init(index: -1, file: nil, says: says))
                        }
                    }
                    report.faults += try RegisterFiles(self).audit(self.store)
                },
            ], progress: progress)
    }

    /// Keys of everybody who signs here. Revoked and doubtful ones too: the audit asks what was signed, not whom to believe today.
    private func auditKeys() throws(ComityError) -> AuditKeys {
        try store.read { reader in
            let entries = try [entry()] + reader.peers().map(\.entry) + reader.formerEntries()
            return AuditKeys(own: self.keys.signing.verifyingKey, state: state, entries: entries)
        }
    }

    /// Every file that its acts make is in the list of files as they make it, with its links and receipts, and no other is.
    private func auditFiles(
        _ ids: [UUIDv7], _ orphans: [String], _ keys: AuditKeys, _ report: inout AuditReport, _ advance: (Int64) throws -> Void
    ) throws {
        for id in orphans {
            report.faults.append(.init(index: -1, file: nil, says: "The file \(id) has acts, but is not in the list of files."))
        }
        let found = Mutex<(report: AuditReport, error: (any Error)?)>((AuditReport(), nil))
        let size = 64
        let round = size * 8 * ProcessInfo.processInfo.activeProcessorCount
        for start in stride(from: 0, to: ids.count, by: round) {
            let part = ids[start..<min(start + round, ids.count)]
            DispatchQueue.concurrentPerform(iterations: (part.count + size - 1) / size) { iteration in
                let from = part.startIndex + iteration * size
                var audit = FileAudit(node: self, keys: keys)
                do {
                    try store.read { reader in
                        for id in part[from..<min(from + size, part.endIndex)] { try audit.run(id, reader) }
                    }
                    found.withLock { audit.add(to: &$0.report) }
                } catch { found.withLock { $0.error = $0.error ?? error } }
            }
            try advance(Int64(part.count))
        }
        let result = found.withLock { $0 }
        if let error = result.error { throw error as? ComityError ?? ComityError(.storage, "The files cannot be read: \(error)") }
        report.receipts += result.report.receipts
        report.unreceipted += result.report.unreceipted
        report.faults += result.report.faults
        report.faults += try store.read { try Self.auditWork($0) }
    }

    /// The worklist has no row of anything else.
    private static func auditWork(_ reader: Reader) throws -> [AuditReport.Fault] {
        var faults: [AuditReport.Fault] = []
        let counted = try reader.countWorkByViewsAnew()
        if try reader.countWorkByViews() != counted {
            faults.append(.init(index: -1, file: nil, says: "The counts of the worklist are not those of its rows."))
        }
        let rows = counted.values.reduce(0, +)
        let works = try Int(reader.fileCount()) + reader.drafts().count + reader.countRemovedFiles()
        if rows != works {
            faults.append(
                .init(index: -1, file: nil, says: "The worklist has \(rows) rows, but there are \(works) files and open drafts."))
        }
        return faults
    }
}

/// Whose signatures an audit expects.
struct AuditKeys: Sendable {
    let state: StateCode
    /// Signing keys by id, with the State whose they are.
    let signing: [String: (key: VerifyingKey, state: StateCode)]
    /// Keys of registers, of now and before.
    let registers: [StateCode: [NoteVerifier]]

    init(own: VerifyingKey, state: StateCode, entries: [DirectoryEntry]) {
        self.state = state
        var signing = [own.keyID: (key: own, state: state)]
        for entry in entries {
            for key in [entry.signingKey] + entry.formerSigningKeys { signing[key.keyID] = signing[key.keyID] ?? (key, entry.state) }
        }
        self.signing = signing
        registers = Dictionary(grouping: entries, by: \.state).mapValues { $0.map(\.register) }
    }
}
