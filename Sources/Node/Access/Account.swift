// SPDX-License-Identifier: Apache-2.0

public import Standards

/// An officer's account, as an administrator sees it. Nothing secret is in it.
public struct Account: Sendable, Equatable, Codable {
    public enum State: String, Sendable, Codable {
        /// Made, but nobody has set a password or signed in yet.
        case invited
        case active
        /// May do nothing, at the desk or on the command line.
        case disabled
    }

    /// Id of the officer; stands in acts and in the register.
    public let officer: String
    /// One of `Roles.all`.
    public let role: String
    /// The pseudonym that is shown.
    public let name: String
    /// BCP 47 tag of the language the officer reads.
    public let language: String
    public let state: State
    /// A password and a code generator are set.
    public let hasTOTP: Bool
    /// Recovery codes that were not used yet.
    public let recoveryCodesLeft: Int
    /// Subject at the OpenID Connect provider, once bound.
    public let oidcSubject: String?
    public let created: Instant
    public let lastSignIn: Instant?
}

/// A person who is signed in. Times are real ones, whatever the exercise clock says.
public struct Session: Sendable, Equatable {
    public enum Way: String, Sendable, Codable { case password, oidc }

    public let officer: String
    public let role: String
    /// The pseudonym that is shown.
    public let name: String
    /// What a form of this session must carry; 32 bytes in base64url, derived from the session's token.
    public let csrf: String
    public let language: String
    public let via: Way
    public let started: Instant
    /// The session ends here, whatever happens.
    public let expires: Instant
    /// The session ends here unless it is used before.
    public let idleUntil: Instant
    /// Theme, density, shortcuts: whatever the desk keeps for this officer.
    public let preferences: [String: String]
}

/// What an officer needs to take an invited account into use; shown once the one-time code was given.
public struct Enrolment: Sendable, Equatable {
    public let officer: String
    public let role: String
    public let name: String
    /// Secret of the code generator in base32, for typing.
    public let secret: String
    /// The same as an `otpauth:` URI, for a QR code.
    public let uri: String
    public let expires: Instant
}

/// Times and counts of sign-in and sessions, in one place.
public enum AccessLimits {
    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 60 * minute

    /// A session ends this long after sign-in, milliseconds.
    public static let session = 12 * hour
    /// A session ends this long after it was last used, milliseconds.
    public static let idle = 30 * minute
    /// How often the last use of a session is written down, milliseconds.
    static let touch = minute
    /// One-time codes for enrolment, milliseconds.
    public static let enrolment = 72 * hour
    /// How long a broken glass stays open, milliseconds.
    public static let brokenGlass = hour
    /// A sign-in by OpenID Connect must come back within this time, milliseconds.
    static let oidcAttempt = 10 * minute
    /// How many of them may be on their way.
    static let oidcAttempts = 10_000
    /// Failures without a pause: of one account, and of one address (an office may share one).
    static let freeFailures = (account: 5, address: 20)
    /// The first pause and the longest one, milliseconds.
    static let pause = (first: minute / 2, longest: hour)
    /// Failures older than this do not count, milliseconds.
    public static let forgets = 24 * hour
    /// An address from which an officer signed in is known for this long, milliseconds.
    static let knownAddress = 30 * 24 * hour
    /// A failed sign-in of one account is registered at most once in this time, milliseconds.
    static let failureEvent = minute
    static let recoveryCodes = 10
    public static let passwordLength = (shortest: 12, longestBytes: 1024)
}
