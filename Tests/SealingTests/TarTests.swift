// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

@Suite struct TarTests {
    private let names = [
        "a", "folder/with spaces/b c.txt", "ünï/日本語/файл.bin", String(repeating: "x", count: 200),
        "deep/" + String(repeating: "p/", count: 90) + "end",
        String(repeating: "d", count: 120) + "/" + String(repeating: "n", count: 90), "-dash", "100%.txt",
    ]

    private func archive(_ files: [(String, [UInt8])]) throws -> [UInt8] {
        let sink = MemorySink(limit: 1 << 24)
        let writer = TarWriter(to: sink)
        for (name, bytes) in files { try writer.add(name, bytes, modified: 1_795_000_000) }
        try writer.finish()
        return sink.bytes
    }

    private func list(_ bytes: [UInt8]) throws(ComityError) -> [(TarEntry, [UInt8])] {
        let reader = TarReader(MemorySource(bytes))
        var out: [(TarEntry, [UInt8])] = []
        let buffer = Scratch(1000)
        while let entry = try reader.next() {
            var content: [UInt8] = []
            while true {
                let count = try reader.read(into: buffer.bytes)
                if count == 0 { break }
                content.append(contentsOf: buffer.bytes[..<count])
            }
            out.append((entry, content))
        }
        return out
    }

    @Test func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = Seeded(seed)
        let files = names.map { ($0, generator.bytes([0, 1, 511, 512, 513, 5000].randomElement(using: &generator) ?? 0)) }
        let bytes = try archive(files)
        #expect(bytes.count % 512 == 0)
        let read = try list(bytes)
        #expect(read.map(\.0.path) == files.map(\.0), "seed \(seed)")
        #expect(read.map(\.1) == files.map(\.1), "seed \(seed)")
        for (entry, content) in read { #expect(Array(bytes[Int(entry.offset)...].prefix(content.count)) == content) }
        // What is not read is skipped.
        let reader = TarReader(MemorySource(bytes))
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == files.count)
    }

    @Test func tarReadsOurs() throws {
        let folder = try Temporary()
        let files = names.map { ($0, Array("content of \($0)".utf8)) }
        try folder.put("a.tar", archive(files))
        let listed = try run(["env", "LC_ALL=C.UTF-8", "tar", "--quoting-style=literal", "-tf", "a.tar"], in: folder.path)
        #expect(listed.output.split(separator: "\n").map(String.init) == names)
        try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
        #expect(try run(["tar", "-xf", "../a.tar"], in: folder("out")).status == 0)
        for (name, content) in files { #expect(try contents(folder("out/\(name)")) == content) }
    }

    @Test func weReadTheirs() throws {
        let folder = try Temporary()
        for name in names { try folder.put("in/\(name)", Array(name.utf8)) }
        for format in ["pax", "ustar"] {
            let used = format == "pax" ? names : ["a", "-dash"]
            #expect(try run(["tar", "--format=\(format)", "-cf", "../\(format).tar", "--"] + used, in: folder("in")).status == 0)
            let read = try list(contents(folder("\(format).tar"))).filter { $0.0.kind == .file }
            #expect(read.map(\.0.path) == used)
            #expect(read.allSatisfy { Array($0.0.path.utf8) == $0.1 })
        }
    }

    @Test func sizesFromEightGiB() throws {
        for size in [TarHeader.sizeLimit - 1, TarHeader.sizeLimit, 1 << 40] {
            let blocks = try TarHeader.blocks(file: "big", size: size, modified: 0, isExecutable: false)
            #expect(try TarReader(MemorySource(blocks)).next()?.size == size)
            #expect(blocks.count == (size < TarHeader.sizeLimit ? 512 : 1536))
        }
    }

    /// Changes a field of a header and repairs the checksum.
    private func forged(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
        var bytes = try archive([("a/b", [1, 2, 3])])
        change(&bytes)
        for index in 148..<156 { bytes[index] = 0x20 }
        let sum = bytes[..<512].reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let text = Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8)
        bytes.replaceSubrange(148..<154, with: text)
        bytes[154] = 0
        return bytes
    }

    @Test func hostileHeaders() throws {
        func put(_ text: String, _ offset: Int) -> (inout [UInt8]) -> Void {
            { bytes in for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte } }
        }
        #expect(try list(forged { _ in }).count == 1)
        let cases: [(String, (inout [UInt8]) -> Void)] = [
            ("hard link", put("1", 156)), ("symbolic link", put("2", 156)), ("device", put("3", 156)), ("pipe", put("6", 156)),
            ("sparse", put("S", 156)), ("long name", put("L", 156)), ("unknown", put("Z", 156)), ("link name", put("x", 157)),
            ("absolute", put("/b\0", 0)), ("dots", put("../x", 0)), ("inner dots", put("a/../x", 0)), ("one dot", put("./x", 0)),
            ("backslash", put("a\\b", 0)), ("control", put("a\nb", 0)), ("empty part", put("a//b", 0)), ("empty", put("\0\0\0", 0)),
            ("trailing slash", put("a/b/", 0)), ("not UTF-8", { $0[0] = 0xFF }), ("magic", put("xstar", 257)),
            ("negative size", { $0[124] = 0xFF }), ("absurd size", { for index in 124..<136 { $0[index] = index == 124 ? 0x80 : 0xFF } }),
            ("size is no number", put("9", 130)), ("bidi", put("a\u{202E}", 0)), ("huge records", put("x\0", 156)),
        ]
        for (name, change) in cases {
            var bytes = try forged(change)
            if name == "huge records" {
                bytes = try forged {
                    put("x", 156)(&$0)
                    put("00007777777", 124)(&$0)
                }
            }
            #expect(throws: ComityError(.schema, ""), "\(name)") { try list(bytes) }
        }
        var flipped = try archive([("a", [1])])
        flipped[5] ^= 1
        #expect(throws: ComityError(.schema, "")) { try list(flipped) }
        #expect(throws: ComityError(.schema, "")) { try list(archive([("a", []), ("a", [])])) }
        #expect(throws: ComityError(.schema, "")) { try list(archive([("a", [])]) + [1]) }
        #expect(throws: ComityError(.malformedInput, "")) { try archive([("../a", [])]) }
        for record in [
            "17 linkpath=/etc\n", "13 path=/etc\n", "12 path=a/..\n", "8 size=-1\n", "99 path=b\n", "x path=b\n", "22 GNU.sparse.size=12\n",
        ] {
            let text = Array(record.utf8)
            var bytes = try forged {
                put("x", 156)(&$0)
                put("000000000" + String(text.count, radix: 8) + "\0", 124)(&$0)
            }
            bytes.replaceSubrange(512..<(512 + text.count), with: text)
            bytes.replaceSubrange(1024..., with: try archive([("b", [])]))
            #expect(throws: ComityError(.schema, ""), "\(record)") { try list(bytes) }
        }
        let reader = TarReader(MemorySource(try archive([("a", []), ("b", []), ("c", [])])), maximumEntries: 2)
        _ = try reader.next()
        _ = try reader.next()
        #expect(throws: ComityError(.tooLarge, "")) { try reader.next() }
    }

    @Test func truncationsAndGarbageNeverCrash() throws {
        let bytes = try archive([("a/b", [1, 2, 3]), (String(repeating: "é", count: 100), [4])])
        for length in 0..<bytes.count { #expect(throws: ComityError(.verificationFailed, "")) { try list(Array(bytes[..<length])) } }
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = Seeded(seed)
        for _ in 0..<300 {
            var bad = bytes
            for _ in 0..<4 { bad[Int.random(in: 0..<bad.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator) }
            _ = try? list(bad)
        }
    }
}
