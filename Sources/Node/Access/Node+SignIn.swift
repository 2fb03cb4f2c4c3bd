// SPDX-License-Identifier: Apache-2.0

public import Standards
import Storage

extension Node {
    /// Signs an officer in with password and a code: six digits of the code generator, or a recovery code.
    /// - Parameter address: where the officer comes from, for the pauses after failures; nil when it is not known.
    /// - Returns: the token for the cookie, which is stored nowhere, and the session.
    /// - Throws: `.permission`, the same for whatever was wrong; `.throttled`, saying when to try again.
    public func signIn(officer: String, password: String, code: String, address: String?) async throws(ComityError)
        -> (token: String, session: Session)
    {
        let account = officer.utf8.count <= 200 ? try store.read { try $0.account(officer) } : nil
        try await countAttempt(account: officer, address: address)
        let now = realTime.now()
        let passwordFits = try await passwords.verify(password, account?.password)
        let proof = proof(code, account, now: now)
        let isActive = account?.state == Account.State.active.rawValue
        guard let account, passwordFits, isActive, let proof else {
            try await registerFailure(
                account: account?.officer, address: address, why: !isActive ? "account" : passwordFits ? "code" : "password")
            throw Self.wrong
        }
        let token = Secret.token()
        let row = SessionRow(officer: account.officer, via: Session.Way.password.rawValue, started: now, seen: now)
        do throws(ComityError) { try await start(row, token: token, account: account, address: address, proof: proof) } catch {
            guard error.code == .permission else { throw error }
            try await registerFailure(account: account.officer, address: address, why: "code")
            throw error
        }
        return (token, session(row, account, token: token))
    }

    /// One error for every wrong combination.
    static let wrong = ComityError(
        .permission, "The name, the password or the code is not right.",
        next: "Try again with a new code. If your code generator is lost, use a recovery code; if both are, ask an administrator.")

    /// What a typed code proves, if anything.
    enum Proof: Sendable {
        case step(Int64)
        /// Hash of a recovery code.
        case recovery([UInt8])
        /// The provider vouches.
        case provider

        /// As the register names it.
        var name: String {
            switch self {
            case .step: "code"
            case .recovery: "recovery-code"
            case .provider: "provider"
            }
        }
    }

    func proof(_ code: String, _ account: AccountRow?, now: Int64) -> Proof? {
        guard let account, code.utf8.count <= 100 else { return nil }
        if let sealed = account.totp, let secret = access.open(sealed, for: account.officer),
            let step = TOTP.match(code, secret: secret, at: now, after: account.step)
        {
            return .step(step)
        }
        return Secret.normalised(code, groups: Secret.recoveryGroups).map { .recovery(access.recoveryHash($0, of: account.officer)) }
    }

    /// Uses up a proof; a code that was used in the meantime is worth nothing.
    static func use(_ proof: Proof, of officer: String, at now: Int64, _ writer: inout Writer) throws {
        let used =
            switch proof {
            case .step(let step): try writer.useStep(step, of: officer)
            case .recovery(let hash): try writer.useRecoveryCode(of: officer, hash: hash, at: now)
            case .provider: true
            }
        guard used else { throw wrong }
    }

    /// Writes a session in one transaction with all that must hold for it.
    func start(_ row: SessionRow, token: String, account: AccountRow, address: String?, proof: Proof) async throws(ComityError) {
        let detail: [String: JSONValue] = ["with": .string(proof.name)].merging(Self.from(address)) { $1 }
        let event = try event(.signedIn, file: nil, by: account.officer, detail: detail)
        let (now, moment) = (row.started, local(Instant(milliseconds: row.started)))
        _ = try await store.commit { writer in
            guard let current = try writer.reader.account(account.officer), current.state == Account.State.active.rawValue,
                current.password == account.password, current.subject == account.subject, current.role == account.role
            else { throw Self.wrong }
            try Self.use(proof, of: account.officer, at: now, &writer)
            try Self.forgive(account: account.officer, address: address, &writer, now: now)
            try writer.insert(row, token: Secret.hash(token), expired: now - AccessLimits.session)
            try writer.markSignedIn(account.officer, at: moment)
            try writer.appendUnlessHeld(event)
        }
    }

    /// Registers a failure, at most once a minute for each account; names that are none share one line, and are not written
    /// down: people type passwords into the wrong field.
    func registerFailure(account: String?, address: String?, why: String) async throws(ComityError) {
        let now = realTime.now()
        let key = account.map { "told " + $0 } ?? "told"
        let detail: [String: JSONValue] = [
            "account": account.map(JSONValue.string) ?? .null, "why": .string(why),
        ].merging(Self.from(address)) { $1 }
        let event = try event(.signInFailed, file: nil, by: "node", detail: detail.filter { $0.value != .null })
        _ = try await store.commit { writer in
            let told = try writer.reader.throttle(key)
            if let told, now - told.told < AccessLimits.failureEvent { return }
            try writer.save(
                ThrottleRow(failures: 0, until: 0, last: now, told: now), key: key, expired: now - AccessLimits.forgets)
            try writer.appendUnlessHeld(event)
        }
    }

    static func from(_ address: String?) -> [String: JSONValue] {
        address.map { ["address": .string(Text.safe($0, limit: 60))] } ?? [:]
    }
}
