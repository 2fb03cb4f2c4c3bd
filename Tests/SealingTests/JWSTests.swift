// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Sealing

@Suite struct JWSTests {
    let key = SigningKey.generate()

    private func document(_ header: String, payload: String = "YQ", extra: String = "", top: String = "") throws -> [UInt8] {
        let protected = Base64.urlEncode(Array(header.utf8))
        let signature = Base64.urlEncode(try key.sign(Array("\(protected).\(payload)".utf8)))
        return Array(
            "{\"payload\":\"\(payload)\"\(top),\"signatures\":[{\"protected\":\"\(protected)\",\"signature\":\"\(signature)\"\(extra)}]}"
                .utf8)
    }

    private var kid: String { key.verifyingKey.keyID }

    @Test func roundTrip() throws {
        let bytes = try JWS.sign(payload: Array("{\"a\":1}".utf8), type: "act+jws", key: key)
        let jws = try JWS(parsing: bytes, limit: bytes.count)
        #expect(jws.payload == Array("{\"a\":1}".utf8))
        #expect(jws.signatures.map(\.keyID) == [kid] && jws.signatures[0].algorithm == "EdDSA" && jws.signatures[0].type == "act+jws")
        #expect(jws.isValid(0, with: key.verifyingKey))
        #expect(!jws.isValid(1, with: key.verifyingKey) && !jws.isValid(-1, with: key.verifyingKey))
        #expect(!jws.isValid(0, with: SigningKey.generate().verifyingKey))
        #expect(throws: ComityError(.tooLarge, "")) { try JWS(parsing: bytes, limit: bytes.count - 1) }
    }

    /// A document as it is written here is read without the library; one with a space goes through the library. Both say the same, whatever
    /// one byte is changed to.
    @Test func bothWaysOfReadingAgree() throws {
        var generator = Seeded.fresh()
        let bytes = try JWS.sign(payload: Array("{\"a\":\"é\"}".utf8), type: "act+jws", key: key)
        for round in 0..<2000 {
            var changed = bytes
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            if round > 0 {
                changed[place] =
                    round % 2 == 0
                    ? UInt8.random(in: .min ... .max, using: &generator)
                    : Array("\"\\ {}[]:,.=-_A".utf8).randomElement(using: &generator) ?? 0
            }
            let quick = Result { () throws(ComityError) in try JWS(parsing: changed, limit: 10_000) }
            let slow = Result { () throws(ComityError) in try JWS(parsing: changed + [0x20], limit: 10_000) }
            switch (quick, slow) {
            case (.success(let quick), .success(let slow)):
                #expect(
                    quick.payload == slow.payload && quick.signatures.map(\.keyID) == slow.signatures.map(\.keyID)
                        && quick.isValid(0, with: key.verifyingKey) == slow.isValid(0, with: key.verifyingKey),
                    "seed \(generator.seed), round \(round)")
            case (.failure(let quick), .failure(let slow)): #expect(quick.code == slow.code, "seed \(generator.seed), round \(round)")
            default: Issue.record("seed \(generator.seed), round \(round): one way reads “\(String(decoding: changed, as: UTF8.self))”")
            }
            if round == 0 { #expect(try quick.get().isValid(0, with: key.verifyingKey)) }
        }
    }

    /// RFC 8037 appendix A: the example key, its thumbprint and its signature.
    @Test func rfc8037Example() throws {
        let seed = try #require(Base64.urlDecode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
        let key = try SigningKey(rawRepresentation: seed)
        #expect(key.verifyingKey.keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let input = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try key.sign(input)
        #expect(
            Base64.urlEncode(signature)
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    }

