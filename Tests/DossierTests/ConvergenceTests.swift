// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@testable import Dossier

@Suite struct ConvergenceTests {
    /// `COMITY_LONG` runs the full number of histories.
    static let isLong = ProcessInfo.processInfo.environment["COMITY_LONG"] != nil

    /// What a party saw when it wrote an act.
    private struct Seen {
        let act: UUIDv7
        let after: [UUIDv7]
        let state: FileState
        let course: Course
    }

    /// Parties that act and exchange acts at random; whatever order they saw them in, all compute the same file, whatever the
    /// hashes; and every act was allowed by what its author knew.
    @Test(arguments: FileType.allCases)
    func partiesConverge(_ type: FileType) throws {
        var generator = Seeded.fresh()
        for _ in 0..<(Self.isLong ? 10_000 : 300) {
            let seed = generator.next()
            let count = type.allowsSeveralParties ? Int.random(in: 2...4, using: &generator) : 2
            var maker = try Maker(Seeded(seed), parties: count)
            let opening = try maker.act(.request, side: .requesting, on: [], type: type)
            var known = [[Dossier.HashedAct]](repeating: [opening], count: count)
            var folded = [Dossier](repeating: try Dossier(folding: [opening]), count: count)
            var seen: [Seen] = []
            for _ in 0..<Int.random(in: 4...16, using: &generator) {
                let who = Int.random(in: 0..<count, using: &generator)
                if Int.random(in: 0..<5, using: &generator) < 2 {
                    try deliver(to: who, &known, using: &generator)
                    folded[who] = try Dossier(folding: known[who])
                } else if let kind = maker.kinds(maker.parties[who], folded[who]).randomElement(using: &generator),
                    let item = try maker.possible(kind, by: maker.parties[who], on: known[who], folded[who])
                {
                    seen.append(Seen(act: item.act.id, after: item.act.after, state: folded[who].state, course: folded[who].course))
                    known[who].append(item)
                    folded[who] = try Dossier(folding: known[who])
                    #expect(folded[who].entries.first { $0.act.id == item.act.id }?.effect == .applied, "seed \(generator.seed) \(kind)")
                }
            }
            try check(known, seen, type, &maker, &generator)
        }
    }

    /// Delivers the oldest act that is missing, when all it follows is there, as the exchange does.
    private func deliver(to who: Int, _ known: inout [[Dossier.HashedAct]], using generator: inout Seeded) throws {
        let mine = Set(known[who].map(\.act.id))
        let missing = known.joined().filter { !mine.contains($0.act.id) && $0.act.after.allSatisfy(mine.contains) }
        if let next = missing.randomElement(using: &generator) { known[who].append(next) }
    }

    private func check(
        _ known: [[Dossier.HashedAct]], _ seen: [Seen], _ type: FileType, _ maker: inout Maker, _ generator: inout Seeded
    ) throws {
        var all: [UUIDv7: Dossier.HashedAct] = [:]
        for item in known.joined() { all[item.act.id] = item }
        let first = try Dossier(folding: all.values.shuffled(using: &generator))
        let duplicated = try Dossier(folding: all.values.shuffled(using: &generator) + all.values.prefix(2))
        let rehashed = try Dossier(folding: all.values.map { .init(act: $0.act, hash: maker.hash()) })
        for other in [duplicated, rehashed] {
            #expect(other.course == first.course, "\(type) seed \(generator.seed)")
            #expect(other.entries.map(\.act.id) == first.entries.map(\.act.id), "\(type) seed \(generator.seed)")
            #expect(other.entries.map(\.effect) == first.entries.map(\.effect), "\(type) seed \(generator.seed)")
        }
        for one in seen {
            let past = try #require(first.causalPast(of: one.after))
            #expect(try Dossier(folding: past).course == one.course, "\(type) seed \(generator.seed)")
        }
        for entry in first.entries {
            guard let winner = entry.overtakenBy, let by = first.entries.first(where: { $0.act.id == winner }) else { continue }
            #expect(entry.effect == .overtaken && by.overtakenBy == nil)
            #expect(Crossings.of(type).holds(by.act.kind, over: entry.act.kind))
        }
    }

