// SPDX-License-Identifier: Apache-2.0

import Standards

extension Dossier {
    /// Each act once, in the order of the fold.
    static func ordered(_ acts: [HashedAct]) -> [HashedAct] {
        var seen: Set<UUIDv7> = []
        seen.reserveCapacity(acts.count)
        return acts.filter { seen.insert($0.act.id).inserted }.sorted { left, right in
            if left.act.lamport != right.act.lamport { return left.act.lamport < right.act.lamport }
            let first = Crossings.strength[left.act.kind] ?? 0
            let second = Crossings.strength[right.act.kind] ?? 0
            if first != second { return first < second }
            if left.act.from != right.act.from { return left.act.from < right.act.from }
            return left.hash.lexicographicallyPrecedes(right.hash)
        }
    }
}
