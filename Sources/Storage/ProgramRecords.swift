// SPDX-License-Identifier: Apache-2.0

/// The token with which a program acts for an officer; times are milliseconds since 1970, real time.
public struct TokenRow: Sendable, Equatable {
    public let id: String
    public let officer: String
    /// What the officer calls it.
    public let label: String
    /// Names of permissions.
    public let scopes: [String]
    public let created: Int64
    public let expires: Int64
    public let used: Int64?
    public let revoked: Int64?

    public init(
        id: String, officer: String, label: String, scopes: [String], created: Int64, expires: Int64, used: Int64? = nil,
        revoked: Int64? = nil
    ) {
        self.id = id
        self.officer = officer
        self.label = label
        self.scopes = scopes
        self.created = created
        self.expires = expires
        self.used = used
        self.revoked = revoked
    }
}

/// An `Idempotency-Key` that a program used; times are milliseconds since 1970, real time.
public struct ReservationRow: Sendable, Equatable {
    public struct Answer: Sendable, Equatable {
        public let status: Int
        public let headers: [String: String]
        public let body: [UInt8]

        public init(status: Int, headers: [String: String], body: [UInt8]) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// Hash of method, address and body.
    public let request: [UInt8]
    /// Random name of the attempt that may answer; another attempt takes it over after `until`.
    public let holder: [UInt8]
    public let until: Int64
    public let created: Int64
    /// Nil while nothing was done.
    public let answer: Answer?

    public init(request: [UInt8], holder: [UInt8], until: Int64, created: Int64, answer: Answer? = nil) {
        self.request = request
        self.holder = holder
        self.until = until
        self.created = created
        self.answer = answer
    }
}

/// An address to which the node tells what was registered; times are milliseconds since 1970, real time.
public struct WebhookRow: Sendable, Equatable {
    public let id: String
    public let officer: String
    public let url: String
    public let label: String
    public let events: [String]
    public let created: Int64
    /// Index of the first entry of the register that was not looked at for it yet.
    public let position: Int64
    /// Why nothing is sent any more; nil while it is in use.
    public let disabled: String?

    public init(
        id: String, officer: String, url: String, label: String, events: [String], created: Int64, position: Int64, disabled: String? = nil
    ) {
        self.id = id
        self.officer = officer
        self.url = url
        self.label = label
        self.events = events
        self.created = created
        self.position = position
        self.disabled = disabled
    }
}

/// A message for a webhook; times are milliseconds since 1970, real time.
public struct WebhookDeliveryRow: Sendable, Equatable {
    public enum Stage: String, Sendable, Codable { case waiting, delivered, failed }

    public let id: Int64
    public let webhook: String
    public let event: String
    public let body: [UInt8]
    public let created: Int64
    public let attempts: Int
    /// When to try next.
    public let next: Int64
    public let stage: Stage
    /// HTTP status of the last answer.
    public let status: Int?
    public let says: String?
    public let last: Int64?
}
