// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import Sealing

/// RFC 3161: what is asked, and what is believed.
@Suite struct TimeStampTests {
    let folder: Temporary
    let maker = StampMaker()
    let digest = Array(SHA256.hash(data: Array("statement".utf8)))

    init() throws { folder = try Temporary() }

    private func check(_ bytes: [UInt8], nonce: [UInt8]? = nil, roots: TimeStampRoots? = nil) async throws -> TimeStamp {
        try await TimeStampToken(bytes).verified(over: digest, nonce: nonce, roots: roots ?? maker.roots)
    }

    /// Why it is refused; nil when it is not.
    private func refusal(_ change: (inout StampMaker.Faults) -> Void) async throws -> String? {
        do {
            _ = try await check(try maker.token(digest, change))
            return nil
        } catch let error as ComityError { return "\(error.code.rawValue) \(error.what) \(error.why)" }
    }

    @Test func questionsAreReadByOpenSSL() throws {
        for _ in 0..<20 {
            let request = try TimeStampRequest(digest: digest)
            #expect(request.nonce.count == 8 && (0x40...0x7F).contains(request.nonce[0]))
            #expect(try TimeStampRequest(digest: digest).nonce != request.nonce)
        }
        #expect(throws: ComityError(.malformedInput, "")) { try TimeStampRequest(digest: [1, 2, 3]) }
        guard has("openssl", "version") else {
            print("skipped: openssl (not installed)")
            return
        }
        let request = try TimeStampRequest(digest: digest)
        try folder.put("q.tsq", request.bytes)
        let text = try run(["openssl", "ts", "-query", "-in", folder("q.tsq"), "-text"]).output
        #expect(text.contains("Version: 1") && text.contains("Hash Algorithm: sha256") && text.contains("Certificate required: yes"))
        #expect(text.contains("Nonce: 0x\(Hex.encode(request.nonce).uppercased())"), "\(text)")
    }

