// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Law
import Node
import Standards
import Testing

@testable import Desk

@Suite("Desk: incoming check and preservations", .serialized)
struct TriageScreenTests {
    @Test("an empty list teaches; an undecided request stands in it with its progress; a decided one does not")
    func list() async throws {
        let pair = try await DeskPair()
        let desk = pair.theirs
        let empty = try await desk.get("/triage", as: "XB-D1")
        desk.isPage(empty)
        #expect(empty.body.contains("Nothing waits for a check"))
        let ref = try await pair.delivered(.storedData)
        let page = try await desk.get("/triage", as: "XB-D1")
        desk.isPage(page)
        #expect(page.body.contains("href=\"/files/\(ref)/triage\"") && page.body.contains("0 of 4 steps decided"))
        #expect(try await !pair.ours.get("/triage").body.contains("\(ref)"))
        _ = try await desk.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        _ = try await desk.post("/files/\(ref)/acts/accept", [], as: "XB-D1")
        #expect(try await !desk.get("/triage", as: "XB-D1").body.contains("/files/\(ref)/triage"))
        // What we asked is not ours to check.
        pair.ours.isPage(try await pair.ours.get("/files/\(ref)/triage"), status: 409)
    }

    @Test("nothing is ticked before a person ticks it; answers are kept with name and reason, and change the progress")
    func check() async throws {
        let pair = try await DeskPair()
        let (desk, ref) = (pair.theirs, try await pair.delivered(.mutualLegalAssistance))
        let path = "/files/\(ref)/triage"
        let first = try await desk.get(path, as: "XB-D1")
        desk.isPage(first)
        #expect(!first.body.contains(" checked") && first.body.contains("Not examined yet") && first.body.contains("0 of 4"))
        for expected in [
            "Signature valid", "Fingerprint confirmed", "First request from this State", "New key", "May not be a reason", "Bank secrecy",
        ] {
            #expect(first.body.contains(expected), "\(expected)")
        }
        let kept = try await desk.post(
            path,
            [("part", "1"), ("question", "authenticity"), ("answer.authenticity", "yes"), ("reason.authenticity", "K-05 by telephone.")],
            as: "XB-D1")
        #expect(kept["Location"] == "\(path)?kept=1#part-1")
        // A no needs a reason, an answer is one of three, and a ground is one of this file.
        for wrong in [
            [("question", "completeness"), ("answer.completeness", "no")],
            [("question", "competence"), ("answer.competence", "perhaps"), ("reason.competence", "x")],
            [
                ("question", "ground:uncc.40.24.bank-secrecy"), ("answer.ground:uncc.40.24.bank-secrecy", "yes"),
                ("reason.ground:uncc.40.24.bank-secrecy", "x"),
            ],
            [("question", "ground:made-up"), ("answer.ground:made-up", "no")], [("question", "authenticity")], [],
        ] {
            let answer = try await desk.post(path, wrong, as: "XB-D1")
            desk.isPage(answer, status: HTTPStatus.usage)
        }
        let grounds = try desk.node.triage(ref, officer: nil).grounds.filter { !$0.forbidden }
        #expect(grounds.count > 3)
        var fields = [("part", "4")]
        for ground in grounds { fields += [("question", "ground:\(ground.id)"), ("answer.ground:\(ground.id)", "no")] }
        fields += [("question", "completeness"), ("answer.completeness", "no"), ("reason.completeness", "<b>No port</b>\u{202E}")]
        #expect(try await desk.post(path, fields, as: "XB-L1").status == 303)
        let page = try await desk.get(path, as: "XB-A1")
        desk.isPage(page)
        #expect(page.body.contains("3 of 4") && page.body.contains("K-05 by telephone.") && page.body.contains("XB-L1"))
        #expect(page.body.contains("&lt;b&gt;No port&lt;/b&gt;\u{FFFD}"))
        #expect(try desk.node.triage(ref, officer: nil).notes["competence"] == nil)
        // It is registered here, and nothing of it crosses the border.
        #expect(try desk.node.fileEntries(ref, officer: nil, page: 1, size: 100).lines.count { $0.what == "noted" } == grounds.count + 2)
        try await pair.carry()
        #expect(try pair.ours.node.fileView(ref, officer: nil).acts.count == 1)
        #expect(try desk.node.audit(officer: nil).ok)
        // An auditor neither reads nor answers it.
        desk.isPage(try await desk.get(path, as: "XB-U1"), status: 403)
        desk.isPage(try await desk.post(path, [("question", "authenticity"), ("answer.authenticity", "no")], as: "XB-U1"), status: 403)
    }

