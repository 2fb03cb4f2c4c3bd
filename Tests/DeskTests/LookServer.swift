// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import Logging
import Node
import Standards
import Testing

@testable import Desk

@Suite("look")
struct LookServer {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["LOOK"] != nil))
    func serve() async throws {
        let folder = try #require(ProcessInfo.processInfo.environment["LOOK"])
        try await DeskFixture.run { ours, theirs in
            try await DeskFixture.introduce(ours, theirs)
            _ = try await DeskFixture.sent(on: ours, title: "Hospital ransomware")
        } _: { desk in
            _ = try await desk.node.invite(officer: "XA-D2", role: "duty_officer", name: "Second", by: nil)
            var lines: [String] = []
            let parent = try #require(try desk.node.queue(officer: nil).first?.ref)
            lines.append("parent \(parent)")
            let fresh = try await RequestsTests.begun(desk)
            lines.append("fresh \(fresh)")
            let half = try await RequestsTests.begun(desk, "stored-data", more: [("follows", parent.description)])
            lines.append("half \(half)")
            let wrong = try await RequestsTests.begun(desk)
            for kind in ["ip_endpoint", "iban", "account"] {
                _ = try await RequestsTests.save(desk, wrong, "account", [("identifiers!kind", kind), ("do", "add:identifiers")])
            }
            _ = try await RequestsTests.save(
                desk, wrong, "account",
                [
                    ("identifiers.0.ip", "192.0.2.118"), ("identifiers.0.at!day", "25"), ("identifiers.0.at!month", "10"),
                    ("identifiers.0.at!year", "2026"), ("identifiers.0.at!time", "03:30:00"),
                    ("identifiers.0.at!zone", "Europe/Helsinki"), ("identifiers.1.value", "FR1420041010050500013M02607"),
                ])
            lines.append("wrong \(wrong)")
            let whole = try await RequestsTests.begun(desk)
            try await RequestsTests.fill(desk, whole)
            lines.append("whole \(whole)")
            let review = try await RequestsTests.begun(desk)
            try await RequestsTests.fill(desk, review)
            _ = try await desk.post("/requests/\(review)/submit", [])
            lines.append("review \(review)")
            let approved = try await RequestsTests.begun(desk)
            try await RequestsTests.fill(desk, approved)
            _ = try await desk.post("/requests/\(approved)/submit", [])
            try await desk.node.approve(approved, officer: "XA-A1")
            lines.append("approved \(approved)")
            let back = try await RequestsTests.begun(desk)
            try await RequestsTests.fill(desk, back)
            _ = try await desk.post("/requests/\(back)/submit", [])
            _ = try await desk.post("/requests/\(back)/return", [("comment", "Name the court that gave the order.")], as: "XA-A1")
            lines.append("back \(back)")
            let joint = try await RequestsTests.begun(desk, "joint-investigation")
            lines.append("joint \(joint)")
            for officer in ["XA-D1", "XA-A1", "XA-D2"] {
                lines.append("\(officer) \(try await desk.node.startSession(officer: officer).token)")
            }
            let text = lines
            let application = try DeskServer.application(node: desk.node, host: "127.0.0.1", port: 0, logger: Logger(label: "look")) { port in
                try? (text + ["port \(port)"]).joined(separator: "\n").write(toFile: "\(folder)/ready", atomically: true, encoding: .utf8)
            }
            let server = Task { try await application.run() }
            while !FileManager.default.fileExists(atPath: "\(folder)/stop") { try await Task.sleep(for: .milliseconds(300)) }
            server.cancel()
            _ = try? await server.value
        }
    }
}
