// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage

/// A token with which a program acts for an officer, without the token itself: that is shown once and never stored.
public struct ProgramToken: Sendable, Codable, Equatable {
    public let id: String
    public let officer: String
    /// What the officer calls it.
    public let label: String
    /// What it allows, at most; what the role does not allow, it does not either.
    public let scopes: [Permission]
    public let created: Instant
    public let expires: Instant
    public let lastUsed: Instant?
    public let revoked: Instant?
}

/// Who asks over the API: an officer, through a program with a token or a browser with a session.
public struct Caller: Sendable {
    public let officer: String
    public let role: String
    /// The pseudonym that is shown.
    public let name: String
    /// What role and token allow together.
    public let permissions: Set<Permission>
    /// Nil for a session.
    public let token: ProgramToken?

    public init(_ session: Session) {
        officer = session.officer
        role = session.role
        name = session.name
        permissions = Permission.of(role: session.role)
        token = nil
    }

    init(officer: String, role: String, name: String, token: ProgramToken) {
        self.officer = officer
        self.role = role
        self.name = name
        self.token = token
        permissions = Permission.of(role: role).intersection(token.scopes)
    }
}

extension Node {
    /// What every token begins with, so that one that was published by mistake is found.
    public static let tokenPrefix = "comity_"
    public static let longestToken = 366

    /// Makes a token for an officer.
    /// - Parameters:
    ///   - scopes: what it allows; nil is reading as far as the role may read.
    ///   - days: 1 to 366.
    ///   - by: the officer; nil is the node's owner. An administrator cannot: who holds a token acts as its officer.
    /// - Returns: the token, shown now and never again.
    /// - Throws: `.usage` for a label, a time or a scope that cannot be, `.permission`, `.notFound`.
    public func makeToken(
        for officer: String, label: String, days: Int, scopes: Set<Permission>? = nil, by: String?
    ) async throws(ComityError) -> (text: String, token: ProgramToken) {
        guard by == nil || by == officer else {
            throw ComityError(
                .permission, "A token of \(Text.safe(officer, limit: 60)) is made by that officer.",
                why: "Who holds a token acts as its officer.", next: "Let the officer make it, or the owner of the data folder.")
        }
        let role = try role(of: officer)
        guard (1...100).contains(label.utf8.count), Text.safe(label) == label, !label.allSatisfy(\.isWhitespace) else {
            throw ComityError(.usage, "A token needs a label of 1 to 100 bytes of plain text.", next: "Say what the program is: --label.")
        }
        guard (1...Self.longestToken).contains(days) else {
            throw ComityError(.usage, "A token holds for 1 to \(Self.longestToken) days.", next: "Make a new one before it ends: --days.")
        }
        let may = Permission.of(role: role)
        let scopes = scopes ?? may.intersection([.readMetadata, .readContent, .readRegister])
        guard scopes.isSubset(of: may), !scopes.isEmpty else {
            let beyond = scopes.subtracting(may).map(\.rawValue).sorted().joined(separator: ", ")
            throw ComityError(
                .usage, beyond.isEmpty ? "The token would allow nothing." : "\(officer) is \(role) and has no permission \(beyond).",
                next: "Scopes for this role are \(may.map(\.rawValue).sorted().joined(separator: ", ")).")
        }
        let now = realTime.now()
        let text = Self.tokenPrefix + Secret.token()
        let row = TokenRow(
            id: newID(at: Instant(milliseconds: now)).description, officer: officer, label: label,
            scopes: scopes.map(\.rawValue).sorted(), created: now, expires: now + Int64(days) * 86_400_000)
        let event = try change(
            officer, "token-made", by: by,
            ["token": .string(row.id), "label": .string(label), "scopes": .array(row.scopes.map(JSONValue.string))])
        _ = try await store.commit { writer in
            _ = try Self.known(officer, writer.reader)
            try writer.insert(row, hash: Secret.hash(text))
            try writer.append(event)
        }
        return (text, token(row))
    }

    /// Tokens of an officer, or of all; those that ended too.
    /// - Parameter by: who asks: the officer, or an administrator; nil is the node's owner.
    public func tokens(of officer: String?, by: String?) throws(ComityError) -> [ProgramToken] {
        if officer == nil || by != officer { try authorise(by, .administer, to: "see the tokens of others") }
        return try store.read { try $0.tokens(of: officer).map(token) }
    }

    /// Takes a token out of use, now.
    /// - Parameter by: its officer, or an administrator; nil is the node's owner.
    public func revokeToken(_ id: String, by: String?) async throws(ComityError) -> ProgramToken {
        guard let row = try store.read({ try $0.token(id: id) }) else {
            throw ComityError(.notFound, "There is no token \(Text.safe(id, limit: 60)).", next: "comity account token list")
        }
        if by != row.officer { try authorise(by, .administer, to: "revoke the tokens of others") }
        let now = realTime.now()
        let event = try change(row.officer, "token-revoked", by: by, ["token": .string(id)])
        return token(
            try await store.commit { writer in
                if try writer.revokeToken(id, at: now) { try writer.append(event) }
                return try writer.reader.token(id: id) ?? row
            }.value)
    }

    /// Who holds a token; nil when there is none such, it ended or was revoked, or its account is disabled. One indexed read; the
    /// last use is written down at most once a minute, beside the answer.
    public func caller(token text: String) throws(ComityError) -> Caller? {
        guard text.hasPrefix(Self.tokenPrefix), text.utf8.count == Self.tokenPrefix.utf8.count + 43 else { return nil }
        let (hash, now) = (Secret.hash(text), realTime.now())
        let found = try store.read { reader in
            try reader.token(hash: hash).flatMap { row in try reader.account(row.officer).map { (row, $0) } }
        }
        guard let (row, account) = found, row.revoked == nil, now < row.expires, account.state != Account.State.disabled.rawValue else {
            return nil
        }
        if now - (row.used ?? 0) >= AccessLimits.touch {
            // A write that is lost is made up for by the next request.
            Task { [store] in _ = try? await store.commit { try $0.touchToken(row.id, at: now) } }
        }
        return Caller(officer: row.officer, role: account.role, name: account.name, token: token(row))
    }

    private func token(_ row: TokenRow) -> ProgramToken {
        func moment(_ milliseconds: Int64) -> Instant { local(Instant(milliseconds: milliseconds / 1000 * 1000)) }
        return ProgramToken(
            id: row.id, officer: row.officer, label: row.label, scopes: row.scopes.compactMap(Permission.init),
            created: moment(row.created),
            expires: moment(row.expires), lastUsed: row.used.map(moment), revoked: row.revoked.map(moment))
    }
}
