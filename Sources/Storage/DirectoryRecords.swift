// SPDX-License-Identifier: Apache-2.0

public import Exchange
public import Standards

/// A change of this node's entry that waits for the second officer, or for its publication. There is one at a time.
public struct ProposalRow: Sendable, Codable, Equatable {
    /// What the entry would say.
    public let facts: DirectoryEntry.Facts
    /// What it said when this was proposed; another one in its place makes the proposal void.
    public let base: DirectoryEntry.Facts
    public let officer: String
    public let at: Instant
    public let note: String
    public let approvedBy: String?
    public let approvedAt: Instant?

    public init(
        facts: DirectoryEntry.Facts, base: DirectoryEntry.Facts, officer: String, at: Instant, note: String, approvedBy: String? = nil,
        approvedAt: Instant? = nil
    ) {
        self.facts = facts
        self.base = base
        self.officer = officer
        self.at = at
        self.note = note
        self.approvedBy = approvedBy
        self.approvedAt = approvedAt
    }
}

/// Who publishes lists of entries, as this node knows it.
public struct SecretariatRow: Sendable, Codable, Equatable {
    public let id: String
    public let name: String
    /// Base64url of its Ed25519 key.
    public let key: String
    public let exercise: Bool
    public let addedAt: Instant
    public var confirmedAt: Instant?
    public var confirmedBy: String?
    /// Of the newest list that was imported.
    public var issuedAt: Instant?

    public init(id: String, name: String, key: String, exercise: Bool, addedAt: Instant) {
        self.id = id
        self.name = name
        self.key = key
        self.exercise = exercise
        self.addedAt = addedAt
    }
}

/// When the entry of a State was last shown to be its newest, and by whom.
public struct EntryCheckRow: Sendable, Equatable {
    public let state: StateCode
    /// Its own node answered with it, milliseconds since 1970.
    public let asked: Int64?
    /// Id of the publisher of a list that had it, and when the list was issued.
    public let listedBy: String?
    public let listed: Instant?
}

/// A telephone number of a State that was known from something that was believed.
public struct KnownNumberRow: Sendable, Codable, Equatable {
    public let number: String
    /// Where it stood, in words.
    public let source: String
    public let at: Instant

    public init(number: String, source: String, at: Instant) {
        self.number = number
        self.source = source
        self.at = at
    }
}

/// A test call on the 24/7 channel of a State, or of a State on that of this node.
public struct RingRow: Sendable, Equatable {
    public let id: UUIDv7
    public let state: StateCode
    public let isIncoming: Bool
    /// Nil: from node to node.
    public let number: String?
    /// Who rang; nil for one that came.
    public let officer: String?
    public let at: Instant
    /// When the other node had it; nil for one that did not reach it, and for the telephone.
    public let reached: Instant?
    public let answered: Instant?
    /// Who answered: an officer of this node, or what the other side gave as name.
    public let by: String?

    public init(
        id: UUIDv7, state: StateCode, isIncoming: Bool, number: String? = nil, officer: String? = nil, at: Instant, reached: Instant? = nil,
        answered: Instant? = nil, by: String? = nil
    ) {
        self.id = id
        self.state = state
        self.isIncoming = isIncoming
        self.number = number
        self.officer = officer
        self.at = at
        self.reached = reached
        self.answered = answered
        self.by = by
    }
}

/// A signed notice that is owed to a peer.
public struct NoticeRow: Sendable, Equatable {
    public let id: UUIDv7
    public let peer: StateCode
    public let jws: [UInt8]
    public let attempts: Int
    /// When to try next, and when to give up, milliseconds since 1970.
    public let next: Int64
    public let until: Int64

    public init(id: UUIDv7, peer: StateCode, jws: [UInt8], attempts: Int = 0, next: Int64, until: Int64) {
        self.id = id
        self.peer = peer
        self.jws = jws
        self.attempts = attempts
        self.next = next
        self.until = until
    }
}
