// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"x":{"a":1,"b":2,"a":3}}"#, #"{"\u0061":1}"#, #"[1"#, #"{"a":"#, #"}"#, "{\"a\":\"\u{1}", #"{"a":1}}"#, "",
    ])
    func refusesWhatTwoParsersCouldReadDifferently(_ text: String) {
        #expect(throws: ComityError(.schema, "")) { try IJSON.decode(JSONValue.self, from: Array(text.utf8), limit: 1000) }
    }

    @Test func boundsComeBeforeParsing() {
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: ComityError(.schema, "")) { try IJSON.decode(JSONValue.self, from: deep, limit: 1 << 20) }
        #expect(throws: ComityError(.tooLarge, "")) { try IJSON.decode(JSONValue.self, from: deep, limit: 1000) }
        #expect(throws: ComityError(.schema, "")) { try IJSON.decode(JSONValue.self, from: [0x22, 0xFF, 0x22], limit: 10) }
    }

    @Test func sameNamesInDifferentObjectsAreFine() throws {
        let value = try IJSON.decode(JSONValue.self, from: Array(#"[{"a":1},{"a":{"a":"a\"b"}}]"#.utf8), limit: 1000)
        #expect(value.at("1.a.a")?.string == "a\"b")
    }

    /// Names are compared in objects with few members and with many, wherever the second one stands.
    @Test(arguments: [2, 23, 24, 25, 26, 200]) func aSecondNameIsFoundAmongMany(_ count: Int) throws {
        let members = (0..<count).map { #""n\#($0)":{"n0":1}"# }
        #expect(throws: Never.self) {
            try IJSON.decode(JSONValue.self, from: Array("{\(members.joined(separator: ","))}".utf8), limit: 1 << 16)
        }
        for twice in [0, count / 2, count - 1] {
            for place in [twice + 1, count] {
                var text = members
                text.insert(#""n\#(twice)":2"#, at: place)
                #expect(throws: ComityError(.schema, "")) {
                    try IJSON.decode(JSONValue.self, from: Array("{\(text.joined(separator: ","))}".utf8), limit: 1 << 16)
                }
            }
        }
    }

    @Test func randomValuesReadBackEqual() throws {
        var generator = Seeded.fresh()
        for _ in 0..<300 {
            let value = JSONValue.object(["v": Self.random(depth: 4, &generator)])
            #expect(try IJSON.decode(JSONValue.self, from: IJSON.encode(value), limit: 1 << 20) == value, "seed \(generator.seed)")
        }
    }

    /// Whatever bytes come, there is a value or a coded error.
    @Test func randomBytesNeverCrash() {
        var generator = Seeded.fresh()
        let alphabet = Array(#"{}[]",:\u0a1.e-+tfn "#.utf8) + [0xC3, 0xA9, 0xFF]
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            do { _ = try IJSON.decode(JSONValue.self, from: bytes, limit: 1000) } catch {
                #expect(error.code == .schema, "seed \(generator.seed)")
            }
        }
    }

    @Test func strictEncodings() {
        #expect(Base64.urlDecode("_-8") == [0xFF, 0xEF])
        for bad in ["_-8=", "+/8", "_-9", "a", "_ -8"] { #expect(Base64.urlDecode(bad) == nil, "\(bad)") }
        #expect(Base64.decode("/+8=") == [0xFF, 0xEF])
        for bad in ["/+8", "/+9=", "/+8=\n"] { #expect(Base64.decode(bad) == nil, "\(bad)") }
        #expect(Hex.decode("00ff") == [0, 255])
        for bad in ["0", "0G", "FF"] { #expect(Hex.decode(bad) == nil, "\(bad)") }
    }

    /// As Foundation writes it; and whatever text comes, only what encoding gives is read.
    @Test func base64AgreesWithFoundation() {
        var generator = Seeded.fresh()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \n".utf8)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Data(bytes).base64EncodedString()
            #expect(Base64.encode(bytes) == text && Base64.decode(text) == bytes, "seed \(generator.seed)")
            let raw = text.replacingOccurrences(of: "=", with: "")
            #expect(Base64.rawEncode(bytes) == raw && Base64.rawDecode(raw) == bytes, "seed \(generator.seed)")
            let url = raw.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            #expect(Base64.urlEncode(bytes) == url && Base64.urlDecode(url) == bytes, "seed \(generator.seed)")
            var noise = Array([text, raw, url].randomElement(using: &generator)?.utf8 ?? "".utf8)
            noise.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
            noise[Int.random(in: 0..<noise.count, using: &generator)] = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            let other = String(decoding: noise.prefix(Int.random(in: 0...noise.count, using: &generator)), as: UTF8.self)
            if let read = Base64.decode(other) { #expect(Base64.encode(read) == other, "seed \(generator.seed)") }
            if let read = Base64.rawDecode(other) { #expect(Base64.rawEncode(read) == other, "seed \(generator.seed)") }
            if let read = Base64.urlDecode(other) { #expect(Base64.urlEncode(read) == other, "seed \(generator.seed)") }
        }
    }

    private static func random(depth: Int, _ generator: inout Seeded) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
        case 0: .null
        case 1: .bool(Bool.random(using: &generator))
        case 2: .integer(Int64.random(in: -1_000_000...1_000_000, using: &generator))
        case 3: .number(Double(Int.random(in: -1000...1000, using: &generator)) + 0.5)
        case 4: .string(["", "é", "\"\\\n", "العربية", "\u{1F600}"].randomElement(using: &generator) ?? "")
        case 5: .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in random(depth: depth - 1, &generator) })
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0...4, using: &generator)).map { ("k\($0)", random(depth: depth - 1, &generator)) },
                    uniquingKeysWith: { first, _ in first }))
        }
    }
}
