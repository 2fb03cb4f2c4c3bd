// SPDX-License-Identifier: Apache-2.0

public import Standards

/// One signed statement in a file: the payload of the JWS, `docs/formats/act.md`. Never changed, only followed.
public struct Act: Sendable, Codable, Equatable {
    public static let version = 1
    /// JWS `typ`.
    public static let mediaType = "comity-act+jws"
    /// Most recipients of one act.
    public static let maximumRecipients = 8
    /// Largest signed act, in bytes.
    public static let limit = 1024 * 1024

    /// The officer who acts, by pseudonym, and who approved.
    public struct Author: Sendable, Codable, Equatable {
        public let role: String
        public let officer: String
        public let approvals: [Approval]

        public init(role: String, officer: String, approvals: [Approval] = []) {
            self.role = role
            self.officer = officer
            self.approvals = approvals
        }
    }

    /// The second person of the four eyes.
    public struct Approval: Sendable, Codable, Equatable {
        public let role: String
        public let officer: String
        public let at: Instant

        public init(role: String, officer: String, at: Instant) {
            self.role = role
            self.officer = officer
            self.at = at
        }
    }

    public let v: Int
    public let id: UUIDv7
    /// The file it belongs to.
    public let file: UUIDv7
    public let kind: ActKind
    public let from: Party
    /// All other parties of the file, sorted.
    public let to: [Party]
    /// Ids of the acts it follows: the newest ones its author knew. Empty only for the request that opens a file.
    public let after: [UUIDv7]
    /// One more than the greatest of the acts it follows; 1 for the first.
    public let lamport: Int64
    public let at: Instant
    public let by: Author
    public let tlp: TLP
    /// Language of its texts, BCP 47.
    public let lang: String
    /// Part of a drill.
    public let exercise: Bool
    /// Version of each instrument by which the sender judged it.
    public let law: [String: String]
    public let body: JSONValue

    public init(
        id: UUIDv7, file: UUIDv7, kind: ActKind, from: Party, to: [Party], after: [UUIDv7], lamport: Int64, at: Instant, by: Author,
        tlp: TLP, lang: String, exercise: Bool, law: [String: String], body: JSONValue
    ) {
        v = Self.version
        self.id = id
        self.file = file
        self.kind = kind
        self.from = from
        self.to = to.sorted()
        self.after = after
        self.lamport = lamport
        self.at = at
        self.by = by
        self.tlp = tlp
        self.lang = lang
        self.exercise = exercise
        self.law = law
        self.body = body
    }

    /// Checks what the types cannot say: version, bounds, the shape of the body for its kind.
    /// - Throws: `.schema` naming the member.
    public func validate() throws(ComityError) {
        func require(_ holds: Bool, _ says: String) throws(ComityError) {
            guard holds else { throw ComityError(.schema, "The act \(id) is not well-formed: \(says)") }
        }
        try require(v == Self.version, "its version is \(v), this node reads \(Self.version).")
        try require((1...1_000_000).contains(lamport), "its order number is out of bounds.")
        try require(
            after.count <= 64 && Set(after).count == after.count && !after.contains(id),
            "the acts it follows are not a short list of others.")
        try require(after.isEmpty == (kind == .request), "only the request that opens a file follows nothing.")
        try require((kind == .request) == (lamport == 1), "its order number does not fit its kind.")
        try require(
            (1...Self.maximumRecipients).contains(to.count) && zip(to, to.dropFirst()).allSatisfy { $0 < $1 },
            "its recipients are not one to eight different parties in order.")
        try require(!to.contains { $0.state == from.state }, "sender and recipient are one State.")
        try require(Set(to.map(\.state)).count == to.count, "a State stands twice among its recipients.")
        for text in [by.role, by.officer, from.authority, lang] + to.map(\.authority) + by.approvals.flatMap({ [$0.role, $0.officer] }) {
            try require(
                !text.isEmpty && text.utf8.count <= 120 && Text.safe(text) == text, "a name in it is empty, too long or unprintable.")
        }
        try require(by.approvals.count <= 8, "it has more than eight approvals.")
        try ActBody.validate(self)
    }
}
