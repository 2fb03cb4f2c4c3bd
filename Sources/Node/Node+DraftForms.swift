// SPDX-License-Identifier: Apache-2.0

public import Dossier
import Exchange
import Foundation
import Law
import Register
public import Standards
import Storage

extension Node {
    /// A draft for an officer who may read it.
    /// - Throws: `.notFound`, `.wrongState` when it was sent, `.permission` for somebody who sees no content.
    public func draft(_ ref: FileReference, officer: String) throws(ComityError) -> DraftView {
        try requireContent(of: ref, officer: officer, to: "read a draft")
        return try view(of: try store.read { try Self.openDraft(ref, $0) })
    }

    private func view(of row: DraftRow) throws(ComityError) -> DraftView {
        let now = try now()
        let assessment = law.assess(
            row.content, type: row.type.rawValue,
            context: AssessmentContext(
                from: state, to: row.recipients[0], issuer: row.content.at("authority.id")?.string ?? configuration.authority.id, on: now))
        return DraftView(
            ref: row.ref, type: row.type, recipients: row.recipients, content: row.content, form: row.form.map { DraftForm($0) },
            state: Self.state(of: row), author: row.officer, created: row.created, writers: row.writers.filter { $0 != row.officer },
            version: row.version, savedBy: row.saved?.officer, savedAt: row.saved?.at, comment: row.comment,
            approvedBy: row.approval?.officer, approvedAt: row.approval?.at,
            hash: Hash.of(try IJSON.encode(row.content)).description,
            findings: Self.marked(
                row.recipients.count == 1
                    ? assessment.findings : assess(row.content, type: row.type, recipients: row.recipients, now: now), row.overrides),
            route: assessment.route, instrument: assessment.instrument)
    }

    /// Begins a draft that is filled in section by section: it need not be complete until it is submitted.
    /// - Parameters:
    ///   - title: may be empty.
    ///   - parent: the file that this request follows; what it knows is taken over, and the link is set.
    /// - Throws: `.permission` for a State that is not confirmed; `.notFound` when there is no such parent.
    public func startDraft(
        type: FileType, to recipients: [StateCode], title: String, follows parent: FileReference? = nil, officer: String
    ) async throws(ComityError) -> FileReference {
        let role = try require(officer, .draft, to: "draft a request")
        var content: [String: JSONValue] = [
            "to": recipients.count == 1
                ? .string(recipients[0].description) : .array(recipients.map { .string($0.description) }), "tlp": .string("AMBER"),
            "lang": .string(language(type, recipients)), "authority": issuer(of: type),
        ]
        if let parent {
            try requireContent(of: parent, officer: officer, to: "follow up a file")
            let known = FollowUp(parent: try dossier(parent), type: type, to: recipients, law: law).members
            content.merge(known) { $1 }
        }
        if !title.allSatisfy(\.isWhitespace) { content["title"] = .string(title) }
        let prepared = try prepare(.object(content), type: type, dryRun: false)
        let now = try now()
        let drafted = newID(at: now)
        let state = state
        return try await store.commit { writer in
            let number = try writer.nextNumber(state: state, year: now.utcYear, type: type.code)
            let ref = try FileReference(state: state, year: now.utcYear, typeCode: type.code, number: number)
            try writer.insert(
                DraftRow(
                    ref: ref, type: type, recipients: prepared.recipients, officer: officer, role: role, created: now,
                    content: prepared.content, approval: nil, form: DraftForm().json))
            try writer.append(
                RegisterEvent(id: drafted, event: .drafted, file: nil, at: now, by: officer, detail: ["ref": .string(ref.description)]))
            return ref
        }.value
    }

    /// What became of saving a draft.
    public enum DraftSaving: Sendable {
        case saved(DraftView)
        /// Somebody saved it meanwhile; nothing was changed. The draft as it is now.
        case conflict(DraftView)
    }

