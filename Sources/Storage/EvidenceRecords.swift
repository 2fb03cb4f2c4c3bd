// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Exhibits that were uploaded and wait to be sealed.
public struct UploadRow: Sendable {
    public let id: UUIDv7
    public let ref: FileReference
    public let officer: String
    /// Milliseconds since 1970, real time.
    public let created: Int64
    /// Exhibits and answers, as JSON.
    public let detail: [UInt8]

    public init(id: UUIDv7, ref: FileReference, officer: String, created: Int64, detail: [UInt8]) {
        self.id = id
        self.ref = ref
        self.officer = officer
        self.created = created
        self.detail = detail
    }
}

/// Work that runs in the serving process beside the pages; times are milliseconds since 1970, real time.
public struct TaskRow: Sendable {
    public enum State: String, Sendable { case running, done, failed }

    public let id: UUIDv7
    public let kind: String
    public let officer: String
    public let ref: FileReference?
    /// What it works on: an upload or a package.
    public let subject: String?
    public let state: State
    public let started: Int64
    public let ended: Int64?
    /// What came of it, or why it failed.
    public let result: JSONValue

    public init(
        id: UUIDv7, kind: String, officer: String, ref: FileReference?, subject: String?, state: State, started: Int64, ended: Int64?,
        result: JSONValue
    ) {
        self.id = id
        self.kind = kind
        self.officer = officer
        self.ref = ref
        self.subject = subject
        self.state = state
        self.started = started
        self.ended = ended
        self.result = result
    }
}

/// An entry of the register with what it is of.
public struct EntryRow: Sendable {
    public let index: Int64
    /// The 32 bytes that are hashed into the tree.
    public let content: [UInt8]
    /// `act` or `event`.
    public let kind: String
    /// Id of the act or event.
    public let ref: String
    /// Kind of the act or event; nil when it is gone.
    public let what: String?
    public let file: String?
    /// The bytes of the event, or the signed act.
    public let bytes: [UInt8]
}
