// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Law
import Standards
import Storage
import Testing

@testable import Node

/// Drafts that are filled in section by section: kept half done, never lost to a second writer, complete before they leave.
@Suite struct DraftFormsTests {
    private func begun(_ pair: NodePair, _ type: FileType = .preservation, title: String = "Key host") async throws -> FileReference {
        try await pair.requesting.startDraft(type: type, to: [pair.requested.state], title: title, officer: "D1")
    }

    private func kept(_ saving: Node.DraftSaving) throws -> DraftView {
        guard case .saved(let view) = saving else { throw ComityError(.failure, "a conflict") }
        return view
    }

    @Test func halfADraftIsKeptAndOnlyAWholeOneLeaves() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await begun(pair)
        var view = try node.draft(ref, officer: "D1")
        #expect(view.version == 1 && view.form == DraftForm() && !view.isComplete && view.state == .draft)
        #expect(view.content["title"]?.string == "Key host" && view.content["to"]?.string == "XB")
        // The authority that may issue this type stands there already.
        #expect(view.content.at("authority.id")?.string == "xa-247")
        await #expect(throws: ComityError(.refusedByRule, "")) { try await node.submit(ref, officer: "D1") }
        await #expect(throws: ComityError(.refusedByRule, "")) { try await node.approve(ref, officer: "D3") }
        var content = try #require(view.content.object)
        content["facts"] = .string("Files were encrypted.")
        view = try kept(
            try await node.saveDraft(
                ref, content: .object(content), form: DraftForm(unread: ["urgency.needed_by": "31/2/2026"], done: ["facts"]), officer: "D1",
                expecting: 1))
        #expect(view.version == 2 && view.content["facts"]?.string == "Files were encrypted.")
        #expect(view.form?.unread == ["urgency.needed_by": "31/2/2026"] && view.form?.done == ["facts"])
        for (name, value) in try pair.draft() where name != "type" { content[name] = value }
        // Complete for the law, but one field holds what nobody can read.
        view = try kept(
            try await node.saveDraft(ref, content: .object(content), form: try #require(view.form), officer: "D1", expecting: 2))
        #expect(!view.findings.contains { $0.level == .must } && !view.isComplete)
        await #expect(throws: ComityError(.refusedByRule, "")) { try await node.submit(ref, officer: "D1") }
        view = try kept(try await node.saveDraft(ref, content: .object(content), form: DraftForm(), officer: "D1", expecting: 3))
        #expect(view.isComplete)
        try await node.submit(ref, officer: "D1")
        #expect(try node.draft(ref, officer: "D3").state == .review)
        // What is being reviewed stands still, until it is taken back.
        await #expect(throws: ComityError(.wrongState, "")) {
            _ = try await node.saveDraft(ref, content: .object(content), form: DraftForm(), officer: "D1", expecting: 4)
        }
        try await node.takeBack(ref, officer: "D1")
        try await node.submit(ref, officer: "D1")
        await #expect(throws: ComityError(.wrongState, "")) { try await node.approveDraft(ref, version: 3, officer: "D3") }
        try await node.approveDraft(ref, version: 4, officer: "D3")
        _ = try await node.send(ref, officer: "D1")
        #expect(throws: ComityError(.wrongState, "")) { _ = try node.draft(ref, officer: "D1") }
        let report = try node.audit()
        #expect(report.ok, "\(report.faults)")
    }

