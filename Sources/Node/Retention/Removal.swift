// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Register
import Sealing
public import Standards
public import Storage

/// Removing content takes two officers: one prepares, another approves, and then it happens.
extension Node {
    /// Events whose text may say what a file is about; the bytes of the others stay.
    static let contentEvents: [RegisterEvent.Kind] = [
        .noted, .called, .custodyNoted, .overridden, .returnedToAuthor, .sealed, .opened, .verified, .previewed, .downloaded,
    ]

    /// Prepares the removal of files that are due; registered as `removal-prepared`, one for each.
    /// - Parameter refs: empty takes all that are due.
    /// - Returns: those that were prepared now.
    /// - Throws: `.permission`; `.wrongState` for a file that is not due, and nothing is prepared then.
    @discardableResult
    public func prepareRemoval(_ refs: [FileReference] = [], officer: String) async throws(ComityError) -> [RetentionDue] {
        _ = try require(officer, .answer, to: "prepare the removal of content")
        let all = try retentionDue(officer: officer)
        let chosen =
            try refs.isEmpty
            ? all.filter { $0.prepared == nil }
            : refs.map { ref throws(ComityError) in
                guard let due = all.first(where: { $0.ref == ref }) else { throw try notDue(ref) }
                return due
            }
        let now = try now()
        let items = chosen.map { ($0, newID(at: now)) }
        guard !items.isEmpty else { return [] }
        _ = try await store.commit { writer in
            for (due, id) in items {
                try writer.prepare(PreparedRemoval(ref: due.ref, rule: due.rule, officer: officer, at: now))
                try writer.append(
                    RegisterEvent(
                        id: id, event: .removalPrepared, file: try writer.reader.file(due.ref)?.id, at: now, by: officer,
                        detail: ["ref": .string(due.ref.description), "rule": .string(due.rule)]))
            }
        }
        return chosen
    }

    private func notDue(_ ref: FileReference) throws(ComityError) -> ComityError {
        let (file, hold) = try store.read { reader in
            guard let file = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
            return (file, try reader.legalHold(ref))
        }
        if let hold {
            return ComityError(
                .wrongState, "\(file.ref) is under a legal hold since \(hold.at).", why: hold.reason,
                next: "comity retention unhold \(ref), when the reason is over.")
        }
        return ComityError(.wrongState, "\(ref) is not due.", next: "comity retention due lists what is.")
    }

    /// Gives a prepared removal up.
    public func discardRemoval(_ ref: FileReference, officer: String) async throws(ComityError) {
        _ = try require(officer, .answer, to: "give up the removal of content")
        let file = try store.read { try $0.file(ref)?.id }
        let event = try event(.removalDiscarded, file: file, by: officer, detail: ["ref": .string(ref.description)])
        _ = try await store.commit { writer in
            guard try writer.reader.preparedRemoval(ref) != nil else { throw Self.noRemoval(ref) }
            try writer.deleteRemoval(ref)
            try writer.append(event)
        }
    }

