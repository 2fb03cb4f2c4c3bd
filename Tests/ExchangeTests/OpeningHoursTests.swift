// SPDX-License-Identifier: Apache-2.0

import Standards
import TestSupport
import Testing

@testable import Exchange

@Suite struct OpeningHoursTests {
    @Test(arguments: [
        ("24/7", "24/7"), ("mon-fri 08:00-16:30", "mon-fri 08:00-16:30"), ("Mon-Fri 08:00-12:00, 13:00", nil),
        ("sat 09:00-12:00 ;  sun 10:00-12:00", "sat 09:00-12:00; sun 10:00-12:00"), ("fri-mon 22:00-06:00", "fri-mon 22:00-06:00"),
        ("mon 08:00-24:00", "mon 08:00-24:00"), ("", nil), ("always", nil), ("mon 8:00-16:00", nil), ("mon 24:00-25:00", nil),
        ("mon 08:60-09:00", nil), ("mon 08:00-08:00", nil), ("foo 08:00-16:00", nil), ("mon-tue-wed 08:00-16:00", nil),
        (Array(repeating: "mon 08:00-09:00", count: 15).joined(separator: "; "), nil),
    ])
    func whatIsWrittenIsReadOrRefused(_ text: String, _ expected: String?) throws {
        #expect((try? OpeningHours(text))?.description == expected)
        if let expected { #expect(try OpeningHours(expected) == OpeningHours(text)) }
    }

    /// 23 November 2026 is a Monday.
    @Test(arguments: [
        ("24/7", "2026-11-22T03:00:00-03:00", true), ("mon-fri 08:00-16:30", "2026-11-23T08:00:00-03:00", true),
        ("mon-fri 08:00-16:30", "2026-11-23T16:30:00-03:00", false), ("mon-fri 08:00-16:30", "2026-11-22T12:00:00-03:00", false),
        // The same moment is Monday there and Sunday here.
        ("mon 00:00-24:00", "2026-11-23T01:00:00+12:00", true), ("mon 00:00-24:00", "2026-11-22T13:00:00Z", false),
        // Over midnight: the night from Friday belongs to Friday.
        ("fri 22:00-06:00", "2026-11-28T05:59:00Z", true), ("fri 22:00-06:00", "2026-11-28T06:00:00Z", false),
        ("fri 22:00-06:00", "2026-11-27T05:00:00Z", false), ("sun 22:00-06:00", "2026-11-23T02:00:00Z", true),
        ("thu 00:00-24:00", "1970-01-01T12:00:00Z", true), ("wed 00:00-24:00", "1969-12-31T23:59:00Z", true),
    ])
    func somebodyIsThere(_ hours: String, _ moment: String, _ open: Bool) throws {
        #expect(try OpeningHours(hours).isOpen(at: Instant(moment)) == open)
    }

    /// The week as a list of minutes says the same.
    @Test func everyMinuteOfAWeek() throws {
        var generator = Seeded(20)
        for _ in 0..<50 {
            let (first, last) = (Int.random(in: 0..<7, using: &generator), Int.random(in: 0..<7, using: &generator))
            let (from, to) = (Int.random(in: 0..<1440, using: &generator), Int.random(in: 1...1440, using: &generator))
            guard from != to else { continue }
            let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            func time(_ value: Int) -> String { "\(value / 60 < 10 ? "0" : "")\(value / 60):\(value % 60 < 10 ? "0" : "")\(value % 60)" }
            let hours = try OpeningHours("\(names[first])-\(names[last]) \(time(from))-\(time(to))")
            var minutes = Set<Int>()
            for day in 0..<7 where first <= last ? (first...last).contains(day) : day >= first || day <= last {
                let end = from < to ? to : to + 1440
                for minute in from..<end { minutes.insert((day * 1440 + minute) % 10080) }
            }
            let monday = try Instant("2026-11-23T00:00:00Z")
            for minute in stride(from: 0, to: 10080, by: 7) {
                let open = hours.isOpen(at: monday.adding(milliseconds: Int64(minute) * 60_000))
                #expect(open == minutes.contains(minute), "\(hours), minute \(minute), seed 20")
            }
        }
    }
}

@Suite struct FingerprintWordsTests {
    @Test func thereAre256WordsThatDifferInFourLetters() {
        #expect(FingerprintWords.list.count == 256)
        #expect(Set(FingerprintWords.list.map { $0.prefix(4) }).count == 256)
        #expect(FingerprintWords.list.sorted() == FingerprintWords.list)
        #expect(FingerprintWords.list.allSatisfy { (3...7).contains($0.count) && $0.allSatisfy { $0.isASCII && $0.isLowercase } })
    }

    @Test func wordsAndDigitsSayTheSameKey() throws {
        var generator = Seeded(21)
        for _ in 0..<100 {
            let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let (digits, words) = (DirectoryEntry.fingerprint(of: key), DirectoryEntry.fingerprintWords(of: key))
            #expect(words.split(separator: " ").count == 16)
            #expect(try DirectoryEntry.fingerprint(digits, isOf: key) && DirectoryEntry.fingerprint(words, isOf: key))
            #expect(try DirectoryEntry.fingerprint(digits.replacing(" ", with: "-"), isOf: key))
            // Capitals, commas, and an end that was misspelt.
            let spoken = words.split(separator: " ").map { $0.count > 4 ? $0.prefix(4).uppercased() + "xx" : String($0) }
            #expect(try DirectoryEntry.fingerprint(spoken.joined(separator: ", "), isOf: key))
            var others = words.split(separator: " ").map(String.init)
            let place = Int.random(in: 0..<16, using: &generator)
            others[place] = others[place] == "zebra" ? "acid" : "zebra"
            #expect(try !DirectoryEntry.fingerprint(others.joined(separator: " "), isOf: key), "seed 21")
        }
    }

    @Test(arguments: ["", "12345", "acid acorn", "acid xylophone"])
    func whatIsNoFingerprintIsSaid(_ text: String) {
        #expect(throws: ComityError(.usage, "")) { try DirectoryEntry.fingerprint(text, isOf: [UInt8](repeating: 7, count: 32)) }
    }
}
