// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

@Suite struct PackageTests {
    let folder: Temporary
    let key = SigningKey.generate()
    let identity = AgeIdentity.generate(.x25519)

    init() throws { folder = try Temporary() }

    private func trusted(_ kid: String) -> VerifyingKey? { kid == key.verifyingKey.keyID ? key.verifyingKey : nil }

    private func seal(_ inputs: [String], name: String = "parcel") throws -> SealedPackage {
        try PackageWriter.seal(Sample.request(inputs, key: key, to: [identity.recipient], name: name), to: folder("\(name).bag.tar.age"))
    }

    private func verify(_ path: String) throws -> PackageVerdict {
        try PackageVerifier.verify(path: path, identities: [identity], trusted: trusted)
    }

    private var long: String { String(repeating: "n", count: 196) + ".txt" }

    private func sampleInputs() throws -> [String] {
        var generator = Seeded(1)
        try folder.put("in/disk/b/mail box.mbox", generator.bytes(70_000))
        try folder.put("in/disk/a.bin", generator.bytes(200_000))
        try folder.put("in/disk/ünïcode 日本.txt", Array("text".utf8))
        try folder.put("in/disk/\(long)", [1])
        try folder.put("in/disk/empty", [])
        try folder.put("in/note.txt", Array("note".utf8))
        try FileManager.default.createDirectory(atPath: folder("in/disk/void"), withIntermediateDirectories: true)
        return [folder("in/note.txt"), folder("in/disk/")]
    }

    @Test func sealVerifyOpen() throws {
        var last: (Int64, Int64) = (0, 0)
        let request = try Sample.request(sampleInputs(), key: key, to: [identity.recipient])
        let sealed = try PackageWriter.seal(request, to: folder("parcel.bag.tar.age")) { last = ($0, $1) }
        #expect(last == (270_009, 270_009))
        let bytes = try contents(sealed.path)
        #expect(Int64(bytes.count) == sealed.size)
        #expect(
            sealed.statement.exhibits.map(\.path) == [
                "data/note.txt", "data/disk/a.bin", "data/disk/b/mail box.mbox", "data/disk/empty", "data/disk/\(long)",
                "data/disk/ünïcode 日本.txt",
            ])

        let verdict = try verify(sealed.path)
        #expect(verdict.isValid && verdict.findings.isEmpty, "\(verdict.findings)")
        #expect(verdict.signer == .trusted(key.verifyingKey.keyID) && verdict.statement == sealed.statement)
        #expect(verdict.exhibits.allSatisfy { $0.state == .intact && $0.found == $0.expected } && verdict.exhibits.count == 6)
        let copy = try IJSON.decode(PackageVerdict.self, from: try IJSON.encode(verdict), limit: 1 << 20)
        #expect(verdict.digest == sealed.digest && copy.digest == sealed.digest)
        #expect(copy.isValid && copy.signer == verdict.signer && copy.exhibits == verdict.exhibits)

