// SPDX-License-Identifier: Apache-2.0

public import Standards

/// A line of the roster: who is on duty in one layer, from when until when.
public struct RosterRow: Sendable, Equatable {
    public let id: UUIDv7
    /// `primary`, `second`, `supervisor` or `head`.
    public let layer: String
    public let officer: String
    public let start: Instant
    public let end: Instant
    /// Counts instead of the ordinary line of the same layer.
    public let isOverride: Bool
    public let by: String
    public let made: Instant

    public init(id: UUIDv7, layer: String, officer: String, start: Instant, end: Instant, isOverride: Bool, by: String, made: Instant) {
        self.id = id
        self.layer = layer
        self.officer = officer
        self.start = start
        self.end = end
        self.isOverride = isOverride
        self.by = by
        self.made = made
    }
}

/// The time in which one officer answers for the desk.
public struct ShiftRow: Sendable, Equatable {
    public let id: UUIDv7
    public let officer: String
    public let began: Instant
    /// How many entries the register had when it began.
    public let entry: Int64
    /// Nil while it lasts.
    public let ended: Instant?

    public init(id: UUIDv7, officer: String, began: Instant, entry: Int64, ended: Instant? = nil) {
        self.id = id
        self.officer = officer
        self.began = began
        self.entry = entry
        self.ended = ended
    }
}

/// What one shift hands over to the next.
public struct HandoverRow: Sendable, Equatable {
    /// The shift that it ends.
    public let shift: UUIDv7
    public let officer: String
    /// What the officer was writing, as JSON, and when it was saved.
    public let notes: [UInt8]?
    public let saved: Instant?
    /// What was signed, exactly as it was hashed; with the SHA-256 in hexadecimal digits.
    public let bytes: [UInt8]?
    public let hash: String?
    public let signed: Instant?
    public let taker: String?
    public let taken: Instant?
    /// Id of the event that carries the hash.
    public let event: String?

    public init(
        shift: UUIDv7, officer: String, notes: [UInt8]? = nil, saved: Instant? = nil, bytes: [UInt8]? = nil, hash: String? = nil,
        signed: Instant? = nil, taker: String? = nil, taken: Instant? = nil, event: String? = nil
    ) {
        self.shift = shift
        self.officer = officer
        self.notes = notes
        self.saved = saved
        self.bytes = bytes
        self.hash = hash
        self.signed = signed
        self.taker = taker
        self.taken = taken
        self.event = event
    }
}

/// An entry of the register with what it is of.
public enum LogEntry: Sendable {
    case act(StoredAct)
    case event(RegisterEvent, index: Int64)
}

/// What is owed to a peer and how that goes.
public struct OwedRow: Sendable, Equatable {
    public let acts: Int
    public let packages: Int
    /// Attempts of the row that was tried most.
    public let attempts: Int
    /// The next attempt, milliseconds since 1970, real time.
    public let next: Int64
    /// Why the last attempt failed.
    public let code: String?
    public let says: String?
}
