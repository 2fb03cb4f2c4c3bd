// SPDX-License-Identifier: Apache-2.0

import Exchange
import Sealing
public import Standards
public import Storage

/// Published lists of entries, and who publishes them.
extension Node {
    /// What became of a list.
    public struct ListImport: Sendable, Codable {
        public let publisher: String
        public let issued: Instant
        /// States that are new here; they wait for their confirmation.
        public var new: [StateCode] = []
        /// States whose facts changed.
        public var changed: [StateCode] = []
        public var same: [StateCode] = []
        /// What was left as it is, and why.
        public var left: [String] = []
    }

    public func secretariats() throws(ComityError) -> [SecretariatRow] { try store.read { try $0.secretariats() } }

    /// The fingerprint of a publisher's key: digits, and words.
    public static func fingerprint(of row: SecretariatRow) -> (digits: String, words: String) {
        let key = Base64.urlDecode(row.key) ?? []
        return (DirectoryEntry.fingerprint(of: key), DirectoryEntry.fingerprintWords(of: key))
    }

    /// Enters whoever signed a list as publisher, not yet believed. The entries of the list are not taken.
    /// - Throws: `.schema`, `.badSignature`, `.alreadyExists` for another key under a known id.
    public func addSecretariat(list bytes: [UInt8], by officer: String?) async throws(ComityError) -> SecretariatRow {
        try authorise(officer, .trust, to: "enter a publisher of lists")
        let list = try DirectoryList(verifying: bytes)
        try checkExercise(list)
        let row = SecretariatRow(
            id: list.publisher, name: list.name, key: list.key.text, exercise: list.exercise, addedAt: try now())
        let event = try event(
            .secretariatAdded, file: nil, by: officer ?? "node",
            detail: ["publisher": .string(row.id), "fingerprint": .string(Self.fingerprint(of: row).digits)])
        return try await store.commit { writer in
            if let known = try writer.reader.secretariat(row.id) {
                guard known.key == row.key || known.confirmedAt == nil else {
                    throw ComityError(
                        .alreadyExists, "\(known.id) is known here with another key.", why: "A confirmed key is not replaced silently.",
                        next: "Ask \(known.name) by telephone what happened.")
                }
                if known.key == row.key { return known }
            }
            try writer.save(row)
            try writer.append(event)
            return row
        }.value
    }

    /// Records that the fingerprint of a publisher was compared over a second channel.
    /// - Throws: `.verificationFailed`, `.usage` without number and where it came from, `.notFound`.
    public func confirmSecretariat(_ id: String, fingerprint: String, by officer: String, over channel: SecondChannel)
        async throws(ComityError) -> SecretariatRow
    {
        _ = try require(officer, .trust, to: "confirm a publisher of lists")
        let now = try now()
        let eventID = newID(at: now)
        return try await store.commit { writer in
            guard var row = try writer.reader.secretariat(id) else {
                throw ComityError(
                    .notFound, "“\(Text.safe(id, limit: 60))” is no publisher that is known here.",
                    next: "Enter it with one of its lists: comity directory secretariat add FILE.")
            }
            guard try DirectoryEntry.fingerprint(fingerprint, isOf: Base64.urlDecode(row.key) ?? []) else {
                throw ComityError(
                    .verificationFailed, "The fingerprint differs from the key of \(row.name).",
                    why: "Either it was misheard, or the list is not from there.",
                    next: "Ask to have it read again. If it differs again, stop.")
            }
            var detail: [String: JSONValue] = ["publisher": .string(id), "how": .string(channel.how)]
            if let called = channel.called { detail["called"] = .string(called) }
            if let number = channel.number { detail["number"] = .string(number) }
            if let source = channel.numberSource { detail["numberSource"] = .string(source) }
            row.confirmedAt = now
            row.confirmedBy = [officer, channel.how, channel.called, channel.number.map { "on \($0)" }, channel.numberSource]
                .compactMap { $0 }.joined(separator: ", ")
            try writer.save(row)
            try writer.append(RegisterEvent(id: eventID, event: .secretariatConfirmed, file: nil, at: now, by: officer, detail: detail))
            return row
        }.value
    }

