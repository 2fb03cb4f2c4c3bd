// SPDX-License-Identifier: Apache-2.0

import Exchange
import Node
import Standards
import Web

/// What stands beside the pages of somebody who is not signed in: which node this is, that it is the right one, what time
/// it is. Nothing of its files.
struct OutsideFrame {
    let pages: DeskPages

    var fields: Fields {
        let configuration = pages.node.configuration
        let isKept = pages.node.clockIsKept()
        let checks = [
            Self.check(pages.isSecure ? "lock" : "home", pages.words(pages.isSecure ? "sign-in.check.tls" : "sign-in.check.local")),
            Self.check(isKept ? "met" : "tri", pages.words(isKept ? "sign-in.check.clock" : "sign-in.check.no-clock")),
        ]
        return [
            "signChecks": checks, "signTimes": times(configuration),
            "fingerprint": pages.node.fingerprint.split(separator: " ").map(String.init),
            "hasCall": configuration.authority.phone != nil, "call": Text.safe(configuration.authority.phone ?? "", limit: 60),
            "hasOnward": false,
        ]
    }

    private static func check(_ icon: String, _ word: String) -> Fields { ["icon": icon, "word": word] }

    /// Ours, UTC, and that of the first State whose key is confirmed.
    private func times(_ configuration: NodeConfiguration) -> [Fields] {
        guard let now = try? pages.node.now() else { return [] }
        var times: [Fields] = [
            time(now, pages.words("frame.here"), state: nil), time(now.at(offsetMinutes: 0), pages.words("frame.utc"), state: nil),
        ]
        if let peer = try? pages.node.listPeers().first(where: { $0.trust == .confirmed }) {
            times.append(time(Node.at(now, zone: peer.entry.authority.timeZone), "", state: peer.entry.state))
        }
        return times
    }

    private func time(_ instant: Instant, _ word: String, state: StateCode?) -> Fields {
        [
            "iso": instant.description, "time": String(instant.description.dropFirst(11).prefix(5)), "word": word, "isState": state != nil,
            "code": state?.description ?? "",
        ]
    }
}
