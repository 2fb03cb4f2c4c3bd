// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

func demoDraft(_ name: String) throws -> [String: JSONValue] {
    let path = Shared.repository.appendingPathComponent("Sources/comity/Demo/\(name).yaml").path
    let text = try YAMLText([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), name: name)
    var draft = try #require(text.value.object)
    draft["authority"] = .object(["name": .string("24/7 point"), "contact": .string("+999105550101")])
    return draft
}

@Suite struct LawTests {
    @Test func completeRequestsHaveNoFindings() throws {
        let law = try shippedLaw()
        #expect(law.findings(for: .object(try demoDraft("preservation")), type: "preservation") == [])
        #expect(law.findings(for: .object(try demoDraft("stored-data")), type: "stored-data") == [])
    }

    /// The contents of article 42(3)(a) to (g), each dropped alone.
    @Test(arguments: [
        ("authority", "42(3)(a)", Finding.Level.must), ("offences", "42(3)(b)", .must), ("facts", "42(3)(b)", .must),
        ("data_sought", "42(3)(c)", .must),
        ("link_facts_to_data", "42(3)(c)", .must), ("custodian", "42(3)(d)", .must), ("necessity", "42(3)(e)", .must),
        ("intent_to_send_mla", "42(3)(f)", .must), ("confidentiality", "42(3)(g)", .note),
    ])
    func eachRequiredContent(_ member: String, _ article: String, _ level: Finding.Level) throws {
        var draft = try demoDraft("preservation")
        draft[member] = nil
        let findings = try shippedLaw().findings(for: .object(draft), type: "preservation")
        let finding = try #require(findings.first { $0.article == article })
        #expect(finding.level == level && finding.field.hasPrefix(member))
        #expect(finding.unverified, "no rule of article 42 has been compared with the official text yet")
        #expect(!finding.mend.isEmpty)
    }

    @Test func saidButEmptyIsMissing() throws {
        var draft = try demoDraft("preservation")
        draft["necessity"] = .string("  \n ")
        draft["intent_to_send_mla"] = .object(["stated": .bool(false)])
        let articles = try shippedLaw().findings(for: .object(draft), type: "preservation").filter { $0.level == .must }.map(\.article)
        #expect(articles.contains("42(3)(e)") && articles.contains("42(3)(f)"))
    }

