// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import comity

/// The treaty on the command line: without a node, with one, and in an exercise.
@Suite(.serialized) struct TreatyCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func node(_ state: String, exercise: Bool) async throws -> DemoNode {
        let node = try DemoNode(state: state, folder: folder(state.lowercased()), program: try Program.path())
        let made = try await node.run(
            ["init", "--state", state, "--authority", "Treaty office", "--officer", "D1=duty_officer", "--officer", "A1=auditor"]
                + (exercise ? ["--exercise"] : []))
        #expect(made.status == 0, "\(made.errors)")
        return node
    }

    @Test func whatAStateToldTheDepositaryStandsInTheDirectory() async throws {
        let node = try await node("VN", exercise: false)
        #expect(try await node.run(["directory", "show", "AZ"]).status == 3)
        let told = try await node.run([
            "treaty", "add", "AZ", "--action", "notification", "--notification", "N5", "--date", "2026-11-20", "--source", "C.N.5.2026",
            "--tag", "V",
            "--id", "az-contact", "--text", "en=State Service, +994 12 000 00 00", "--as", "D1",
        ])
        #expect(told.status == 0, "\(told.errors)")
        let shown = try await node.run(["directory", "show", "AZ"])
        #expect(shown.status == 0 && shown.output.contains("has no entry here"), "\(shown.errors)")
        #expect(shown.output.contains("network-24-7") && shown.output.contains("State Service") && shown.output.contains("C.N.5.2026"))
        #expect(
            try await node.run(["directory", "show", "AZ", "--json"]).json().at("notified")?.array?.first?["record"]?["id"]?.string
                == "az-contact")
        // Of the own State the entry is known, so a difference is seen.
        let own = try await node.run(["treaty", "notifications", "VN"])
        #expect(own.output.contains("directory: the entry names nobody for extradition"), "\(own.output)")
        let other = try await node.run(["treaty", "notifications", "AZ"])
        #expect(!other.output.contains("directory:") && other.output.contains("records: az-contact"), "\(other.output)")
    }

    @Test func aRealNodeKeepsFacts() async throws {
        let node = try await node("VN", exercise: false)
        let status = try await node.run(["treaty", "status", "--as-of", "2026-11-21", "--json"]).json()
        #expect(status.at("entry.counting")?.integer == 0 && status.at("entry.missing")?.integer == 40)
        let signatories = try #require(status["signatories"]?.array?.count)
        let add = [
            "treaty", "add", "UY", "--action", "signature", "--date", "2026-11-20", "--source", "UN Treaty Collection", "--tag", "V",
            "--id",
            "uy-signature",
        ]
        #expect(try await node.run(add + ["--as", "A1"]).status == 5)
        #expect(try await node.run(add).status == 2)
        #expect(try await node.run(add + ["--as", "D1"]).status == 0)
        let twice = try await node.run(add + ["--as", "D1"])
        #expect(twice.status == 2 && twice.errors.contains("has signed already"), "\(twice.errors)")
        let corrected = try await node.run([
            "treaty", "correct", "uy-signature", "--date", "2026-11-19", "--reason", "misread", "--id", "uy-again", "--as", "D1",
        ])
        #expect(corrected.status == 0, "\(corrected.errors)")
        let shown = try await node.run(["treaty", "show", "Uruguay", "--json"]).json()
        #expect(shown["records"]?.array?.count == 2 && shown.at("correctedBy.uy-signature")?.string == "uy-again")
        #expect(shown.at("standing.signature.date")?.string == "2026-11-19")
        // The officer learned it today: as it was known on the day before nothing is changed.
        let before = try await node.run(["treaty", "status", "--as-of", "2026-11-21", "--known-by", "2026-11-21", "--json"]).json()
        #expect(before["signatories"]?.array?.count == signatories)
        #expect(try await node.run(["audit", "check"]).status == 0)
        #expect(try await node.run(["treaty", "status", "--exercise"]).status == 4)
        // What was kept is not changed under the register.
        let database = folder("vn") + "/comity.sqlite"
        #expect(throws: (any Error).self) { try SQLiteShell.run(database, "UPDATE treaty_record SET bytes = x'7b7d'") }
        try SQLiteShell.run(
            database,
            "DROP TRIGGER treaty_record_holds;; UPDATE treaty_record SET bytes = CAST(replace(bytes, '2026-11-19', '2026-11-18') AS BLOB) WHERE id = 'uy-again'"
        )
        let audit = try await node.run(["audit", "check"])
        #expect(audit.status != 0 && (audit.output + audit.errors).contains("uy-again"), "\(audit.output) \(audit.errors)")
    }

    @Test func anImportIsWholeOrNothing() async throws {
        let node = try await node("VN", exercise: false)
        var lines = ["participant,action,date,source,tag"]
        for row in 0..<10_000 { lines.append(row.isMultiple(of: 2) ? "VN,notification,2026-11-01,x,C" : "QQ,notification,2026-11-01,x,C") }
        let path = folder("records.csv")
        try lines.joined(separator: "\r\n").write(toFile: path, atomically: true, encoding: .utf8)
        let refused = try await node.run(["treaty", "import", path, "--as", "D1"])
        #expect(
            refused.status == 2 && refused.errors.contains("row 3") && refused.errors.contains("5000 of 10000 rows"),
            "\(refused.errors.prefix(600))")
        #expect(refused.errors.contains("and 4950 more"))
        let all = try await node.run(["treaty", "import", path, "--as", "D1", "--json"])
        #expect(all.status == 2)
        #expect(try all.json()["problems"]?.array?.count == 5_000 && all.json()["kept"]?.array?.isEmpty == true)
        #expect(try await node.run(["treaty", "export", "--own", "--json"]).json()["records"]?.array?.isEmpty == true)
        let good = ([lines[0]] + lines.dropFirst().filter { $0.hasPrefix("VN") }).joined(separator: "\n")
        try good.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try await node.run(["treaty", "import", path, "--dry-run", "--as", "D1"]).status == 0)
        let kept = try await node.run(["treaty", "import", path, "--as", "D1", "--json"])
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(try await node.run(["treaty", "export", "--own", "--json"]).json()["records"]?.array?.count == 5_000)
        #expect(try await node.run(["audit", "check"]).status == 0)
    }

    @Test func anExerciseSeesTheFictionalStatesOnly() async throws {
        let node = try await node("XA", exercise: true)
        let status = try await node.run(["treaty", "status", "--json"]).json()
        #expect(status["exercise"]?.bool == true && status["parties"]?.array?.count == 3)
        #expect(try await node.run(["treaty", "show", "VN"]).status == 3)
        #expect(try await node.run(["treaty", "pair", "XA", "XB", "--json"]).json()["inForce"]?.bool == true)
        #expect(try await node.run(["treaty", "notifications", "XA", "--letter", "N5"]).output.contains("Alvania"))
        #expect(try await node.run(["treaty", "notifications", "XA", "--letter", "N99"]).status == 3)
        #expect(try await node.run(["treaty", "ics", "XA"]).output.hasPrefix("BEGIN:VCALENDAR\r\n"))
        #expect(try await node.run(["treaty", "timeline", "XA"]).output.contains("Alvania"))
        #expect(try await node.run(["treaty", "status", "--as-of", "2026-02-30"]).status == 2)
    }
}
