// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import TestSupport
import Testing

@Suite struct NoteTests {
    private func key(_ name: String = "comity/XA/xa-247", _ byte: UInt8 = 7) throws -> NoteSigner {
        try NoteSigner(name: name, seed: [UInt8](repeating: byte, count: 32))
    }

    @Test func signedCheckpointReadsBack() throws {
        let key = try key()
        let checkpoint = Checkpoint(origin: key.verifier.name, size: 19, root: Hash.of([1]))
        let note = try checkpoint.signed(by: key).description
        #expect(try Checkpoint(note, signedBy: key.verifier) == checkpoint)
        #expect(try NoteVerifier(key.verifier.description) == key.verifier)
    }

    /// Made with another implementation (Tests/Vectors/README.md) from the seed 07…07.
    @Test func ownVector() throws {
        let url = Shared.repository.appendingPathComponent("Tests/Vectors/register/checkpoint.txt")
        let lines = try String(contentsOf: url, encoding: .utf8)
        let parts = lines.split(separator: "\n===\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let key = try key()
        #expect(key.verifier.description == parts[0])
        let checkpoint = try Checkpoint(parts[1], signedBy: try NoteVerifier(parts[0]))
        #expect(checkpoint.size == 3)
        #expect(try checkpoint.signed(by: key).description == parts[1])
    }

    @Test func otherKeysOtherNamesOtherRegisters() throws {
        let key = try key()
        let note = try Checkpoint(origin: key.verifier.name, size: 1, root: Hash.of([])).signed(by: key).description
        #expect(throws: ComityError(.verificationFailed, "")) {
            try Checkpoint(note, signedBy: try self.key("comity/XA/xa-247", 8).verifier)
        }
        #expect(throws: ComityError(.verificationFailed, "")) { try Checkpoint(note, signedBy: try self.key("comity/XB/xb-247").verifier) }
        let foreign = try Checkpoint(origin: "comity/XC/xc-247", size: 1, root: Hash.of([])).signed(by: key).description
        #expect(throws: ComityError(.verificationFailed, "")) { try Checkpoint(foreign, signedBy: key.verifier) }
    }

    /// Every single-bit flip of a note fails, and nothing crashes.
    @Test func everyBitCounts() throws {
        let key = try key()
        let bytes = Array(try Checkpoint(origin: key.verifier.name, size: 300, root: Hash.of([9])).signed(by: key).description.utf8)
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let text = String(decoding: flipped, as: UTF8.self)
            guard Array(text.utf8) == flipped else { continue }
            #expect(throws: ComityError.self, "bit \(bit)") { try Checkpoint(text, signedBy: key.verifier) }
        }
        for length in 0..<bytes.count {
            #expect(throws: ComityError.self, "length \(length)") {
                try Checkpoint(String(decoding: bytes[0..<length], as: UTF8.self), signedBy: key.verifier)
            }
        }
    }

    @Test func receiptIsForOneActOnly() throws {
        let key = try key()
        let act = Hash.of([1])
        let other = Hash.of([2])
        let left = RegisterEntry(content: act).leafHash
        let right = RegisterEntry(content: other).leafHash
        let note = try Checkpoint(origin: key.verifier.name, size: 2, root: MerkleTree.nodeHash(left, right)).signed(by: key).description
        let receipt = Receipt(act: act, index: 0, checkpoint: note, proof: [right])
        #expect(try receipt.verify(act: act, signedBy: key.verifier).size == 2)
        #expect(throws: ComityError(.verificationFailed, "")) { try receipt.verify(act: other, signedBy: key.verifier) }
        for bad in [
            Receipt(act: act, index: 1, checkpoint: note, proof: [right]), Receipt(act: act, index: 0, checkpoint: note, proof: []),
            Receipt(act: act, index: 0, checkpoint: note, proof: [left]), Receipt(act: act, index: -1, checkpoint: note, proof: [right]),
        ] {
            #expect(throws: ComityError(.verificationFailed, "")) { try bad.verify(act: act, signedBy: key.verifier) }
        }
    }
}