    @Test func keysAsJWK() throws {
        let bytes = try IJSON.encode(key.verifyingKey)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\""))
        #expect(try IJSON.decode(VerifyingKey.self, from: bytes, limit: 1000) == key.verifyingKey)
        let x = Base64.urlEncode(key.verifyingKey.rawRepresentation)
        for bad in [
            "{\"crv\":\"X25519\",\"kty\":\"OKP\",\"x\":\"\(x)\"}", "{\"crv\":\"Ed25519\",\"kty\":\"EC\",\"x\":\"\(x)\"}",
            "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"AAAA\"}", "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"\(x)=\"}",
            "{\"crv\":\"Ed25519\",\"kty\":\"OKP\"}", "{\"crv\":\"Ed25519\",\"d\":\"\(x)\",\"kty\":\"OKP\",\"x\":\"\(x)\"}",
        ] {
            #expect(throws: ComityError(.schema, "")) { try IJSON.decode(VerifyingKey.self, from: Array(bad.utf8), limit: 1000) }
        }
    }

    @Test func refusals() throws {
        let good = "{\"alg\":\"EdDSA\",\"kid\":\"\(kid)\"}"
        #expect(try JWS(parsing: document(good), limit: 9999).isValid(0, with: key.verifyingKey))
        let cases: [(String, [UInt8])] = [
            ("crit", try document("{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"kid\":\"\(kid)\"}")),
            ("b64", try document("{\"alg\":\"EdDSA\",\"b64\":false,\"kid\":\"\(kid)\"}")),
            ("no alg", try document("{\"kid\":\"\(kid)\"}")),
            ("alg twice", try document("{\"alg\":\"EdDSA\",\"alg\":\"none\",\"kid\":\"\(kid)\"}")),
            ("unprotected alg", try document(good, extra: ",\"header\":{\"alg\":\"EdDSA\"}")),
            ("unprotected crit", try document(good, extra: ",\"header\":{\"crit\":[]}")),
            ("flattened too", try document(good, top: ",\"signature\":\"YQ\"")),
            ("padding", try document(good, payload: "YQ==")),
            ("trailing bits", try document(good, payload: "YR")),
            ("none", Array("{\"payload\":\"YQ\",\"signatures\":[]}".utf8)),
            (
                "nine",
                Array(
                    "{\"payload\":\"YQ\",\"signatures\":[\(Array(repeating: "{\"protected\":\"e30\",\"signature\":\"YQ\"}", count: 9).joined(separator: ","))]}"
                        .utf8)
            ),
        ]
        for (name, bytes) in cases { #expect(throws: ComityError(.schema, ""), "\(name)") { try JWS(parsing: bytes, limit: 9999) } }
        for header in [
            "{\"alg\":\"none\",\"kid\":\"\(kid)\"}", "{\"alg\":\"HS256\",\"kid\":\"\(kid)\"}", "{\"alg\":\"EdDSA\",\"kid\":\"x\"}",
            "{\"alg\":\"EdDSA\"}",
        ] {
            #expect(!(try JWS(parsing: document(header), limit: 9999)).isValid(0, with: key.verifyingKey), "\(header)")
        }
    }

    @Test func everyFlipFails() throws {
        let bytes = try JWS.sign(payload: Array("{\"a\":1}".utf8), type: "t", key: key)
        for bit in 0..<(bytes.count * 8) {
            var bad = bytes
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect((try? JWS(parsing: bad, limit: 9999))?.isValid(0, with: key.verifyingKey) != true, "bit \(bit)")
        }
    }

    @Test func joseLibraryAgrees() throws {
        guard has("python3", "-c", "import joserfc") else {
            print("skipped: joserfc (not installed)")
            return
        }
        let folder = try Temporary()
        let path = try folder.put("a.jws", JWS.sign(payload: Array("{\"a\":1}".utf8), type: "act+jws", key: key))
        let script = """
            import json, sys
            from joserfc import jws
            from joserfc.jwk import OKPKey
            key = OKPKey.import_key(json.loads(sys.argv[2]))
            member = jws.deserialize_json(json.load(open(sys.argv[1])), key, algorithms=["EdDSA"])
            assert member.payload == b'{"a":1}', member.payload
            assert key.thumbprint() == sys.argv[3]
            print("verified")
            """
        let jwk = String(decoding: try IJSON.encode(key.verifyingKey), as: UTF8.self)
        let result = try run(["python3", "-W", "ignore", "-c", script, path, jwk, kid])
        #expect(result.status == 0 && result.output.contains("verified"), "\(result.output)")
    }
}