    /// From every state that a history reaches: any two acts of two parties that cross. Either the table says which holds and
    /// that one does, or both hold; in every order of arrival.
    @Test(arguments: FileType.allCases)
    func everyPairThatCrossesIsDecided(_ type: FileType) throws {
        var maker = try Maker(Seeded(7), parties: type.allowsSeveralParties ? 3 : 2)
        let crossings = Crossings.of(type)
        for history in try Self.histories(type, &maker) {
            let dossier = try Dossier(folding: history)
            for (index, one) in maker.parties.enumerated() {
                for other in maker.parties[(index + 1)...] {
                    let first = try maker.kinds(one, dossier).compactMap { try maker.possible($0, by: one, on: history, dossier) }
                    let second = try maker.kinds(other, dossier).compactMap { try maker.possible($0, by: other, on: history, dossier) }
                    for left in first {
                        for right in second {
                            let folded = try Dossier(folding: history + [left, right])
                            let turned = try Dossier(folding: [right, left] + history.reversed())
                            #expect(folded.course == turned.course)
                            let effects = [left, right].map { item in folded.entries.first { $0.act.id == item.act.id }?.effect }
                            let pair = "\(type) \(dossier.state): \(left.act.kind) × \(right.act.kind)"
                            if crossings.holds(left.act.kind, over: right.act.kind) {
                                #expect(effects == [.applied, .overtaken], "\(pair)")
                            } else if crossings.holds(right.act.kind, over: left.act.kind) {
                                #expect(effects == [.overtaken, .applied], "\(pair)")
                            } else if left.act.kind != right.act.kind {
                                #expect(effects == [.applied, .applied], "\(pair)")
                            }
                        }
                    }
                }
            }
        }
    }

    /// One history for each state that acts reach.
    static func histories(_ type: FileType, _ maker: inout Maker) throws -> [[Dossier.HashedAct]] {
        let opening = try maker.act(.request, side: .requesting, on: [], type: type)
        var found: [[Dossier.HashedAct]] = [[opening]]
        var known: Set<FileState> = [.delivered]
        // States alone do not say what is pending, so each is entered several times over.
        var queue = [[opening]]
        for _ in 0..<12 where !queue.isEmpty {
            var next: [[Dossier.HashedAct]] = []
            for history in queue {
                let dossier = try Dossier(folding: history)
                for party in maker.parties {
                    for kind in maker.kinds(party, dossier) {
                        for _ in 0..<([ActKind.complete, .preserve, .grant].contains(kind) ? 6 : 1) {
                            guard let item = try maker.possible(kind, by: party, on: history, dossier) else { continue }
                            let longer = history + [item]
                            let folded = try Dossier(folding: longer)
                            let isNew = known.insert(folded.state).inserted
                            if isNew { found.append(longer) }
                            let sets: Set<ActKind> = [
                                .extend, .schedule, .consent, .approveAgreement, .sign, .certify, .announceLift, .callBack,
                                .retroactiveProcess, .consult,
                            ]
                            if isNew || (sets.contains(kind) && folded.course != dossier.course && history.count < 9) {
                                next.append(longer)
                            }
                        }
                    }
                }
            }
            queue = Array(next.prefix(60))
        }
        return found
    }

    /// Every state of the tables is reached by acts.
    @Test(arguments: FileType.allCases)
    func everyStateIsReached(_ type: FileType) throws {
        var maker = try Maker(Seeded(9), parties: type.allowsSeveralParties ? 3 : 2)
        let reached = Set(try Self.histories(type, &maker).map { try Dossier(folding: $0).state })
        let tables = type.lifeCycle.reachable
        #expect(tables.subtracting(reached).isEmpty, "\(type): \(tables.subtracting(reached).map(\.rawValue).sorted())")
    }

    /// Every history of two sides with at most four acts (five in long runs): a common beginning, then each side alone.
    @Test(arguments: FileType.allCases)
    func shortHistoriesExhaustively(_ type: FileType) throws {
        var maker = try Maker(Seeded(11))
        let opening = try maker.act(.request, side: .requesting, on: [], type: type)
        let limit = Self.isLong ? 5 : 4
        func grow(_ history: [Dossier.HashedAct], _ party: Party, _ acts: Int) throws -> [[Dossier.HashedAct]] {
            guard acts > 0 else { return [history] }
            let dossier = try Dossier(folding: history)
            var found: [[Dossier.HashedAct]] = []
            for kind in maker.kinds(party, dossier) {
                if let item = try maker.possible(kind, by: party, on: history, dossier) {
                    found += try grow(history + [item], party, acts - 1)
                }
            }
            return found
        }
        var beginnings = [[opening]]
        for length in 1..<limit {
            for beginning in beginnings {
                let free = limit - length
                for mine in 1..<max(2, free) where mine < free {
                    let left = try grow(beginning, maker.requesting, mine)
                    let right = try grow(beginning, maker.requested, free - mine)
                    for one in left {
                        for other in right {
                            let tail = Array(one.dropFirst(length)) + other.dropFirst(length)
                            let folded = try Dossier(folding: beginning + tail)
                            let turned = try Dossier(folding: Array(tail.reversed()) + beginning)
                            #expect(folded.course == turned.course && folded.entries.map(\.effect) == turned.entries.map(\.effect))
                        }
                    }
                }
            }
            var next: [[Dossier.HashedAct]] = []
            for beginning in beginnings { for party in maker.parties { next += try grow(beginning, party, 1) } }
            beginnings = next
        }
    }
}
