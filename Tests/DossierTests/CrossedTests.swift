// SPDX-License-Identifier: Apache-2.0

import Standards
import TestSupport
import Testing

@testable import Dossier

/// Which act overtakes which, computed in two ways: as the fold does it, and by following every path between every two acts.
@Suite struct CrossedTests {
    /// What a graph is made of, and how it may be broken.
    private struct Shape {
        let acts: Int
        let parties: Int
        /// Of a hundred acts, how many build on all that their author wrote and knows, as an honest node's do.
        let honest: Int
        /// Of a hundred deliveries, how many happen.
        let delivered: Int
        /// Of a hundred acts, how many name one that is not here, and how many are taken away.
        let broken: Int
    }

    /// Random graphs: parties that hear of each other often, seldom or never; parties that fork their own acts; acts that name
    /// acts that are not here, and acts with an order number that does not fit.
    @Test(arguments: [FileType.storedData, .preservation, .jointInvestigation, .returnOfAssets, .emergency])
    func asByEveryPath(_ type: FileType) throws {
        var generator = Seeded.fresh()
        let crossings = Crossings.of(type)
        let kinds = Array(Set(crossings.pairs.flatMap { [$0.holds, $0.overtaken] })).sorted { $0.rawValue < $1.rawValue } + [.report]
        var overtaken = 0
        var stood = 0
        for round in 0..<(ConvergenceTests.isLong ? 5_000 : 120) {
            let shape = Shape(
                acts: round % 20 == 0 ? 150 : Int.random(in: 1...40, using: &generator), parties: Int.random(in: 2...3, using: &generator),
                honest: [100, 100, 70, 20].randomElement(using: &generator) ?? 100,
                delivered: [0, 5, 30, 80, 98].randomElement(using: &generator) ?? 30,
                broken: [0, 0, 10].randomElement(using: &generator) ?? 0)
            let acts = try Self.acts(shape, kinds.shuffled(using: &generator).prefix(Int.random(in: 2...8, using: &generator)), &generator)
            let ordered = Dossier.ordered(acts.shuffled(using: &generator))
            let found = Dossier.crossed(ordered, crossings)
            #expect(found == Self.byEveryPath(ordered, crossings), "\(type) seed \(generator.seed) round \(round)")
            overtaken += found.count { $0 != nil }
            stood += found.count { $0 == nil }
        }
        // A generator that makes nothing that crosses would prove nothing.
        #expect(overtaken > 100 && stood > 100, "\(type) seed \(generator.seed): \(overtaken) overtaken, \(stood) not")
    }

    /// Folding on gives what folding all again gives, or says that it cannot: whatever the graph, also a broken one.
    @Test(arguments: [FileType.storedData, .preservation, .jointInvestigation, .returnOfAssets, .emergency])
    func foldedOnAsFoldedAgain(_ type: FileType) throws {
        var generator = Seeded.fresh()
        let kinds = ActKind.allCases.filter { $0 != .request }
        var (added, refused) = (0, 0)
        for round in 0..<(ConvergenceTests.isLong ? 2_000 : 60) {
            let shape = Shape(
                acts: Int.random(in: 2...25, using: &generator), parties: 2, honest: [100, 95, 20].randomElement(using: &generator) ?? 100,
                delivered: [30, 90, 100].randomElement(using: &generator) ?? 30, broken: [0, 0, 10].randomElement(using: &generator) ?? 0)
            let acts = try Self.acts(shape, kinds.shuffled(using: &generator).prefix(12), &generator)
            var known = Array(acts.prefix(1))
            var folded = try Dossier(folding: known)
            for act in acts.dropFirst() {
                known.append(act)
                let again = try Dossier(folding: known)
                if let on = try folded.adding(act) {
                    added += 1
                    #expect(Self.isSame(on, again), "\(type) seed \(generator.seed) round \(round)")
                    #expect(try on.adding(act) == nil, "the same act twice: \(type) seed \(generator.seed) round \(round)")
                    folded = on
                } else {
                    refused += 1
                    folded = again
                }
            }
        }
        #expect(added > 100 && refused > 100, "\(type) seed \(generator.seed): \(added) folded on, \(refused) not")
    }

