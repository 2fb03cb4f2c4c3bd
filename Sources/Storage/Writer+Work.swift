// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Exchange
internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    /// The next number of a State's references of one type in one year.
    public func nextNumber(state: StateCode, year: Int, type: String) throws -> Int {
        try db.run(
            """
            INSERT INTO number (state, year, type, last) VALUES (?, ?, ?, 1)
            ON CONFLICT (state, year, type) DO UPDATE SET last = last + 1
            """, [state.description, year, type])
        return try Int.fetchOne(
            db, sql: "SELECT last FROM number WHERE state = ? AND year = ? AND type = ?", arguments: [state.description, year, type]) ?? 0
    }

    public mutating func insert(_ draft: DraftRow) throws {
        try db.run(
            "INSERT INTO draft (ref, type, recipient, officer, role, created, content, form) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                draft.ref.description, draft.type.rawValue, draft.recipients.map(\.description).joined(separator: ","), draft.officer,
                draft.role,
                draft.created.description,
                Data(try IJSON.encode(draft.content)), try draft.form.map { Data(try IJSON.encode($0)) },
            ])
        touch(.draft(draft.ref))
    }

    public mutating func approve(_ ref: FileReference, _ approval: Act.Approval) throws {
        try db.run("UPDATE draft SET approval = ? WHERE ref = ?", [Data(try IJSON.encode(approval)), ref.description])
        touch(.draft(ref))
    }

    public mutating func markSent(_ ref: FileReference, at: Instant) throws {
        try db.run("UPDATE draft SET sent = ? WHERE ref = ?", [at.description, ref.description])
        touch(.draft(ref))
    }

    /// Gives a draft another content; an approval of the old one no longer counts.
    /// - Parameter stage: where it stands afterwards.
    public mutating func revise(
        _ ref: FileReference, _ content: JSONValue, recipients: [StateCode], by saved: DraftRow.Saved, form: JSONValue?,
        stage: DraftRow.Stage = .draft
    ) throws {
        try db.run(
            """
            UPDATE draft SET content = ?, recipient = ?, approval = NULL, stage = ?, version = version + 1, saved_by = ?, saved_at = ?,
            form = ?, writers = CASE WHEN instr(' ' || writers || ' ', ' ' || ? || ' ') > 0 THEN writers
              WHEN writers = '' THEN ? ELSE writers || ' ' || ? END
            WHERE ref = ?
            """,
            [
                Data(try IJSON.encode(content)), recipients.map(\.description).joined(separator: ","), stage.rawValue, saved.officer,
                saved.at.description, try form.map { Data(try IJSON.encode($0)) }, saved.officer, saved.officer, saved.officer,
                ref.description,
            ])
        touch(.draft(ref))
    }

    public mutating func setStage(ofDraft ref: FileReference, _ stage: DraftRow.Stage, comment: String?) throws {
        try db.run("UPDATE draft SET stage = ?, comment = ?, approval = NULL WHERE ref = ?", [stage.rawValue, comment, ref.description])
        touch(.draft(ref))
    }

    /// The rules that a draft sets aside; an approval without them, or with others, no longer counts.
    public func setOverrides(ofDraft ref: FileReference, _ overrides: [DraftRow.Override]) throws {
        try db.run(
            "UPDATE draft SET overrides = ?, approval = NULL, stage = 'draft' WHERE ref = ?",
            [Data(try IJSON.encode(overrides)), ref.description])
    }

    /// Takes a draft out of the work in hand; its registration stays.
    public mutating func discardDraft(_ ref: FileReference) throws {
        try db.run("UPDATE draft SET sent = 'discarded' WHERE ref = ?", [ref.description])
        touch(.draft(ref))
    }

    public mutating func insert(_ package: PackageRow, created: Instant) throws {
        try db.run(
            """
            INSERT INTO package (digest, file, name, size, exhibits, outgoing, stage, conditions, created)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                package.digest, package.file.description, package.name, package.size, package.exhibits, package.outgoing,
                package.stage.rawValue,
                Data(try IJSON.encode(package.conditions)), created.description,
            ])
        touch(.file(package.file))
    }

    public mutating func setStage(ofPackage digest: String, _ stage: PackageRow.Stage) throws {
        try db.run("UPDATE package SET stage = ? WHERE digest = ?", [stage.rawValue, digest])
        if let file = try reader.package(digest)?.file { touch(.file(file)) }
    }

    public func insertPart(_ number: Int, ofPackage digest: String) throws {
        try db.run("INSERT OR IGNORE INTO part (package, number) VALUES (?, ?)", [digest, number])
    }

    /// Owes something to a peer; once.
    public mutating func enqueue(_ kind: OutboxRow.Kind, _ ref: String, to peer: StateCode, next: Int64) throws {
        try db.run(
            "INSERT OR IGNORE INTO outbox (peer, kind, ref, next) VALUES (?, ?, ?, ?)", [peer.description, kind.rawValue, ref, next])
        owes = true
    }

    /// Takes the work on a row until `until`; false when another process has it or it is done.
    public func claim(_ id: Int64, now: Int64, until: Int64) throws -> Bool {
        try db.run("UPDATE outbox SET claimed = ? WHERE id = ? AND stage = 'waiting' AND claimed <= ?", [until, id, now])
        return db.changesCount == 1
    }

    public mutating func finish(_ id: Int64, _ stage: OutboxRow.Stage, code: String? = nil, says: String? = nil) throws {
        try db.run("UPDATE outbox SET stage = ?, code = ?, says = ?, claimed = 0 WHERE id = ?", [stage.rawValue, code, says, id])
        let act = try String.fetchOne(db, sql: "SELECT ref FROM outbox WHERE id = ? AND kind = 'act'", arguments: [id])
        if let act { try touch(fileOfAct: act) }
    }

    public func postpone(_ id: Int64, next: Int64, code: String, says: String) throws {
        try db.run(
            "UPDATE outbox SET attempts = attempts + 1, next = ?, claimed = 0, code = ?, says = ? WHERE id = ? AND stage = 'waiting'",
            [next, code, says, id])
    }

    /// Keeps what was not believed. The same bytes with the same code are kept once.
    /// - Returns: false when they were there already.
    public func quarantine(code: String, says: String, peer: String, at: Instant, sha256: String, bytes: [UInt8]) throws -> Bool {
        try db.run(
            "INSERT OR IGNORE INTO quarantine (code, says, peer, at, sha256, bytes) VALUES (?, ?, ?, ?, ?, ?)",
            [code, says, peer, at.description, sha256, Data(bytes)])
        return db.changesCount == 1
    }

    public mutating func insertReceipt(_ json: [UInt8], act: UUIDv7, peer: StateCode, at: Instant) throws {
        try db.run(
            "INSERT OR REPLACE INTO receipt (act, peer, json, at) VALUES (?, ?, ?, ?)",
            [act.description, peer.description, Data(json), at.description])
        try touch(fileOfAct: act.description)
    }

    /// Keeps a step until a second person approves it; one for each file.
    public mutating func insert(_ pending: PendingRow) throws {
        try db.run(
            "INSERT INTO pending (file, kind, officer, role, created, body) VALUES (?, ?, ?, ?, ?, ?)",
            [
                pending.file.description, pending.kind.rawValue, pending.officer, pending.role, pending.created.description,
                Data(try IJSON.encode(pending.body)),
            ])
        touch(.file(pending.file))
    }

    public mutating func deletePending(_ file: UUIDv7) throws {
        try db.run("DELETE FROM pending WHERE file = ?", [file.description])
        touch(.file(file))
    }

    /// - Returns: false when this reminder was given before.
    public mutating func remind(_ id: String, file: UUIDv7, at: Instant) throws -> Bool {
        try db.run("INSERT OR IGNORE INTO reminder (id, file, at) VALUES (?, ?, ?)", [id, file.description, at.description])
        let isNew = db.changesCount == 1
        touch(.file(file))
        return isNew
    }

    public func save(_ peer: Peer) throws {
        try db.run(
            "INSERT OR REPLACE INTO peer (state, jws, trust, added, confirmed, confirmed_by) VALUES (?, ?, ?, ?, ?, ?)",
            [
                peer.entry.state.description, Data(peer.jws), peer.trust.rawValue, peer.addedAt.description, peer.confirmedAt?.description,
                peer.confirmedBy,
            ])
    }

    /// Keeps the entry that is about to be replaced.
    public func retire(_ peer: Peer) throws {
        try db.run("INSERT OR IGNORE INTO former_entry (state, jws) VALUES (?, ?)", [peer.entry.state.description, Data(peer.jws)])
    }

    public func setOfficer(_ id: String, role: String) throws {
        try db.run("INSERT OR REPLACE INTO officer (id, role) VALUES (?, ?)", [id, role])
    }

    public func set(_ name: String, _ value: String) throws {
        try db.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", [name, value])
    }
}
