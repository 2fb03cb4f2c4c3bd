// SPDX-License-Identifier: Apache-2.0

public import Dossier
public import Register
public import Sealing
public import Standards

/// What a State publishes about one of its nodes: who answers, where, and with which keys. Travels as a JWS signed by the
/// State's own root key (`docs/formats/directory-entry.md`).
public struct DirectoryEntry: Sendable, Codable, Equatable {
    public static let version = 1
    /// JWS `typ`.
    public static let mediaType = "comity-directory+jws"
    /// Largest accepted signed entry, in bytes.
    public static let limit = 256 * 1024

    public let v: Int
    public let state: StateCode
    public let authority: Authority
    /// Where its node is reached, `https://host:port`.
    public let endpoint: String
    /// Signs this entry; its fingerprint is what two persons compare on the telephone.
    public let rootKey: VerifyingKey
    /// Signs acts and package statements.
    public let signingKey: VerifyingKey
    /// Receives acts and packages (age X25519).
    public let sealing: String
    /// The certificate the node shows in TLS, as server and as client: base64 of the DER bytes.
    public let certificate: String
    /// Key of its register.
    public let register: NoteVerifier
    public let exercise: Bool
    public let issuedAt: Instant
    /// Signs package statements too (ML-DSA-65); nil for a node that has no such key.
    public let statementKey: StatementVerifyingKey?
    /// Further authorities of the State, for example the central authority; nil: none is named.
    public let authorities: [Authority]?
    /// What the State asks of requests; nil: nothing is said.
    public let requirements: [Requirement]?
    /// From when until when keys are meant to be used; nil: nothing is said. Only a succession ends the use of a key.
    public let validity: [KeyUse: KeyValidity]?
    /// How the keys came from those before them, oldest first for each use; nil: none has followed another.
    public let successions: [Succession]?

    public init(
        state: StateCode, authority: Authority, endpoint: String, rootKey: VerifyingKey, signingKey: VerifyingKey, sealing: String,
        certificate: String, register: NoteVerifier, exercise: Bool, issuedAt: Instant, statementKey: StatementVerifyingKey? = nil,
        authorities: [Authority]? = nil, requirements: [Requirement]? = nil, validity: [KeyUse: KeyValidity]? = nil,
        successions: [Succession]? = nil
    ) {
        v = Self.version
        self.state = state
        self.authority = authority
        self.endpoint = endpoint
        self.rootKey = rootKey
        self.signingKey = signingKey
        self.sealing = sealing
        self.certificate = certificate
        self.register = register
        self.exercise = exercise
        self.issuedAt = issuedAt
        self.statementKey = statementKey
        self.authorities = authorities
        self.requirements = requirements
        self.validity = validity
        self.successions = successions
    }

    /// The keys of its register, each of which signs its checkpoints: Ed25519, and ML-DSA-65 where the entry names a key for statements.
    public var registerKeys: [NoteVerifier] { [register] + (registerStatementKey.map { [$0] } ?? []) }

    /// The ML-DSA-65 key as key of the register; nil for a node that has none.
    public var registerStatementKey: NoteVerifier? {
        statementKey.flatMap { try? NoteVerifier(name: register.name, publicKey: $0.rawRepresentation, kind: .mlDSA65) }
    }

    public var party: Party { Party(state: state, authority: authority.id) }

    /// Eight groups of five digits: the first 128 bits of the SHA-256 of the root key, 16 bits a group. Digits, because
    /// they are read over the telephone in every language.
    public var fingerprint: String { Self.fingerprint(of: rootKey) }

    public static func fingerprint(of key: VerifyingKey) -> String { fingerprint(of: key.rawRepresentation) }

    /// The first 128 bits of the SHA-256 of the 32 bytes of a key.
    static func fingerprintBytes(of key: [UInt8]) -> [UInt8] { Array(Hash.of(key).bytes.prefix(16)) }

    /// The fingerprint of 32 bytes of a key, of a State or of whoever publishes lists of entries.
    public static func fingerprint(of key: [UInt8]) -> String {
        let digest = fingerprintBytes(of: key)
        return (0..<8).map { group in
            let value = String(Int(digest[group * 2]) << 8 | Int(digest[group * 2 + 1]))
            return String(repeating: "0", count: 5 - value.count) + value
        }.joined(separator: " ")
    }

    public func signed(by root: SigningKey) throws(ComityError) -> [UInt8] {
        try JWS.sign(payload: try IJSON.encode(self), type: Self.mediaType, key: root)
    }

    /// Reads a signed entry and checks that its own root key signed it. Whether that root key is the State's is what the
    /// second channel confirms.
    /// - Throws: `.schema`, `.tooLarge`, `.badSignature`.
    public init(verifying jws: [UInt8]) throws(ComityError) {
        let parsed = try JWS(parsing: jws, limit: Self.limit)
        let entry = try IJSON.decode(DirectoryEntry.self, from: parsed.payload, limit: Self.limit)
        guard parsed.signatures.count == 1, parsed.signatures[0].type == Self.mediaType, parsed.isValid(0, with: entry.rootKey) else {
            throw ComityError(
                .badSignature, "The directory entry is not signed by the root key it names.",
                why: "It was changed, or it was not made by that State.",
                next: "Ask the State to export it again.")
        }
        try entry.check()
        self = entry
    }
}

extension DirectoryEntry: SenderKeys {}

/// Another State's node as this node knows it.
public struct Peer: Sendable, Equatable {
    public enum Trust: String, Sendable, Codable {
        /// Imported, not yet confirmed over a second channel: nothing is sent to it or taken from it.
        case unconfirmed
        case confirmed
        /// Its keys are no longer believed.
        case revoked
    }

    public let entry: DirectoryEntry
    /// The signed entry as it came.
    public let jws: [UInt8]
    public let trust: Trust
    public let addedAt: Instant
    /// When and by whom it was confirmed, and how.
    public let confirmedAt: Instant?
    public let confirmedBy: String?

    public init(entry: DirectoryEntry, jws: [UInt8], trust: Trust, addedAt: Instant, confirmedAt: Instant?, confirmedBy: String?) {
        self.entry = entry
        self.jws = jws
        self.trust = trust
        self.addedAt = addedAt
        self.confirmedAt = confirmedAt
        self.confirmedBy = confirmedBy
    }
}
