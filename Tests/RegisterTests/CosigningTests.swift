// SPDX-License-Identifier: Apache-2.0

import Foundation
import Register
import Standards
import TestSupport
import Testing

/// Notes with several keys, cosignatures, proofs as text, and what a register asks of a witness.
@Suite struct CosigningTests {
    private let signer: NoteSigner
    private let witness: NoteSigner
    private var keys: [NoteVerifier] { [signer.verifier] + (signer.statementVerifier.map { [$0] } ?? []) }

    init() throws {
        signer = try NoteSigner(
            name: "comity/XA/xa-247", seed: [UInt8](repeating: 7, count: 32), statementSeed: [UInt8](repeating: 8, count: 32))
        witness = try NoteSigner(name: "comity/XB/xb-247", seed: [UInt8](repeating: 9, count: 32))
    }

    private func vector(_ name: String) throws -> String {
        try String(contentsOf: Shared.repository.appendingPathComponent("Tests/Vectors/register/\(name)"), encoding: .utf8)
    }

    /// Made with another implementation (Tests/Vectors/README.md).
    @Test func ownVectors() throws {
        let parts = try vector("cosigned.txt").split(separator: "\n===\n", maxSplits: 1).map(String.init)
        let texts = parts[0].split(separator: "\n").map(String.init)
        #expect(texts == (keys + [witness.verifier.cosigner]).map(\.description))
        let note = try SignedNote(parsing: parts[1])
        let read = try texts.map { text throws(ComityError) in try NoteVerifier(text) }
        #expect(note.signers(among: read) == read)
        #expect(try Checkpoint(note, signedBy: read[0], and: read[1]).size == 3)
        #expect(note.cosignatures(by: [read[2]]).map(\.seconds) == [1_900_000_000])
        // Ed25519 is deterministic: the same lines come out here. ML-DSA is hedged.
        #expect(note.signatures[2] == (try witness.cosign(note.text, at: 1_900_000_000)))
        #expect(note.signatures[0] == (try SignedNote.sign(note.text, with: signer)).signatures[0])

        let text = try vector("proof.tlog-proof")
        let proof = try TlogProof(parsing: text)
        #expect(proof.description == text && proof.extra == Array("b".utf8))
        let shown = try proof.verify(entry: RegisterEntry(content: Hash.of(Array("b".utf8))), signedBy: keys, witnesses: [read[2]])
        #expect(shown.checkpoint.size == 3 && shown.signers == keys && shown.cosignatures.map(\.witness) == ["comity/XB/xb-247"])
        #expect(throws: ComityError(.verificationFailed, "")) {
            try proof.verify(entry: RegisterEntry(content: Hash.of(Array("a".utf8))), signedBy: keys)
        }
    }

    @Test func bothKeysSign() throws {
        let note = try Checkpoint(origin: signer.verifier.name, size: 1, root: Hash.of([1])).signed(by: signer)
        #expect(note.signatures.count == 2 && note.signatures[0].keyID == signer.verifier.keyID)
        let second = try #require(signer.statementVerifier)
        #expect(try NoteVerifier(second.description) == second)
        _ = try Checkpoint(note.description, signedBy: signer.verifier, and: second)
        // An old reader, which knows the first key alone, still reads it; a note that lost its second line is seen.
        _ = try Checkpoint(note.description, signedBy: signer.verifier)
        let lone = note.keeping([signer.verifier])
        _ = try Checkpoint(lone, signedBy: signer.verifier)
        #expect(throws: ComityError(.verificationFailed, "")) { try Checkpoint(lone, signedBy: signer.verifier, and: second) }
        // A line that names a key and does not hold makes the note bad, also when another one holds.
        var bytes = note.signatures[0].signature
        bytes[5] ^= 1
        let forged = note.adding([.init(name: signer.verifier.name, keyID: signer.verifier.keyID, signature: bytes)])
        #expect(!forged.isSigned(by: signer.verifier) && forged.isSigned(by: second))
        // A cosignature is no signature, and a signature no cosignature.
        let cosigned = note.adding([try witness.cosign(note.text, at: 5)])
        #expect(!cosigned.isSigned(by: witness.verifier) && cosigned.isSigned(by: witness.verifier.cosigner))
        let plain = try SignedNote.sign(note.text, with: witness)
        #expect(plain.isSigned(by: witness.verifier) && !plain.isSigned(by: witness.verifier.cosigner))
    }

    /// Every bit of a cosignature line counts, its time too.
    @Test func everyBitOfACosignatureCounts() throws {
        let text = Checkpoint(origin: "comity/XA/xa-247", size: 9, root: Hash.of([9])).text
        let line = try witness.cosign(text, at: 1_900_000_000)
        let note = try SignedNote.sign(text, with: signer)
        for bit in 0..<line.signature.count * 8 {
            var bytes = line.signature
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let flipped = SignedNote.Signature(name: line.name, keyID: line.keyID, signature: bytes)
            #expect(note.adding([flipped]).cosignatures(by: [witness.verifier.cosigner]).isEmpty, "bit \(bit)")
        }
        for length in 0..<line.signature.count {
            let cut = SignedNote.Signature(name: line.name, keyID: line.keyID, signature: Array(line.signature[..<length]))
            #expect(!note.adding([cut]).isSigned(by: witness.verifier.cosigner))
        }
        #expect(throws: ComityError(.failure, "")) { try witness.cosign(text, at: 0) }
    }

    /// Proofs and requests that were cut or changed anywhere are refused or say something else; nothing crashes.
    @Test func textsThatWereChanged() throws {
        var generator = Seeded.fresh()
        print("seed \(generator.seed)")
        let note = try Checkpoint(origin: signer.verifier.name, size: 4, root: Hash.of([1])).signed(by: signer).keeping([signer.verifier])
        let proof = TlogProof(index: 2, hashes: [Hash.of([3]), Hash.of([4])], note: note)
        let request = AddCheckpoint(old: 2, proof: [Hash.of([3])], note: note)
        #expect(try TlogProof(parsing: proof.description) == proof)
        #expect(try AddCheckpoint(parsing: request.description) == request)
        #expect(request.origin == signer.verifier.name)
        for text in [proof.description, request.description] {
            let bytes = Array(text.utf8)
            for length in 0..<bytes.count {
                let cut = String(decoding: bytes[..<length], as: UTF8.self)
                #expect((try? TlogProof(parsing: cut)) == nil && (try? AddCheckpoint(parsing: cut)) == nil, "length \(length)")
            }
            for _ in 0..<2000 {
                var changed = bytes
                changed[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...127, using: &generator)
                guard changed != bytes else { continue }
                let text = String(decoding: changed, as: UTF8.self)
                if let read = try? TlogProof(parsing: text) { #expect(read != proof && read.description == text) }
                if let read = try? AddCheckpoint(parsing: text) { #expect(read != request && read.description == text) }
            }
        }
        for bad in ["old 01", "old +1", "old -1", "old ", "old 9223372036854775808", "size 1", "old 1 "] {
            #expect(throws: ComityError.self, "\(bad)") {
                try AddCheckpoint(parsing: request.description.replacingOccurrences(of: "old 2", with: bad))
            }
        }
    }

    @Test func whatAWitnessAnswers() throws {
        var tree = CompactTree()
        var nodes: [Int: [Int64: Hash]] = [:]
        var heads: [Checkpoint] = [Checkpoint(origin: signer.verifier.name, size: 0, root: tree.root)]
        for index in 0..<20 {
            tree.append(MerkleTree.leafHash([UInt8(index)]))
            for node in tree.completed { nodes[node.level, default: [:]][node.index] = node.hash }
            heads.append(Checkpoint(origin: signer.verifier.name, size: tree.size, root: tree.root))
        }
        func request(_ old: Int64, _ new: Int, proof: [Hash]? = nil) throws -> AddCheckpoint {
            let sound = old <= new ? try MerkleTree.consistencyProof(from: old, to: Int64(new)) { nodes[$0]?[$1] } : []
            return AddCheckpoint(old: old, proof: proof ?? sound, note: try heads[new].signed(by: signer))
        }
        #expect(try request(0, 7).judge(keys: keys, known: nil) == .cosign(heads[7]))
        #expect(try request(0, 0).judge(keys: keys, known: nil) == .cosign(heads[0]))
        #expect(try request(7, 20).judge(keys: keys, known: heads[7]) == .cosign(heads[20]))
        #expect(try request(7, 7).judge(keys: keys, known: heads[7]) == .cosign(heads[7]))
        #expect(try request(0, 7).judge(keys: [], known: nil) == .refuse(.unknownOrigin))
        #expect(try request(7, 20).judge(keys: keys, known: heads[9]) == .refuse(.conflict(9)))
        #expect(try request(3, 20).judge(keys: keys, known: nil) == .refuse(.conflict(0)))
        #expect(try request(9, 7).judge(keys: keys, known: heads[9]) == .refuse(.malformed))
        #expect(try request(7, 20, proof: []).judge(keys: keys, known: heads[7]) == .refuse(.unprocessable))
        #expect(try request(0, 20, proof: [heads[3].root]).judge(keys: keys, known: nil) == .refuse(.unprocessable))
        let other = Checkpoint(origin: signer.verifier.name, size: 7, root: Hash.of([1]))
        #expect(try request(7, 7).judge(keys: keys, known: other) == .refuse(.unprocessable))
        let empty = try Checkpoint(origin: signer.verifier.name, size: 0, root: Hash.of([1])).signed(by: signer)
        #expect(AddCheckpoint(old: 0, proof: [], note: empty).judge(keys: keys, known: nil) == .refuse(.unprocessable))
        // A stranger's signature, a lost one, another register's name.
        let stranger = try NoteSigner(name: signer.verifier.name, seed: [UInt8](repeating: 1, count: 32))
        #expect(
            AddCheckpoint(old: 0, proof: [], note: try heads[7].signed(by: stranger)).judge(keys: keys, known: nil) == .refuse(.forbidden))
        let lone = try heads[7].signed(by: signer).keeping([signer.verifier])
        #expect(AddCheckpoint(old: 0, proof: [], note: lone).judge(keys: keys, known: nil) == .refuse(.forbidden))
        #expect(AddCheckpoint(old: 0, proof: [], note: lone).judge(keys: [signer.verifier], known: nil) == .cosign(heads[7]))

        let line = try witness.cosign(heads[7].text, at: 7)
        for answer in [
            AddCheckpoint.Answer.cosigned([line]), .malformed, .forbidden, .unknownOrigin, .conflict(42), .unprocessable,
        ] {
            #expect(AddCheckpoint.Answer(status: answer.status, body: answer.body) == answer)
        }
        #expect(AddCheckpoint.Answer.conflict(1).mediaType == "text/x.tlog.size")
        for (status, body) in [(200, ""), (200, "x\n"), (200, line.description), (409, "07\n"), (409, "7"), (409, ""), (500, "7\n")] {
            #expect(AddCheckpoint.Answer(status: status, body: body) == nil, "\(status) \(body)")
        }
    }
}