    /// Keeps any well-formed content, complete or not. What was read as `version` is replaced, and nothing newer.
    /// - Parameter registers: false for what a script saves while a person writes; the register has the content that is saved
    ///   by hand, submitted and approved.
    /// - Throws: `.malformedInput` or `.tooLarge` for a content that cannot be kept; `.wrongState` while it is with the reviewer,
    ///   or after it was approved: take it back first.
    public func saveDraft(
        _ ref: FileReference, content: JSONValue, form: DraftForm, officer: String, expecting version: Int, registers: Bool = true
    ) async throws(ComityError) -> DraftSaving {
        _ = try require(officer, .draft, to: "change a request")
        guard form.size <= DraftForm.largest else {
            throw ComityError(
                .tooLarge, "The fields that cannot be read hold \(form.size) bytes of text.", next: "Correct or shorten them.")
        }
        let kept = try store.read { try Self.openDraft(ref, $0) }
        let prepared = try prepare(content, type: kept.type, dryRun: true)
        let now = try now()
        let revised = try event(
            .revised, file: nil, by: officer,
            detail: ["ref": .string(ref.description), "content": .string(Hash.of(try IJSON.encode(prepared.content)).description)])
        let isSaved = try await store.commit { writer -> Bool in
            let draft = try Self.openDraft(ref, writer.reader)
            guard draft.stage == .draft, draft.approval == nil else {
                throw ComityError(
                    .wrongState, "\(ref) is with the reviewer.", why: "What is being reviewed does not change under the reviewer’s eyes.",
                    next: "Take it back first, then change it.")
            }
            guard draft.version == version else { return false }
            // A form that was saved unchanged leaves no trace.
            guard draft.content != prepared.content || draft.form != form.json else { return true }
            try writer.revise(ref, prepared.content, recipients: prepared.recipients, by: .init(officer: officer, at: now), form: form.json)
            if registers, draft.content != prepared.content { try writer.append(revised) }
            return true
        }.value
        let view = try view(of: try store.read { try Self.openDraft(ref, $0) })
        return isSaved ? .saved(view) : .conflict(view)
    }

    /// Records, while a draft is with the reviewer, that its translation is here.
    /// - Parameter text: the translated text; may be empty when it goes as a document.
    public func attachTranslation(_ ref: FileReference, certified: Bool, text: String, officer: String) async throws(ComityError) {
        _ = try require(officer, .draft, to: "attach a translation")
        let kept = try store.read { try Self.openDraft(ref, $0) }
        var content = kept.content.object ?? [:]
        guard Self.state(of: kept) == .translation, var translation = content["translation"]?.object else {
            throw ComityError(.wrongState, "\(ref) does not wait for a translation.")
        }
        translation["status"] = .string("attached")
        translation["certified"] = .bool(certified)
        if !text.allSatisfy(\.isWhitespace) { translation["text"] = .string(text) }
        content["translation"] = .object(translation)
        let prepared = try prepare(.object(content), type: kept.type, dryRun: true)
        let revised = try event(
            .revised, file: nil, by: officer,
            detail: ["ref": .string(ref.description), "content": .string(Hash.of(try IJSON.encode(prepared.content)).description)])
        _ = try await store.commit { writer in
            guard try Self.openDraft(ref, writer.reader).version == kept.version else {
                throw ComityError(.wrongState, "\(ref) was changed meanwhile.", next: "Look at it again, then repeat the step.")
            }
            try writer.revise(
                ref, prepared.content, recipients: prepared.recipients, by: .init(officer: officer, at: revised.at), form: kept.form,
                stage: .review)
            try writer.append(revised)
        }
    }

    /// The second person approves the text that was read as `version`.
    /// - Throws: `.wrongState` when it is another text by now; otherwise as `approve`.
    public func approveDraft(_ ref: FileReference, version: Int, officer: String) async throws(ComityError) {
        let role = try require(officer, .approve, to: "approve")
        try await approveDraft(ref, officer: officer, role: role, now: try now(), version: version)
    }

    // MARK: What a new draft knows by itself

    /// The authority of this State that may issue the type: this node's own, or else the first that may.
    private func issuer(of type: FileType) -> JSONValue {
        let own = configuration.authority
        let able = law.issuers(of: type.rawValue, in: state)
        guard let chosen = able.first(where: { $0.id == own.id }) ?? able.first else {
            return .object([
                "id": .string(own.id), "name": .string(own.name),
                "contact": .string(own.phone ?? own.email ?? configuration.endpoint),
            ])
        }
        return .object(["id": .string(chosen.id), "name": .string(chosen.name), "contact": .string(chosen.contact)])
    }

    /// A language of this authority that the requested State accepts, or else the first it writes.
    private func language(_ type: FileType, _ recipients: [StateCode]) -> String {
        let own = configuration.authority.languages
        let purpose = law.requestType(type.rawValue)?.languagePurpose ?? ""
        let accepted = recipients.first.flatMap { law.state($0)?.languages[purpose] } ?? []
        return own.first(where: accepted.contains) ?? own.first ?? "en"
    }
}