    private static func isSame(_ one: Dossier, _ other: Dossier) -> Bool {
        one.course == other.course && one.heads == other.heads && one.nextLamport == other.nextLamport
            && one.entries.map(\.hash) == other.entries.map(\.hash) && one.entries.map(\.effect) == other.entries.map(\.effect)
            && one.entries.map(\.state) == other.entries.map(\.state) && one.entries.map(\.side) == other.entries.map(\.side)
            && one.entries.map(\.overtakenBy) == other.entries.map(\.overtakenBy)
    }

    private static func acts(_ shape: Shape, _ kinds: ArraySlice<ActKind>, _ generator: inout Seeded) throws -> [Dossier.HashedAct] {
        func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
        var maker = try Maker(Seeded(generator.next()), parties: shape.parties)
        let opening = try maker.act(.request, side: .requesting, on: [])
        var all = [opening]
        var known = [[Dossier.HashedAct]](repeating: [opening], count: shape.parties)
        while all.count < shape.acts {
            let who = Int.random(in: 0..<shape.parties, using: &generator)
            for other in known.indices where other != who && happens(shape.delivered) {
                let mine = Set(known[who].map(\.act.id))
                known[who] += known[other].filter { !mine.contains($0.act.id) }
            }
            let base = happens(shape.honest) ? known[who] : Array(known[who].shuffled(using: &generator).prefix(3))
            let kind = kinds.randomElement(using: &generator) ?? .report
            var item = try maker.act(kind, by: maker.parties[who], on: base, file: opening.act.file)
            if happens(shape.broken) { item = Self.broken(item, &generator) }
            known[who].append(item)
            all.append(item)
        }
        return all.filter { $0.act.kind == .request || !happens(shape.broken) }
    }

    /// The act with one more that nobody knows among those it follows, or with an order number that does not fit.
    private static func broken(_ item: Dossier.HashedAct, _ generator: inout Seeded) -> Dossier.HashedAct {
        let act = item.act
        let isMissing = Bool.random(using: &generator)
        return Dossier.HashedAct(
            act: Act(
                id: act.id, file: act.file, kind: act.kind, from: act.from, to: act.to,
                after: act.after + (isMissing ? [UUIDv7(at: act.at, using: &generator)] : []),
                lamport: isMissing ? act.lamport : max(2, act.lamport - Int64.random(in: 1...5, using: &generator)), at: act.at, by: act.by,
                tlp: act.tlp, lang: act.lang, exercise: act.exercise, law: act.law, body: act.body), hash: item.hash)
    }

    /// The rule as `docs/formats/crossings.md` tells it, with no thought of speed.
    private static func byEveryPath(_ ordered: [Dossier.HashedAct], _ crossings: Crossings) -> [Int?] {
        var past: [Set<Int>] = []
        for (index, item) in ordered.enumerated() {
            let parents = ordered.indices.prefix(index).filter { item.act.after.contains(ordered[$0].act.id) }
            past.append(parents.reduce(into: Set(parents)) { $0.formUnion(past[$1]) })
        }
        func crosses(_ one: Int, _ other: Int) -> Bool {
            ordered[one].act.from != ordered[other].act.from && !past[one].contains(other) && !past[other].contains(one)
        }
        func strength(_ index: Int) -> Int { Crossings.order.flatMap(\.kinds).firstIndex(of: ordered[index].act.kind) ?? 0 }
        var result = [Int?](repeating: nil, count: ordered.count)
        for (_, index) in ordered.indices.map({ (strength($0), $0) }).sorted(by: { $0 < $1 }) {
            result[index] = ordered.indices.first { other in
                result[other] == nil && crossings.holds(ordered[other].act.kind, over: ordered[index].act.kind) && crosses(index, other)
            }
        }
        return result
    }
}
