// SPDX-License-Identifier: Apache-2.0

public import Sealing
public import Standards

/// A small signed message between two nodes outside of files: a test call, its answer, or a warning about a key.
///
/// It is signed by the signing key of its sender; a warning about the sender's own keys by its root key.
public struct DirectoryNotice: Sendable, Codable, Equatable {
    /// JWS `typ`.
    public static let mediaType = "comity-notice+jws"
    /// Largest accepted, in bytes.
    public static let limit = 32 * 1024

    public enum Kind: String, Sendable, Codable {
        /// Is somebody there?
        case ring
        /// Yes; `about` is the ring.
        case answer
        /// A key is doubtful; `key`, `of` and `since` say which and from when on.
        case doubtful
    }

    public let v: Int
    public let id: UUIDv7
    public let kind: Kind
    public let from: StateCode
    public let to: StateCode
    public let at: Instant
    public let exercise: Bool
    /// Of an answer: the ring.
    public let about: UUIDv7?
    /// Of a warning: id of the signing key, whose it is, from when on it is doubtful, and why.
    public let key: String?
    public let of: StateCode?
    public let since: Instant?
    public let says: String?

    public init(
        id: UUIDv7, kind: Kind, from: StateCode, to: StateCode, at: Instant, exercise: Bool, about: UUIDv7? = nil, key: String? = nil,
        of: StateCode? = nil, since: Instant? = nil, says: String? = nil
    ) {
        v = 1
        self.id = id
        self.kind = kind
        self.from = from
        self.to = to
        self.at = at
        self.exercise = exercise
        self.about = about
        self.key = key
        self.of = of
        self.since = since
        self.says = says
    }

    public func signed(by key: SigningKey) throws(ComityError) -> [UInt8] {
        try JWS.sign(payload: try IJSON.encode(self), type: Self.mediaType, key: key)
    }

    /// Reads a notice of a peer.
    /// - Throws: `.schema`, `.tooLarge`, `.badSignature`, `.keyOfAnotherState`.
    public init(verifying jws: [UInt8], from sender: DirectoryEntry) throws(ComityError) {
        let document = try JWS(parsing: jws, limit: Self.limit)
        let notice = try IJSON.decode(DirectoryNotice.self, from: document.payload, limit: Self.limit)
        guard notice.v == 1, document.signatures.count == 1, document.signatures[0].type == Self.mediaType else {
            throw ComityError(.schema, "The notice is not one that this node reads.")
        }
        // Whoever stole a signing key must not be the one who says that it is still good.
        let isAboutItself = notice.kind == .doubtful && notice.of == notice.from
        let keyID = document.signatures[0].keyID
        let keys = isAboutItself ? [sender.rootKey] : [sender.asSigned(by: keyID).signingKey]
        guard keys.contains(where: { document.isValid(0, with: $0) }) else {
            throw ComityError(
                .badSignature, "The notice is not signed by the \(isAboutItself ? "root" : "signing") key of \(sender.state).")
        }
        guard notice.from == sender.state else {
            throw ComityError(.keyOfAnotherState, "The notice says it is from \(notice.from), but \(sender.state) signed it.")
        }
        switch notice.kind {
        case .ring: break
        case .answer: guard notice.about != nil else { throw ComityError(.schema, "The answer names no ring.") }
        case .doubtful:
            guard let key = notice.key, !key.isEmpty, key.utf8.count <= 100, Text.safe(key) == key, notice.of != nil, notice.since != nil
            else { throw ComityError(.schema, "The warning does not say which key is doubtful, and from when on.") }
        }
        self = notice
    }
}