    @Test func twoWritersNeverOverwriteEachOther() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await begun(pair)
        let read = try node.draft(ref, officer: "D1")
        func saving(_ facts: String, expecting: Int) async throws -> Node.DraftSaving {
            var content = try #require(read.content.object)
            content["facts"] = .string(facts)
            return try await node.saveDraft(ref, content: .object(content), form: DraftForm(), officer: "D1", expecting: expecting)
        }
        let first = try kept(try await saving("one", expecting: 1))
        #expect(first.version == 2 && first.savedBy == "D1")
        guard case .conflict(let now) = try await saving("two", expecting: 1) else {
            Issue.record("the second writer overwrote the first")
            return
        }
        #expect(now.content["facts"]?.string == "one" && now.version == 2)
        // The same once more changes nothing and leaves no trace.
        let events = try node.registerHead(officer: nil)?.size
        #expect(try kept(try await saving("one", expecting: 2)).version == 2)
        #expect(try node.registerHead(officer: nil)?.size == events)
        // What a script saves is kept, and registered once somebody saves by hand or submits.
        var typed = try #require(read.content.object)
        typed["facts"] = .string("half a sent")
        #expect(
            try kept(
                try await node.saveDraft(
                    ref, content: .object(typed), form: DraftForm(), officer: "D1", expecting: 2, registers: false)
            ).version == 3)
        #expect(try node.registerHead(officer: nil)?.size == events)
        // Many at once: exactly one of each round is kept.
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    if case .saved = try await saving("writer \(writer)", expecting: 3) { true } else { false }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(results == 1)
    }

    @Test func whoWroteInADraftCannotBeItsSecondPerson() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await begun(pair)
        var content = try #require(try node.draft(ref, officer: "D1").content.object)
        for (name, value) in try pair.draft() where name != "type" { content[name] = value }
        _ = try await node.invite(officer: "D9", role: "duty_officer", name: "Nine", by: nil)
        _ = try await node.saveDraft(ref, content: .object(content), form: DraftForm(), officer: "D9", expecting: 1)
        #expect(try node.draft(ref, officer: "D1").writers == ["D9"])
        // Promoted overnight, still no second pair of eyes.
        try await node.setRole("D9", to: "approver", by: nil)
        await #expect(throws: ComityError(.permission, "")) { try await node.approve(ref, officer: "D9") }
        await #expect(throws: ComityError(.permission, "")) { try await node.approve(ref, officer: "D1") }
        await #expect(throws: ComityError(.permission, "")) {
            _ = try await node.saveDraft(ref, content: .object(content), form: DraftForm(), officer: "D3", expecting: 2)
        }
        #expect(throws: ComityError(.permission, "")) { _ = try node.draft(ref, officer: "A1") }
        try await node.approve(ref, officer: "D3")
    }

    @Test func aTranslationArrivesWhileTheReviewerReads() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await begun(pair)
        var content = try #require(try node.draft(ref, officer: "D1").content.object)
        for (name, value) in try pair.draft() where name != "type" { content[name] = value }
        content["translation"] = .object(["to": .string("ar"), "status": .string("ordered")])
        _ = try await node.saveDraft(ref, content: .object(content), form: DraftForm(), officer: "D1", expecting: 1)
        await #expect(throws: ComityError(.wrongState, "")) {
            try await node.attachTranslation(ref, certified: true, text: "", officer: "D1")
        }
        try await node.submit(ref, officer: "D1")
        #expect(try node.draft(ref, officer: "D1").state == .translation)
        try await node.attachTranslation(ref, certified: true, text: "نص", officer: "D1")
        let view = try node.draft(ref, officer: "D1")
        #expect(view.state == .review && view.content.at("translation.text")?.string == "نص")
        #expect(view.content.at("translation.certified")?.bool == true)
    }

    @Test func aFollowUpKnowsWhatItsParentKnows() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let parent = try await pair.deliveredPreservation()
        let ref = try await node.startDraft(type: .storedData, to: [pair.requested.state], title: "", follows: parent, officer: "D1")
        let view = try node.draft(ref, officer: "D1")
        let original = try node.dossier(parent, officer: "D1").request.content
        for name in ["offences", "facts", "identifiers", "data_sought", "link_facts_to_data"] {
            #expect(view.content[name] == original[name], "\(name)")
        }
        #expect(view.content["follows"]?.string == parent.description)
        // Decided anew for each request.
        for name in ["screen", "authorisation", "intent_to_send_mla", "custodian"] { #expect(view.content[name] == nil, "\(name)") }
        // Stored data are asked for by the central authority.
        #expect(view.content.at("authority.id")?.string == "xa-ca")
    }

    @Test func whatCannotBeKeptIsRefusedAndNothingIsLost() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await begun(pair)
        let before = try node.draft(ref, officer: "D1")
        var content = try #require(before.content.object)
        content["facts"] = .string(String(repeating: "x", count: Node.largestDraft))
        let large = content
        await #expect(throws: ComityError(.tooLarge, "")) {
            _ = try await node.saveDraft(ref, content: .object(large), form: DraftForm(), officer: "D1", expecting: 1)
        }
        await #expect(throws: ComityError(.tooLarge, "")) {
            _ = try await node.saveDraft(
                ref, content: before.content, form: DraftForm(unread: ["facts": String(repeating: "x", count: 70_000)]), officer: "D1",
                expecting: 1)
        }
        await #expect(throws: ComityError(.malformedInput, "")) {
            _ = try await node.saveDraft(ref, content: .string("x"), form: DraftForm(), officer: "D1", expecting: 1)
        }
        #expect(try node.draft(ref, officer: "D1").content == before.content)
        let stranger = try StateCode("XC")
        await #expect(throws: (any Error).self) {
            _ = try await node.startDraft(type: .preservation, to: [stranger], title: "", officer: "D1")
        }
    }
}
