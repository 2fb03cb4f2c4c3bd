// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Testing

@testable import Sealing

/// ML-DSA-65: keys, signatures, and the second signature of a statement.
@Suite struct StatementKeyTests {
    let folder: Temporary
    let key = SigningKey.generate()
    let second: StatementKey
    let identity = AgeIdentity.generate(.x25519)

    init() throws {
        folder = try Temporary()
        second = try StatementKey.generate()
    }

    private struct Sender: SenderKeys, Encodable {
        let signingKey: VerifyingKey
        var statementKey: StatementVerifyingKey?
    }

    private func sender(_ second: StatementKey? = nil) -> Sender {
        Sender(signingKey: key.verifyingKey, statementKey: (second ?? self.second).verifyingKey)
    }

    // MARK: Keys

    /// RFC 9964, appendix A.1.1: the example key for ML-DSA-65 has a seed of zeros, and its thumbprint is given.
    @Test func rfc9964Example() throws {
        let key = try StatementKey(seed: [UInt8](repeating: 0, count: 32))
        #expect(key.keyID == "Suiu29qbfuaBaR4Ats-c6XQBePB_OpAxAwcTR_0KXVM")
        #expect(Base64.urlEncode(key.verifyingKey.rawRepresentation).hasPrefix("QksvJn5Y1bO0TXGs_Gpla7JpUNV8YdsciAvPof6rRD8JQquL2619"))
    }

    @Test func keysAndSignatures() throws {
        let copy = try StatementKey(seed: second.seed)
        #expect(copy.verifyingKey == second.verifyingKey && copy.keyID == second.keyID && second.seed.count == 32)
        let message = Array("message".utf8)
        let signature = try second.sign(message)
        #expect(signature.count == 3309 && second.verifyingKey.rawRepresentation.count == 1952)
        #expect(copy.verifyingKey.isValidSignature(signature, for: message))
        #expect(!copy.verifyingKey.isValidSignature(signature, for: message + [0]))
        #expect(!copy.verifyingKey.isValidSignature(Array(signature.dropLast()), for: message))
        #expect(!copy.verifyingKey.isValidSignature(signature + [0], for: message))
        #expect(!(try StatementKey.generate().verifyingKey.isValidSignature(signature, for: message)))
        for length in [0, 31, 33, 64] {
            #expect(throws: ComityError(.malformedInput, "")) { try StatementKey(seed: [UInt8](repeating: 1, count: length)) }
        }
        #expect(throws: ComityError(.malformedInput, "")) { try StatementVerifyingKey(rawRepresentation: [UInt8](repeating: 1, count: 32)) }
    }

