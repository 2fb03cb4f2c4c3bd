// SPDX-License-Identifier: Apache-2.0

import LawSupport
import Standards
import TestSupport
import Testing
import Treaty

@Suite struct StatusTests {
    private let far = "2199-01-01"

    private func status(_ treaty: Treaty, _ asOf: String, knownBy: String = "2199-01-01") throws -> TreatyStatus {
        treaty.status(asOf: try day(asOf), knownBy: try day(knownBy))
    }

    private func acceded(_ codes: [String], on date: String) throws -> [TreatyRecord] {
        try codes.map { try record("\($0.lowercased())-accession", $0, .accession, .deposited, deposited: date) }
    }

    @Test func whatShipsIsRead() throws {
        let treaty = try shippedTreaty()
        let now = try status(treaty, "2026-11-21", knownBy: "2026-11-21")
        #expect(now.signatories.count == 72 && now.perhapsSignatories.isEmpty)
        #expect(now.entry.counting == 0 && now.entry.missing == 40 && now.entry.day == nil && !now.entry.inForce)
        #expect(now.deposited.isEmpty && now.parties.isEmpty)
        #expect(now.approvedAtHome.map(\.description) == ["AZ", "VN"] && now.announced.map(\.description) == ["QA"])
        #expect(now.window.isOpen && now.window.daysLeft == 40)
        #expect(treaty.participants.all.count == 196 && treaty.participants.all.filter { $0.kind == .member }.count == 193)
        // Conflicting sources are shown, and the unknown is said.
        #expect(Set(now.comparisons.map(\.published.value)) == [65, 69, 72, 73, 74, 76, 77, 0, 3, 1])
        #expect(now.comparisons.filter(\.differs).count >= 4 && now.unknown.count >= 5)
        // Nothing was known before it was collected.
        let before = try status(treaty, "2026-11-21", knownBy: "2026-11-20")
        #expect(before.signatories.isEmpty && before.comparisons.isEmpty)
    }

    /// Signatures without a day count only from the day on which they were known; before, they are named as perhaps.
    @Test func whatHasNoDayIsPerhaps() throws {
        let treaty = try shippedTreaty()
        let first = try status(treaty, "2025-10-25")
        #expect(first.signatories.count == 61 && first.perhapsSignatories.map(\.description).contains("VN"))
        #expect(!first.perhapsSignatories.map(\.description).contains("CA"))
        let july = try status(treaty, "2026-07-15")
        #expect(july.signatories.count == 65 && july.perhapsSignatories.map(\.description).contains("CA"))
        #expect(try status(treaty, "2026-07-31").signatories.count == 66)
    }

    /// The days were computed with Python's datetime.
    @Test(arguments: [
        ("2026-11-30", "2027-02-28"), ("2026-12-01", "2027-03-01"), ("2027-11-30", "2028-02-28"), ("2027-12-01", "2028-02-29"),
        ("2028-01-31", "2028-04-30"), ("2028-02-28", "2028-05-28"), ("2028-02-29", "2028-05-29"), ("2100-02-28", "2100-05-29"),
        ("2099-12-31", "2100-03-31"), ("2026-12-31", "2027-03-31"), ("2027-01-31", "2027-05-01"), ("2027-10-02", "2027-12-31"),
    ]) func entryIntoForceIsTheNinetiethDay(_ last: String, _ entry: String) throws {
        let empty = try emptyTreaty()
        let codes = states(40, of: empty)
        let most = empty.adding(try acceded(Array(codes.dropLast()), on: "2026-06-15"))
        #expect(try status(most, far).entry.missing == 1)
        let treaty = most.adding(try acceded([codes[39]], on: last))
        #expect(try status(treaty, far).entry.day?.description == entry)
        #expect(try status(treaty, far).entry.completed?.description == last)
        let dayBefore = try day(entry).adding(days: -1)
        #expect(!treaty.status(asOf: dayBefore, knownBy: try day(far)).entry.inForce)
        #expect(treaty.status(asOf: dayBefore, knownBy: try day(far)).parties.isEmpty)
        #expect(try status(treaty, entry).entry.inForce && status(treaty, entry).parties.count == 40)
    }

