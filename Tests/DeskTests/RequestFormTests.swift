// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Law
import Node
import Standards
import Testing

@testable import Desk

@Suite("Desk: the form of a request as data")
struct RequestFormTests {
    private let forms: FormCatalogue
    private let law: Law
    private let strings: Strings

    init() throws {
        let resources = try DeskResources()
        forms = resources.catalogue
        strings = resources.strings
        law = try Node.loadLaw()
    }

    @Test("each field of each type's template stands in exactly one section", arguments: FileType.allCases)
    func complete(_ type: FileType) throws {
        let sections = forms.sections(for: type.rawValue, law: law)
        let template = law.fields(for: type.rawValue).map(\.path)
        #expect(!template.isEmpty)
        for path in template {
            let first = String(path.split(separator: ".")[0])
            #expect(sections.count { $0.members.contains(first) } == 1, "\(path) of \(type)")
        }
        #expect(Set(sections.map(\.id)).count == sections.count)
        // And the form asks for nothing that neither the template nor a rule knows.
        for section in sections {
            for field in section.fields { #expect(template.contains(field.name) || field.also.contains(type.rawValue), "\(field.name)") }
        }
    }

    @Test("every value of the template's example has a field, so nothing needs a text editor", arguments: FileType.allCases)
    func examples(_ type: FileType) throws {
        let sections = forms.sections(for: type.rawValue, law: law)
        let template = try #require(law.template(type: type.rawValue))
        let lines = template.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("##") }
        let text = lines.map { $0.hasPrefix("# ") ? $0.dropFirst(2) : $0[...] }.joined(separator: "\n")
        let draft = try YAMLText(Array(text.utf8), name: "template").value
        for path in Self.leaves(draft, "") {
            let steps = path.split(separator: ".").map(String.init)
            let field = sections.flatMap(\.fields).first { $0.name == steps[0] }.flatMap { Self.find($0, steps.dropFirst()) }
            #expect(field != nil, "\(path) of \(type)")
        }
    }

