// SPDX-License-Identifier: Apache-2.0

import Standards
import TestSupport
import Testing

@Suite struct JSONTextTests {
    private func value(_ generator: inout Seeded, depth: Int) -> JSONValue {
        func text() -> String {
            let letters = Array("aZ09 _-/\\\"é漢😀\u{0}\u{7}\u{8}\t\n\u{c}\r\u{1f}\u{7f}\u{2028}\u{fffd}").map(String.init)
            return (0..<Int.random(in: 0...8, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "" }.joined()
        }
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .number(Double(Int.random(in: -1000...1000, using: &generator)) / 8 + 0.0625)
        case 4: return .string(text())
        case 5: return .array((0..<3).map { _ in value(&generator, depth: depth - 1) })
        default:
            // Names as events have them; a name with other letters may be sorted otherwise by a general encoder.
            let names = ["ref", "act", "sha256", "size", "why", "what", "by", "register"].shuffled(using: &generator).prefix(4)
            return .object(Dictionary(uniqueKeysWithValues: names.map { ($0, value(&generator, depth: depth - 1)) }))
        }
    }

    /// What a general encoder writes, byte for byte; and it reads back.
    @Test func isWhatTheEncoderWrites() throws {
        var generator = Seeded.fresh()
        for _ in 0..<3000 {
            let value = value(&generator, depth: 3)
            let text = JSONValue.array([value]).text
            #expect(String(decoding: text, as: UTF8.self) == String(decoding: try IJSON.encode(JSONValue.array([value])), as: UTF8.self))
            #expect(try IJSON.decode(JSONValue.self, from: text, limit: 1 << 20) == .array([value]))
        }
    }
}
