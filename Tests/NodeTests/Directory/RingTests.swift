// SPDX-License-Identifier: Apache-2.0

import Exchange
import Sealing
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// Test calls between nodes and by telephone, and warnings about keys.
@Suite struct RingTests {
    private func delivery(_ from: Node, _ to: Node) -> Delivery {
        Delivery(node: from) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: to, from: from.state) }
    }

    @Test func aPersonAnswersATestCall() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let start = try a.now()
        for node in [a, b] { try node.holdClock(at: start) }
        let ring = try await a.ring(b.state, by: "D1")
        await delivery(a, b).bringNotices()
        #expect(try a.rings(officer: nil).first?.reached != nil && a.rings(officer: nil).first?.answered == nil)
        #expect(try b.openRings(officer: "D1").map(\.id) == [ring.id])
        // The same notice again changes nothing.
        let notice = DirectoryNotice(id: ring.id, kind: .ring, from: a.state, to: b.state, at: start, exercise: true)
        _ = try await b.answer(.notice(try notice.signed(by: a.keys.signing)), from: a.state)
        #expect(try b.openRings(officer: nil).count == 1 && b.store.read { try $0.events([.ringReceived], limit: 9) }.count == 1)
        for node in [a, b] { try node.holdClock(at: start.adding(milliseconds: 95_000)) }
        #expect(try await b.answerRings(by: "D1").first?.by == "D1")
        await #expect(throws: ComityError(.notFound, "")) { try await b.answerRings(by: "D1") }
        await delivery(b, a).bringNotices()
        let answered = try #require(try a.rings(with: b.state, officer: nil).first)
        #expect(answered.answered != nil && answered.answeredAfter == 95 && answered.by == "D1")
        let event = try #require(try a.store.read { try $0.lastEvent(.ringAnswered) })
        #expect(event.detail["seconds"]?.integer == 95 && event.detail["state"]?.string == "XB")
        #expect(try a.freshness(officer: nil).first?.answeredAfter == 95)
        #expect(try a.freshness(officer: nil).first?.due.contains(.ring) == false)
        #expect(try a.store.read { try $0.notices() }.isEmpty && b.store.read { try $0.notices() }.isEmpty)
        for node in [a, b] { #expect(try node.audit().ok) }
    }

    @Test func aCallThatNobodyAnswersIsSeenToo() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        _ = try await a.ring(b.state, by: "D1")
        await delivery(a, b).bringNotices()
        try a.holdClock(at: try a.now().adding(milliseconds: 31 * 60_000))
        let line = try #require(try a.freshness(officer: nil).first)
        #expect(line.due.contains(.unanswered) && line.rang != nil && line.answeredAfter == nil)
        // By telephone: nobody, then somebody; only a number of the entry is tried.
        await #expect(throws: ComityError(.usage, "")) {
            try await a.ringByTelephone(b.state, number: "+999 1 234", answeredAfter: nil, name: nil, by: "D1")
        }
        let number = try #require(try b.entry().authority.phone)
        let nobody = try await a.ringByTelephone(b.state, number: number, answeredAfter: nil, name: nil, by: "D1")
        #expect(nobody.answered == nil)
        await #expect(throws: ComityError(.usage, "")) {
            try await a.ringByTelephone(b.state, number: number, answeredAfter: ISODuration("PT2M"), name: nil, by: "D1")
        }
        let somebody = try await a.ringByTelephone(b.state, number: number, answeredAfter: ISODuration("PT2M"), name: "Ms Ilves", by: "D1")
        #expect(somebody.answeredAfter == 120 && somebody.by == "Ms Ilves")
        #expect(try a.rings(with: b.state, officer: nil).count == 3)
    }

    @Test func noticesOfOthersAreNotBelieved() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let now = try a.now()
        func notice(
            _ kind: DirectoryNotice.Kind, from: StateCode? = nil, to: StateCode? = nil, at: Instant? = nil, about: UUIDv7? = nil,
            key: String? = nil,
            of: StateCode? = nil, exercise: Bool = true
        ) -> DirectoryNotice {
            DirectoryNotice(
                id: a.newID(at: now), kind: kind, from: from ?? a.state, to: to ?? b.state, at: at ?? now, exercise: exercise, about: about,
                key: key, of: of, since: key == nil ? nil : now)
        }
        let size = try b.store.read { try $0.registerSize() }
        let thief = SigningKey.generate()
        let bad: [(ErrorCode, DirectoryNotice, SigningKey)] = [
            (.badSignature, notice(.ring), thief), (.badSignature, notice(.ring), a.keys.root),
            (.keyOfAnotherState, notice(.ring, from: b.state), a.keys.signing),
            (.wrongRecipient, notice(.ring, to: a.state), a.keys.signing),
            (.impossibleTime, notice(.ring, at: now.adding(milliseconds: 3_600_000)), a.keys.signing),
            (.exerciseMismatch, notice(.ring, exercise: false), a.keys.signing), (.schema, notice(.answer), a.keys.signing),
            (.notFound, notice(.answer, about: a.newID(at: now)), a.keys.signing), (.schema, notice(.doubtful), a.keys.signing),
            // A signing key does not speak about itself.
            (.badSignature, notice(.doubtful, key: a.keys.signing.keyID, of: a.state), a.keys.signing),
        ]
        for (code, notice, key) in bad {
            let jws = try notice.signed(by: key)
            await #expect(throws: ComityError(code, "")) { try await b.answer(.notice(jws), from: a.state) }
        }
        #expect(try b.store.read { try $0.registerSize() } == size)
        // Nobody answers for another State.
        let ring = try await b.ring(a.state, by: "D1")
        let third = try await NodePair.node("XC", pair.folder("xc"), exchange: 9)
        _ = try await b.addPeer(try third.directoryEntry())
        _ = try await b.confirmPeer(third.state, fingerprint: third.fingerprint, by: "D1", how: "test")
        let foreign = DirectoryNotice(
            id: third.newID(at: now), kind: .answer, from: third.state, to: b.state, at: now, exercise: true, about: ring.id)
        let jws = try foreign.signed(by: third.keys.signing)
        await #expect(throws: ComityError(.notFound, "")) { try await b.answer(.notice(jws), from: third.state) }
    }

    @Test func aRevocationListsTheDoubtfulActsAndWarnsTheOthers() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let third = try await NodePair.node("XC", pair.folder("xc"), exchange: 9)
        for (node, other) in [(b, third), (third, b), (third, a)] {
            _ = try await node.addPeer(try other.directoryEntry())
            _ = try await node.confirmPeer(other.state, fingerprint: other.fingerprint, by: "D1", how: "test")
        }
        let start = try b.now()
        for node in [a, b, third] { try node.holdClock(at: start) }
        let before = try await pair.deliveredPreservation()
        let since = start.adding(milliseconds: 60_000)
        for node in [a, b, third] { try node.holdClock(at: start.adding(milliseconds: 120_000)) }
        let doubtful = try await pair.deliveredPreservation()
        let done = try await b.revoke(a.state, by: "D1", reason: "their letter", since: since)
        #expect(done.peer.trust == .revoked && done.told == [third.state])
        #expect(done.acts.map(\.ref) == [doubtful] && done.acts.first?.kind == "request")
        #expect(try b.doubtfulActs(in: doubtful).count == 1 && b.doubtfulActs(in: before).isEmpty)
        // The others are told and decide themselves.
        await delivery(b, third).bringNotices()
        let warning = try #require(try third.keyWarnings(officer: nil).first)
        #expect(warning.from == b.state && warning.of == a.state && warning.since == since && warning.isBelieved)
        #expect(warning.key == a.keys.signing.keyID && warning.says == "their letter")
        #expect(try third.listPeers().first { $0.entry.state == a.state }?.trust == .confirmed)
        #expect(try third.doubts().isEmpty)
        #expect(try b.stateOfKey(String(a.keys.signing.keyID.prefix(10))) == a.state)
    }

    @Test func theOwnKeyIsDoubtedInANoticeOfTheRootKey() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let start = try a.now()
        for node in [a, b] { try node.holdClock(at: start) }
        let ref = try await pair.deliveredPreservation()
        let (acts, told) = try await a.doubtOwnKey(by: "D1", reason: "stolen machine", since: start.adding(milliseconds: -1000))
        #expect(acts.map(\.ref) == [ref] && told == [b.state])
        await delivery(a, b).bringNotices()
        let warning = try #require(try b.keyWarnings(officer: nil).first)
        #expect(warning.from == a.state && warning.of == a.state && warning.isBelieved)
        // What a State says about itself marks its files; whether it is revoked, an officer decides.
        #expect(try b.doubtfulActs(in: ref).count == 1 && b.listPeers().first?.trust == .confirmed)
        #expect(try a.doubtfulActs(in: ref).count == 1)
        // After a rotation the key that was in force then is the doubtful one, and its successor is not.
        let former = a.keys.signing.keyID
        _ = try await a.rotate(.signing, by: nil)
        let next = try Node(folder: a.folder.path)
        try next.holdClock(at: try #require(try next.entry().former(.signing).first).at)
        #expect(try await next.doubtOwnKey(by: "D1", reason: nil, since: start.adding(milliseconds: -1000)).acts.map(\.ref) == [ref])
        // A notice of a new key takes the entry that names it along.
        try b.holdClock(at: try next.now())
        let ring = try await next.ring(b.state, by: "D1")
        await delivery(next, b).bringNotices()
        #expect(
            try b.openRings(officer: nil).map(\.id) == [ring.id] && b.listPeers().first?.entry.signingKey == next.keys.signing.verifyingKey)
        let events = try next.store.read { try $0.events([.keyDoubtful], limit: 5) }
        #expect(events.allSatisfy { $0.detail["key"]?.string == former } && events.count == 2)
        #expect(try await next.doubtOwnKey(by: "D1", reason: nil, since: nil).acts.isEmpty)
        #expect(try next.store.read { try $0.lastEvent(.keyDoubtful) }?.detail["key"]?.string == next.keys.signing.keyID)
        await #expect(throws: ComityError(.usage, "")) {
            try await a.doubtOwnKey(by: "D1", reason: nil, since: start.adding(milliseconds: 3_600_000))
        }
    }
}
