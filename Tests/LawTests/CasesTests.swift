// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

/// One of the ten demonstration cases: what the rule check should say about each request.
struct DemoCase {
    static let names = ["01", "02", "04", "05", "06", "07", "08", "10", "11", "12"]

    let name: String
    let root: JSONValue

    init(_ number: String) throws {
        let folder = Shared.repository.appendingPathComponent("Tests/LawTests/Cases").path
        name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix(number) })
        root = try YAMLText([UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))), name: name).value
    }

    var requests: [JSONValue] { root["requests"]?.array ?? [] }

    /// The draft of a request: the members of the case, overlaid by those of the request.
    static func draft(of request: JSONValue, in root: JSONValue) -> JSONValue {
        var members = root.object ?? [:]
        for name in ["requests", "expect", "t0", "format", "id", "summary", "title"] { members[name] = nil }
        for (name, value) in request.object ?? [:] { members[name] = value }
        return .object(members)
    }

    static func type(of request: JSONValue) -> String { (request["type"]?.string ?? "").replacingOccurrences(of: "_", with: "-") }

    /// All findings of a request, for each State it goes to.
    static func findings(_ request: JSONValue, in root: JSONValue, law: Law) throws -> [Finding] {
        let from = request["from"]?.string ?? ""
        let recipients = request["to"]?.array?.compactMap(\.string) ?? [request["to"]?.string ?? ""]
        return try recipients.flatMap { recipient in
            let context = AssessmentContext(
                from: try StateCode(String(from.prefix(2)).uppercased()), to: try StateCode(String(recipient.prefix(2)).uppercased()),
                issuer: from, on: try Instant(root["t0"]?.string ?? ""))
            return law.assess(draft(of: request, in: root), type: type(of: request), context: context).findings
        }
    }

    /// A path of the case as a path of the draft: without the request in front, list items by their place.
    static func path(_ path: String, request: JSONValue, root: JSONValue) -> String {
        var steps = path.split(separator: ".").map(String.init)
        if steps.first == "requests" { steps = Array(steps.dropFirst(2)) }
        var current: JSONValue? = draft(of: request, in: root)
        return steps.map { step in
            if let items = current?.array {
                let index = items.firstIndex { $0["id"]?.string == step || $0["key"]?.string == step } ?? Int(step) ?? 0
                current = items.indices.contains(index) ? items[index] : nil
                return String(index)
            }
            current = current?[step]
            return step
        }.joined(separator: ".")
    }

    static func matches(_ finding: Finding, _ expected: JSONValue, field: String?) -> Bool {
        guard finding.level.rawValue == expected["severity"]?.string, finding.article == expected["article"]?.string else { return false }
        if expected["decision"]?.bool == true, !finding.decision { return false }
        guard let field else { return true }
        return finding.field == field || finding.field.hasPrefix(field + ".")
    }

    /// The value with one path dropped (`to` nil) or set; list items by id, key or place.
    static func changed(_ value: JSONValue, _ path: ArraySlice<String>, to new: JSONValue?) -> JSONValue {
        guard let step = path.first else { return new ?? .null }
        let rest = path.dropFirst()
        if case .array(var items) = value {
            guard let index = items.firstIndex(where: { $0["id"]?.string == step || $0["key"]?.string == step }) ?? Int(step),
                items.indices.contains(index)
            else { return value }
            items[index] = changed(items[index], rest, to: new)
            return .array(items)
        }
        var members = value.object ?? [:]
        members[step] = rest.isEmpty ? new : changed(members[step] ?? .object([:]), rest, to: new)
        return .object(members)
    }
}

