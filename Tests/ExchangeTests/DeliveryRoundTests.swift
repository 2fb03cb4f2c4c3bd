// SPDX-License-Identifier: Apache-2.0

import Standards
import TestSupport
import Testing

@testable import Exchange

/// What is tried, and in which order.
@Suite struct DeliveryRoundTests {
    private static func file(_ number: UInt8) -> UUIDv7 {
        var generator = Seeded(UInt64(number))
        return UUIDv7(at: Instant(milliseconds: 1_795_000_000_000), using: &generator)
    }

    private func owed(
        _ id: Int64, _ file: UInt8, _ kind: OwedDelivery.Kind = .act, emergency: Bool = false, next: Int64 = 0
    ) -> OwedDelivery {
        OwedDelivery(id: id, kind: kind, file: Self.file(file), isEmergency: emergency, next: next)
    }

    private func run(_ round: inout DeliveryRound, waiting: Set<Int64> = []) -> [Int64] {
        var order: [Int64] = []
        while let one = round.next(now: 100) {
            order.append(one.id)
            round.settle(one, waiting.contains(one.id) ? .waits : .settled)
        }
        return order
    }

    @Test func emergenciesOvertakeAllOthersAndPackagesComeLast() {
        var round = DeliveryRound([
            owed(1, 1, .package), owed(2, 2), owed(3, 3), owed(4, 4, emergency: true), owed(5, 5, .package, emergency: true), owed(6, 2),
            owed(7, 4, emergency: true),
        ])
        #expect(run(&round) == [4, 7, 2, 3, 6, 5, 1])
    }

    @Test func aFileThatWaitsHoldsOnlyItself() {
        var round = DeliveryRound([owed(1, 1), owed(2, 2), owed(3, 1), owed(4, 3, next: 101), owed(5, 3), owed(6, 2), owed(7, 1, .package)])
        #expect(run(&round, waiting: [1]) == [1, 2, 6])
        var other = DeliveryRound([owed(4, 3, next: 101), owed(5, 3)])
        #expect(other.next(now: 100, impatient: true)?.id == 4)
    }

    /// A clock was a day ahead when a try failed, and was put right since.
    @Test func aClockThatWasSetBackHoldsNothingUp() {
        let day: Int64 = 86_400_000
        var round = DeliveryRound([owed(1, 1, next: day), owed(2, 2, next: 375_000)])
        #expect(round.next(now: 0)?.id == 1)
        #expect(round.next(now: 0) == nil)
    }

    @Test func anEmergencyThatBeginsDuringTheRoundIsNext() {
        var round = DeliveryRound([owed(1, 1), owed(2, 2), owed(3, 3)])
        #expect(round.next(now: 100)?.id == 1)
        round.add([owed(5, 5), owed(4, 4, emergency: true)])
        #expect(run(&round) == [4, 2, 3, 5])
    }

    @Test func whereOnlyPackagesAreBroughtTheirActsGoFirst() {
        var round = DeliveryRound([owed(1, 1, .package), owed(2, 2, .package), owed(3, 1)], kinds: [.package])
        #expect(run(&round) == [2])
    }

    /// Whatever fails: the acts of one file are tried in their order, none after one that waits, none twice, none left out.
    @Test func orderWithinAFile() {
        var generator = Seeded.fresh()
        for _ in 0..<500 {
            var rows: [OwedDelivery] = []
            let emergencies = Set((0..<6).filter { _ in Bool.random(using: &generator) })
            for id in 1...Int64.random(in: 1...30, using: &generator) {
                let file = UInt8.random(in: 0..<6, using: &generator)
                rows.append(
                    owed(id, file, emergency: emergencies.contains(Int(file)), next: Int64.random(in: 0...110, using: &generator)))
            }
            let split = Int.random(in: 0...rows.count, using: &generator)
            var round = DeliveryRound(rows[..<split].shuffled(using: &generator))
            var tried: [OwedDelivery] = []
            var waits: Set<UUIDv7?> = []
            var isAdded = false
            while true {
                if !isAdded, Bool.random(using: &generator) {
                    round.add(Array(rows[split...]))
                    isAdded = true
                }
                guard let one = round.next(now: 100) else {
                    if isAdded { break }
                    continue
                }
                #expect(!waits.contains(one.file) && one.next <= 100, "seed \(generator.seed)")
                tried.append(one)
                let isWaiting = Int.random(in: 0..<4, using: &generator) == 0
                if isWaiting { waits.insert(one.file) }
                round.settle(one, isWaiting ? .waits : .settled)
            }
            #expect(Set(tried.map(\.id)).count == tried.count, "seed \(generator.seed)")
            for (file, own) in Dictionary(grouping: rows, by: \.file) {
                let order = tried.filter { $0.file == file }.map(\.id)
                let expected = own.prefix { $0.next <= 100 }.map(\.id)
                #expect(waits.contains(file) ? expected.starts(with: order) : order == expected, "seed \(generator.seed)")
            }
        }
    }

