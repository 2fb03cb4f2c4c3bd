// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

/// A sealed package is changed in every way; the verdict must say what was hit, and nothing may be left behind.
@Suite struct PackageDamageTests {
    let folder: Temporary
    let key = SigningKey.generate()
    let identity = AgeIdentity.generate()

    init() throws { folder = try Temporary() }

    private func seal(_ files: [(String, [UInt8])]) throws -> [UInt8] {
        for (name, bytes) in files { try folder.put("in/\(name)", bytes) }
        let request = try Sample.request(files.map { folder("in/\($0.0)") }, key: key, to: [identity.recipient])
        let sealed = try PackageWriter.seal(request, to: folder("good.age"))
        return try contents(sealed.path)
    }

    private func verify(_ bytes: [UInt8]) throws -> PackageVerdict {
        let path = try folder.put("bad.age", bytes)
        let key = key.verifyingKey
        return try PackageVerifier.verify(path: path, identities: [identity], trusted: { $0 == key.keyID ? key : nil })
    }

    private func opens(_ bytes: [UInt8]) throws -> Bool {
        let path = try folder.put("bad.age", bytes)
        try? FileManager.default.removeItem(atPath: folder("out"))
        try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
        let opened = (try? PackageOpener.open(path: path, identities: [identity], to: folder("out"))) != nil
        if !opened { #expect(try FileManager.default.contentsOfDirectory(atPath: folder("out")).isEmpty) }
        return opened
    }

    /// Where byte `offset` of the tar archive stands in the sealed file.
    private func sealedOffset(_ bytes: [UInt8], _ offset: Int) throws -> Int {
        let length = try AgeHeader(from: BufferedSource(MemorySource(bytes))).length + 16
        return length + offset / 65536 * 65552 + offset % 65536
    }

    private func archive(_ bytes: [UInt8]) throws -> [UInt8] { try Age.decrypt(bytes, with: [identity], limit: 1 << 24) }

    /// The byte offset of an entry's data in the archive, and the block of its header.
    private func place(_ bytes: [UInt8], _ path: String) throws -> Int {
        let reader = TarReader(MemorySource(try archive(bytes)))
        while let entry = try reader.next(), entry.path != "parcel/\(path)" {}
        return Int(reader.position)
    }

    private func flip(_ bytes: [UInt8], _ offset: Int) throws -> PackageVerdict {
        var bad = bytes
        bad[try sealedOffset(bytes, offset)] ^= 0x10
        return try verify(bad)
    }

    /// Every byte (a random bit of it; all bits with COMITY_LONG) and every length; in four parts, so that they run side by side.
    @Test(arguments: 0..<4)
    func everyByteFlippedAndEveryTruncation(part: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = Seeded(seed)
        let good = try seal([("a", [1, 2, 3]), ("b", [4])])
        #expect(try verify(good).isValid)
        #expect(try opens(good))
        var openings = 0
        for index in stride(from: part, to: good.count, by: 4) {
            var bad = good
            let isLong = ProcessInfo.processInfo.environment["COMITY_LONG"] != nil
            for bit in isLong ? Array(0...7) : [UInt8.random(in: 0...7, using: &generator)] {
                bad = good
                bad[index] ^= 1 << bit
                let verdict = try? verify(bad)
                #expect(verdict?.isValid != true, "seed \(seed), byte \(index)")
                #expect(verdict?.findings.isEmpty != true && verdict?.sentence.hasPrefix("Valid") != true)
            }
            let cut = try? verify(Array(good[..<index]))
            #expect(cut?.isValid != true && cut?.findings.isEmpty != true, "cut at \(index)")
            if index % 29 < 4 {
                #expect(try !opens(bad), "seed \(seed), byte \(index)")
                #expect(try !opens(Array(good[..<index])), "cut at \(index)")
                openings += 1
            }
        }
        #expect(try !verify(good + [0]).isValid)
        #expect(openings > 100)
    }

    @Test func aFlipNamesExactlyThatExhibit() throws {
        var generator = Seeded(3)
        let good = try seal([("a.bin", generator.bytes(300_000)), ("mail.mbox", generator.bytes(300_000)), ("z", generator.bytes(100))])
        let verdict = try flip(good, place(good, "data/mail.mbox") + 150_000)
        #expect(!verdict.isValid)
        #expect(verdict.exhibits.map(\.state) == [.intact, .changed, .intact])
        #expect(verdict.sentence == "Not valid: exhibit 2, data/mail.mbox, was changed.")
        #expect(
            verdict.findings.contains { $0.hasPrefix("exhibit-changed: exhibit 2, data/mail.mbox: 1 byte or more changed; expected ") })
        #expect(verdict.findings.contains { $0.hasPrefix("envelope-changed") } && verdict.findings.count == 2)
        #expect(verdict.signer == .trusted(key.verifyingKey.keyID))
        #expect(verdict.exhibits[1].note.contains("lies between byte"))
    }