    /// Answers of `openssl ts` with keys of both kinds, with an issuer between root and service; and openssl agrees with the verdict.
    @Test(arguments: StampingAuthority.Key.allCases)
    func whatOpenSSLStamped(_ key: StampingAuthority.Key) async throws {
        guard let service = try StampingAuthority(in: folder("ca"), key: key) else { return }
        let request = try TimeStampRequest(digest: digest)
        let answer = try service.answer(request.bytes)
        let roots = try TimeStampRoots(pem: try contents(service.roots))
        let stamp = try await check(answer, nonce: request.nonce, roots: roots)
        #expect(stamp.authority == "Stamping service" && stamp.policy == "1.3.6.1.4.1.99999.1" && stamp.accuracy == 1500)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        #expect(abs(stamp.time.milliseconds - now) < 600_000)
        try folder.put("a.tsr", answer)
        let verify = ["openssl", "ts", "-verify", "-digest", Hex.encode(digest), "-in", folder("a.tsr"), "-CAfile", service.roots]
        let theirs = try run(verify)
        #expect(theirs.status == 0 && theirs.output.contains("Verification: OK"), "\(theirs.output)")
        // Other digest, other nonce, another root.
        let token = try TimeStampToken(answer)
        for (digest, nonce) in [(Array(SHA256.hash(data: [1])), request.nonce), (digest, [1]), (digest, request.nonce + [0])] {
            await #expect(throws: ComityError(.verificationFailed, "")) {
                try await token.verified(over: digest, nonce: nonce, roots: roots)
            }
        }
        await #expect(throws: ComityError(.verificationFailed, "")) { try await token.verified(over: digest, roots: try maker.roots) }
        // The token alone, and the answer of a service that was not asked for its certificate.
        #expect(try await check(Array(token.token), nonce: request.nonce, roots: roots) == stamp)
        let query = try run(["openssl", "ts", "-query", "-digest", Hex.encode(digest), "-sha256", "-out", folder("bare.tsq")])
        #expect(query.status == 0)
        let bare = try TimeStampToken(try service.answer(try contents(folder("bare.tsq"))))
        await #expect(throws: ComityError(.verificationFailed, "")) { try await bare.verified(over: digest, roots: roots) }
        // Over another kind of hash.
        #expect(
            try run([
                "openssl", "ts", "-query", "-digest", String(repeating: "ab", count: 48), "-sha384", "-cert", "-out", folder("384.tsq"),
            ]).status == 0)
        let other = try service.answer(try contents(folder("384.tsq")))
        #expect(throws: ComityError(.schema, "")) { try TimeStampToken(other) }
    }

    /// Every byte of a token counts, and so does its end.
    @Test func everyDamageIsRefused() async throws {
        let token = try maker.token(digest, nonce: [0x41, 2, 3])
        #expect(try await check(token, nonce: [0x41, 2, 3]).time == Instant("2026-11-22T12:00:00Z"))
        let roots = try maker.roots
        var generator = Seeded(UInt64.random(in: 0...UInt64.max))
        let seed = generator.seed
        for index in token.indices {
            var bad = token
            bad[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            let held = try? await TimeStampToken(bad).verified(over: digest, nonce: [0x41, 2, 3], roots: roots)
            #expect(held == nil, "byte \(index), seed \(seed)")
        }
        for length in stride(from: 0, to: token.count, by: 7) {
            #expect(throws: ComityError(.schema, ""), "\(length)") { try TimeStampToken(Array(token.prefix(length))) }
        }
        #expect(throws: ComityError(.schema, "")) { try TimeStampToken(token + [0]) }
        #expect(throws: ComityError(.tooLarge, "")) { try TimeStampToken([UInt8](repeating: 0, count: TimeStampToken.limit + 1)) }
        for _ in 0..<500 {
            let count = Int.random(in: 0...300, using: &generator)
            #expect(throws: ComityError(.schema, ""), "seed \(seed)") { try TimeStampToken([0x30, 0x82] + generator.bytes(count)) }
        }
    }

    @Test func damageToAnAnswerOfOpenSSL() async throws {
        guard let service = try StampingAuthority(in: folder("ca")) else { return }
        let request = try TimeStampRequest(digest: digest)
        let token = Array(try TimeStampToken(try service.answer(request.bytes)).token)
        let roots = try TimeStampRoots(pem: try contents(service.roots))
        _ = try await check(token, nonce: request.nonce, roots: roots)
        for index in token.indices {
            var bad = token
            bad[index] ^= 0x10
            let held = try? await TimeStampToken(bad).verified(over: digest, nonce: request.nonce, roots: roots)
            #expect(held == nil, "byte \(index)")
        }
    }

    @Test func theChainCountsAtTheTimeOfTheStamp() async throws {
        // Valid then, and not any more.
        let old = try await check(
            try maker.token(digest) {
                $0.time = "20220615083000.25Z"
                $0.validity = ("2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z")
            })
        #expect(old.time.utc == "2022-06-15T08:30:00.250Z" && old.serial == "07" && old.authority == "Maker" && old.accuracy == nil)
        for time in ["20211231235959Z", "20230101000001Z", "20261122120000Z"] {
            let refused = try await refusal {
                $0.time = time
                $0.validity = ("2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z")
            }
            #expect(refused?.contains("does not lead to a trusted root") == true, "\(time)")
        }
    }

    @Test func theCertificateMustBeForTimeStamps() async throws {
        for (purposes, critical) in [
            (nil, true), ([.timeStamping], false), ([.timeStamping, .serverAuth], true), ([.any], true), ([.codeSigning], true),
        ] as [([ExtendedKeyUsage.Usage]?, Bool)] {
            let refused = try await refusal {
                $0.purposes = purposes
                $0.isPurposeCritical = critical
            }
            #expect(refused?.contains("does not lead to a trusted root") == true, "\(String(describing: purposes)) \(critical)")
        }
        #expect(try await refusal { $0.keyUsage = KeyUsage(keyEncipherment: true) }?.contains("trusted root") == true)
        #expect(try await refusal { $0.keyUsage = KeyUsage(nonRepudiation: true) } == nil)
        #expect(try await refusal { $0.isSelfSigned = true }?.contains("trusted root") == true)
    }

    @Test func theSignedAttributesMustAgree() async throws {
        #expect(try await refusal { $0.bindings = [.v1] } == nil)
        #expect(try await refusal { $0.bindings = [.v1, .v2] } == nil)
        #expect(try await refusal { $0.bindings = [] }?.contains("nothing binds it") == true)
        #expect(try await refusal { $0.bindings = [.other] }?.contains("another certificate") == true)
        #expect(try await refusal { $0.bindings = [.v1, .other] }?.contains("another certificate") == true)
        #expect(try await refusal { $0.bindings = [.v2, .v2] }?.hasPrefix("schema") == true, "an attribute twice")
        #expect(try await refusal { $0.contentType = .signedData }?.contains("what is signed") == true)
        #expect(try await refusal { $0.changesDigest = true }?.contains("what is signed") == true)
        #expect(try await refusal { $0.repeatsDigest = true }?.hasPrefix("schema") == true)
        #expect(try await refusal { $0.isNamedByKey = true } == nil)
        #expect(try await refusal { $0.sendsCertificate = false }?.contains("did not come along") == true)
        for version: UInt8 in [0, 1, 4] { #expect(try await refusal { $0.version = version }?.hasPrefix("schema") == true) }
    }

    @Test func whatTheServiceSaysBesides() async throws {
        // [1] extensions: one that is not critical, one that is, and a member that nobody knows.
        let identifier: [UInt8] = [0x06, 0x02, 0x2A, 0x03]
        let harmless: [UInt8] = [0xA1, 0x09, 0x30, 0x07] + identifier + [0x04, 0x01, 0x00]
        let critical: [UInt8] = [0xA1, 0x0C, 0x30, 0x0A] + identifier + [0x01, 0x01, 0xFF, 0x04, 0x01, 0x00]
        #expect(try await refusal { $0.tail = harmless } == nil)
        #expect(try await refusal { $0.tail = critical }?.hasPrefix("schema") == true)
        #expect(try await refusal { $0.tail = [0xA2, 0x00] }?.hasPrefix("schema") == true)
        for time in ["20261322120000Z", "202611221200Z", "20261122120000", "20261122120000+0100"] {
            #expect(try await refusal { $0.time = time }?.hasPrefix("schema") == true, "\(time)")
        }
        let refused = #expect(throws: ComityError.self) { try TimeStampToken(maker.refusal(2, "unknown\u{7} policy")) }
        #expect(refused?.code == .peerRefused && refused?.why.contains("unknown") == true && refused?.why.contains("\u{7}") == false)
        #expect(throws: ComityError(.schema, "")) { try TimeStampToken(maker.refusal(0, "granted, and nothing given")) }
    }

    @Test func rootsAreReadAsPEM() async throws {
        for bad in ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            #expect(throws: ComityError(.malformedInput, "")) { try TimeStampRoots(pem: Array(bad.utf8)) }
        }
    }
}
