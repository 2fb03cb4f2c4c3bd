// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

@Suite struct CallsTests {
    private func call(
        _ number: String = "+999205550201", _ person: String = "Bo", note: String = "", ref: FileReference? = nil, quarantine: Int64? = nil
    ) -> Call {
        Call(isIncoming: false, number: number, person: person, result: .reached, note: note, ref: ref, quarantine: quarantine)
    }

    @Test func aCallIsAnEventOfItsFile() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        let ref = try await pair.deliveredPreservation()
        try await node.logCall(call(note: "they look for it", ref: ref), officer: "D1")
        try await node.logCall(
            Call(isIncoming: true, number: "unknown", person: "a journalist", result: .reached, note: ""), officer: "D3")
        let all = try node.calls(officer: "D1")
        #expect(
            all.map(\.person) == ["a journalist", "Bo"] && all.map(\.officer) == ["D3", "D1"] && all.map(\.isIncoming) == [true, false])
        #expect(try node.calls(about: ref, officer: "X1").map(\.note) == ["they look for it"])
        let id = try #require(try node.fileView(ref, officer: nil).id)
        #expect(try node.store.read { try $0.events(of: id).last?.event } == .called)
        for wrong in [
            call(""), call(String(repeating: "1", count: 41)), call("1", ""), call(note: "a\nb"),
            call(note: String(repeating: "x", count: 501)),
        ] {
            await #expect(throws: ComityError.coded(.usage)) { try await node.logCall(wrong, officer: "D1") }
        }
        let nowhere = try FileReference("XA-2026-PRE-000042-L")
        await #expect(throws: ComityError.coded(.notFound)) { try await node.logCall(call(ref: nowhere), officer: "D1") }
        await #expect(throws: ComityError.coded(.notFound)) { try await node.logCall(call(quarantine: 7), officer: "D1") }
        #expect(throws: ComityError.coded(.permission)) { try node.calls(officer: "A1") }
        #expect(try node.calls(officer: "D1").count == 2)
        #expect(try node.audit().ok)
    }

    /// Several calls of one millisecond, page by page: each stands on exactly one page, wherever the page ends.
    @Test func callsOfOneMillisecondAreAllListed() async throws {
        let node = try await NodePair().requesting
        let (now, later) = (try node.now(), try node.now().adding(milliseconds: 1))
        var generator = SystemRandomNumberGenerator()
        for number in 0..<7 {
            let at = number < 5 ? now : later
            let event = RegisterEvent(
                id: UUIDv7(at: at, using: &generator), event: .called, file: nil, at: at, by: "D1",
                detail: ["person": .string("\(number)"), "result": .string("reached")])
            _ = try await node.store.commit { try $0.insertCall(event, ref: nil, quarantine: nil) }
        }
        let all = try node.calls(officer: "D1").compactMap(\.id)
        #expect(Set(all).count == 7)
        for size in 1...3 {
            var (seen, before) = ([UUIDv7](), UUIDv7?.none)
            while case let page = try node.calls(before: before, limit: size, officer: "D1").compactMap(\.id), let last = page.last {
                seen += page
                before = last
            }
            #expect(seen == all, "pages of \(size)")
        }
    }

    /// A message that claims to be of a State in the directory, signed by a stranger: call that State, on the number of the
    /// directory; once somebody did, nothing is owed.
    @Test func aForgedMessageAsksForACall() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        #expect(try node.callBacksPending(officer: "D1").isEmpty)
        for (claimed, number) in [("XA", 4711), ("XQ", 4712)] {
            let act = try Self.forged(claimed, number, to: node)
            let sealed = try Age.encrypt(try VerifiedAct.sign(act, with: .generate()).bytes, to: [node.keys.sealing.recipient])
            await #expect(throws: ComityError.coded(.unknownKey)) { _ = try await node.receive(sealed, from: try StateCode("XA")) }
        }
        let open = try node.callBacksPending(officer: "D1")
        // Nobody can be called about XQ: it is not in the directory.
        #expect(open.map(\.state.description) == ["XA"] && open.first?.phone == "+999105550101" && open.first?.confirmed != nil)
        guard case .quarantined(let id, let code, _) = try #require(open.first).reason else {
            Issue.record("not a message in quarantine")
            return
        }
        #expect(code == "unknown-key")
        try await node.logCall(call(quarantine: id), officer: "D1")
        #expect(try node.callBacksPending(officer: "D1").isEmpty)
        #expect(try node.shiftLog(officer: "D1").quarantined == 2)
        #expect(throws: ComityError.coded(.permission)) { try node.callBacksPending(officer: "A1") }
    }

    private static func forged(_ claimed: String, _ number: Int, to node: Node) throws -> Act {
        let now = try node.now()
        let state = try StateCode(claimed)
        var generator = SystemRandomNumberGenerator()
        let id = UUIDv7(at: now, using: &generator)
        let request = ActBody.Request(
            ref: try FileReference(state: state, year: now.utcYear, typeCode: FileType.subscriberInformation.code, number: number),
            type: .subscriberInformation, title: "Urgent disclosure", content: .object([:]), links: [])
        return Act(
            id: id, file: id, kind: .request, from: Party(state: state, authority: "\(claimed.lowercased())-247"), to: [node.party],
            after: [], lamport: 1, at: now,
            by: .init(role: "duty_officer", officer: "Z1", approvals: [.init(role: "approver", officer: "Z2", at: now)]), tlp: .red,
            lang: "en", exercise: true, law: [:], body: try ActBody.json(request))
    }

    @Test func howThePeersAre() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        #expect(try node.peerHealth(officer: "D1").map(\.grade) == [.never])
        _ = try await pair.deliveredPreservation()
        let after = try #require(try node.peerHealth(officer: "A1").first)
        #expect(after.grade == .ok && after.acts == 0 && after.lastContact != nil)
        #expect(try pair.requested.peerHealth(officer: nil).first?.lastContact != nil)
        // The other node does not answer: what is owed is counted, with the reason.
        let result = try await node.newRequest(type: "preservation", draft: .object(try pair.draft()), officer: "D1", dryRun: false)
        let ref = try #require(result.ref)
        try await node.approve(ref, officer: "D3")
        _ = try await node.send(ref, officer: "D1")
        #expect(try node.peerHealth(officer: "D1").first?.grade == .ok)
        let row = try #require(try node.store.read { try $0.waiting() }.first)
        _ = try await node.store.commit { try $0.postpone(row.id, next: 1, code: "peer-unreachable", says: "no answer") }
        let silent = try #require(try node.peerHealth(officer: "D1").first)
        #expect(silent.grade == .silent && silent.acts == 1 && silent.attempts == 1 && silent.says == "no answer")
        _ = try await node.revokePeer(pair.requested.state, by: "D1")
        #expect(try node.peerHealth(officer: "D1").first?.grade == .revoked)
        // Whoever keeps the machine sees how the lines are, too.
        _ = try await node.invite(officer: "AD", role: "administrator", name: "AD", by: nil)
        #expect(try node.peerHealth(officer: "AD").count == 1)
        _ = try await node.invite(officer: "W1", role: "drafter", name: "W1", by: nil)
        #expect(throws: ComityError.coded(.permission)) { try node.peerHealth(officer: "nobody") }
    }

    @Test func whatToDoFirstAndWhoHasIt() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        #expect(try node.pressing(officer: "D1").first == nil)
        let ref = try await pair.deliveredPreservation()
        let before = try node.changes(since: 0, officer: "A1")
        #expect(before.acts == 1)
        let pressing = try node.pressing(officer: "D1")
        #expect(pressing.first?.ref == ref && pressing.first?.next.step == "acknowledge" && pressing.atRisk.isEmpty && pressing.more == 0)
        // An auditor can do nothing about it, and sees that it presses.
        let audited = try node.pressing(officer: "A1")
        #expect(audited.first == nil && audited.atRisk.map(\.ref) == [ref] && audited.atRisk.allSatisfy { $0.title.isEmpty })
        try await node.acknowledge(ref, officer: "D1", localReference: nil)
        #expect(try node.changes(since: before.head, officer: "D1").acts == 1)
        #expect(try node.pressing(officer: "D1").first?.next.step != "acknowledge")

        let moved = try await node.assign([ref, ref], to: "D3", by: "D1")
        #expect(moved.count == 1 && moved.first?.was == nil)
        #expect(try node.workItem(ref)?.assigned == "D3" && node.countAssigned([ref], to: "D3") == 1)
        #expect(try await node.assign([ref], to: "D3", by: "D1").isEmpty)
        #expect(try await node.undoAssignment(moved, to: "D3", by: "D1").count == 1)
        #expect(try node.workItem(ref)?.assigned == nil)
        // Somebody has moved it since: it stays there.
        let again = try await node.assign([ref], to: "D3", by: "D1")
        _ = try await node.assign([ref], to: "X1", by: "D1")
        #expect(try await node.undoAssignment(again, to: "D3", by: "D1").isEmpty)
        #expect(try node.workItem(ref)?.assigned == "X1")
        let nowhere = try FileReference("XA-2026-PRE-000042-L")
        await #expect(throws: ComityError.coded(.notFound)) { _ = try await node.assign([ref, nowhere], to: "D3", by: "D1") }
        #expect(try node.workItem(ref)?.assigned == "X1", "nothing is changed when one is not there")
        for (to, by) in [("nobody", "D1"), ("D3", "A1")] {
            await #expect(throws: ComityError.coded(.permission)) { _ = try await node.assign([ref], to: to, by: by) }
        }
        #expect(try node.colleagues(officer: "A1").map(\.officer) == ["D1", "D3", "D4", "X1"])
        #expect(try node.audit().ok)
    }
}
