// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// `comity account` as a person and a program use it.
@Suite(.serialized) struct AccountCommandTests {
    private static var code: Regex<(Substring, Substring)> { /[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}/ }

    @Test func accountsFromTheCommandLine() async throws {
        let folder = try TemporaryFolder()
        let node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
        func run(_ arguments: String...) async throws -> DemoNode.Outcome { try await node.run(["account"] + arguments) }
        let made = try await node.run([
            "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer", "--officer",
            "S1=administrator",
        ])
        #expect(made.status == 0, "\(made.errors)")
        let listed = try await run("list", "--json").json().array
        #expect(listed?.map { $0["officer"]?.string } == ["D1", "S1"] && listed?.allSatisfy { $0["state"]?.string == "invited" } == true)
        #expect(listed?.first?["hasTOTP"] == .bool(false))

        let setup = try await run("setup-code", "--json").json()
        #expect(setup["officer"]?.string == "S1" && setup["code"]?.string?.wholeMatch(of: Self.code) != nil)
        let invited = try await run("invite", "L1", "--role", "lawyer", "--name", "Lima")
        #expect(invited.status == 0 && invited.output.firstMatch(of: Self.code) != nil, "\(invited.errors)")
        let reset = try await run("reset", "L1", "--json").json()
        #expect(reset["officer"]?.string == "L1" && !invited.output.contains(reset["code"]?.string ?? "-"))
        #expect(try await run("disable", "L1", "--as", "S1", "--json").json()["state"]?.string == "disabled")
        #expect(try await node.run(["file", "next", "XA-2026-PRE-000042-L", "--as", "L1"]).status == 5, "a disabled officer does nothing")
        #expect(try await run("enable", "L1").output.contains("invited"))
        #expect(try await run("role", "L1", "drafter", "--json").json()["role"]?.string == "drafter")
        for (status, arguments) in [
            (4, ["invite", "L1", "--role", "lawyer"]), (2, ["invite", "L2", "--role", "king"]), (2, ["invite", "L 2", "--role", "lawyer"]),
            (2, ["invite", "L2"]), (3, ["disable", "nobody"]), (3, ["reset", "nobody"]), (5, ["list", "--as", "D1"]),
            (5, ["invite", "L2", "--role", "lawyer", "--as", "D1"]), (5, ["disable", "S1", "--as", "S1"]),
            (5, ["reset", "D1", "--as", "nobody"]),
        ] as [(Int32, [String])] {
            let outcome = try await node.run(["account"] + arguments)
            #expect(outcome.status == status && !outcome.errors.isEmpty, "\(arguments): \(outcome.status) \(outcome.errors)")
        }
        // An administrator named as the officer of an act is turned away with a reason.
        let act = try await node.run([
            "request", "new", "preservation", "--from-file", Program.resources + "/preservation.yaml", "--as", "S1", "--dry-run",
        ])
        #expect(act.status == 5 && act.errors.contains("keeps accounts and the machine"), "\(act.errors)")
        #expect(try await node.run(["audit", "check"]).status == 0)
    }

    @Test func tokensFromTheCommandLine() async throws {
        let folder = try TemporaryFolder()
        let node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
        func run(_ arguments: String...) async throws -> DemoNode.Outcome { try await node.run(["account", "token"] + arguments) }
        _ = try await node.run([
            "init", "--state", "XA", "--authority", "24/7 point", "--exercise", "--officer", "D1=duty_officer", "--officer",
            "S1=administrator",
        ])
        let made = try await run("D1", "--label", "case system", "--days", "3", "--scope", "draft", "--scope", "readMetadata", "--json")
            .json()
        let token = try #require(made["token"]?.string)
        #expect(token.wholeMatch(of: /comity_[A-Za-z0-9_-]{43}/) != nil)
        let id = try #require(made["details"]?["id"]?.string)
        #expect(made["details"]?["scopes"] == .array([.string("draft"), .string("readMetadata")]))
        let shown = try await run("D1", "--label", "second", "--as", "D1")
        #expect(shown.status == 0 && shown.output.contains("readContent, readMetadata, readRegister"), "\(shown.errors)")
        let listed = try await run("list")
        #expect(listed.output.contains(id) && listed.output.contains("never used") && !listed.output.contains(token))
        #expect(try await run("list", "D1", "--as", "D1", "--json").json().array?.count == 2)
        #expect(try await run("revoke", id, "--as", "S1").output.contains("revoked"))
        for (status, arguments) in [
            (5, ["D1", "--label", "x", "--as", "S1"]), (2, ["D1", "--label", "x", "--scope", "approve"]), (2, ["D1"]),
            (2, ["D1", "--label", "x", "--scope", "king"]), (2, ["D1", "--label", "x", "--days", "0"]), (5, ["nobody", "--label", "x"]),
            (3, ["revoke", "x"]), (5, ["list", "--as", "D1"]),
        ] as [(Int32, [String])] {
            let outcome = try await node.run(["account", "token"] + arguments)
            #expect(outcome.status == status && !outcome.errors.isEmpty, "\(arguments): \(outcome.status) \(outcome.errors)")
        }
        #expect(try await node.run(["audit", "check"]).status == 0)
    }
}
