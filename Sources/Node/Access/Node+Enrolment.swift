// SPDX-License-Identifier: Apache-2.0

import Exchange
public import Standards
import Storage

extension Node {
    /// A one-time code with what is stored of it.
    struct NewCode: Sendable {
        let text: String
        let hash: [UInt8]
        let row: EnrolmentRow
    }

    func newCode(for officer: String) throws(ComityError) -> NewCode {
        let code = Secret.code(groups: Secret.enrolmentGroups)
        let sealed = try access.seal(Secret.random(TOTP.secretLength), for: officer)
        return NewCode(
            text: code, hash: Secret.hash(code.filter { $0 != "-" }),
            row: EnrolmentRow(officer: officer, totp: sealed, expires: realTime.now() + AccessLimits.enrolment))
    }

    /// The code of the first administrator, while nobody can sign in yet: `comity serve` and `comity account setup-code`
    /// print it. A later one takes the place of an earlier one.
    /// - Returns: nil once somebody enrolled.
    public func setupCode() async throws(ComityError) -> String? {
        let rows = try store.read { try $0.accounts() }
        guard rows.allSatisfy({ $0.state == Account.State.invited.rawValue }) else { return nil }
        let names = Set(rows.map(\.officer))
        let free = (1...).lazy.map { $0 == 1 ? "ADMIN" : "ADMIN-\($0)" }.first { !names.contains($0) } ?? "ADMIN"
        let officer = rows.first { $0.role == "administrator" }?.officer ?? free
        let code = try newCode(for: officer)
        let account =
            names.contains(officer)
            ? nil : newAccount(officer, role: "administrator", name: officer, language: configuration.authority.languages.first ?? "en")
        let event = try change(officer, "setup-code", by: nil)
        let given = try await store.commit { writer -> Bool in
            // Somebody may have been faster.
            guard try writer.reader.accounts().allSatisfy({ $0.state == Account.State.invited.rawValue }) else { return false }
            if let account, try writer.reader.standing(of: officer) == nil { try writer.insert(account) }
            try writer.save(code.row, hash: code.hash)
            try writer.append(event)
            return true
        }.value
        return given ? code.text : nil
    }

    /// What an invited officer needs to set up a code generator.
    /// - Throws: `.permission` for a code that is wrong, used or older than 72 hours.
    public func enrolment(_ code: String) throws(ComityError) -> Enrolment {
        let (row, account) = try enrolmentRow(code)
        guard let secret = access.open(row.totp, for: row.officer) else {
            throw ComityError(.storage, "The enrolment was made under another access key.", next: "Ask an administrator for a new code.")
        }
        return Enrolment(
            officer: row.officer, role: account.role, name: account.name, secret: Base32.encode(secret),
            uri: TOTP.uri(secret: secret, officer: row.officer, node: nodeName), expires: local(Instant(milliseconds: row.expires)))
    }

    /// As a code generator shows the node.
    private var nodeName: String { "Comity \(state)\(exercise ? " exercise" : "")" }

    private func enrolmentRow(_ code: String) throws(ComityError) -> (row: EnrolmentRow, account: AccountRow) {
        let wrong = ComityError(
            .permission, "This enrolment code is not valid.", why: "It is mistyped, was used already, or is older than 72 hours.",
            next: "Check it, or ask an administrator for a new one.")
        guard let text = Secret.normalised(code, groups: Secret.enrolmentGroups) else { throw wrong }
        let now = realTime.now()
        let found = try store.read { reader -> (EnrolmentRow, AccountRow)? in
            guard let row = try reader.enrolment(hash: Secret.hash(text)), now < row.expires, let account = try reader.account(row.officer),
                account.state == Account.State.invited.rawValue
            else { return nil }
            return (row, account)
        }
        guard let found else { throw wrong }
        return found
    }

    /// Takes an invited account into use.
    /// - Parameter totpCode: what the code generator shows now, to prove that it was set up.
    /// - Returns: ten recovery codes for paper, shown once; each works once in place of a code.
    /// - Throws: `.permission` for a wrong code, `.usage` for a password that is not taken.
    public func enrol(code: String, password: String, totpCode: String) async throws(ComityError) -> [String] {
        let (row, account) = try enrolmentRow(code)
        let officer = row.officer
        try checkPassword(password, of: account)
        guard let secret = access.open(row.totp, for: officer),
            let step = TOTP.match(totpCode, secret: secret, at: realTime.now(), after: 0)
        else {
            throw ComityError(
                .permission, "The six digits do not fit.", why: "The code generator has another secret, or its clock is wrong.",
                next: "Scan the picture again, check the time of the telephone, and type the digits it shows now.")
        }
        let password = try await passwords.hash(password)
        let sealed = try access.seal(secret, for: officer)
        let codes = Self.newRecoveryCodes()
        let hashes = recoveryHashes(codes, of: officer)
        let event = try change(officer, "enrolled", by: officer)
        _ = try await store.commit { writer in
            // The code may have been used, or another one given, meanwhile.
            guard try writer.reader.account(officer)?.state == Account.State.invited.rawValue,
                try writer.reader.enrolment(hash: Secret.hash(Secret.normalised(code, groups: Secret.enrolmentGroups) ?? "")) != nil
            else { throw ComityError(.wrongState, "The account of \(officer) was changed meanwhile.", next: "Ask for a new code.") }
            try writer.activate(officer, password: password, totp: sealed, step: step)
            try writer.setRecoveryCodes(of: officer, hashes: hashes)
            try writer.deleteEnrolment(of: officer)
            _ = try writer.deleteSessions(of: officer)
            try writer.append(event)
        }
        return codes
    }