    @Test func anOrganisationDoesNotCount() throws {
        let empty = try emptyTreaty()
        let codes = states(39, of: empty)
        let withEU = empty.adding(try acceded(codes + ["EU"], on: "2027-02-01"))
        let before = try status(withEU, "2027-12-31")
        #expect(before.deposited.count == 40 && before.entry.counting == 39 && before.entry.missing == 1 && before.entry.day == nil)
        let fortieth = try #require(states(40, of: empty).last)
        let after = try status(withEU.adding(try acceded([fortieth], on: "2027-03-01")), far)
        #expect(after.entry.day?.description == "2027-05-30" && after.parties.count == 41)
        #expect(after.standing(try StateCode("EU"))?.bindingFrom?.description == "2027-05-30")
        #expect(after.standing(try StateCode("EU"))?.counts == false)
    }

    /// The thirtieth day after the own deposit, or the general date, whichever is later.
    @Test(arguments: [
        ("2027-03-01", "2027-05-30"), ("2027-03-02", "2027-05-30"), ("2027-04-29", "2027-05-30"), ("2027-04-30", "2027-05-30"),
        ("2027-05-01", "2027-05-31"), ("2027-05-30", "2027-06-29"), ("2028-01-30", "2028-02-29"), ("2027-01-30", "2027-05-30"),
    ]) func laterStatesHaveTheirOwnDate(_ deposit: String, _ binding: String) throws {
        let empty = try emptyTreaty()
        let codes = states(41, of: empty)
        var records = try acceded(Array(codes.prefix(39)), on: "2026-12-15")
        records += try acceded([codes[39]], on: "2027-03-01") + acceded([codes[40]], on: deposit)
        let result = try status(empty.adding(records), far)
        // A forty-first that came before the fortieth makes the number complete earlier.
        if deposit < "2027-03-01" {
            #expect(result.entry.completed?.description == deposit)
        } else {
            #expect(result.entry.completed?.description == "2027-03-01")
            #expect(result.standing(try StateCode(codes[40]))?.bindingFrom?.description == binding)
        }
    }

    @Test func whoLeavesIsBoundForAYear() throws {
        let empty = try emptyTreaty()
        let codes = states(40, of: empty)
        let leaving = try StateCode(codes[3])
        var treaty = empty.adding(try acceded(codes, on: "2027-01-10"))
        let denunciation = try record("leaves", codes[3], .denunciation, deposited: "2028-02-29")
        treaty = treaty.adding([denunciation])
        #expect(try status(treaty, "2029-02-27").standing(leaving)?.isParty == true)
        let gone = try status(treaty, "2029-02-28")
        #expect(gone.standing(leaving)?.isParty == false && gone.entry.inForce && gone.parties.count == 39)
        #expect(gone.standing(leaving)?.possible.map(\.action) == ["accede"])
        // It may come back, and a denunciation may be taken back.
        var back = try record("returns", codes[3], .accession, .deposited, deposited: "2030-01-01")
        #expect(treaty.problems(of: [(1, back)], at: try Instant("2041-01-01T00:00:00Z")).isEmpty)
        #expect(try status(treaty.adding([back]), "2030-01-31").standing(leaving)?.isParty == true)
        back = try record("stays", codes[3], .withdrawal, on: "2028-06-01")
        back.of = "leaves"
        #expect(try status(treaty.adding([back]), "2030-01-31").standing(leaving)?.isParty == true)
    }

    @Test func anInstrumentTakenBackDoesNotCount() throws {
        let empty = try emptyTreaty()
        let codes = states(41, of: empty)
        var back = try record("back", codes[0], .withdrawal, on: "2027-01-05")
        back.of = "\(codes[0].lowercased())-accession"
        let treaty = empty.adding(try acceded(Array(codes.prefix(39)), on: "2027-01-01") + [back] + acceded([codes[39]], on: "2027-02-01"))
        #expect(try status(treaty, far).entry.missing == 1)
        #expect(try status(treaty.adding(try acceded([codes[40]], on: "2027-02-03")), far).entry.completed?.description == "2027-02-03")
    }

