// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Standards
import Storage
import TestSupport
import Testing
import Transport

@testable import Node

/// The own entry changes by two officers, and reaches the peers.
@Suite struct ProposalTests {
    private static let changes = [
        "authority.hours=24/7", "authority.purposes=network-24-7, police-cooperation", "authority.names.fr=Point de contact",
        "authority.channels.telephone=+999 205 550 222", "authority.channels.telephone.hours=mon-fri 08:00-16:00",
        "authorities.xb-moj.name=Ministry of Justice", "authorities.xb-moj.languages=en,fr", "authorities.xb-moj.timeZone=Europe/Helsinki",
        "authorities.xb-moj.purposes=mutual-legal-assistance", "authorities.xb-moj.phone=+999 205 550 300",
        "authorities.xb-moj.hours=mon-fri 08:00-16:30", "requirements.double-criminality=Needed for coercive measures",
        "requirements.double-criminality.value=yes", "requirements.double-criminality.source=Penal Code, section 12",
    ]

    @Test func twoOfficersPublishAndThePeerTakesIt() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let before = try b.directoryEntry()
        let proposed = try await b.propose(file: nil, changes: Self.changes, note: "after the reform", by: "D1")
        #expect(
            proposed.facts.authorities?.map(\.id) == ["xb-moj"] && proposed.facts.requirements?.first?.source == "Penal Code, section 12")
        #expect(try b.differences(proposed).contains { $0.path == "authorities.xb-moj.name" && $0.after == "Ministry of Justice" })
        // Nothing has changed yet; nobody publishes what one person wants.
        #expect(try b.directoryEntry() == before)
        await #expect(throws: ComityError(.wrongState, "")) { try await b.publishProposal(by: "D1") }
        await #expect(throws: ComityError(.permission, "")) { try await b.approveProposal(by: "D1") }
        _ = try await b.approveProposal(by: "D3")
        let entry = try DirectoryEntry(verifying: try await b.publishProposal(by: "D1"))
        #expect(entry.authorities?.count == 1 && entry.authority.hours?.isAlways == true && entry.validity?[.signing] != nil)
        #expect(entry.numbers == ["+999105550101", "+999 205 550 222", "+999 205 550 300"])
        #expect(try b.proposal() == nil)
        // Another process of the node says the same.
        #expect(try Node(folder: b.folder.path).directoryEntry() == b.directoryEntry())
        // The peer asks the node itself.
        let delivery = Delivery(node: a) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: b, from: a.state) }
        let fetched = try await delivery.fetchEntry(of: b.state)
        #expect(fetched.isNew && fetched.peer.trust == .confirmed && fetched.peer.entry == entry)
        #expect(try await !delivery.fetchEntry(of: b.state).isNew)
        let event = try #require(try a.store.read { try $0.lastEvent(.peerAdded) })
        let changed: [String] = event.detail["changed"]?.array?.compactMap(\.string) ?? []
        #expect(["purposes", "authorities", "hours"].allSatisfy(changed.contains))
        #expect(try a.freshness(officer: nil).first?.asked != nil)
        for node in [a, b] { #expect(try node.audit().ok) }
        let kinds = try b.store.read { try $0.events([.directoryProposed, .directoryApproved, .directoryPublished], limit: 10) }
        #expect(kinds.map(\.by) == ["D1", "D3", "D1"])
    }

    /// A node that serves learns what a command of another process published, and its own changes keep it.
    @Test func aServingNodeLearnsWhatACommandPublished() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        let command = try Node(folder: a.folder.path)
        _ = try await command.propose(file: nil, changes: ["authority.hours=24/7"], by: "D1")
        _ = try await command.approveProposal(by: "D3")
        let entry = try await command.publishProposal(by: "D1")
        #expect(try await a.answer(.entry, from: b.state).body == entry)
        try await a.setAuthority(name: "New name", languages: ["en"], timeZone: "UTC", phone: nil, email: nil, by: nil)
        let after = try DirectoryEntry(verifying: try Node(folder: a.folder.path).directoryEntry())
        #expect(after.authority.hours?.isAlways == true && after.authority.name == "New name")
    }

    @Test func thePeerIsOfferedTheEntryWithTheNextAct() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        _ = try await a.propose(file: nil, changes: ["authority.email=desk@example.org"], by: "D1")
        _ = try await a.approveProposal(by: "D3")
        _ = try await a.publishProposal(by: "D1")
        let delivery = Delivery(node: a) { (_: Peer) throws(ComityError) -> any ExchangeLine in DirectLine(to: b, from: a.state) }
        await delivery.offerEntry(to: b.state)
        #expect(try b.listPeers().first?.entry.authority.email == "desk@example.org")
        let size = try b.store.read { try $0.registerSize() }
        await delivery.offerEntry(to: b.state)
        #expect(try b.store.read { try $0.registerSize() } == size)
    }

    @Test(arguments: [
        "authority.phon=+999 1 234", "authority.phone=12", "authority.hours=whenever", "authority.purposes=tea",
        "authority.timeZone=Mars/Base",
        "authority.languages=", "authority.id=other", "authorities.x.name=Only a name", "authorities.xb=Text", "requirements.tea=Needed",
        "endpoint=http://example.org", "nonsense", "=x", "authority..name=x", "authority.email=nobody",
        "authority.channels.telephone=call me",
        "authority.channels.pigeon=Roof",
    ])
    func whatAnEntryCannotSayIsRefused(_ change: String) async throws {
        let pair = try await NodePair()
        let error = await #expect(throws: ComityError.self) { try await pair.requested.propose(file: nil, changes: [change], by: "D1") }
        #expect(error?.code == .usage && error?.what.isEmpty == false, "\(change): \(String(describing: error))")
        #expect(try pair.requested.proposal() == nil)
    }

    @Test func aChangeIsTakenAwayAgainAndFilesGiveWholeMembers() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        let yaml = """
            authorities:
              - {id: xb-moj, name: Ministry of Justice, languages: [en], timeZone: UTC, purposes: [extradition]}
              - {id: xb-aro, name: Asset recovery office, languages: [en], timeZone: UTC, purposes: [asset-recovery]}
            requirements:
              - {code: languages, value: "en, fr", says: "English or French."}
            """
        var row = try await node.propose(file: (Array(yaml.utf8), "entry.yaml"), changes: ["authorities.xb-aro="], by: "D1")
        #expect(row.facts.authorities?.map(\.id) == ["xb-moj"] && row.facts.requirements?.count == 1)
        row = try await node.propose(file: nil, changes: ["requirements.languages="], by: "D1")
        #expect(row.facts.requirements == nil)
        // Another officer does not change what the first one wants to say.
        await #expect(throws: ComityError(.wrongState, "")) {
            try await node.propose(file: nil, changes: ["authority.email=a@example.org"], by: "D3")
        }
        try await node.discardProposal(by: "D1")
        await #expect(throws: ComityError(.notFound, "")) { try await node.approveProposal(by: "D3") }
    }

    @Test func anApprovalIsForOneTextAndOneEntry() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        _ = try await node.propose(file: nil, changes: ["authority.email=a@example.org"], by: "D1")
        _ = try await node.approveProposal(by: "D3")
        // Whoever changes the text afterwards needs another approval.
        let again = try await node.propose(file: nil, changes: ["authority.email=b@example.org"], by: "D1")
        #expect(again.approvedBy == nil)
        _ = try await node.approveProposal(by: "D3")
        try await node.setAuthority(name: "Another name", languages: ["en"], timeZone: "UTC", phone: nil, email: nil, by: nil)
        await #expect(throws: ComityError(.changed, "")) { try await node.publishProposal(by: "D1") }
    }

    @Test func aProcessThatDiedInTheMiddleOfPublishingIsFinishedByTheNext() async throws {
        let pair = try await NodePair()
        let node = pair.requested
        _ = try await node.propose(file: nil, changes: ["authority.email=a@example.org"], by: "D1")
        let row = try await node.approveProposal(by: "D3")
        // The entry is written; the process dies before that is registered.
        let old = node.configuration
        try node.take(old.changed(facts: row.facts, validity: node.validity(of: old), at: old.nextChange(now: Node.realMilliseconds())))
        let after = try Node(folder: node.folder.path)
        let entry = try after.directoryEntry()
        #expect(try await after.publishProposal(by: "D1") == entry)
        #expect(try after.store.read { try $0.events([.directoryPublished], limit: 5) }.count == 1)
        #expect(try after.audit().ok)
    }

    @Test func peopleFindAuthorities() async throws {
        let pair = try await NodePair()
        let (a, b) = (pair.requesting, pair.requested)
        _ = try await b.propose(file: nil, changes: Self.changes, by: "D1")
        _ = try await b.approveProposal(by: "D3")
        _ = try await a.addPeer(try await b.publishProposal(by: "D1"))
        #expect(try a.searchDirectory(words: ["MINISTRY"]).map(\.authority.id) == ["xb-moj"])
        #expect(try a.searchDirectory(words: [], purpose: "network-24-7").map(\.authority.id) == ["xb-247"])
        #expect(try a.searchDirectory(words: ["xb"], language: "fr").map(\.authority.id) == ["xb-moj"])
        #expect(try a.searchDirectory(words: ["xb", "nothing"]).isEmpty)
        try a.holdClock(at: try Instant("2026-11-23T07:00:00Z"))
        #expect(try a.searchDirectory(words: [], openNow: true).map(\.authority.id) == ["xb-247", "xb-moj"])
        try a.holdClock(at: try Instant("2026-11-22T07:00:00Z"))
        #expect(try a.searchDirectory(words: [], openNow: true).map(\.authority.id) == ["xb-247"])
    }
}
