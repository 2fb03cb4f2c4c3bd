// SPDX-License-Identifier: Apache-2.0

import Court
import Dossier
import Exchange
import Foundation
import Sealing
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// What officers note about exhibits, who may, and when no bundle is made.
@Suite struct CustodyNoteTests {
    @Test func whatIsNotedStandsInTheChain() async throws {
        let world = try await CourtWorld()
        let node = world.receiver
        var note = CustodyNote(what: .stored, place: "Evidence room 1", why: "kept for the court")
        note.seal = "B-17"
        note.at = try node.now().adding(milliseconds: -1000)
        try await node.noteCustody(world.ref, package: nil, note, officer: "X1")
        let wrong = world.pair.folder("other")
        try Data("other".utf8).write(to: URL(fileURLWithPath: wrong))
        var measured = CustodyNote(what: .examined, place: "Laboratory 2", why: "examination")
        (measured.exhibits, measured.measured, measured.tool) = ([1], wrong, "hasher 2")
        let differs = try await node.noteCustody(world.ref, package: String(world.package.digest.prefix(8)), measured, officer: "X1")
        #expect(differs.isEqual == false && differs.state == .failed && differs.sha256 == RegisterHash.of(Array("other".utf8)))
        measured.measured = world.pair.folder("exhibits") + "/access.log"
        #expect(try await node.noteCustody(world.ref, package: nil, measured, officer: "X1").isEqual == true)
        let chain = try node.packageView(world.ref, package: world.package.digest, officer: "X1").custody
        #expect(chain.filter(\.isNoted).map(\.kind) == [.stored, .examined, .examined])
        #expect(chain.filter(\.isNoted).map(\.isRemeasured) == [false, true, true])
        #expect(chain.first { $0.kind == .stored }?.seal == "B-17" && chain.first { $0.kind == .verified }?.tool == Version.tool)
        #expect(chain.first { $0.kind == .verified }?.isRemeasured == true)
        let export = try node.custodyExport(world.ref, package: nil, officer: "X1")
        #expect(export.text.contains("DIFFERENT") && export.text.contains("NOT VALID") && export.html.contains("DIFFERENT"))
        // Whoever may not read what was written sees that the chain is whole.
        let auditor = try node.packageView(world.ref, package: world.package.digest, officer: "A1").custody
        #expect(auditor.map(\.kind) == chain.map(\.kind))
        #expect(auditor.allSatisfy { ($0.place + $0.why + $0.seal + $0.tool).isEmpty })
        #expect(try node.audit().ok)
        // Where it was sealed it can be noted too.
        try await world.pair.requested.noteCustody(
            world.ref, package: nil, .init(what: .returned, place: "Northgate", why: "original"), officer: "X1")
        let theirs = try world.pair.requested.packageView(world.ref, package: world.package.digest, officer: "X1").custody
        #expect(theirs.map(\.kind) == [.collected, .gap, .sealed, .supplied, .received, .returned] && theirs[2].index != nil)
    }

    @Test func badNotesAreRefused() async throws {
        let world = try await CourtWorld()
        let node = world.receiver
        let good = CustodyNote(what: .moved, place: "Laboratory 2", why: "examination")
        func refused(_ code: ErrorCode, officer: String = "X1", package: String? = nil, _ change: (inout CustodyNote) -> Void) async {
            var note = good
            change(&note)
            let final = note
            await #expect(throws: ComityError(code, "")) {
                try await node.noteCustody(world.ref, package: package, final, officer: officer)
            }
        }
        await refused(.usage) { $0 = .init(what: .opened, place: "x", why: "y") }
        await refused(.usage) { $0 = .init(what: .moved, place: " ", why: "y") }
        await refused(.usage) { $0 = .init(what: .moved, place: "x", why: "") }
        await refused(.usage) { $0 = .init(what: .moved, place: "a\nb", why: "y") }
        await refused(.usage) { $0 = .init(what: .moved, place: "a\u{202E}b", why: "y") }
        await refused(.usage) { $0 = .init(what: .moved, place: "x", why: String(repeating: "y", count: 501)) }
        await refused(.usage) { $0.tool = String(repeating: "y", count: 121) }
        await refused(.usage) { $0.seal = "\u{0}" }
        await refused(.usage) { $0.at = Instant(milliseconds: Node.realMilliseconds() + 3_600_000) }
        await refused(.usage) { $0.measured = "/etc/hostname" }
        await refused(.notFound) { ($0.exhibits, $0.measured) = ([1], "/nonexistent") }
        await refused(.notFound) { $0.exhibits = [4] }
        await refused(.notFound) { $0.exhibits = [0] }
        await refused(.notFound, package: "ffff") { _ in }
        await refused(.permission, officer: "D3") { _ in }
        await refused(.permission, officer: "A1") { _ in }
        #expect(try node.store.read { try $0.events(of: try #require(try $0.file(world.ref)).id) }.allSatisfy { $0.event != .custodyNoted })
    }

    @Test func whatCannotBeWrittenOutLeavesNothing() async throws {
        let world = try await CourtWorld([("a.jpg", "picture", ["abuse"]), ("b.txt", "text", [])])
        let folder = try TemporaryFolder()
        func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
        await #expect(throws: ComityError(.refusedByRule, "")) { try await world.made(to: folder.path) }
        for officer in ["D3", "A1"] {
            await #expect(throws: ComityError(.permission, "")) { try await world.made(to: folder.path, officer: officer) }
        }
        await #expect(throws: ComityError(.wrongState, "")) {
            try await world.pair.requested.makeCourtBundle(
                world.ref, package: nil, to: folder.path, withFlagged: false, verifier: [], officer: "X1")
        }
        await #expect(throws: ComityError(.notFound, "")) { try await world.made(to: folder("nowhere")) }
        #expect(try left().isEmpty)
        func made() throws -> [RegisterEvent] {
            try world.receiver.store.read { try $0.events(of: try #require(try $0.file(world.ref)).id) }.filter {
                $0.event == .courtBundleMade
            }
        }
        #expect(try made().isEmpty)
        let path = try await world.made(to: folder.path, withFlagged: true)
        #expect(try CourtVerifier.verify(path).isValid)
        #expect(try made().map { $0.detail["flagged"]?.bool } == [true])
        await #expect(throws: ComityError(.alreadyExists, "")) { try await world.made(to: folder.path, withFlagged: true) }
        #expect(try made().count == 1 && left().count == 1)
        // One byte of the sealed package.
        let sealed = "\(world.receiver.folder.incomingPackage(world.package.digest))/\(world.package.name)"
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed)))
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: sealed))
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: ComityError(.verificationFailed, "")) { try await world.made(to: folder.path, withFlagged: true) }
        #expect(try left().isEmpty && made().count == 1)
    }
}
