// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage

/// A session that is open, as its officer sees it.
public struct OpenSession: Sendable, Equatable {
    public let via: Session.Way
    public let started: Instant
    /// The last use that was written down, to the minute.
    public let seen: Instant
    /// The one that asked.
    public let isThis: Bool
}

/// Something that happened to an account: a sign-in, a failure, a change.
public struct AccessEvent: Sendable {
    public let at: Instant
    /// Who did it; `node` for what the owner or the node did.
    public let by: String
    /// `signed-in`, `sign-in-failed`, `signed-out`, or the change: `invited`, `enrolled`, `role`, `disabled` …
    public let what: String
    public let account: String
    /// The new role, the address, the proof: whatever the register says besides.
    public let detail: [String: String]
}

extension Node {
    /// The open sessions of an officer, the newest first.
    /// - Parameters:
    ///   - by: the officer, or an administrator.
    ///   - token: of the session that asks.
    public func openSessions(of officer: String, by asking: String?, token: String? = nil) throws(ComityError) -> [OpenSession] {
        if let asking, asking != officer { try authorise(asking, .administer, to: "see the sessions of others") }
        let (now, this) = (realTime.now(), token.map { Secret.hash($0) })
        return try store.read { try $0.sessions(of: officer) }
            .filter { now < $0.session.started + AccessLimits.session && now < $0.session.seen + AccessLimits.idle }
            .map { found in
                OpenSession(
                    via: Session.Way(rawValue: found.session.via) ?? .password,
                    started: local(Instant(milliseconds: found.session.started)),
                    seen: local(Instant(milliseconds: found.session.seen)), isThis: this.map { Secret.equal($0, found.token) } ?? false)
            }
    }

    /// Milliseconds before a session ends for want of use; 0 when it has ended.
    public func idleLeft(_ session: Session) -> Int64 { max(0, session.idleUntil.milliseconds - realTime.now()) }

    /// What happened to accounts, newest first.
    /// - Parameter officer: who asks: an administrator, or whoever may read the register; nil is the node's owner.
    public func accessEvents(officer: String?, limit: Int) throws(ComityError) -> [AccessEvent] {
        if try !may(officer, .readRegister) { try authorise(officer, .administer, to: "see what happened to accounts") }
        return try store.read { try $0.events([.signedIn, .signInFailed, .signedOut, .accountChanged], limit: limit) }.map { event in
            let detail = event.detail.compactMapValues(\.string)
            return AccessEvent(
                at: local(event.at), by: event.by, what: detail["change"] ?? event.event.rawValue,
                account: detail["account"] ?? (event.event == .signInFailed ? "" : event.by),
                detail: detail.filter { $0.key != "change" && $0.key != "account" })
        }
    }

    /// Whether somebody can sign in: until then only the set-up code opens the desk.
    public func isSetUp() throws(ComityError) -> Bool {
        try store.read { try $0.accounts() }.contains { $0.state != Account.State.invited.rawValue }
    }
}