    /// Takes a published list in: new entries come unconfirmed, facts of known ones are refreshed. It never replaces a key, and a list that
    /// is not newer than the last one is refused.
    /// - Throws: `.unknownKey` for a publisher that was not confirmed, `.wrongState` for an older list.
    public func importList(_ bytes: [UInt8], by officer: String?) async throws(ComityError) -> ListImport {
        try authorise(officer, .trust, to: "import a list of entries")
        let list = try DirectoryList(verifying: bytes)
        try checkExercise(list)
        guard var row = try store.read({ try $0.secretariat(list.publisher) }), row.key == list.key.text, row.confirmedAt != nil else {
            throw ComityError(
                .unknownKey, "The list is signed by a key of “\(Text.safe(list.name, limit: 80))” that nobody has confirmed here.",
                next: "comity directory secretariat add FILE, then compare the fingerprint by telephone and confirm it.")
        }
        if let last = row.issuedAt, list.issuedAt < last {
            throw ComityError(
                .wrongState, "The list was issued at \(list.issuedAt), and one of \(last) was imported already.",
                why: "An older list would bring older facts back.", next: "Fetch the newest one.")
        }
        var report = ListImport(publisher: row.id, issued: list.issuedAt)
        for text in list.entries { try await take(Array(text.utf8), of: list, by: officer, &report) }
        row.issuedAt = list.issuedAt
        let done = row
        let event = try event(
            .listImported, file: nil, by: officer ?? "node",
            detail: [
                "publisher": .string(row.id), "issued": .string(list.issuedAt.description), "entries": .integer(Int64(list.entries.count)),
                "new": .array(report.new.map { .string($0.description) }),
                "changed": .array(report.changed.map { .string($0.description) }),
                "left": .integer(Int64(report.left.count)),
            ])
        _ = try await store.commit { writer in
            try writer.save(done)
            try writer.append(event)
        }
        return report
    }

    private func take(_ jws: [UInt8], of list: DirectoryList, by officer: String?, _ report: inout ListImport) async throws(ComityError) {
        let publisher = list.publisher
        do throws(ComityError) {
            let entry = try DirectoryEntry(verifying: jws)
            guard entry.state != state else { return }
            let known = try store.read { try $0.peer(entry.state) }
            if let known, known.entry != entry {
                guard known.trust == .revoked || entry.issuedAt > known.entry.issuedAt else {
                    report.left.append("\(entry.state): the entry here is newer, of \(known.entry.issuedAt).")
                    return
                }
                guard known.trust != .revoked, known.entry.hasIdentity(of: entry) else {
                    report.left.append("\(entry.state): the list has other keys than the ones here; ask \(entry.state) itself.")
                    return
                }
            }
            if known?.entry == entry {
                report.same.append(entry.state)
            } else {
                _ = try await addPeer(jws, by: officer)
                if known == nil { report.new.append(entry.state) } else { report.changed.append(entry.state) }
            }
            let now = try now()
            let source = "the list of \(publisher) of \(list.issuedAt)"
            _ = try await store.commit { writer in
                try writer.noteListed(entry.state, by: publisher, at: list.issuedAt)
                try writer.noteNumbers(entry.numbers, of: entry.state, source: source, at: now)
            }
        } catch {
            guard error.code != .storage, error.code != .permission, error.code != .registerHeld else { throw error }
            report.left.append(error.what)
        }
    }

    private func checkExercise(_ list: DirectoryList) throws(ComityError) {
        guard list.exercise == exercise else {
            throw ComityError(
                .exerciseMismatch,
                list.exercise ? "This list is of an exercise." : "This list is a real one, and this node is for exercises.",
                why: "Exercises and real work never mix.")
        }
    }
}
