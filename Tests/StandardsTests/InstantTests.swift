// SPDX-License-Identifier: Apache-2.0

import Foundation
import Standards
import TestSupport
import Testing

@Suite struct InstantTests {
    @Test func agreesWithFoundationOnRandomMoments() throws {
        var generator = Seeded.fresh()
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -60_000_000_000...200_000_000_000, using: &generator)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            // Before 1582 Foundation counts in the Julian calendar; RFC 3339 is proleptic Gregorian.
            guard seconds > -12_219_292_800 else { continue }
            #expect(Instant(milliseconds: seconds * 1000).description == text, "seed \(generator.seed)")
            #expect(try Instant(text).milliseconds == seconds * 1000, "seed \(generator.seed)")
        }
    }

    @Test func everyInstantReadsBackAsWritten() throws {
        var generator = Seeded.fresh()
        for _ in 0..<2000 {
            let instant = Instant(
                milliseconds: Int64.random(in: -62_000_000_000_000...250_000_000_000_000, using: &generator),
                offsetMinutes: Int16.random(in: -720...840, using: &generator))
            let read = try Instant(instant.description)
            #expect(read == instant && read.offsetMinutes == instant.offsetMinutes, "seed \(generator.seed): \(instant)")
        }
    }

    @Test func keepsTheOffsetAndComparesTheMoment() throws {
        let there = try Instant("2026-11-21T05:00:00-03:00")
        #expect(there.description == "2026-11-21T05:00:00-03:00")
        #expect(there.utc == "2026-11-21T08:00:00Z")
        #expect(there == (try Instant("2026-11-21T08:00:00Z")))
        #expect(try Instant("2026-11-21T11:00:00Z").adding(ISODuration("P60D")).utc == "2027-01-20T11:00:00Z")
    }

    @Test func aTimeWithoutZoneHasItsOwnCode() {
        #expect(throws: ComityError(.timeWithoutZone, "")) { try Instant("2026-11-21T08:00:00") }
        #expect(throws: ComityError(.timeWithoutZone, "")) { try Instant("2026-11-21T08:00:00.5") }
    }

    @Test(arguments: [
        "", "2026", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T08:00:60Z",
        "2026-11-21T08:00:00+3:00",
        "2026-11-21T08:00:00Zx", "2026-11-21T08:00:00+24:00", "2026-11-21T08:00:00.Z", "-026-11-21T08:00:00Z", "٢٠٢٦-11-21T08:00:00Z",
        "2026-11-21T08:00:00+99:99", "0000-01-01T00:00:00Z",
    ])
    func refuses(_ text: String) {
        #expect(throws: ComityError(.malformedInput, "")) { try Instant(text) }
    }

    @Test func durations() throws {
        #expect(try ISODuration("P60D").milliseconds == 60 * 86_400_000)
        #expect(try ISODuration("PT30M").milliseconds == 1_800_000)
        #expect(try ISODuration("P1DT12H").milliseconds == 36 * 3_600_000)
        for bad in ["", "P", "PT", "60D", "P1Y", "P1M", "P1DT", "P-1D", "P1D2D", "PT1H1H", "P99999999999D", "P1.5D"] {
            #expect(throws: ComityError(.malformedInput, "")) { try ISODuration(bad) }
        }
    }
}
