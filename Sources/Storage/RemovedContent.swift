// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
internal import GRDB
public import Register
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A file whose content was removed under a rule. What is left of it proves that it was, and says nothing about what it was about.
public struct RemovedFile: Sendable, Codable {
    public let id: UUIDv7
    public let ref: FileReference
    public let type: FileType
    public let side: Side
    public let counterparts: [StateCode]
    public let opened: Instant
    /// When its last act was registered here.
    public let last: Instant
    /// The state it was in.
    public let state: FileState
    /// The rule, and what it says.
    public let rule: String
    public let says: String
    /// The two officers, and when.
    public let preparedBy: String
    public let approvedBy: String
    public let at: Instant
    /// The event `content-removed`.
    public let event: UUIDv7
    /// Packages and uploads that were taken from the disk, relative to the data folder.
    public let files: [String]

    public init(
        id: UUIDv7, ref: FileReference, type: FileType, side: Side, counterparts: [StateCode], opened: Instant, last: Instant,
        state: FileState, rule: String, says: String, preparedBy: String, approvedBy: String, at: Instant, event: UUIDv7, files: [String]
    ) {
        self.id = id
        self.ref = ref
        self.type = type
        self.side = side
        self.counterparts = counterparts
        self.opened = opened
        self.last = last
        self.state = state
        self.rule = rule
        self.says = says
        self.preparedBy = preparedBy
        self.approvedBy = approvedBy
        self.at = at
        self.event = event
        self.files = files
    }
}

/// What stays of an act or event whose bytes were removed.
public struct ProofStub: Sendable, Codable {
    public enum Source: String, Sendable, Codable { case act, event }

    /// Index of its entry in this node's register.
    public let index: Int64
    public let id: UUIDv7
    public let file: UUIDv7?
    public let source: Source
    /// Kind of the act or event.
    public let kind: String
    /// What the entry holds.
    public let hash: Hash
    /// The State that made the act, or the officer of the event.
    public let from: String
    /// When the act or event says it was made.
    public let at: Instant

    public init(index: Int64, id: UUIDv7, file: UUIDv7?, source: Source, kind: String, hash: Hash, from: String, at: Instant) {
        self.index = index
        self.id = id
        self.file = file
        self.source = source
        self.kind = kind
        self.hash = hash
        self.from = from
        self.at = at
    }
}

/// A removal that one officer prepared and another has not approved yet.
public struct PreparedRemoval: Sendable, Codable {
    public let ref: FileReference
    public let rule: String
    public let officer: String
    public let at: Instant

    public init(ref: FileReference, rule: String, officer: String, at: Instant) {
        self.ref = ref
        self.rule = rule
        self.officer = officer
        self.at = at
    }
}

/// A file that nothing may be removed from, whatever a rule says.
public struct LegalHold: Sendable, Codable {
    public let ref: FileReference
    public let officer: String
    public let reason: String
    public let at: Instant

    public init(ref: FileReference, officer: String, reason: String, at: Instant) {
        self.ref = ref
        self.officer = officer
        self.reason = reason
        self.at = at
    }
}

