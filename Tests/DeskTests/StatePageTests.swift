// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Node
import Standards
import Testing
import Transport

@testable import Desk

@Suite("Desk: what the directory says about a State, test calls, doubtful keys")
struct StatePageTests {
    @Test("the page says who is there, when, in their time and ours, and how old that is; a search finds it")
    func page() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let changes = [
                "authority.hours=24/7", "authority.purposes=network-24-7", "authorities.xb-moj.name=Ministry of Justice",
                "authorities.xb-moj.languages=en,fr", "authorities.xb-moj.timeZone=Asia/Tashkent",
                "authorities.xb-moj.hours=mon-fri 09:00-18:00", "authorities.xb-moj.purposes=mutual-legal-assistance",
                "authorities.xb-moj.channels.interpol=NCB Bresta <xss>", "requirements.double-criminality=Needed for coercive measures.",
            ]
            _ = try await theirs.propose(file: nil, changes: changes, by: "XB-D1")
            _ = try await theirs.approveProposal(by: "XB-A1")
            _ = try await ours.addPeer(try await theirs.publishProposal(by: "XB-D1"))
        } _: { desk in
            let page = try await desk.get("/directory/XB")
            desk.isPage(page)
            for words in [
                "Ministry of Justice", "Mutual legal assistance", "24/7 point of contact", "Open now", "Closed now", "mon-fri 09:00-18:00",
                "INTERPOL I-24/7", "NCB Bresta &lt;xss&gt;", "Double criminality", "Needed for coercive measures.", "Make a test call",
                "The 24/7 channel was never tried.", "Signing key", "Make a test call.",
            ] { #expect(page.body.contains(words), "\(words)") }
            #expect(page.body.contains("here: ") && !page.body.contains("<xss>"))
            for word in try desk.node.listPeers()[0].entry.fingerprintWords.split(separator: " ") {
                #expect(page.body.contains("<span>\(word)</span>"))
            }
            let found = try await desk.get("/directory?q=MINISTRY")
            desk.isPage(found)
            #expect(found.body.contains("href=\"/directory/XB\"") && found.body.contains("value=\"MINISTRY\""))
            let none = try await desk.get("/directory?q=%22%3E%3Cxss%3E")
            desk.isPage(none)
            #expect(none.body.contains("No State has all of these words") && !none.body.contains("<xss>"))
            // Whoever may not answer makes no test call.
            #expect(try await desk.post("/directory/XB/ring", []).status == 303)
            #expect(try await desk.get("/directory/XB?done=rung").body.contains("has not reached the node"))
        }
    }

    @Test("a test call waits on the duty desk until a person says: I am here")
    func ring() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await theirs.ring(ours.state, by: "XB-D1")
            let delivery = Delivery(node: theirs) { _ in DirectLine(to: ours, from: theirs.state) }
            await delivery.bringNotices()
        } _: { desk in
            let duty = try await desk.get("/")
            desk.isPage(duty)
            #expect(duty.body.contains("A test call is waiting") && duty.body.contains("I am here"))
            let id = try #require(try desk.node.waitingTestCalls(officer: nil).first?.id.description)
            let done = try await desk.post("/duty/rings/answer", [("ring", id)])
            #expect(done["Location"] == "/directory/XB?done=answered")
            let page = try await desk.get("/directory/XB?done=answered")
            desk.isPage(page)
            #expect(page.body.contains("The other State sees that a person is here.") && page.body.contains("by XA-D1"))
            #expect(try await !desk.get("/").body.contains("A test call is waiting"))
            #expect(try await desk.post("/duty/rings/answer", [("ring", id)]).status == 404)
        }
    }

    @Test("what a State says about its key is shown to the duty desk, and its files are marked")
    func doubt() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            var content = try #require(DeskFixture.draft(title: "Ransom demand").object)
            content["to"] = .string("XA")
            let result = try await theirs.newRequest(type: "preservation", draft: .object(content), officer: "XB-D1", dryRun: false)
            let ref = try #require(result.ref)
            try await theirs.approve(ref, officer: "XB-A1")
            _ = try await theirs.send(ref, officer: "XB-D1")
            let delivery = Delivery(node: theirs) { _ in DirectLine(to: ours, from: theirs.state) }
            await delivery.flush(impatient: true)
            _ = try await theirs.doubtOwnKey(by: "XB-D1", reason: "copied <xss>", since: try Instant("2026-11-20T00:00:00Z"))
            await delivery.bringNotices()
        } _: { desk in
            let duty = try await desk.get("/")
            desk.isPage(duty)
            #expect(duty.body.contains("A State warns about a key that is believed here") && duty.body.contains("comity trust revoke XB"))
            #expect(duty.body.contains("copied &lt;xss&gt;"))
            let ref = try #require(try desk.node.doubtfulActs(signedBy: try StateCode("XB")).first?.ref)
            let file = try await desk.get("/files/\(ref)")
            desk.isPage(file)
            #expect(file.body.contains("The key that signed this is doubtful"))
            #expect(try await desk.get("/directory/XB").body.contains("Files with acts of the doubtful key"))
            #expect(try desk.node.listPeers()[0].trust == .confirmed, "an officer decides")
        }
    }
}
