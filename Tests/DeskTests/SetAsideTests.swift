// SPDX-License-Identifier: Apache-2.0

import Law
import Node
import Standards
import Testing

@testable import Desk

/// A rule is set aside on the page of the quality check.
@Suite("Desk: rules set aside") struct SetAsideTests {
    @Test("an approver sets aside what the law asks for, with a reason; the drafter is told to ask")
    func aside() async throws {
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.newDraft(on: ours, title: "Lacks a reason", ["necessity": .null], keep: true)
        } _: { desk in
            let ref = try #require(try desk.node.queue(officer: nil).first?.ref)
            let path = "/requests/\(ref)/check"
            let finding = try #require(try desk.node.draft(ref, officer: "XA-D1").findings.first { $0.blocks })
            let drafter = try await desk.get(path)
            desk.isPage(drafter)
            #expect(drafter.body.contains("An officer with the role approver can set this aside"))
            #expect(!drafter.body.contains("id=\"aside-\(finding.rule)\""))
            #expect(try await desk.post(path, [("rule", finding.rule), ("reason", "told")]).status == 403)
            let approver = try await desk.get(path, as: "XA-A1")
            desk.isPage(approver)
            #expect(approver.body.contains("id=\"aside-\(finding.rule)\""))
            let empty = try await desk.post(path, [("rule", finding.rule), ("reason", " ")], as: "XA-A1")
            desk.isPage(empty, status: 422)
            #expect(empty.body.contains("The reason is empty") && empty.body.contains("<details open>"))
            #expect(try await desk.post(path, [("rule", "no.such"), ("reason", "x")], as: "XA-A1").status == 404)
            #expect(try await desk.post(path, [("rule", finding.rule), ("reason", "told by <telephone>")], as: "XA-A1").status == 303)
            let after = try await desk.get(path, as: "XA-A1")
            desk.isPage(after)
            #expect(after.body.contains("told by &#60;telephone&#62;") || after.body.contains("told by &lt;telephone&gt;"))
            #expect(after.body.contains("Nothing must be changed") && after.body.contains("Take that back"))
            #expect(try await desk.post(path, [("rule", finding.rule), ("do", "undo")], as: "XA-A1").status == 303)
            #expect(try desk.node.draft(ref, officer: "XA-D1").findings.contains { $0.blocks })
        }
    }
}
