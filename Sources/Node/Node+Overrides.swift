// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Law
public import Standards
import Storage

extension Node {
    /// Sets a rule aside for a draft, in the open: the reason and the officer stand in the signed request. What was approved before is
    /// not approved any more, and who sets a rule aside cannot be the one who approves.
    /// - Parameter reason: nil takes it back.
    /// - Returns: all findings of the draft, with those that are set aside.
    /// - Throws: `.notFound` when the rule finds nothing in the draft, `.permission` for a role that may not, `.refusedByRule` for a rule
    ///   that stands whoever asks.
    public func override(_ ref: FileReference, rule: String, reason: String?, officer: String) async throws(ComityError) -> [Finding] {
        let role = try require(officer, try may(officer, .approve) ? .approve : .draft, to: "set a rule aside")
        let now = try now()
        let draft = try store.read { try Self.openDraft(ref, $0) }
        if let reason {
            try mayOverride(draft, rule: rule, reason: reason, officer: officer, role: role, now: now)
        } else if !draft.overrides.contains(where: { $0.rule == rule }) {
            throw ComityError(.notFound, "“\(Text.safe(rule, limit: 120))” is not set aside in \(ref).")
        }
        let detail: [String: JSONValue] = [
            "ref": .string(ref.description), "rule": .string(rule), "reason": reason.map(JSONValue.string) ?? .null,
        ]
        let event = try event(.overridden, file: nil, by: officer, detail: detail)
        let result = try await store.commit { writer -> DraftRow in
            let current = try Self.openDraft(ref, writer.reader)
            var overrides = current.overrides.filter { $0.rule != rule }
            if let reason { overrides.append(.init(rule: rule, reason: reason, officer: officer, role: role, at: now)) }
            guard overrides.count <= 32 else { throw ComityError(.tooLarge, "A request sets aside at most 32 rules.") }
            try writer.setOverrides(ofDraft: ref, overrides)
            try writer.append(event)
            return try Self.openDraft(ref, writer.reader)
        }
        return assess(result.value, now: now)
    }

    private func mayOverride(
        _ draft: DraftRow, rule: String, reason: String, officer: String, role: String, now: Instant
    ) throws(ComityError) {
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= 4000 else {
            throw ComityError(.usage, "A rule is set aside with a reason of at most 4000 bytes.", next: "Say why: --reason.")
        }
        let findings = assess(draft.content, type: draft.type, recipients: draft.recipients, now: now)
        guard let finding = findings.first(where: { $0.rule == rule }) else {
            throw ComityError(
                .notFound, "The rule “\(Text.safe(rule, limit: 120))” finds nothing in \(draft.ref).",
                next: findings.isEmpty
                    ? "There is nothing to set aside." : "Name one of: \(Set(findings.map(\.rule)).sorted().joined(separator: ", ")).")
        }
        switch finding.override {
        case .any: return
        case .approver where role == "approver": return
        case .approver:
            throw ComityError(
                .permission, "\(officer) is \(role) and cannot set aside what the law requires.",
                why: "\(finding.says) (\(finding.article))",
                next: "Ask an officer with the role approver; another one then approves the request.")
        case .never:
            throw ComityError(
                .refusedByRule, finding.level == .note ? "A note asks for nothing." : "“\(rule)” cannot be set aside.",
                why: "\(finding.says) (\(finding.article))", next: finding.level == .note ? "" : finding.mend)
        }
    }

    /// What the rules say about a draft, with those that it sets aside.
    func assess(_ draft: DraftRow, now: Instant) -> [Finding] {
        Self.marked(assess(draft.content, type: draft.type, recipients: draft.recipients, now: now), draft.overrides)
    }

    /// Marks the findings that were set aside by somebody who may.
    static func marked(_ findings: [Finding], _ overrides: [DraftRow.Override]) -> [Finding] {
        findings.map { finding in
            guard let override = overrides.first(where: { $0.rule == finding.rule }),
                finding.override == .any || (finding.override == .approver && override.role == "approver")
            else { return finding }
            var marked = finding
            marked.setAside = .init(reason: override.reason, by: override.officer)
            return marked
        }
    }

    /// The same at the receiver, by what the request says; whether it was right to set the rule aside is for a person to judge.
    static func marked(_ findings: [Finding], by request: ActBody.Request) -> [Finding] {
        findings.map { finding in
            guard let override = request.overrides?.first(where: { $0.rule == finding.rule }), finding.override != .never else {
                return finding
            }
            var marked = finding
            marked.setAside = .init(reason: override.reason, by: override.by)
            return marked
        }
    }

    /// What travels with the request: only what sets aside something that the rules still find.
    static func written(_ overrides: [DraftRow.Override], _ findings: [Finding]) -> [ActBody.Override]? {
        let effective = overrides.filter { override in findings.contains { $0.rule == override.rule && $0.setAside != nil } }
        return effective.isEmpty ? nil : effective.map { ActBody.Override(rule: $0.rule, reason: $0.reason, by: $0.officer) }
    }

    /// A draft is kept when nothing stops it, or on demand when only such things do as an approver may set aside.
    static func mayKeep(_ findings: [Finding], _ keep: Bool) -> Bool {
        findings.filter(\.blocks).allSatisfy { keep && $0.override == .approver }
    }
}
