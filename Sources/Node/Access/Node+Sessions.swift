// SPDX-License-Identifier: Apache-2.0

import Crypto
import Foundation
public import Standards
import Storage

extension Node {
    /// The session of a token, or nil when there is none, it ended, or its account may not be used. One indexed read; the
    /// last use is written down at most once a minute, beside the answer.
    /// - Parameter renewing: false for what a page does by itself: it must not keep a session alive that nobody uses.
    public func session(token: String, renewing: Bool = true) throws(ComityError) -> Session? {
        guard token.utf8.count == 43 else { return nil }
        let (hash, now) = (Secret.hash(token), realTime.now())
        guard let (row, account) = try store.read({ try $0.session(token: hash) }), account.state == Account.State.active.rawValue,
            row.started <= now, now < row.started + AccessLimits.session, now < row.seen + AccessLimits.idle
        else { return nil }
        if renewing, now - row.seen >= AccessLimits.touch {
            // A write that is lost is made up for by the next request.
            Task { [store] in _ = try? await store.commit { try $0.touchSession(token: hash, at: now) } }
            return session(SessionRow(officer: row.officer, via: row.via, started: row.started, seen: now), account, token: token)
        }
        return session(row, account, token: token)
    }

    func session(_ row: SessionRow, _ account: AccountRow, token: String) -> Session {
        func moment(_ milliseconds: Int64) -> Instant { local(Instant(milliseconds: milliseconds)) }
        let csrf = HMAC<SHA256>.authenticationCode(for: Data("comity csrf v1".utf8), using: SymmetricKey(data: Data(token.utf8)))
        return Session(
            officer: account.officer, role: account.role, name: account.name, csrf: Base64.urlEncode([UInt8](csrf)),
            language: account.language, via: Session.Way(rawValue: row.via) ?? .password, started: moment(row.started),
            expires: moment(row.started + AccessLimits.session),
            idleUntil: moment(min(row.seen + AccessLimits.idle, row.started + AccessLimits.session)),
            preferences: account.preferences)
    }

    /// Ends a session. One that is over already is no error.
    public func signOut(token: String) async throws(ComityError) {
        let hash = Secret.hash(token)
        guard let officer = try store.read({ try $0.session(token: hash) })?.account.officer else { return }
        let event = try event(.signedOut, file: nil, by: officer)
        _ = try await store.commit { writer in
            if try writer.deleteSession(token: hash) { try writer.appendUnlessHeld(event) }
        }
    }

    /// Ends every session of an officer.
    /// - Parameter by: an administrator, or the officer; nil is the node's owner.
    /// - Returns: how many there were.
    @discardableResult
    public func endSessions(of officer: String, by administrator: String? = nil) async throws(ComityError) -> Int {
        if let administrator, administrator != officer { try authorise(administrator, .administer, to: "end the sessions of others") }
        let event = try change(officer, "sessions-ended", by: administrator)
        return try await store.commit { writer in
            _ = try Self.known(officer, writer.reader)
            let count = try writer.deleteSessions(of: officer)
            if count > 0 { try writer.append(event) }
            return count
        }.value
    }

    /// Keeps what the officer chose at the desk: at most 30 names and values of 200 bytes.
    public func setPreferences(_ preferences: [String: String], of officer: String) async throws(ComityError) {
        guard preferences.count <= 30, preferences.allSatisfy({ $0.key.utf8.count <= 60 && $0.value.utf8.count <= 200 }) else {
            throw ComityError(.tooLarge, "These are more preferences than can be kept.")
        }
        _ = try await store.commit { writer in
            _ = try Self.known(officer, writer.reader)
            try writer.setPreferences(of: officer, preferences)
        }
    }

    /// The language in which the officer reads the desk: a BCP 47 tag.
    public func setLanguage(_ language: String, of officer: String) async throws(ComityError) {
        try Self.checkLanguage(language)
        _ = try await store.commit { writer in
            _ = try Self.known(officer, writer.reader)
            try writer.setLanguage(of: officer, language)
        }
    }

    static func checkLanguage(_ language: String) throws(ComityError) {
        guard (2...35).contains(language.utf8.count), language.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else {
            throw ComityError(.usage, "“\(Text.safe(language, limit: 40))” is not a language tag.", next: "Write it as en or pt-BR.")
        }
    }
}
