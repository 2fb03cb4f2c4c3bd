// SPDX-License-Identifier: Apache-2.0

import Dossier
import Foundation
import Register
import Sealing
import Standards
import TestSupport
import Testing

@testable import Exchange

/// Our published vectors of acts and receipts, made by another implementation (Tests/Vectors/act/make.py).
@Suite struct ActVectorTests {
    private struct Expected: Decodable {
        let hash: String
        let spacedHash: String
        let kid: String
        let payloadBytes: Int
        let index: Int64
        let size: Int64
        let root: String
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Shared.repository.appendingPathComponent("Tests/Vectors/act/\(name)")))
    }

    @Test func actsAndReceiptOfAnotherImplementation() throws {
        let expected = try JSONDecoder().decode(Expected.self, from: Data(bytes("expected.json")))
        let key = try JSONDecoder().decode(VerifyingKey.self, from: Data(bytes("key.jwk")))
        #expect(key.keyID == expected.kid)
        let act = try VerifiedAct.reread(bytes("act.json"), key: key)
        #expect(act.hash.description == expected.hash)
        #expect(try UnverifiedAct(bytes("act.json")).jws.payload.count == expected.payloadBytes)
        // Other bytes for the same values: the signature holds over what was signed, and the hash is another.
        let spaced = try VerifiedAct.reread(bytes("act-spaced.json"), key: key)
        #expect(spaced.hash.description == expected.spacedHash && spaced.act == act.act)
        let text = String(decoding: try bytes("register.vkey"), as: UTF8.self).trimmingCharacters(in: .newlines)
        let receipt = try IJSON.decode(Receipt.self, from: try bytes("receipt.json"), limit: Receipt.limit)
        let head = try receipt.verify(act: act.hash, signedBy: try NoteVerifier(text))
        #expect(receipt.index == expected.index && head.size == expected.size && head.root.description == expected.root)
        // What we sign from the same values is the same act.
        #expect(try IJSON.encode(act.act).count == expected.payloadBytes)
    }
}
