// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// Rules that a sender sets aside before a request is sent: who may, what never, and what the other State sees.
@Suite struct OverridesTests {
    private let must = "uncc.42.3.e"

    /// A kept draft that lacks what article 42(3)(e) asks for.
    private func lacking(_ pair: NodePair, _ change: (inout [String: JSONValue]) -> Void = { _ in }) async throws -> FileReference {
        var draft = try pair.draft()
        draft["necessity"] = nil
        change(&draft)
        let json = JSONValue.object(draft)
        let node = pair.requesting
        await #expect(throws: ComityError(.refusedByRule, "")) {
            try await node.newRequest(type: "preservation", draft: json, officer: "D1", dryRun: false)
        }
        return try #require(
            try await node.newRequest(type: "preservation", draft: json, officer: "D1", dryRun: false, keep: true).ref)
    }

    @Test func anApproverSetsAsideWhatIsMissing() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await lacking(pair)
        let rule = must
        // Kept, but neither approved nor sent.
        await #expect(throws: ComityError(.refusedByRule, "")) { try await a.approve(ref, officer: "D3") }
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        await #expect(throws: ComityError(.permission, "")) { try await a.override(ref, rule: rule, reason: "r", officer: "D1") }
        await #expect(throws: ComityError(.permission, "")) { try await a.override(ref, rule: rule, reason: "r", officer: "A1") }
        await #expect(throws: ComityError(.usage, "")) { try await a.override(ref, rule: rule, reason: " ", officer: "D3") }
        await #expect(throws: ComityError(.notFound, "")) { try await a.override(ref, rule: "no.such.rule", reason: "r", officer: "D3") }
        await #expect(throws: ComityError(.notFound, "")) { try await a.override(ref, rule: rule, reason: nil, officer: "D3") }
        let findings = try await a.override(ref, rule: rule, reason: "told by telephone", officer: "D3")
        let aside = try #require(findings.first { $0.rule == rule })
        #expect(aside.level == .must && !aside.blocks && aside.setAside == .init(reason: "told by telephone", by: "D3"))
        // The approval of before is void, and who set the rule aside does not approve it too.
        #expect(try a.fileView(ref).state == .draft)
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        await #expect(throws: ComityError(.permission, "")) { try await a.approve(ref, officer: "D3") }
        try await a.approve(ref, officer: "D4")
        #expect(try a.fileView(ref).overrides == [.init(rule: rule, reason: "told by telephone", by: "D3")])
        _ = try await a.send(ref, officer: "D1")
        try await pair.carry(from: a, to: b)
        for node in [a, b] {
            let view = try node.fileView(ref)
            #expect(view.overrides == [.init(rule: rule, reason: "told by telephone", by: "D3")])
            #expect(view.findings.first { $0.rule == rule }?.setAside == .init(reason: "told by telephone", by: "D3"))
            #expect(!view.findings.contains { $0.blocks })
            let body = try #require(view.acts.first?.body["overrides"]?.array?.first)
            #expect(body["by"] == .string("D3") && body["rule"] == .string(rule))
        }
        await #expect(throws: ComityError(.wrongState, "")) { try await a.override(ref, rule: rule, reason: "r", officer: "D3") }
        #expect(try a.audit().ok && b.audit().ok)
    }

    /// Taken back, or without effect, it does not travel; a change voids the approval each time.
    @Test func anOverrideIsTakenBack() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        let ref = try await lacking(pair)
        let rule = must
        _ = try await a.override(ref, rule: rule, reason: "r", officer: "D3")
        try await a.approve(ref, officer: "D4")
        let findings = try await a.override(ref, rule: rule, reason: nil, officer: "D1")
        #expect(findings.contains { $0.rule == rule && $0.blocks })
        #expect(try a.fileView(ref).state == .draft)
        await #expect(throws: ComityError(.refusedByRule, "")) { try await a.approve(ref, officer: "D4") }
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        _ = try await a.override(ref, rule: rule, reason: "r", officer: "D3")
        // The draft is completed: nothing is set aside any more.
        let whole = JSONValue.object(try pair.draft())
        #expect(try await a.revise(ref, draft: whole, officer: "D1", dryRun: true).contains { $0.setAside != nil } == false)
        _ = try await a.revise(ref, draft: whole, officer: "D1")
        try await a.approve(ref, officer: "D4")
        _ = try await a.send(ref, officer: "D1")
        #expect(try a.fileView(ref).overrides.isEmpty)
    }

    /// A safeguard, a decision that a person owes, competence and the way itself stand, whoever asks; so do rows that say so.
    @Test func safeguardsStand() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        var draft = try pair.draft()
        draft["screen"] = nil
        let json = JSONValue.object(draft)
        await #expect(throws: ComityError(.refusedByRule, "")) {
            try await a.newRequest(type: "preservation", draft: json, officer: "D1", dryRun: false, keep: true)
        }
        let rules = try await a.newRequest(type: "preservation", draft: json, officer: "D1", dryRun: true).findings
        #expect(rules.first { $0.rule == "uncc.40.22.recorded" }?.override == .never)
        let ref = try await lacking(pair)
        // Even in a draft that got past the check, and with the row written by hand, the safeguard stands.
        draft["screen"] = nil
        let changed = JSONValue.object(draft)
        let recorded = "uncc.40.22.recorded"
        let at = try a.now()
        _ = try await a.store.commit { writer in
            try writer.revise(ref, changed, recipients: [pair.requested.state], by: .init(officer: "D1", at: at), form: nil)
            try writer.setOverrides(ofDraft: ref, [.init(rule: recorded, reason: "r", officer: "D3", role: "approver", at: at)])
        }
        await #expect(throws: ComityError(.refusedByRule, "")) { try await a.override(ref, rule: recorded, reason: "r", officer: "D3") }
        #expect(try a.fileView(ref).findings.first { $0.rule == recorded }?.setAside == nil)
        await #expect(throws: ComityError(.refusedByRule, "")) { try await a.approve(ref, officer: "D4") }
        await #expect(throws: ComityError(.wrongState, "")) { try await a.send(ref, officer: "D1") }
        let note = try #require(try a.fileView(ref).findings.first { $0.level == .note }?.rule)
        await #expect(throws: ComityError(.refusedByRule, "")) { try await a.override(ref, rule: note, reason: "r", officer: "D3") }
        for finding in a.law.findings(for: .object([:]), type: "emergency") where finding.level == .must {
            let stands = ["house.emergency.promise", "house.emergency.certified", "uncc.2.o.emergency"].contains(finding.rule)
            #expect((finding.override == .never) == (stands || finding.decision), "\(finding.rule)")
        }
    }

    /// What is only wanted may be set aside by whoever drafts.
    @Test func aWishIsSetAsideByItsAuthor() async throws {
        let pair = try await NodePair()
        let a = pair.requesting
        var draft = try pair.draft()
        draft["title"] = nil
        draft["case"] = draft["case"].flatMap(\.object).map { .object($0.filter { $0.key != "title" }) }
        let ref = try #require(
            try await a.newRequest(type: "preservation", draft: .object(draft), officer: "D1", dryRun: false).ref)
        let should = try #require(try a.fileView(ref).findings.first { $0.level == .should && $0.override == .any }?.rule)
        let findings = try await a.override(ref, rule: should, reason: "no title was given", officer: "D1")
        #expect(findings.first { $0.rule == should }?.setAside?.by == "D1")
        try await a.approve(ref, officer: "D3")
        _ = try await a.send(ref, officer: "D1")
        #expect(try a.fileView(ref).overrides.map(\.rule) == [should])
    }

    /// Another State's node may write anything into a request. What no sender may set aside counts for nothing, and the officer sees it.
    @Test func theReceiverIgnoresWhatNoSenderMaySetAside() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let ref = try await lacking(pair)
        _ = try await a.override(ref, rule: must, reason: "told by telephone", officer: "D3")
        try await a.approve(ref, officer: "D4")
        let sent = try await a.send(ref, officer: "D1")
        let stored = try #require(try a.store.read { try $0.act(sent) })
        let act = try UnverifiedAct.registeredPayload(stored.jws)
        var body = try #require(act.body.object)
        let rules = [must, "uncc.40.22.recorded", "retroactive-process", "no.such.rule"]
        body["overrides"] = .array(rules.map { .object(["rule": .string($0), "reason": .string("r"), "by": .string("D3")]) })
        body["content"] = .object(try #require(body["content"]?.object).filter { $0.key != "screen" })
        let forged = Act(
            id: act.id, file: act.file, kind: act.kind, from: act.from, to: act.to, after: [], lamport: 1, at: act.at, by: act.by,
            tlp: act.tlp, lang: act.lang, exercise: act.exercise, law: act.law, body: .object(body))
        let signed = try VerifiedAct.sign(forged, with: a.keys.signing)
        _ = try await b.receive(try Age.encrypt(signed.bytes, to: [b.keys.sealing.recipient]), from: a.state)
        let findings = try b.fileView(ref).findings
        #expect(findings.first { $0.rule == must }?.setAside != nil)
        #expect(findings.first { $0.rule == "uncc.40.22.recorded" }.map { $0.setAside == nil } == true)
        let void = findings.filter { $0.rule == "house.set-aside" }
        #expect(void.count == 3 && void.allSatisfy { $0.override == .never && $0.setAside == nil })
        for rule in rules.dropFirst() { #expect(void.contains { $0.detail?.contains(rule) == true }, "\(rule)") }
        #expect(try a.fileView(ref).findings.allSatisfy { $0.rule != "house.set-aside" })
    }
}
