// SPDX-License-Identifier: Apache-2.0

import Standards
import Storage
import Testing

@testable import Node

/// Who read what, and why, is an entry; once for each officer, file and hour.
@Suite struct ViewedTests {
    @Test func everyReaderOnceAnHour() async throws {
        let pair = try await NodePair()
        let ref = try await pair.deliveredPreservation()
        let node = pair.requesting
        func looks() throws -> [RegisterEvent] { try node.store.read { try $0.events([.viewed], limit: 100) } }
        func look(_ officer: String?, _ how: Node.ViewedHow = .desk) async throws {
            try await node.noteViewed(try node.fileView(ref, officer: officer), how: how, officer: officer)
        }
        try await node.assign(ref, to: "D1", by: "D1")
        try await look("D1")
        try await look("D1", .api)
        try await look("D1")
        #expect(try looks().count == 1)
        let first = try #require(try looks().first)
        #expect(first.by == "D1" && first.detail["how"] == .string("desk") && first.detail["why"] == .string("duty_officer, assigned"))
        try await look("D3", .api)
        try await look(nil, .command)
        #expect(try looks().map(\.by) == ["node", "D3", "D1"])
        // Whoever sees no content has read nothing; with the glass broken it is content.
        try await look("A1")
        #expect(try looks().count == 3)
        try await node.breakGlass(ref, officer: "A1", reason: "the audit of this quarter")
        try await look("A1")
        #expect(try looks().first?.detail["why"] == .string("auditor"))
        // Many at once are one.
        let before = try looks().count
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { try? await node.noteViewed(try node.fileView(ref, officer: "X1"), how: .desk, officer: "X1") }
            }
        }
        #expect(try looks().count == before + 1)
        // An auditor sees it in the register; the log of the shift is not filled with it; a held register can be read.
        #expect(try node.registerLines(RegisterQuery(), officer: "A1").lines.contains { $0.kind == "viewed" && $0.ref == ref })
        #expect(try node.audit().ok)
        try node.store.hold(RegisterHold(.restored, says: "x", next: "y", since: try node.now()))
        try await look("D4")
        #expect(try looks().allSatisfy { $0.by != "D4" })
    }
}
