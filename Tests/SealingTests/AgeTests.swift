// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

@Suite struct AgeTests {
    @Test(arguments: [0, 1, 15, 16, 65535, 65536, 65537, 131072, 3 * 65536, 3 * 65536 + 1])
    func roundTrip(size: Int) throws {
        var generator = Seeded(UInt64(size))
        let plain = generator.bytes(size)
        let (mine, other) = (AgeIdentity.generate(), AgeIdentity.generate())
        let sealed = try Age.encrypt(plain, to: [other.recipient, mine.recipient])
        #expect(try Age.decrypt(sealed, with: [mine], limit: size) == plain)
        #expect(try Age.decrypt(sealed, with: [other], limit: size) == plain)
        #expect(throws: ComityError(.cannotDecrypt, "")) { try Age.decrypt(sealed, with: [AgeIdentity.generate()], limit: size) }
        if size > 0 { #expect(throws: ComityError(.tooLarge, "")) { try Age.decrypt(sealed, with: [mine], limit: size - 1) } }
        #expect(throws: ComityError(.verificationFailed, "")) { try Age.decrypt(sealed + [0], with: [mine], limit: size + 9) }
    }

    @Test func piecesDoNotMatter() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = Seeded(seed)
        let plain = generator.bytes(200_000)
        let identity = AgeIdentity.generate()
        let sink = MemorySink(limit: 1 << 20)
        let writer = try AgeWriter(to: sink, recipients: [identity.recipient])
        var rest = plain[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...90_000, using: &generator))
            try writer.write(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        try writer.finish()
        #expect(try Age.decrypt(sink.bytes, with: [identity], limit: 200_000) == plain, "seed \(seed)")
    }

    @Test func everyTruncationAndEveryFlipFails() throws {
        let identity = AgeIdentity.generate()
        let sealed = try Age.encrypt(Array("evidence".utf8), to: [identity.recipient])
        for length in 0..<sealed.count {
            #expect(throws: ComityError.self, "cut at \(length)") {
                try Age.decrypt(Array(sealed[..<length]), with: [identity], limit: 100)
            }
        }
        for bit in 0..<(sealed.count * 8) {
            var bad = sealed
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: ComityError.self, "bit \(bit)") { try Age.decrypt(bad, with: [identity], limit: 100) }
        }
    }

    @Test(arguments: AgeRecipient.Kind.allCases) func keysAreText(_ kind: AgeRecipient.Kind) throws {
        let identity = AgeIdentity.generate(kind)
        #expect(identity.text.hasPrefix(kind == .hybrid ? "AGE-SECRET-KEY-PQ-1" : "AGE-SECRET-KEY-1"))
        #expect(identity.recipient.text.count == (kind == .hybrid ? 1959 : 62) && identity.recipient.kind == kind)
        #expect(try AgeIdentity(identity.text).recipient == identity.recipient)
        #expect(try AgeRecipient(identity.recipient.text) == identity.recipient)
        for bad in ["", "age1", identity.text, identity.recipient.text.uppercased(), identity.recipient.text + "q", "age1pq1qqqq"] {
            #expect(throws: ComityError(.malformedInput, "")) { try AgeRecipient(bad) }
        }
        for bad in ["", "AGE-SECRET-KEY-1", identity.text.lowercased(), identity.recipient.text, "AGE-SECRET-KEY-PQ-1QQQ"] {
            #expect(throws: ComityError(.malformedInput, "")) { try AgeIdentity(bad) }
        }
    }

    @Test func kindsAndPassphrasesStandAlone() throws {
        let (hybrid, plain) = (AgeIdentity.generate(.hybrid), AgeIdentity.generate(.x25519))
        #expect(throws: ComityError(.usage, "")) { try Age.encrypt([1], to: [hybrid.recipient, plain.recipient]) }
        let two = try Age.encrypt([1, 2], to: [hybrid.recipient, AgeIdentity.generate(.hybrid).recipient])
        #expect(try Age.decrypt(two, with: [plain, hybrid], limit: 2) == [1, 2])
        let sink = MemorySink(limit: 1000)
        let passphrase = try AgePassphrase("correct horse")
        let writer = try AgeWriter(to: sink, passphrase: passphrase)
        try writer.write([3])
        try writer.finish()
        #expect(try Age.decrypt(sink.bytes, with: [plain, passphrase], limit: 1) == [3])
        #expect(throws: ComityError(.cannotDecrypt, "")) {
            try Age.decrypt(sink.bytes, with: [try AgePassphrase("correct hors")], limit: 1)
        }
        #expect(throws: ComityError(.usage, "")) { try AgePassphrase("") }
        #expect(AgePassphrase.generate().wholeMatch(of: /([a-z2-9]{4}-){6}[a-z2-9]{4}/) != nil)
    }

    @Test func armorOfEveryLengthAndCut() throws {
        let identity = AgeIdentity.generate(.x25519)
        for size in [0, 1, 47, 48, 49, 200, 65536, 70000] {
            let plain = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let armored = try Age.encrypt(plain, to: [identity.recipient], armored: true)
            #expect(String(decoding: armored, as: UTF8.self).split(separator: "\n").allSatisfy { $0.count <= 64 })
            #expect(try Age.decrypt(armored, with: [identity], limit: size) == plain)
        }
        let small = try Age.encrypt([1, 2, 3], to: [identity.recipient], armored: true)
        // Only the last line end may be missing.
        for length in 0..<(small.count - 1) {
            #expect(throws: ComityError.self, "cut at \(length)") { try Age.decrypt(Array(small[..<length]), with: [identity], limit: 3) }
        }
    }

    @Test func aPointOfLowOrderIsNoRecipient() throws {
        // The identity point of low order cannot be a recipient.
        let low = try AgeRecipient(Bech32.encode(prefix: "age", [UInt8](repeating: 0, count: 32)))
        #expect(throws: ComityError(.malformedInput, "")) { try Age.encrypt([1], to: [low]) }
        #expect(throws: ComityError(.usage, "")) { try Age.encrypt([1], to: []) }
    }

    /// BIP-173: valid checksums (those whose data is whole bytes), invalid strings.
    @Test func bech32Vectors() {
        #expect(Bech32.decode("A12UEL5L")?.prefix == "a" && Bech32.decode("a12uel5l")?.bytes == [])
        #expect(Bech32.decode("?1ezyfcl")?.prefix == "?")
        #expect(Bech32.decode(Bech32.encode(prefix: "age-secret-key-", [0, 1, 254, 255]))?.bytes == [0, 1, 254, 255])
        for text in ["pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee", "a12UEL5L"] {
            #expect(Bech32.decode(text) == nil, "\(text)")
        }
    }

    @Test func headerIsBounded() throws {
        let long = Array("age-encryption.org/v1\n-> X ".utf8) + [UInt8](repeating: 0x41, count: 70_000)
        #expect(throws: ComityError(.schema, "")) { try AgeHeader(from: BufferedSource(MemorySource(long))) }
        var many = "age-encryption.org/v1\n"
        for _ in 0..<65 { many += "-> X\n\n" }
        #expect(throws: ComityError(.schema, "")) { try AgeHeader(from: BufferedSource(MemorySource(Array(many.utf8)))) }
    }
}
