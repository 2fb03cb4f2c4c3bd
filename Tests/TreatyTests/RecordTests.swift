// SPDX-License-Identifier: Apache-2.0

import Law
import LawSupport
import Standards
import TestSupport
import Testing
import Treaty

/// What may be kept, and what is named.
@Suite struct RecordTests {
    private let now = "2026-11-22T03:00:00Z"

    private func problems(_ treaty: Treaty, _ records: TreatyRecord..., at now: String? = nil) throws -> [String] {
        treaty.problems(of: records.enumerated().map { ($0.offset + 1, $0.element) }, at: try Instant(now ?? self.now)).map(\.says)
    }

    /// A record made by changing one that is sound.
    private func changed(_ record: TreatyRecord, _ change: (inout TreatyRecord) throws -> Void) rethrows -> TreatyRecord {
        var record = record
        record.known = record.retrieved
        try change(&record)
        return record
    }

    @Test func soundRecordsHaveNoProblem() throws {
        let treaty = try shippedTreaty()
        #expect(try problems(treaty, changed(try record("a", "UY", .signature, on: "2026-11-21")) { _ in }).isEmpty)
        #expect(
            try problems(
                treaty, changed(try record("a", "VN", .ratification, .deposited, on: "2026-10-01", deposited: "2026-11-20")) { _ in }
            ).isEmpty)
        // Who has not signed may accede; nothing has to come before.
        #expect(try problems(treaty, changed(try record("a", "US", .accession, .deposited, deposited: "2026-11-20")) { _ in }).isEmpty)
        // What happened at home today may bear a day that New York has not reached.
        #expect(try problems(treaty, changed(try record("a", "VN", .approval, .approvedAtHome, on: "2026-11-22")) { _ in }).isEmpty)
    }

    @Test func everyBadRecordIsNamed() throws {
        let treaty = try shippedTreaty()
        func expect(_ words: String, _ record: TreatyRecord, _ change: (inout TreatyRecord) throws -> Void = { _ in }) throws {
            let says = try problems(treaty, try changed(record, change))
            #expect(says.contains { $0.contains(words) }, "“\(words)” in \(says)")
        }
        try expect("No signature of US", record("a", "US", .ratification, .deposited, deposited: "2026-11-01"))
        try expect("lies before the signature", record("a", "CA", .ratification, .deposited, deposited: "2026-06-30"))
        try expect("signatories do so by", record("a", "VN", .accession, .deposited, deposited: "2026-11-01"))
        try expect("is not a State", record("a", "QQ", .signature, on: "2026-11-01"))
        try expect("fictional State", record("a", "XA", .signature, on: "2026-11-01"))
        try expect("has signed already", record("a", "DZ", .signature, on: "2026-11-01"))
        try expect("lies in the future", record("a", "UY", .signature, on: "2026-11-22"))
        try expect("lies in the future", record("a", "VN", .approval, .approvedAtHome, on: "2026-11-23"))
        try expect("before 2025-10-25", record("a", "UY", .signature, on: "2025-10-24"))
        try expect("says how far", record("a", "VN", .ratification, on: "2026-11-01"))
        try expect("has a phase", record("a", "UY", .signature, .deposited, on: "2026-11-01"))
        try expect("has no date of deposit", record("a", "VN", .ratification, .announced, deposited: "2026-11-01"))
        try expect("lies before the ratification", record("a", "VN", .ratification, .deposited, on: "2026-11-02", deposited: "2026-11-01"))
        try expect("names its article", record("a", "VN", .reservation, on: "2026-11-01"))
        try expect("is no article", record("a", "VN", .reservation, on: "2026-11-01")) { $0.article = "69(1)" }
        try expect("is no article", record("a", "VN", .reservation, on: "2026-11-01")) { $0.article = "7; 8" }
        try expect("no notification", record("a", "VN", .notification, on: "2026-11-01")) { $0.notification = "N13" }
        try expect("stands twice", record("vn-signature", "VN", .notification, on: "2026-11-01"))
        try expect("says of which record", record("a", "AZ", .withdrawal, on: "2026-11-01"))
        try expect("to withdraw", record("a", "AZ", .withdrawal, on: "2026-11-01")) { $0.of = "nothing" }
        try expect("what is its own", record("a", "VN", .withdrawal, on: "2026-11-01")) { $0.of = "az-7-2" }
        try expect("before it was made", record("a", "CA", .withdrawal, on: "2026-06-01")) { $0.of = "ca-signature" }
        try expect("nothing to denounce", record("a", "AZ", .denunciation, deposited: "2026-11-01"))
        try expect("to object to", record("a", "VN", .objection, on: "2026-11-01")) { $0.of = "nothing" }
        try expect("nobody objects", record("a", "AZ", .objection, on: "2026-11-01")) { $0.of = "az-7-2" }
        try expect("is a signature", record("a", "VN", .objection, on: "2026-11-01")) { $0.of = "az-signature" }
        try expect("to correct", record("a", "AZ", .signature, on: "2025-10-25")) { ($0.corrects, $0.reason) = ("nothing", "why") }
        try expect("says its reason", record("a", "AZ", .signature, on: "2025-10-25")) { $0.corrects = "az-signature" }
        try expect("is of AZ", record("a", "VN", .signature, on: "2025-10-25")) { ($0.corrects, $0.reason) = ("az-signature", "why") }
        try expect("belongs to a correction", record("a", "UY", .signature, on: "2025-10-25")) { $0.void = true }
        try expect("that it contradicts", record("a", "UY", .signature, on: "2025-10-25")) { $0.disputes = "nothing" }
        // Taking a signature back takes away what rests on it.
        let empty = try emptyTreaty()
        let signed = try empty.adding([
            record("s", "VN", .signature, on: "2025-10-25"), record("d", "VN", .ratification, .deposited, deposited: "2026-01-05"),
        ])
        let void = try changed(record("v", "VN", .signature, on: "2025-10-25")) {
            ($0.corrects, $0.reason, $0.void) = ("s", "never signed", true)
        }
        #expect(try problems(signed, void).first?.contains("“d” does not hold any more") == true)
    }

    @Test func oneStateHasOneInstrument() throws {
        let treaty = try emptyTreaty()
        let first = try record("a", "US", .accession, .deposited, deposited: "2026-02-01", known: "2026-03-01")
        let second = try record("b", "US", .accession, .deposited, deposited: "2026-04-01", known: "2026-05-01")
        #expect(try problems(treaty, first, second).contains { $0.contains("deposited an instrument already: “a”") })
        #expect(try problems(treaty.adding([first]), second).count == 1)
        var back = try record("w", "US", .withdrawal, on: "2026-03-01", known: "2026-03-01")
        back.of = "a"
        #expect(try problems(treaty, first, back, second).isEmpty)
        var again = back
        again.id = "w2"
        #expect(try problems(treaty, first, back, again).contains { $0.contains("withdrawn already") })
    }

    @Test func anOrganisationFollowsAMember() throws {
        let treaty = try emptyTreaty()
        let eu = try record("eu", "EU", .signature, on: "2025-10-25", known: "2025-10-25")
        #expect(try problems(treaty, eu).first?.contains("0 of its member States had signed") == true)
        #expect(try problems(treaty, eu, record("fr", "FR", .signature, on: "2025-10-25", known: "2025-10-25")).isEmpty)
        #expect(try !problems(treaty, eu, record("vn", "VN", .signature, on: "2025-10-25", known: "2025-10-25")).isEmpty)
    }

    @Test func aCorrectionKeepsBoth() throws {
        var treaty = try shippedTreaty()
        var correction = try record("ca-day", "CA", .signature, on: "2026-07-14", known: "2026-11-23")
        (correction.corrects, correction.reason) = ("ca-signature", "The depositary gives the day.")
        #expect(try problems(treaty, correction, at: "2026-11-24T00:00:00Z").isEmpty)
        treaty = treaty.adding([correction])
        let ottawa = try StateCode("CA")
        let after = treaty.status(asOf: try day("2026-07-14"), knownBy: try day("2026-11-23"))
        #expect(after.standing(ottawa)?.signature?.id == "ca-day")
        // As it was known the day before, the day was not known.
        let before = treaty.status(asOf: try day("2026-07-14"), knownBy: try day("2026-11-22"))
        #expect(before.standing(ottawa)?.signature == nil && before.perhapsSignatories.contains(ottawa))
        #expect(treaty.records.filter { $0.participant == ottawa }.map(\.id) == ["ca-signature", "ca-day"])
        #expect(treaty.timeline(of: ottawa, in: after).contains { $0.record == "ca-signature" && $0.kind == .corrected })
        // The same record is not corrected twice, and what is void does not count.
        var other = correction
        other.id = "ca-other"
        #expect(try problems(treaty, other, at: "2026-11-24T00:00:00Z").contains { $0.contains("corrected already by “ca-day”") })
        var void = correction
        (void.id, void.corrects, void.void) = ("ca-void", "ca-day", true)
        let without = treaty.adding([void]).status(asOf: try day("2026-12-01"), knownBy: try day("2026-12-01"))
        #expect(without.standing(ottawa)?.signature == nil && without.signatories.count == 71)
        // Two that correct each other leave nothing.
        var (one, two) = (correction, correction)
        (one.id, one.corrects, two.id, two.corrects) = ("one", "two", "two", "one")
        #expect(try problems(treaty, one, two, at: "2026-11-24T00:00:00Z").contains { $0.contains("lead back") })
    }

    @Test func anotherSourceIsShownAndNotCounted() throws {
        var other = try record("ca-other", "CA", .signature, on: "2026-08-01", known: "2026-11-21")
        other.disputes = "ca-signature"
        let treaty = try shippedTreaty()
        #expect(try problems(treaty, other).isEmpty)
        let status = treaty.adding([other]).status(asOf: try day("2026-11-22"), knownBy: try day("2026-11-22"))
        #expect(try status.signatories.count == 72 && status.standing(try StateCode("CA"))?.disputes.map(\.id) == ["ca-other"])
    }

    @Test func theChecklistSaysWhatIsOwed() throws {
        let empty = try emptyTreaty()
        let codes = states(40, of: empty)
        let (state, organisation) = (try StateCode(codes[0]), try StateCode("EU"))
        var records = try codes.map { try record("\($0.lowercased())-a", $0, .accession, .deposited, deposited: "2027-01-01") }
        var given = try record("n1", codes[0], .notification, on: "2027-01-05")
        (given.notification, given.expires) = ("N1", try day("2028-01-05"))
        records.append(given)
        let treaty = empty.adding(records)
        func line(_ number: String, _ asOf: String) throws -> Checklist.Line? {
            treaty.checklist(state, in: treaty.status(asOf: try day(asOf), knownBy: try day("2199-01-01")))?.lines.first {
                $0.number == number
            }
        }
        #expect(try line("N1", "2027-01-04")?.state == .owed && line("N1", "2027-01-05")?.state == .given)
        #expect(try line("N1", "2028-01-06")?.state == .expired && line("N2", "2027-01-05")?.day?.description == "2027-01-01")
        #expect(try line("N6", "2027-01-05")?.state == .upcoming && line("N6", "2027-01-05")?.day?.description == "2027-04-01")
        #expect(try line("N5", "2027-01-05")?.state == .whenDesignated && line("N10", "2027-01-05") == nil)
        let status = treaty.status(asOf: try day("2027-01-05"), knownBy: try day("2199-01-01"))
        #expect(treaty.checklist(organisation, in: status)?.lines.contains { $0.number == "N10" } == true)
        let letter = try treaty.letter("n1", from: state)
        #expect(letter.contains("article 40(12)") && letter.contains(treaty.participants.name(state)) && letter.contains("not compared"))
        #expect(!letter.contains("{"))
        #expect(throws: ComityError(.notFound, "")) { try treaty.letter("N10", from: state) }
    }
}
