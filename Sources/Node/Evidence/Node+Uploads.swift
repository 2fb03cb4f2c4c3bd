// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
public import Standards
import Storage

/// Exhibits that wait to be sealed, and what has been answered about them so far.
public struct Upload: Sendable {
    public let id: UUIDv7
    public let ref: FileReference
    public let officer: String
    public let created: Instant
    public let exhibits: [UploadedExhibit]
    /// What was typed for the order; kept so that nothing is typed twice.
    public let answers: [String: String]
    /// The newest attempt to seal them.
    public let task: NodeTask?
}

extension Node {
    /// After this time an upload that was not sealed is removed.
    public static let uploadLifetime: Int64 = 24 * 3_600_000

    private struct Detail: Codable {
        var exhibits: [UploadedExhibit] = []
        var answers: [String: String] = [:]
    }

    private static func detail(_ row: UploadRow) throws(ComityError) -> Detail {
        try IJSON.decode(Detail.self, from: row.detail, limit: 8 << 20)
    }

    /// Begins to take exhibits for a file.
    /// - Parameter upload: adds to one that is there.
    /// - Throws: `.permission`, `.wrongState` when this side cannot supply evidence on the file, `.notFound`, `.storage`.
    public func beginUpload(_ ref: FileReference, into upload: UUIDv7? = nil, officer: String) throws(ComityError) -> UploadSession {
        _ = try maySeal(ref, officer: officer)
        if let upload { _ = try self.upload(upload, ref, officer: officer) }
        return try UploadSession(node: self, ref: ref, officer: officer, into: upload)
    }

    /// - Throws: `.notFound` when it was sealed or removed, or belongs to another file; `.permission`.
    public func upload(_ id: UUIDv7, _ ref: FileReference, officer: String) throws(ComityError) -> Upload {
        _ = try require(officer, .seal, to: "seal evidence")
        guard let row = try store.read({ try $0.upload(id) }), row.ref == ref else { throw Self.noUpload }
        let detail = try Self.detail(row)
        return Upload(
            id: id, ref: ref, officer: row.officer, created: try shown(real: row.created), exhibits: detail.exhibits,
            answers: detail.answers, task: try newestTask(on: id.description))
    }

    /// Uploads of a file that were not sealed yet, for an officer who may seal them.
    public func uploads(_ ref: FileReference, officer: String) throws(ComityError) -> [Upload] {
        guard try may(officer, .seal) else { return [] }
        return try store.read { try $0.uploads() }.filter { $0.ref == ref }.map { row throws(ComityError) in
            try upload(row.id, ref, officer: officer)
        }
    }

    func keep(_ exhibits: [UploadedExhibit], in id: UUIDv7, of ref: FileReference, officer: String) async throws(ComityError) {
        let now = Self.realMilliseconds()
        _ = try await store.commit { writer in
            let known = try writer.reader.upload(id)
            var detail = try known.map { try Self.detail($0) } ?? Detail()
            detail.exhibits += exhibits
            for index in detail.exhibits.indices { detail.exhibits[index].number = index + 1 }
            try writer.save(
                UploadRow(
                    id: id, ref: ref, officer: known?.officer ?? officer, created: known?.created ?? now,
                    detail: try IJSON.encode(detail)))
        }
    }

    /// Takes an exhibit out of an upload, or gives the whole upload up.
    /// - Parameter number: nil for all.
    public func discardUpload(_ id: UUIDv7, _ ref: FileReference, exhibit number: Int?, officer: String) async throws(ComityError) {
        let upload = try upload(id, ref, officer: officer)
        guard !board.isBusy(with: id.description) else {
            throw ComityError(.wrongState, "These exhibits are being sealed.", next: "Wait until the task has ended.")
        }
        guard let number, upload.exhibits.count > 1 else { return try await removeUpload(id) }
        guard let gone = upload.exhibits.first(where: { $0.number == number }) else { return }
        _ = try await store.commit { writer in
            guard let row = try writer.reader.upload(id) else { return }
            var detail = try Self.detail(row)
            detail.exhibits.removeAll { $0.name == gone.name }
            for index in detail.exhibits.indices { detail.exhibits[index].number = index + 1 }
            detail.answers = detail.answers.filter { !$0.key.hasPrefix("flag.") }
            try writer.save(
                UploadRow(id: id, ref: row.ref, officer: row.officer, created: row.created, detail: try IJSON.encode(detail)))
        }
        try? FileManager.default.removeItem(atPath: "\(folder.upload(id))/\(gone.name)")
    }

    /// Keeps what was typed for the order.
    func keepAnswers(_ answers: [String: String], in id: UUIDv7) async throws(ComityError) {
        _ = try await store.commit { writer in
            guard let row = try writer.reader.upload(id) else { throw Self.noUpload }
            var detail = try Self.detail(row)
            detail.answers = answers
            try writer.save(
                UploadRow(id: id, ref: row.ref, officer: row.officer, created: row.created, detail: try IJSON.encode(detail)))
        }
    }

    func removeUpload(_ id: UUIDv7) async throws(ComityError) {
        _ = try await store.commit { try $0.deleteUpload(id) }
        try? FileManager.default.removeItem(atPath: folder.upload(id))
    }

    /// Removes what nobody will seal: uploads older than a day, folders without a row, files that did not come whole.
    /// - Parameter atStart: nothing of another process can be under way, so what is unfinished goes at once.
    public func sweepUploads(atStart: Bool) async throws(ComityError) {
        let now = Self.realMilliseconds()
        let manager = FileManager.default
        let rows = try store.read { try $0.uploads() }
        for row in rows where row.created < now - Self.uploadLifetime && !board.isBusy(with: row.id.description) {
            try await removeUpload(row.id)
        }
        let kept = try Set(store.read { try $0.uploads() }.map(\.id.description))
        for name in (try? manager.contentsOfDirectory(atPath: folder.uploads)) ?? [] {
            let path = "\(folder.uploads)/\(name)"
            let changed = (try? manager.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            let isOld = (changed?.timeIntervalSince1970 ?? 0) * 1000 < Double(now - Self.uploadLifetime)
            if !kept.contains(name), atStart || isOld {
                try? manager.removeItem(atPath: path)
            } else if atStart {
                for file in (try? manager.contentsOfDirectory(atPath: path)) ?? [] where file.hasPrefix(DurableFile.partialPrefix) {
                    try? manager.removeItem(atPath: "\(path)/\(file)")
                }
            }
        }
        // A command may be sealing now; what nobody has written to for an hour was left by one that was killed.
        for name in (try? manager.contentsOfDirectory(atPath: folder.outgoingPackages)) ?? []
        where name.hasPrefix(DurableFile.partialPrefix) {
            let path = "\(folder.outgoingPackages)/\(name)"
            let changed = (try? manager.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            if let changed, changed.timeIntervalSinceNow < -3600 { try? manager.removeItem(atPath: path) }
        }
        _ = try await store.commit { try $0.deleteTasks(startedBefore: now - 30 * Self.uploadLifetime) }
    }

    static var noUpload: ComityError {
        ComityError(
            .notFound, "These exhibits are not here any more.", why: "They were sealed, given up, or waited for more than a day.",
            next: "Look at the packages of the file, or upload them again.")
    }
}
