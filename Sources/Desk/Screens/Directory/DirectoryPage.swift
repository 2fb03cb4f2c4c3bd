// SPDX-License-Identifier: Apache-2.0

import Exchange
import Node
import Standards

/// Whom this node speaks for, and whom it trusts.
struct DirectoryPage {
    let fields: Fields

    init(scene: Scene) throws(ComityError) {
        let configuration = scene.node.configuration
        let peers = try scene.node.listPeers()
        fields = [
            "self": Self.authority(configuration.authority, configuration.state, endpoint: configuration.endpoint, scene),
            "fingerprint": Self.groups(scene.node.fingerprint), "hasPeers": !peers.isEmpty,
            "peerCount": scene.strings.count("directory.count", peers.count, scene.figures),
            "peers": peers.prefix(250).map { Self.peer($0, scene) },
        ]
    }

    private static func peer(_ peer: Peer, _ scene: Scene) -> Fields {
        let (look, icon) =
            switch peer.trust {
            case .confirmed: ("tag--ok", "shield")
            case .unconfirmed: ("tag--soon", "open")
            case .revoked: ("tag--urgent", "shield-no")
            }
        return [
            "entry": authority(peer.entry.authority, peer.entry.state, endpoint: peer.entry.endpoint, scene),
            "fingerprint": groups(peer.entry.fingerprint),
            "trust": ["word": scene.strings("trust.\(peer.trust.rawValue)"), "look": look, "icon": icon, "hasIcon": true] as Fields,
            "trustSays": scene.strings("trust.\(peer.trust.rawValue).says"),
            "added": scene.times.fields(peer.addedAt, theirs: peer.entry.authority.timeZone), "isConfirmed": peer.confirmedAt != nil,
            "confirmed": peer.confirmedAt.map { scene.times.fields($0, theirs: peer.entry.authority.timeZone) } ?? [:],
            "confirmedBy": Text.safe(peer.confirmedBy ?? "", limit: 200), "isUnconfirmed": peer.trust == .unconfirmed,
            "confirmCommand": "comity trust confirm \(peer.entry.state) --fingerprint …",
        ]
    }

    private static func authority(_ authority: DirectoryEntry.Authority, _ state: StateCode, endpoint: String, _ scene: Scene) -> Fields {
        [
            "code": state.description, "name": Text.safe(authority.name), "isNamed": true, "id": Text.safe(authority.id, limit: 80),
            "languages": authority.languages.map { Text.safe($0, limit: 20) }.joined(separator: scene.strings("list.and")),
            "zone": Text.safe(authority.timeZone, limit: 60), "time": scene.times.text(Node.at(scene.now, zone: authority.timeZone)),
            "phone": Text.safe(authority.phone ?? "", limit: 60), "hasPhone": authority.phone != nil,
            "email": Text.safe(authority.email ?? "", limit: 120),
            "hasEmail": authority.email != nil, "endpoint": Text.safe(endpoint, limit: 300),
        ]
    }

    /// The groups are read over the telephone one by one.
    private static func groups(_ fingerprint: String) -> [String] { fingerprint.split(separator: " ").map(String.init) }
}
