// SPDX-License-Identifier: Apache-2.0

import Crypto
public import Dossier
import Exchange
import Foundation
public import Law
public import Standards
import Storage

/// A draft as a program sees it.
public struct ProgramDraft: Sendable, Codable {
    public struct Approval: Sendable, Codable {
        public let officer: String
        public let role: String
        public let at: Instant
    }

    public let ref: FileReference
    public let type: FileType
    public let state: FileState
    public let recipients: [StateCode]
    /// The officer who wrote it.
    public let author: String
    public let created: Instant
    /// Another one after every change.
    public let version: String
    public let approval: Approval?
    /// Why the reviewer returned it.
    public let comment: String?
    public let content: JSONValue
    public let overrides: [FileView.OverrideLine]
    public let findings: [Finding]
    /// What was written in it is left out.
    public let contentWithheld: Bool
}

extension DraftRow {
    /// Half a SHA-256 of everything in it that can change.
    func versionTag() throws -> String {
        struct Content: Encodable {
            let content: JSONValue
            let recipients: [StateCode]
            let approval: Act.Approval?
            let stage: String
            let comment: String?
            let overrides: [DraftRow.Override]
        }
        let bytes = try IJSON.encode(
            Content(
                content: content, recipients: recipients, approval: approval, stage: stage.rawValue, comment: comment, overrides: overrides)
        )
        return Hex.encode(SHA256.hash(data: Data(bytes)).prefix(16))
    }
}

extension Node {
    /// A draft that has not been sent, as much of it as the officer may see.
    /// - Throws: `.notFound`, `.wrongState` when it was sent, `.permission`.
    public func draftView(_ ref: FileReference, officer: String?) throws(ComityError) -> ProgramDraft {
        let isWhole = try sight(of: officer, on: ref) == .whole
        let now = try now()
        return try store.read { reader in
            let draft = try Self.openDraft(ref, reader)
            return ProgramDraft(
                ref: ref, type: draft.type, state: Self.state(of: draft), recipients: draft.recipients, author: draft.officer,
                created: draft.created, version: try draft.versionTag(),
                approval: draft.approval.map { .init(officer: $0.officer, role: $0.role, at: $0.at) },
                comment: isWhole ? draft.comment : nil, content: isWhole ? draft.content : .object([:]),
                overrides: isWhole ? draft.overrides.map { .init(rule: $0.rule, reason: $0.reason, by: $0.officer) } : [],
                findings: isWhole ? assess(draft, now: now) : [], contentWithheld: !isWhole)
        }
    }
}
