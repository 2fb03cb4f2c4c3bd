// SPDX-License-Identifier: Apache-2.0

import Exchange
import Sealing
public import Standards
import Storage

/// A test call, as pages show it.
public struct TestCall: Sendable, Codable, Equatable {
    public let id: UUIDv7
    public let state: StateCode
    public let isIncoming: Bool
    /// Nil: from node to node.
    public let number: String?
    public let at: Instant
    /// The other node has it, or a telephone rang.
    public let isReached: Bool
    /// Whole seconds until a person answered; nil while nobody has.
    public let answeredAfter: Int64?
    public let by: String?

    init(_ row: RingRow) {
        id = row.id
        state = row.state
        isIncoming = row.isIncoming
        number = row.number
        at = row.at
        isReached = row.reached != nil || row.number != nil
        answeredAfter = row.answeredAfter
        by = row.by
    }
}

extension Node {
    /// The newest test calls with a State.
    public func testCalls(with state: StateCode, officer: String?) throws(ComityError) -> [TestCall] {
        try rings(with: state, limit: 20, officer: officer).map(TestCall.init)
    }

    /// Test calls that came and wait for somebody, oldest first.
    public func waitingTestCalls(officer: String?) throws(ComityError) -> [TestCall] {
        try openRings(officer: officer).map(TestCall.init)
    }

    /// A person answers one of them.
    /// - Returns: the State that made it.
    /// - Throws: `.notFound` when it does not wait any more, `.permission`.
    public func answerTestCall(_ id: UUIDv7, by officer: String) async throws(ComityError) -> StateCode {
        guard let ring = try await answerRings(id, by: officer).first else {
            throw ComityError(.notFound, "No test call waits for an answer.")
        }
        return ring.state
    }

    /// Acts of a State that were registered while the key that signed them was doubtful: revoked here, or doubted by the State itself.
    public func doubtfulActs(signedBy state: StateCode) throws(ComityError) -> [DoubtfulAct] {
        guard let entry = try store.read({ try $0.peer(state) })?.entry else { return [] }
        let doubts = try doubts()
        var found: [DoubtfulAct] = []
        for key in [entry.signingKey] + entry.formerSigningKeys {
            guard let since = doubts[key.keyID] else { continue }
            found += try doubtfulActs(of: state, since: since, key: key.keyID)
        }
        return found.sorted { $0.registered < $1.registered }
    }
}
