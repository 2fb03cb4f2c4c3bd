// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

/// Hashing and sealing several streams side by side gives what one after the other gives.
@Suite struct SealingRoundsTests {
    /// Streams of random lengths in random pieces, interleaved and through the library, against the library at once.
    @Test(arguments: [true, false]) func streamsSideBySide(interleaved: Bool) {
        guard !interleaved || StreamHash.isInterleaved else {
            print("skipped: streams are not interleaved on this processor")
            return
        }
        var generator = TestSupport.Seeded.fresh()
        for _ in 0..<40 {
            let count = Int.random(in: 1...9, using: &generator)
            let lengths = (0..<count).map { _ in
                [0, 1, 55, 56, 63, 64, 65, 127, 128, Int.random(in: 0...9000, using: &generator)].randomElement(using: &generator) ?? 0
            }
            let texts = lengths.map { length in (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) } }
            let streams = texts.map { _ in StreamHash(interleaved: interleaved) }
            var places = texts.map { _ in 0 }
            while zip(places, texts).contains(where: { $0 < $1.count }) {
                var copies: [UnsafeMutableRawBufferPointer] = []
                defer { for copy in copies { copy.deallocate() } }
                var pieces: [StreamHashes.Piece] = []
                for index in texts.indices where Bool.random(using: &generator) {
                    // One or two pieces of a stream, one after the other.
                    for _ in 0..<Int.random(in: 1...2, using: &generator) {
                        let size = min(texts[index].count - places[index], Int.random(in: 0...3000, using: &generator))
                        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
                        copy.copyBytes(from: texts[index][places[index]..<(places[index] + size)])
                        copies.append(copy)
                        pieces.append(.init(stream: streams[index], bytes: UnsafeRawBufferPointer(copy)))
                        places[index] += size
                    }
                }
                StreamHashes.update(pieces)
            }
            for (stream, text) in zip(streams, texts) {
                #expect(stream.finalize() == Array(SHA256.hash(data: text)), "seed \(generator.seed), \(text.count) bytes")
            }
        }
    }

    /// Sizes around the ends of chunks, batches and lanes; large and small exhibits mixed, so that several lanes share chunks.
    @Test(.timeLimit(.minutes(30))) func exhibitsInSeveralLanes() throws {
        var generator = TestSupport.Seeded.fresh()
        let folder = try Temporary()
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        var sizes = [0, 1, 511, 512, 65535, 65536, 65537, (1 << 20) - 512, 1 << 20, (1 << 20) + 1, 17 << 20, (16 << 20) + 5, 17 << 20]
        sizes += (0..<60).map { _ in Int.random(in: 0...200_000, using: &generator) }
        sizes.shuffle(using: &generator)
        let block = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for (number, size) in sizes.enumerated() {
            var bytes: [UInt8] = []
            while bytes.count < size { bytes += block.prefix(size - bytes.count) }
            if !bytes.isEmpty { bytes[0] = UInt8(number) }
            try folder.put("in/\(number)", bytes)
        }
        let sealed = try PackageWriter.seal(
            try Sample.request([folder("in")], key: key, to: [identity.recipient]), to: folder("a.bag.tar.age"))
        let verdict = try PackageVerifier.verify(path: sealed.path, identities: [identity]) { _ in key.verifyingKey }
        #expect(verdict.isValid, "seed \(generator.seed): \(verdict.findings.prefix(3))")
        let opened = try PackageOpener.open(path: sealed.path, identities: [identity], to: folder.path)
        for number in sizes.indices {
            #expect(try contents("\(opened)/data/in/\(number)") == contents(folder("in/\(number)")), "seed \(generator.seed), \(number)")
        }
        for exhibit in sealed.statement.exhibits {
            #expect(exhibit.sha256 == sha256Hex(try contents("\(opened)/\(exhibit.path)")))
        }
    }

    /// The end of the archive at every place of its last chunk, and a chunk that ends exactly with it.
    @Test func theLastChunk() throws {
        let folder = try Temporary()
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        var ends: Set<Int64> = []
        for step in 0..<132 {
            try folder.put("in", [UInt8](repeating: 7, count: 512 * step))
            let path = folder("\(step).bag.tar.age")
            let sealed = try PackageWriter.seal(try Sample.request([folder("in")], key: key, to: [identity.recipient]), to: path)
            let verdict = try PackageVerifier.verify(path: path, identities: [identity]) { _ in key.verifyingKey }
            #expect(verdict.isValid, "\(step): \(verdict.findings)")
            ends.insert(sealed.size % Int64(AgeChunk.sealedSize))
        }
        #expect(ends.count >= 128)
    }

    /// Stopping leaves nothing; so does a full disk in the middle.
    @Test func stoppingLeavesNothing() throws {
        let folder = try Temporary()
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        try folder.put("in/a", [UInt8](repeating: 7, count: 5 << 20))
        try folder.put("in/b", [UInt8](repeating: 7, count: 5 << 20))
        let request = try Sample.request([folder("in")], key: key, to: [identity.recipient])
        for limit in [0, 1 << 20, 9 << 20] as [Int64] {
            #expect(throws: ComityError.self) {
                try PackageWriter.seal(request, to: folder("a.bag.tar.age")) { (done, _) throws(ComityError) in
                    guard done < limit else { throw ComityError(.failure, "stopped") }
                }
            }
            #expect(folder.names == ["in"])
        }
    }

    /// Names that are no file on some system, or two that are one; each is named, and nothing is written.
    @Test(arguments: [
        ["aux.txt"], ["CON"], ["sub/Com1.log"], ["lpt9"], ["NUL.tar.gz"], ["name."], ["name "], ["a", "A"], ["caf\u{E9}", "cafe\u{301}"],
        ["dir", "DIR/file"],
    ])
    func namesThatCannotTravel(names: [String]) throws {
        let folder = try Temporary()
        for name in names { try folder.put("in/\(name)", [1]) }
        let request = try Sample.request([folder("in")], key: .generate(), to: [AgeIdentity.generate().recipient])
        let error = #expect(throws: ComityError.self) { try PackageWriter.seal(request, to: folder("a.bag.tar.age")) }
        #expect(error?.code == .malformedInput && error?.what.contains("/in/") == true, "\(String(describing: error))")
        #expect(folder.names == ["in"])
    }

    /// A flag on an exhibit that is not there is an error, never forgotten.
    @Test func aFlagOnNothing() throws {
        let folder = try Temporary()
        try folder.put("in/a", [1])
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        var request = try Sample.request([folder("in")], key: key, to: [identity.recipient])
        request.flags = ["data/in/b": ["abuse"]]
        #expect(throws: ComityError(.usage, "")) { try PackageWriter.seal(request, to: folder("a.bag.tar.age")) }
        request.flags = ["data/in/a": ["abuse"]]
        #expect(try PackageWriter.seal(request, to: folder("a.bag.tar.age")).statement.exhibits[0].flags == ["abuse"])
    }

    /// Names as they come from other systems travel as they are: not normalised, not folded.
    @Test func namesThatTravel() throws {
        let folder = try Temporary()
        let names = [
            "cafe\u{301}", "日本/報告.txt", "رسالة.txt", "auxiliary", "con-1", "a%25b", "100%", "\u{1F4C4}.bin",
            String(repeating: "x", count: 255),
        ]
        for name in names { try folder.put("in/\(name)", Array(name.utf8)) }
        try folder.put("in/empty", [])
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        let sealed = try PackageWriter.seal(
            try Sample.request([folder("in")], key: key, to: [identity.recipient]), to: folder("a.bag.tar.age"))
        let opened = try PackageOpener.open(path: sealed.path, identities: [identity], to: folder.path)
        for name in names { #expect(try contents("\(opened)/data/in/\(name)") == Array(name.utf8), "\(name)") }
        #expect(try PackageVerifier.verify(bag: opened, trusted: { _ in key.verifyingKey }).isValid)
    }

    /// A million empty folders, made as they are read: refused at the limit, with memory for their names alone.
    @Test func aBombOfFolders() throws {
        final class Folders: ByteSource {
            private var next = 0
            private var block: [UInt8] = []
            func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int {
                if block.isEmpty {
                    var header = try TarHeader.blocks(file: "f/\(next)", size: 0, modified: 0, isExecutable: false)
                    header[156] = UInt8(ascii: "5")
                    // The checksum knows the type.
                    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
                    let digits = String(sum, radix: 8)
                    let text = String(repeating: "0", count: 6 - digits.count) + digits
                    for (index, byte) in text.utf8.enumerated() { header[148 + index] = byte }
                    block = header
                    next += 1
                }
                let count = min(buffer.count, block.count)
                buffer.copyBytes(from: block.prefix(count))
                block.removeFirst(count)
                return count
            }
        }
        let tar = TarReader(Folders(), maximumEntries: 20_000)
        var seen = 0
        let error = #expect(throws: ComityError.self) { while try tar.next() != nil { seen += 1 } }
        #expect(error?.code == .tooLarge && seen == 20_000, "\(String(describing: error))")
    }

    /// An entry that says it has an exabyte, and brings ten bytes.
    @Test func aBombOfOneFile() throws {
        let header = try TarHeader.blocks(file: "NAME/data/a", size: 1 << 60, modified: 0, isExecutable: false)
        let tar = TarReader(MemorySource(header + [UInt8](repeating: 7, count: 10)))
        #expect(try tar.next()?.size == 1 << 60)
        let result = drain(Adapter(tar))
        #expect(result.bytes.count == 10 && result.error?.code == .verificationFailed)
        #expect(!FuzzDoors.package(header + [UInt8](repeating: 7, count: 10)).isValid)
    }

    private final class Adapter: ByteSource {
        private let tar: TarReader
        init(_ tar: TarReader) { self.tar = tar }
        func read(into buffer: UnsafeMutableRawBufferPointer) throws(ComityError) -> Int { try tar.read(into: buffer) }
    }
}
