// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sealing
import Standards

/// JSON Web Signature vectors of Wycheproof. Comity signs with EdDSA over Ed25519 only; everything else must be refused, however well
/// it is signed.
enum JOSESuite {
    static func run(_ folder: String, _ tally: inout Tally) throws(ComityError) {
        for (name, bytes) in try Vectors.files(in: folder) where name.hasPrefix("json_web_signature") && name.hasSuffix(".json") {
            guard let groups = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))["testGroups"]?.array else {
                throw ComityError(.malformedInput, "\(name) is no file of Wycheproof.")
            }
            let stranger = SigningKey.generate().verifyingKey
            for group in groups { try run(group, name, stranger, &tally) }
        }
    }

    private static func run(_ group: JSONValue, _ file: String, _ stranger: VerifyingKey, _ tally: inout Tally) throws(ComityError) {
        let jwk = group["public"] ?? .null
        let isOurs = jwk["kty"]?.string == "OKP" && jwk["crv"]?.string == "Ed25519"
        let raw = jwk["x"]?.string.flatMap { Base64.urlDecode($0) } ?? []
        let key = isOurs ? try VerifyingKey(rawRepresentation: raw) : stranger
        for test in group["tests"]?.array ?? [] {
            let text = test["jws"]?.string ?? ""
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            // The general JSON serialisation is the only one that is read.
            let general =
                parts.count == 3
                ? "{\"payload\":\"\(parts[1])\",\"signatures\":[{\"protected\":\"\(parts[0])\",\"signature\":\"\(parts[2])\"}]}" : text
            let jws = try? JWS(parsing: Array(general.utf8), limit: 1 << 20)
            let isTaken = jws?.isValid(0, with: key) ?? false
            let number = test["tcId"]?.integer ?? 0
            if isOurs {
                // A signature without the key's id is not looked at: nobody says whose it is.
                let isWanted = test["result"]?.string == "valid" && jws?.signatures.first?.keyID == key.keyID
                tally.count("\(file) \(number)", isTaken == isWanted ? nil : isTaken ? "it was believed" : "it was refused")
            } else if isTaken {
                tally.count("\(file) \(number)", "a signature of another algorithm was believed")
            } else {
                tally.other += 1
            }
        }
    }
}
