// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
public import Law
import Register
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
    /// - Parameter keep: also keep a draft that lacks what an approver may set aside (`override`); until then it is not sent.
    public func newRequest(
        type typeName: String, draft: JSONValue, officer: String, dryRun: Bool, keep: Bool = false
    ) async throws(ComityError) -> DraftResult {
        guard let type = FileType(rawValue: typeName) else {
            throw ComityError(
                .usage, "“\(Text.safe(typeName, limit: 60))” is not a type of request.",
                next: "Known types are \(FileType.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let role = try require(officer, .draft, to: "draft a request")
        let prepared = try prepare(draft, type: type, dryRun: dryRun)
        let findings = prepared.findings
        let recipients = prepared.recipients
        let now = try now()
        if dryRun { return DraftResult(findings: findings, ref: nil) }
        guard Self.mayKeep(findings, keep) else { throw Refusal.error(findings) }
        let state = self.state
        let stored = prepared.content
        let id = newID(at: now)
        let result = try await store.commit { writer in
            let number = try writer.nextNumber(state: state, year: now.utcYear, type: type.code)
            let ref = try FileReference(state: state, year: now.utcYear, typeCode: type.code, number: number)
            try writer.insert(
                DraftRow(
                    ref: ref, type: type, recipients: recipients, officer: officer, role: role, created: now, content: stored, approval: nil
                ))
            try writer.append(
                RegisterEvent(id: id, event: .drafted, file: nil, at: now, by: officer, detail: ["ref": .string(ref.description)]))
            return ref
        }
        return DraftResult(findings: findings, ref: result.value)
    }

    /// A draft that was checked and judged.
    struct Prepared: Sendable {
        let content: JSONValue
        let recipients: [StateCode]
        let findings: [Finding]
    }

    /// Checks a draft as a person wrote it, fills in what the node knows, and asks the law.
    func prepare(_ draft: JSONValue, type: FileType, dryRun: Bool) throws(ComityError) -> Prepared {
        guard var content = draft.object else { throw ComityError(.malformedInput, "The draft is not a list of names and values.") }
        if let name = draft.firstUnsafeName {
            throw ComityError(
                .malformedInput, "“\(Text.safe(name, limit: 60))” cannot be the name of a field.",
                why: "Names of fields are plain text without quotation marks, backslashes and invisible characters.",
                next: "Rename the field.")
        }
        let recipients = try Self.recipients(content["to"])
        guard recipients.count == 1 || type.allowsSeveralParties else {
            throw ComityError(.malformedInput, "A \(type.rawValue) request goes to one State.", next: "Make a request for each of them.")
        }
        if !dryRun { for recipient in recipients { _ = try confirmedPeer(recipient) } }
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
        let now = try now()
        let findings = assess(.object(content), type: type, recipients: recipients, now: now)
        return Prepared(content: .object(content), recipients: recipients, findings: findings)
    }

    /// What the rules say between this State and each recipient, each finding once.
    /// The issuer is the authority that the draft names; a node may act for several of its State.
    func assess(_ draft: JSONValue, type: FileType, recipients: [StateCode], now: Instant) -> [Finding] {
        let issuer = draft.at("authority.id")?.string ?? configuration.authority.id
        var seen: Set<String> = []
        return recipients.flatMap { recipient in
            law.assess(
                draft, type: type.rawValue,
                context: AssessmentContext(from: state, to: recipient, issuer: issuer, on: now)
            ).findings
        }.filter { seen.insert("\($0.rule) \($0.field) \($0.detail ?? "")").inserted }
    }

    /// The second person of the four eyes agrees to a drafted request.
    /// - Throws: `.permission` for the author or a role that cannot approve, `.wrongState` when there is nothing to approve.
    func approveDraft(_ ref: FileReference, officer: String, role: String, now: Instant, version: Int? = nil) async throws(ComityError) {
        let read = try store.read { try Self.openDraft(ref, $0) }
        for writer in [read.officer] + read.writers { try Self.requireOther(officer, than: writer) }
        try requireComplete(read)
        let approved = try event(
            .approved, file: nil, by: officer,
            detail: ["ref": .string(ref.description), "content": .string(Hash.of(try IJSON.encode(read.content)).description)])
        _ = try await store.commit { writer in
            let draft = try Self.openDraft(ref, writer.reader)
            // Who set a rule aside does not also say that this was right.
            for override in draft.overrides { try Self.requireOther(officer, than: override.officer) }
            guard draft.version == read.version, version == nil || draft.version == version else {
                throw ComityError(
                    .wrongState, "\(ref) was changed while it was being read.", why: "An approval is for one text only.",
                    next: "Read the text as it is now, then approve it.")
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

    static func requireOther(_ officer: String, than author: String) throws(ComityError) {
        guard officer != author else {
            throw ComityError(
                .permission, "\(officer) wrote this and cannot approve it.", why: "Four eyes: another person must agree.",
                next: "Ask another approver.")
        }
    }

    /// Signs an approved request and registers it; delivery follows.
    /// - Returns: the id of the act.
    public func send(_ ref: FileReference, officer: String) async throws(ComityError) -> UUIDv7 {
        _ = try require(officer, .send, to: "send a request")
        let draft = try store.read { try Self.openDraft(ref, $0) }
        guard let approval = draft.approval else {
            throw ComityError(
                .wrongState, "\(ref) has not been approved.", why: "A request leaves only after a second person has agreed (four eyes).",
                next: "An approver runs comity request approve \(ref) --as …")
        }
        try requireComplete(draft)
        let now = try now()
        var to: [Party] = []
        for recipient in draft.recipients { to.append(try confirmedPeer(recipient).entry.party) }
        var content = draft.content.object ?? [:]
        for name in ["type", "to", "tlp", "lang", "title", "follows", "extends", "supersedes", "splits", "chain_hop", "answers"] {
            content[name] = nil
        }
        let body = ActBody.Request(
            ref: ref, type: draft.type,
            title: draft.content["title"]?.string ?? law.requestType(draft.type.rawValue)?.title ?? draft.type.rawValue,
            content: .object(content), links: try links(of: draft.content),
            overrides: Self.written(draft.overrides, assess(draft, now: now)))
        // The person who wrote it is its author; who sent it is registered as an event.
        let author = Act.Author(role: draft.role, officer: draft.officer, approvals: [approval])
        let act = Act(
            id: newID(at: now), file: newID(at: now), kind: .request, from: party, to: to, after: [], lamport: 1, at: now,
            by: author,
            tlp: try tlp(of: draft.content), lang: draft.content["lang"]?.string ?? configuration.authority.languages.first ?? "en",
            exercise: exercise,
            law: law.versions, body: try ActBody.json(body))
        let verified = try VerifiedAct.sign(act, with: keys.signing)
        let sent = try event(
            .sent, file: act.file, by: officer, detail: ["act": .string(act.id.description), "ref": .string(ref.description)])
        let real = Self.realMilliseconds()
        _ = try await store.commit { writer in
            guard try Self.openDraft(ref, writer.reader).version == draft.version else {
                throw ComityError(
                    .wrongState, "\(ref) was changed while it was being sent.", next: "Look at it again, then repeat the step.")
            }
            _ = try writer.append(verified, own: act.from.state, registered: now)
            try writer.append(sent)
            try writer.markSent(ref, at: now)
            for recipient in act.to { try writer.enqueue(.act, act.id.description, to: recipient.state, next: real) }
        }
        return act.id
    }

    /// Bytes of a draft that still fit into a signed act, which carries its payload in base64.
    static let largestDraft = Act.limit * 7 / 10

    // MARK: Parts

    /// One State, or a list of States for a joint investigation.
    private static func recipients(_ value: JSONValue?) throws(ComityError) -> [StateCode] {
        guard let texts = value?.string.map({ [$0] }) ?? value?.array?.compactMap(\.string), (1...8).contains(texts.count) else {
            throw ComityError(.malformedInput, "The draft does not say to which State it goes.", next: "Add a line such as to: XB.")
        }
        var states: [StateCode] = []
        for text in texts { states.append(try StateCode(text)) }
        return Set(states).sorted()
    }

    static func openDraft(_ ref: FileReference, _ reader: Reader) throws -> DraftRow {
        if let draft = try reader.draft(ref) { return draft }
        if try reader.file(ref) != nil {
            throw ComityError(.wrongState, "\(ref) was sent already.", next: "See it with comity file show \(ref)")
        }
        throw try noFile(ref, reader)
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

    /// Links to files of this node, by relation: `follows: XA-2026-PRE-000042-L`, or a list.
    private func links(of draft: JSONValue) throws(ComityError) -> [ActBody.Link] {
        var links: [ActBody.Link] = []
        for relation in ActBody.Link.Relation.allCases {
            guard let value = draft[relation.rawValue.replacingOccurrences(of: "-", with: "_")], !value.isEmpty else { continue }
            guard let texts = value.string.map({ [$0] }) ?? value.array?.compactMap(\.string), texts.count + links.count <= 32 else {
                throw ComityError(.malformedInput, "“\(relation.rawValue)” is a reference or a list of references.")
            }
            for text in texts {
                let ref = try FileReference(text)
                guard let file = try store.read({ try $0.file(ref) }) else { throw try store.read { try Self.noFile(ref, $0) } }
                links.append(ActBody.Link(file: file.id, ref: ref, relation: relation))
            }
        }
        return links
    }
}

/// A draft that the law stops.
public enum Refusal {
    static func error(_ findings: [Finding]) -> ComityError {
        let musts = findings.filter(\.blocks)
        let lines = musts.prefix(20).map { finding in
            "  must  \(finding.field)  (\(finding.article)\(finding.unverified ? ", text not compared yet" : ""))  \(finding.detail ?? finding.says)\n        \(finding.mend)"
        }
        return ComityError(
            .refusedByRule,
            "The request lacks \(musts.count == 1 ? "a required content" : "\(musts.count) required contents"):\n"
                + lines.joined(separator: "\n"),
            why: "Without it the requested State sends the request back.",
            next: musts.allSatisfy { $0.override == .approver }
                ? "Complete the draft and try again; --dry-run shows all findings. Or keep it (--keep), and let an approver set the rule aside: comity request override."
                : "Complete the draft and try again; --dry-run shows all findings.")
    }
}
