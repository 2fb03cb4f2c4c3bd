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
}