    /// New recovery codes; the old ones are worth nothing from then on.
    /// - Parameter code: what the code generator shows now: a session left open is not enough.
    public func renewRecoveryCodes(officer: String, code: String) async throws(ComityError) -> [String] {
        try await countAttempt(account: officer, address: nil)
        let now = realTime.now()
        guard let account = try store.read({ try $0.account(officer) }), account.state == Account.State.active.rawValue,
            let proof = proof(code, account, now: now)
        else {
            try await registerFailure(account: officer, address: nil, why: "code")
            throw Self.wrong
        }
        let codes = Self.newRecoveryCodes()
        let hashes = recoveryHashes(codes, of: officer)
        let event = try change(officer, "recovery-codes", by: officer)
        _ = try await store.commit { writer in
            try Self.use(proof, of: officer, at: now, &writer)
            try Self.forgive(account: officer, address: nil, &writer, now: now)
            try writer.setRecoveryCodes(of: officer, hashes: hashes)
            try writer.append(event)
        }
        return codes
    }

    /// What the code generator of an officer shows now, or next when this code was used: for whoever plays the officer in an
    /// exercise and owns the data folder.
    /// - Returns: the digits, and after how many milliseconds they are taken: a code works once, and at most one step ahead.
    /// - Throws: `.wrongState` outside an exercise, or for an officer without a generator; `.notFound`.
    public func exerciseCode(of officer: String) throws(ComityError) -> (code: String, after: Int64) {
        guard exercise else {
            throw ComityError(
                .wrongState, "Codes are shown in an exercise only.", why: "This node is not an exercise.",
                next: "Use the code generator on the telephone of \(officer), or a recovery code on paper.")
        }
        let account = try store.read { reader in try Self.known(officer, reader) }
        guard let sealed = account.totp, let secret = access.open(sealed, for: officer) else {
            throw ComityError(
                .wrongState, "\(officer) has no code generator yet.", next: "comity account reset \(officer), then enrol at the desk.")
        }
        let now = realTime.now()
        let counter = max(TOTP.step(at: now), account.step + 1)
        return (TOTP.code(secret, counter: counter), max(0, (counter - 1) * TOTP.period * 1000 - now))
    }

    /// Sets another password and ends every session of the officer.
    /// - Parameter code: what the code generator shows now, or a recovery code.
    public func changePassword(officer: String, old: String, new: String, code: String) async throws(ComityError) {
        try await countAttempt(account: officer, address: nil)
        let account = try store.read { try $0.account(officer) }
        let now = realTime.now()
        guard try await passwords.verify(old, account?.password), let account, account.state == Account.State.active.rawValue,
            let proof = proof(code, account, now: now)
        else {
            try await registerFailure(account: account?.officer, address: nil, why: "password")
            throw Self.wrong
        }
        try checkPassword(new, of: account)
        let password = try await passwords.hash(new)
        let event = try change(officer, "password", by: officer)
        _ = try await store.commit { writer in
            guard try writer.reader.account(officer)?.password == account.password else { throw Self.wrong }
            try Self.use(proof, of: officer, at: now, &writer)
            try Self.forgive(account: officer, address: nil, &writer, now: now)
            try writer.setPassword(of: officer, password)
            _ = try writer.deleteSessions(of: officer)
            try writer.append(event)
        }
    }

    private func checkPassword(_ password: String, of account: AccountRow) throws(ComityError) {
        try PasswordRules.check(
            password, names: [account.officer, account.name, configuration.authority.name, configuration.authority.id])
    }

    private static func newRecoveryCodes() -> [String] {
        (0..<AccessLimits.recoveryCodes).map { _ in Secret.code(groups: Secret.recoveryGroups) }
    }

    private func recoveryHashes(_ codes: [String], of officer: String) -> [[UInt8]] {
        codes.map { access.recoveryHash($0.filter { $0 != "-" }, of: officer) }
    }
}