@Suite struct CasesTests {
    @Test(arguments: DemoCase.names)
    func everyExpectedFindingIsFound(_ number: String) throws {
        let demo = try DemoCase(number)
        let law = try shippedLaw()
        let expected = demo.root["expect"]?["findings"]?.array ?? []
        #expect(!expected.isEmpty)
        for one in expected {
            let request = try #require(demo.requests.first { $0["key"] == one["request"] })
            let found = try DemoCase.findings(request, in: demo.root, law: law)
            let field = one["field"]?.string.map { DemoCase.path($0, request: request, root: demo.root) }
            #expect(
                found.contains { DemoCase.matches($0, one, field: field) },
                "\(demo.name) \(one["request"]?.string ?? "") \(one["severity"]?.string ?? "") \(one["article"]?.string ?? "") \(field ?? "")"
            )
        }
    }

    /// What was sent in the story may be sent here too, apart from the findings that the case expects.
    @Test(arguments: DemoCase.names)
    func noUnexpectedStop(_ number: String) throws {
        let demo = try DemoCase(number)
        let law = try shippedLaw()
        let expected = demo.root["expect"]?["findings"]?.array ?? []
        for request in demo.requests where request["fate"]?.string == "sent" {
            let found = try DemoCase.findings(request, in: demo.root, law: law).filter { $0.level == .must }
            for finding in found {
                #expect(
                    expected.contains { $0["request"] == request["key"] && DemoCase.matches(finding, $0, field: nil) },
                    "\(demo.name) \(request["key"]?.string ?? "") \(finding.rule) \(finding.field) \(finding.detail ?? "")")
            }
        }
    }

    @Test(arguments: DemoCase.names)
    func everyMutationShowsOrGoes(_ number: String) throws {
        let demo = try DemoCase(number)
        let law = try shippedLaw()
        for mutation in demo.root["expect"]?["mutations"]?.array ?? [] {
            let expected = try #require(mutation["expect"])
            let path = try #require(mutation["drop"]?.string ?? mutation["set"]?["path"]?.string)
            let root = DemoCase.changed(demo.root, path.split(separator: ".").map(String.init)[...], to: mutation["set"]?["to"])
            #expect(root != demo.root)
            let named = path.hasPrefix("requests.") ? String(path.split(separator: ".")[1]) : nil
            var found: [Finding] = []
            for request in root["requests"]?.array ?? [] where named == nil || request["key"]?.string == named {
                found += try DemoCase.findings(request, in: root, law: law)
            }
            if expected["severity"]?.string == "none" {
                #expect(
                    !found.contains { $0.article == expected["article"]?.string && $0.code == expected["code"]?.string },
                    "\(demo.name) \(path)")
            } else {
                #expect(
                    found.contains { DemoCase.matches($0, expected, field: nil) },
                    "\(demo.name) \(path) \(expected["article"]?.string ?? "")")
            }
        }
    }

    @Test func theWayOfTheFalseNewsCaseIsOpenForEvidenceOnly() throws {
        let demo = try DemoCase("12")
        let request = try #require(demo.requests.first)
        let context = AssessmentContext(
            from: try StateCode("XC"), to: try StateCode("XB"), issuer: "xc-ca", on: try Instant("2026-11-08T05:00:00Z"))
        let assessment = try shippedLaw().assess(DemoCase.draft(of: request, in: demo.root), type: "stored-data", context: context)
        #expect(
            assessment.route.open && assessment.route.evidenceOnly && assessment.route.by == .serious && assessment.instrument == "uncc")
        #expect(assessment.isBlocked && assessment.decisions.count >= 3)
        let extradition = try shippedLaw().assess(DemoCase.draft(of: request, in: demo.root), type: "extradition", context: context)
        #expect(!extradition.route.open && extradition.findings.contains { $0.code == "route.not_open" && $0.article == "35(1)(a)" })
    }

    /// One offence of the Convention opens the way for a request, not for every other offence named beside it.
    @Test func anOffenceThatDoesNotOpenTheWayIsNamed() throws {
        let demo = try DemoCase("01")
        let minor: JSONValue = .object([
            "article": .string("serious"), "domestic": .object(["state": .string("XA"), "max_penalty_months": .integer(24)]),
        ])
        var root = demo.root.object ?? [:]
        root["offences"] = .array((root["offences"]?.array ?? []) + [minor])
        let request = try #require(demo.requests.first { $0["key"]?.string == "R3" })
        let found = try DemoCase.findings(request, in: .object(root), law: shippedLaw())
        #expect(found.contains { $0.code == "route.offence_outside" && $0.field == "offences.2" && $0.level == .should })
    }

    /// A person who has decided and said so opens what the screen had closed.
    @Test func aRecordedDecisionSatisfiesTheScreen() throws {
        let demo = try DemoCase("12")
        let decision: JSONValue = .object([
            "outcome": .string("do not send"), "by": .string("XC-L3"), "at": .string("2026-11-09T10:00:00+05:45"),
            "reasons": .string("publication"),
        ])
        let root = DemoCase.changed(demo.root, ["requests", "R1", "screen", "decision"], to: decision)
        let request = try #require(root["requests"]?.array?.first)
        let found = try DemoCase.findings(request, in: root, law: shippedLaw())
        #expect(!found.contains { $0.level == .must })
        let half = DemoCase.changed(root, ["requests", "R1", "screen", "decision", "reasons"], to: .string(" "))
        let again = try DemoCase.findings(try #require(half["requests"]?.array?.first), in: half, law: shippedLaw())
        #expect(again.filter { $0.level == .must && $0.decision }.count == 2)
    }

    @Test func theTreatyBetweenTwoStatesGoverns() throws {
        let law = try shippedLaw()
        let on = try Instant("2026-09-10T16:00:00Z")
        let (xa, xb, xc) = (try StateCode("XA"), try StateCode("XB"), try StateCode("XC"))
        #expect(law.governing(type: "provisional-arrest", from: xa, to: xb, on: on) == "bilateral-xa-xb")
        #expect(law.governing(type: "provisional-arrest", from: xa, to: xc, on: on) == "uncc")
        #expect(law.governing(type: "stored-data", from: xa, to: xc, on: on) == "uncc")
        #expect(law.governing(type: "stored-data", from: xa, to: xb, on: try Instant("2025-12-31T00:00:00Z")) == nil)
        #expect(law.governing(type: "stored-data", from: xa, to: try StateCode("AZ"), on: on) == nil)
        let early = law.assess(
            .object([:]), type: "preservation", context: .init(from: xa, to: xb, issuer: "xa-247", on: try Instant("2025-06-01T00:00:00Z")))
        #expect(early.findings.contains { $0.code == "route.no_instrument" && $0.level == .must } && !early.route.open)
        let clock = try #require(
            law.clocks(for: "provisional-arrest", under: "bilateral-xa-xb").first { $0.id == "xa-xb.provisional-arrest" })
        #expect(clock.length.description == "P40D" && clock.side == "requesting")
        let without = try #require(law.clocks(for: "provisional-arrest").first { $0.id == "uncc.37.10.provisional" })
        #expect(law.length(of: without, for: xc).description == "P20D")
    }
}
