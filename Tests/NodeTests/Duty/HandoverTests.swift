// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

@Suite struct HandoverTests {
    private let notes = HandoverNotes(situation: "One emergency.", background: "A quiet night.\nTwo calls.", recommendation: "Call XB.")

    @Test func aShiftFromTakingTheDutyToTheNext() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        #expect(try node.shift() == nil && node.handoverInHand(officer: "D1") == nil)
        await #expect(throws: ComityError.coded(.wrongState)) { try await node.saveHandover(notes, officer: "D1") }
        await #expect(throws: ComityError.coded(.permission)) { try await node.takeDuty(officer: "A1") }
        try await node.takeDuty(officer: "D1")
        await #expect(throws: ComityError.coded(.wrongState)) { try await node.takeDuty(officer: "D1") }
        let shift = try #require(try node.shift())
        #expect(shift.officer == "D1")
        #expect(try node.duty()?.isTaken == true)

        // What happens now belongs to the shift.
        let ref = try await pair.deliveredPreservation()
        try await node.acknowledge(ref, officer: "D1", localReference: nil)
        try await node.logCall(
            Call(isIncoming: false, number: "+999105550101", person: "Ana", result: .reached, note: "", ref: ref), officer: "D1")
        let log = try node.shiftLog(officer: "D1")
        #expect(log.isShift && log.actsIn == 1 && log.actsOut == 1 && log.calls == 1 && log.acknowledged == 1)
        #expect(log.lines.count == 4, "request, acknowledgement, call, and that the duty was taken: \(log.lines)")
        #expect(log.lines.last?.what == .dutyTaken)
        #expect(log.lines.first?.what == .called(person: "Ana") && log.lines.first?.ref == ref)
        // An auditor sees that there was a call, not with whom.
        #expect(try node.shiftLog(officer: "A1").lines.first?.what == .called(person: ""))