    /// The second officer agrees: content, packages and uploads of the file are removed, and the register says so for good.
    /// - Throws: `.permission` for whoever prepared it, `.notFound` when nothing was prepared, `.wrongState` when it is not due any more.
    @discardableResult
    public func approveRemoval(_ ref: FileReference, officer: String) async throws(ComityError) -> RemovedFile {
        _ = try require(officer, .approve, to: "approve the removal of content")
        let now = try now()
        let id = newID(at: now)
        let removed = try await store.commit { writer -> RemovedFile in
            let reader = writer.reader
            guard let prepared = try reader.preparedRemoval(ref) else { throw Self.noRemoval(ref) }
            guard prepared.officer != officer else {
                throw ComityError(
                    .permission, "\(officer) prepared this removal and cannot approve it.", why: "Removing content takes two officers.",
                    next: "Ask another officer who approves.")
            }
            guard let file = try reader.file(ref), let row = try reader.workRow(ref), let due = try self.due(row, reader, now),
                due.rule == prepared.rule
            else {
                throw ComityError(
                    .wrongState, "\(ref) is not due any more.", why: "It went on, or was held, since the removal was prepared.",
                    next: "comity retention due lists what is.")
            }
            let stubs = try self.stubs(file, reader)
            let packages = try reader.packages(of: file.id)
            let removed = RemovedFile(
                id: file.id, ref: ref, type: file.type, side: file.side, counterparts: file.counterparts, opened: file.opened,
                last: due.last,
                state: due.state, rule: due.rule, says: due.says, preparedBy: prepared.officer, approvedBy: officer, at: now, event: id,
                files: try self.paths(packages, ref, reader))
            func indexes(_ source: ProofStub.Source) -> JSONValue {
                .array(stubs.filter { $0.source == source }.map { .integer($0.index) })
            }
            try writer.append(
                RegisterEvent(
                    id: id, event: .contentRemoved, file: file.id, at: now, by: officer,
                    detail: [
                        "ref": .string(ref.description), "rule": .string(due.rule), "preparedBy": .string(prepared.officer),
                        "acts": indexes(.act), "events": indexes(.event), "packages": .array(packages.map { .string($0.digest) }),
                    ]))
            try writer.removeContent(removed, stubs: stubs)
            return removed
        }.value
        try removeFiles(of: removed)
        return removed
    }

    private static func noRemoval(_ ref: FileReference) -> ComityError {
        ComityError(.notFound, "No removal of \(ref) is prepared.", next: "comity retention apply \(ref) --as OFFICER")
    }

    private func stubs(_ file: FileRow, _ reader: Reader) throws -> [ProofStub] {
        let acts = try reader.acts(of: file.id).map { stored in
            let act = try Self.hashed(stored).act
            return ProofStub(
                index: stored.index, id: stored.id, file: file.id, source: .act, kind: act.kind.rawValue, hash: stored.hash,
                from: act.from.state.description, at: act.at)
        }
        let events = try reader.events(Self.contentEvents, of: file.id, file.ref).map { index, event in
            ProofStub(
                index: index, id: event.id, file: file.id, source: .event, kind: event.event.rawValue,
                hash: Hash.of(try reader.eventBytes(at: index) ?? []), from: event.by, at: event.at)
        }
        return (acts + events).sorted { $0.index < $1.index }
    }

    /// Packages and uploads of a file, relative to the data folder.
    private func paths(_ packages: [PackageRow], _ ref: FileReference, _ reader: Reader) throws -> [String] {
        let sealed = packages.map { $0.outgoing ? "packages/out/" + $0.name : "packages/in/" + $0.digest }
        return try sealed + reader.uploads().filter { $0.ref == ref }.map { "uploads/" + $0.id.description }
    }

    /// Takes the packages and uploads of a removed file from the disk; again and again is harmless.
    private func removeFiles(of removed: RemovedFile) throws(ComityError) {
        var folders: Set<String> = []
        for path in removed.files where !path.split(separator: "/").contains("..") {
            let full = folder.path + "/" + path
            guard FileManager.default.fileExists(atPath: full) else { continue }
            do { try FileManager.default.removeItem(atPath: full) } catch {
                throw ComityError(
                    .storage, "\(path) cannot be removed: \(error.localizedDescription)", why: "The register says that it is gone.",
                    next: "Mend the permissions of the folder; the node tries again when it starts.")
            }
            folders.insert(URL(fileURLWithPath: full).deletingLastPathComponent().path)
        }
        for path in folders.sorted() { try DurableFile.syncFolder(path) }
    }

    /// Takes from the disk what a process left that ended between the register and the disk. `serve` does it when it starts.
    public func finishRemovals() throws(ComityError) {
        for removed in try store.read({ try $0.removedFiles() }) { try removeFiles(of: removed) }
    }
}
