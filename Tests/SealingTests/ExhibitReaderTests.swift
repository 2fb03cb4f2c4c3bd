// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

@Suite struct ExhibitReaderTests {
    private func read(_ reader: ExhibitReader, _ generator: inout Seeded) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let buffer = Scratch(200_000)
        while true {
            let wanted = Int(generator.next() % 200_000) + 1
            let count = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<wanted]))
            if count == 0 { return bytes }
            bytes += buffer.bytes[..<count]
        }
    }

    @Test func anyExhibitIsReadFromWhereItLies() throws {
        let folder = try Temporary()
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        var generator = Seeded(7)
        // Around the size of a chunk, where an exhibit begins and ends at its edge.
        let sizes = [0, 1, 65_535, 65_536, 65_537, 200_000, 0, 3]
        var contents: [[UInt8]] = []
        for (index, size) in sizes.enumerated() {
            contents.append(generator.bytes(size))
            try folder.put("in/\(index)", contents[index])
        }
        var request = try Sample.request((0..<sizes.count).map { folder("in/\($0)") }, key: key, to: [identity.recipient])
        request.collected = .init(by: "T-11", at: nil, place: "Northgate", tool: "dd")
        request.flags = ["data/3": ["minors"]]
        let sealed = try PackageWriter.seal(request, to: folder("p.bag.tar.age"))
        #expect(sealed.statement.collected == request.collected && sealed.statement.exhibits[3].flags == ["minors"])
        let verdict = try PackageVerifier.verify(path: sealed.path, identities: [identity], trusted: { _ in key.verifyingKey })
        #expect(verdict.isValid && verdict.statement == sealed.statement)
        for (index, content) in contents.enumerated() {
            let reader = try ExhibitReader(package: sealed.path, identities: [identity], exhibit: index + 1)
            #expect(reader.path == "data/\(index)" && reader.size == Int64(content.count))
            #expect(try read(reader, &generator) == content)
            reader.seek(to: Int64(content.count / 2))
            #expect(try read(reader, &generator) == Array(content.dropFirst(content.count / 2)))
        }
        for number in [0, -1, sizes.count + 1] {
            #expect(throws: ComityError(.notFound, "")) {
                try ExhibitReader(package: sealed.path, identities: [identity], exhibit: number)
            }
        }
        #expect(throws: ComityError(.cannotDecrypt, "")) {
            try ExhibitReader(package: sealed.path, identities: [AgeIdentity.generate()], exhibit: 1)
        }
    }

    @Test func nothingThatWasChangedIsGivenOut() throws {
        let folder = try Temporary()
        let (key, identity) = (SigningKey.generate(), AgeIdentity.generate())
        var generator = Seeded(8)
        try folder.put("in/a", generator.bytes(300_000))
        let sealed = try PackageWriter.seal(
            Sample.request([folder("in/a")], key: key, to: [identity.recipient]), to: folder("p.bag.tar.age"))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: sealed.path)))
        bytes[200_000] ^= 1
        try folder.put("changed.age", bytes)
        let reader = try ExhibitReader(package: folder("changed.age"), identities: [identity], exhibit: 1)
        #expect(throws: ComityError(.verificationFailed, "")) { _ = try read(reader, &generator) }
        // Cut off: the last chunk that is left was not the last.
        try folder.put("cut.age", Array(bytes.prefix(100_000)))
        #expect(throws: ComityError(.verificationFailed, "")) {
            _ = try read(try ExhibitReader(package: folder("cut.age"), identities: [identity], exhibit: 1), &generator)
        }
    }
}
