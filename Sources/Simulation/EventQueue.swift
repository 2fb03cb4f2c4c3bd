// SPDX-License-Identifier: Apache-2.0

/// What will happen, the earliest first; of two at one time, the one that was planned first.
struct EventQueue {
    struct Planned {
        let at: Int64
        let number: UInt64
        let event: WorldEvent
    }

    private var heap: [Planned] = []
    private var count: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }
    var size: Int { heap.count }

    mutating func plan(_ event: WorldEvent, at time: Int64) {
        count += 1
        heap.append(Planned(at: time, number: count, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> Planned? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Self.isBefore(heap[child], heap[least]) { least = child }
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private static func isBefore(_ left: Planned, _ right: Planned) -> Bool {
        left.at != right.at ? left.at < right.at : left.number < right.number
    }
}

/// Something that happens in the world at a moment.
enum WorldEvent {
    /// A State opens a request.
    case traffic(node: Int)
    /// An officer looks at a file; stale when the file moved on.
    case look(node: Int, file: Int, version: Int)
    /// The outbox for a peer is worked off.
    case wake(node: Int, peer: Int)
    /// A message reaches its receiver.
    case arrive(Parcel)
    /// An answer reaches its sender, or nothing did in time.
    case answer(Answer)
    /// What waits for the disk is synced.
    case sync(node: Int, epoch: Int)
    case crash(node: Int)
    case restart(node: Int, epoch: Int)
    /// The machine is lost and a backup put back.
    case loss(node: Int)
    /// A node that is held asks its peers.
    case recover(node: Int, epoch: Int)
    case cut
    case heal(Int)
    case clock(node: Int)
    case mischief(node: Int)
    case revoke(node: Int)
    /// Once a day: backups, progress.
    case day
}