    @Test("an emergency shows the number of the directory, not that of the request, and both sides read the same groups")
    func callback() async throws {
        let pair = try await DeskPair()
        let (desk, ref) = (pair.theirs, try await pair.delivered(.emergency))
        let page = try await desk.get("/files/\(ref)/triage", as: "XB-D1")
        desk.isPage(page)
        let code = try desk.node.authenticity(ref, officer: nil).code
        #expect(code.count == 3 && code.allSatisfy { $0.count == 5 && $0.allSatisfy(\.isNumber) })
        #expect(page.body.contains("href=\"tel:+999105550101\"") && page.body.contains("Call-back not done"))
        let theirs = try await pair.ours.get("/files/\(ref)")
        for group in code { #expect(page.body.contains("<span>\(group)</span>") && theirs.body.contains("<span>\(group)</span>")) }
        _ = try await desk.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let form = try await desk.get("/files/\(ref)/acts/call-back", as: "XB-D1")
        #expect(form.body.contains("value=\"+999105550101\"") && !form.body.contains(" checked"))
        // Without the confirmation that it is the directory's number the call proves nothing.
        let fields = [("number", "+999105550101"), ("spokeWith", "K-05")]
        desk.isPage(try await desk.post("/files/\(ref)/acts/call-back", fields, as: "XB-D1"), status: 422)
        #expect(try await desk.post("/files/\(ref)/acts/call-back", fields + [("fromDirectory", "yes")], as: "XB-D1").status == 303)
        let after = try await desk.get("/files/\(ref)/triage", as: "XB-D1")
        #expect(after.body.contains("Called back") && !after.body.contains("tel:"))
    }

    @Test("each sign that calls for care follows from facts")
    func indicators() async throws {
        let pair = try await DeskPair()
        let first = try await pair.delivered(.preservation)
        func signs(_ ref: FileReference) throws -> Set<Authenticity.Indicator> {
            Set(try pair.theirs.node.authenticity(ref, officer: nil).indicators)
        }
        // 22 November, 03:12 in Alvania, two nodes that met today.
        #expect(try signs(first).isSuperset(of: [.newKey, .recentConfirmation, .unusualHour, .firstRequest]))
        #expect(try signs(first).isDisjoint(with: [.signature, .notConfirmed, .replacedKey, .clockDiffers]))
        for node in pair.nodes { try await node.setClock(try Instant("2026-12-10T15:00:00Z")) }
        let authority: [String: JSONValue] = ["authority": .object(["contact": .string("+999 10 555 0101"), "name": .string("x")])]
        let later = try await pair.delivered(.preservation, authority)
        let quiet = try signs(later)
        #expect(quiet.isEmpty, "\(quiet)")
        _ = try await pair.theirs.node.revokePeer(pair.ours.node.state, by: "XB-D1")
        #expect(try signs(later) == [.notConfirmed])
        // Our own file has no signs, and the page of the other State is not for us.
        #expect(try pair.ours.node.authenticity(later, officer: nil).indicators.isEmpty)
        // The groups are those of the hash, whatever the hash.
        #expect(SpokenCode.groups(of: String(repeating: "ff", count: 32)) == ["65535", "65535", "65535"])
        #expect(SpokenCode.groups(of: "00") == [])
    }

    @Test("questions about what is missing stand ready")
    func missing() async throws {
        let pair = try await DeskPair()
        let (desk, ref) = (pair.theirs, try await pair.delivered(.storedData))
        _ = try await desk.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let findings = try desk.node.fileView(ref, officer: nil).findings.filter { $0.level != .note }
        let form = try await desk.get("/files/\(ref)/acts/ask?from=check", as: "XB-D1")
        desk.isPage(form)
        for finding in findings { #expect(form.body.contains(finding.article)) }
        #expect(try await !desk.get("/files/\(ref)/acts/ask", as: "XB-D1").body.contains("(Article"))
    }

    @Test("the board shows since when, until when, what follows, what was asked, and what is possible")
    func board() async throws {
        let pair = try await DeskPair()
        let empty = try await pair.ours.get("/preservations")
        pair.ours.isPage(empty)
        #expect(empty.body.contains("Nothing is kept"))
        let ref = try await pair.delivered(.preservation, ["title": .string("Key host <img>\u{202E}")])
        #expect(try await pair.ours.get("/preservations").body.contains("not preserved yet"))
        _ = try await pair.theirs.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1")
        let fields = [
            ("outcome", "full"), ("effective.day", "22"), ("effective.month", "11"), ("effective.year", "2026"),
            ("effective.time", "08:12"),
            ("effective.zone", "Europe/Helsinki"),
        ]
        #expect(try await pair.theirs.post("/files/\(ref)/acts/preserve", fields, as: "XB-D1").status == 303)
        try await pair.carry()
        var page = try await pair.ours.get("/preservations")
        pair.ours.isPage(page)
        for expected in [
            "22 Nov 2026, 03:12 (-03:00)", "21 Jan 2027, 03:12 (-03:00)", "none linked", "1 without a request for the data",
            "/requests/new?follows=\(ref)", "/files/\(ref)/acts/extend", "Key host &lt;img&gt;\u{FFFD}",
        ] { #expect(page.body.contains(expected), "\(expected)") }
        _ = try await pair.ours.post("/files/\(ref)/acts/extend", [("until.days", "90")])
        try await pair.carry()
        #expect(try await pair.theirs.get("/preservations", as: "XB-D1").body.contains("Extension open"))
        let later = try await pair.delivered(.storedData, ["follows": .string(ref.description)])
        page = try await pair.ours.get("/preservations")
        pair.ours.isPage(page)
        #expect(page.body.contains("\(later)") && !page.body.contains("none linked") && page.body.contains("holds it"))
        // An auditor sees clocks, not what they are about.
        let audit = try await pair.ours.get("/preservations", as: "XA-U1")
        pair.ours.isPage(audit)
        #expect(audit.body.contains("\(ref)") && !audit.body.contains("Key host") && !audit.body.contains("/acts/extend"))
        #expect(try await pair.ours.get("/preservations?show=done").body.contains("Nothing is kept"))
    }

    @Test("a path is shown hop by hop, with the preservation at each, and a gap where nobody asked")
    func hops() async throws {
        let pair = try await DeskPair(count: 3)
        let kept = try await pair.delivered(.preservation)
        let traffic = try await pair.delivered(.trafficDisclosure, ["follows": .string(kept.description)])
        let desk = pair.theirs
        _ = try await desk.post("/files/\(traffic)/acts/acknowledge", [], as: "XB-D1")
        let fields = [
            ("path.1.provider", "Northgate"), ("path.1.state", "XB"), ("path.1.address", "198.51.100.7"), ("path.1.port", "443"),
            ("path.2.provider", "Cordia Cable"), ("path.2.state", "xc"), ("path.2.at", "2026-11-21T19:38:51Z"),
        ]
        let wrong = try await desk.post("/files/\(traffic)/acts/disclose", fields + [("path.3.provider", "Nowhere")], as: "XB-D1")
        desk.isPage(wrong, status: 422)
        #expect(wrong.body.contains("value=\"Cordia Cable\"") && wrong.body.contains("Each hop needs"))
        #expect(
            try await desk.post("/files/\(traffic)/acts/disclose", fields, as: "XB-D1")["Location"] == "/files/\(traffic)?done=prepared")
        let waiting = try await desk.get("/files/\(traffic)", as: "XB-A1")
        #expect(waiting.body.contains("198.51.100.7:443") && waiting.body.contains("21 Nov 2026, 19:38:51"))
        #expect(try await desk.post("/files/\(traffic)/prepared/approve", [], as: "XB-A1").status == 303)
        try await pair.carry()
        let line = try #require(try pair.ours.node.preservations(officer: nil).lines.first { $0.ref == kept })
        #expect(line.hops.map(\.provider) == ["Northgate", "Cordia Cable"] && line.hops.map(\.isHere) == [true, false])
        #expect(line.hops[0].ref == kept && line.hops[1].ref == nil)
        let page = try await pair.ours.get("/preservations")
        pair.ours.isPage(page)
        #expect(page.body.contains("Cordia Cable") && page.body.contains("nothing asked there") && page.body.contains("this file"))
        #expect(try pair.ours.node.preservations(officer: "XA-U1").lines.allSatisfy { $0.hops.isEmpty && $0.title.isEmpty })
    }
}
