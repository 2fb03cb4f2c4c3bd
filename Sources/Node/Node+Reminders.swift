// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
public import Standards
import Storage

extension Node {
    /// Registers every reminder whose threshold has been passed and that was not given before: once for each threshold, ever,
    /// also after a restart, and whichever process is first. Reads only files that have one. Brings the worklist up to the
    /// moment first.
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
                try standing(of: try Self.dossier(file, reader), reader, now).remindersDue(at: now, file: file)
                    .filter { try !reader.isReminded($0.id) }.map { (file, $0) }
            }
        }
        var events: [(file: UUIDv7, reminder: Clock.Reminder, event: RegisterEvent)] = []
        for (file, reminder) in due {
            let event = try event(
                .reminded, file: file, by: "node", detail: ["rule": .string(reminder.rule), "threshold": .integer(reminder.threshold)])
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
