// SPDX-License-Identifier: Apache-2.0

public import Sealing
public import Standards

/// A published list: signed entries of many States, signed once more by whoever publishes it, for example a secretariat.
///
/// The list vouches for nothing that an entry does not say itself: it says which entries its publisher has seen.
public struct DirectoryList: Sendable, Codable, Equatable {
    /// JWS `typ`.
    public static let mediaType = "comity-directory-list+jws"
    /// Largest accepted list, in bytes, and most entries in it.
    public static let limit = 64 * 1024 * 1024
    public static let mostEntries = 1000

    public let v: Int
    /// Short id of the publisher, `a-z 0-9 -`.
    public let publisher: String
    public let name: String
    public let key: VerifyingKey
    public let issuedAt: Instant
    public let exercise: Bool
    /// Signed entries, as text.
    public let entries: [String]

    public init(publisher: String, name: String, key: VerifyingKey, issuedAt: Instant, exercise: Bool, entries: [String]) {
        v = 1
        self.publisher = publisher
        self.name = name
        self.key = key
        self.issuedAt = issuedAt
        self.exercise = exercise
        self.entries = entries
    }

    public func signed(by key: SigningKey) throws(ComityError) -> [UInt8] {
        try check()
        return try JWS.sign(payload: try IJSON.encode(self), type: Self.mediaType, key: key)
    }

    /// Reads a list and checks that the key it names signed it. Whose key that is, a second channel confirms.
    /// - Throws: `.schema`, `.tooLarge`, `.badSignature`.
    public init(verifying jws: [UInt8]) throws(ComityError) {
        let document = try JWS(parsing: jws, limit: Self.limit)
        let list = try IJSON.decode(DirectoryList.self, from: document.payload, limit: Self.limit)
        guard document.signatures.count == 1, document.signatures[0].type == Self.mediaType, document.isValid(0, with: list.key) else {
            throw ComityError(
                .badSignature, "The list is not signed by the key it names.", why: "It was changed, or it is no list of entries.",
                next: "Fetch it again from whoever publishes it.")
        }
        try list.check()
        self = list
    }

    private func check() throws(ComityError) {
        func require(_ holds: Bool, _ says: String) throws(ComityError) {
            guard holds else { throw ComityError(.schema, "The list of entries is not well-formed: \(says)") }
        }
        try require(v == 1, "its version is \(v), this node reads 1.")
        try require(
            (1...60).contains(publisher.utf8.count)
                && publisher.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D },
            "the id of its publisher is not made of a-z, 0-9 and -.")
        try require(
            !name.isEmpty && name.utf8.count <= 300 && Text.safe(name, limit: 300) == name, "the name of its publisher cannot be shown.")
        try require(entries.count <= Self.mostEntries, "it has more than \(Self.mostEntries) entries.")
    }
}
