// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// Ceremonies on the command line: what ships without a node, and what officers keep on one.
@Suite(.serialized) struct ConferenceCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func node() async throws -> DemoNode {
        let node = try DemoNode(state: "XA", folder: folder("xa"), program: try Program.path())
        let made = try await node.run([
            "init", "--state", "XA", "--authority", "Treaty office", "--officer", "D1=duty_officer", "--officer", "D2=duty_officer",
            "--officer", "A1=auditor",
            "--exercise",
        ])
        #expect(made.status == 0, "\(made.errors)")
        return node
    }

    @Test func aSignatureBecomesARecordWhenASecondPersonConfirms() async throws {
        let node = try await node()
        let meeting = "exercise-2026"
        let sign = ["conference", "sign", meeting, "XB", "Oru Besk", "--at", "2026-03-10T10:20:00+07:00", "--as", "D1"]
        let early = try await node.run(sign)
        #expect(early.status == 8 && early.errors.contains("signs with full powers"), "\(early.errors)")
        #expect(try await node.run(["conference", "credentials", meeting, "XB", "refused", "--as", "D1"]).status == 8)
        #expect(try await node.run(["conference", "credentials", meeting, "XB", "accepted", "--as", "A1"]).status == 5)
        #expect(try await node.run(["conference", "credentials", meeting, "XB", "accepted", "--as", "D1"]).status == 0)
        #expect(try await node.run(sign).status == 0)
        #expect(try await node.run(sign).errors.contains("stands in the log already"))
        #expect(try await node.run(["treaty", "show", "XB", "--json"]).json()["records"]?.array?.isEmpty == true)
        #expect(try await node.run(["conference", "confirm", meeting, "XB", "--as", "D1"]).errors.contains("a second person confirms it"))
        #expect(try await node.run(["conference", "confirm", meeting, "XC", "--as", "D2"]).status == 3)
        // Struck out and logged again: both lines stay.
        #expect(try await node.run(["conference", "strike", meeting, "XB", "--why", "Wrong minute.", "--as", "D2"]).status == 0)
        #expect(try await node.run(sign).status == 0)
        let confirmed = try await node.run(["conference", "confirm", meeting, "XB", "--as", "D2"])
        #expect(confirmed.status == 0 && confirmed.output.contains("xb-signature-exercise-2026"), "\(confirmed.errors)")
        #expect(try await node.run(["conference", "log", meeting, "--json"]).json().array?.count == 2)
        let shown = try await node.run(["treaty", "show", "XB", "--json"]).json()
        #expect(shown.at("standing.signature.date")?.string == "2026-03-10")
        #expect(try await node.run(["conference", "strike", meeting, "XB", "--why", "x", "--as", "D1"]).status == 8)
        #expect(try await node.run(["conference", "attend", meeting, "opening", "XA", "XB", "--as", "D1"]).status == 0)
        #expect(try await node.run(["conference", "journal", meeting, "--day", "2026-03-10"]).output.contains("present 2: XA XB"))
        #expect(try await node.run(["audit", "check"]).status == 0)
        // What was kept is not changed under the register.
        let database = folder("xa") + "/comity.sqlite"
        #expect(throws: (any Error).self) { try SQLiteShell.run(database, "DELETE FROM meeting_change") }
        try SQLiteShell.run(
            database,
            "DROP TRIGGER meeting_change_holds;; UPDATE meeting_change SET bytes = CAST(replace(bytes, 'Oru Besk', 'Oru Bask') AS BLOB)")
        let audit = try await node.run(["audit", "check"])
        #expect(audit.status != 0 && (audit.output + audit.errors).contains(meeting), "\(audit.output) \(audit.errors)")
    }

    @Test func aDocumentIsKeptWholeOrNotAtAll() async throws {
        let node = try await node()
        let text = """
            {"id": "drill-1", "kind": "conference", "title": "Drill", "place": "Port Alva", "zone": "Asia/Ho_Chi_Minh", "days": ["2026-05-01"],
             "exercise": true, "retrieved": "2026-04-01", "source": "Test", "tag": "D", "sessions": [{"id": "one", "kind": "plenary", "title": "Opening", "day": "2026-05-01"}]}
            """
        let file = folder("drill.json")
        try text.replacingOccurrences(of: "2026-05-01\"}", with: "2026-05-02\"}").write(toFile: file, atomically: true, encoding: .utf8)
        let refused = try await node.run(["conference", "import", file, "--as", "D1"])
        #expect(refused.status == 2 && refused.errors.contains("sessions.0.day: 2026-05-02 is no day of the meeting."), "\(refused.errors)")
        #expect(try await node.run(["conference", "show", "drill-1"]).status == 3)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await node.run(["conference", "import", file, "--dry-run", "--as", "D1"]).status == 0)
        #expect(try await node.run(["conference", "show", "drill-1"]).status == 3)
        #expect(try await node.run(["conference", "import", file, "--as", "D1"]).status == 0)
        #expect(try await node.run(["conference", "show", "drill-1"]).output.contains("Port Alva"))
        #expect(try await node.run(["conference", "attend", "drill-1", "one", "XA", "--as", "D1"]).status == 0)
        // A newer document takes its place, but not one in which what was kept has no place.
        try text.replacingOccurrences(of: "\"Drill\"", with: "\"Drill, second text\"").write(
            toFile: file, atomically: true, encoding: .utf8)
        #expect(try await node.run(["conference", "import", file, "--as", "D1"]).status == 0)
        #expect(try await node.run(["conference", "list"]).output.contains("Drill, second text"))
        try text.replacingOccurrences(of: "\"one\"", with: "\"two\"").write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await node.run(["conference", "import", file, "--as", "D1"]).status == 4)
        #expect(try await node.run(["audit", "check"]).status == 0)
    }
}
