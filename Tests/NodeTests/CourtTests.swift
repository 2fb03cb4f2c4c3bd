// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Exchange
import Foundation
import Register
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

enum RegisterHash { static func of(_ bytes: [UInt8]) -> String { Hash.of(bytes).description } }

/// A bundle for a court, made by a node and checked without one.
@Suite struct CourtTests {
    private func codes(_ verdict: CourtVerdict) -> Set<String> {
        Set(verdict.findings.map { String($0.prefix { $0 != ":" }) })
    }

    @Test func aBundleIsCheckedWithoutANode() async throws {
        let world = try await CourtWorld.whole.value
        let verdict = try CourtVerifier.verify(world.bundle)
        #expect(verdict.isValid, "\(verdict.sentence) \(verdict.findings)")
        let sealed = try #require(verdict.package?.statement?.sealedAt.utc.prefix(10))
        #expect(
            verdict.sentence == "Valid: all 3 exhibits are as 24/7 point of XB (XB) sealed on \(sealed), and the chain of custody holds.")
        #expect(
            verdict.links.map(\.step.kind)
                == [.collected, .gap, .sealed, .supplied, .arrived, .verified, .received, .opened, .copied, .courtBundleMade])
        let outcomes = verdict.links.map(\.outcome.rawValue)
        #expect(outcomes == ["signed", "gap", "signed"] + [String](repeating: "proven", count: 7))
        let copied = try #require(verdict.links.first { $0.step.kind == .copied }?.step)
        #expect([copied.place, copied.why, copied.tool, copied.seal] == ["Laboratory 2", "working copy", "dd 9.5", "B-0042"])
        #expect(copied.exhibits == [2] && copied.isEqual == true && copied.isRemeasured == true)
        #expect(verdict.exercise && verdict.signers.map(\.state) == ["XA", "XB"])
        #expect(verdict.signers.map(\.fingerprint) == [world.receiver.fingerprint, world.pair.requested.fingerprint])
        #expect(
            verdict.signers.allSatisfy { $0.isConfirmedHere == nil } && verdict.checks.allSatisfy(\.holds) && verdict.checks.count >= 10)
        // A node at hand says whom it has confirmed.
        let here = try CourtVerifier.verify(world.bundle) { world.receiver.trustedEntry($0) }
        #expect(here.isValid && here.signers.allSatisfy { $0.isConfirmedHere == true })
        let stranger = try await NodePair()
        let there = try CourtVerifier.verify(world.bundle) { stranger.requesting.trustedEntry($0) }
        #expect(!there.isValid && codes(there) == ["directory-bad"])
    }

    /// What somebody changes on the way, and what the State that made it could have written itself.
    @Test(
        arguments: [
            ("flip a byte of an exhibit", ["exhibit-changed"], "Not valid: exhibit 2, data/mail.mbox, was changed."),
            (
                "rename an exhibit", ["exhibit-missing", "exhibit-unexpected"],
                "Not valid: exhibit 1, data/access.log, is missing; so with 1 more, see the list."
            ),
            ("swap two lines of the manifest", ["manifest-differs", "tag-changed"], "Not valid: manifest-sha256.txt: expected"),
            ("drop an entry", ["custody-dropped"], "Not valid: link 8 of the chain of custody (opened, "),
            ("drop a link", ["custody-dropped"], "Not valid: Entry "),
            ("forge a link", ["custody-dropped"], "Not valid: link 6 of the chain of custody (verified, "),
            ("forge the collecting", ["custody-dropped"], "Not valid: link 1 of the chain of custody (collected, "),
            ("change an event", ["custody-entry-changed"], "Not valid: link 8 of the chain of custody (opened, "),
            ("change an act", ["custody-entry-changed"], "Not valid: link 4 of the chain of custody (supplied, "),
            ("change a proof", ["custody-entry-unproven"], "Not valid: link 8 of the chain of custody (opened, "),
            ("give an entry twice", ["custody-entry-unproven"], "Not valid: Entry "),
            ("change a signature", ["custody-signature-bad"], "Not valid: link 4 of the chain of custody (supplied, "),
            ("change the checkpoint", ["checkpoint-bad"], "Not valid: The checkpoint is not signed by "),
            ("another register key", ["checkpoint-bad"], "Not valid: The key of the register is not the one in the directory entry of XA."),
            ("another package", ["custody-other-package"], "Not valid: custody.json is about the package 0000"),
            (
                "an entry about something else", ["custody-other-package"],
                "Not valid: Entry 0 of the register (event) is about another package"
            ),
            ("change a receipt", ["receipt-bad"], "Not valid: The receipt for the act "),
            (
                "damage a directory entry", ["directory-bad", "signature-bad", "signer-unknown", "custody-signature-bad", "receipt-bad"],
                "Not valid: The directory entry 2 in custody.json "
            ),
            ("garbage for custody", ["bundle-changed", "bundle-unsigned", "signer-unknown"], "Not valid: "),
        ] as [(String, Set<String>, String)])
    func everyChangeHasItsCode(_ name: String, _ expected: Set<String>, _ sentence: String) async throws {
        let world = try await CourtWorld.whole.value
        for resigned in [false, true] {
            let (verdict, _) = try world.changed(resigned: resigned) { try change(name, $0, world) }
            let outer: Set<String> = ["bundle-changed"]
            let found = codes(verdict)
            #expect(!verdict.isValid, "\(name)")
            #expect(
                found.subtracting(outer).isSubset(of: expected) && !found.isDisjoint(with: expected),
                "\(name) \(resigned): \(verdict.findings)")
            #expect(resigned || name.contains("exhibit") || !found.isDisjoint(with: outer), "\(name): \(verdict.findings)")
            #expect(verdict.sentence.hasPrefix(sentence), "\(name): \(verdict.sentence)")
            #expect(verdict.checks.contains { !$0.holds }, "\(name)")
        }
    }

    /// The bundle names the States that have cosigned the register, and every line of theirs is checked.
    @Test func otherStatesHaveSeenTheRegister() async throws {
        let world = try await CourtWorld.whole.value
        let (whole, _) = try world.changed { _ in }
        #expect(whole.isValid && whole.cosigners.map(\.state) == [world.pair.requested.state], "\(whole.findings)")
        // All but the making of the bundle itself.
        let document = try IJSON.decode(
            JSONValue.self, from: try Data(contentsOf: .init(fileURLWithPath: world.bundle + "/custody.json")), limit: 1 << 24)
        let all = document["entries"]?.array?.count ?? 0
        #expect(
            whole.checks.contains { $0.result.hasPrefix("XB cosigned ") && $0.proves.hasPrefix("\(all - 1) of \(all) acts and events") },
            "\(whole.checks.map(\.proves))")
        func refused(_ words: String, _ change: @escaping (ChangedBundle) throws -> Void) throws {
            let (verdict, _) = try world.changed(resigned: true, change)
            #expect(codes(verdict) == ["checkpoint-bad"] && verdict.sentence.contains(words), "\(words): \(verdict.findings)")
            #expect(!verdict.isValid && verdict.checks.contains { !$0.holds })
        }
        func line(_ note: JSONValue, _ change: (inout [UInt8]) -> Void) -> JSONValue {
            var lines = (note.string ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            var parts = lines[lines.count - 2].split(separator: " ").map(String.init)
            var blob = Base64.decode(parts[2]) ?? []
            change(&blob)
            parts[2] = Base64.encode(blob)
            lines[lines.count - 2] = parts.joined(separator: " ")
            return .string(lines.joined(separator: "\n"))
        }
        try refused("The cosignature of XB does not hold") { bundle in
            // Another time than the one that was signed.
            try bundle.custody("register.cosigned") { note in line(note) { $0[11] ^= 1 } }
        }
        try refused("does not extend") { try $0.custody("register.consistency") { _ in .array([]) } }
        try refused("does not extend") { bundle in
            try bundle.custody("register.consistency.0") { _ in .string(String(repeating: "ab", count: 32)) }
        }
        // The line of a stranger says nothing.
        let (unknown, _) = try world.changed(resigned: true) { bundle in
            try bundle.custody("register.cosigned") { note in line(note) { $0[0] ^= 1 } }
        }
        #expect(unknown.isValid && unknown.cosigners.isEmpty)
    }

    private func change(_ name: String, _ bundle: ChangedBundle, _ world: CourtWorld) throws {
        let own = world.receiver.state
        let data = "bag/\(bundle.bag)/data"
        func entry(_ kind: String) throws -> Int {
            let document = try IJSON.decode(JSONValue.self, from: try bundle.read("custody.json"), limit: 1 << 24)
            return try #require(
                document["entries"]?.array?.firstIndex { item in
                    let bytes = Base64.urlDecode(item["bytes"]?.string ?? "") ?? []
                    let record = try? CustodyRecord(item["kind"]?.string == "act" ? .act : .event, bytes, index: nil, own: own)
                    return record?.step?.kind.rawValue == kind
                })
        }
        func flipped(_ value: JSONValue) -> JSONValue {
            var bytes = Base64.urlDecode(value.string ?? "") ?? []
            bytes[bytes.count / 2] ^= 1
            return .string(Base64.urlEncode(bytes))
        }
        switch name {
        case "flip a byte of an exhibit":
            var bytes = try bundle.read("\(data)/mail.mbox")
            bytes[3] ^= 1
            try bundle.write(bytes, "\(data)/mail.mbox")
        case "rename an exhibit":
            try FileManager.default.moveItem(atPath: "\(bundle.path)/\(data)/access.log", toPath: "\(bundle.path)/\(data)/b.log")
        case "swap two lines of the manifest":
            let path = "bag/\(bundle.bag)/manifest-sha256.txt"
            var lines = try bundle.read(path).split(separator: 0x0A)
            lines.swapAt(0, 1)
            try bundle.write(Array(lines.joined(separator: [0x0A])) + [0x0A], path)
        case "drop an entry":
            let index = try entry("opened")
            try bundle.custody("entries") { .array($0.array?.enumerated().filter { $0.offset != index }.map(\.element) ?? []) }
        case "drop a link": try bundle.custody("strip") { .array(Array($0.array?.filter { $0["kind"]?.string != "opened" } ?? [])) }
        case "forge a link": try bundle.custody("strip.5.who") { _ in .string("X9") }
        case "forge the collecting": try bundle.custody("strip.0.place") { _ in .string("Southgate") }
        case "change an event": try bundle.custody("entries.\(try entry("opened")).bytes", flipped)
        case "change an act":
            try bundle.custody("entries.\(try entry("supplied")).bytes") { value in
                var jws = try IJSON.decode(JSONValue.self, from: Base64.urlDecode(value.string ?? "") ?? [], limit: 1 << 24)
                try jws.replace(["payload"]) { payload in
                    let text = String(decoding: Base64.urlDecode(payload.string ?? "") ?? [], as: UTF8.self)
                    return .string(Base64.urlEncode(Array(text.replacing("\"X1\"", with: "\"X2\"").utf8)))
                }
                return .string(Base64.urlEncode(try IJSON.encode(jws)))
            }
        case "change a proof":
            try bundle.custody("entries.\(try entry("opened")).proof.0") { _ in .string(String(repeating: "ab", count: 32)) }
        case "give an entry twice": try bundle.custody("entries") { .array(($0.array ?? []) + [$0.array?[0] ?? .null]) }
        case "change a signature":
            try bundle.custody("entries.\(try entry("supplied")).bytes") { value in
                var jws = try IJSON.decode(JSONValue.self, from: Base64.urlDecode(value.string ?? "") ?? [], limit: 1 << 24)
                try jws.replace(["signatures", "0", "signature"], flipped)
                return .string(Base64.urlEncode(try IJSON.encode(jws)))
            }
        case "change the checkpoint":
            try bundle.custody("register.checkpoint") { note in
                var lines = (note.string ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                lines[1] = "\((Int(lines[1]) ?? 0) + 1)"
                return .string(lines.joined(separator: "\n"))
            }
        case "another register key":
            let other = try NoteSigner(name: "comity/XA/xa-247", seed: NoteSigner.newSeed())
            let head = try world.receiver.store.publish()
            try bundle.custody("register") { _ in
                .object([
                    "origin": .string("comity/XA/xa-247"), "key": .string(other.verifier.description),
                    "checkpoint": .string(try head.checkpoint.signed(by: other).description),
                ])
            }
        case "another package": try bundle.custody("package") { _ in .string(String(repeating: "0", count: 64)) }
        case "an entry about something else":
            let added = try world.receiver.store.read { reader -> JSONValue in
                let row = try #require(try reader.entries(before: 1, what: nil, file: nil, limit: 1).first)
                let head = try world.receiver.store.publish()
                let proof = try MerkleTree.inclusionProof(index: 0, size: head.checkpoint.size, reading: reader.node)
                return .object([
                    "index": .integer(0), "kind": .string("event"), "hash": .string(Hex.encode(row.content)),
                    "bytes": .string(Base64.urlEncode(row.bytes)), "proof": .array(proof.map { .string("\($0)") }),
                ])
            }
            try bundle.custody("entries") { .array([added] + ($0.array ?? [])) }
        case "change a receipt": try bundle.custody("receipts.0.index") { .integer(($0.integer ?? 0) + 1) }
        case "damage a directory entry": try bundle.custody("directory.1", flipped)
        case "garbage for custody": try bundle.write(Array("{".utf8), "custody.json")
        default: Issue.record("no such change: \(name)")
        }
    }

    @Test func aFileThatIsChangedMissingOrAddedIsNamed() async throws {
        let world = try await CourtWorld.whole.value
        for (name, code) in [
            ("custody.html", "bundle-changed"), ("custody.jsonld", "bundle-changed"), ("verify.html", "bundle-changed"),
            ("VERIFY.txt", "bundle-changed"),
        ] {
            let (verdict, _) = try world.changed { try $0.write(try $0.read(name) + [0x20], name) }
            #expect(codes(verdict) == [code] && verdict.sentence.hasPrefix("Not valid: \(name) was changed"), "\(verdict.findings)")
            let (gone, _) = try world.changed { try $0.remove(name) }
            #expect(codes(gone) == ["bundle-missing"] && gone.sentence == "Not valid: \(name) is missing.", "\(gone.findings)")
        }
        let (added, _) = try world.changed { try $0.write([1], "custody2.html") }
        #expect(codes(added) == ["bundle-changed"] && added.sentence.contains("custody2.html was added"))
        let (linked, _) = try world.changed {
            try FileManager.default.createSymbolicLink(atPath: "\($0.path)/x", withDestinationPath: "/etc/passwd")
        }
        #expect(codes(linked) == ["bundle-changed"], "\(linked.findings)")
        let (unsigned, folder) = try world.changed { try $0.remove("bundle.jws") }
        #expect(codes(unsigned) == ["bundle-unsigned"] && CourtVerifier.isBundle(folder("copy")))
        let (bagless, _) = try world.changed { try $0.remove("bag/\($0.bag)") }
        #expect(codes(bagless) == ["bundle-missing"] && !bagless.isValid && bagless.package == nil, "\(bagless.findings)")
        let (forged, _) = try world.changed { try $0.resign(.generate()) }
        #expect(codes(forged) == ["bundle-unsigned"])
        // Another State's entry in the place of the one that was there: whole, and of somebody else.
        let stranger = try await NodePair()
        let own = try stranger.requesting.directoryEntry()
        let (other, _) = try world.changed { try $0.custody("directory.0") { _ in .string(Base64.urlEncode(own)) } }
        #expect(codes(other).isSuperset(of: ["bundle-unsigned", "checkpoint-bad"]), "\(other.findings)")
        #expect(!CourtVerifier.isBundle("\(world.bundle)/bag/\(world.bag)"))
    }

    /// Whatever one byte of the small files becomes, nothing crashes and nothing changed is called valid.
    @Test func noByteCanBeChanged() async throws {
        let world = try await CourtWorld.whole.value
        var generator = Seeded.fresh()
        let folder = try TemporaryFolder()
        let copy = ChangedBundle(path: folder("copy"), bag: world.bag)
        try FileManager.default.copyItem(atPath: world.bundle, toPath: copy.path)
        for name in ["bundle.jws", "custody.json", "custody.html", "bag/\(world.bag)/comity/statement.jws"] {
            let bytes = try copy.read(name)
            for _ in 0..<60 {
                var changed = bytes
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                changed[place] ^= UInt8.random(in: 1...255, using: &generator)
                try copy.write(changed, name)
                #expect(try !CourtVerifier.verify(copy.path).isValid, "\(name) byte \(place), seed \(generator.seed)")
            }
            try copy.write(bytes, name)
        }
        #expect(try CourtVerifier.verify(copy.path).isValid)
    }

    @Test func theChainReadsTheSameOfflineAndCaseTakesIt() async throws {
        let world = try await CourtWorld.whole.value
        let verdict = try CourtVerifier.verify(world.bundle)
        let export = try world.receiver.custodyExport(world.ref, package: nil, officer: "X1")
        #expect(try IJSON.encode(export.steps.filter { $0.state != .waiting }) == IJSON.encode(verdict.steps))
        for word in ["EXERCISE", "copied", "why: working copy", "with dd 9.5", "seal B-0042", "exhibit 2", "hashed again, the same"] {
            #expect(export.text.contains(word), "\(word)")
        }
        let page = try String(contentsOfFile: "\(world.bundle)/custody.html", encoding: .utf8)
        #expect(page.contains("Laboratory 2") && page.contains("EXERCISE") && !page.contains("<script") && page.contains("note é 50%.txt"))
        let tool = Shared.repository.appendingPathComponent(".venv/bin/case_validate").path
        guard FileManager.default.isExecutableFile(atPath: tool) else { return print("skipped: case_validate (not installed)") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = ["\(world.bundle)/custody.jsonld"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func theInstructionsWork() async throws {
        let world = try await CourtWorld.whole.value
        let python = Shared.repository.appendingPathComponent(".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else { return print("skipped: python (no .venv)") }
        let text = try String(contentsOfFile: "\(world.bundle)/VERIFY.txt", encoding: .utf8)
        let script = try #require(text.components(separatedBy: "-- check.py\n").last?.components(separatedBy: "\n-----").first)
        let path = world.pair.folder("check.py")
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        func run(_ folder: String) throws -> (status: Int32, output: String) {
            let process = Process()
            let pipe = Pipe()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c",
                "cd '\(folder)/bag/\(world.bag)' && sha256sum --quiet -c tagmanifest-sha256.txt && cd ../.. && '\(python)' '\(path)' 2>&1",
            ]
            process.standardOutput = pipe
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, output)
        }
        let good = try run(world.bundle)
        #expect(good.status == 0 && good.output.contains("all that was checked here holds"), "\(good.output)")
        #expect(good.output.contains(world.receiver.fingerprint) && good.output.contains("copied"))
        for name in [
            "change an event", "change an act", "change a proof", "change a signature", "change the checkpoint", "another register key",
        ] {
            for resigned in [false, true] {
                let (_, folder) = try world.changed(resigned: resigned) { try change(name, $0, world) }
                #expect(try run(folder("copy")).status != 0, "\(name)")
            }
        }
    }
}
