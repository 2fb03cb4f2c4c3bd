// SPDX-License-Identifier: Apache-2.0

package import Standards
import Storage

extension Node {
    /// Opens a session without proof of who is there: for the tests of the pages, which cannot wait for a memory-hard hash
    /// each time. No page, command or program outside this package reaches it.
    /// - Throws: `.permission` for someone who is no officer of this node.
    package func startSession(officer: String) async throws(ComityError) -> (token: String, session: Session) {
        _ = try role(of: officer)
        let (token, now) = (Secret.token(), realTime.now())
        let row = SessionRow(officer: officer, via: Session.Way.password.rawValue, started: now, seen: now)
        let account = try await store.commit { writer -> AccountRow? in
            try writer.setState(ofAccount: officer, Account.State.active.rawValue)
            try writer.insert(row, token: Secret.hash(token), expired: now - AccessLimits.session)
            return try writer.reader.account(officer)
        }.value
        guard let account else { throw ComityError(.permission, "\(Text.safe(officer, limit: 60)) has no account.") }
        return (token, session(row, account, token: token))
    }

    /// Hashes passwords cheaply from now on: for the tests of the pages. No page, command or program outside this package
    /// reaches it.
    package func hashPasswordsCheaply() { passwords.setCost(PasswordHash.Cost(logN: 5, r: 8, p: 1)) }
}
