// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Node

/// The algorithms against the vectors of their RFCs, and codes as people type them.
@Suite struct CodeTests {
    private static let secret = Array("12345678901234567890".utf8)

    /// RFC 4226, appendix D.
    @Test func hotpVectors() {
        let expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
        for (counter, code) in expected.enumerated() { #expect(TOTP.code(Self.secret, counter: Int64(counter)) == code) }
    }

    /// RFC 6238, appendix B, SHA-1.
    @Test func totpVectors() {
        for (seconds, code) in [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)] {
            #expect(TOTP.code(Self.secret, counter: TOTP.step(at: seconds * 1000), digits: 8) == code)
            #expect(TOTP.code(secret: Base32.encode(Self.secret), at: seconds * 1000) == String(code.suffix(6)))
        }
    }

    @Test func aCodeCountsOneStepEarlyOrLateAndNeverTwice() {
        let now: Int64 = 1_760_000_010_000
        let step = TOTP.step(at: now)
        for offset in -3...3 as ClosedRange<Int64> {
            let typed = TOTP.code(Self.secret, counter: step + offset)
            let match = TOTP.match(typed, secret: Self.secret, at: now, after: 0)
            #expect(match == (abs(offset) <= 1 ? step + offset : nil))
            #expect(TOTP.match(typed, secret: Self.secret, at: now, after: step + offset) == nil)
        }
        let typed = TOTP.code(Self.secret, counter: step)
        #expect(TOTP.match(typed.prefix(3) + " " + typed.suffix(3), secret: Self.secret, at: now, after: 0) == step)
        for bad in ["", "12345", "1234567", "１２３４５６", "abcdef", typed + "0"] {
            #expect(TOTP.match(bad, secret: Self.secret, at: now, after: 0) == nil)
        }
    }

    /// RFC 4648, section 10, without padding.
    @Test func base32Vectors() {
        for (plain, text) in [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ] {
            #expect(Base32.encode(Array(plain.utf8)) == text)
            #expect(Base32.decode(text) == Array(plain.utf8))
        }
        #expect(Base32.decode("MZXW1") == nil)
        var generator = Seeded.fresh()
        for length in 0..<60 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base32.decode(Base32.encode(bytes)) == bytes, "seed \(generator.seed)")
        }
    }

    /// RFC 7914, section 12.
    @Test func scryptVectors() throws {
        for (password, salt, logN, r, p, expected) in [
            (
                "", "", 4, 1, 1,
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
            ),
            (
                "password", "NaCl", 10, 8, 16,
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
            ),
            (
                "pleaseletmein", "SodiumChloride", 14, 8, 1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
            ),
        ] {
            let key = try PasswordHash.derive(
                Array(password.utf8), salt: Array(salt.utf8), cost: .init(logN: logN, r: r, p: p), count: 64)
            #expect(Hex.encode(key) == expected)
        }
    }

    /// The standard cost works within the memory it says, and the string says it.
    @Test func theStandardHash() async throws {
        let hasher = PasswordHasher()
        let stored = try await hasher.hash("seven rusty lamps at noon")
        #expect(stored.hasPrefix("$scrypt$ln=17,r=8,p=1$"))
        #expect(try await hasher.verify("seven rusty lamps at noon", stored))
        #expect(try await !hasher.verify("seven rusty lamps at moon", stored))
    }

    @Test func hashesAreReadStrictly() async throws {
        let hasher = PasswordHasher()
        hasher.setCost(AccessFixture.cheap)
        let stored = try await hasher.hash("e\u{301}t\u{e9} long ago")
        #expect(PasswordHash(stored)?.description == stored)
        #expect(try await hasher.verify("\u{e9}te\u{301} long ago", stored), "composed and decomposed are one")
        #expect(try await hasher.hash("x") != hasher.hash("x"), "each has its own salt")
        for bad in [
            "", "x", stored + "=", stored.replacingOccurrences(of: "ln=5", with: "ln=30"),
            stored.replacingOccurrences(of: "ln=5", with: "ln=05"),
            stored.replacingOccurrences(of: "scrypt", with: "argon2id"), String(stored.dropLast()), "$" + stored,
            stored.replacingOccurrences(of: "p=1", with: "p=100000"),
        ] {
            #expect(PasswordHash(bad) == nil, "\(bad)")
            #expect(try await !hasher.verify("e\u{301}t\u{e9} long ago", bad))
        }
        #expect(try await !hasher.verify("", nil))
        #expect(try await !hasher.verify(String(repeating: "x", count: 100_000), stored))
    }

    @Test func passwordsThatAreTriedFirstAreRefused() throws {
        let names = ["XA-D1", "Marisol", "24/7 point of XA", "xa-247"]
        for bad in [
            "short", "elevenchars", "password1234", "Password2024!", "P@ssw0rd1234", "passwordpassword", "qwertyuiop12", "123456789012",
            "abcdefghijkl", "aaaaaaaaaaaa", "abcabcabcabcabc", "zxcvbnmzxcvbnm", "correct horse battery staple", "24/7 Point of XA",
            "xa-247 xa-247", "marisolmarisol", "987654321098", "mnbvcxzlkjhg", "welcome-welcome",
            String(repeating: "long words ", count: 100),
        ] {
            #expect(throws: ComityError.coded(.usage), "\(bad)") { try PasswordRules.check(bad, names: names) }
        }
        for good in [
            "seven rusty lamps at noon", "trombón-azul-y-lluvia", "ночной поезд на север", "深夜の列車は北へ向かう窓", "kV9#x2!mQ8zt",
            "password of my first boat", String(repeating: "ab cd ef gh ij ", count: 68),
        ] {
            #expect(throws: Never.self, "\(good)") { try PasswordRules.check(good, names: names) }
        }
    }

    @Test func codesSurvivePaper() throws {
        let code = Secret.code(groups: 4)
        #expect(code.count == 23 && Set((0..<200).map { _ in Secret.code(groups: 2) }).count == 200)
        let plain = code.filter { $0 != "-" }
        let written = plain.lowercased().replacingOccurrences(of: "0", with: "o").replacingOccurrences(of: "1", with: "l")
        for typed in [code, plain, " " + code.lowercased() + " ", written] { #expect(Secret.normalised(typed, groups: 4) == plain) }
        for bad in ["", "-", String(plain.dropLast()), plain + "0", String(plain.dropLast()) + "U", String(plain.dropLast()) + "é"] {
            #expect(Secret.normalised(bad, groups: 4) == nil)
        }
    }

    @Test func secretsOpenForTheirOfficerAndNodeOnly() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("a"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: folder("b"), withIntermediateDirectories: true)
        let (key, other) = (try AccessKey(folder: folder("a")), try AccessKey(folder: folder("b")))
        let sealed = try key.seal(Self.secret, for: "D1")
        #expect(try AccessKey(folder: folder("a")).open(sealed, for: "D1") == Self.secret, "the key was kept")
        #expect(key.open(sealed, for: "D2") == nil && other.open(sealed, for: "D1") == nil)
        #expect(key.recoveryHash("A", of: "D1") != key.recoveryHash("A", of: "D2"))
        #expect(key.recoveryHash("A", of: "D1") != other.recoveryHash("A", of: "D1"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder("a") + "/access.key")[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: folder("a") + "/access.key"))
        #expect(throws: ComityError.coded(.storage)) { try AccessKey(folder: folder("a")) }
    }
}
