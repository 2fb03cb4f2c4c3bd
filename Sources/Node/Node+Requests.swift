// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Law
public import Standards
import Storage

extension Node {
    /// A draft that was judged, and kept unless it was a dry run.
    public struct DraftResult: Sendable {
        public let findings: [Finding]
        /// Nil for a dry run.
        public let ref: FileReference?
    }

    /// Judges a draft and, when nothing that the law requires is missing, keeps it under a new reference.
    /// - Throws: `.refusedByRule` with the findings when a required content is missing; `.usage` for an unknown type.
    public func newRequest(type typeName: String, draft: JSONValue, officer: String, dryRun: Bool) async throws(ComityError) -> DraftResult
    {
        guard let type = FileType(rawValue: typeName) else {
            throw ComityError(
                .usage, "“\(Text.safe(typeName, limit: 60))” is not a type of request.",
                next: "Known types are \(FileType.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let role = try require(officer, oneOf: Roles.draft, to: "draft a request")
        guard var content = draft.object else { throw ComityError(.malformedInput, "The draft is not a list of names and values.") }
        if let name = draft.firstUnsafeName {
            throw ComityError(
                .malformedInput, "“\(Text.safe(name, limit: 60))” cannot be the name of a field.",
                why: "Names of fields are plain text without quotation marks, backslashes and invisible characters.",
                next: "Rename the field.")
        }
        guard let to = content["to"]?.string else {
            throw ComityError(.malformedInput, "The draft does not say to which State it goes.", next: "Add a line such as to: XB.")
        }
        let recipient = try StateCode(to)
        if !dryRun { _ = try confirmedPeer(recipient) }
        if let named = content["type"]?.string, named != type.rawValue {
            throw ComityError(.usage, "The draft says type: \(Text.safe(named, limit: 40)), the command says \(type.rawValue).")
        }
        if content["authority"]?.isEmpty ?? true { content["authority"] = ownAuthority }
        let size = try IJSON.encode(JSONValue.object(content)).count
        guard size <= Self.largestDraft else {
            throw ComityError(
                .tooLarge, "The draft has \(size) bytes; at most \(Self.largestDraft) fit into an act.",
                next: "Move long texts and lists into a sealed package.")
        }
        guard (content["title"]?.string ?? "").count <= 200, (content["lang"]?.string ?? "en").utf8.count <= 35 else {
            throw ComityError(
                .malformedInput, "The title has more than 200 characters, or the language is no BCP 47 tag.", next: "Shorten it.")
        }
        _ = try tlp(of: .object(content))
        _ = try links(of: .object(content))
        let findings = law.findings(for: .object(content), type: type.rawValue)
        if dryRun { return DraftResult(findings: findings, ref: nil) }
        guard !findings.contains(where: { $0.level == .must }) else {
            throw Refusal.error(findings)
        }
        let now = try now()
        let state = self.state
        let stored = JSONValue.object(content)
        let id = newID(at: now)
        let result = try await store.commit { writer in
            let number = try writer.nextNumber(state: state, year: now.utcYear, type: type.code)
            let ref = try FileReference(state: state, year: now.utcYear, typeCode: type.code, number: number)
            try writer.insert(
                DraftRow(
                    ref: ref, type: type, recipient: recipient, officer: officer, role: role, created: now, content: stored, approval: nil))
            try writer.append(
                RegisterEvent(id: id, event: .drafted, file: nil, at: now, by: officer, detail: ["ref": .string(ref.description)]))
            return ref
        }
        return DraftResult(findings: findings, ref: result.value)
    }

    /// The second person of the four eyes.
    /// - Throws: `.permission` for the author or a role that cannot approve, `.wrongState` when there is nothing to approve.
    public func approve(_ ref: FileReference, officer: String) async throws(ComityError) {
        let role = try require(officer, oneOf: Roles.approve, to: "approve a request")
        let now = try now()
        let approved = try event(.approved, file: nil, by: officer, detail: ["ref": .string(ref.description)])
        _ = try await store.commit { writer in
            let draft = try Self.openDraft(ref, writer.reader)
            guard draft.officer != officer else {
                throw ComityError(
                    .permission, "\(officer) wrote this request and cannot approve it.", why: "Four eyes: another person must agree.",
                    next: "Ask another approver.")
            }
            guard draft.approval == nil else {
                throw ComityError(
                    .wrongState, "\(ref) was approved by \(draft.approval?.officer ?? "") already.",
                    next: "Send it: comity request send \(ref)")
            }
            try writer.approve(ref, Act.Approval(role: role, officer: officer, at: now))
            try writer.append(approved)
        }
    }

    /// Signs an approved request and registers it; delivery follows.
    /// - Returns: the id of the act.
    public func send(_ ref: FileReference, officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, oneOf: Roles.send, to: "send a request")
        let draft = try store.read { try Self.openDraft(ref, $0) }
        guard let approval = draft.approval else {
            throw ComityError(
                .wrongState, "\(ref) has not been approved.", why: "A request leaves only after a second person has agreed (four eyes).",
                next: "An approver runs comity request approve \(ref) --as …")
        }
        // The rules of the day of sending count, not those of the day of drafting.
        let findings = law.findings(for: draft.content, type: draft.type.rawValue)
        guard !findings.contains(where: { $0.level == .must }) else { throw Refusal.error(findings) }
        let peer = try confirmedPeer(draft.recipient)
        let now = try now()
        var content = draft.content.object ?? [:]
        for name in ["type", "to", "tlp", "lang", "title", "follows"] { content[name] = nil }
        let body = ActBody.Request(
            ref: ref, type: draft.type,
            title: draft.content["title"]?.string ?? law.requestType(draft.type.rawValue)?.title ?? draft.type.rawValue,
            content: .object(content), links: try links(of: draft.content))
        // The person who wrote it is its author; who sent it is registered as an event.
        let author = Act.Author(role: draft.role, officer: draft.officer, approvals: [approval])
        let act = Act(
            id: newID(at: now), file: newID(at: now), kind: .request, from: party, to: peer.entry.party, after: [], lamport: 1, at: now,
            by: author,
            tlp: try tlp(of: draft.content), lang: draft.content["lang"]?.string ?? configuration.authority.languages.first ?? "en",
            exercise: exercise,
            law: law.versions, body: try ActBody.json(body))
        let verified = try VerifiedAct.sign(act, with: keys.signing)
        let sent = try event(
            .sent, file: act.file, by: officer, detail: ["act": .string(act.id.description), "ref": .string(ref.description)])
        let real = Self.realMilliseconds()
        _ = try await store.commit { writer in
            _ = try Self.openDraft(ref, writer.reader)
            _ = try writer.append(verified, outgoing: true, registered: now)
            try writer.append(sent)
            try writer.markSent(ref, at: now)
            try writer.enqueue(.act, act.id.description, to: act.to.state, next: real)
        }
        return act.id
    }

    /// Bytes of a draft that still fit into a signed act, which carries its payload in base64.
    static let largestDraft = Act.limit * 7 / 10

    // MARK: Parts

    private static func openDraft(_ ref: FileReference, _ reader: Reader) throws -> DraftRow {
        if let draft = try reader.draft(ref) { return draft }
        if try reader.file(ref) != nil {
            throw ComityError(.wrongState, "\(ref) was sent already.", next: "See it with comity file show \(ref)")
        }
        throw Self.noFile(ref)
    }

    static func noFile(_ ref: FileReference) -> ComityError {
        ComityError(.notFound, "There is no file \(ref) on this node.", next: "comity queue lists the files.")
    }

    private var ownAuthority: JSONValue {
        let authority = configuration.authority
        return .object([
            "id": .string(authority.id), "name": .string(authority.name),
            "contact": .string(authority.phone ?? authority.email ?? configuration.endpoint),
        ])
    }

    private func tlp(of draft: JSONValue) throws(ComityError) -> TLP {
        guard let text = draft["tlp"]?.string else { return .amber }
        guard let tlp = TLP(rawValue: text) else {
            throw ComityError(
                .malformedInput, "“\(Text.safe(text, limit: 40))” is not a TLP 2.0 label.",
                next: "Use \(TLP.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return tlp
    }

    private func links(of draft: JSONValue) throws(ComityError) -> [ActBody.Link] {
        guard let value = draft["follows"], !value.isEmpty else { return [] }
        guard let texts = value.string.map({ [$0] }) ?? value.array?.compactMap(\.string), texts.count <= 32 else {
            throw ComityError(.malformedInput, "“follows” is a reference or a list of references.")
        }
        var links: [ActBody.Link] = []
        for text in texts {
            let ref = try FileReference(text)
            guard let file = try store.read({ try $0.file(ref) }) else { throw Self.noFile(ref) }
            links.append(ActBody.Link(file: file.id, ref: ref, relation: .follows))
        }
        return links
    }
}

/// A draft that the law stops.
public enum Refusal {
    static func error(_ findings: [Finding]) -> ComityError {
        let musts = findings.filter { $0.level == .must }
        let lines = musts.prefix(20).map { finding in
            "  must  \(finding.field)  (\(finding.article)\(finding.unverified ? ", text not compared yet" : ""))  \(finding.detail ?? finding.says)\n        \(finding.mend)"
        }
        return ComityError(
            .refusedByRule,
            "The request lacks \(musts.count == 1 ? "a required content" : "\(musts.count) required contents"):\n"
                + lines.joined(separator: "\n"),
            why: "Without it the requested State sends the request back.",
            next: "Complete the draft and try again; --dry-run shows all findings.")
    }
}