    @Test func tagPaddingAndHeaders() throws {
        var generator = Seeded(4)
        let good = try seal([("a.bin", generator.bytes(300_000)), ("mail.mbox", generator.bytes(70_001)), ("z", generator.bytes(100))])
        // The Poly1305 tag of the second chunk.
        var bad = good
        bad[try sealedOffset(good, 131_071) + 5] ^= 1
        var verdict = try verify(bad)
        #expect(verdict.exhibits.allSatisfy { $0.state == .intact } && !verdict.isValid)
        #expect(verdict.sentence.contains("the sealed envelope was changed at byte"))
        #expect(verdict.sentence.contains("every exhibit still matches the signed statement"))
        // Padding after an exhibit, the zero blocks, every kind of tag file, every tar header.
        let end = try archive(good).count
        let mail = try place(good, "data/mail.mbox")
        for offset in [mail + 70_001 + 3, end - 1, end - 513, end - 1024] {
            verdict = try flip(good, offset)
            #expect(
                verdict.exhibits.allSatisfy { $0.state == .intact } && !verdict.isValid && verdict.findings.count == 1,
                "\(verdict.findings)")
        }
        for path in ["data/a.bin", "data/mail.mbox", "data/z"] {
            let header = try place(good, path) - 512
            for field in [0, 3, 124, 130, 150, 156, 258, 345] {
                verdict = try flip(good, header + field)
                #expect(
                    verdict.exhibits.map(\.state) == [.intact, .intact, .intact] && !verdict.isValid,
                    "\(path) \(field): \(verdict.findings)")
            }
        }
        for path in PackageLayout.required {
            for offset in [-512, -512 + 124, 0, 5] {
                verdict = try flip(good, try place(good, path) + offset)
                #expect(!verdict.isValid && verdict.findings.contains { $0.hasPrefix("envelope-changed") }, "\(path)")
                let read = verdict.exhibits.filter { $0.state == .intact }.count
                #expect(read == 3, "\(path) \(offset): \(verdict.findings)")
            }
        }
    }

    @Test func longNamesAndDamagedRecords() throws {
        let long = String(repeating: "é", count: 100)
        let good = try seal([("a", [1]), (long, Array("content".utf8)), ("z", [3])])
        let data = try place(good, "data/\(long)")
        for offset in [-1536, -1536 + 124, -1024, -1020, -1000, -900, -512, -500] {
            let verdict = try flip(good, data + offset)
            #expect(verdict.exhibits.map(\.state) == [.intact, .intact, .intact] && !verdict.isValid, "\(offset): \(verdict.findings)")
        }
    }

    @Test func truncationNamesWhatIsGone() throws {
        var generator = Seeded(5)
        let good = try seal([("a.bin", generator.bytes(100_000)), ("b.bin", generator.bytes(100_000)), ("c.bin", generator.bytes(1000))])
        let cut = try sealedOffset(good, try place(good, "data/b.bin") + 50_000)
        let verdict = try verify(Array(good[..<cut]))
        #expect(verdict.exhibits.map(\.state) == [.unreadable, .unreadable, .missing], "\(verdict.findings)")
        #expect(verdict.exhibits[0].note.contains("is there whole") && verdict.exhibits[0].found != nil)
        #expect(verdict.exhibits[1].note.contains("is cut off; 50000 of 100000"), "\(verdict.exhibits[1].note)")
        #expect(verdict.findings.contains { $0.hasPrefix("envelope-cut") } && verdict.signer == .invalid)
        let trailing = try verify(good + [1, 2, 3])
        #expect(!trailing.isValid && trailing.exhibits.allSatisfy { $0.state == .intact })
        #expect(!trailing.findings.isEmpty)
    }

    @Test func headerFlips() throws {
        let good = try seal([("a", [1])])
        var bad = good
        let mac = try AgeHeader(from: BufferedSource(MemorySource(good))).length - 10
        bad[mac] = bad[mac] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let verdict = try verify(bad)
        #expect(!verdict.isValid && verdict.exhibits.isEmpty && verdict.findings.count == 1)
        #expect(verdict.findings[0].hasPrefix("envelope-header-changed") && verdict.findings[0].contains("envelope header was changed"))
        #expect(!(try verify(Array("not a package".utf8))).isValid)
        #expect(!(try verify([])).isValid)
    }

    // MARK: rebuilt packages: the envelope is right, the content is not

    /// Rebuilds the archive with some files changed (nil removes, new names are added) and seals it again.
    private func rebuilt(_ good: [UInt8], _ changes: [String: [UInt8]?]) throws -> [UInt8] {
        let reader = TarReader(MemorySource(try archive(good)))
        let sink = MemorySink(limit: 1 << 24)
        let age = try AgeWriter(to: sink, recipients: [identity.recipient])
        let tar = TarWriter(to: age)
        var rest = changes
        let buffer = Scratch(65536)
        while let entry = try reader.next() {
            var content: [UInt8] = []
            while true {
                let count = try reader.read(into: buffer.bytes)
                if count == 0 { break }
                content.append(contentsOf: buffer.bytes[..<count])
            }
            let path = String(entry.path.dropFirst("parcel/".count))
            if let change = rest.removeValue(forKey: path) {
                if let change { try tar.add(entry.path, change, modified: 0) }
            } else {
                try tar.add(entry.path, content, modified: 0)
            }
        }
        for (path, content) in rest {
            if let content { try tar.add(path.hasPrefix("/") ? String(path.dropFirst()) : "parcel/\(path)", content, modified: 0) }
        }
        try tar.finish()
        try age.finish()
        return sink.bytes
    }

    private func text(_ good: [UInt8], _ path: String) throws -> String {
        let all = try archive(good)
        let start = try place(good, path)
        let size = Int(String(decoding: all[(start - 512 + 124)..<(start - 512 + 135)], as: UTF8.self), radix: 8) ?? 0
        return String(decoding: all[start..<(start + size)], as: UTF8.self)
    }

    @Test func swappedContentInAValidEnvelope() throws {
        let good = try seal([("a", [1]), ("b", [2])])
        #expect(try verify(rebuilt(good, [:])).isValid)
        let manifest = try text(good, "manifest-sha256.txt")
        let lines = manifest.split(separator: "\n").map(String.init)
        let swapped = "\(lines[0].prefix(64))\(lines[1].dropFirst(64))\n\(lines[1].prefix(64))\(lines[0].dropFirst(64))\n"
        let stranger = try JWS.sign(
            payload: JWS(parsing: Array(text(good, "comity/statement.jws").utf8), limit: 1 << 20).payload,
            type: PackageLayout.statementType,
            key: SigningKey.generate())
        let otherType = try JWS.sign(
            payload: JWS(parsing: Array(text(good, "comity/statement.jws").utf8), limit: 1 << 20).payload, type: "act+jws", key: key)
        let cases: [(String, [String: [UInt8]?], [String])] = [
            ("changed exhibit", ["data/a": [9]], ["exhibit-changed: exhibit 1, data/a"]),
            ("missing exhibit", ["data/b": nil], ["exhibit-missing: exhibit 2, data/b"]),
            ("extra exhibit", ["data/c": [3]], ["exhibit-unexpected: data/c"]),
            ("swapped lines", ["manifest-sha256.txt": Array(swapped.utf8)], ["manifest-differs", "tag-changed: manifest-sha256.txt"]),
            ("missing tag", ["bag-info.txt": nil], ["tag-missing: bag-info.txt"]),
            ("extra tag", ["comity/x": [1]], ["tag-unlisted: comity/x"]),
            ("stranger", ["comity/statement.jws": stranger], ["signer-unknown", "tag-changed: comity/statement.jws"]),
            ("other type", ["comity/statement.jws": otherType], ["signature-bad", "tag-changed: comity/statement.jws"]),
            ("no statement", ["comity/statement.jws": nil], ["tag-missing: comity/statement.jws"]),
            ("garbage statement", ["comity/statement.jws": [1]], ["statement-malformed"]),
            ("contents", ["comity/contents.json": Array("{\"exhibits\":[],\"v\":1}".utf8)], ["contents-differ", "tag-changed"]),
            ("fetch", ["fetch.txt": Array("http://x - data/q".utf8)], ["entry-refused"]),
            ("outside", ["/other/x": [1]], ["entry-refused"]),
        ]
        for (name, changes, expected) in cases {
            let bad = try rebuilt(good, changes)
            let verdict = try verify(bad)
            #expect(!verdict.isValid, "\(name)")
            for prefix in expected { #expect(verdict.findings.contains { $0.hasPrefix(prefix) }, "\(name): \(verdict.findings)") }
            // The opener leaves the question whose signature it is to the verifier.
            #expect(!(try opens(bad)), "\(name)")
        }
    }

    @Test func openedBagThatIsEdited() throws {
        let good = try seal([("a", [1]), ("b", [2])])
        let key = key.verifyingKey
        let path = try folder.put("good2.age", good)
        let bag = try PackageOpener.open(path: path, identities: [identity], to: folder.path)
        try folder.put("parcel/data/b", [3])
        try folder.put("parcel/data/sub/new", [3])
        try FileManager.default.createSymbolicLink(atPath: bag + "/data/l", withDestinationPath: "a")
        try FileManager.default.removeItem(atPath: bag + "/data/a")
        let verdict = try PackageVerifier.verify(bag: bag, trusted: { $0 == key.keyID ? key : nil })
        #expect(verdict.exhibits.map(\.state) == [.missing, .changed, .unexpected])
        #expect(verdict.findings.contains { $0.hasPrefix("entry-refused: data/l") })
        #expect(throws: ComityError(.notFound, "")) { try PackageVerifier.verify(bag: folder("none"), trusted: { _ in nil }) }
    }
}