    /// Midnight in New York is five in the morning in London, and noon in Hanoi.
    @Test func theDaysOfSignatureEndInNewYork() throws {
        let treaty = try shippedTreaty()
        let closing = try status(treaty, "2026-12-31").window
        #expect(closing.isOpen && closing.daysLeft == 0 && closing.closesAt.utc == "2027-01-01T05:00:00Z")
        #expect(treaty.rules.closing(shown: "Asia/Ho_Chi_Minh").description == "2027-01-01T12:00:00+07:00")
        for (moment, action) in [
            ("2027-01-01T04:59:59Z", "sign"), ("2027-01-01T05:00:00Z", "accede"), ("2027-01-01T11:59:59+07:00", "sign"),
            ("2027-01-01T12:00:00+07:00", "accede"),
        ] {
            let result = treaty.status(asOf: try treaty.day(reading: moment), knownBy: try day(far))
            #expect(result.standing(try StateCode("US"))?.possible.map(\.action) == [action], "\(moment)")
            #expect(result.standing(try StateCode("VN"))?.possible.map(\.action) == ["ratify"])
        }
        #expect(try status(treaty, "2025-10-24").standings.allSatisfy(\.possible.isEmpty))
    }

    @Test func anExerciseIsAWorldOfItsOwn() throws {
        let treaty = try shippedTreaty(exercise: true)
        let result = try status(treaty, "2026-11-21")
        #expect(result.exercise && result.entry.inForce && result.entry.assumed && result.parties.map(\.description) == ["XA", "XB", "XC"])
        #expect(throws: ComityError(.notFound, "")) { try treaty.participants.find("VN") }
        #expect(throws: ComityError(.notFound, "")) { try shippedTreaty().participants.find("XA") }
        let real = try record("a", "VN", .notification, on: "2026-02-01")
        #expect(treaty.problems(of: [(1, real)], at: try Instant("2026-11-21T12:00:00Z")).first?.says.contains("real State") == true)
        let pair = try treaty.pair(try StateCode("XA"), try StateCode("XB"), in: result)
        #expect(pair.inForce && pair.since?.description == "2026-01-01" && pair.others.map(\.instrument) == ["bilateral-xa-xb"])
    }

    @Test func aPairIsBoundWhenBothAre() throws {
        let empty = try emptyTreaty()
        let codes = states(42, of: empty)
        let (first, later, outside) = (try StateCode(codes[0]), try StateCode(codes[40]), try StateCode(codes[41]))
        var records = try acceded(Array(codes.prefix(40)), on: "2027-01-01") + acceded([codes[40]], on: "2028-01-01")
        var reservation = try record("r", codes[0], .reservation, on: "2027-01-01")
        reservation.article = "42(5)"
        var objection = try record("o", codes[40], .objection, on: "2028-01-01")
        objection.of = "r"
        var withdrawal = try record("w", codes[0], .withdrawal, on: "2029-01-01")
        withdrawal.of = "r"
        records += [reservation, objection, withdrawal]
        let treaty = empty.adding(records)
        #expect(treaty.problems(of: [], at: try Instant("2041-01-01T00:00:00Z")).isEmpty)
        let january = try status(treaty, "2028-01-30")
        let pair = try treaty.pair(first, later, in: january)
        #expect(!pair.inForce && pair.since?.description == "2028-01-31")
        let then = try treaty.pair(first, later, in: try status(treaty, "2028-01-31"))
        #expect(then.inForce && then.declarations.map(\.id) == ["r", "o"] && then.unrecorded == [first, later])
        #expect(try treaty.pair(first, later, in: try status(treaty, "2029-01-01")).declarations.isEmpty)
        #expect(try !treaty.pair(first, outside, in: try status(treaty, far)).inForce)
        #expect(throws: ComityError(.usage, "")) { try treaty.pair(first, first, in: january) }
    }
}
