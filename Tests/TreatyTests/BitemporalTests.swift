// SPDX-License-Identifier: Apache-2.0

import Law
import LawSupport
import Standards
import TestSupport
import Testing
import Treaty

/// What was known on a day does not change by what is learned later.
@Suite struct BitemporalTests {
    private func random(_ number: Int, _ known: CalendarDay, _ earlier: [TreatyRecord], _ treaty: Treaty, _ generator: inout Seeded) throws
        -> TreatyRecord
    {
        let state = states(60, of: treaty).randomElement(using: &generator) ?? "VN"
        let actions: [TreatyRecord.Action] = [.signature, .ratification, .accession, .declaration, .denunciation, .withdrawal]
        let action = actions.randomElement(using: &generator) ?? .signature
        let dates = [try day("2025-10-25").adding(days: Int.random(in: 0...2_000, using: &generator)).description, nil, "2026-07", "2027"]
        let date = dates.randomElement(using: &generator) ?? nil
        let deposit = action.isConsent && Int.random(in: 0...4, using: &generator) > 0
        var one = try record(
            "r\(number)", state, action, action.isConsent ? (deposit ? .deposited : .announced) : nil, on: deposit ? nil : date,
            deposited: deposit ? date : nil, known: known.description)
        if let target = earlier.randomElement(using: &generator) {
            switch Int.random(in: 0...9, using: &generator) {
            case 0...2:
                (one.corrects, one.reason, one.participant) = (target.id, "why", target.participant)
                one.void = Bool.random(using: &generator)
            case 3: one.disputes = target.id
            default: if action == .withdrawal { (one.of, one.participant) = (target.id, target.participant) }
            }
        }
        return one
    }

    @Test func whatIsLearnedLaterChangesNothingBefore() throws {
        let empty = try emptyTreaty()
        var generator = Seeded.fresh()
        for _ in 0..<12 {
            var known = try day("2026-01-01")
            var records: [TreatyRecord] = []
            var seen: [(asOf: CalendarDay, knownBy: CalendarDay, status: String)] = []
            for step in 0..<6 {
                for number in 0..<40 { records.append(try random(step * 40 + number, known, records, empty, &generator)) }
                let asOf = try day("2025-10-01").adding(days: Int.random(in: 0...3_000, using: &generator))
                let treaty = empty.adding(records)
                seen.append((asOf, known, try IJSON.pretty(treaty.status(asOf: asOf, knownBy: known))))
                known = known.adding(days: Int.random(in: 1...200, using: &generator))
            }
            let all = empty.adding(records)
            for one in seen {
                #expect(try IJSON.pretty(all.status(asOf: one.asOf, knownBy: one.knownBy)) == one.status, "seed \(generator.seed)")
            }
        }
    }

    /// The order in which records were kept does not matter.
    @Test func theOrderDoesNotMatter() throws {
        let empty = try emptyTreaty()
        let codes = states(60, of: empty)
        var generator = Seeded.fresh()
        let records = try codes.map { code in
            try record(
                "\(code.lowercased())-a", code, .accession, .deposited,
                deposited: try day("2026-01-01").adding(days: Int.random(in: 0...800, using: &generator)).description)
        }
        let asOf = try day("2030-01-01")
        let known = try day("2199-01-01")
        let first = empty.adding(records).status(asOf: asOf, knownBy: known)
        let sorted = records.compactMap(\.deposited?.latest).sorted()
        #expect(first.entry.completed == sorted[39] && first.entry.day == sorted[39].adding(days: 90), "seed \(generator.seed)")
        for _ in 0..<5 {
            let other = empty.adding(records.shuffled(using: &generator)).status(asOf: asOf, knownBy: known)
            #expect(try IJSON.pretty(other) == IJSON.pretty(first), "seed \(generator.seed)")
        }
    }
}
