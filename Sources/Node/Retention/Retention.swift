// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Law
public import Standards
public import Storage

/// A file whose content may be removed under a rule.
public struct RetentionDue: Sendable, Codable {
    public let ref: FileReference
    public let type: FileType
    public let state: FileState
    /// When its last act was registered here.
    public let last: Instant
    /// Since when it is due.
    public let since: Instant
    public let rule: String
    public let cite: String
    public let unverified: Bool
    public let says: String
    /// The officer who prepared the removal; nil while nobody has.
    public let prepared: String?
}

/// A file whose content is gone, with the proofs that are left.
public struct RemovedView: Sendable, Codable {
    public let file: RemovedFile
    public let stubs: [ProofStub]
}

extension Node {
    /// Files whose content may be removed now, the longest due first. Never due: a file under a legal hold, one that still owes something,
    /// one that waits for a second person, one linked to a file that is not over.
    public func retentionDue(officer: String?) throws(ComityError) -> [RetentionDue] {
        _ = try sight(of: officer)
        let now = try now()
        let states = Set(law.retention.flatMap(\.states)).compactMap(FileState.init(rawValue:))
        return try store.read { reader in
            try reader.workRows(in: states).compactMap { try due($0, reader, now) }
        }.sorted { ($0.since, $0.ref.description) < ($1.since, $1.ref.description) }
    }

    /// Nil when it is not due. Of several rules the one that keeps longest counts, and what this side said when it closed the file.
    func due(_ row: WorkRow, _ reader: Reader, _ now: Instant) throws -> RetentionDue? {
        guard let file = row.file, row.pending == nil, try reader.file(id: file) != nil else { return nil }
        let rules = law.retention(for: row.type.rawValue).filter { $0.states.contains(row.state.rawValue) }
        guard let rule = rules.max(by: { $0.after.milliseconds < $1.after.milliseconds }) else { return nil }
        let last = try reader.lastRegistered(of: file) ?? row.opened
        // Who closed the file may have said that it is kept longer.
        let kept = try reader.filedActs(of: file).filter { $0.act.kind == .close && $0.outgoing }
            .compactMap { try ActBody.read(ActBody.Close.self, from: $0.act).retainUntil }
        let since = ([last.adding(rule.after)] + kept).max() ?? last
        guard since <= now, try reader.legalHold(row.ref) == nil, try !reader.isOwed(file) else { return nil }
        let over = Set(law.retention.flatMap(\.states))
        for neighbour in try reader.neighbours(of: file) {
            if let kept = try reader.workRow(neighbour.ref), !over.contains(kept.state.rawValue) { return nil }
        }
        return RetentionDue(
            ref: row.ref, type: row.type, state: row.state, last: local(last), since: local(since), rule: rule.id, cite: rule.cite,
            unverified: rule.tag.isUnverified, says: rule.says, prepared: try reader.preparedRemoval(row.ref)?.officer)
    }

    /// Files whose content was removed.
    public func removedFiles(officer: String?) throws(ComityError) -> [RemovedFile] {
        _ = try sight(of: officer)
        return try store.read { try $0.removedFiles() }
    }

    /// What is left of a file; nil when its content is here, or there is no such file.
    public func removedView(_ ref: FileReference, officer: String?) throws(ComityError) -> RemovedView? {
        _ = try sight(of: officer)
        return try store.read { reader in
            try reader.removedFile(ref).map { RemovedView(file: $0, stubs: try reader.proofStubs(of: $0.id)) }
        }
    }

    public func legalHolds(officer: String?) throws(ComityError) -> [LegalHold] {
        _ = try sight(of: officer)
        return try store.read { try $0.legalHolds() }
    }

    /// Nothing is removed from the file, whatever a rule says, until that is lifted. Registered as `legal-hold-set`.
    /// - Parameter reason: 10 to 2000 characters, in words.
    public func holdFile(_ ref: FileReference, reason: String, officer: String) async throws(ComityError) {
        _ = try require(officer, .answer, to: "hold a file")
        let words = try Self.retentionReason(reason)
        let now = try now()
        let file = try store.read { reader in
            guard let file = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            return file.id
        }
        let event = try event(
            .legalHoldSet, file: file, by: officer, detail: ["ref": .string(ref.description), "reason": .string(words)])
        _ = try await store.commit { writer in
            guard try writer.reader.legalHold(ref) == nil else { throw ComityError(.wrongState, "\(ref) is held already.") }
            try writer.hold(LegalHold(ref: ref, officer: officer, reason: words, at: now))
            try writer.deleteRemoval(ref)
            try writer.append(event)
        }
    }

    /// Registered as `legal-hold-lifted`.
    /// - Throws: `.permission` for somebody who approves nothing: lifting a hold opens the way for a removal.
    public func unholdFile(_ ref: FileReference, reason: String, officer: String) async throws(ComityError) {
        _ = try require(officer, .approve, to: "lift the hold on a file")
        let words = try Self.retentionReason(reason)
        let file = try store.read { try $0.file(ref)?.id }
        let event = try event(
            .legalHoldLifted, file: file, by: officer, detail: ["ref": .string(ref.description), "reason": .string(words)])
        _ = try await store.commit { writer in
            guard try writer.reader.legalHold(ref) != nil else { throw ComityError(.wrongState, "\(ref) is not held.") }
            try writer.unhold(ref)
            try writer.append(event)
        }
    }

    private static func retentionReason(_ reason: String) throws(ComityError) -> String {
        let words = reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (10...2000).contains(words.count), Text.safe(words, limit: 2000) == words else {
            throw ComityError(
                .usage, "A reason of 10 to 2000 characters is needed.", why: "Whoever reads the register must understand it.",
                next: "Name the proceedings, the court or the law.")
        }
        return words
    }

    /// There is no such file, or its content was removed.
    static func noFile(_ ref: FileReference, _ reader: Reader) throws -> ComityError {
        try reader.removedFile(ref).map(contentRemoved) ?? noFile(ref)
    }

    static func contentRemoved(_ removed: RemovedFile) -> ComityError {
        ComityError(
            .contentRemoved, "The content of \(removed.ref) was removed under the rule \(removed.rule) on \(removed.at).",
            why: "\(removed.preparedBy) prepared it and \(removed.approvedBy) approved it.",
            next: "comity file show \(removed.ref) prints the proofs that are left.")
    }
}