        try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
        let opened = try PackageOpener.open(path: sealed.path, identities: [identity], to: folder("out"))
        #expect(opened == folder("out/parcel"))
        #expect(try contents(opened + "/data/disk/a.bin") == contents(folder("in/disk/a.bin")))
        let bag = try PackageVerifier.verify(bag: opened, trusted: trusted)
        #expect(bag.isValid, "\(bag.findings)")
        #expect(throws: ComityError(.alreadyExists, "")) {
            try PackageOpener.open(path: sealed.path, identities: [identity], to: folder("out"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("out")) == ["parcel"])
        #expect(throws: ComityError(.alreadyExists, "")) { try PackageWriter.seal(request, to: sealed.path) }
        #expect(throws: ComityError(.cannotDecrypt, "")) {
            try PackageVerifier.verify(path: sealed.path, identities: [AgeIdentity.generate()], trusted: trusted)
        }
        #expect(throws: ComityError(.notFound, "")) { try verify(folder("nothing")) }
    }

    @Test(arguments: [0, 1, 65535, 65536, 65537, 3 * 65536])
    func sizes(size: Int) throws {
        try folder.put("x", [UInt8](repeating: 7, count: size))
        let sealed = try seal([folder("x")])
        #expect(try verify(sealed.path).isValid)
        let opened = try PackageOpener.open(path: sealed.path, identities: [identity], to: folder.path)
        #expect(try contents(opened + "/data/x").count == size)
    }

    @Test func signers() throws {
        try folder.put("x", [1])
        let sealed = try seal([folder("x")])
        let kid = key.verifyingKey.keyID
        let unknown = try PackageVerifier.verify(path: sealed.path, identities: [identity], trusted: { _ in nil })
        #expect(!unknown.isValid && unknown.signer == .unknown(kid) && unknown.findings.count == 1)
        #expect(unknown.exhibits.allSatisfy { $0.state == .intact })
        let allowed = try PackageVerifier.verify(path: sealed.path, identities: [identity], trusted: { _ in nil }, allowUnknownSigner: true)
        #expect(allowed.isValid && allowed.signer == .unknown(kid) && allowed.sentence.contains(kid))
        let wrong = try PackageVerifier.verify(
            path: sealed.path, identities: [identity], trusted: { _ in SigningKey.generate().verifyingKey })
        #expect(!wrong.isValid && wrong.signer == .invalid && wrong.findings[0].hasPrefix("signature-bad"))

        var request = try Sample.request([folder("x")], key: key, to: [identity.recipient], name: "other")
        request.signerEntry = Array("nothing".utf8)
        let bare = try PackageWriter.seal(request, to: folder("other.age"))
        let noKey = try PackageVerifier.verify(path: bare.path, identities: [identity], trusted: { _ in nil }, allowUnknownSigner: true)
        #expect(!noKey.isValid && noKey.findings[0].hasPrefix("signer-key-missing"))
    }

    @Test func whatCannotBeSealed() throws {
        try folder.put("a/x", [1])
        try folder.put("b/x", [1])
        try folder.put("c/é", [1])
        try folder.put("d/X", [1])
        try folder.put("e/x/y", [1])
        try folder.put("f/e\u{301}", [1])
        try folder.put("g/tab\tname", [1])
        try folder.put("h/space ", [1])
        try folder.put("i/back\\slash", [1])
        try FileManager.default.createDirectory(atPath: folder("empty/void"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder("links"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder("links/l"), withDestinationPath: "../a/x")
        #expect(try run(["mkfifo", folder("links-pipe")]).status == 0)
        func refused(_ code: ErrorCode, _ inputs: [String], naming words: [String] = []) throws {
            do throws(ComityError) {
                let request = try? Sample.request(inputs.map { folder($0) }, key: key, to: [identity.recipient])
                guard let request else { return }
                _ = try PackageWriter.seal(request, to: folder("p.age"))
                Issue.record("sealed \(inputs)")
            } catch {
                #expect(error.code == code, "\(inputs): \(error)")
                for word in words { #expect(error.what.contains(word), "\(error)") }
            }
        }
        try refused(.malformedInput, ["a/x", "b/x"], naming: ["a/x", "b/x"])
        try refused(.malformedInput, ["a/x", "d/X"], naming: ["a/x", "d/X"])
        try refused(.malformedInput, ["c/é", "f/e\u{301}"], naming: ["c/é"])
        try refused(.malformedInput, ["a/x", "e/x"], naming: ["a/x", "e/x/y"])
        try refused(.malformedInput, ["links"], naming: ["links/l", "symbolic link"])
        try refused(.malformedInput, ["links-pipe"], naming: ["pipe"])
        for name in ["g", "h", "i"] { try refused(.malformedInput, [name]) }
        try refused(.usage, ["empty"])
        try refused(.usage, [])
        try refused(.notFound, ["nothing"])
        var request = try Sample.request([folder("a/x")], key: key, to: [identity.recipient], name: "../x")
        #expect(throws: ComityError(.usage, "")) { try PackageWriter.seal(request, to: folder("p.age")) }
        request.name = "x"
        request.recipients = []
        #expect(throws: ComityError(.usage, "")) { try PackageWriter.seal(request, to: folder("p.age")) }
        #expect(!folder.names.contains { $0.hasPrefix(".partial-") || $0 == "p.age" })
    }

    @Test func anExhibitThatChangesWhileSealed() throws {
        try folder.put("x", [UInt8](repeating: 1, count: 3 << 20))
        let request = try Sample.request([folder("x")], key: key, to: [identity.recipient])
        for text in ["", "longer"] {
            try folder.put("x", [UInt8](repeating: 1, count: 3 << 20))
            let path = folder("x")
            #expect(throws: ComityError(.wrongState, "")) {
                try PackageWriter.seal(request, to: folder("p.age")) { done, total in
                    guard done < total, let handle = FileHandle(forWritingAtPath: path) else { return }
                    if text.isEmpty {
                        try? handle.truncate(atOffset: 2 << 20)
                    } else {
                        _ = try? handle.seekToEnd()
                        try? handle.write(contentsOf: Data(text.utf8))
                    }
                    try? handle.close()
                }
            }
        }
        #expect(folder.names == ["x"])
    }

    @Test func ordinaryProgramsAgree() throws {
        guard has("age", "--version") else {
            print("skipped: age (not installed)")
            return
        }
        let sealed = try seal(sampleInputs())
        try folder.put("key.txt", Array((identity.text + "\n").utf8))
        #expect(try run(["age", "-d", "-i", "key.txt", "-o", "p.tar", sealed.path], in: folder.path).status == 0)
        #expect(try run(["tar", "-xf", "p.tar"], in: folder.path).status == 0)
        for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let check = try run(["sha256sum", "--strict", "-c", list], in: folder("parcel"))
            #expect(check.status == 0, "\(check.output)")
        }
        let verdict = try PackageVerifier.verify(bag: folder("parcel"), trusted: trusted)
        #expect(verdict.isValid, "\(verdict.findings)")
        if has("python3", "-c", "import bagit") {
            let check = try run(["python3", "-W", "ignore", "-m", "bagit", "--validate", "parcel"], in: folder.path)
            #expect(check.status == 0, "\(check.output)")
        } else {
            print("skipped: bagit (not installed)")
        }
        // Theirs: a key of age-keygen, a file of age.
        #expect(try run(["age-keygen", "-o", "theirs.txt"], in: folder.path).status == 0)
        let lines = String(decoding: try contents(folder("theirs.txt")), as: UTF8.self).split(separator: "\n")
        let theirs = try AgeIdentity(String(try #require(lines.last)))
        for size in [0, 1, 65536, 65537, 200_000] {
            try folder.put("plain", [UInt8](repeating: 5, count: size))
            let status = try run(["age", "-r", theirs.recipient.text, "-o", "sealed", "plain"], in: folder.path).status
            #expect(status == 0)
            #expect(try Age.decrypt(contents(folder("sealed")), with: [theirs], limit: size).count == size)
            // In armor, both ways.
            #expect(try run(["age", "-a", "-r", theirs.recipient.text, "-o", "armored", "plain"], in: folder.path).status == 0)
            #expect(try Age.decrypt(contents(folder("armored")), with: [theirs], limit: size).count == size)
            try folder.put("ours", try Age.encrypt([UInt8](repeating: 5, count: size), to: [theirs.recipient], armored: true))
            #expect(try run(["age", "-d", "-i", "theirs.txt", "-o", "back", "ours"], in: folder.path).status == 0)
            // Their program makes no file of nothing.
            if size > 0 { #expect(try contents(folder("back")) == [UInt8](repeating: 5, count: size)) }
            try folder.put("ours", try Age.encrypt([UInt8](repeating: 6, count: size), to: [theirs.recipient]))
            #expect(try run(["age", "-d", "-i", "theirs.txt", "-o", "back", "ours"], in: folder.path).status == 0)
            // age makes no file for empty content.
            if size > 0 { #expect(try contents(folder("back")) == [UInt8](repeating: 6, count: size)) }
            try FileManager.default.removeItem(atPath: folder("sealed"))
        }
    }
}
