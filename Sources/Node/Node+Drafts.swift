// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Law
import Register
public import Standards
import Storage

extension Node {
    /// Gives a draft another content. What was approved before is not approved any more.
    /// - Throws: `.refusedByRule` when a required content is missing, `.wrongState` when it was sent.
    public func revise(
        _ ref: FileReference, draft: JSONValue, officer: String, dryRun: Bool = false, keep: Bool = false
    ) async throws(ComityError) -> [Finding] {
        _ = try require(officer, .draft, to: "revise a request")
        let kept = try store.read { try Self.openDraft(ref, $0) }
        let prepared = try prepare(draft, type: kept.type, dryRun: dryRun)
        let findings = Self.marked(prepared.findings, kept.overrides)
        if dryRun { return findings }
        guard Self.mayKeep(findings, keep) else { throw Refusal.error(findings) }
        let content = prepared.content
        let event = try event(
            .revised, file: nil, by: officer,
            detail: ["ref": .string(ref.description), "content": .string(Hash.of(try IJSON.encode(content)).description)])
        let saved = DraftRow.Saved(officer: officer, at: event.at)
        _ = try await store.commit { writer in
            _ = try Self.openDraft(ref, writer.reader)
            try writer.revise(ref, content, recipients: prepared.recipients, by: saved, form: nil)
            try writer.append(event)
        }
        return findings
    }

    /// Hands a draft to the reviewer.
    /// - Throws: `.refusedByRule` while something that the law requires is missing.
    public func submit(_ ref: FileReference, officer: String) async throws(ComityError) {
        _ = try require(officer, .draft, to: "submit a request for review")
        let draft = try store.read { try Self.openDraft(ref, $0) }
        try requireComplete(draft)
        try await move(ref, to: .review, from: .draft, .submitted, officer: officer, comment: nil, of: draft)
    }

    /// The author takes a draft back from the reviewer, to change it.
    public func takeBack(_ ref: FileReference, officer: String) async throws(ComityError) {
        _ = try require(officer, .draft, to: "take a request back from the reviewer")
        try await move(ref, to: .draft, from: .review, .returnedToAuthor, officer: officer, comment: nil)
    }

    /// - Throws: `.refusedByRule` when a required content is missing, or when a field holds text that is no value.
    func requireComplete(_ draft: DraftRow) throws(ComityError) {
        let unread = DraftForm(draft.form).unread.count
        guard unread == 0 else {
            throw ComityError(
                .refusedByRule,
                "\(unread) \(unread == 1 ? "field holds" : "fields hold") text that is no value, such as a day that does not exist.",
                next: "Open \(draft.ref) on the desk, correct the fields, and save.")
        }
        // The rules of the day of sending count, not those of the day of drafting.
        let findings = assess(draft, now: try now())
        guard !findings.contains(where: \.blocks) else { throw Refusal.error(findings) }
    }

    /// The reviewer gives a draft back to its author, with a comment.
    public func returnDraft(_ ref: FileReference, officer: String, comment: String) async throws(ComityError) {
        _ = try require(officer, .approve, to: "return a request to its author")
        guard !comment.allSatisfy(\.isWhitespace), comment.utf8.count <= 4000 else {
            throw ComityError(.usage, "A draft is returned with a comment of at most 4000 bytes.", next: "Say what must change: --text.")
        }
        try await move(ref, to: .draft, from: .review, .returnedToAuthor, officer: officer, comment: comment)
    }

    private func move(
        _ ref: FileReference, to stage: DraftRow.Stage, from before: DraftRow.Stage, _ kind: RegisterEvent.Kind, officer: String,
        comment: String?, of read: DraftRow? = nil
    ) async throws(ComityError) {
        var detail: [String: JSONValue] = ["ref": .string(ref.description)]
        if let comment { detail["comment"] = .string(comment) }
        if let read { detail["content"] = .string(Hash.of(try IJSON.encode(read.content)).description) }
        let event = try event(kind, file: nil, by: officer, detail: detail)
        _ = try await store.commit { writer in
            let draft = try Self.openDraft(ref, writer.reader)
            guard draft.stage == before else {
                throw ComityError(.wrongState, "\(ref) is \(draft.stage == .draft ? "with its author" : "with the reviewer") already.")
            }
            guard read == nil || draft.version == read?.version else {
                throw ComityError(.wrongState, "\(ref) was changed meanwhile.", next: "Look at it again, then repeat the step.")
            }
            try writer.setStage(ofDraft: ref, stage, comment: comment)
            try writer.append(event)
        }
    }
}
