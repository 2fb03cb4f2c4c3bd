// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Writer {
    /// Makes an officer with an account.
    public func insert(_ account: AccountRow) throws {
        try db.execute(sql: "INSERT INTO officer (id, role) VALUES (?, ?)", arguments: [account.officer, account.role])
        try db.execute(
            sql: "INSERT INTO account (officer, name, language, state, preferences, created) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                account.officer, account.name, account.language, account.state, Data(try IJSON.encode(account.preferences)),
                account.created.description,
            ])
    }

    public func setState(ofAccount officer: String, _ state: String) throws {
        try db.execute(sql: "UPDATE account SET state = ? WHERE officer = ?", arguments: [state, officer])
    }

    /// Makes an account active with a password and a TOTP secret whose step was used just now.
    public func activate(_ officer: String, password: String, totp: [UInt8], step: Int64) throws {
        try db.execute(
            sql: "UPDATE account SET state = 'active', password = ?, totp = ?, step = ? WHERE officer = ?",
            arguments: [password, Data(totp), step, officer])
    }

    /// Binds an account to a subject of an OpenID Connect issuer and makes it active.
    public func bind(_ officer: String, issuer: String, subject: String) throws {
        try db.execute(
            sql: "UPDATE account SET state = 'active', issuer = ?, subject = ? WHERE officer = ?", arguments: [issuer, subject, officer])
    }

    public func setPassword(of officer: String, _ password: String) throws {
        try db.execute(sql: "UPDATE account SET password = ? WHERE officer = ?", arguments: [password, officer])
    }

    /// Takes every means of signing in from an account; it is as if it had just been invited.
    public func clearAccess(of officer: String) throws {
        try db.execute(
            sql: "UPDATE account SET state = 'invited', password = NULL, totp = NULL, issuer = NULL, subject = NULL WHERE officer = ?",
            arguments: [officer])
        try db.execute(sql: "DELETE FROM recovery WHERE officer = ?", arguments: [officer])
    }

    public func setName(of officer: String, _ name: String) throws {
        try db.execute(sql: "UPDATE account SET name = ? WHERE officer = ?", arguments: [name, officer])
    }

    public func setLanguage(of officer: String, _ language: String) throws {
        try db.execute(sql: "UPDATE account SET language = ? WHERE officer = ?", arguments: [language, officer])
    }

    public func setPreferences(of officer: String, _ preferences: [String: String]) throws {
        try db.execute(
            sql: "UPDATE account SET preferences = ? WHERE officer = ?", arguments: [Data(try IJSON.encode(preferences)), officer])
    }

    /// Uses a TOTP step of an account.
    /// - Returns: false when this or a later step was used before.
    public func useStep(_ step: Int64, of officer: String) throws -> Bool {
        try db.execute(sql: "UPDATE account SET step = ? WHERE officer = ? AND step < ?", arguments: [step, officer, step])
        return db.changesCount == 1
    }

    /// Uses a recovery code.
    /// - Returns: false when there is no such code, or it was used before.
    public func useRecoveryCode(of officer: String, hash: [UInt8], at: Int64) throws -> Bool {
        try db.execute(
            sql: "UPDATE recovery SET used = ? WHERE officer = ? AND hash = ? AND used IS NULL", arguments: [at, officer, Data(hash)])
        return db.changesCount == 1
    }

    /// Replaces the recovery codes of an account.
    public func setRecoveryCodes(of officer: String, hashes: [[UInt8]]) throws {
        try db.execute(sql: "DELETE FROM recovery WHERE officer = ?", arguments: [officer])
        for hash in hashes { try db.execute(sql: "INSERT INTO recovery (officer, hash) VALUES (?, ?)", arguments: [officer, Data(hash)]) }
    }

    /// Keeps the one-time code of an account; one that was given before is worth nothing from now on.
    public func save(_ enrolment: EnrolmentRow, hash: [UInt8]) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO enrolment (officer, hash, totp, expires) VALUES (?, ?, ?, ?)",
            arguments: [enrolment.officer, Data(hash), Data(enrolment.totp), enrolment.expires])
    }

    public func deleteEnrolment(of officer: String) throws {
        try db.execute(sql: "DELETE FROM enrolment WHERE officer = ?", arguments: [officer])
    }

    // MARK: Sessions

    /// Starts a session, and forgets those that ended before `expired` (milliseconds since 1970).
    public func insert(_ session: SessionRow, token: [UInt8], expired: Int64) throws {
        try db.execute(sql: "DELETE FROM session WHERE started < ?", arguments: [expired])
        try db.execute(
            sql: "INSERT INTO session (token, officer, via, started, seen) VALUES (?, ?, ?, ?, ?)",
            arguments: [Data(token), session.officer, session.via, session.started, session.seen])
    }

    public func markSignedIn(_ officer: String, at: Instant) throws {
        try db.execute(sql: "UPDATE account SET signed_in = ? WHERE officer = ?", arguments: [at.description, officer])
    }

    public func touchSession(token: [UInt8], at: Int64) throws {
        try db.execute(sql: "UPDATE session SET seen = max(seen, ?) WHERE token = ?", arguments: [at, Data(token)])
    }

    /// - Returns: false when there was none.
    public func deleteSession(token: [UInt8]) throws -> Bool {
        try db.execute(sql: "DELETE FROM session WHERE token = ?", arguments: [Data(token)])
        return db.changesCount == 1
    }

    /// - Returns: how many there were.
    public func deleteSessions(of officer: String) throws -> Int {
        try db.execute(sql: "DELETE FROM session WHERE officer = ?", arguments: [officer])
        return db.changesCount
    }

    // MARK: Attempts

    /// Keeps how often an attempt failed, and forgets what is older than `expired` (milliseconds since 1970).
    public func save(_ throttle: ThrottleRow, key: String, expired: Int64) throws {
        try db.execute(sql: "DELETE FROM throttle WHERE last < ?", arguments: [expired])
        try db.execute(
            sql: "INSERT OR REPLACE INTO throttle (key, failures, until, last, told) VALUES (?, ?, ?, ?, ?)",
            arguments: [key, throttle.failures, throttle.until, throttle.last, throttle.told])
    }

    /// Keeps that an officer signed in from an address, and forgets what is older than `expired` (milliseconds since 1970).
    public func saveAddress(_ key: String, of officer: String, at: Int64, expired: Int64) throws {
        try db.execute(sql: "DELETE FROM known_address WHERE officer = ? AND at < ?", arguments: [officer, expired])
        try db.execute(
            sql: "INSERT OR REPLACE INTO known_address (officer, key, at) VALUES (?, ?, ?)", arguments: [officer, key, at])
    }

    public func deleteThrottle(_ key: String) throws { try db.execute(sql: "DELETE FROM throttle WHERE key = ?", arguments: [key]) }

    /// Forgets the failures under every key that begins with this one.
    public func deleteThrottles(beginning key: String) throws {
        try db.execute(sql: "DELETE FROM throttle WHERE substr(key, 1, length(?)) = ?", arguments: [key, key])
    }

    public func save(_ attempt: OIDCAttemptRow, state: [UInt8], now: Int64) throws {
        try db.execute(sql: "DELETE FROM oidc_attempt WHERE expires < ?", arguments: [now])
        try db.execute(
            sql: "INSERT INTO oidc_attempt (state, nonce, verifier, redirect, expires) VALUES (?, ?, ?, ?, ?)",
            arguments: [Data(state), attempt.nonce, attempt.verifier, attempt.redirect, attempt.expires])
    }

    /// Takes an attempt that was begun; nobody can take it again.
    public func takeOIDCAttempt(state: [UInt8], now: Int64) throws -> OIDCAttemptRow? {
        let row = try Row.fetchOne(db, sql: "SELECT * FROM oidc_attempt WHERE state = ? AND expires >= ?", arguments: [Data(state), now])
        try db.execute(sql: "DELETE FROM oidc_attempt WHERE state = ?", arguments: [Data(state)])
        return try row.map {
            try OIDCAttemptRow(nonce: $0["nonce"], verifier: $0["verifier"], redirect: $0["redirect"], expires: $0["expires"])
        }
    }

    public func breakGlass(_ ref: FileReference, officer: String, until: Int64) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO broken_glass (officer, ref, until) VALUES (?, ?, ?)",
            arguments: [officer, ref.description, until])
    }
}
