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

    @Test func everyWrongCombinationIsTheSameError() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let who = try await access.enrol("D1")
        let good = try access.code(who.secret)
        for (officer, password, code) in [
            ("D1", "wrong", good), ("D1", AccessFixture.password, "000000"), ("D1", AccessFixture.password, ""), ("D1", "", ""),
            ("D3", AccessFixture.password, good), ("nobody", AccessFixture.password, good), ("", "", ""),
            ("d1", AccessFixture.password, good),
            ("D1", AccessFixture.password + String(repeating: " ", count: 2000), good),
        ] {
            try await node.enable("D1", by: nil)
            let error = await #expect(throws: ComityError.self) {
                try await node.signIn(officer: officer, password: password, code: code, address: nil)
            }
            #expect(error?.description == Node.wrong.description, "\(officer)")
        }
        try await node.enable("D1", by: nil)
        _ = try await node.signIn(officer: "D1", password: AccessFixture.password, code: good, address: nil)
    }

    /// A register that is stopped can be read: whoever does signs in, and nothing is added.
    @Test func aHeldRegisterKeepsNobodyOut() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let who = try await access.enrol("D1")
        try node.store.hold(RegisterHold(.restored, says: "test.", next: "wait", since: try node.now()))
        let size = try node.registerSize()
        await #expect(throws: ComityError.self) {
            try await node.signIn(officer: "D1", password: "wrong", code: "000000", address: nil)
        }
        let (token, _) = try await access.signIn(who)
        #expect(try node.session(token: token) != nil)
        try await node.signOut(token: token)
        #expect(try node.session(token: token) == nil)
        #expect(try node.registerSize() == size)
    }

    @Test func noCodeCountsTwice() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let who = try await access.enrol("D1")
        let code = try access.code(who.secret)
        func attempt(_ code: String) async throws {
            _ = try await node.signIn(officer: "D1", password: AccessFixture.password, code: code, address: nil)
        }
        try await attempt(code)
        await #expect(throws: ComityError.coded(.permission)) { try await attempt(code) }
        // The step before the used one does not count any more, although it is within the window.
        await #expect(throws: ComityError.coded(.permission)) { try await attempt(try access.code(who.secret, steps: -1)) }
        try await attempt(try access.code(who.secret, steps: 1))
        for recovery in who.recovery {
            try await attempt(recovery.lowercased())
            await #expect(throws: ComityError.coded(.permission)) { try await attempt(recovery) }
        }
        #expect(try node.account("D1", officer: "D1").recoveryCodesLeft == 0)
        node.realTime.advance(milliseconds: 120_000)
        let fresh = try await node.renewRecoveryCodes(officer: "D1", code: try access.code(who.secret))
        #expect(Set(fresh).isDisjoint(with: who.recovery) && fresh.count == 10)
        try await attempt(fresh[0])
        // The same code twice at the same moment: one of the two.
        node.realTime.advance(milliseconds: 120_000)
        let twice = try access.code(who.secret)
        async let first: Void? = try? attempt(twice)
        async let second: Void? = try? attempt(twice)
        let results = await [first != nil, second != nil]
        #expect(results.count { $0 } == 1)
    }

    @Test func enrolmentCodesAreForOnePersonOnceAndNotForEver() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let code = try await node.invite(officer: "L1", role: "lawyer", name: "Lima", by: nil)
        await #expect(throws: ComityError.coded(.alreadyExists)) {
            try await node.invite(officer: "L1", role: "lawyer", name: "Lima", by: nil)
        }
        let enrolment = try node.enrolment(code.lowercased())
        #expect(enrolment.officer == "L1" && enrolment.role == "lawyer" && enrolment.name == "Lima")
        #expect(
            enrolment.uri
                == "otpauth://totp/Comity%20XA%20exercise:L1?secret=\(enrolment.secret)&issuer=Comity%20XA%20exercise&algorithm=SHA1&digits=6&period=30"
        )
        #expect(try node.enrolment(code) == enrolment, "looking again shows the same")
        await #expect(throws: ComityError.coded(.usage)) {
            try await node.enrol(code: code, password: "LimaLimaLima", totpCode: try access.code(enrolment.secret))
        }
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.enrol(code: code, password: AccessFixture.password, totpCode: "000000")
        }
        // A second code replaces the first.
        let second = try await node.resetAccess("L1", by: nil)
        #expect(throws: ComityError.coded(.permission)) { try node.enrolment(code) }
        node.realTime.advance(milliseconds: AccessLimits.enrolment)
        #expect(throws: ComityError.coded(.permission)) { try node.enrolment(second) }
        let who = try await access.enrol("L1")
        _ = try await access.signIn(who)
        for bad in ["", "x", String(repeating: "A", count: 100_000), "AAAAA-AAAAA-AAAAA-AAAAA"] {
            #expect(throws: ComityError.coded(.permission)) { try node.enrolment(bad) }
        }
        for (id, role, name) in [
            ("", "lawyer", "x"), ("a b", "lawyer", "x"), ("a", "king", "x"), ("a", "lawyer", ""), ("node", "lawyer", "x"),
            ("a\u{202E}", "lawyer", "x"),
        ] {
            await #expect(throws: ComityError.coded(.usage)) { try await node.invite(officer: id, role: role, name: name, by: nil) }
        }
    }

    @Test func sessionsEnd() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let admin = try await access.enrol(code: try #require(try await node.setupCode()))
        var who = try await access.enrol("D1")
        func signedIn() async throws -> String { try await access.signIn(who).token }
        // Idle for half an hour.
        var token = try await signedIn()
        node.realTime.advance(milliseconds: AccessLimits.idle - 30_000)
        #expect(try node.session(token: token) == nil)
        // In use for twelve hours.
        token = try await signedIn()
        for _ in 0..<35 {
            node.realTime.advance(milliseconds: AccessLimits.session / 36)
            #expect(try node.session(token: token) != nil)
            try await touched(token, access)
        }
        node.realTime.advance(milliseconds: AccessLimits.session / 36)
        #expect(try node.session(token: token) == nil)
        // By what an administrator does.
        for act in [
            { try await node.setRole("D1", to: "lawyer", by: admin.officer) }, { try await node.disable("D1", by: admin.officer) },
            { _ = try await node.resetAccess("D1", by: admin.officer) }, { try await node.endSessions(of: "D1", by: admin.officer) },
        ] as [() async throws -> Void] {
            token = try await signedIn()
            #expect(try node.session(token: token) != nil)
            try await act()
            #expect(try node.session(token: token) == nil)
            try await node.enable("D1", by: admin.officer)
            if try node.account("D1", officer: nil).state == .invited { who = try await access.enrol("D1") }
        }
        // By another password.
        token = try await signedIn()
        let next = "eleven quiet boats by night"
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.changePassword(officer: "D1", old: "wrong", new: next, code: try access.code(who.secret))
        }
        await #expect(throws: ComityError.coded(.usage)) {
            try await node.changePassword(
                officer: "D1", old: AccessFixture.password, new: "password1234", code: try access.code(who.secret))
        }
        try await node.changePassword(officer: "D1", old: AccessFixture.password, new: next, code: try access.code(who.secret))
        #expect(try node.session(token: token) == nil)
        node.realTime.advance(milliseconds: 30_000)
        await #expect(throws: ComityError.coded(.permission)) { try await access.signIn(who) }
        _ = try await node.signIn(officer: "D1", password: next, code: try access.code(who.secret), address: nil)
        for odd in ["", "x", String(repeating: "A", count: 43), String(repeating: "é", count: 43)] {
            #expect(try node.session(token: odd) == nil)
        }
    }

    /// Waits until the last use of a session is written down, which happens beside the answer.
    private func touched(_ token: String, _ access: AccessFixture) async throws {
        let now = access.node.realTime.now()
        for _ in 0..<500 {
            let seen = try access.node.store.read { try $0.session(token: Secret.hash(token))?.session.seen }
            if let seen, now - seen < AccessLimits.touch { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the last use was not written down")
    }

    @Test func readingASessionWritesNothingIntoTheRegister() async throws {
        let access = try await AccessFixture()
        let who = try await access.enrol("D1")
        let (token, _) = try await access.signIn(who)
        let before = try access.node.store.read { try $0.registerSize() }
        access.node.realTime.advance(milliseconds: 120_000)
        #expect(try access.node.session(token: token) != nil)
        try await touched(token, access)
        #expect(try access.node.store.read { try $0.registerSize() } == before)
    }

    @Test func preferencesAndLanguageAreKept() async throws {
        let access = try await AccessFixture()
        let who = try await access.enrol("D1")
        let (token, _) = try await access.signIn(who)
        try await access.node.setPreferences(["theme": "dark", "shortcuts": "off"], of: "D1")
        try await access.node.setLanguage("es", of: "D1")
        let session = try #require(try access.node.session(token: token))
        #expect(session.preferences == ["theme": "dark", "shortcuts": "off"] && session.language == "es")
        await #expect(throws: ComityError.coded(.tooLarge)) {
            try await access.node.setPreferences(["x": String(repeating: "y", count: 300)], of: "D1")
        }
        await #expect(throws: ComityError.coded(.usage)) { try await access.node.setLanguage("<b>", of: "D1") }
        await #expect(throws: ComityError.coded(.notFound)) { try await access.node.setLanguage("es", of: "nobody") }
    }

    @Test func aDisabledOfficerDoesNothingAnywhere() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let who = try await access.enrol("D1")
        try await node.disable("D1", by: nil)
        await #expect(throws: ComityError.coded(.permission)) { try await access.signIn(who) }
        #expect(throws: ComityError.coded(.permission)) { try node.queue(officer: "D1") }
        await #expect(throws: ComityError.coded(.permission)) {
            try await node.newRequest(type: "preservation", draft: .object([:]), officer: "D1", dryRun: true)
        }
        await #expect(throws: ComityError.coded(.wrongState)) { try await node.resetAccess("D1", by: nil) }
        try await node.enable("D1", by: nil)
        _ = try await access.signIn(who)
        #expect(try access.events(.accountChanged).suffix(2).map { $0.detail["change"]?.string } == ["disabled", "enabled"])
    }

    @Test func administratorsDoNotServeThemselves() async throws {
        let access = try await AccessFixture()
        let node = access.node
        let admin = try await access.enrol(code: try #require(try await node.setupCode())).officer
        await #expect(throws: ComityError.coded(.permission)) { try await node.setRole(admin, to: "approver", by: admin) }
        await #expect(throws: ComityError.coded(.permission)) { try await node.disable(admin, by: admin) }
        await #expect(throws: ComityError.coded(.permission)) { try await node.resetAccess(admin, by: admin) }
        try await node.setRole(admin, to: "auditor", by: nil)
        await #expect(throws: ComityError.coded(.permission)) { try await node.invite(officer: "N1", role: "lawyer", name: "N", by: admin) }
        await #expect(throws: ComityError.coded(.notFound)) { try await node.disable("nobody", by: nil) }
    }
}