    /// With several under way at once: never two of one file, each file in its order, acts before packages where both may go, and
    /// nothing is left out.
    @Test func severalAreUnderWayAtOnce() {
        var generator = Seeded.fresh()
        for _ in 0..<500 {
            let rows = (1...Int64.random(in: 1...40, using: &generator)).map { id in
                owed(id, UInt8.random(in: 0..<6, using: &generator), id % 5 == 0 ? .package : .act)
            }
            let split = Int.random(in: 0...rows.count, using: &generator)
            var round = DeliveryRound(Array(rows[..<split]))
            var underWay: [OwedDelivery] = []
            var tried: [OwedDelivery] = []
            var waits: Set<UUIDv7?> = []
            var isAdded = false
            while true {
                if !isAdded, Int.random(in: 0..<4, using: &generator) == 0 || underWay.isEmpty && tried.count == split {
                    round.add(Array(rows[split...]))
                    isAdded = true
                }
                if underWay.count < 4, let one = round.next(now: 100) {
                    #expect(!underWay.contains { $0.file == one.file } && !waits.contains(one.file), "seed \(generator.seed)")
                    underWay.append(one)
                    tried.append(one)
                } else if let done = underWay.indices.randomElement(using: &generator) {
                    let one = underWay.remove(at: done)
                    let isWaiting = Int.random(in: 0..<8, using: &generator) == 0
                    if isWaiting { waits.insert(one.file) }
                    round.settle(one, isWaiting ? .waits : .settled)
                } else if isAdded {
                    break
                } else {
                    round.add(Array(rows[split...]))
                    isAdded = true
                }
            }
            #expect(Set(tried.map(\.id)).count == tried.count, "seed \(generator.seed)")
            for (file, own) in Dictionary(grouping: rows, by: \.file) {
                for kind in [OwedDelivery.Kind.act, .package] {
                    let order = tried.filter { $0.file == file && $0.kind == kind }.map(\.id)
                    let expected = own.filter { $0.kind == kind }.map(\.id)
                    #expect(waits.contains(file) ? expected.starts(with: order) : order == expected, "seed \(generator.seed)")
                }
            }
        }
    }

    @Test func whatThePeerWillNeverBelieveIsNotSentAgain() {
        for code in ErrorCode.allCases {
            let act = DeliveryFailure(code, of: .act, attempts: 2, now: 1000, spread: 0)
            #expect(DeliveryFailure(code, of: .package, attempts: 2, now: 1000, spread: 0) == .again(at: 3000))
            switch code {
            case .peerUnreachable, .peerRefused, .predecessorMissing, .unknownKey, .impossibleTime, .throttled, .storage, .registerHeld:
                #expect(act == .again(at: 3000), "\(code)")
            case .badSignature, .schema, .replay, .transitionNotAllowed, .revokedKey: #expect(act == .refused, "\(code)")
            default: break
            }
        }
        // What was written on top of a refused act is missing its predecessor for ever.
        #expect(DeliveryFailure(.predecessorMissing, of: .act, followsRefused: true, attempts: 0, now: 0, spread: 0) == .refused)
        #expect(DeliveryFailure(.storage, of: .act, followsRefused: true, attempts: 0, now: 0, spread: 0) == .again(at: 500))
    }
}
