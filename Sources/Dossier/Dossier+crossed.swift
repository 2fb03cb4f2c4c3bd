// SPDX-License-Identifier: Apache-2.0

import Standards

extension Dossier {
    /// For each act the index of the act that overtook it, or nil.
    ///
    /// Acts are judged strongest first: one is overtaken when a stronger act of another party that holds was written without
    /// knowledge of it and it without knowledge of that one; of several such acts, the first in the order of the fold is named.
    static func crossed(_ ordered: [HashedAct], _ crossings: Crossings) -> [Int?] {
        var result = [Int?](repeating: nil, count: ordered.count)
        guard !isChain(ordered) else { return result }
        let parents = parents(ordered)
        for stretch in stretches(parents) { judge(stretch, of: ordered, parents, crossings, &result) }
        return result
    }

    private static func isChain(_ ordered: [HashedAct]) -> Bool {
        zip(ordered.dropFirst(), ordered).allSatisfy { next, previous in next.act.after == [previous.act.id] }
    }

    /// Whatever an act names as followed is here and stands before it.
    static func isWhole(_ ordered: [HashedAct]) -> Bool {
        isChain(ordered) || zip(parents(ordered), ordered).allSatisfy { $0.count == $1.act.after.count }
    }

    /// For each act the indices of those it names that are here and stand before it.
    private static func parents(_ ordered: [HashedAct]) -> [[Int]] {
        let position = Dictionary(ordered.enumerated().map { ($0.element.act.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        return ordered.enumerated().map { index, item in item.act.after.compactMap { position[$0] }.filter { $0 < index } }
    }

    /// The stretches outside of which nothing crosses. An act that all earlier ones lead to and that leads to all later ones
    /// crosses nothing, and no path between two acts on one side of it runs through the other side: the acts between two such
    /// acts are judged alone. Most files are chains with a short stretch here and there.
    private static func stretches(_ parents: [[Int]]) -> [Range<Int>] {
        // The earliest act on which, alone or with still earlier ones, any act after this one builds.
        var reach = [Int](repeating: .max, count: parents.count)
        for index in parents.indices.dropLast().reversed() { reach[index] = min(reach[index + 1], parents[index + 1].max() ?? -1) }
        var isFollowed = [Bool](repeating: false, count: parents.count)
        var heads = 0
        var start = 0
        var found: [Range<Int>] = []
        for index in parents.indices {
            heads += 1
            for parent in parents[index] where !isFollowed[parent] {
                isFollowed[parent] = true
                heads -= 1
            }
            guard heads == 1, reach[index] >= index else { continue }
            if start < index { found.append(start..<index) }
            start = index + 1
        }
        if start < parents.count { found.append(start..<parents.count) }
        return found
    }

    /// Judges one stretch, kind by kind. A kind never holds over itself, so all acts of a kind face the same stronger acts, and
    /// whether those stand is known by then.
    private static func judge(
        _ stretch: Range<Int>, of ordered: [HashedAct], _ parents: [[Int]], _ crossings: Crossings, _ result: inout [Int?]
    ) {
        let related = Related(stretch, parents)
        var own: [Party: Bits] = [:]
        for index in stretch { own[ordered[index].act.from, default: related.none].insert(index - stretch.lowerBound) }
        let members = Dictionary(grouping: stretch) { ordered[$0].act.kind }
        var standing: [ActKind: Bits] = [:]
        for kind in members.keys.sorted(by: { (Crossings.strength[$0] ?? 0) < (Crossings.strength[$1] ?? 0) }) {
            var stronger = related.none
            if crossings.canBeOvertaken(kind) {
                for (other, bits) in standing where crossings.holds(other, over: kind) { stronger.formUnion(bits) }
            }
            var stands = related.none
            for index in members[kind] ?? [] {
                let row = index - stretch.lowerBound
                if let own = own[ordered[index].act.from], let other = related.firstUnrelated(to: row, in: stronger, except: own) {
                    result[index] = stretch.lowerBound + other
                } else {
                    stands.insert(row)
                }
            }
            standing[kind] = stands
        }
    }
}

/// A set of acts of a stretch, one bit each.
private struct Bits {
    var words: [UInt64]
    private(set) var isEmpty = true

    mutating func insert(_ row: Int) {
        words[row / 64] |= 1 << UInt64(row % 64)
        isEmpty = false
    }

    mutating func formUnion(_ other: Bits) {
        for word in words.indices { words[word] |= other.words[word] }
        isEmpty = isEmpty && other.isEmpty
    }
}

/// Which acts of a stretch follow or precede one another: a row of bits for each act.
private struct Related {
    private let words: Int
    private var past: [UInt64]
    private var future: [UInt64]

    init(_ stretch: Range<Int>, _ parents: [[Int]]) {
        let start = stretch.lowerBound
        words = (stretch.count + 63) / 64
        past = [UInt64](repeating: 0, count: stretch.count * words)
        future = past
        for index in stretch {
            for parent in parents[index] where parent >= start { Self.add(parent - start, to: index - start, words, &past) }
        }
        for index in stretch.reversed() {
            for parent in parents[index] where parent >= start { Self.add(index - start, to: parent - start, words, &future) }
        }
    }

    /// Adds an act, and all that its row has, to the row of another.
    private static func add(_ act: Int, to row: Int, _ words: Int, _ rows: inout [UInt64]) {
        for word in 0..<words { rows[row * words + word] |= rows[act * words + word] }
        rows[row * words + act / 64] |= 1 << UInt64(act % 64)
    }

    var none: Bits { Bits(words: [UInt64](repeating: 0, count: words)) }

    /// The first act of `candidates`, but none of `except`, that neither follows nor precedes the act of a row.
    func firstUnrelated(to row: Int, in candidates: Bits, except: Bits) -> Int? {
        guard !candidates.isEmpty else { return nil }
        for word in 0..<words {
            let place = row * words + word
            let found = candidates.words[word] & ~(past[place] | future[place] | except.words[word])
            if found != 0 { return word * 64 + found.trailingZeroBitCount }
        }
        return nil
    }
}
