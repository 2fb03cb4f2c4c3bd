// SPDX-License-Identifier: Apache-2.0

import Court
import Foundation
import Standards
import TestSupport
import Testing

@testable import Node
@testable import Sealing

/// The small rules of evidence: names of exhibits, the chain of custody with its gaps, what may be shown.
@Suite struct EvidencePartsTests {
    @Test func namesOfExhibitsAreMadeHarmless() {
        for (given, safe) in [
            ("log.txt", "log.txt"), ("../../etc/passwd", "passwd"), ("C:\\x\\report.pdf", "report.pdf"), ("..", "exhibit"), ("", "exhibit"),
            (" . a . ", "a"), ("a\u{202E}gpj.exe", "a_gpj.exe"), ("a\nb\u{0}c", "a_b_c"), ("ünï 日本.txt", "ünï 日本.txt"),
            (".hidden", "hidden"),
            ("/", "exhibit"), ("a/", "a"),
        ] { #expect(ExhibitName.safe(given) == safe, "\(given)") }
        let long = ExhibitName.safe(String(repeating: "é", count: 300) + ".tar")
        #expect(long.utf8.count <= 200 && long.hasSuffix("é.tar"))
        #expect(ExhibitName.safe(String(repeating: "e\u{301}", count: 300)).utf8.count <= 200)
        #expect(ExhibitName.numbered("a.tar.gz", 2) == "a.tar (2).gz" && ExhibitName.numbered("a", 3) == "a (3)")
    }

    private func statement(collected: PackageStatement.Collection?) throws -> PackageStatement {
        var id = Seeded(1)
        let fresh = UUIDv7(at: try Instant("2026-11-20T18:05:00Z"), using: &id)
        return PackageStatement(
            v: 1, id: fresh, file: fresh, ref: "XA-2026-MLA-000001-I", from: "XB", to: "XA", authority: "24/7 point of XB",
            authorisation: "Order 12/2026", conditions: [], officer: "K-02", sealedAt: try Instant("2026-11-20T18:05:00Z"), tool: "Comity",
            exercise: true, manifest: "", exhibits: [], collected: collected)
    }

    private func chain(_ statement: PackageStatement?, isOutgoing: Bool = false, _ records: [CustodyStep] = []) throws -> [CustodyStep] {
        CustodyChain(
            sender: try StateCode("XB"), receiver: try StateCode("XA"), isOutgoing: isOutgoing, statement: statement, records: records
        ).steps
    }

    private func note(_ kind: CustodyStep.Kind, _ at: String, by: String) throws -> CustodyStep {
        CustodyStep(kind, .done, who: "X1", by: try StateCode(by), at: try Instant(at))
    }

    @Test func timeBeforeTheSealWithoutARecordIsAGap() throws {
        func collected(_ at: String?) throws -> [CustodyStep] {
            try chain(
                try statement(collected: .init(by: "T-11", at: try at.map { try Instant($0) }, place: "Northgate", tool: "dd 9.5")))
        }
        let late = try collected("2026-11-20T14:45:00Z")
        #expect(late.map(\.kind) == [.collected, .gap, .sealed, .supplied, .arrived, .verified, .received])
        #expect(late[0].tool == "dd 9.5" && late[1].length == 200 * 60_000 && late[1].state == .missing)
        #expect(late.dropFirst(3).allSatisfy { $0.state == .waiting })
        #expect(try collected("2026-11-20T17:05:00Z").map(\.kind).contains(.gap) == false, "an hour is no gap")
        #expect(try collected("2026-11-20T17:04:59Z").map(\.kind).contains(.gap))
        let timeless = try collected(nil)
        #expect(timeless[1].kind == .gap && timeless[1].length == nil)
        // Nothing is said of the collecting at all.
        #expect(try chain(try statement(collected: nil)).first?.kind == .gap)
        // Not verified yet: what the statement says is not known, which is no gap.
        #expect(try chain(nil).first == CustodyStep(.collected, .waiting))
    }

    @Test func aFailedVerificationStaysInTheChain() throws {
        let at = try Instant("2026-11-22T01:30:00Z")
        let steps = try chain(
            try statement(collected: nil), [CustodyStep(.verified, .failed, who: "R-03", by: try StateCode("XA"), at: at)])
        #expect(steps.first { $0.kind == .verified }?.state == .failed)
        let ours = try chain(
            try statement(collected: nil), isOutgoing: true,
            [CustodyStep(.received, .done, who: "D-17", by: try StateCode("XA"), at: at)])
        #expect(ours.map(\.kind) == [.gap, .sealed, .supplied, .received])
    }

    @Test func aNoteStandsWhereItsOwnTimePutsIt() throws {
        let collected = PackageStatement.Collection(by: "T-11", at: try Instant("2026-11-20T15:00:00Z"), place: "Northgate", tool: "")
        // Before the seal it shortens the gap; its two sides are still longer than an hour.
        let early = try chain(try statement(collected: collected), isOutgoing: true, [try note(.copied, "2026-11-20T16:30:00Z", by: "XB")])
        #expect(early.map(\.kind) == [.collected, .gap, .copied, .gap, .sealed, .supplied, .received])
        #expect(early[1].length == 90 * 60_000 && early[3].length == 95 * 60_000)
        // After it, among what the same State did: the other one's clock does not count.
        let records = [
            try note(.supplied, "2026-11-25T12:00:00Z", by: "XB"), try note(.arrived, "2026-11-25T10:00:00Z", by: "XA"),
            try note(.opened, "2026-11-25T11:00:00Z", by: "XA"), try note(.stored, "2026-11-25T10:30:00Z", by: "XA"),
            try note(.examined, "2026-11-25T11:30:00Z", by: "XA"),
        ]
        #expect(
            try chain(try statement(collected: nil), records).map(\.kind)
                == [.gap, .sealed, .supplied, .arrived, .stored, .opened, .examined, .verified, .received])
    }

    @Test func onlyTextAndPicturesAreTold() {
        #expect(PlainText.read(Array("é\n".utf8), isWhole: true) == "é\n")
        #expect(PlainText.read([0x61, 0xC3], isWhole: false) == "a")
        #expect(PlainText.read([0x61, 0xC3], isWhole: true) == nil)
        #expect(PlainText.read([0x61, 0xC3, 0x28, 0x61], isWhole: false) == nil)
        #expect(PlainText.read([UInt8](repeating: 0, count: 100), isWhole: true) == nil)
        #expect(PlainText.read([], isWhole: true) == "")
        #expect(PictureKind.type(of: Array("GIF89a...".utf8)) == "image/gif")
        #expect(PictureKind.type(of: Array("<svg xmlns=".utf8)) == nil && PictureKind.type(of: Array("RIFFxxxxWEBP".utf8)) == nil)
    }
}
