// SPDX-License-Identifier: Apache-2.0

import Node

/// The views of the queue, each with an address of its own.
enum QueueView: String, CaseIterable {
    case all, incoming, outgoing
    case waitingForUs = "waiting-for-us"
    case waitingForThem = "waiting-for-them"
    case drafts

    var path: String { "/queue?view=\(rawValue)" }

    /// The list of the worklist that it shows.
    var work: WorkView { WorkView(rawValue: rawValue) ?? .all }
}
