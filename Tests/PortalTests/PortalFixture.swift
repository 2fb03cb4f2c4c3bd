// SPDX-License-Identifier: Apache-2.0

import Exchange
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Node
import Standards
import TestSupport
import Treaty

@testable import Portal

/// A node whose public pages are asked without a socket.
struct PortalFixture: Sendable {
    let node: Node
    let folder: TemporaryFolder

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: String

        subscript(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
    }

    /// - Parameter exercise: the fictional States, in place of the real ones.
    init(exercise: Bool = false) async throws {
        folder = try TemporaryFolder()
        let state = try StateCode(exercise ? "XA" : "AT")
        node = try await Node.create(
            folder: folder("node"),
            NodeConfiguration(
                state: state,
                authority: .init(
                    id: "central", name: "Authority <of> the “centre”", languages: ["en"], timeZone: "Europe/Vienna", phone: nil, email: nil
                ),
                exchange: try .init("127.0.0.1:0"), endpoint: "https://127.0.0.1:7443", desk: try .init("127.0.0.1:0"), exercise: exercise,
                createdAt: try Instant("2026-11-21T00:00:00Z"), publicPages: try .init("127.0.0.1:0")),
            officers: [("A-1", "duty_officer")])
    }

    func ask(
        _ path: String, _ method: HTTPRequest.Method = .get, headers: HTTPFields = [:], budget: PageBudget = PageBudget()
    ) async throws -> Answer {
        let logger = Logger(label: "portal-tests")
        let router = try PortalServer.router(node: node, budget: budget, logger: logger)
        return try await Application(router: router, logger: logger).test(.router) { client in
            let response = try await client.executeRequest(uri: path, method: method, headers: headers, body: nil)
            return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: response.body))
        }
    }

    /// Keeps records as an officer would.
    func keep(_ csv: String) async throws -> Node.TreatyImport {
        try await node.importTreaty(Array(csv.utf8), as: .csv, by: "A-1")
    }
}