        // Nobody but the officer on duty writes; what is saved is no signature.
        await #expect(throws: ComityError.coded(.permission)) { try await node.signHandover(notes, officer: "D3") }
        try await node.saveHandover(notes, officer: "D1")
        let saved = try #require(try node.handoverInHand(officer: "D3"))
        #expect(saved.notes == notes && saved.signed == nil && saved.hash == nil && saved.text == nil)
        await #expect(throws: ComityError.coded(.wrongState)) { try await node.takeOver(officer: "D3", hash: "", code: nil, address: nil) }
        await #expect(throws: ComityError.coded(.usage)) { try await node.signHandover(HandoverNotes(situation: " \n"), officer: "D1") }
        let long = HandoverNotes(situation: String(repeating: "x", count: HandoverNotes.longest + 1))
        await #expect(throws: ComityError.coded(.tooLarge)) { try await node.saveHandover(long, officer: "D1") }
        try await node.signHandover(notes, officer: "D1")
        let first = try #require(try node.handoverInHand(officer: "D3"))
        #expect(first.text?.figures.actsIn == 1 && first.text?.officer == "D1" && first.text?.shift == shift.id && first.isIntact)
        // Signed, taken back, changed: what the next officer has read before is not signed.
        try await node.reopenHandover(officer: "D1")
        #expect(try node.handoverInHand(officer: "D1")?.signed == nil)
        #expect(try node.handoverInHand(officer: "D1")?.notes == notes)
        try await node.signHandover(HandoverNotes(situation: "Two emergencies."), officer: "D1")
        let hash = try #require(first.hash)
        await #expect(throws: ComityError.coded(.wrongState)) {
            try await node.takeOver(officer: "D3", hash: hash, code: nil, address: nil)
        }
        let last = try #require(try node.handoverInHand(officer: "D3"))
        let signed = try #require(last.hash)
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.takeOver(officer: "D1", hash: signed, code: nil, address: nil)
        }
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.takeOver(officer: "A1", hash: signed, code: nil, address: nil)
        }
        try await node.takeOver(officer: "D3", hash: signed, code: nil, address: nil)
        #expect(try node.shift()?.officer == "D3")
        #expect(try node.handoverInHand(officer: "D3")?.notes == nil, "the next shift begins with nothing written")
        await #expect(throws: ComityError.coded(.wrongState)) {
            try await node.takeOver(officer: "D4", hash: signed, code: nil, address: nil)
        }

        let kept = try #require(try node.handovers(officer: "D1").first)
        #expect(kept.officer == "D1" && kept.taker == "D3" && kept.isIntact && kept.text?.notes.situation == "Two emergencies.")
        let events = try AccessFixture(folder: pair.folder, node: node).events(.handedOver, .dutyTaken)
        #expect(events.map(\.by) == ["D1", "D3"])
        let event = try #require(events.last)
        #expect(event.detail["from"]?.string == "D1" && event.detail["to"]?.string == "D3" && event.detail["hash"]?.string == kept.hash)
        #expect(event.detail["with"]?.string == "session")
        #expect(throws: ComityError.coded(.permission)) { _ = try node.handover(shift.id, officer: "A1") }
        #expect(throws: ComityError.coded(.notFound)) { try node.handover(try #require(try node.shift()).id, officer: "D1") }
        #expect(try node.audit().ok)
    }

    @Test func withoutAHandoverOnlyWithAReason() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        try await node.takeDuty(officer: "D1")
        for reason in [nil, "", "ill", String(repeating: "x", count: 501)] {
            await #expect(throws: ComityError.coded(.usage)) { try await node.takeDuty(officer: "D3", reason: reason) }
        }
        #expect(try node.shift()?.officer == "D1")
        try await node.takeDuty(officer: "D3", reason: "D1 fell ill at two.")
        #expect(try node.shift()?.officer == "D3")
        let event = try #require(try AccessFixture(folder: pair.folder, node: node).events(.dutyTaken).last)
        #expect(event.detail["from"]?.string == "D1" && event.detail["reason"]?.string == "D1 fell ill at two.")
    }

    /// An account with a code generator signs with a code that was not used before; wrong codes count as failures.
    @Test func theSecondSignatureNeedsTheCode() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let taker = try await access.enrol("D3")
        try await node.takeDuty(officer: "D1")
        try await node.signHandover(notes, officer: "D1")
        let hash = try #require(try node.handoverInHand(officer: "D3")?.hash)
        #expect(try node.confirmsWithCode("D3") && !node.confirmsWithCode("D1"))
        let wrong: [String] = ["", "000000", taker.recovery[0]]
        for code in wrong {
            await #expect(throws: ComityError.coded(.permission)) {
                try await node.takeOver(officer: "D3", hash: hash, code: code, address: nil)
            }
        }
        try await access.signIn(taker)
        let code = try access.code(taker.secret)
        try await node.takeOver(officer: "D3", hash: hash, code: code, address: nil)
        #expect(try node.shift()?.officer == "D3")
        #expect(try access.events(.handedOver).map { $0.detail["with"]?.string } == ["code"])
        // The same code does not sign a second time.
        try await node.signHandover(notes, officer: "D3")
        let next = try await access.enrol("D4")
        let again = try #require(try node.handoverInHand(officer: "D4")?.hash)
        let used = try access.code(next.secret)
        try await access.signIn(next)
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.takeOver(officer: "D4", hash: again, code: used, address: nil)
        }
        // After five failures there is a pause, as with signing in.
        for _ in 0..<AccessLimits.freeFailures.account {
            await #expect(throws: ComityError.self) { try await node.takeOver(officer: "D4", hash: again, code: "1", address: nil) }
        }
        await #expect(throws: ComityError.coded(.throttled)) {
            try await node.takeOver(officer: "D4", hash: again, code: "1", address: nil)
        }
        #expect(try node.shift()?.officer == "D3")
    }

    /// Two officers take over at once: one gets the duty.
    @Test func onlyOneTakesOver() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        try await node.takeDuty(officer: "D1")
        try await node.signHandover(notes, officer: "D1")
        let hash = try #require(try node.handoverInHand(officer: "D3")?.hash)
        let done = await withTaskGroup(of: Bool.self) { group in
            for officer in ["D3", "D4", "X1"] {
                group.addTask {
                    do {
                        try await node.takeOver(officer: officer, hash: hash, code: nil, address: nil)
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(done == 1)
        #expect(try node.handovers(officer: "D1").count == 1)
        #expect(try AccessFixture(folder: pair.folder, node: node).events(.handedOver).count == 1)
    }

    /// Bytes that were changed in the database are told, on the page and by the audit.
    @Test func aTextThatWasChangedIsTold() async throws {
        let pair = try await NodePair()
        let node = pair.requesting
        try await node.takeDuty(officer: "D1")
        try await node.signHandover(notes, officer: "D1")
        let hash = try #require(try node.handoverInHand(officer: "D3")?.hash)
        try await node.takeOver(officer: "D3", hash: hash, code: nil, address: nil)
        let kept = try #require(try node.handovers(officer: nil).first)
        let row = try #require(try node.store.read { try $0.handover(kept.shift) })
        let text = String(decoding: try #require(row.bytes), as: UTF8.self).replacingOccurrences(of: "One emergency", with: "No emergency")
        let bytes = Array(text.utf8)
        // With a hash that fits, so that only the register tells.
        let forged = HandoverRow(
            shift: row.shift, officer: row.officer, notes: row.notes, saved: row.saved, bytes: bytes, hash: Hash.of(bytes).description,
            signed: row.signed, taker: row.taker, taken: row.taken, event: row.event)
        _ = try await node.store.commit { try $0.save(forged, began: kept.began) }
        #expect(try !node.handover(kept.shift, officer: nil).isIntact)
        #expect(try node.audit().faults.contains { $0.says.contains("handover") })
    }
}
