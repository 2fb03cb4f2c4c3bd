// SPDX-License-Identifier: Apache-2.0

public import Standards

/// An entry of the register in words: who did what, when, about which file.
public struct RegisterLine: Sendable {
    public let index: Int64
    /// An act; otherwise an event.
    public let isAct: Bool
    /// Kind of the act or event; empty when what it is of is gone.
    public let kind: String
    /// Id of the act or event.
    public let id: String
    public let ref: FileReference?
    /// Pseudonym, or `node` for what the node did by itself.
    public let officer: String
    /// The State whose officer acted.
    public let by: StateCode
    public let at: Instant?
    /// What is particular to it, by name; for a reader without access to content only what says nothing of it.
    public let detail: [(name: String, value: String)]
}

/// Which entries are wanted.
public struct RegisterQuery: Sendable, Equatable {
    public var file: FileReference?
    /// Kind of an act or event.
    public var kind: String?
    public var officer: String?
    public var from: Instant?
    public var to: Instant?
    /// Entries before this index.
    public var before: Int64?

    public init() {}
}

/// A page of entries, the newest first.
public struct RegisterPageView: Sendable {
    public let lines: [RegisterLine]
    /// Where the next page begins; nil at the beginning of the register.
    public let next: Int64?

    public init(lines: [RegisterLine], next: Int64?) {
        self.lines = lines
        self.next = next
    }
}

/// One entry with its proof.
public struct RegisterEntryView: Sendable {
    public let line: RegisterLine
    /// The entry: SHA-256 of the act or event, in hexadecimal.
    public let content: String
    public let leaf: String
    /// Entries of the register under the checkpoint of the proof.
    public let size: Int64
    /// The proof as a `.tlog-proof` of C2SP: index, hashes, signed checkpoint.
    public let proof: String
    /// The event as it is hashed; empty for an act, or when the reader may not see it.
    public let bytes: String
    public let isWithheld: Bool
}

/// What the last check of the whole register found.
public struct LastAudit: Sendable, Equatable {
    public let at: Instant
    public let by: String
    public let ok: Bool
    public let entries: Int64
    public let faults: Int64
}

/// A message that was not believed, as a page shows it: the facts, nothing of its content.
public struct QuarantineItem: Sendable {
    public let id: Int64
    public let code: ErrorCode
    /// Who delivered it, by the certificate of the connection.
    public let peer: StateCode?
    public let at: Instant
    public let sha256: String
    public let size: Int
}
