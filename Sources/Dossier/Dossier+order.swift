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

    /// For each act the index of the act that overtook it, or nil.
    ///
    /// Acts are judged strongest first: one is overtaken when a stronger act that holds was written without knowledge of it and
    /// it without knowledge of that one.
    static func crossed(_ ordered: [HashedAct], _ crossings: Crossings) -> [Int?] {
        var result = [Int?](repeating: nil, count: ordered.count)
        guard let unknown = unordered(ordered) else { return result }
        let byStrength = ordered.indices.filter { !unknown[$0].isEmpty }.sorted { left, right in
            let first = Crossings.strength[ordered[left].act.kind] ?? 0
            let second = Crossings.strength[ordered[right].act.kind] ?? 0
            return first != second ? first < second : left < right
        }
        for index in byStrength where crossings.canBeOvertaken(ordered[index].act.kind) {
            result[index] = unknown[index].first { other in
                result[other] == nil && crossings.holds(ordered[other].act.kind, over: ordered[index].act.kind)
            }
        }
        return result
    }

    /// For each act those of other parties that it neither follows nor precedes, in order; nil when the acts form one chain, as
    /// they mostly do. A party's own acts are left out, so a party that forks its acts a thousandfold costs nothing more.
    private static func unordered(_ ordered: [HashedAct]) -> [[Int]]? {
        let isChain = zip(ordered.dropFirst(), ordered).allSatisfy { next, previous in next.act.after == [previous.act.id] }
        guard !isChain else { return nil }
        let position = Dictionary(ordered.enumerated().map { ($0.element.act.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        var numbers: [Party: Int] = [:]
        let party = ordered.map { item in
            let number = numbers[item.act.from] ?? numbers.count
            numbers[item.act.from] = number
            return number
        }
        let words = (ordered.count + 63) / 64
        var past = [UInt64](repeating: 0, count: ordered.count * words)
        var found = [[Int]](repeating: [], count: ordered.count)
        for (index, item) in ordered.enumerated() {
            for parent in item.act.after.lazy.compactMap({ position[$0] }) where parent < index {
                for word in 0..<words { past[index * words + word] |= past[parent * words + word] }
                past[index * words + parent / 64] |= 1 << UInt64(parent % 64)
            }
            for word in 0...(index / 64) {
                let bits = index - word * 64
                let mask: UInt64 = bits >= 64 ? .max : (1 << UInt64(bits)) - 1
                var missing = ~past[index * words + word] & mask
                while missing != 0 {
                    let other = word * 64 + missing.trailingZeroBitCount
                    missing &= missing - 1
                    guard party[other] != party[index] else { continue }
                    found[index].append(other)
                    found[other].append(index)
                }
            }
        }
        return found
    }
}
