// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Node
import Register
import Standards
import Storage
import Testing

@testable import Desk

@Suite("Desk: long lists, page by page", .serialized)
struct LongListsTests {
    @Test("a line of the check says what the check itself says")
    func progress() async throws {
        let pair = try await DeskPair(count: 3)
        var refs: [FileReference] = []
        for type in [FileType.storedData, .mutualLegalAssistance, .preservation, .emergency] { refs.append(try await pair.delivered(type)) }
        let desk = pair.theirs
        for (index, question) in ["authenticity", "completeness", "competence"].enumerated() {
            for ref in refs.dropFirst(index) {
                try await desk.node.answerTriage(ref, Triage.Question(question)!, answer: "yes", reason: "", officer: "XB-D1")
            }
        }
        for ground in try desk.node.triage(refs[3], officer: nil).grounds where !ground.forbidden {
            try await desk.node.answerTriage(refs[3], .ground(ground.id), answer: "no", reason: "", officer: "XB-D1")
        }
        _ = try await desk.node.revokePeer(pair.ours.node.state, by: "XB-D1")
        // Asked twice: what was verified once is remembered.
        for _ in 0..<2 {
            let lines = try desk.node.triageProgress(refs, officer: "XB-D1")
            for ref in refs {
                let (triage, line) = (try desk.node.triage(ref, officer: nil), try #require(lines[ref]))
                #expect(line.partsDone == triage.partsDone && line.isStarted == !triage.notes.isEmpty)
                #expect(line.indicators == triage.authenticity.indicators)
            }
        }
        #expect(try desk.node.triageProgress(refs, officer: "XB-D1")[refs[3]]?.partsDone == 4)
        #expect(throws: ComityError.self) { try desk.node.triageProgress(refs, officer: "XB-U1") }
        // Our own requests have no check.
        #expect(try pair.ours.node.triageProgress(refs, officer: "XA-D1").isEmpty)
    }

    @Test("an act that was changed in the database is no longer believed, though its signature was verified before")
    func changed() async throws {
        let pair = try await DeskPair()
        let (desk, ref) = (pair.theirs, try await pair.delivered(.preservation))
        #expect(try desk.node.authenticity(ref, officer: nil).signatureHolds)
        let id = try #require(try desk.node.fileView(ref, officer: nil).acts.first?.id)
        // The first letter of its signature.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import re, sqlite3, sys
            c = sqlite3.connect(sys.argv[1])
            jws = bytes(c.execute("SELECT jws FROM act WHERE id = ?", (sys.argv[2],)).fetchone()[0])
            at = jws.index(b'"signature":"') + 13
            c.execute("UPDATE act SET jws = ? WHERE id = ?", (jws[:at] + (b"B" if jws[at:at+1] == b"A" else b"A") + jws[at+1:], sys.argv[2]))
            c.commit()
            """, desk.node.folder.path + "/comity.sqlite", id.description,
        ]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        #expect(try !desk.node.authenticity(ref, officer: nil).signatureHolds)
        #expect(try desk.node.triageProgress([ref], officer: nil)[ref]?.indicators.contains(.signature) == true)
    }

    @Test("the board and the check go page by page, each line once, and say how many there are")
    func pages() async throws {
        let pair = try await DeskPair()
        let desk = pair.theirs
        var refs: [FileReference] = []
        for number in 0..<5 { refs.append(try await pair.delivered(.preservation, ["title": .string("Server \(number)")])) }
        for ref in refs.prefix(3) { _ = try await desk.post("/files/\(ref)/acts/acknowledge", [], as: "XB-D1") }
        for (ref, day) in zip(refs, ["21", "19"]) {
            let fields = [
                ("outcome", "full"), ("effective.day", day), ("effective.month", "11"), ("effective.year", "2026"),
                ("effective.time", "08:12"), ("effective.zone", "Europe/Helsinki"),
            ]
            #expect(try await desk.post("/files/\(ref)/acts/preserve", fields, as: "XB-D1").status == 303)
        }
        func walk(_ choice: PreservationChoice, limit: Int) throws -> [FileReference] {
            var (found, after): ([FileReference], String?) = ([], nil)
            repeat {
                let page = try desk.node.preservations(choice, after: after, limit: limit, officer: "XB-D1")
                #expect(page.lines.count <= limit && (page.previous == nil) == (after == nil))
                found += page.lines.map(\.ref)
                if let previous = page.previous, after != nil {
                    let back = try desk.node.preservations(choice, after: previous, limit: limit, officer: "XB-D1")
                    #expect(back.lines.map(\.ref) == found.dropLast(page.lines.count).suffix(limit).map { $0 })
                }
                after = page.next
            } while after != nil
            return found
        }
        let all = try walk(.all, limit: 200)
        // What ends first stands first; what has no end, last.
        #expect(Array(all.prefix(2)) == [refs[1], refs[0]] && Set(all) == Set(refs))
        for limit in 1...5 { #expect(try walk(.all, limit: limit) == all && walk(.open, limit: limit) == all) }
        #expect(try walk(.done, limit: 2).isEmpty)
        let page = try desk.node.preservations(limit: 1, officer: "XB-D1")
        #expect(page.total == 5 && page.unlinked == 2)
        // A request for the data, and the data are not kept for nothing.
        _ = try await pair.delivered(.storedData, ["follows": .string(refs[0].description)])
        #expect(try desk.node.preservations(limit: 1, officer: "XB-D1").unlinked == 1)
        for address in ["/triage?after=b", "/preservations?after=x1_", "/preservations?show=some"] {
            desk.isPage(try await desk.get(address, as: "XB-D1"), status: 404)
        }
        #expect(throws: ComityError.self) { try desk.node.preservations(limit: 0, officer: nil) }
        var filter = WorkFilter()
        filter.states = [.delivered, .acknowledged]
        let undecided = try desk.node.work(view: .incoming, filter: filter, limit: 2, officer: "XB-D1")
        #expect(undecided.total == 4 && undecided.next != nil)
        let audit = try desk.node.audit(officer: nil)
        #expect(audit.ok, "\(audit.faults)")
    }

    @Test("a file shows its packages, however many newer ones other files have")
    func packages() async throws {
        let pair = try await DeskPair()
        let desk = pair.theirs
        let refs = [try await pair.delivered(.storedData), try await pair.delivered(.storedData)]
        let files = try refs.map { try #require(try desk.node.fileView($0, officer: nil).id) }
        _ = try await desk.node.store.commit { writer in
            for number in 0..<130 {
                try writer.insert(
                    PackageRow(
                        digest: Hash.of(Array("\(number)".utf8)).description, file: files[number == 0 ? 0 : 1],
                        name: "\(number).bag.tar.age",
                        size: 1, exhibits: 1, outgoing: true, stage: .sealed, conditions: []),
                    created: Instant(milliseconds: 1_795_000_000_000 + Int64(number) * 1000))
            }
        }
        #expect(try desk.node.packages(refs[0], officer: "XB-D1").map(\.name) == ["0.bag.tar.age"])
        #expect(try desk.node.packages(refs[1], officer: "XB-D1").count == 129)
        #expect(try desk.node.packages(nil, limit: 3, officer: "XB-D1").map(\.name) == [129, 128, 127].map { "\($0).bag.tar.age" })
        let page = try await desk.get("/evidence", as: "XB-D1")
        #expect(page.body.contains("130 packages") && page.body.contains("Older packages are not listed"))
        #expect(page.body.contains("129.bag.tar.age") && !page.body.contains(">0.bag.tar.age"))
    }
}