    @Test func allFindingsNeverOnlyTheFirst() throws {
        let findings = try shippedLaw().findings(for: .object([:]), type: "preservation")
        #expect(
            Set(findings.filter { $0.level == .must }.map(\.article)).isSuperset(of: [
                "42(3)(a)", "42(3)(b)", "42(3)(c)", "42(3)(e)", "42(3)(f)",
            ]))
        #expect(findings.map(\.level) == findings.map(\.level).sorted())
    }

    @Test func identifiersAreLookedInto() throws {
        func findings(_ item: [String: JSONValue]) throws -> [Finding] {
            var draft = try demoDraft("preservation")
            draft["identifiers"] = .array([.object(item)])
            return try shippedLaw().findings(for: .object(draft), type: "preservation")
        }
        let endpoint: [String: JSONValue] = [
            "kind": .string("ip_endpoint"), "ip": .string("198.51.100.24"), "port": .integer(51514),
            "at": .string("2026-11-24T16:20:07-03:00"),
        ]
        #expect(try findings(endpoint).isEmpty)
        #expect(
            try findings(endpoint.merging(["ip": .string("198.51.100.256")]) { $1 }).contains {
                $0.rule == "house.identifiers" && $0.level == .must
            })
        #expect(
            try findings(endpoint.merging(["at": .string("2026-11-24T16:20:07")]) { $1 }).contains {
                $0.rule == "house.ip.time" && $0.field == "identifiers.0.at"
            })
        var withoutPort = endpoint
        withoutPort["port"] = nil
        #expect(try findings(withoutPort).map(\.rule) == ["house.ip.port"])
        withoutPort["port_missing_reason"] = .string("the log has none")
        #expect(try findings(withoutPort).isEmpty)
        #expect(try findings(["kind": .string("email"), "value": .string("a@b@c")]).contains { $0.level == .must })
        #expect(try findings(["kind": .string("telepathy")]).contains { $0.level == .must })
    }

    /// What each kind refuses, and what it only doubts.
    @Test(arguments: [
        ("kind: card, number: \"4111111111111111\"", "must", "identifier.card_number"),
        ("kind: card, first6: \"411111\", last4: \"1111\"", "none", "identifier"),
        ("kind: file_hash, algorithm: MD5, value: 900150983cd24fb0d6963f7d28e17f72", "must", "identifier.hash_weak"),
        ("kind: iban, value: GB82WEST12345698765433", "must", "identifier.checksum"),
        ("kind: imei, value: \"490154203237519\"", "must", "identifier.checksum"),
        ("kind: phone, value: \"010 555 0101\"", "should", "identifier.phone_national"),
        ("kind: phone, value: \"+999 10 555 0101\"", "should", "identifier.phone_format"),
        ("kind: domain, value: \"p\u{0430}ypal.example.org\"", "should", "identifier.lookalike"),
        ("kind: account, service: \"a\u{202E}b\", immutable_id: x", "should", "identifier.hidden_characters"),
        (
            "kind: ip_endpoint, ip: 192.0.2.1, port: 1, protocol: tcp, local_time: \"2026-10-25T03:30:00\", zone: Europe/Helsinki", "must",
            "identifier.time_missing"
        ),
        (
            "kind: ip_endpoint, ip: 192.0.2.1, port: 1, protocol: tcp, local_time: \"2026-10-24T03:30:00\", zone: Europe/Helsinki", "none",
            "identifier"
        ),
        (
            "kind: ip_endpoint, ip: 192.0.2.1, port: 1, protocol: tcp, at: \"2026-10-24T03:30:00Z\", precision: PT1M", "should",
            "identifier.precision"
        ),
        ("kind: vessel, imo: 9074729", "none", "identifier"), ("kind: vehicle", "must", "identifier.format"),
        ("kind: telepathy", "must", "identifier.kind"),
    ])
    func identifierKinds(_ item: String, _ level: String, _ code: String) throws {
        var draft = try demoDraft("stored-data")
        draft["identifiers"] = .array([try YAMLText(Array("{\(item)}".utf8), name: "x").value])
        let context = AssessmentContext(
            from: try StateCode("XA"), to: try StateCode("XB"), issuer: "xa-ca", on: try Instant("2026-11-25T00:00:00Z"))
        let found = try shippedLaw().assess(.object(draft), type: "stored-data", context: context).findings.filter {
            $0.code.hasPrefix("identifier")
        }
        if level == "none" {
            #expect(found.isEmpty, "\(found)")
        } else {
            #expect(found.contains { $0.level.rawValue == level && $0.code == code }, "\(found)")
        }
        #expect(found.allSatisfy { !($0.detail ?? "").unicodeScalars.contains("\u{202E}") })
    }

    @Test func aTimeWithoutZoneAnywhereIsNamed() throws {
        var draft = try demoDraft("preservation")
        draft["intent_to_send_mla"] = .object(["stated": .bool(true), "by": .string("2026-12-04T00:00:00")])
        let findings = try shippedLaw().findings(for: .object(draft), type: "preservation")
        #expect(findings.contains { $0.rule == "house.times" && $0.field == "intent_to_send_mla.by" })
    }

    @Test func tenThousandWrongIdentifiersStayReadable() throws {
        var draft = try demoDraft("preservation")
        draft["identifiers"] = .array((0..<10_000).map { .object(["kind": .string("email"), "value": .string("bad \($0)\u{202E}")]) })
        let findings = try shippedLaw().findings(for: .object(draft), type: "preservation")
        #expect(findings.count < 60)
        #expect(findings.contains { $0.detail?.contains("9950 more") == true })
        #expect(findings.allSatisfy { !($0.detail ?? "").unicodeScalars.contains("\u{202E}") })
    }

    @Test func everyRuleHasCitationAndTag() throws {
        let law = try shippedLaw()
        for rule in law.instruments.flatMap(\.rules) {
            #expect(!rule.cite.isEmpty && !rule.says.isEmpty && !rule.mend.isEmpty, "\(rule.id)")
        }
        let clock = try #require(law.clocks(for: "preservation").first { $0.id == "uncc.42.8.minimum" })
        #expect(clock.length.description == "P60D" && clock.heldBy == "stored-data" && clock.tag == .parallel)
        #expect(law.requestType("preservation")?.code == "PRE" && law.requestType("stored-data")?.article == "44")
    }
}