extension Reader {
    private func value<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
        try IJSON.decode(type, from: data, limit: 1 << 16)
    }

    public func removedFiles() throws -> [RemovedFile] {
        try Data.fetchAll(db.cachedStatement(sql: "SELECT detail FROM removed_file ORDER BY ref")).map { try value(RemovedFile.self, $0) }
    }

    public func removedFile(_ ref: FileReference) throws -> RemovedFile? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT detail FROM removed_file WHERE ref = ?"), arguments: [ref.description])
            .map { try value(RemovedFile.self, $0) }
    }

    public func removedFile(id: UUIDv7) throws -> RemovedFile? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT detail FROM removed_file WHERE id = ?"), arguments: [id.description])
            .map { try value(RemovedFile.self, $0) }
    }

    public func countRemovedFiles() throws -> Int { try Int.fetchOne(db.cachedStatement(sql: "SELECT COUNT(*) FROM removed_file")) ?? 0 }

    /// What stays of a file, in the order of the register.
    public func proofStubs(of file: UUIDv7) throws -> [ProofStub] {
        try Data.fetchAll(
            db.cachedStatement(sql: "SELECT detail FROM proof_stub WHERE file = ? ORDER BY idx"), arguments: [file.description]
        )
        .map { try value(ProofStub.self, $0) }
    }

    public func proofStub(_ id: UUIDv7) throws -> ProofStub? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT detail FROM proof_stub WHERE id = ?"), arguments: [id.description])
            .map { try value(ProofStub.self, $0) }
    }

    public func preparedRemovals() throws -> [PreparedRemoval] {
        try Data.fetchAll(db.cachedStatement(sql: "SELECT detail FROM removal ORDER BY ref")).map { try value(PreparedRemoval.self, $0) }
    }

    public func preparedRemoval(_ ref: FileReference) throws -> PreparedRemoval? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT detail FROM removal WHERE ref = ?"), arguments: [ref.description])
            .map { try value(PreparedRemoval.self, $0) }
    }

    public func legalHold(_ ref: FileReference) throws -> LegalHold? {
        try Data.fetchOne(db.cachedStatement(sql: "SELECT detail FROM legal_hold WHERE ref = ?"), arguments: [ref.description])
            .map { try value(LegalHold.self, $0) }
    }

    public func legalHolds() throws -> [LegalHold] {
        try Data.fetchAll(db.cachedStatement(sql: "SELECT detail FROM legal_hold ORDER BY ref")).map { try value(LegalHold.self, $0) }
    }

    /// Files in one of these states, for whoever looks what is due.
    public func workRows(in states: [FileState]) throws -> [WorkRow] {
        var query = WorkQuery()
        query.states = Set(states)
        query.sort = .reference
        query.limit = .max
        return try work(query).filter { $0.file != nil }
    }

    /// Something of the file is still owed to another State.
    public func isOwed(_ file: UUIDv7) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM outbox WHERE stage = 'waiting' AND
                      ((kind = 'act' AND ref IN (SELECT id FROM act WHERE file = ?1)) OR
                       (kind = 'package' AND ref IN (SELECT digest FROM package WHERE file = ?1))))
                    """), arguments: [file.description]) ?? false
    }

    /// Events of these kinds that belong to a file, or to the draft that it was.
    public func events(_ kinds: [RegisterEvent.Kind], of file: UUIDv7, _ ref: FileReference) throws -> [(
        index: Int64, event: RegisterEvent
    )] {
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        var arguments = StatementArguments(kinds.map(\.rawValue))
        arguments += [file.description, ref.description]
        return try Row.fetchAll(
            db,
            sql: """
                SELECT idx, bytes FROM event WHERE kind IN (\(marks)) AND length(bytes) > 0
                  AND (file = ? OR (file IS NULL AND instr(CAST(bytes AS TEXT), ?) > 0)) ORDER BY idx
                """, arguments: arguments
        ).compactMap { row in
            let event = try IJSON.decode(RegisterEvent.self, from: row["bytes"] as Data, limit: 1 << 20)
            guard event.file == file || event.detail["ref"]?.string == ref.description else { return nil }
            return try (row["idx"], event)
        }
    }

    /// An officer's look at a file in this hour is registered.
    public func isViewed(_ ref: FileReference, by officer: String, hour: Int64) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM viewed WHERE officer = ? AND ref = ? AND hour = ?)"),
            arguments: [officer, ref.description, hour]) ?? false
    }
}

extension Writer {
    /// - Returns: false when the look was registered in this hour.
    public func noteView(_ ref: FileReference, by officer: String, hour: Int64) throws -> Bool {
        try db.execute(
            sql: "INSERT OR IGNORE INTO viewed (officer, ref, hour) VALUES (?, ?, ?)", arguments: [officer, ref.description, hour])
        guard db.changesCount == 1 else { return false }
        // The register keeps them; this table only knows the last two days.
        try db.execute(
            sql: "DELETE FROM viewed WHERE officer = ? AND ref = ? AND hour < ?", arguments: [officer, ref.description, hour - 48])
        return true
    }

    public func prepare(_ removal: PreparedRemoval) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO removal (ref, detail) VALUES (?, ?)",
            arguments: [removal.ref.description, Data(try IJSON.encode(removal))])
    }

    public func deleteRemoval(_ ref: FileReference) throws {
        try db.execute(sql: "DELETE FROM removal WHERE ref = ?", arguments: [ref.description])
    }

    public func hold(_ hold: LegalHold) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO legal_hold (ref, detail) VALUES (?, ?)",
            arguments: [hold.ref.description, Data(try IJSON.encode(hold))])
    }

    public func unhold(_ ref: FileReference) throws {
        try db.execute(sql: "DELETE FROM legal_hold WHERE ref = ?", arguments: [ref.description])
    }

    /// Takes out what was written in a file: acts, the bytes of events, what is known of packages, uploads, its draft. The entries of
    /// the register stay, a stub for each, and the row of the worklist says so.
    public mutating func removeContent(_ removed: RemovedFile, stubs: [ProofStub]) throws {
        let (id, ref) = (removed.id.description, removed.ref.description)
        // What is deleted is overwritten with zeros in the pages of the database.
        try db.execute(sql: "PRAGMA secure_delete = ON")
        defer { try? db.execute(sql: "PRAGMA secure_delete = OFF") }
        try db.execute(
            sql: "INSERT INTO removed_file (id, ref, detail) VALUES (?, ?, ?)", arguments: [id, ref, Data(try IJSON.encode(removed))])
        for stub in stubs {
            try db.execute(
                sql: "INSERT INTO proof_stub (idx, id, file, detail) VALUES (?, ?, ?, ?)",
                arguments: [stub.index, stub.id.description, id, Data(try IJSON.encode(stub))])
            switch stub.source {
            case .act: try db.execute(sql: "DELETE FROM act WHERE idx = ?", arguments: [stub.index])
            case .event: try db.execute(sql: "UPDATE event SET bytes = x'' WHERE idx = ?", arguments: [stub.index])
            }
        }
        for sql in [
            "DELETE FROM part WHERE package IN (SELECT digest FROM package WHERE file = ?)",
            "DELETE FROM package_record WHERE package IN (SELECT digest FROM package WHERE file = ?)",
            "DELETE FROM time_stamp WHERE package IN (SELECT digest FROM package WHERE file = ?)",
            "DELETE FROM package WHERE file = ?", "DELETE FROM pending WHERE file = ?", "DELETE FROM reminder WHERE file = ?",
            "DELETE FROM link WHERE file = ?", "DELETE FROM file WHERE id = ?",
        ] { try db.execute(sql: sql, arguments: [id]) }
        for sql in [
            "DELETE FROM upload WHERE ref = ?", "DELETE FROM task WHERE ref = ?", "DELETE FROM draft WHERE ref = ?",
            "DELETE FROM call WHERE ref = ?", "DELETE FROM assignment WHERE ref = ?", "DELETE FROM removal WHERE ref = ?",
        ] { try db.execute(sql: sql, arguments: [ref]) }
        touch(.file(removed.id))
    }
}
