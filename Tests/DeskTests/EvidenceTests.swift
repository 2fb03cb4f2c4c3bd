// SPDX-License-Identifier: Apache-2.0

import Crypto
import Dossier
import Foundation
import Node
import Sealing
import Standards
import Storage
import Synchronization
import Testing

@testable import Desk

@Suite("Desk: evidence")
struct EvidenceTests {
    /// A one-pixel picture.
    private static let png: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A,
        0x7E, 0x9B, 0x55, 0, 0, 0, 0x0A, 0x49, 0x44, 0x41, 0x54, 8, 0xD7, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0xE2, 0x21, 0xBC, 0x33, 0, 0, 0, 0,
        0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]

    private static let exhibits: [(name: String, bytes: [UInt8], flags: [String])] = [
        ("log.csv", Array("at,address\n2026,192.0.2.1\nevil\u{202E}txt<b>\n".utf8), []), ("picture.png", png, []),
        ("blob.bin", (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }, []),
        ("mail.txt", Array("secret of counsel".utf8), ["privileged"]),
    ]

    /// A package from the other State that has arrived here.
    private func incoming(_ test: @escaping @Sendable (DeskFixture, FileReference, PackageRow) async throws -> Void) async throws {
        let found = Mutex<(FileReference, PackageRow)?>(nil)
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await EvidenceWorld.storedData(from: ours, to: theirs)
            let package = try await EvidenceWorld.arrived(Self.exhibits, from: theirs, to: ours, ref: ref)
            found.withLock { $0 = (ref, package) }
        } _: { desk in
            let (ref, package) = try #require(found.withLock { $0 })
            try await test(desk, ref, package)
        }
    }

    /// A request of the other State for which evidence may be sealed here.
    private func outgoing(_ test: @escaping @Sendable (DeskFixture, FileReference) async throws -> Void) async throws {
        let found = Mutex<FileReference?>(nil)
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await EvidenceWorld.storedData(from: theirs, to: ours)
            found.withLock { $0 = ref }
        } _: { desk in
            try await test(desk, try #require(found.withLock { $0 }))
        }
    }

    @Test("an empty list teaches what will appear")
    func empty() async throws {
        try await DeskFixture.run { desk in
            let page = try await desk.get("/evidence")
            desk.isPage(page)
            #expect(page.body.contains("No package yet"))
        }
    }

    @Test("a package is verified, received, opened and looked at; every look is registered")
    func received() async throws {
        try await incoming { desk, ref, package in
            let path = "/files/\(ref)/evidence/\(package.digest)"
            for address in ["/evidence", "/files/\(ref)/evidence"] {
                let list = try await desk.get(address)
                desk.isPage(list)
                #expect(list.body.contains("Not verified yet") && list.body.contains("href=\"\(path)\""))
            }
            let before = try await desk.get(path)
            desk.isPage(before)
            #expect(before.body.contains("Verify and receive") && before.body.contains("Belongs to this file"))
            #expect(!before.body.contains("log.csv"), "nothing of the inside is known before it is verified")
            // Not before it was received.
            #expect(try await desk.post("\(path)/open", [("accept", "yes")]).status == 409)
            #expect(try await desk.get("\(path)/preview?exhibit=1").status == 409)

            let task = try await EvidenceWorld.ended(try await desk.post("\(path)/receive", [])["Location"], desk.node)
            #expect(task.state == .done, "\(task)")
            let page = try await desk.get("/tasks/\(task.id)")
            desk.isPage(page)
            #expect(page.body.contains("<h1>Valid</h1>") && !page.body.contains("http-equiv"))
            if try desk.node.packageView(ref, package: package.digest, officer: "XA-D1").pending != nil {
                _ = try await desk.node.approve(ref, officer: "XA-A1")
            }
            let valid = try await desk.get(path)
            desk.isPage(valid)
            for words in [
                "verdict--valid", "log.csv", "Examiner T-11", "Northgate Hosting", "Not recorded", "4 d 4 h", "Privileged",
                "that the content is true", "this case only",
            ] { #expect(valid.body.contains(words), "\(words)") }
            #expect(!valid.body.contains("Take it out"))
            #expect(valid.body.contains("Ed25519 and ML-DSA-65 hold") && !valid.body.contains("Time stamp"))

            // A time stamp is awaited, and then here.
            _ = try await desk.node.store.commit { writer in
                try writer.oweTimeStamp(package.digest, next: 0)
                try writer.failTimeStamp(package.digest, next: 0, says: "HTTP status 500 <b>")
            }
            let awaited = try await desk.get(path)
            desk.isPage(awaited)
            #expect(awaited.body.contains("has not answered yet") && awaited.body.contains("HTTP status 500 &lt;b&gt;"))
            let kept = TimeStampRow.Kept(
                bytes: [1], time: try Instant("2026-11-24T23:31:05Z"), authority: "Stamps <i>", service: "https://stamps.example/")
            _ = try await desk.node.store.commit { try $0.keepTimeStamp(package.digest, kept) }
            let stamped = try await desk.get(path)
            desk.isPage(stamped)
            #expect(stamped.body.contains("Stamps &lt;i&gt; (RFC 3161)") && stamped.body.contains("20:31"))
            #expect(!stamped.body.contains("has not answered yet"))

            // The conditions are accepted first.
            let refused = try await desk.post("\(path)/open", [])
            desk.isPage(refused, status: 422)
            #expect(refused.body.contains("Accept the conditions of use first") && refused.body.contains("<title>Exercise: Problem: "))
            #expect(try await desk.get("\(path)/preview?exhibit=1").status == 409)
            #expect(try await desk.post("\(path)/open", [("accept", "yes")])["Location"] == "\(path)?done=opened")
            let opened = try await desk.get("\(path)?done=opened")
            desk.isPage(opened)
            #expect(opened.body.contains("Take it out"))

            let text = try await desk.get("\(path)/preview?exhibit=1")
            desk.isPage(text)
            #expect(text.body.contains("192.0.2.1") && text.body.contains("<mark>U+202E</mark>") && text.body.contains("txt&lt;b&gt;"))
            let bytes = try await desk.get("\(path)/preview?exhibit=3")
            desk.isPage(bytes)
            #expect(bytes.body.contains("Only the first 4,096 bytes are shown."))
            let withheld = try await desk.get("\(path)/preview?exhibit=4")
            desk.isPage(withheld)
            #expect(withheld.body.contains("never shown here") && !withheld.body.contains("secret of counsel"))
            let picture = try await desk.get("\(path)/preview?exhibit=2")
            desk.isPage(picture)
            let image = try await desk.get("\(path)/picture/2")
            #expect(image.status == 200 && image["Content-Type"] == "image/png" && image["X-Content-Type-Options"] == "nosniff")
            #expect(image["Content-Security-Policy"] == PreviewPages.picturePolicy)
            // What is no picture, or marked, is never given as one.
            #expect(try await desk.get("\(path)/picture/1").status == 409)
            #expect(try await desk.get("\(path)/picture/4").status == 403)
            #expect(try await desk.get("\(path)/preview?exhibit=9").status == 404)

            let taken = try await desk.post("\(path)/exhibits/4", [])
            #expect(taken.status == 200 && taken.body == "secret of counsel")
            #expect(taken["Content-Type"] == "application/octet-stream")
            #expect(taken["Content-Disposition"] == "attachment; filename=\"mail.txt\"; filename*=UTF-8''mail.txt")
            #expect(try await desk.get("\(path)/exhibits/4").status == 404, "nothing is taken out by a link")

            let access = try desk.node.packageView(ref, package: package.digest, officer: "XA-D1").access
            #expect(access.map(\.kind) == ["downloaded", "previewed", "previewed", "previewed", "opened"])
            #expect(access.compactMap(\.exhibit) == [4, 2, 3, 1] && access.allSatisfy { $0.officer == "XA-D1" })
            #expect(try desk.node.audit(officer: nil).ok)
        }
    }

    @Test("a whole exhibit is taken out byte for byte, over many pieces")
    func takenOut() async throws {
        let text = String(repeating: "line of a log\n", count: 60_000)
        let found = Mutex<(FileReference, PackageRow)?>(nil)
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            let ref = try await EvidenceWorld.storedData(from: ours, to: theirs)
            let package = try await EvidenceWorld.arrived(
                [("a", [1, 2, 3], []), ("b.log", Array(text.utf8), []), ("empty", [], [])], from: theirs, to: ours, ref: ref)
            found.withLock { $0 = (ref, package) }
        } _: { desk in
            let (ref, package) = try #require(found.withLock { $0 })
            _ = try await desk.node.receiveEvidence(ref, package: nil, officer: "XA-D1")
            try await desk.node.openPackage(ref, package: package.digest, accepting: true, officer: "XA-D1")
            let path = "/files/\(ref)/evidence/\(package.digest)"
            let answer = try await desk.post("\(path)/exhibits/2", [])
            #expect(answer.body == text && answer["Content-Length"] == "\(text.utf8.count)")
            #expect(try await desk.post("\(path)/exhibits/3", []).body.isEmpty)
            let long = try await desk.get("\(path)/preview?exhibit=2")
            #expect(long.status == 200 && long.body.contains("Only the beginning is shown"))
            // Who has not opened it does not look.
            try await desk.officer("XA-X1", role: "examiner")
            #expect(try await desk.get("\(path)/preview?exhibit=1", as: "XA-X1").status == 409)
            #expect(try await desk.get("\(path)/preview?exhibit=1", as: "XA-A1").status == 403)
        }
    }

    @Test("a changed package is refused, and its failing exhibit named")
    func changed() async throws {
        try await incoming { desk, ref, package in
            try EvidenceWorld.tamper(package, on: desk.node, at: 70_000)
            let path = "/files/\(ref)/evidence/\(package.digest)"
            let task = try await EvidenceWorld.ended(try await desk.post("\(path)/receive", [])["Location"], desk.node)
            #expect(task.state == .failed)
            let failed = try await desk.get("/tasks/\(task.id)")
            desk.isPage(failed)
            #expect(failed.body.contains("exhibit 3") && failed.body.contains("blob.bin"))
            let page = try await desk.get(path)
            desk.isPage(page)
            for words in [
                "verdict--not", "Not valid: 1 of 4 exhibits cannot be confirmed", "Differs", "row-bad", "for a new package", "Verify again",
                "Verified, not valid", "3 of 4",
            ] { #expect(page.body.contains(words), "\(words)") }
            #expect(try await desk.get("/evidence").body.contains("Not valid"))
            #expect(try await desk.post("\(path)/open", [("accept", "yes")]).status == 409)
            #expect(try desk.node.fileView(ref, officer: "XA-D1").packages.first?.stage == "complete")
        }
    }

    @Test("exhibits are uploaded, described, sealed beside the pages and supplied as a decision of its own")
    func sealed() async throws {
        try await outgoing { desk, ref in
            let list = "/files/\(ref)/evidence"
            #expect(try await desk.get(list).body.contains("Upload and seal exhibits"))
            desk.isPage(try await desk.get("\(list)/new"))
            let content = Array("first exhibit".utf8)
            let uploaded = try await desk.upload(
                "\(list)/new", [("C:\\evil\\..\\log.txt", content), ("LOG.txt", [1, 2]), ("../../keys/root\u{202E}.key", Array("x".utf8))])
            let place = try #require(uploaded["Location"])
            #expect(uploaded.status == 303)
            let page = try await desk.get(place)
            desk.isPage(page)
            #expect(page.body.contains(Hex.encode(SHA256.hash(data: content))))
            for name in ["log.txt", "LOG (2).txt", "root_.key"] { #expect(page.body.contains("<bdi>\(name)</bdi>"), "\(name)") }
            let id = String(try #require(place.split(separator: "/").last))
            #expect(desk.files(below: "uploads") == [id, "\(id)/LOG (2).txt", "\(id)/log.txt", "\(id)/root_.key"])
            for file in desk.files(below: "uploads") where file.contains("/") {
                let mode = try FileManager.default.attributesOfItem(atPath: "\(desk.node.folder.path)/uploads/\(file)")[.posixPermissions]
                #expect(mode as? Int == 0o600)
            }
            _ = try await desk.upload("\(place)/files", [("more.bin", [9])])
            _ = try await desk.post("\(place)/discard", [("exhibit", "2")])
            #expect(try await desk.get(list).body.contains("3 exhibits wait to be sealed"))

            // Faults are said above and beside, and nothing typed is lost.
            let empty = try await desk.post(
                place, [("conditions", "one\r\ntwo"), ("flag.1.minors", "yes"), ("date", "2027-01-01"), ("time", "10:00"), ("zone", "UTC")])
            desk.isPage(empty, status: 422)
            for words in [
                "Name the order.", "Say who collected", "one\ntwo</textarea>", "value=\"2027-01-01\"", "The time lies ahead", "checked",
            ] {
                #expect(empty.body.contains(words), "\(words)")
            }
            let typed = [
                ("authorisation", "Order 7/2026"), ("conditions", "one\r\n\r\n two "), ("by", "T-11"), ("date", "2026-11-24"),
                ("time", "15:00"), ("zone", "America/Montevideo"), ("place", "Laboratory"), ("tool", ""), ("recipient", "XB"),
                ("flag.1.minors", "yes"),
            ]
            let task = try await EvidenceWorld.ended(try await desk.post(place, typed)["Location"], desk.node)
            #expect(task.state == .done, "\(task)")
            let package = try #require(task.result["package"]?.string)
            let done = try await desk.get("/tasks/\(task.id)")
            desk.isPage(done)
            #expect(done.body.contains("href=\"\(list)/\(package)/supply\""))
            #expect(desk.files(below: "uploads").isEmpty, "what was sealed does not stay in the open")
            let sealed = try await desk.get("\(list)/\(package)")
            desk.isPage(sealed)
            for words in ["Sealed, not supplied yet", "Minors", "T-11", "Laboratory", "Order 7/2026", "Supply to"] {
                #expect(sealed.body.contains(words), "\(words)")
            }
            let look = try await desk.get("\(list)/\(package)/supply")
            desk.isPage(look)
            #expect(look.body.contains("cannot be called back") && look.body.contains("one; two"))
            let supplied = try await desk.post("\(list)/\(package)/supply", [])
            #expect(supplied.status == 303)
            let after = try await desk.get(try #require(supplied["Location"]))
            desk.isPage(after)
            if supplied["Location"]?.hasSuffix("prepared") == true {
                #expect(after.body.contains("waits for a second person"))
                _ = try await desk.node.approve(ref, officer: "XA-A1")
            }
            #expect(try await desk.get("\(list)/\(package)").body.contains("Supplied, on its way"))
            #expect(try await desk.post("\(list)/\(package)/supply", []).status == 404)
        }
    }

    @Test("an upload that is cut off, hostile or not from the desk leaves nothing behind")
    func broken() async throws {
        try await outgoing { desk, ref in
            let path = "/files/\(ref)/evidence/new"
            let files = [
                (name: "a.bin", bytes: [UInt8](repeating: 7, count: 90_000)), (name: "b.bin", bytes: [UInt8](repeating: 8, count: 10)),
            ]
            for cut in [1, 20, 100, 60_000, 90_200] {
                let answer = try await desk.upload(path, files) { Array($0.dropLast(cut == 1 ? 3 : cut)) }
                desk.isPage(answer, status: 422)
                #expect(answer.body.contains("cut off"))
                #expect(desk.files(below: "uploads").isEmpty)
            }
            let garbage = try await desk.upload(path, files) { Array($0.prefix(60_000)) + Array("\r\n----b0undaryX garbage".utf8) }
            desk.isPage(garbage, status: 422)
            let none = try await desk.upload(path, [("", [])])
            desk.isPage(none, status: 422)
            #expect(none.body.contains("No file was chosen"))
            #expect(try await desk.upload(path, files, csrf: false).status == 403)
            #expect(try await desk.upload(path, files, as: "XA-A1").status == 403)
            #expect(desk.files(below: "uploads").isEmpty)
            #expect(try await desk.get("\(path)/01a20fdb-02e3-7496-aea6-a70aeabdd859").status == 404)
        }
    }

    @Test("what is not sealed goes: at the start what is unfinished, after a day everything")
    func swept() async throws {
        try await outgoing { desk, ref in
            let place = try #require(try await desk.upload("/files/\(ref)/evidence/new", [("a", [1])])["Location"])
            let uploads = "\(desk.node.folder.path)/uploads"
            let id = String(try #require(place.split(separator: "/").last))
            try FileManager.default.createDirectory(atPath: "\(uploads)/half", withIntermediateDirectories: true)
            try Data([1]).write(to: URL(fileURLWithPath: "\(uploads)/\(id)/.partial-1"))
            try await desk.node.sweepUploads(atStart: false)
            #expect(desk.files(below: "uploads") == [id, "\(id)/.partial-1", "\(id)/a", "half"])
            try await desk.node.sweepUploads(atStart: true)
            #expect(desk.files(below: "uploads") == [id, "\(id)/a"])
        }
    }

    @Test("an auditor sees that the evidence is in order, not what it is about")
    func auditor() async throws {
        try await incoming { desk, ref, package in
            _ = try await desk.node.receiveEvidence(ref, package: nil, officer: "XA-D1")
            try await desk.officer("XA-U1", role: "auditor")
            let page = try await desk.get("/files/\(ref)/evidence/\(package.digest)", as: "XA-U1")
            desk.isPage(page)
            #expect(page.body.contains("verdict--valid") && page.body.contains("Names and conditions are left out"))
            for secret in ["log.csv", "this case only", "Order 12/2026", "Northgate", "Hospital"] {
                #expect(!page.body.contains(secret), "\(secret)")
            }
            #expect(!(try await desk.get("/evidence", as: "XA-U1")).body.contains("Hospital"))
            #expect(try await desk.post("/files/\(ref)/evidence/\(package.digest)/open", [("accept", "yes")], as: "XA-U1").status == 403)
        }
    }
}
