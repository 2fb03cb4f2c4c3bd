// SPDX-License-Identifier: Apache-2.0

/// Which connections stand open, in groups (those of an address, those of a peer), and which one has to go when there are too many. Pure:
/// the caller closes what is named.
///
/// One that floods pushes out its own connections first: the oldest of a group that is full, and when all places are taken the oldest of the
/// largest group. Whoever has few is not touched.
struct ConnectionBook<Group: Hashable & Sendable>: Sendable {
    /// Most connections in all, and most of one group.
    let most: Int
    let mostOfGroup: Int
    /// The connections of each group, oldest first.
    private var groups: [Group: [UInt64]] = [:]
    private var of: [UInt64: Group] = [:]

    init(most: Int, mostOfGroup: Int) {
        self.most = most
        self.mostOfGroup = mostOfGroup
    }

    var count: Int { of.count }

    /// Takes a connection in.
    /// - Returns: the one that has to go for it, if any; it is out of the book already.
    mutating func add(_ id: UInt64, _ group: Group) -> UInt64? {
        groups[group, default: []].append(id)
        of[id] = group
        let full = groups[group, default: []].count > mostOfGroup
        guard full || of.count > most else { return nil }
        // Of groups of the same size the one that has stood longest: ids grow.
        let largest = groups.max { ($0.value.count, $1.value[0]) < ($1.value.count, $0.value[0]) }?.key
        guard let oldest = (full ? groups[group] : largest.flatMap { groups[$0] })?.first else { return nil }
        remove(oldest)
        return oldest
    }

    mutating func remove(_ id: UInt64) {
        guard let group = of.removeValue(forKey: id) else { return }
        groups[group]?.removeAll { $0 == id }
        if groups[group]?.isEmpty == true { groups[group] = nil }
    }
}
