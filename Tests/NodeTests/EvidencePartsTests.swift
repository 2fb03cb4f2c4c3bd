// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
import Standards
import Testing

@testable import Node

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

    private func facts(_ change: (inout CustodyStep.Facts) throws -> Void = { _ in }) throws -> [CustodyStep] {
        var facts = CustodyStep.Facts(sender: try StateCode("XB"), receiver: try StateCode("XA"), isOutgoing: false)
        facts.isStatementKnown = true
        facts.sealed = ("K-02", try Instant("2026-11-20T18:05:00Z"))
        try change(&facts)
        return CustodyStep.chain(facts)
    }

    @Test func timeBeforeTheSealWithoutARecordIsAGap() throws {
        func collected(_ at: String?) throws -> [CustodyStep] {
            try facts { $0.collected = .init(by: "T-11", at: try at.map { try Instant($0) }, place: "Northgate", tool: "") }
        }
        let late = try collected("2026-11-20T14:45:00Z")
        #expect(late.map(\.kind) == [.collected, .gap, .sealed, .supplied, .arrived, .verified, .received])
        #expect(late[1].length == 200 * 60_000 && late[1].state == .missing)
        #expect(late.dropFirst(3).allSatisfy { $0.state == .waiting })
        #expect(try collected("2026-11-20T17:05:00Z").map(\.kind).contains(.gap) == false, "an hour is no gap")
        #expect(try collected("2026-11-20T17:04:59Z").map(\.kind).contains(.gap))
        let timeless = try collected(nil)
        #expect(timeless[1].kind == .gap && timeless[1].length == nil)
        // Nothing is said of the collecting at all.
        #expect(try facts().first?.kind == .gap)
        // Not verified yet: what the statement says is not known, which is no gap.
        let sealedUp = try facts {
            $0.isStatementKnown = false
            $0.sealed = nil
        }
        #expect(sealedUp.first == CustodyStep(kind: .collected, state: .waiting, who: "", by: nil, at: nil, place: "", length: nil))
    }

    @Test func aFailedVerificationStaysInTheChain() throws {
        let at = try Instant("2026-11-22T01:30:00Z")
        let steps = try facts { $0.verified = ("R-03", at, false) }
        #expect(steps.first { $0.kind == .verified }?.state == .failed)
        let ours = try facts {
            $0.isOutgoing = true
            $0.received = ("D-17", at)
        }
        #expect(ours.map(\.kind) == [.gap, .sealed, .supplied, .received])
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
