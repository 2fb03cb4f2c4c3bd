// SPDX-License-Identifier: Apache-2.0

import Dossier
import Node

/// The views of the queue, each with an address of its own.
enum QueueView: String, CaseIterable {
    case all, incoming, outgoing
    case waitingForUs = "waiting-for-us"
    case waitingForThem = "waiting-for-them"
    case drafts

    var path: String { "/queue?view=\(rawValue)" }

    func holds(_ item: QueueItem) -> Bool {
        switch self {
        case .all: true
        case .incoming: item.side == .requested
        case .outgoing: item.side == .requesting
        case .waitingForUs: item.next.whose == .us
        case .waitingForThem: item.next.whose == .them
        case .drafts: item.state == .draft || item.state == .authorised
        }
    }
}
