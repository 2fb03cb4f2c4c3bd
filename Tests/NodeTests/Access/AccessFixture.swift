// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import Storage
import TestSupport
import Testing

@testable import Node

/// A node whose officers can sign in, with hashes that are cheap enough for tests.
struct AccessFixture {
    static let password = "seven rusty lamps at noon"
    static let cheap = PasswordHash.Cost(logN: 5, r: 8, p: 1)

    let folder: TemporaryFolder
    let node: Node

    init() async throws {
        folder = try TemporaryFolder()
        node = try await NodePair.node("XA", folder("xa"), exchange: 1)
        node.passwords.setCost(Self.cheap)
        // No test is decided by how fast it runs.
        node.realTime.stop()
    }

    init(folder: TemporaryFolder, node: Node) {
        self.folder = folder
        self.node = node
        node.passwords.setCost(Self.cheap)
    }

    /// An enrolled officer with the secret of the code generator.
    struct Enrolled {
        let officer: String
        let secret: String
        let recovery: [String]
    }

    /// Resets an officer of the fixture and enrols the account.
    func enrol(_ officer: String) async throws -> Enrolled { try await enrol(code: try await node.resetAccess(officer, by: nil)) }

    func enrol(code: String) async throws -> Enrolled {
        let enrolment = try node.enrolment(code)
        let recovery = try await node.enrol(code: code, password: Self.password, totpCode: try self.code(enrolment.secret))
        node.realTime.advance(milliseconds: 30_000)
        return Enrolled(officer: enrolment.officer, secret: enrolment.secret, recovery: recovery)
    }

    func code(_ secret: String, steps: Int64 = 0) throws -> String {
        try #require(TOTP.code(secret: secret, at: node.realTime.now() + steps * 30_000))
    }

    @discardableResult
    func signIn(_ who: Enrolled, address: String? = "198.51.100.7") async throws -> (token: String, session: Session) {
        defer { node.realTime.advance(milliseconds: 30_000) }
        return try await node.signIn(officer: who.officer, password: Self.password, code: try code(who.secret), address: address)
    }

    /// Events of these kinds, in order: who, and the detail.
    func events(_ kinds: RegisterEvent.Kind...) throws -> [RegisterEvent] {
        try node.store.read { reader in
            var events: [RegisterEvent] = []
            try reader.eachEntry { index, _, kind, _ in
                guard kind == "event", let bytes = try reader.eventBytes(at: index) else { return }
                let event = try IJSON.decode(RegisterEvent.self, from: bytes, limit: 1 << 20)
                if kinds.contains(event.event) { events.append(event) }
            }
            return events
        }
    }
}

extension ComityError {
    /// An error is compared by its code only.
    static func coded(_ code: ErrorCode) -> ComityError { ComityError(code, "") }
}
