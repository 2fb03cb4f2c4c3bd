// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
public import Standards
import Storage

extension Node {
    /// Registers every reminder whose threshold has been passed and that was not given before: once for each threshold, ever,
    /// also after a restart, and whichever process is first.
    /// - Returns: the reminders that were given now.
    public func remind() async throws(ComityError) -> [Clock.Reminder] {
        let now = try now()
        let due = try store.read { reader in
            try reader.files().flatMap { row in
                let dossier = try Self.dossier(row.id, reader)
                return try standing(of: dossier, reader, now).remindersDue(at: now, file: row.id).map { (row.id, $0) }
            }
        }
        guard !due.isEmpty else { return [] }
        var events: [(file: UUIDv7, reminder: Clock.Reminder, event: RegisterEvent)] = []
        for (file, reminder) in due where try !store.read({ try $0.isReminded(reminder.id) }) {
            let event = try event(
                .reminded, file: file, by: "node", detail: ["rule": .string(reminder.rule), "threshold": .integer(reminder.threshold)])
            events.append((file, reminder, event))
        }
        let fresh = events
        guard !fresh.isEmpty else { return [] }
        return try await store.commit { writer in
            var given: [Clock.Reminder] = []
            for item in fresh where try writer.remind(item.reminder.id, file: item.file, at: now) {
                try writer.append(item.event)
                given.append(item.reminder)
            }
            return given
        }.value
    }
}
