// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards
import TestSupport
import Testing

@testable import Transport
@testable import comity

/// Time that is wrong: a certificate that has ended, and clocks that differ.
@Suite struct LinesClockTests {
    @Test func aCertificateInWords() throws {
        let made = try NodeCertificate(commonName: "XB xb-247", now: try Instant("2020-01-02T00:00:00Z"))
        func fault(_ date: TimeInterval) -> String? { NodeCertificate.fault(der: made.der, now: Date(timeIntervalSince1970: date)) }
        let begins: TimeInterval = 1_577_836_800
        #expect(fault(begins) == nil && fault(begins + 3653 * 86_400) == nil)
        #expect(fault(begins - 60) == "is valid only from 2020-01-01T00:00:00Z on; this machine's clock says 2019-12-31T23:59:00Z")
        #expect(fault(begins + 3653 * 86_400 + 60)?.hasPrefix("has expired on 2030-01-01T00:00:00Z; this machine's clock says") == true)
        #expect(NodeCertificate.fault(der: [1, 2, 3]) == "cannot be read")
    }

    /// XB's certificate has ended; XC's begins in a while, as it looks from a machine whose clock is behind.
    @Test(.timeLimit(.minutes(20))) func certificatesOutsideTheirTime() async throws {
        let world = try await LinesWorld(["XA", "XC", "XB"]) { node in
            guard node.state != "XA" else { return }
            // They hold from a day before they are made.
            let soon = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 86_400_000 + 25_000)
            let made = try NodeCertificate(commonName: node.state, now: node.state == "XB" ? try Instant("2010-01-02T00:00:00Z") : soon)
            try made.certificatePEM.write(toFile: node.folder + "/keys/tls.crt", atomically: true, encoding: .utf8)
            try made.keyPEM.write(toFile: node.folder + "/keys/tls.key", atomically: true, encoding: .utf8)
        }
        defer { world.end() }
        try await world.serve()
        let (a, c, b) = (world.nodes[0], world.nodes[1], world.nodes[2])
        let (never, later) = (try await world.sent(a, to: b), try await world.sent(a, to: c))
        var says = ["XB": "", "XC": ""]
        try await world.until("XA has brought XC its act, and has tried XB") {
            for node in [b, c] {
                if let said = try world.line(a, to: node).says, !said.isEmpty { says[node.state] = said }
            }
            return try await !world.acts(later, on: c).isEmpty && says["XB"] != ""
        }
        #expect(says["XB"]?.contains("The certificate of XB, which its directory entry names, has expired on 20") == true, "\(says)")
        #expect(
            says["XC"] == ""
                || says["XC"]?.contains("The certificate of XC, which its directory entry names, is valid only from 20") == true, "\(says)")
        // It stays owed, and XB, whom nobody lets in, says that it is its own certificate.
        #expect(try await world.acts(never, on: b).isEmpty)
        #expect(try await world.status(a, of: b)["acts"]?.integer == 1)
        let asked = try await b.run(["exchange", "status", "XA", "--ask", "--json"]).json()
        #expect(asked.at("0.silent")?.string?.contains("The certificate of this node has expired on 20") == true, "\(asked)")
        #expect(try await world.type(a, ["audit", "check", "--json"]).json()["ok"]?.bool == true)
    }

    @Test(.timeLimit(.minutes(20))) func clocksThatDiffer() async throws {
        let world = try await LinesWorld(["XA", "XB"])
        defer { world.end() }
        try await world.serve()
        let (a, b) = (world.nodes[0], world.nodes[1])
        // Nine minutes are allowed; twelve are not.
        try await world.type(a, ["clock", "set", "2026-11-24T23:30:00Z"])
        try await world.type(b, ["clock", "set", "2026-11-24T23:21:00Z"])
        let near = try await world.sent(a, to: b)
        try await world.drained()
        try await world.type(b, ["clock", "set", "2026-11-24T23:18:00Z"])
        let far = try await world.sent(a, to: b)
        var says = ""
        try await world.until("XA has tried") {
            says = try world.line(a, to: b).says ?? ""
            return !says.isEmpty
        }
        #expect(
            says.contains("The clock of XA is 12 min") && says.contains("ahead of the clock of XB") && says.contains("10 minutes"),
            "\(says)")
        #expect(try await world.acts(far, on: b).isEmpty)
        let quarantine = try await world.type(b, ["quarantine", "list", "--json"]).json()
        #expect(quarantine.array?.count == 1 && quarantine.at("0.code")?.string == "impossible-time", "\(quarantine)")
        // XB sets its clock right: what was owed comes by itself.
        try await world.type(b, ["clock", "set", "2026-11-24T23:31:00Z"])
        try await world.drained()
        try await world.check([(near, [a, b], 1), (far, [a, b], 1)], quarantined: true)
    }
}
