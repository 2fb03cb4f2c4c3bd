// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Law
import Register
public import Standards
import Storage
public import Treaty

/// The records of the treaty: those that ship with the program, and those that officers of this node have kept.
extension Node {
    /// The records that ship with the program.
    /// - Parameter exercise: those of the fictional States, in place of the real ones.
    public static func loadTreaty(exercise: Bool, law: Law) throws(ComityError) -> Treaty {
        let folder = try ResourceFolder.locate("Records", room: "Treaty")
        var texts: [Law.SourceText] = []
        for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() where name.hasSuffix(".yaml") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
                throw ComityError(.storage, "The records \(name) cannot be read.")
            }
            texts.append(.init(path: name, bytes: [UInt8](data)))
        }
        return try Treaty(reading: texts, exercise: exercise, law: law)
    }

    /// What ships, and what this node keeps. A node of an exercise sees the fictional States only, any other the real ones only.
    public func treaty() throws(ComityError) -> Treaty {
        try treaty(beside: try Self.loadTreaty(exercise: exercise, law: law))
    }

    /// The same, beside shipped records that were read before: what ships does not change while the node runs.
    public func treaty(beside shipped: Treaty) throws(ComityError) -> Treaty {
        try store.read { try Self.treaty(shipped, $0) }
    }

    private static func treaty(_ shipped: Treaty, _ reader: Reader) throws -> Treaty {
        shipped.adding(try reader.treatyRecords().map { try Treaty.record(kept: $0.bytes) })
    }

    /// What became of records that were to be kept.
    public struct TreatyImport: Sendable, Encodable {
        public let rows: Int
        /// Ids of what was kept; empty where there are problems, or where nothing was to be kept.
        public let kept: [String]
        public let problems: [RecordProblem]
    }

    /// Reads records and keeps all of them, or none: where any row has a problem nothing is kept, and all problems are returned.
    /// - Parameter dryRun: only judges.
    /// - Throws: `.permission`; `.malformedInput` for what is no table at all; `.registerHeld`.
    public func importTreaty(
        _ bytes: [UInt8], as format: RecordTable.Format, by officer: String, dryRun: Bool = false
    ) async throws(ComityError) -> TreatyImport {
        _ = try require(officer, .trust, to: "keep records of the treaty")
        let shipped = try Self.loadTreaty(exercise: exercise, law: law)
        let now = try now()
        let known = try store.read { try Self.treaty(shipped, $0) }
        let read = try known.read(bytes, as: format, at: now) { newID(at: now).description }
        guard read.problems.isEmpty, !dryRun else { return TreatyImport(rows: read.rows, kept: [], problems: read.problems) }
        var rows: [(row: TreatyRow, event: RegisterEvent)] = []
        for record in read.records {
            let bytes = try IJSON.encode(record)
            var detail: [String: JSONValue] = [
                "record": .string(record.id), "participant": .string(record.participant.description),
                "action": .string(record.action.rawValue),
                "sha256": .string(Hash.of(bytes).description),
            ]
            if let corrected = record.corrects { detail["corrects"] = .string(corrected) }
            let event = RegisterEvent(id: newID(at: now), event: .treatyRecorded, file: nil, at: now, by: officer, detail: detail)
            rows.append((TreatyRow(id: record.id, event: event.id, bytes: bytes), event))
        }
        let ready = rows
        let before = known.records.count
        let problems = try await store.commit { writer in
            // Another officer may have kept one since.
            let standing = try Self.treaty(shipped, writer.reader)
            if standing.records.count != before {
                let numbered = read.records.enumerated().map { (row: $0.offset + 1, record: $0.element) }
                let problems = standing.problems(of: numbered, at: now)
                guard problems.isEmpty else { return problems }
            }
            for one in ready { try writer.insert(one.row, one.event) }
            return []
        }.value
        return TreatyImport(rows: read.rows, kept: problems.isEmpty ? read.records.map(\.id) : [], problems: problems)
    }

    /// Every record that was registered is kept, and is what the register says.
    static func auditTreaty(_ reader: Reader) throws -> [String] {
        let rows = try reader.treatyRecords()
        let events = Dictionary(
            try reader.events(.treatyRecorded).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var faults = rows.filter { row in
            let detail = events[row.event]?.detail
            return detail?["record"]?.string != row.id || detail?["sha256"]?.string != Hash.of(row.bytes).description
        }.map { "The record of the treaty “\(Text.safe($0.id, limit: 80))” was changed." }
        if events.count != rows.count {
            faults.append("\(events.count) records of the treaty were registered, and \(rows.count) are kept.")
        }
        return faults
    }
}
