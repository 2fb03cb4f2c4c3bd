// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
public import Standards
import Storage

extension Node {
    /// Registers every reminder whose threshold has been passed and that was not given before: once for each threshold, ever,
    /// also after a restart, and whichever process is first. A level of an escalation is a threshold too; only the node of the side
    /// whose duty it is registers it, with the role to tell. Reads only files that have one. Brings the worklist up to the moment first.
    /// - Returns: the reminders that were given now.
    public func remind() async throws(ComityError) -> [Clock.Reminder] {
        try await refreshWork()
        var given: [Clock.Reminder] = []
        var seen: Set<UUIDv7> = []
        while true {
            let now = try now()
            let files = try store.read { try $0.workToRemind(at: now.milliseconds, limit: 100) }.filter { !seen.contains($0) }
            guard !files.isEmpty else { return given }
            seen.formUnion(files)
            given += try await remind(files, now)
        }
    }

    private func remind(_ files: [UUIDv7], _ now: Instant) async throws(ComityError) -> [Clock.Reminder] {
        let due = try store.read { reader in
            try files.flatMap { file in
                guard let row = try reader.file(id: file) else { return [(UUIDv7, Clock.Reminder)]() }
                return try standing(of: try Self.dossier(file, reader), reader, now).remindersDue(at: now, file: file, own: row.side)
                    .filter { try !reader.isReminded($0.id) }.map { (file, $0) }
            }
        }
        var events: [(file: UUIDv7, reminder: Clock.Reminder, event: RegisterEvent)] = []
        for (file, reminder) in due {
            var detail: [String: JSONValue] = ["rule": .string(reminder.rule), "threshold": .integer(reminder.threshold)]
            if let level = reminder.level {
                detail["level"] = .integer(Int64(level.level))
                detail["tell"] = .string(level.tell)
            }
            let event = try event(.reminded, file: file, by: "node", detail: detail)
            events.append((file, reminder, event))
        }
        let fresh = events
        return try await store.commit { writer in
            var given: [Clock.Reminder] = []
            for item in fresh where try writer.remind(item.reminder.id, file: item.file, at: now) {
                try writer.append(item.event)
                given.append(item.reminder)
            }
            for file in files { writer.touch(.file(file)) }
            return given
        }.value
    }
}
