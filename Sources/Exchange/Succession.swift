// SPDX-License-Identifier: Apache-2.0

import Register
public import Sealing
public import Standards

/// What a key of a directory entry is used for.
public enum KeyUse: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    case root, signing, statement, sealing, register, tls
}

/// From when until when a key is meant to be used.
public struct KeyValidity: Sendable, Codable, Equatable {
    public let notBefore: Instant
    /// When its State means to have put another in its place; nil: nothing is said.
    public let notAfter: Instant?

    public init(notBefore: Instant, notAfter: Instant?) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

/// A key says which one comes after it: a small JWS, kept in the entry for as long as somebody may know the former key only.
///
/// A signing key or a root key signs for its own successor; the new root key signs too. Keys that cannot sign documents are vouched for by
/// the root key of that time.
public struct Succession: Sendable, Equatable {
    /// JWS `typ`.
    public static let mediaType = "comity-succession+jws"
    static let limit = 8 * 1024
    /// Most in one entry.
    static let most = 64

    public struct Claims: Sendable, Codable, Equatable {
        public let v: Int
        public let state: StateCode
        public let authority: String
        public let use: KeyUse
        /// The keys as text: base64url of an Ed25519 key, an age recipient.
        public let former: String
        public let successor: String
        /// Until then the former key held; what it signed that is dated later is not believed.
        public let at: Instant
    }

    /// The signed document, as it came.
    public let jws: String
    /// What it says; believed only after ``DirectoryEntry/check()``.
    public let claims: Claims

    /// Reads without believing.
    /// - Throws: `.schema`, `.tooLarge`.
    public init(_ jws: String) throws(ComityError) {
        let document = try JWS(parsing: Array(jws.utf8), limit: Self.limit)
        claims = try IJSON.decode(Claims.self, from: document.payload, limit: Self.limit)
        self.jws = jws
    }

    /// Signs that one key follows another.
    /// - Parameter keys: the former key and, for a root key, its successor; the root key for one that cannot sign.
    public init(
        state: StateCode, authority: String, use: KeyUse, former: String, successor: String, at: Instant, signedBy keys: [SigningKey]
    ) throws(ComityError) {
        claims = Claims(v: 1, state: state, authority: authority, use: use, former: former, successor: successor, at: at)
        jws = String(decoding: try JWS.sign(payload: try IJSON.encode(claims), type: Self.mediaType, keys: keys), as: UTF8.self)
    }

    /// One of its signatures is by this key.
    func isSigned(by key: VerifyingKey) -> Bool {
        guard let document = try? JWS(parsing: Array(jws.utf8), limit: Self.limit) else { return false }
        return document.signatures.indices.contains { document.signatures[$0].type == Self.mediaType && document.isValid($0, with: key) }
    }
}

extension Succession: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try Succession(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.what))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(jws)
    }
}

extension VerifyingKey {
    /// As a succession names it: base64url of its 32 bytes.
    public var text: String { Base64.urlEncode(rawRepresentation) }

    /// - Throws: `.malformedInput`.
    public init(text: String) throws(ComityError) { try self.init(rawRepresentation: Base64.urlDecode(text) ?? []) }
}

extension DirectoryEntry {
    /// The key of a use, as a succession names it; nil for one that the entry has not.
    public func key(_ use: KeyUse) -> String? {
        switch use {
        case .root: rootKey.text
        case .signing: signingKey.text
        case .statement: statementKey?.keyID
        case .sealing: sealing
        case .register: register.description
        case .tls: certificate
        }
    }

    /// Keys that others have followed, oldest first.
    public func former(_ use: KeyUse) -> [Succession.Claims] { (successions ?? []).map(\.claims).filter { $0.use == use } }

    /// Whether both entries come from one root key: the same, or one that the other's root key followed.
    public func isOfSameRoot(as other: DirectoryEntry) -> Bool {
        state == other.state
            && (rootKey == other.rootKey || former(.root).contains { $0.former == other.rootKey.text }
                || other.former(.root).contains { $0.former == rootKey.text })
    }

    /// Whether this is, or was, the id of its signing key.
    public func hasSigned(_ keyID: String) -> Bool { signingKey.keyID == keyID || formerSigningKey(keyID) != nil }

    /// A former signing key and until when it held.
    public func formerSigningKey(_ keyID: String) -> (key: VerifyingKey, until: Instant)? {
        for claims in former(.signing) {
            if let key = try? VerifyingKey(text: claims.former), key.keyID == keyID { return (key, claims.at) }
        }
        return nil
    }

    /// All signing keys before the one of now.
    public var formerSigningKeys: [VerifyingKey] { former(.signing).compactMap { try? VerifyingKey(text: $0.former) } }

    /// The entry with the signing key that has this id, where that is a former one: it verifies what was signed then.
    public func asSigned(by keyID: String) -> DirectoryEntry {
        guard signingKey.keyID != keyID, let former = formerSigningKey(keyID) else { return self }
        return DirectoryEntry(
            state: state, authority: authority, endpoint: endpoint, rootKey: rootKey, signingKey: former.key, sealing: sealing,
            certificate: certificate, register: register, exercise: exercise, issuedAt: issuedAt, statementKey: statementKey,
            authorities: authorities, requirements: requirements, validity: validity, successions: successions)
    }

    /// The uses whose keys this entry has in the place of those of `known`, each signed by its predecessor; empty when the keys are the
    /// same, nil when it carries a key that nothing leads to, or is of another authority.
    public func succeeded(_ known: DirectoryEntry) -> [KeyUse]? {
        guard known.party == party, known.exercise == exercise, known.statementKey == nil || known.statementKey == statementKey else {
            return nil
        }
        var uses: [KeyUse] = []
        for use in KeyUse.allCases where use != .statement {
            guard let old = known.key(use), old != key(use) else { continue }
            guard former(use).contains(where: { $0.former == old }) else { return nil }
            uses.append(use)
        }
        return uses
    }
}
