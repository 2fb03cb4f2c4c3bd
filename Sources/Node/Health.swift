// SPDX-License-Identifier: Apache-2.0

import CTimex
import Dossier
import Foundation
public import Standards
import Storage

/// Figures about the running node, for an administrator. No content of files is in it.
public struct NodeHealth: Sendable {
    /// What is owed to one peer.
    public struct Owed: Sendable, Equatable {
        public let peer: StateCode
        public let count: Int
        /// The most attempts that one of them took.
        public let attempts: Int
        /// Why the last attempt failed; nil when none did.
        public let says: String?
    }

    public let checks: [DoctorCheck]
    /// Bytes.
    public let diskFree: Int64
    public let diskAll: Int64
    /// Bytes of the database.
    public let database: Int64
    /// Entries of the register.
    public let entries: Int64
    public let owed: [Owed]
    public let clock: MachineClock
    /// The exercise clock against the machine's, milliseconds; nil on a real node.
    public let exerciseShift: Int64?
    /// Nil: none was noted.
    public let lastBackup: Instant?
}

/// How far this machine's clock can be believed, as its kernel says.
public enum MachineClock: Sendable, Equatable {
    /// A time service keeps it; the error is at most so many milliseconds.
    case kept(errorMilliseconds: Int64)
    /// Nothing corrects it.
    case free

    static func now() -> MachineClock {
        var time = timex()
        // Modes 0: read only. The answer TIME_ERROR or the flag STA_UNSYNC says that nothing corrects the clock.
        let state = adjtimex(&time)
        guard state >= 0, state != TIME_ERROR, time.status & STA_UNSYNC == 0 else { return .free }
        return .kept(errorMilliseconds: Int64(time.maxerror) / 1000)
    }
}

extension Node {
    /// - Parameter officer: an administrator, or whoever may read the register; nil is the node's owner.
    public func health(officer: String?) throws(ComityError) -> NodeHealth {
        let checks = try doctor(officer: officer)
        let disk = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        func bytes(_ key: FileAttributeKey) -> Int64 { (disk?[key] as? NSNumber)?.int64Value ?? 0 }
        let (database, entries, waiting, backup) = try store.read { reader in
            (
                try reader.databaseSize(), try reader.registerSize(), try reader.waiting(),
                try reader.events([.backupNoted, .backupMade], limit: 1).first
            )
        }
        let owed = Dictionary(grouping: waiting, by: \.peer).map { peer, rows in
            NodeHealth.Owed(
                peer: peer, count: rows.count, attempts: rows.map(\.attempts).max() ?? 0,
                says: rows.max { $0.attempts < $1.attempts }?.says)
        }
        return NodeHealth(
            checks: checks, diskFree: bytes(.systemFreeSize), diskAll: bytes(.systemSize), database: database, entries: entries,
            owed: owed.sorted { "\($0.peer)" < "\($1.peer)" }, clock: .now(),
            exerciseShift: exercise ? try now().milliseconds - Self.realMilliseconds() : nil, lastBackup: backup.map { local($0.at) })
    }
}

extension Node {
    /// Whether a time service keeps this machine's clock.
    public func clockIsKept() -> Bool { MachineClock.now() != .free }
}
