// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node
import Standards
import TestSupport
import Testing

@testable import Desk

@Suite("Desk: forms of acts as data")
struct ActFormsTests {
    private let resources: DeskResources

    init() throws { resources = try DeskResources() }

    private static let hash = String(repeating: "ab", count: 32)

    /// What a form sends for a field, as the body has it. The members that a field also fills in come with it.
    private static func example(_ field: ActField, value: String? = nil) throws -> [String: JSONValue] {
        let moment = JSONValue.string("2026-11-22T06:20:00Z")
        let id = "01a20fdb-02e3-7496-aea6-a70aeabdd859"
        let package: JSONValue = .object([
            "name": .string("a.bag.tar.age"), "size": .integer(9), "digest": .string(hash), "exhibits": .integer(1),
        ])
        let own: JSONValue =
            switch field.kind {
            case .text, .long, .zone, .authority, .rule: .string("words")
            case .choice: .string(value ?? field.values[0])
            case .yesNo, .confirm: .bool(true)
            case .moment: moment
            case .ahead: .string("2099-11-22T06:20:00Z")
            case .grounds, .texts, .questions, .answers, .assets: .array([.string("words")])
            case .package: package
            case .arrived, .hash: .string(hash)
            case .money: .string("100.00")
            case .number: .integer(12)
            case .phone: .string("+999105550101")
            case .act: .string(id)
            case .reference: .string("XA-2026-MLA-000001-I")
            case .hops:
                .array([
                    .object([
                        "hop": .integer(1), "state": .string("XC"), "provider": .string("p"), "address": .string("192.0.2.1"),
                        "port": .integer(443), "at": moment, "asNumber": .integer(64500),
                    ])
                ])
            case .expenses: .array([])
            case .whole: .null
            }
        var members = [field.name: own]
        for name in field.sets {
            switch name {
            case "conditions": members[name] = .array([.string("words")])
            case "exhibits": members[name] = .integer(1)
            case "file": members[name] = .string(id)
            default: Issue.record("no example for \(name)")
            }
        }
        return members
    }

    private func body(_ form: ActForm) throws -> [String: JSONValue] {
        try form.fields.reduce(into: [:]) { $0.merge(try Self.example($1)) { $1 } }
    }

