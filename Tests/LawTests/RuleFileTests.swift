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
