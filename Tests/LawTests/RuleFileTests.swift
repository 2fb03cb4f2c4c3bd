// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import Standards
import TestSupport
import Testing

@Suite struct RuleFileTests {
    private let instrument = "id: t\ntitle: T\nversion: \"1\"\nsource: S\n"

    private func faults(_ rules: String) -> [LawErrors.Fault] {
        let texts: [Law.SourceText] = [
            .init(path: "t/instrument.yaml", bytes: Array(instrument.utf8)), .init(path: "t/rules.yaml", bytes: Array(rules.utf8)),
        ]
        do throws(LawErrors) {
            _ = try Law(reading: texts)
            return []
        } catch { return error.faults }
    }

    private let head = "article: \"1\"\ntitle: X\ntypes:\n  - {id: a, code: AAA, title: A, tag: V}\n"

    @Test func soundFileHasNoFault() {
        #expect(
            faults(head + "rules:\n  - {id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}\n").isEmpty
        )
    }

    @Test func rulesOfRetentionAreRead() throws {
        let sound = "retention:\n  - {id: r, cite: \"1\", tag: D, applies: {type: all}, states: [closed], after: P10D, says: S}\n"
        #expect(faults(head + sound).isEmpty)
        for (from, to, says) in [
            ("[closed]", "[open]", "not a state"), ("[closed]", "[]", "are missing"), ("P10D", "ten days", "not a duration"),
            ("says: S", "sais: S", "sais"),
            ("type: all", "type: b", "unknown type"), ("tag: D", "tag: Q", "verification tag"), ("P10D", "PT0S", "zero"),
        ] {
            let found = faults(head + sound.replacing(from, with: to))
            #expect(found.contains { $0.says.contains(says) && $0.line == 6 }, "\(to): \(found)")
        }
    }

    @Test func unknownKeyIsNamedWithItsLine() {
        let found = faults(
            head
                + "rules:\n  - id: r\n    cite: \"1\"\n    tag: V\n    applies: {type: a}\n    level: must\n    neds: x\n    says: S\n    mend: M\n"
        )
        #expect(found.contains { $0.line == 11 && $0.says.contains("neds") && $0.path == "t/rules.yaml" })
    }

    @Test(arguments: [
        ("{id: r, cite: \"1\", tag: Q, applies: {type: a}, level: must, needs: x, says: S, mend: M}", "Q"),
        ("{id: r, cite: \"1\", tag: V, applies: {type: a}, level: perhaps, needs: x, says: S, mend: M}", "level"),
        ("{id: r, cite: \"1\", tag: V, applies: {type: nowhere}, level: must, needs: x, says: S, mend: M}", "nowhere"),
        ("{id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, check: conjure, says: S, mend: M}", "conjure"),
        ("{id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, says: S, mend: M}", "needs"),
        ("{id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: {maybe: x}, says: S, mend: M}", "maybe"),
        ("{id: r, tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}", "cite"),
        ("{id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: {all: []}, says: S, mend: M}", "all"),
    ])
    func eachFaultIsSaid(_ rule: String, _ word: String) {
        #expect(faults(head + "rules:\n  - \(rule)\n").contains { $0.says.contains(word) })
    }

    @Test func allFaultsNotOnlyTheFirst() {
        let found = faults(head + "rules:\n  - {id: r, tag: Q, applies: {type: a}, level: must, needs: x, says: S, mend: M, extra: 1}\n")
        #expect(found.count >= 3)
    }

    @Test(arguments: ["P0D", "P1Y", "soon", "P60D, remind: [P90D]"])
    func clocksThatMakeNoSense(_ length: String) {
        let clock =
            "clocks:\n  - {id: c, cite: \"1\", tag: V, applies: {type: a}, starts: preserve.effective, length: \(length), at_end: lapse, says: S}\n"
        #expect(!faults(head + clock).isEmpty)
    }

    @Test func twoRulesWithOneId() {
        let rule = "  - {id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}\n"
        #expect(faults(head + "rules:\n" + rule + rule).contains { $0.says.contains("twice") })
    }

    @Test func rulesThatExtendEachOtherInACircle() {
        let rules =
            "rules:\n  - {id: r, extends: s, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}\n"
            + "  - {id: s, extends: r, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}\n"
            + "  - {id: t, extends: nothing, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}\n"
        let found = faults(head + rules)
        #expect(found.contains { $0.says.contains("circle") && $0.line == 6 && $0.path == "t/rules.yaml" })
        #expect(found.contains { $0.says.contains("nothing") && $0.line == 8 })
    }

    @Test func anExtendedRuleTakesOverWhatItDoesNotSay() throws {
        let rules =
            "rules:\n  - {id: r, cite: \"1\", tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}\n  - {id: s, extends: r, level: note, tells: y}\n"
        let law = try Law(reading: [
            .init(path: "t/instrument.yaml", bytes: Array(instrument.utf8)), .init(path: "t/rules.yaml", bytes: Array((head + rules).utf8)),
        ])
        #expect(law.findings(for: .object([:]), type: "a").map(\.rule) == ["r", "s"])
        #expect(law.findings(for: .object([:]), type: "a").map(\.field) == ["x", "y"])
    }

    @Test func typesThatFollowEachOtherInACircle() {
        let types =
            "article: \"1\"\ntitle: X\ntypes:\n  - {id: a, code: AAA, title: A, tag: V, follows: [b]}\n  - {id: b, code: BBB, title: B, tag: V, follows: [a]}\n  - {id: c, code: ccc, title: C, tag: V, follows: [z]}\n"
        let found = faults(types)
        #expect(found.contains { $0.says.contains("circle") && $0.line == 4 })
        #expect(found.contains { $0.says.contains("“z”") && $0.line == 6 } && found.contains { $0.says.contains("capital") })
    }

    /// An instrument that lists its articles lists them all, each with rows or a reason, and cites no other.
    @Test func articlesAreComplete() {
        let texts: [Law.SourceText] = [
            .init(path: "t/instrument.yaml", bytes: Array((instrument + "article_count: 4\n").utf8)),
            .init(
                path: "t/rules.yaml",
                bytes: Array(
                    """
                    articles:
                      - {article: 1, title: One, tag: V}
                      - {article: 2, title: Two, tag: V, why_none: nothing}
                      - article: 4
                        title: Four
                        tag: V
                        types: [{id: a, code: AAA, title: A, tag: V}]
                        rules:
                          - {id: r, cite: 9(1), tag: V, applies: {type: a}, level: must, needs: x, says: S, mend: M}
                      - {article: 7, title: Seven, tag: V, why_none: nothing}

                    """.utf8)),
        ]
        var found: [LawErrors.Fault] = []
        do throws(LawErrors) { _ = try Law(reading: texts) } catch { found = error.faults }
        for word in ["Article 3 is missing", "Article 7 is not one of", "Article 1 has neither", "names article 9"] {
            #expect(found.contains { $0.says.contains(word) }, "\(word)")
        }
        #expect(found.contains { $0.says.contains("names article 9") && $0.line == 9 })
    }

    @Test(arguments: [
        ("working_days: 0", "whole number"), ("working_days: 5, length: P1D", "either"), ("length: P1D, paused_by: [ask]", "resumed"),
        ("length: P1D, side: both", "side"), ("length: P1D, calendar: working", "working"), ("length: P1D, held_by: {received: q}", "“q”"),
        ("length: P1D, starts_side: both", "side"), ("length: P1D, stopped_by: [supply.last.one]", "supply.last.one"),
        ("length: P1D, ended_by: [.last]", "“.last”"),
    ])
    func clocksThatContradictThemselves(_ members: String, _ word: String) {
        let clock =
            "clocks:\n  - {id: c, cite: \"1\", tag: V, applies: {type: a}, starts: preserve.effective, \(members), at_end: lapse, says: S}\n"
        #expect(faults(head + clock).contains { $0.says.contains(word) }, "\(faults(head + clock))")
    }

    @Test func aClockDueInTheDraftAndItsLevels() {
        func lines(_ members: [String]) -> [LawErrors.Fault] {
            let fields = "fields:\n  - {path: urgency, applies: {type: a}, says: S}\n"
            let first =
                "clocks:\n  - id: c\n    cite: \"1\"\n    tag: V\n    applies: {type: a}\n    starts: request.at\n    at_end: overdue\n    says: S\n"
            return faults(head + fields + first + members.map { "    \($0)\n" }.joined())
        }
        #expect(lines(["due: {field: urgency.needed_by}", "remind: [P900D]"]).isEmpty)
        #expect(
            lines([
                "length: PT30M", "side: requested", "escalate:", "  - {after: PT30M, tell: supervisor}", "  - {after: P2D, tell: head}",
            ]).isEmpty)
        // The rows above end with line 14.
        for (members, line, word) in [
            (["due: {field: urgeny.needed_by}"], 15, "urgeny"), (["due: {fild: urgency}"], 15, "fild"),
            (["due: urgency"], 15, "list of names"),
            (["due: {field: urgency.*.x}"], 15, "list"), (["due: {field: urgency}", "length: P1D"], 16, "no “length”"),
            (["due: {field: urgency}", "working_days: 2"], 16, "no “working_days”"),
            (["length: P1D", "side: requested", "escalate: [{after: PT1H, tell: nobody}]"], 17, "nobody"),
            (["length: P1D", "side: requested", "escalate: [{after: soon, tell: head}]"], 17, "soon"),
            (
                ["length: P1D", "side: requested", "escalate:", "  - {after: PT2H, tell: head}", "  - {after: PT1H, tell: head}"], 19,
                "later"
            ),
            (["length: P1D", "escalate: [{after: PT1H, tell: head}]"], 16, "side"),
            (["working_days: 2", "side: requested", "escalate: [{after: PT1H, tell: head}]"], 17, "length"),
            (["length: P1D", "side: requested", "escalate: [{after: PT1H, tel: head}]"], 17, "tel"),
        ] as [([String], Int, String)] {
            let found = lines(members)
            #expect(found.contains { $0.line == line && $0.says.contains(word) }, "\(members): \(found)")
        }
    }

    @Test(arguments: [
        ("grounds:\n  - {id: g, cite: \"1\", tag: V, applies: {type: a}, for: [forget], says: S}\n", "forget"),
        ("grounds:\n  - {id: g, cite: \"1\", tag: V, applies: {type: a}, for: [refuse], requires: [luck], says: S}\n", "luck"),
        ("duties:\n  - {id: d, cite: \"1\", tag: V, applies: {type: a}, side: nobody, says: S}\n", "side"),
        ("rules: 5\n", "list"),
    ])
    func otherRowsAreReadStrictly(_ rows: String, _ word: String) { #expect(faults(head + rows).contains { $0.says.contains(word) }) }

    @Test func aProfileIsReadStrictly() throws {
        let profile = """
            state: XD
            source: test
            names: {en: Test}
            colour: red
            bound_by: [{instrument: t, from: "2026-01-01"}]
            time_zone: Mars/Base
            working_hours: {days: [mon, noday], from: "09:00", to: "08:00"}
            holidays: [{date: "2026-02-31", name: X}, {date: "2026-01-01", name: X}, {date: "2026-01-01", name: Y}]
            authorities: [{id: a, kind: k, name: N}, {id: a, kind: k, name: N}]

            """
        let texts: [Law.SourceText] = [
            .init(path: "t/instrument.yaml", bytes: Array(instrument.utf8)), .init(path: "t/rules.yaml", bytes: Array(head.utf8)),
            .init(path: "states/XD.yaml", bytes: Array(profile.utf8)),
            .init(path: "states/XE.yaml", bytes: Array("state: XF\nsource: s\n".utf8)),
        ]
        var found: [LawErrors.Fault] = []
        do throws(LawErrors) { _ = try Law(reading: texts) } catch { found = error.faults }
        for word in ["colour", "2026-01-01", "noday", "Mars/Base", "2026-02-31", "twice", "XF"] {
            #expect(found.contains { $0.path.hasPrefix("states/") && $0.says.contains(word) }, "\(word)")
        }
        #expect(found.contains { $0.says.contains("colour") && $0.line == 4 })
    }

    @Test(arguments: [
        "a: *x", "a: 1\na: 2", "\u{0}", "a: [1", "{",
        "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - 1",
        "", "%YAML 9.9\n---\na: 1",
    ])
    func badYAMLIsAnErrorNotACrash(_ text: String) {
        #expect(throws: ComityError(.malformedInput, "")) { try YAMLText(Array(text.utf8), name: "x") }
    }

    /// Ten lines that would unfold into ten thousand million values.
    @Test func aliasesCannotExplode() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        #expect(throws: ComityError(.tooLarge, "")) { try YAMLText(Array(text.utf8), name: "x") }
    }

    @Test func hugeAndDeepYAML() {
        #expect(throws: ComityError(.malformedInput, "")) { try YAMLText([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20), name: "x") }
        #expect(throws: ComityError(.malformedInput, "")) { try YAMLText(Array(String(repeating: "- ", count: 500_000).utf8), name: "x") }
        #expect(throws: ComityError(.malformedInput, "")) {
            try YAMLText(Array((0..<3000).map { String(repeating: " ", count: $0) + "a:\n" }.joined().utf8), name: "x")
        }
        #expect(throws: ComityError(.tooLarge, "")) { try YAMLText([UInt8](repeating: 0x20, count: YAMLText.maximumBytes + 1), name: "x") }
        #expect(throws: ComityError(.malformedInput, "")) { try YAMLText([0xFF, 0xFE, 0x00], name: "x") }
    }

    @Test func randomBytesNeverCrash() {
        var generator = Seeded.fresh()
        let alphabet = Array("ab:-[]{}\"'\n ,&*!|>%@#?0.\t".utf8)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            do { _ = try YAMLText(bytes, name: "x") } catch {
                #expect([.malformedInput, .tooLarge].contains(error.code), "seed \(generator.seed)")
            }
        }
    }

    @Test func scalarsAreNotGuessed() throws {
        let text = try YAMLText(
            Array("a: 2026-11-24T16:20:00\nb: 0123\nc: 1e5\nd: yes\ne: true\nf: 12\ng: \"12\"\nh: 1.50\n".utf8), name: "x")
        #expect(text.value["a"] == .string("2026-11-24T16:20:00"))
        #expect(text.value["b"] == .string("0123"))
        #expect(text.value["c"] == .string("1e5"))
        #expect(text.value["d"] == .string("yes"))
        #expect(text.value["e"] == .bool(true))
        #expect(text.value["f"] == .integer(12))
        #expect(text.value["g"] == .string("12"))
        #expect(text.value["h"] == .number(1.5))
    }
}
