// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Register
public import Sealing
public import Standards

/// An act as it came: parsed, nothing proven.
public struct UnverifiedAct: Sendable {
    public let jws: JWS
    /// The JWS exactly as received.
    public let bytes: [UInt8]

    /// - Throws: `.tooLarge` or `.schema`.
    public init(_ bytes: [UInt8]) throws(ComityError) {
        jws = try JWS(parsing: bytes, limit: Act.limit)
        self.bytes = bytes
    }
}

/// An act whose signature holds under a key that was valid for its State. Only `Intake` and `sign` make one.
public struct VerifiedAct: Sendable {
    public let act: Act
    /// SHA-256 of the exact signed payload bytes.
    public let hash: Hash
    /// The JWS as signed.
    public let bytes: [UInt8]

    /// An act whose signature is a model: for worlds in one process, never for what came over a line.
    @_spi(Simulation) public init(modelled act: Act, hash: Hash) { self.init(act: act, hash: hash, bytes: []) }

    init(act: Act, hash: Hash, bytes: [UInt8]) {
        self.act = act
        self.hash = hash
        self.bytes = bytes
    }

    /// Signs an act of this node.
    /// - Throws: `.schema` when the act is not well-formed, `.tooLarge` when its signed form exceeds the limit.
    public static func sign(_ act: Act, with key: SigningKey) throws(ComityError) -> VerifiedAct {
        try act.validate()
        let payload = try IJSON.encode(act)
        let bytes = try JWS.sign(payload: payload, type: Act.mediaType, key: key)
        guard bytes.count <= Act.limit else {
            throw ComityError(
                .tooLarge, "The act has \(bytes.count) bytes; at most \(Act.limit) can be sent.",
                next: "Move long texts into a sealed package.")
        }
        return VerifiedAct(act: act, hash: Hash.of(payload), bytes: bytes)
    }

    /// Reads an act back from this node's own register, where it was verified before it was written; the signature is
    /// checked again.
    /// - Throws: `.badSignature`, `.schema`.
    public static func reread(_ bytes: [UInt8], key: VerifyingKey) throws(ComityError) -> VerifiedAct {
        let unverified = try UnverifiedAct(bytes)
        return try unverified.verified(by: key)
    }
}

extension UnverifiedAct {
    func verified(by key: VerifyingKey) throws(ComityError) -> VerifiedAct {
        guard jws.signatures.count == 1, jws.signatures[0].type == Act.mediaType, jws.isValid(0, with: key) else {
            throw ComityError(
                .badSignature, "The signature of the act does not hold.", why: "The act was changed, or another key signed it.")
        }
        let act = try IJSON.decode(Act.self, from: jws.payload, limit: Act.limit)
        try act.validate()
        return VerifiedAct(act: act, hash: Hash.of(jws.payload), bytes: bytes)
    }
}

/// An act of this node's register under a published checkpoint.
public struct RegisteredAct: Sendable {
    public let hash: Hash
    public let index: Int64
    public let head: PublishedHead
    /// Inclusion proof in the tree of the checkpoint.
    public let proof: [Hash]

    /// - Returns: nil while no published checkpoint covers the act.
    public init?(hash: Hash, index: Int64, under head: PublishedHead, proof: [Hash]) {
        guard head.covers(index) else { return nil }
        self.hash = hash
        self.index = index
        self.head = head
        self.proof = proof
    }

    /// What the sender gets: only a registered act can be receipted.
    public var receipt: Receipt { Receipt(act: hash, index: index, checkpoint: head.note, proof: proof) }
}

extension UnverifiedAct {
    /// What the act says, with nothing proved: only for saying whom to ask about a message that was not believed.
    /// - Throws: `.schema` when it is no act.
    public func claims() throws(ComityError) -> Act { try IJSON.decode(Act.self, from: jws.payload, limit: Act.limit) }

    /// An act from the register, into which only verified acts are written. `comity audit check` verifies those signatures again.
    /// - Throws: `.schema` when it is no act.
    public static func registeredPayload(_ bytes: [UInt8]) throws(ComityError) -> Act {
        try IJSON.decode(Act.self, from: try JWS.payload(ofKept: bytes, limit: Act.limit), limit: Act.limit)
    }
}
