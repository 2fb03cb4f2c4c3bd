// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Reader {
    private static let accounts = "SELECT account.*, officer.role FROM account JOIN officer ON officer.id = account.officer"

    private func account(_ row: Row) throws -> AccountRow {
        let signedIn: String? = try row["signed_in"]
        return try AccountRow(
            officer: row["officer"], role: row["role"], name: row["name"], language: row["language"], state: row["state"],
            password: row["password"], totp: (row["totp"] as Data?).map { [UInt8]($0) }, step: row["step"], issuer: row["issuer"],
            subject: row["subject"], preferences: try IJSON.decode([String: String].self, from: row["preferences"] as Data, limit: 1 << 16),
            created: try Instant(row["created"]),
            signedIn: try signedIn.map { text throws(ComityError) in try Instant(text) })
    }

    public func accounts() throws -> [AccountRow] {
        try Row.fetchAll(db, sql: "\(Self.accounts) ORDER BY account.officer").map(account)
    }

    public func account(_ officer: String) throws -> AccountRow? {
        try Row.fetchOne(db, sql: "\(Self.accounts) WHERE account.officer = ?", arguments: [officer]).map(account)
    }

    /// The account that is bound to a subject of an OpenID Connect issuer.
    public func account(issuer: String, subject: String) throws -> AccountRow? {
        try Row.fetchOne(db, sql: "\(Self.accounts) WHERE issuer = ? AND subject = ?", arguments: [issuer, subject]).map(account)
    }

    /// Role of an officer, and whether the account may be used; nil for somebody who is not one.
    public func standing(of officer: String) throws -> (role: String, isDisabled: Bool)? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT officer.role, account.state IS 'disabled' AS off FROM officer
                LEFT JOIN account ON account.officer = officer.id WHERE officer.id = ?
                """, arguments: [officer]
        ).map { try ($0["role"], $0["off"]) }
    }

    public func enrolment(hash: [UInt8]) throws -> EnrolmentRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM enrolment WHERE hash = ?", arguments: [Data(hash)]).map {
            try EnrolmentRow(officer: $0["officer"], totp: [UInt8]($0["totp"] as Data), expires: $0["expires"])
        }
    }

    /// Recovery codes that were not used yet, by officer.
    public func recoveryCodesLeft() throws -> [String: Int] {
        try Dictionary(
            Row.fetchAll(db, sql: "SELECT officer, COUNT(*) AS left FROM recovery WHERE used IS NULL GROUP BY officer").map {
                try ($0["officer"], $0["left"])
            }, uniquingKeysWith: { first, _ in first })
    }

    public func hasRecoveryCode(of officer: String, hash: [UInt8]) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM recovery WHERE officer = ? AND hash = ? AND used IS NULL)",
            arguments: [officer, Data(hash)]) ?? false
    }

    /// A session with the account it belongs to, in one indexed read.
    public func session(token: [UInt8]) throws -> (session: SessionRow, account: AccountRow)? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT account.*, officer.role, session.via, session.started, session.seen FROM session
                JOIN account ON account.officer = session.officer JOIN officer ON officer.id = session.officer WHERE session.token = ?
                """, arguments: [Data(token)]
        ).map { row in
            try (
                SessionRow(officer: row["officer"], via: row["via"], started: row["started"], seen: row["seen"]),
                try account(row)
            )
        }
    }

    /// Open sessions of an officer, the newest first, each with the hash of its token. Whether one has ended by time is for
    /// the caller to say.
    public func sessions(of officer: String) throws -> [(token: [UInt8], session: SessionRow)] {
        try Row.fetchAll(db, sql: "SELECT * FROM session WHERE officer = ? ORDER BY started DESC", arguments: [officer]).map { row in
            try (
                [UInt8](row["token"] as Data),
                SessionRow(officer: row["officer"], via: row["via"], started: row["started"], seen: row["seen"])
            )
        }
    }

    /// The newest events of these kinds, newest first.
    public func events(_ kinds: [RegisterEvent.Kind], limit: Int) throws -> [RegisterEvent] {
        let marks = kinds.map { _ in "?" }.joined(separator: ", ")
        return try Data.fetchAll(
            db, sql: "SELECT bytes FROM event WHERE kind IN (\(marks)) AND length(bytes) > 0 ORDER BY idx DESC LIMIT ?",
            arguments: StatementArguments(kinds.map(\.rawValue)) + [limit]
        ).map { try IJSON.decode(RegisterEvent.self, from: $0, limit: 1 << 20) }
    }

    public func throttle(_ key: String) throws -> ThrottleRow? {
        try Row.fetchOne(db, sql: "SELECT * FROM throttle WHERE key = ?", arguments: [key]).map {
            try ThrottleRow(failures: $0["failures"], until: $0["until"], last: $0["last"], told: $0["told"])
        }
    }

    /// Whether an officer signed in from an address since a moment, milliseconds since 1970.
    public func knowsAddress(_ key: String, of officer: String, since: Int64) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM known_address WHERE officer = ? AND key = ? AND at >= ?)",
            arguments: [officer, key, since]) ?? false
    }

    public func oidcAttempts() throws -> Int { try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM oidc_attempt") ?? 0 }

    /// Until when an officer may read a file whose glass was broken; milliseconds since 1970.
    public func brokenGlass(_ ref: FileReference, officer: String) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT until FROM broken_glass WHERE officer = ? AND ref = ?", arguments: [officer, ref.description])
    }
}
