// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Testing

@testable import Treaty

@Suite struct TableTests {
    private let now = "2026-11-22T12:00:00Z"

    @Test(arguments: RecordTable.Format.allCases) func whatIsWrittenIsReadBack(_ format: RecordTable.Format) throws {
        let treaty = try shippedTreaty()
        let text = try RecordTable.write(treaty.records, as: format)
        let rows = try RecordTable.read(Array(text.utf8), as: format)
        #expect(rows.count == treaty.records.count)
        for (row, record) in zip(rows, treaty.records) {
            let read = RecordReader.read(row.value, .init())
            #expect(read.faults.isEmpty && read.record == record, "\(record.id): \(read.faults)")
        }
    }

    /// Any texts, written and read.
    @Test func anyTextCrossesATable() throws {
        var generator = Seeded.fresh()
        let pieces = ["a", "\"", ",", "\r\n", "\n", " ", "ä", "界", "", "x,y", "\"\""]
        for _ in 0..<200 {
            var records: [TreatyRecord] = []
            for number in 0..<Int.random(in: 1...5, using: &generator) {
                var one = try record("r\(number)", "VN", .declaration, on: "2026-01-01")
                for language in ["en", "fr"] where Bool.random(using: &generator) {
                    let text = (0..<Int.random(in: 1...8, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
                        .joined()
                    if !text.isEmpty { one.text[language] = text }
                }
                records.append(one)
            }
            let text = try RecordTable.write(records, as: .csv)
            let read = try RecordTable.read(Array(text.utf8), as: .csv).map { RecordReader.read($0.value, .init()).record }
            #expect(read == records, "seed \(generator.seed): \(text)")
        }
    }

    @Test func anyBytesAreReadOrRefused() throws {
        var generator = Seeded.fresh()
        for _ in 0..<2_000 {
            let alphabet = Array("ab,\"\r\n é".utf8)
            let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0x61 }
            do {
                let rows = try RecordTable.parse(bytes)
                #expect(rows.allSatisfy { !$0.isEmpty }, "seed \(generator.seed)")
            } catch { #expect(error.code == .malformedInput, "seed \(generator.seed)") }
        }
        #expect(
            try RecordTable.parse(Array("a,b,\r\n\"\",\"x\"\"y\",\n\n1,2,".utf8)) == [["a", "b", ""], ["", "x\"y", ""], ["1", "2", ""]])
        #expect(try RecordTable.parse(Array("\u{FEFF}a,b\nc,".utf8)) == [["a", "b"], ["c", ""]])
        #expect(try RecordTable.parse(Array("a,\"\"".utf8)) == [["a", ""]])
        #expect(try RecordTable.parse(Array("\"a\r\nb\",c\r\n".utf8)) == [["a\r\nb", "c"]])
        for bad in ["a\"b", "\"a", "\"a\"b", "a\rb"] {
            #expect(throws: ComityError(.malformedInput, "")) { try RecordTable.parse(Array(bad.utf8)) }
        }
    }

    /// Ten thousand rows, every second one wrong in some way: each is named by its row, and quickly.
    @Test func tenThousandRowsHalfOfThemWrong() throws {
        let treaty = try emptyTreaty()
        let codes = states(195, of: treaty)
        let faults = [
            "QQ,notification,2026-11-01,x,C", "VN,nothing,2026-11-01,x,C", "VN,notification,2027-11-01,x,C",
            "VN,notification,2026-11-31,x,C",
            "VN,notification,2026-11-01,,C", "VN,notification,2026-11-01,x,Z", "VN,withdrawal,2026-11-01,x,C", "VN,notification,2026-11-01",
        ]
        var lines = ["participant,action,date,source,tag"]
        for row in 0..<10_000 {
            lines.append(row.isMultiple(of: 2) ? "\(codes[row % 195]),notification,2026-11-01,x,C" : faults[row / 2 % faults.count])
        }
        var next = 0
        let clock = ContinuousClock()
        let begin = clock.now
        let read = try treaty.read(Array(lines.joined(separator: "\r\n").utf8), as: .csv, at: try Instant(now)) {
            next += 1
            return "new-\(next)"
        }
        print("10,000 rows judged in \(clock.now - begin)")
        #expect(read.rows == 10_000)
        #expect(Set(read.problems.map(\.row)) == Set((0..<5_000).map { 2 * $0 + 3 }))
        #expect(read.problems.map(\.row) == read.problems.map(\.row).sorted())
    }

    @Test func whatIsNoTableIsRefused() throws {
        let treaty = try emptyTreaty()
        for (text, format) in [
            ("", RecordTable.Format.csv), ("a,b\n1,2\n", .csv), ("participant,participant,action\n", .csv), ("{}", .json), ("[", .json),
            ("{\"records\":1}", .json),
        ] {
            #expect(throws: ComityError.self, "\(text)") { try treaty.read(Array(text.utf8), as: format, at: Instant(now)) { "x" } }
        }
        let json =
            "[{\"participant\":\"UY\",\"action\":\"signature\",\"date\":\"2026-11-01\",\"source\":\"x\",\"tag\":\"V\",\"known\":\"2025-11-01\",\"colour\":\"red\"}]"
        let read = try treaty.read(Array(json.utf8), as: .json, at: try Instant(now)) { "x" }
        #expect(read.problems.map(\.says) == ["“colour” is not a member of a record."])
        // Nobody here knew it before today, whatever the input says.
        let sound = json.replacingOccurrences(of: ",\"colour\":\"red\"", with: "")
        #expect(try treaty.read(Array(sound.utf8), as: .json, at: Instant(now)) { "x" }.records.first?.known.description == "2026-11-22")
    }

    /// Lines of at most 75 octets that end with CRLF and unfold to what was written (RFC 5545, 3.1 and 3.3.11).
    @Test func theCalendarIsStrict() throws {
        let empty = try emptyTreaty()
        let codes = states(40, of: empty)
        let treaty = empty.adding(try codes.map { try record("\($0.lowercased())-a", $0, .accession, .deposited, deposited: "2027-01-01") })
        let status = treaty.status(asOf: try day("2027-01-02"), knownBy: try day("2199-01-01"))
        let text = treaty.calendar(of: try StateCode(codes[0]), in: status, stamp: try Instant("2027-01-02T03:04:05Z"))
        #expect(text.hasSuffix("END:VCALENDAR\r\n"))
        let raw = text.components(separatedBy: "\r\n")
        #expect(raw.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") && !$0.contains("\r") })
        let lines = text.replacingOccurrences(of: "\r\n ", with: "").components(separatedBy: "\r\n").dropLast()
        #expect(lines.first == "BEGIN:VCALENDAR" && lines.allSatisfy { $0.contains(":") })
        #expect(lines.filter { $0 == "BEGIN:VEVENT" }.count == lines.filter { $0 == "END:VEVENT" }.count)
        let uids = lines.filter { $0.hasPrefix("UID:") }
        #expect(Set(uids).count == uids.count && uids.count == lines.filter { $0 == "DTSTAMP:20270102T030405Z" }.count && uids.count > 8)
        #expect(lines.contains("DTSTART;VALUE=DATE:20261231") && lines.contains("DTSTART;VALUE=DATE:20270401"))
        #expect(lines.contains { $0.hasPrefix("SUMMARY:") && $0.contains("(N1)") })
        // Escaping and folding by themselves, characters of several octets included.
        #expect(CalendarFile.escaped("a,b;c\\d\ne\u{7}") == "a\\,b\\;c\\\\d\\ne")
        var generator = Seeded.fresh()
        for _ in 0..<300 {
            let line = String(
                (0..<Int.random(in: 0...300, using: &generator)).map { _ in ["a", "é", "界", "🌍"].randomElement(using: &generator) ?? "a" }
                    .joined())
            let folded = CalendarFile.folded(line)
            #expect(folded.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 75 }, "seed \(generator.seed)")
            #expect(folded.replacingOccurrences(of: "\r\n ", with: "") == line, "seed \(generator.seed)")
        }
    }
}
