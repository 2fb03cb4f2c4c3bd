// SPDX-License-Identifier: Apache-2.0

import Dossier
import Exchange
public import Standards
import Storage

extension Node {
    /// All accounts, by officer.
    /// - Parameter officer: who asks, an administrator; nil is the node's owner.
    public func accounts(officer: String? = nil) throws(ComityError) -> [Account] {
        try authorise(officer, .administer, to: "see the accounts")
        return try store.read { reader in
            let left = try reader.recoveryCodesLeft()
            return try reader.accounts().map { Self.account($0, codes: left[$0.officer] ?? 0) }
        }
    }

    /// One account, for its officer or an administrator.
    public func account(_ name: String, officer: String?) throws(ComityError) -> Account {
        if officer != name { try authorise(officer, .administer, to: "see the accounts of others") }
        return try store.read { reader in
            Self.account(try Self.known(name, reader), codes: try reader.recoveryCodesLeft()[name] ?? 0)
        }
    }

    private static func account(_ row: AccountRow, codes: Int) -> Account {
        Account(
            officer: row.officer, role: row.role, name: row.name, language: row.language,
            state: Account.State(rawValue: row.state) ?? .disabled,
            hasTOTP: row.totp != nil && row.password != nil, recoveryCodesLeft: codes, oidcSubject: row.subject, created: row.created,
            lastSignIn: row.signedIn)
    }

    /// Makes an account.
    /// - Parameter by: an administrator; nil is the node's owner.
    /// - Returns: the one-time enrolment code, shown once and valid for 72 hours.
    /// - Throws: `.alreadyExists`, `.usage` for a bad id or role, `.permission`.
    public func invite(officer: String, role: String, name: String, language: String? = nil, by administrator: String?)
        async throws(ComityError) -> String
    {
        try authorise(administrator, .administer, to: "invite officers")
        try Self.check(officer: officer, role: role)
        try Self.check(name: name)
        let language = language ?? configuration.authority.languages.first ?? "en"
        try Self.checkLanguage(language)
        let account = newAccount(officer, role: role, name: name, language: language)
        let code = try newCode(for: officer)
        let event = try change(officer, "invited", by: administrator, ["role": .string(role)])
        _ = try await store.commit { writer in
            guard try writer.reader.standing(of: officer) == nil else {
                throw ComityError(
                    .alreadyExists, "There is an officer \(officer) already.",
                    next: "Choose another id, or give a new code: comity account reset \(officer)")
            }
            try writer.insert(account)
            try writer.save(code.row, hash: code.hash)
            try writer.append(event)
        }
        return code.text
    }

    func newAccount(_ officer: String, role: String, name: String, language: String) -> AccountRow {
        AccountRow(
            officer: officer, role: role, name: name, language: language, state: Account.State.invited.rawValue,
            created: local(Instant(milliseconds: realTime.now() / 1000 * 1000)))
    }

    /// Gives an officer another role, and ends the officer's sessions. Nobody changes the own role.
    public func setRole(_ officer: String, to role: String, by administrator: String?) async throws(ComityError) {
        try requireOther(officer, administrator, to: "change roles")
        try Self.check(officer: officer, role: role)
        let event = try change(officer, "role", by: administrator, ["role": .string(role)])
        _ = try await store.commit { writer in
            _ = try Self.known(officer, writer.reader)
            try writer.setOfficer(officer, role: role)
            _ = try writer.deleteSessions(of: officer)
            try writer.append(event)
        }
    }

    /// Takes an account out of use, at the desk and on the command line, and ends its sessions.
    public func disable(_ officer: String, by administrator: String?) async throws(ComityError) {
        try requireOther(officer, administrator, to: "disable accounts")
        let event = try change(officer, "disabled", by: administrator)
        _ = try await store.commit { writer in
            guard try Self.known(officer, writer.reader).state != Account.State.disabled.rawValue else { return }
            try writer.setState(ofAccount: officer, Account.State.disabled.rawValue)
            try writer.deleteEnrolment(of: officer)
            _ = try writer.deleteSessions(of: officer)
            try writer.append(event)
        }
    }

    /// Takes an account into use again, and ends a pause after failed attempts.
    public func enable(_ officer: String, by administrator: String?) async throws(ComityError) {
        try requireOther(officer, administrator, to: "enable accounts")
        let event = try change(officer, "enabled", by: administrator)
        _ = try await store.commit { writer in
            let row = try Self.known(officer, writer.reader)
            let enrolled = row.password != nil || row.subject != nil
            if row.state == Account.State.disabled.rawValue {
                try writer.setState(ofAccount: officer, (enrolled ? Account.State.active : .invited).rawValue)
            }
            try writer.deleteThrottles(beginning: Throttle.key(account: officer))
            try writer.append(event)
        }
    }

    /// Takes password, code generator, recovery codes and provider from an account and ends its sessions, for somebody who
    /// lost them.
    /// - Returns: a new one-time enrolment code, shown once and valid for 72 hours.
    public func resetAccess(_ officer: String, by administrator: String?) async throws(ComityError) -> String {
        try requireOther(officer, administrator, to: "reset accounts")
        let code = try newCode(for: officer)
        let event = try change(officer, "reset", by: administrator)
        _ = try await store.commit { writer in
            guard try Self.known(officer, writer.reader).state != Account.State.disabled.rawValue else {
                throw ComityError(.wrongState, "The account of \(officer) is disabled.", next: "Enable it first.")
            }
            try writer.clearAccess(of: officer)
            try writer.save(code.row, hash: code.hash)
            try writer.deleteThrottles(beginning: Throttle.key(account: officer))
            _ = try writer.deleteSessions(of: officer)
            try writer.append(event)
        }
        return code.text
    }

    // MARK: Parts

    /// The event of a change; by the node's owner it is the node's.
    func change(_ officer: String, _ what: String, by: String?, _ more: [String: JSONValue] = [:]) throws(ComityError) -> RegisterEvent {
        try event(
            .accountChanged, file: nil, by: by ?? "node",
            detail: ["account": .string(officer), "change": .string(what)].merging(more) { $1 })
    }

    private func requireOther(_ officer: String, _ administrator: String?, to step: String) throws(ComityError) {
        try authorise(administrator, .administer, to: step)
        guard administrator != officer else {
            throw ComityError(
                .permission, "\(officer) cannot do this to the own account.", next: "Ask another administrator, or use the command line.")
        }
    }

    static func known(_ officer: String, _ reader: Reader) throws -> AccountRow {
        guard let row = try reader.account(officer) else {
            throw ComityError(.notFound, "There is no account \(Text.safe(officer, limit: 60)).", next: "comity account list")
        }
        return row
    }

    static func check(officer: String, role: String) throws(ComityError) {
        guard (1...60).contains(officer.utf8.count), Text.safe(officer) == officer, !officer.contains(where: \.isWhitespace),
            officer != "node"
        else {
            throw ComityError(
                .usage, "“\(Text.safe(officer, limit: 60))” cannot be the id of an officer.",
                next: "Take 1 to 60 bytes without spaces, such as XA-D1.")
        }
        guard Roles.all.contains(role) else {
            throw ComityError(
                .usage, "“\(Text.safe(role, limit: 60))” is not a role.", next: "Known roles are \(Roles.all.joined(separator: ", ")).")
        }
    }

    static func check(name: String) throws(ComityError) {
        guard (1...100).contains(name.utf8.count), Text.safe(name) == name, !name.allSatisfy(\.isWhitespace) else {
            throw ComityError(.usage, "“\(Text.safe(name, limit: 60))” cannot be a name.", next: "Take 1 to 100 bytes of plain text.")
        }
    }
}
