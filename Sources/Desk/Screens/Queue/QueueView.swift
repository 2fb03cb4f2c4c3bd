// SPDX-License-Identifier: Apache-2.0

import Node

/// The views of the queue in the order of the rail, each with an address of its own.
enum QueueView: String, CaseIterable {
    case emergency, unacknowledged, overdue
    case due24h = "due-24h"
    case waitingForUs = "waiting-for-us"
    case waitingForThem = "waiting-for-them"
    case preservationsExpiring = "preservations-expiring"
    case mine, drafts, incoming, outgoing, all, closed

    var path: String { "/queue?view=\(rawValue)" }

    /// The list of the worklist that it shows.
    var work: WorkView { WorkView(rawValue: rawValue) ?? .all }
}
