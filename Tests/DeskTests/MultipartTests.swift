// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Desk

@Suite("Desk: forms with files, however they arrive")
struct MultipartTests {
    struct Part: Equatable {
        var header: MultipartHeader
        var content: [UInt8]
    }

    /// What pieces bring, put together again.
    private func read(_ pieces: [[UInt8]], boundary: String) throws -> [Part] {
        var reader = try Multipart(contentType: "multipart/form-data; boundary=\"\(boundary)\"")
        var parts: [Part] = []
        var isOpen = false
        for piece in pieces {
            for event in try reader.take(piece) {
                switch event {
                case .begin(let header):
                    #expect(!isOpen)
                    isOpen = true
                    parts.append(Part(header: header, content: []))
                case .content(let bytes):
                    #expect(isOpen && !bytes.isEmpty)
                    parts[parts.count - 1].content += bytes
                case .end:
                    #expect(isOpen)
                    isOpen = false
                }
            }
        }
        try reader.finish()
        #expect(!isOpen)
        return parts
    }

    static func body(_ parts: [(name: String, file: String?, content: [UInt8])], boundary: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts {
            func escaped(_ text: String) -> String {
                text.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
            }
            bytes += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(escaped(part.name))\"".utf8)
            if let file = part.file { bytes += Array("; filename=\"\(escaped(file))\"\r\nContent-Type: application/octet-stream".utf8) }
            bytes += Array("\r\n\r\n".utf8) + part.content + [0x0D, 0x0A]
        }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }

    private func split(_ bytes: [UInt8], _ generator: inout Seeded) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var position = 0
        let widest = [1, 3, 40, 5000].randomElement(using: &generator) ?? 1
        while position < bytes.count {
            let end = min(bytes.count, position + Int.random(in: 0...widest, using: &generator))
            pieces.append(Array(bytes[position..<end]))
            position = end
        }
        return pieces
    }

    @Test("any splitting of the bytes gives the same parts")
    func splitting() throws {
        var generator = Seeded.fresh()
        let seed = generator.seed
        for round in 0..<120 {
            let boundary = ["b", "----WebKitFormBoundary7MA4YWxk", "--", "a'()+_,./:=?-b"].randomElement(using: &generator) ?? "b"
            // Content that looks like delimiters, as much as it may.
            let pieces = ["\r\n", "\r", "\n", "--", "-", "\r\n--", "\r\n--\(boundary.dropLast())", "\(boundary)", "x", "\u{0}", "\r\r\n\n"]
            let parts = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                var content: [UInt8] = []
                for _ in 0..<Int.random(in: 0...30, using: &generator) {
                    content += Array((pieces.randomElement(using: &generator) ?? "").utf8)
                }
                // The delimiter itself cannot stand in content.
                let delimiter = Array("\r\n--\(boundary)".utf8)
                while let found = ([0x0D, 0x0A] + content).firstRange(of: delimiter) {
                    content.removeSubrange(max(0, found.lowerBound - 2)...)
                }
                let file = Bool.random(using: &generator) ? ["a.txt", "ü \"q\".bin", "C:\\x\\y", ""].randomElement(using: &generator) : nil
                return (name: ["csrf", "files", "é\"\n"].randomElement(using: &generator) ?? "", file: file, content: content)
            }
            let bytes = Self.body(parts, boundary: boundary)
            let expected = parts.map { Part(header: MultipartHeader(name: $0.name, fileName: $0.file), content: $0.content) }
            #expect(try read([bytes], boundary: boundary) == expected, "whole, round \(round), COMITY_SEED=\(seed)")
            #expect(try read(split(bytes, &generator), boundary: boundary) == expected, "split, round \(round), COMITY_SEED=\(seed)")
        }
    }

    @Test("every place at which it is cut off is an error, and so is garbage")
    func cut() throws {
        let bytes = Self.body([("csrf", nil, Array("t".utf8)), ("files", "a", Array("content\r\n--".utf8))], boundary: "bound")
        // The two hyphens after the last delimiter end the form; the line end behind them may be missing.
        for count in 0..<(bytes.count - 2) {
            #expect(throws: ComityError(.malformedInput, "")) { try read([Array(bytes[..<count])], boundary: "bound") }
        }
        #expect(try read([Array(bytes.dropLast(2))], boundary: "bound").count == 2)
        var generator = Seeded.fresh()
        for _ in 0..<200 {
            var broken = bytes
            for _ in 0..<3 { broken[Int.random(in: 0..<broken.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator) }
            // Either it is still a form, or it says what is wrong; it never traps.
            do { _ = try read(split(broken, &generator), boundary: "bound") } catch let error as ComityError {
                #expect(error.code == .malformedInput && !error.next.isEmpty)
            }
        }
    }

    @Test("limits on headers, parts and what stands before them")
    func limits() throws {
        func fails(_ text: String) -> Bool { (try? read([Array(text.utf8)], boundary: "b")) == nil }
        let long = String(repeating: "x", count: Multipart.largestHeader)
        #expect(fails("--b\r\nContent-Disposition: form-data; name=\"\(long)\"\r\n\r\n\r\n--b--"))
        #expect(fails("--b\r\n" + long + "more than fits, and no end"))
        #expect(fails(long + "\r\n--b--"))
        #expect(fails("--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n\r\n--b--"))
        #expect(fails("--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--"))
        #expect(fails("--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n\r\n--b--"))
        #expect(fails("--b\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n\r\n--b--"))
        #expect(fails("--b\r\n\r\n\r\n--b--"))
        #expect(fails("--bx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b--"))
        let part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n"
        #expect(!fails(String(repeating: part, count: Multipart.mostParts) + "--b--"))
        #expect(fails(String(repeating: part, count: Multipart.mostParts + 1) + "--b--"))
        for type in [
            nil, "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\\n\"",
            "multipart/form-data; boundary=\(String(repeating: "b", count: 71))", "multipart/mixed; boundary=b",
        ] {
            #expect(throws: ComityError.self) { try Multipart(contentType: type) }
        }
        #expect(MultipartHeader.boundary("Multipart/Form-Data;charset=utf-8; boundary=ab") == "ab")
    }

    @Test("long content passes in pieces, never as a whole")
    func pieces() throws {
        let content = [UInt8](repeating: 0x0D, count: 300_000)
        let bytes = Self.body([("f", "a", content)], boundary: "b")
        var reader = try Multipart(contentType: "multipart/form-data; boundary=b")
        var largest = 0
        var sum = 0
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            for case .content(let piece) in try reader.take(Array(bytes[start..<min(start + 4096, bytes.count)])) {
                largest = max(largest, piece.count)
                sum += piece.count
            }
        }
        try reader.finish()
        #expect(sum == content.count && largest <= 4096 + 8)
    }

    @Test("text of an exhibit shows what would hide or reorder it")
    func visible() {
        #expect(VisibleText.lines("a\tb\r\nc\n\nd") == [[.plain("a    b")], [.plain("c")], [], [.plain("d")]])
        #expect(VisibleText.lines("x\u{202E}gpj.exe\u{0}") == [[.plain("x"), .mark("U+202E"), .plain("gpj.exe"), .mark("U+0000")]])
        #expect(VisibleText.lines("a\rb") == [[.plain("a"), .mark("U+000D"), .plain("b")]])
        #expect(PreviewPages.attachment("évil\"\r\n.exe") == "attachment; filename=\"_vil__.exe\"; filename*=UTF-8''%C3%A9vil%22%0D%0A.exe")
    }
}
