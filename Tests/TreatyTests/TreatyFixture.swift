// SPDX-License-Identifier: Apache-2.0

import Foundation
import Law
import LawSupport
import Standards
import TestSupport
import Treaty

/// The records as they ship.
func shippedRecords() throws -> [Law.SourceText] {
    let folder = Shared.repository.appendingPathComponent("Sources/Treaty/Records")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
        .init(path: name, bytes: [UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
    }
}

func shippedTreaty(exercise: Bool = false) throws -> Treaty {
    try Treaty(reading: shippedRecords(), exercise: exercise, law: shippedLaw())
}

/// The real participants and rules without a record, and without counts.
func emptyTreaty() throws -> Treaty {
    let texts = try shippedRecords().filter { $0.path == "participants.yaml" }
    let data = "instrument: uncc\ntitle: Test\nretrieved: \"2025-10-25\"\nrecords: []\n"
    return try Treaty(reading: texts + [.init(path: "uncc.yaml", bytes: Array(data.utf8))], exercise: false, law: shippedLaw())
}

func day(_ text: String) throws -> CalendarDay { try CalendarDay(text) }

/// A record that says the least.
func record(
    _ id: String, _ state: String, _ action: TreatyRecord.Action, _ phase: TreatyRecord.Phase? = nil, on date: String? = nil,
    deposited: String? = nil, known: String = "2040-01-01"
) throws -> TreatyRecord {
    TreatyRecord(
        id: id, participant: try StateCode(state), action: action, phase: phase, date: try date.map { try SourceDate($0) },
        deposited: try deposited.map { try SourceDate($0) }, source: .init(title: "Test"), retrieved: try day("2026-01-01"),
        tag: .confirmed,
        known: try day(known))
}

/// The codes of the first States by name, organisations left out.
func states(_ count: Int, of treaty: Treaty) -> [String] {
    treaty.participants.all.filter { !$0.isOrganisation }.prefix(count).map(\.code.description)
}
