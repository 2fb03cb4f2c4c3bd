// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

@Suite struct SignInTests {
    @Test func fromTheFirstCodeToTheSession() async throws {
        let access = try await AccessFixture()
        let node = access.node
        #expect(try node.accounts().allSatisfy { $0.state == .invited && !$0.hasTOTP })
        let code = try #require(try await node.setupCode())
        let admin = try await access.enrol(code: code)
        #expect(try node.account(admin.officer, officer: admin.officer).role == "administrator")
        #expect(try await node.setupCode() == nil)
        #expect(Set(admin.recovery).count == 10 && admin.recovery.allSatisfy { $0.count == 11 && $0.dropFirst(5).first == "-" })
        let (token, session) = try await access.signIn(admin)
        #expect(try node.session(token: token) == session)
        #expect(session.role == "administrator" && session.via == .password && session.csrf.utf8.count == 43)
        #expect(session.expires == session.started.adding(milliseconds: 12 * 3_600_000))
        #expect(session.idleUntil == session.started.adding(milliseconds: 1_800_000))
        // The code is used up, and nothing of what was shown lies in the database.
        #expect(throws: ComityError.coded(.permission)) { try node.enrolment(code) }
        let bytes =
            try Data(contentsOf: URL(fileURLWithPath: access.folder("xa/comity.sqlite")))
            + Data(contentsOf: URL(fileURLWithPath: access.folder("xa/comity.sqlite-wal")))
        let secret = Data(try #require(Base32.decode(admin.secret)))
        for text in [token, code, code.filter { $0 != "-" }, session.csrf, AccessFixture.password, admin.secret] + admin.recovery {
            #expect(bytes.range(of: Data(text.utf8)) == nil)
        }
        #expect(bytes.range(of: secret) == nil)
        try await node.signOut(token: token)
        #expect(try node.session(token: token) == nil)
        try await node.signOut(token: token)
        #expect(try access.events(.signedIn, .signedOut).map(\.by) == ["ADMIN", "ADMIN"])
        #expect(try node.audit().ok)
    }
}
