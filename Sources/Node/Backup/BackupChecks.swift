// SPDX-License-Identifier: Apache-2.0

import Standards
import Storage

extension Node {
    /// How old the last backup is, and when one was last tried.
    func backupChecks() throws(ComityError) -> [DoctorCheck] {
        let (backup, drill) = try store.read { reader in
            (
                try reader.events([.backupNoted, .backupMade], limit: 1).first,
                try reader.events([.backupDrilled], limit: 20).first { $0.detail["ok"] == .bool(true) }
            )
        }
        let now = try now().milliseconds
        func days(_ event: RegisterEvent?) -> Int64? { event.map { (now - $0.at.milliseconds) / BackupLimits.day } }
        func ago(_ days: Int64) -> String { days <= 0 ? "today" : days == 1 ? "yesterday" : "\(days) days ago" }
        let isFresh = (days(backup) ?? .max) <= BackupLimits.backupDays
        let isTried = (days(drill) ?? .max) <= BackupLimits.drillDays
        return [
            DoctorCheck(
                name: "backup", grade: isFresh ? .ok : .warn,
                says: days(backup).map { "\(backup?.event == .backupMade ? "made" : "noted") \(ago($0))" } ?? "none was made or noted",
                fix: isFresh ? "" : "comity backup create FOLDER --to age1…; the folder lies on another disk, a copy in another building."),
            DoctorCheck(
                name: "drill", grade: isTried ? .ok : .warn,
                says: days(drill).map { "a backup was restored \(ago($0))" } ?? "no backup was tried yet",
                fix: isTried ? "" : "Restore one into a scratch folder: comity backup drill ARCHIVE --identity FILE"),
        ]
    }
}