    private static func leaves(_ value: JSONValue, _ path: String) -> [String] {
        if let members = value.object { return members.flatMap { leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") } }
        if let rows = value.array, rows.contains(where: { $0.object != nil }) { return rows.flatMap { leaves($0, "\(path).0") } }
        return [path]
    }

    private static func find(_ field: FormField, _ steps: ArraySlice<String>) -> FormField? {
        guard let step = steps.first else { return field }
        if field.kind == .map { return field }
        if field.kind == .repeat, Int(step) != nil { return find(field, steps.dropFirst()) }
        return field.fields.first { $0.name == step }.flatMap { find($0, steps.dropFirst()) }
    }

    @Test("every finding of every rule leads to a section", arguments: FileType.allCases)
    func findings(_ type: FileType) throws {
        let sections = forms.sections(for: type.rawValue, law: law)
        for to in ["XB", "XC"] {
            let context = AssessmentContext(
                from: try StateCode("XA"), to: try StateCode(to), issuer: "xa-247", on: try Instant("2026-11-22T06:00:00Z"))
            let known = Set(sections.flatMap(\.members))
            let wrong = try #require(try Self.wrong().object).filter { known.contains($0.key) }
            for draft in [JSONValue.object([:]), .object(wrong)] {
                for finding in law.assess(draft, type: type.rawValue, context: context).findings where finding.level == .must {
                    let place = forms.place(of: finding.field, in: sections)
                    #expect(place != nil, "\(finding.rule) leads to “\(finding.field)” of \(type)")
                }
            }
        }
    }

    /// A draft in which much is wrong.
    private static func wrong() throws -> JSONValue {
        let text = """
            lang: xx
            authority: {id: nobody, name: x, contact: y}
            offences: [{article: UNCC-7, domestic: {ref: XA-PC-1, max_penalty_months: 1}}]
            identifiers: [{kind: ip_endpoint, ip: 1.2.3}, {kind: iban, value: XX}, {kind: nonsense}, {}]
            data_sought: [{category: ALL, from: yesterday, to: "2026-01-01"}, {}]
            screen: {political: true}
            urgency: {level: urgent, needed_by: "2026-12-20T12:00:00"}
            confidentiality: {requested: true}
            persons: [{role: accused, nationality: XB}]
            """
        return try YAMLText(Array(text.utf8), name: "wrong").value
    }

    @Test("every field, section and choice has its words")
    func words() {
        for section in forms.sections {
            #expect(strings.has("section.\(section.id)"))
            for field in section.fields.flatMap(\.all) {
                #expect(strings.has("field.\(field.key)"), "field.\(field.key)")
                if field.kind == .repeat { #expect(strings.has("field.\(field.key).row"), "field.\(field.key).row") }
            }
        }
        for (list, values) in forms.options {
            for value in values { #expect(strings.has("option.\(list).\(value)"), "option.\(list).\(value)") }
        }
        for field in forms.sections.flatMap(\.fields).flatMap(\.all) where field.isNamedByKind {
            for kind in field.when?.values ?? [] { #expect(strings.has("named.\(kind)"), "named.\(kind)") }
        }
    }

    @Test("every type can be reached from a need, and has its words")
    func chooser() throws {
        let chooser = try DeskResources().chooser
        let reached = Set(chooser.groups.flatMap(\.needs).flatMap { $0.types + [$0.less, $0.first].compactMap { $0 } })
        // The formal request for subscriber information, records and content; emergencies; every type of the law.
        #expect(reached == Set(FileType.allCases.map(\.rawValue)).subtracting([]))
        for group in chooser.groups {
            #expect(strings.has("new.group.\(group.id)"))
            for need in group.needs {
                #expect(strings.has("need.\(need.id)"), "need.\(need.id)")
                if need.less != nil { #expect(strings.has("less.\(need.id)"), "less.\(need.id)") }
                if need.first != nil { #expect(strings.has("first.\(need.id)"), "first.\(need.id)") }
            }
        }
        for type in FileType.allCases { #expect(strings.has("kind.\(type.rawValue)"), "kind.\(type.rawValue)") }
    }

    @Test(
        "a catalogue that is broken is a clear error at the start",
        arguments: [
            "", "sections: []", "sections: [{id: a, fields: []}]", "sections: [{id: check, fields: [{path: a, kind: text}]}]",
            "sections: [{id: a, fields: [{path: a, kind: nonsense}]}]", "sections: [{id: a, fields: [{path: a, kind: group}]}]",
            "sections: [{id: a, fields: [{path: a, kind: text}]}, {id: b, fields: [{path: a, kind: text}]}]",
            "sections: [{id: a, fields: [{path: a, kind: choice, options: missing}]}]",
        ])
    func broken(_ yaml: String) {
        #expect(throws: ComityError(.failure, "")) { _ = try FormCatalogue(yaml: yaml) }
    }
}

@Suite("Desk: a moment in parts")
struct FormMomentTests {
    private let zones = [
        FormZones.Place(zone: "America/Montevideo", label: "ours"), FormZones.Place(zone: "Europe/Helsinki", label: "theirs"),
    ]

    private func typed(_ day: String, _ month: String, _ year: String, _ time: String, _ zone: String) -> FormMoment {
        var moment = FormMoment()
        (moment.day, moment.month, moment.year, moment.time, moment.zone) = (day, month, year, time, zone)
        return moment
    }

    @Test(
        "a clock time becomes the moment it names",
        arguments: [
            ("16:20:07", "America/Montevideo", "2026-11-24T16:20:07-03:00"), ("16:20", "UTC", "2026-11-24T16:20:00Z"),
            ("1620", "+05:45", "2026-11-24T16:20:00+05:45"), ("6:05:09", "Europe/Helsinki", "2026-11-24T06:05:09+02:00"),
            ("16:20:07.250", "UTC", "2026-11-24T16:20:07.250Z"),
        ])
    func moments(_ time: String, _ zone: String, _ expected: String) throws {
        let moment = typed("24", "11", "2026", time, zone)
        #expect(try moment.moment().description == expected)
        // There and back.
        let again = try #require(FormMoment(expected, zones: zones))
        #expect(try again.moment().description == expected)
        #expect(FormMoment(kept: moment.kept) == moment)
    }

    @Test(
        "what is no moment says why",
        arguments: [
            ("31", "2", "2026", "10:00", "UTC", "fault.date.none"), ("", "2", "2026", "10:00", "UTC", "fault.date.parts"),
            ("1", "2", "26", "10:00", "UTC", "fault.date.none"), ("1", "2", "2026", "", "UTC", "fault.time.missing"),
            ("1", "2", "2026", "25:00", "UTC", "fault.time.none"), ("1", "2", "2026", "10:00", "", "fault.zone.missing"),
            ("1", "2", "2026", "10:00", "Mars/Base", "fault.zone.unknown"), ("1", "2", "2026", "10:00", "+99:00", "fault.zone.unknown"),
            ("٣", "2", "2026", "10:00", "UTC", "fault.date.none"), ("-1", "2", "2026", "10:00", "UTC", "fault.date.none"),
            // Helsinki set its clocks forward over this time, and back to live that one twice.
            ("29", "3", "2026", "03:30", "Europe/Helsinki", "fault.local.never"),
            ("25", "10", "2026", "03:30", "Europe/Helsinki", "fault.local.twice"),
        ])
    func faults(_ day: String, _ month: String, _ year: String, _ time: String, _ zone: String, _ key: String) {
        let moment = typed(day, month, year, time, zone)
        do throws(FormMoment.Fault) {
            _ = try moment.moment()
            Issue.record("\(moment) was read")
        } catch { #expect(error.key == key) }
    }

    @Test("a time that was shown twice offers both offsets, and either is a moment")
    func twice() throws {
        var moment = typed("25", "10", "2026", "03:30", "Europe/Helsinki")
        var offsets: [String] = []
        do throws(FormMoment.Fault) { _ = try moment.moment() } catch { offsets = error.offsets }
        #expect(offsets == ["+03:00", "+02:00"])
        for offset in offsets {
            moment.zone = offset
            #expect(try moment.moment().description == "2026-10-25T03:30:00\(offset)")
        }
    }

    @Test("any kept text is read back as it was, and nothing stops the desk")
    func garbage() {
        for seed in 0..<500 as Range<UInt64> {
            var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
            func next(_ bound: Int) -> Int {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return Int(state % UInt64(bound))
            }
            let alphabet = Array("0123456789:-+.TZ \u{202E}ab٣💥")
            func text() -> String { String((0..<next(8)).map { _ in alphabet[next(alphabet.count)] }) }
            let moment = typed(text(), text(), text(), text(), text())
            #expect(FormMoment(kept: moment.kept) == moment, "seed \(seed)")
            if let instant = try? moment.moment() { #expect((try? Instant(instant.description)) == instant, "seed \(seed)") }
            _ = FormMoment(text(), zones: zones)
        }
    }
}
