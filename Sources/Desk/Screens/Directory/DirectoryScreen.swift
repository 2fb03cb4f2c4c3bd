// SPDX-License-Identifier: Apache-2.0

import Exchange
import Hummingbird
import NIOCore
import Node
import Standards
import Web

/// Whom this node speaks for, and whose keys it trusts.
enum DirectoryScreen: Screen {
    static let rail = [RailEntry(path: "/directory", key: "directory.title", icon: "people")]
    static let templates = ["directory", "peer", "peer-add", "peer-confirm", "peer-revoke", "second-look"]

    static func add(to routes: DeskRoutes) {
        routes.page("/directory") { visit in
            let scene = try visit.scene()
            return try visit.pages.show(
                "directory", try DirectoryPage(scene: scene, query: visit.query("q") ?? "").fields, scene,
                title: scene.strings("directory.title"), here: "/directory")
        }
        // The entry is public: it is what this State publishes.
        routes.page("/directory/entry") { visit in
            Response(
                status: .ok,
                headers: [
                    .contentType: "application/jose+json", .contentDisposition: PreviewPages.attachment("\(visit.node.state).jws"),
                ], body: .init(byteBuffer: ByteBuffer(bytes: try visit.node.directoryEntry())))
        }
        AddPeerPages.add(to: routes)
        TrustPages.add(to: routes)
        routes.form("/directory/:state/ring") { visit, form in
            let state = try visit.peer().entry.state
            _ = try await visit.node.ring(state, by: visit.officer)
            return visit.goTo("/directory/\(state)?done=rung")
        }
        routes.page("/directory/:state") { visit in
            let scene = try visit.scene()
            let peer = try visit.peer()
            var fields = DirectoryPage.peer(peer, scene)
            fields.merge(try StatePage(peer, scene).fields) { $1 }
            fields["done"] =
                visit.query("done").flatMap {
                    ["added", "facts", "confirmed", "revoked", "rung", "answered"].contains($0)
                        ? scene.strings("directory.done.\($0)") : nil
                } ?? ""
            fields["hasDone"] = (fields["done"] as? String)?.isEmpty == false
            return try visit.pages.show(
                "peer", fields, scene, title: scene.strings("directory.of", ["state": "\(peer.entry.state)"]), here: "/directory")
        }
    }
}

extension Visit {
    /// The peer of the State in the path.
    /// - Throws: `.notFound`.
    func peer() throws(ComityError) -> Peer {
        let state = try StateCode(path("state"))
        guard let peer = try node.listPeers().first(where: { $0.entry.state == state }) else {
            throw ComityError(
                .notFound, strings("directory.missing", ["state": "\(state)"]), next: strings("directory.missing.next"))
        }
        return peer
    }
}

struct DirectoryPage {
    let fields: Fields

    /// - Parameter query: words that an authority of a State must have; empty: all States.
    init(scene: Scene, query: String = "") throws(ComityError) {
        let configuration = scene.node.configuration
        let words = query.prefix(200).split(whereSeparator: \.isWhitespace).map(String.init)
        var peers = try scene.node.listPeers()
        let total = peers.count
        if !words.isEmpty {
            let found = Set(try scene.node.searchDirectory(words: words).map(\.state))
            peers = peers.filter { found.contains($0.entry.state) }
        }
        let due = Set(
            try scene.may(.readRegister) ? scene.node.freshness(officer: scene.session.officer).filter { !$0.due.isEmpty }.map(\.state) : []
        )
        fields = [
            "self": Self.authority(configuration.authority, configuration.state, endpoint: configuration.endpoint, scene),
            "fingerprint": Self.groups(scene.node.fingerprint), "words": scene.node.fingerprintWords.split(separator: " ").map(String.init),
            "hasPeers": total > 0, "hasFound": !peers.isEmpty, "q": Text.safe(query, limit: 200), "mayTrust": scene.may(.trust),
            "peerCount": scene.strings.count("directory.count", peers.count, scene.figures),
            "peers": peers.prefix(250).map { peer -> Fields in
                Self.peer(peer, scene).merging(["isDue": due.contains(peer.entry.state)] as Fields) { $1 }
            },
        ]
    }

    static func peer(_ peer: Peer, _ scene: Scene) -> Fields {
        let (look, icon) =
            switch peer.trust {
            case .confirmed: ("tag--ok", "shield")
            case .unconfirmed: ("tag--soon", "open")
            case .revoked: ("tag--urgent", "shield-no")
            }
        let path = "/directory/\(peer.entry.state)"
        return [
            "path": path, "confirmPath": "\(path)/confirm", "revokePath": "\(path)/revoke",
            "entry": authority(peer.entry.authority, peer.entry.state, endpoint: peer.entry.endpoint, scene),
            "fingerprint": groups(peer.entry.fingerprint),
            "trust": ["word": scene.strings("trust.\(peer.trust.rawValue)"), "look": look, "icon": icon, "hasIcon": true] as Fields,
            "trustSays": scene.strings("trust.\(peer.trust.rawValue).says"),
            "added": scene.times.fields(peer.addedAt, theirs: peer.entry.authority.timeZone), "isConfirmed": peer.confirmedAt != nil,
            "confirmed": peer.confirmedAt.map { scene.times.fields($0, theirs: peer.entry.authority.timeZone) } ?? [:],
            "confirmedBy": Text.safe(peer.confirmedBy ?? "", limit: 300), "isUnconfirmed": peer.trust == .unconfirmed,
            "mayConfirm": scene.may(.trust) && peer.trust == .unconfirmed, "mayRevoke": scene.may(.trust) && peer.trust != .revoked,
            "mayReplace": scene.may(.trust) && peer.trust == .revoked, "mayTrust": scene.may(.trust),
        ]
    }

    static func authority(_ authority: DirectoryEntry.Authority, _ state: StateCode, endpoint: String, _ scene: Scene) -> Fields {
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
    static func groups(_ fingerprint: String) -> [String] { fingerprint.split(separator: " ").map(String.init) }
}
