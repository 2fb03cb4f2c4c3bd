// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
import Foundation
import Hummingbird
import Register
import Standards
import Storage
import Testing

@testable import Desk
@testable import Node

@Suite("Desk: directory, quarantine, register")
struct RecordsTests {
    // MARK: Directory

    @Test("an entry is imported, looked at twice, confirmed by what is heard, and revoked by its code")
    func trust() async throws {
        try await DeskFixture.run { ours, theirs in
            for node in [ours, theirs] { try await node.setClock(try Instant("2026-11-22T06:12:00Z")) }
            try theirs.directoryEntry().withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: "\(ours.folder.path)/theirs.jws")) }
        } _: { desk in
            let entry = try Data(contentsOf: URL(fileURLWithPath: "\(desk.node.folder.path)/theirs.jws"))
            let text = String(decoding: entry, as: UTF8.self)
            desk.isPage(try await desk.get("/directory"))
            let own = try await desk.get("/directory/entry")
            #expect(own["Content-Disposition"]?.contains("XA.jws") == true)
            #expect(try DirectoryEntry(verifying: Array(own.body.utf8)).state == desk.node.state)
            desk.isPage(try await desk.get("/directory/add"))

            let wrong = try await desk.upload("/directory/add", [("x", Array("{}".utf8))])
            desk.isPage(wrong, status: 422)
            let look = try await desk.upload("/directory/add", []) { bytes in
                bytes.replacing(
                    Array("----b0undary--".utf8),
                    with: Array("----b0undary\r\nContent-Disposition: form-data; name=\"entry\"\r\n\r\n\(text)\r\n----b0undary--".utf8))
            }
            desk.isPage(look)
            let fingerprint = try DirectoryEntry(verifying: [UInt8](entry)).fingerprint
            #expect(look.body.contains(fingerprint) && look.body.contains("Call the number you already know, not the one in this file."))
            #expect(try desk.node.listPeers().isEmpty, "a second look changes nothing")
            let added = try await desk.post("/directory/add/entry", [("entry", Base64.urlEncode([UInt8](entry)))])
            #expect(added["Location"] == "/directory/XB?done=added")
            let peer = try await desk.get("/directory/XB?done=added")
            desk.isPage(peer)
            #expect(peer.body.contains("Not confirmed") && peer.body.contains("Confirm by telephone"))

            let page = try await desk.get("/directory/XB/confirm")
            desk.isPage(page)
            #expect(page.body.components(separatedBy: "hidden-group").count == 3)
            let groups = fingerprint.split(separator: " ").map(String.init)
            func answers(_ first: String, _ more: [(String, String)] = []) -> [(String, String)] {
                [
                    ("place1", "2"), ("place2", "7"), ("group1", first), ("group2", groups[6]), ("how", "telephone"),
                    ("called", "K-02"), ("number", "+99 105 1"), ("source", "letter of 3 May"),
                ]
                    + more
            }
            let differs = try await desk.post("/directory/XB/confirm", answers("00000"))
            desk.isPage(differs, status: 422)
            #expect(differs.body.contains("differs from the entry") && differs.body.contains("K-02"))
            #expect(try await desk.post("/directory/XB/confirm", answers("00000", [("sure", "yes")])).status == 422)
            // A number that nobody knew before needs its source.
            let unknown = try await desk.post("/directory/XB/confirm", answers(groups[1]).filter { $0.0 != "source" })
            desk.isPage(unknown, status: 422)
            #expect(unknown.body.contains("This number was not known before"))
            // One group typed twice is not two.
            let once = try await desk.post("/directory/XB/confirm", answers(groups[1]).map { $0.0 == "place2" ? ("place2", "2") : $0 })
            #expect(once.status == 200 && once.body.contains("Two groups are left out"))
            let second = try await desk.post("/directory/XB/confirm", answers(groups[1]))
            desk.isPage(second)
            #expect(second.body.contains("Check before you confirm"))
            #expect(try desk.node.listPeers().first?.trust == .unconfirmed)
            _ = try await desk.post("/directory/XB/confirm", answers(groups[1], [("sure", "yes")]))
            let confirmed = try #require(try desk.node.listPeers().first)
            #expect(
                confirmed.trust == .confirmed
                    && confirmed.confirmedBy == "XA-D1, By telephone, K-02, on +99 105 1 from said: letter of 3 May")
            desk.isPage(try await desk.get("/directory/XB?done=confirmed"))

            desk.isPage(try await desk.get("/directory/XB/revoke"))
            let reason = ("reason", "Their key was stolen.")
            desk.isPage(try await desk.post("/directory/XB/revoke", [reason, ("typed", "xb"), ("sure", "yes")]), status: 422)
            desk.isPage(try await desk.post("/directory/XB/revoke", [("reason", "short"), ("typed", "XB")]), status: 422)
            desk.isPage(try await desk.post("/directory/XB/revoke", [reason, ("typed", "XB")]))
            #expect(try desk.node.listPeers().first?.trust == .confirmed)
            _ = try await desk.post("/directory/XB/revoke", [reason, ("typed", "XB"), ("sure", "yes")])
            #expect(try desk.node.listPeers().first?.trust == .revoked)
            desk.isPage(try await desk.get("/directory/XB?done=revoked"))
            // The register tells all of it.
            let register = try await desk.get("/register?officer=XA-D1")
            desk.isPage(register)
            for words in ["Imported a State’s entry", "Confirmed a State’s keys", "Revoked a State’s keys", "Their key was stolen."] {
                #expect(register.body.contains(words), "\(words)")
            }
            #expect(try await desk.get("/directory/XC").status == 404)
        }
    }

    @Test("a later entry with the same keys changes facts; the page shows what was before")
    func facts() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            try theirs.directoryEntry().withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: "\(ours.folder.path)/old.jws")) }
            try await theirs.setAuthority(
                name: "Contact Point of Bresta", languages: ["en", "fi"], timeZone: "Europe/Helsinki", phone: "+998 71 123", email: nil,
                by: nil)
            try theirs.directoryEntry().withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: "\(ours.folder.path)/new.jws")) }
        } _: { desk in
            func entry(_ name: String) throws -> [UInt8] {
                [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(desk.node.folder.path)/\(name).jws")))
            }
            func look(_ name: String) async throws -> DeskFixture.Answer {
                let text = String(decoding: try entry(name), as: UTF8.self)
                return try await desk.upload("/directory/add", []) { bytes in
                    bytes.replacing(
                        Array("----b0undary--".utf8),
                        with: Array("----b0undary\r\nContent-Disposition: form-data; name=\"entry\"\r\n\r\n\(text)\r\n----b0undary--".utf8))
                }
            }
            let seen = try await look("new")
            desk.isPage(seen)
            #expect(seen.body.contains("trust stays as it is") && seen.body.contains("+998 71 123"))
            #expect(seen.body.contains("Before: none in this entry") && !seen.body.contains("not the one in this file"))
            let added = try await desk.post("/directory/add/entry", [("entry", Base64.urlEncode(try entry("new")))])
            #expect(added["Location"] == "/directory/XB?done=facts")
            let peer = try await desk.get("/directory/XB?done=facts")
            desk.isPage(peer)
            #expect(peer.body.contains("The facts were changed.") && peer.body.contains("Confirmed") && peer.body.contains("+998 71 123"))
            let old = try await look("old")
            desk.isPage(old, status: 422)
            #expect(old.body.contains("not newer than the one here"))
            desk.isPage(try await desk.get("/register"))
            desk.isPage(try await desk.get("/shift"))
        }
    }

    @Test("who may not confirm keys is told so before he types")
    func notAllowed() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
        } _: { desk in
            try await desk.officer("XA-X1", role: "examiner")
            for path in ["/directory/add", "/directory/XB/confirm", "/directory/XB/revoke"] {
                #expect(try await desk.get(path, as: "XA-X1").status == 403)
            }
            #expect(!(try await desk.get("/directory/XB", as: "XA-X1")).body.contains("/revoke"))
            let forced = [("reason", "Their key was stolen."), ("typed", "XB"), ("sure", "yes")]
            #expect(try await desk.post("/directory/XB/revoke", forced, as: "XA-X1").status == 403)
            let entry = Base64.urlEncode(try desk.node.directoryEntry())
            #expect(try await desk.post("/directory/add/entry", [("entry", entry)], as: "XA-X1").status == 403)
        }
    }

    // MARK: Quarantine

    @Test("every code has its words, its next step, and a number from the directory")
    func quarantine() async throws {
        let codes = ErrorCode.allCases
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let now = try ours.now()
            for (number, code) in codes.enumerated() {
                _ = try await ours.store.commit {
                    try $0.quarantine(
                        code: code.rawValue, says: "attacker <b>\(number)</b>", peer: number == 0 ? "??" : "XB", at: now,
                        sha256: String(repeating: "a", count: 62) + "\(number + 10)", bytes: Array("hostile content".utf8))
                }
            }
        } _: { desk in
            let list = try await desk.get("/quarantine")
            desk.isPage(list)
            #expect(list.body.contains("<span class=\"count\">\(codes.count)</span>"), "the rail counts")
            for item in try desk.node.quarantineItems(officer: "XA-D1") {
                let page = try await desk.get("/quarantine/\(item.id)")
                desk.isPage(page)
                #expect(page.body.contains("What to do now") && page.body.contains(item.sha256))
                #expect(!page.body.contains("hostile") && !page.body.contains("attacker"), "nothing of the content is shown")
            }
            #expect(try await desk.get("/quarantine/999").status == 404)
            #expect(try await desk.get("/quarantine/x").status == 404)
        }
        try await DeskFixture.run { desk in
            let empty = try await desk.get("/quarantine")
            desk.isPage(empty)
            #expect(
                empty.body.contains("Nothing in quarantine")
                    && !empty.body.contains("class=\"count\">0</span></a></li>\n<li><a href=\"/register"))
        }
    }

    // MARK: Register

    @Test("the register is listed by file, kind, officer and day, page by page; the check is kept")
    func register() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            for number in 0..<30 { _ = try await DeskFixture.newDraft(on: ours, title: "Draft \(number)") }
            _ = try await DeskFixture.sent(on: ours, title: "Hospital ransomware")
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first { $0.state == .sent }?.ref)
            let first = try await desk.get("/register")
            desk.isPage(first)
            #expect(first.body.contains("Not checked from this desk yet"))
            // Every entry is on one page or another, once.
            var seen: [Int64] = []
            var query = RegisterQuery()
            while true {
                let page = try desk.node.registerLines(query, limit: 7, officer: "XA-D1")
                seen += page.lines.map(\.index)
                guard let next = page.next else { break }
                query.before = next
            }
            let size = try #require(try desk.node.registerHead(officer: nil)).size
            #expect(seen == (0..<size).reversed().map { $0 })
            for (filter, words) in [
                ("file=\(ref)", "Open a file"), ("kind=peer-confirmed", "Confirmed a State’s keys"), ("officer=XA-A1", "Approved"),
                ("from=2026-11-22&to=2026-11-22", "Kept a draft"), ("kind=request", "Open a file"),
            ] {
                let page = try await desk.get("/register?\(filter)")
                desk.isPage(page)
                #expect(page.body.contains(words) && page.body.contains("<td>"), "\(filter)")
            }
            #expect(try await desk.get("/register?from=2024-02-01&to=2024-02-01").body.contains("No entry"))
            for bad in ["file=XA-1", "from=yesterday", "to=2026-13-01"] {
                desk.isPage(try await desk.get("/register?\(bad)"), status: 422)
            }
            #expect(try await desk.get("/register?before=5&kind=drafted").status == 200)

            let task = try await EvidenceWorld.ended(try await desk.post("/register/check", [])["Location"], desk.node)
            #expect(task.state == .done && task.result["ok"]?.bool == true)
            let done = try await desk.get("/tasks/\(task.id)")
            desk.isPage(done)
            #expect(done.body.contains("The register is whole"))
            let after = try await desk.get("/register")
            #expect(after.body.contains("Whole: ") && after.body.contains("Checked the register"))
        }
    }

    @Test("an entry carries a proof that others can check")
    func proof() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.sent(on: ours, title: "Hospital ransomware")
        } _: { desk in
            let size = try #require(try desk.node.registerHead(officer: nil)).size
            for index in 0..<size {
                let page = try await desk.get("/register/\(index)")
                desk.isPage(page)
                let entry = try desk.node.registerEntry(index, officer: "XA-D1")
                let lines = entry.proof.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                #expect(lines[0] == "c2sp.org/tlog-proof@v1" && lines[1] == "index \(index)")
                let blank = try #require(lines.firstIndex(of: ""))
                let proof = try lines[2..<blank].map { try #require(Base64.decode($0).flatMap { Hash($0) }) }
                let note = lines[(blank + 1)...].joined(separator: "\n")
                let checkpoint = try Checkpoint(note, signedBy: desk.node.keys.register.verifier)
                let content = try #require(Hex.decode(entry.content))
                let root = MerkleTree.root(leaf: MerkleTree.leafHash(content), index: index, size: checkpoint.size, proof: proof)
                #expect(root == checkpoint.root)
                #expect(Hash.of(Array(entry.bytes.utf8)).description == entry.content || entry.line.isAct)
            }
            for wrong in ["\(size)", "-1", "9223372036854775807", "x"] { #expect(try await desk.get("/register/\(wrong)").status == 404) }
        }
    }

    @Test("a file says which States have cosigned its acts; the duty desk says when a register is held or split")
    func witnesses() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.delivered(from: ours, to: theirs, title: "Cosigned")
        } _: { desk in
            let ref = try #require(try desk.node.queue().first?.ref)
            let page = try await desk.get("/files/\(ref)?part=audit")
            desk.isPage(page)
            #expect(page.body.contains("Cosigned by <span class=\"plate\">XB</span>"), "\(page.body)")
            let act = try #require(try desk.node.prove("\(ref)", all: false, officer: nil).first)
            let signed = try await desk.get("/files/\(ref)/acts/\(act.act)")
            desk.isPage(signed)
            #expect(signed.body.contains("Cosigned by") && signed.body.contains("Nobody can take it out any more"))
            let calm = try await desk.get("/")
            #expect(!calm.body.contains("This register is held"))
            try desk.node.hold(.behindWitnessed, "XB has cosigned 99 entries <b>", "Run comity audit recover.")
            let alarm = try await desk.get("/")
            desk.isPage(alarm)
            #expect(alarm.body.contains("This register is held") && alarm.body.contains("99 entries &lt;b&gt;"), "\(alarm.body)")
        }
    }

    @Test("an auditor reads the register without content, and sees who broke the glass and why")
    func auditor() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.sent(on: ours, title: "Hospital ransomware")
        } _: { desk in
            try await desk.officer("XA-U1", role: "auditor")
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            try await desk.node.breakGlass(ref, officer: "XA-U1", reason: "Sample of the yearly audit")
            let page = try await desk.get("/register", as: "XA-U1")
            desk.isPage(page)
            #expect(page.body.contains("Broke the glass") && page.body.contains("Sample of the yearly audit"))
            let index = try #require(
                try desk.node.registerLines(RegisterQuery(), officer: "XA-D1").lines.first { $0.kind == "drafted" }?.index)
            let entry = try await desk.get("/register/\(index)", as: "XA-U1")
            desk.isPage(entry)
            #expect(entry.body.contains("not all it says"))
            let task = try await EvidenceWorld.ended(
                try await desk.post("/register/check", [], as: "XA-U1")["Location"], desk.node, officer: "XA-U1")
            #expect(task.state == .done)
            try await desk.officer("XA-M1", role: "administrator")
            for path in ["/register", "/register/0", "/quarantine", "/evidence"] {
                #expect(try await desk.get(path, as: "XA-M1").status == 403)
            }
        }
    }

    @Test("a task whose process ended says so")
    func interrupted() async throws {
        try await DeskFixture.run { desk in
            let id = try UUIDv7("01a20fdb-02e3-7496-aea6-a70aeabdd859")
            let upload = try UUIDv7("01a20fdb-02e3-7496-aea6-a70aeabdd860")
            let ref = try FileReference(state: desk.node.state, year: 2026, typeCode: "PRE", number: 1)
            _ = try await desk.node.store.commit { writer in
                try writer.save(
                    UploadRow(id: upload, ref: ref, officer: "XA-D1", created: 0, detail: Array("{\"answers\":{},\"exhibits\":[]}".utf8)))
                try writer.save(
                    TaskRow(
                        id: id, kind: "seal", officer: "XA-D1", ref: ref, subject: upload.description, state: .running, started: 0,
                        ended: nil,
                        result: .null))
            }
            let page = try await desk.get("/tasks/\(id)")
            desk.isPage(page)
            #expect(page.body.contains("Interrupted: nothing was sealed") && !page.body.contains("http-equiv"))
            // The process ended after the sealing was registered: then it was sealed.
            _ = try await desk.node.store.commit { try $0.deleteUpload(upload) }
            #expect(try await desk.get("/tasks/\(id)").body.contains("<h1>Sealed</h1>"))
            #expect(try await desk.get("/tasks/\(upload)").status == 404)
        }
    }
}
