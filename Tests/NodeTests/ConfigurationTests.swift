// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import Standards
import TestSupport
import Testing

@testable import Node

/// `node.json` is written by people: what cannot work is said before anything is done.
@Suite("Node: node.json") struct ConfigurationTests {
    private func node() async throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        _ = try await Node.create(
            folder: folder("node"),
            NodeConfiguration(
                state: try StateCode("XA"),
                authority: .init(id: "xa-247", name: "24/7 point", languages: ["en"], timeZone: "UTC", phone: nil, email: nil),
                exchange: try .init("127.0.0.1:7443"), endpoint: "https://127.0.0.1:7443", desk: try .init("127.0.0.1:7480"),
                exercise: true,
                createdAt: try Instant("2026-11-21T00:00:00Z"), publicPages: try .init("127.0.0.1:7490")),
            officers: [])
        return (folder, folder("node") + "/node.json")
    }

    /// What opening says after an edit of the file.
    private func says(_ edit: (String) -> String) async throws -> ComityError? {
        let (folder, path) = try await node()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let edited = edit(text)
        #expect(edited != text)
        try edited.write(toFile: path, atomically: true, encoding: .utf8)
        do throws(ComityError) {
            _ = try Node(folder: folder("node"))
            return nil
        } catch { return error }
    }

    @Test(
        "a number with which the node could not work is named",
        arguments: [
            ("\"port\" : 7443", "\"port\" : 70000", "exchange.port"), ("\"port\" : 7443", "\"port\" : -1", "exchange.port"),
            ("\"port\" : 7480", "\"port\" : 65536", "desk.port"), ("\"port\" : 7490", "\"port\" : 65536", "publicPages.port"),
            ("\"port\" : 7443", "\"calls_per_minute\" : 0, \"port\" : 7443", "exchange.calls_per_minute"),
            ("\"port\" : 7443", "\"pull_seconds\" : -5, \"port\" : 7443", "exchange.pull_seconds"),
            ("\"state\" : \"XA\"", "\"api\" : {\"requests_per_minute\" : 0}, \"state\" : \"XA\"", "api.requests_per_minute"),
        ])
    func numbers(before: String, after: String, name: String) async throws {
        let error = try #require(try await says { $0.replacingOccurrences(of: before, with: after) })
        #expect(error.what.contains(name) && !error.why.isEmpty, "\(error)")
    }

    @Test("text that is no configuration is refused with the name of the file", arguments: ["{", "", "[]", "{\"v\": 1}", "\u{0}"])
    func garbage(text: String) async throws {
        let error = try #require(try await says { _ in text })
        #expect(error.what.contains("node.json cannot be read"), "\(error)")
    }

    @Test("what stands in it is what was made")
    func same() async throws {
        let (folder, _) = try await node()
        let read = try Node(folder: folder("node")).configuration
        #expect(read.publicPages == (try .init("127.0.0.1:7490")) && read.exchange.port == 7443)
    }
}
