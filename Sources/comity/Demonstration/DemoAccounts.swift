// SPDX-License-Identifier: Apache-2.0

import Foundation
import Node
import Standards

/// Lets officers of the demonstration sign in at their desks.
enum DemoAccounts {
    /// An officer who can sign in.
    struct Line: Sendable, Codable {
        let officer: String
        let role: String
    }

    /// Enrols the officers who sign in, as they would do it themselves: with the one-time code of an administrator, a password,
    /// and the six digits of a generator. Their recovery codes are thrown away.
    static func enrol(_ state: DemoState, at node: Node) async throws -> [Line] {
        var lines: [Line] = []
        let accounts = try node.accounts()
        for officer in state.officers where officer.signsIn {
            lines.append(Line(officer: officer.id, role: officer.role))
            guard accounts.contains(where: { $0.officer == officer.id && $0.state == .invited }) else { continue }
            let code = try await node.resetAccess(officer.id, by: nil)
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            guard let digits = TOTP.code(secret: try node.enrolment(code).secret, at: now) else { continue }
            _ = try await node.enrol(code: code, password: state.password, totpCode: digits)
        }
        return lines
    }
}
