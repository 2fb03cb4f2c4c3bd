// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
import Standards
import Testing

@testable import Sealing

/// Wycheproof vectors for the primitives that this room relies on.
@Suite struct WycheproofTests {
    private func groups(_ name: String) throws -> [JSONValue]? {
        guard let url = Shared.vectors("wycheproof/\(name)") else {
            print("skipped: \(name) (shared/vectors not found)")
            return nil
        }
        return try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: url))["testGroups"]?.array
    }

    private func hex(_ value: JSONValue, _ name: String) throws -> [UInt8] { try #require(Hex.decode(value[name]?.string ?? "-")) }

    @Test func ed25519() throws {
        guard let groups = try groups("ed25519_test.json") else { return }
        var count = 0
        for group in groups {
            let key = try VerifyingKey(rawRepresentation: hex(try #require(group["publicKey"]), "pk"))
            for test in group["tests"]?.array ?? [] {
                let isValid = key.isValidSignature(try hex(test, "sig"), for: try hex(test, "msg"))
                #expect(isValid == (test["result"]?.string == "valid"), "case \(test["tcId"]?.integer ?? 0)")
                count += 1
            }
        }
        #expect(count > 100)
    }

    @Test func mlDSA65() throws {
        guard let groups = try groups("mldsa_65_verify_test.json") else { return }
        var count = 0
        for group in groups {
            let bytes = try #require(Hex.decode(group["publicKey"]?.string ?? "-"))
            let key = try? StatementVerifyingKey(rawRepresentation: bytes)
            for test in group["tests"]?.array ?? [] {
                // Documents are signed with an empty context: a signature with another one must not hold.
                let isValid = test["result"]?.string == "valid" && (test["ctx"]?.string ?? "").isEmpty
                let holds = key?.isValidSignature(try hex(test, "sig"), for: try hex(test, "msg")) ?? false
                #expect(holds == isValid, "case \(test["tcId"]?.integer ?? 0)")
                count += 1
            }
        }
        #expect(count > 50)
    }

    @Test func x25519() throws {
        guard let groups = try groups("x25519_test.json") else { return }
        var count = 0
        for test in groups.flatMap({ $0["tests"]?.array ?? [] }) {
            let expected = try hex(test, "shared")
            let key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: hex(test, "private"))
            let shared = AgeX25519.secret(key, try hex(test, "public"))
            if expected.allSatisfy({ $0 == 0 }) {
                #expect(shared == nil, "a low-order point is refused")
            } else {
                #expect(shared?.withUnsafeBytes { Array($0) } == expected, "case \(test["tcId"]?.integer ?? 0)")
            }
            count += 1
        }
        #expect(count > 400)
    }

    @Test func chaCha20Poly1305() throws {
        guard let groups = try groups("chacha20_poly1305_test.json") else { return }
        var count = 0
        for test in groups.flatMap({ $0["tests"]?.array ?? [] }) {
            let isValid = test["result"]?.string == "valid"
            let (iv, tag) = (try hex(test, "iv"), try hex(test, "tag"))
            count += 1
            guard iv.count == 12, tag.count == 16, let nonce = try? ChaChaPoly.Nonce(data: iv) else {
                #expect(!isValid)
                continue
            }
            let key = SymmetricKey(data: try hex(test, "key"))
            let (text, aad) = (try hex(test, "ct"), try hex(test, "aad"))
            let box = try ChaChaPoly.SealedBox(nonce: nonce, ciphertext: text, tag: tag)
            let opened = try? ChaChaPoly.open(box, using: key, authenticating: aad)
            #expect((opened != nil) == isValid, "case \(test["tcId"]?.integer ?? 0)")
            if isValid { #expect(opened.map { [UInt8]($0) } == (try hex(test, "msg"))) }
        }
        #expect(count > 300)
    }

    @Test func hkdf() throws {
        guard let groups = try groups("hkdf_sha256_test.json") else { return }
        var count = 0
        for test in groups.flatMap({ $0["tests"]?.array ?? [] }) {
            let size = Int(test["size"]?.integer ?? 0)
            count += 1
            guard test["result"]?.string == "valid" else {
                #expect(size > 255 * 32)
                continue
            }
            let key = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: try hex(test, "ikm")), salt: try hex(test, "salt"), info: try hex(test, "info"),
                outputByteCount: size)
            #expect(key.withUnsafeBytes { Array($0) } == (try hex(test, "okm")), "case \(test["tcId"]?.integer ?? 0)")
        }
        #expect(count > 50)
    }

    /// Only EdDSA over Ed25519 applies; everything else must be kept out, however well it is signed.
    @Test func jsonWebSignature() throws {
        guard let groups = try groups("json_web_signature_test.json") else { return }
        var applicable = 0
        var ran = 0
        var refused = 0
        let stranger = SigningKey.generate().verifyingKey
        for group in groups {
            let jwk = group["public"] ?? .null
            let isEd25519 = jwk["kty"]?.string == "OKP" && jwk["crv"]?.string == "Ed25519"
            for test in group["tests"]?.array ?? [] {
                let text = test["jws"]?.string ?? ""
                let parts = text.split(separator: ".", omittingEmptySubsequences: false)
                let general =
                    parts.count == 3
                    ? "{\"payload\":\"\(parts[1])\",\"signatures\":[{\"protected\":\"\(parts[0])\",\"signature\":\"\(parts[2])\"}]}" : text
                let jws = try? JWS(parsing: Array(general.utf8), limit: 1 << 20)
                if isEd25519 {
                    applicable += 1
                    let key = try VerifyingKey(rawRepresentation: #require(Base64.urlDecode(jwk["x"]?.string ?? "-")))
                    let isValid = test["result"]?.string == "valid" && jws?.signatures.first?.keyID == key.keyID
                    #expect((jws?.isValid(0, with: key) ?? false) == isValid)
                    ran += 1
                } else {
                    #expect(jws?.isValid(0, with: stranger) != true)
                    refused += 1
                }
            }
        }
        #expect(ran == applicable)
        #expect(refused > 300)
        print("JWS vectors: \(ran) of \(applicable) applicable ones run, \(refused) of other algorithms refused")
    }
}