    @Test func keysAsJWK() throws {
        let bytes = try IJSON.encode(second.verifyingKey)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\",\"pub\":\""))
        #expect(try IJSON.decode(StatementVerifyingKey.self, from: bytes, limit: 4000) == second.verifyingKey)
        let pub = Base64.urlEncode(second.verifyingKey.rawRepresentation)
        for bad in [
            "{\"alg\":\"ML-DSA-87\",\"kty\":\"AKP\",\"pub\":\"\(pub)\"}", "{\"alg\":\"ML-DSA-65\",\"kty\":\"OKP\",\"pub\":\"\(pub)\"}",
            "{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\",\"pub\":\"AAAA\"}", "{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\",\"pub\":\"\(pub)=\"}",
            "{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\"}", "{\"kty\":\"AKP\",\"pub\":\"\(pub)\"}",
            "{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\",\"priv\":\"\",\"pub\":\"\(pub)\"}",
        ] {
            #expect(throws: ComityError(.schema, "")) { try IJSON.decode(StatementVerifyingKey.self, from: Array(bad.utf8), limit: 4000) }
        }
    }

    @Test func severalSignatures() throws {
        let bytes = try JWS.sign(payload: [1, 2], type: "t", keys: [key, second])
        let jws = try JWS(parsing: bytes, limit: 9999)
        #expect(jws.payload == [1, 2] && jws.signatures.map(\.algorithm) == ["EdDSA", "ML-DSA-65"])
        #expect(jws.signatures.map(\.keyID) == [key.keyID, second.keyID])
        #expect(jws.isValid(0, with: key.verifyingKey) && jws.isValid(1, with: second.verifyingKey))
        #expect(!jws.isValid(1, with: key.verifyingKey) && !jws.isValid(0, with: second.verifyingKey))
        #expect(!(try jws.isValid(1, with: StatementKey.generate().verifyingKey)) && !jws.isValid(2, with: second.verifyingKey))
        #expect(try JWS.payload(ofKept: bytes, limit: 9999) == [1, 2])
        #expect(try JWS.sign(payload: [1], type: "t", key: key) == JWS.sign(payload: [1], type: "t", keys: [key]))
    }

    /// The algorithm is what the key is for: an Ed25519 signature that calls itself ML-DSA-65 holds for nobody, nor the other way round.
    @Test func algorithmsAreNotExchanged() throws {
        for (alg, kid) in [("ML-DSA-65", key.keyID), ("EdDSA", second.keyID), ("ML-DSA-65", second.keyID), ("ML-DSA-44", second.keyID)] {
            let protected = Base64.urlEncode(Array("{\"alg\":\"\(alg)\",\"kid\":\"\(kid)\"}".utf8))
            let isOurs = alg == "ML-DSA-65" && kid == second.keyID
            let input = Array("\(protected).YQ".utf8)
            for (signature, isSecond) in [(try key.sign(input), false), (try second.sign(input), true)] {
                let text =
                    "{\"payload\":\"YQ\",\"signatures\":[{\"protected\":\"\(protected)\",\"signature\":\"\(Base64.urlEncode(signature))\"}]}"
                let jws = try JWS(parsing: Array(text.utf8), limit: 9999)
                #expect(!jws.isValid(0, with: key.verifyingKey))
                #expect(jws.isValid(0, with: second.verifyingKey) == (isOurs && isSecond), "\(alg) \(kid) \(isSecond)")
            }
        }
    }

    /// A library of others verifies ours, and ours theirs.
    @Test func anotherLibraryAgrees() throws {
        guard has("python3", "-c", "from cryptography.hazmat.primitives.asymmetric import mldsa") else {
            print("skipped: ML-DSA of python’s cryptography (not installed)")
            return
        }
        let path = try folder.put("a.jws", JWS.sign(payload: Array("{\"a\":1}".utf8), type: "act+jws", keys: [key, second]))
        let script = """
            import base64, hashlib, json, sys
            from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
            decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            encode = lambda octets: base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
            document, jwk = json.load(open(sys.argv[1])), json.loads(sys.argv[2])
            signature = document["signatures"][1]
            header = json.loads(decode(signature["protected"]))
            thumbprint = encode(hashlib.sha256(json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()).digest())
            assert header == {"alg": "ML-DSA-65", "kid": thumbprint, "typ": "act+jws"}, header
            MLDSA65PublicKey.from_public_bytes(decode(jwk["pub"])).verify(
                decode(signature["signature"]), (signature["protected"] + "." + document["payload"]).encode())
            theirs = MLDSA65PrivateKey.from_seed_bytes(bytes(range(32)))
            print(encode(theirs.public_key().public_bytes_raw()), encode(theirs.sign(b"theirs")))
            """
        let jwk = String(decoding: try IJSON.encode(second.verifyingKey), as: UTF8.self)
        let result = try run(["python3", "-W", "ignore", "-c", script, path, jwk])
        let parts = result.output.split(whereSeparator: \.isWhitespace).map(String.init)
        try #require(result.status == 0 && parts.count == 2, "\(result.output)")
        let theirs = try StatementVerifyingKey(rawRepresentation: #require(Base64.urlDecode(parts[0])))
        #expect(theirs.isValidSignature(try #require(Base64.urlDecode(parts[1])), for: Array("theirs".utf8)))
        #expect(try StatementKey(seed: Array(0..<32)).verifyingKey == theirs)
    }

    // MARK: Packages

    private func seal(_ second: StatementKey? = nil, entry: Sender? = nil) throws -> SealedPackage {
        try folder.put("x", [1, 2, 3])
        var request = try Sample.request([folder("x")], key: key, to: [identity.recipient])
        request.statementKey = second ?? self.second
        request.signerEntry = try JWS.sign(payload: try IJSON.encode(entry ?? sender()), type: "entry+jws", key: key)
        return try PackageWriter.seal(request, to: folder("parcel.bag.tar.age"))
    }

    private func verify(_ path: String, _ keys: (any SenderKeys)?, unknown: Bool = false) throws -> PackageVerdict {
        let kid = key.keyID
        return try PackageVerifier.verify(
            path: path, identities: [identity], trusted: { $0 == kid ? keys : nil }, allowUnknownSigner: unknown)
    }

    private func states(_ verdict: PackageVerdict) -> [String] {
        verdict.signatures.map { "\($0.algorithm) \($0.state.rawValue)" }
    }

    @Test func bothSignaturesHold() throws {
        let sealed = try seal()
        let verdict = try verify(sealed.path, sender())
        #expect(verdict.isValid && verdict.findings.isEmpty && verdict.signer == .trusted(key.keyID), "\(verdict.findings)")
        #expect(states(verdict) == ["EdDSA held", "ML-DSA-65 held"] && verdict.signatures.map(\.kid) == [key.keyID, second.keyID])
        #expect(verdict.signatures.sentence == "Ed25519 and ML-DSA-65 hold")
        let copy = try IJSON.decode(PackageVerdict.self, from: try IJSON.encode(verdict), limit: 1 << 20)
        #expect(copy.signatures == verdict.signatures)
        // Somebody who knows only the first key, and somebody who knows none and takes those in the package.
        let first = try verify(sealed.path, key.verifyingKey)
        #expect(first.isValid && states(first) == ["EdDSA held", "ML-DSA-65 key-unknown"])
        #expect(first.signatures.sentence == "Ed25519 holds; ML-DSA-65 is by a key that is not known here")
        let none = try verify(sealed.path, nil, unknown: true)
        #expect(none.isValid && none.signer == .unknown(key.keyID) && states(none) == ["EdDSA held", "ML-DSA-65 held"])
        let bag = try PackageOpener.open(path: sealed.path, identities: [identity], to: folder.path)
        let text = String(decoding: try contents(bag + "/comity/VERIFY.txt"), as: UTF8.self)
        #expect(text.contains(key.keyID) && text.contains(second.keyID) && text.contains("both must hold"))
    }

    /// Opens the package, changes its statement, and makes the lists of tag files agree with that.
    private func altered(_ change: (inout [[String: String]]) throws -> Void) throws -> PackageVerdict {
        let name = "bag-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        let bag = try PackageOpener.open(path: folder("parcel.bag.tar.age"), identities: [identity], to: folder(name))
        let path = bag + "/comity/statement.jws"
        var document = try #require(try JSONSerialization.jsonObject(with: Data(contents(path))) as? [String: Any])
        var signatures = try #require(document["signatures"] as? [[String: String]])
        try change(&signatures)
        document["signatures"] = signatures
        try JSONSerialization.data(withJSONObject: document).write(to: URL(fileURLWithPath: path))
        let list = bag + "/tagmanifest-sha256.txt"
        let lines = String(decoding: try contents(list), as: UTF8.self).split(separator: "\n").map { line in
            line.hasSuffix("comity/statement.jws") ? "\(sha256Hex((try? contents(path)) ?? []))  comity/statement.jws" : String(line)
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: list))
        let (kid, keys) = (key.keyID, sender())
        return try PackageVerifier.verify(bag: bag, trusted: { $0 == kid ? keys : nil })
    }

    private func codes(_ verdict: PackageVerdict) -> [String] { verdict.findings.map { String($0.prefix { $0 != ":" }) } }

    @Test func eachSignatureDamaged() throws {
        _ = try seal()
        #expect(try altered { _ in }.isValid)
        for (index, expected) in [(0, ["EdDSA bad", "ML-DSA-65 held"]), (1, ["EdDSA held", "ML-DSA-65 bad"])] {
            for place in [0, 30, 80] {
                let verdict = try altered { signatures in
                    var bytes = try #require(Base64.urlDecode(signatures[index]["signature"] ?? "-"))
                    bytes[place % bytes.count] ^= 1
                    signatures[index]["signature"] = Base64.urlEncode(bytes)
                }
                #expect(!verdict.isValid && states(verdict) == expected && verdict.signer == .invalid, "\(index) \(place)")
                #expect(codes(verdict) == ["signature-bad"] && verdict.exhibits.allSatisfy { $0.state == .intact })
                #expect(verdict.sentence.hasPrefix("Not valid: The signature of the statement"))
            }
        }
        let both = try altered { signatures in
            for index in 0..<2 { signatures[index]["signature"] = Base64.urlEncode([1, 2, 3]) }
        }
        #expect(codes(both) == ["signature-bad", "signature-bad"] && states(both) == ["EdDSA bad", "ML-DSA-65 bad"])
        #expect(both.signatures.sentence == "Ed25519 and ML-DSA-65 do not hold")
    }

    @Test func aSignatureTakenAwayIsNoticed() throws {
        let sealed = try seal()
        let verdict = try altered { $0.removeLast() }
        #expect(!verdict.isValid && codes(verdict) == ["signature-missing"] && states(verdict) == ["EdDSA held"])
        #expect(verdict.findings[0].contains(second.keyID))
        // Without the first one nobody known has signed it.
        let other = try altered { $0.removeFirst() }
        #expect(!other.isValid && other.signer == .unknown(second.keyID) && codes(other) == ["signer-unknown"])
        // The order says nothing.
        #expect(try altered { $0.reverse() }.isValid)
        // The same signature twice is one.
        #expect(try altered { $0.append($0[0]) }.isValid)
        // One that calls itself by the name of the other algorithm is none.
        let renamed = try altered { signatures in
            let header = "{\"alg\":\"EdDSA\",\"kid\":\"\(self.second.keyID)\",\"typ\":\"comity-package+jws\"}"
            signatures[1]["protected"] = Base64.urlEncode(Array(header.utf8))
        }
        #expect(!renamed.isValid && codes(renamed) == ["signature-bad", "signature-missing"])
        #expect(try verify(sealed.path, sender()).isValid)
    }

    @Test func aSignatureOfAnotherKeyDoesNotStandForIt() throws {
        let other = try StatementKey.generate()
        // Signed by another key than the sender publishes.
        let swapped = try verify(try seal(other).path, sender())
        #expect(!swapped.isValid && codes(swapped) == ["signature-missing"] && states(swapped) == ["EdDSA held", "ML-DSA-65 key-unknown"])
        try FileManager.default.removeItem(atPath: folder("parcel.bag.tar.age"))
        // The package brings an entry that agrees with it: the trusted one counts.
        let brought = try verify(try seal(other, entry: sender(other)).path, sender())
        #expect(!brought.isValid && codes(brought) == ["signature-missing"])
        try FileManager.default.removeItem(atPath: folder("parcel.bag.tar.age"))
        // Its kid is that of the sender, the signature is not.
        _ = try seal()
        let forged = try altered { signatures in
            let input = Array("\(signatures[1]["protected"] ?? "").x".utf8)
            signatures[1]["signature"] = Base64.urlEncode(try other.sign(input))
        }
        #expect(!forged.isValid && codes(forged) == ["signature-bad"])
    }

    @Test func oneSignatureIsFineForASenderWithoutTheKey() throws {
        try folder.put("x", [1])
        let sealed = try PackageWriter.seal(
            Sample.request([folder("x")], key: key, to: [identity.recipient]), to: folder("parcel.bag.tar.age"))
        let verdict = try verify(sealed.path, key.verifyingKey)
        #expect(verdict.isValid && states(verdict) == ["EdDSA held"] && verdict.signatures.sentence == "Ed25519 holds")
        #expect(codes(try verify(sealed.path, sender())) == ["signature-missing"])
    }
}