    @Test("every member of every body has a field, and every field is a member", arguments: ActKind.allCases.filter { $0 != .request })
    func members(_ kind: ActKind) throws {
        let form = resources.forms[kind]
        let typed = try Self.decode(ActBody.bodyType(of: kind), .object(try body(form)))
        let mirror = Mirror(reflecting: typed)
        // Who set a rule aside stands in the body only inside a request; in an act of its own that is the author.
        let unasked: Set<String> = kind == .override ? ["by"] : []
        #expect(Set(mirror.children.compactMap(\.label)).subtracting(unasked) == Set(form.members), "\(kind.rawValue)")
        #expect(form.members.count == Set(form.members).count)
        // What the type demands is marked as required, or always filled in.
        for field in form.fields where !field.isRequired {
            var lacking = try body(form)
            lacking[field.name] = nil
            #expect(throws: Never.self, "\(kind.rawValue) \(field.name)") {
                _ = try Self.decode(ActBody.bodyType(of: kind), .object(lacking))
            }
        }
        // Hops and packages carry every member of their types too.
        for child in mirror.children {
            for item in Self.unwrapped(child.value) {
                let inner = Mirror(reflecting: item)
                guard inner.displayStyle == .struct, item is ActBody.Hop || item is ActBody.PackageDescription else { continue }
                #expect(inner.children.allSatisfy { "\($0.value)" != "nil" }, "\(kind.rawValue) \(child.label ?? "")")
            }
        }
    }

    @Test("the request has a row for each member, so that none is forgotten")
    func request() throws {
        let link = ActBody.Request(
            ref: try FileReference("XA-2026-MLA-000001-I"), type: .storedData, title: "", content: .null, links: [])
        #expect(Set(Mirror(reflecting: link).children.compactMap(\.label)) == Set(resources.forms[.request].members))
    }

    @Test("every value of a choice is one of the type, none is missing, and all have words")
    func choices() throws {
        /// Values that a person never chooses: a file that is closed is not running; a package is received as a package.
        let never = ["close outcome": 1, "receive what": 1]
        for kind in ActKind.allCases {
            let form = resources.forms[kind]
            for field in form.fields {
                _ = form.label(field.name, resources.strings)
                _ = form.hint(field, resources.strings)
                for value in field.values {
                    var members = try body(form)
                    members.merge(try Self.example(field, value: value)) { $1 }
                    let typed = try Self.decode(ActBody.bodyType(of: kind), .object(members))
                    let chosen = try #require(Mirror(reflecting: typed).children.first { $0.label == field.name }?.value)
                    let count = try #require(Self.caseCount(of: Self.unwrapped(chosen).first))
                    #expect(
                        field.values.count == count - never["\(kind.rawValue) \(field.name)", default: 0], "\(kind.rawValue) \(field.name)")
                    _ = form.word(field.name, value, resources.strings)
                }
            }
            _ = resources.strings("does.\(kind.rawValue)")
            _ = resources.strings("group.\(form.group.rawValue)")
        }
        for link in ActBody.Link.Relation.allCases { _ = resources.strings("link.\(link.rawValue)") }
        for state in AssetState.allCases { _ = resources.strings("asset.\(state.rawValue)") }
        for kind in [ActField.Kind.package, .arrived, .act, .assets, .grounds, .choice, .yesNo, .confirm] {
            _ = resources.strings("form.none.\(kind.rawValue)")
        }
        for indicator in Authenticity.Indicator.allCases {
            _ = resources.strings("triage.care.\(indicator.rawValue)")
            _ = resources.strings("triage.care.\(indicator.rawValue).says")
        }
        #expect(resources.strings.missing.isEmpty, "\(resources.strings.missing)")
    }

    @Test(
        "a broken file of forms is a clear error at the start",
        arguments: [
            "a: [1", "- a", "unheard: {group: work, members: []}", "ask: {group: nowhere, members: []}", "ask: {group: talk}",
            "ask: {group: talk, members: [{name: a}]}", "ask: {group: talk, members: [{name: a, is: riddle}]}",
            "ask: {group: talk, members: [{name: a, is: choice}]}", "ask: {group: talk, members: [{name: a, is: text, of: [b]}]}",
            "ask: {group: talk, members: []}",
        ])
    func broken(_ yaml: String) {
        #expect(throws: ComityError(.failure, "")) { _ = try ActForms(yaml: yaml) }
    }

    @Test("a moment is read in the zone it was written in")
    func moments() throws {
        func instant(_ day: String, _ month: String, _ year: String, _ time: String, _ zone: String) throws -> String {
            try WrittenMoment(day: day, month: month, year: year, time: time, zone: zone).instant().description
        }
        #expect(try instant("22", "11", "2026", "3:12", "America/Montevideo") == "2026-11-22T03:12:00-03:00")
        #expect(try instant("1", "7", "2026", "03:12:07", "Europe/Helsinki") == "2026-07-01T03:12:07+03:00")
        // The hour that spring takes away does not exist; the one that autumn gives twice is one of the two.
        #expect(throws: WrittenMoment.Fault.missing) { try instant("29", "3", "2026", "03:30", "Europe/Helsinki") }
        #expect(try instant("25", "10", "2026", "03:30", "Europe/Helsinki").hasPrefix("2026-10-25T03:30:00"))
        for (day, month, year, time) in [
            ("31", "2", "2026", "03:12"), ("", "11", "2026", "03:12"), ("22", "11", "26", "03:12"), ("22", "11", "2026", "25:12"),
            ("22", "11", "2026", "312"), ("٢٢", "11", "2026", "03:12"), ("-1", "11", "2026", "03:12"), ("22", "11", "2026", "03:12Z"),
        ] {
            #expect(throws: WrittenMoment.Fault.unreadable, "\(day) \(month) \(year) \(time)") {
                try instant(day, month, year, time, "UTC")
            }
        }
        // Whatever moment is written out is read back.
        var generator = Seeded.fresh()
        for _ in 0..<500 {
            let moment = Instant(milliseconds: Int64.random(in: 0...4_294_967_295, using: &generator) * 1000)
            for zone in ["UTC", "Europe/Helsinki", "America/Montevideo", "Asia/Kathmandu"] {
                let back = try WrittenMoment(moment, zone: zone).instant()
                let distance = abs(back.milliseconds - moment.milliseconds)
                // Equal, but for the hour that comes twice.
                #expect(distance == 0 || distance == 3_600_000, "seed \(generator.seed), \(moment) in \(zone)")
            }
        }
    }

    @Test("money is digits with a point; a comma is refused, never guessed")
    func money() {
        #expect(ActReader.money("1 250.00") == "1250.00")
        #expect(ActReader.money("7") == "7")
        for text in ["1,250.00", "1.250,00", "", ".", "1.", ".5", "-1", "1e3", "٣"] { #expect(ActReader.money(text) == nil, "\(text)") }
    }

    private static func decode(_ type: any ActContent.Type, _ value: JSONValue) throws -> any ActContent {
        func read<Body: ActContent>(_ type: Body.Type) throws -> Body {
            try IJSON.decode(type, from: try IJSON.encode(value), limit: 1 << 20)
        }
        return try read(type)
    }

    /// The value without its optional, or the items of a list.
    private static func unwrapped(_ value: Any) -> [Any] {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.flatMap { unwrapped($0.value) }
        case .collection: return mirror.children.map(\.value)
        default: return [value]
        }
    }

    private static func caseCount(of value: Any?) -> Int? {
        guard let type = value.map({ Swift.type(of: $0) }) as? any CaseIterable.Type else { return nil }
        func count<Cases: CaseIterable>(_ type: Cases.Type) -> Int { type.allCases.count }
        return count(type)
    }
}
