// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Register
public import Standards
import Storage

/// The proof that an act stands in this register.
public struct ActProof: Sendable {
    public let act: UUIDv7
    public let kind: String
    public let hash: Hash
    public let index: Int64
    public let checkpoint: Checkpoint
    /// C2SP tlog-proof.
    public let proof: TlogProof
    public let cosigners: [CosignerLine]
}

/// A State that has cosigned a checkpoint, and when it says it did.
public struct CosignerLine: Sendable, Codable, Equatable {
    public let state: StateCode
    /// Name of its register, which is its name as witness.
    public let witness: String
    public let at: Instant
}

/// That one checkpoint of this register extends another.
public struct ConsistencyProof: Sendable, Codable, Equatable {
    public let from: Int64
    public let fromRoot: Hash
    public let to: Int64
    public let toRoot: Hash
    /// RFC 9162 section 2.1.4.
    public let proof: [Hash]
    /// It was verified after it was made.
    public let holds: Bool
}

extension Node {
    /// The keys of this node's register; each signs its checkpoints.
    public var registerKeys: [NoteVerifier] { [keys.register.verifier] + (keys.register.statementVerifier.map { [$0] } ?? []) }

    /// The keys of witnesses, former ones too, and the State of each.
    static func witnessKeys(_ reader: Reader) throws -> [(state: StateCode, key: NoteVerifier)] {
        var keys: [(state: StateCode, key: NoteVerifier)] = []
        for entry in try reader.peers().map(\.entry) + reader.formerEntries()
        where !keys.contains(where: { $0.key == entry.register.cosigner }) {
            keys.append((entry.state, entry.register.cosigner))
        }
        return keys
    }

    /// The checkpoint with which an entry is proved: the smallest that witnesses have cosigned and that covers it, otherwise the newest.
    func provingNote(_ index: Int64, _ reader: Reader) throws -> (note: SignedNote, cosigners: [CosignerLine]) {
        let keys = try Self.witnessKeys(reader)
        if let cosigned = try reader.firstCosigned(above: index) {
            let lines = cosigned.note.cosignatures(by: keys.map(\.key))
            if !lines.isEmpty { return (cosigned.note, lines.compactMap { cosigner($0, keys) }) }
        }
        guard let head = try reader.head(signedBy: self.keys.register.verifier) else {
            throw ComityError(.notFound, "The register has no checkpoint yet.")
        }
        return (try SignedNote(parsing: head.note), [])
    }

    private func cosigner(_ line: Cosignature, _ keys: [(state: StateCode, key: NoteVerifier)]) -> CosignerLine? {
        keys.first { $0.key.name == line.witness }.map {
            CosignerLine(state: $0.state, witness: line.witness, at: local(Instant(milliseconds: line.seconds * 1000)))
        }
    }

    /// Which States were the first to cosign a checkpoint that covers an entry, and when. Their lines were checked when they came.
    /// - Parameter names: the State of each witness, by its name.
    func cosigners(of index: Int64, _ names: [String: StateCode], _ reader: Reader) throws -> [CosignerLine] {
        try reader.firstCosigners(above: index).compactMap { line in
            names[line.witness].map {
                CosignerLine(state: $0, witness: line.witness, at: local(Instant(milliseconds: line.seconds * 1000)))
            }
        }
    }

    static func witnessNames(_ reader: Reader) throws -> [String: StateCode] {
        try Dictionary(witnessKeys(reader).map { ($0.key.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    }

    /// Proofs of the acts of a file, the newest last; or of one act.
    /// - Parameters:
    ///   - subject: reference of a file, or id of an act.
    ///   - all: every act of the file, not the newest alone.
    /// - Throws: `.notFound`, `.malformedInput`, `.permission`.
    public func prove(_ subject: String, all: Bool, officer: String?) throws(ComityError) -> [ActProof] {
        try authorise(officer, .readRegister, to: "prove an entry of the register")
        _ = try store.publish()
        return try store.read { reader in
            guard let id = try? UUIDv7(subject) else {
                let ref = try FileReference(subject)
                guard let row = try reader.file(ref) else { throw try Self.noFile(ref, reader) }
                let whole = try reader.acts(of: row.id)
                return try (all ? whole : Array(whole.suffix(1))).map { try prove($0, reader) }
            }
            if let act = try reader.act(id) { return [try prove(act, reader)] }
            // Its content was removed under a rule; its entry was not.
            guard let stub = try reader.proofStub(id), stub.source == .act else {
                throw ComityError(.notFound, "There is no act \(id) here.", next: "comity file show REF lists the acts of a file.")
            }
            return [try prove(id, stub.kind, stub.hash, at: stub.index, reader)]
        }
    }

    private func prove(_ stored: StoredAct, _ reader: Reader) throws -> ActProof {
        try prove(stored.id, try Self.hashed(stored).act.kind.rawValue, stored.hash, at: stored.index, reader)
    }

    private func prove(_ id: UUIDv7, _ kind: String, _ hash: Hash, at index: Int64, _ reader: Reader) throws -> ActProof {
        let (note, cosigners) = try provingNote(index, reader)
        let checkpoint = try Checkpoint(note, signedBy: keys.register.verifier)
        let hashes = try MerkleTree.inclusionProof(index: index, size: checkpoint.size, reading: reader.node)
        let proof = TlogProof(index: index, hashes: hashes, note: note)
        _ = try proof.verify(entry: RegisterEntry(content: hash), signedBy: [keys.register.verifier])
        return ActProof(act: id, kind: kind, hash: hash, index: index, checkpoint: checkpoint, proof: proof, cosigners: cosigners)
    }

    /// The proof that the register of `new` entries begins with that of `old` entries.
    /// - Throws: `.usage` for sizes that do not fit, `.permission`.
    public func consistency(from old: Int64, to new: Int64, officer: String?) throws(ComityError) -> ConsistencyProof {
        try authorise(officer, .readRegister, to: "prove that the register only grew")
        return try store.read { reader in
            let size = try reader.registerSize()
            guard old >= 0, old <= new, new <= size else {
                throw ComityError(.usage, "The register has \(size) entries.", next: "Name two sizes up to that, the smaller one first.")
            }
            let proof = try MerkleTree.consistencyProof(from: old, to: new, reading: reader.node)
            let (first, second) = (
                try MerkleTree.root(size: old, reading: reader.node), try MerkleTree.root(size: new, reading: reader.node)
            )
            return ConsistencyProof(
                from: old, fromRoot: first, to: new, toRoot: second, proof: proof,
                holds: MerkleTree.isConsistent(old: old, oldRoot: first, new: new, newRoot: second, proof: proof))
        }
    }
}
