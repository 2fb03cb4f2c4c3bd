// SPDX-License-Identifier: Apache-2.0

import Exchange
import Node
import Standards
import Web

/// What this node can say about a State: the name and the zone of the authority that speaks for it.
struct StateNames: Sendable {
    private let own: StateCode
    private let ownName: String
    private let ownZone: String
    private let peers: [StateCode: DirectoryEntry.Authority]
    /// The other States of the directory, by code.
    let states: [StateCode]
    /// Those whose keys are believed.
    let confirmed: [StateCode]

    init(node: Node, peers: [Peer]) {
        own = node.state
        ownName = node.configuration.authority.name
        ownZone = node.configuration.authority.timeZone
        states = peers.map(\.entry.state).sorted()
        confirmed = peers.filter { $0.trust == .confirmed }.map(\.entry.state).sorted()
        self.peers = Dictionary(peers.map { ($0.entry.state, $0.entry.authority) }, uniquingKeysWith: { first, _ in first })
    }

    /// The other States of the directory.
    var counterparts: [StateCode] { peers.keys.sorted() }

    /// Empty when the State is not in the directory.
    func name(_ state: StateCode) -> String { state == own ? ownName : peers[state]?.name ?? "" }
    func zone(_ state: StateCode) -> String? { state == own ? ownZone : peers[state]?.timeZone }

    func fields(_ state: StateCode) -> Fields {
        let name = name(state)
        return ["code": state.description, "name": Text.safe(name), "isNamed": !name.isEmpty]
    }

    func phrase(_ state: StateCode) -> Phrase.Value { .state(code: state.description, name: name(state)) }
}
