// SPDX-License-Identifier: Apache-2.0

public import Standards

/// An account as the database holds it; the role stands in the list of officers.
public struct AccountRow: Sendable {
    public let officer: String
    public let role: String
    /// The pseudonym that is shown.
    public let name: String
    public let language: String
    /// `invited`, `active` or `disabled`.
    public let state: String
    /// Password hash as a PHC string.
    public let password: String?
    /// TOTP secret, sealed under the node's access key.
    public let totp: [UInt8]?
    /// The last TOTP step that was used; no step counts twice.
    public let step: Int64
    /// Issuer and subject of OpenID Connect.
    public let issuer: String?
    public let subject: String?
    public let preferences: [String: String]
    public let created: Instant
    public let signedIn: Instant?

    public init(
        officer: String, role: String, name: String, language: String, state: String, password: String? = nil, totp: [UInt8]? = nil,
        step: Int64 = 0, issuer: String? = nil, subject: String? = nil, preferences: [String: String] = [:], created: Instant,
        signedIn: Instant? = nil
    ) {
        self.officer = officer
        self.role = role
        self.name = name
        self.language = language
        self.state = state
        self.password = password
        self.totp = totp
        self.step = step
        self.issuer = issuer
        self.subject = subject
        self.preferences = preferences
        self.created = created
        self.signedIn = signedIn
    }
}

/// A one-time code that makes an invited account active.
public struct EnrolmentRow: Sendable {
    public let officer: String
    /// TOTP secret to be, sealed under the node's access key.
    public let totp: [UInt8]
    /// Milliseconds since 1970, real time.
    public let expires: Int64

    public init(officer: String, totp: [UInt8], expires: Int64) {
        self.officer = officer
        self.totp = totp
        self.expires = expires
    }
}

/// A session; times are milliseconds since 1970, real time.
public struct SessionRow: Sendable {
    public let officer: String
    /// `password` or `oidc`.
    public let via: String
    public let started: Int64
    public let seen: Int64

    public init(officer: String, via: String, started: Int64, seen: Int64) {
        self.officer = officer
        self.via = via
        self.started = started
        self.seen = seen
    }
}

/// Failed attempts under one key; times are milliseconds since 1970, real time.
public struct ThrottleRow: Sendable, Equatable {
    public let failures: Int
    /// No further attempt before.
    public let until: Int64
    /// The last attempt.
    public let last: Int64
    /// When a failure was last registered as an event.
    public let told: Int64

    public init(failures: Int, until: Int64, last: Int64, told: Int64) {
        self.failures = failures
        self.until = until
        self.last = last
        self.told = told
    }
}

/// A sign-in by OpenID Connect that was begun.
public struct OIDCAttemptRow: Sendable {
    public let nonce: String
    public let verifier: String
    public let redirect: String
    /// Milliseconds since 1970, real time.
    public let expires: Int64

    public init(nonce: String, verifier: String, redirect: String, expires: Int64) {
        self.nonce = nonce
        self.verifier = verifier
        self.redirect = redirect
        self.expires = expires
    }
}
