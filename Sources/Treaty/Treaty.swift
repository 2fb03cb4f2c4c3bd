// SPDX-License-Identifier: Apache-2.0

public import Law
public import Standards

/// The front door of the room: who is bound by a treaty, since when, by what; computed from dated records and the rules of its final
/// clauses, as of a day, from what was known by a day.
///
/// A pure value: built from texts that were read elsewhere, it reads no clock. Real records and those of an exercise are never in
/// one value.
public struct Treaty: Sendable {
    /// A count that somebody published: shown beside the computed one, never used.
    public struct PublishedCount: Sendable, Codable, Equatable {
        public enum What: String, Sendable, Codable, CaseIterable { case signatories, deposits }

        public let of: What
        public let date: SourceDate
        public let value: Int
        public let tag: VerificationTag
        public let source: TreatyRecord.Source
        public let note: String?
    }

    /// In an exercise the treaty may be in force without deposits.
    public struct Assumption: Sendable, Codable, Equatable {
        public let inForce: CalendarDay
        public let parties: [StateCode]
        public let note: String
    }

    public let rules: TreatyRules
    public let law: Law
    public let participants: Participants
    public let title: String
    public let exercise: Bool
    /// From which day on the shipped collection has what it has.
    public let retrieved: CalendarDay
    public let counts: [PublishedCount]
    /// What the shipped collection does not know, in sentences.
    public let unknown: [String]
    public let assumed: Assumption?
    /// All records, corrected ones too: those that ship, then those of the node.
    public private(set) var records: [TreatyRecord]

    static let dataSets = (real: "uncc.yaml", exercise: "exercise.yaml", participants: "participants.yaml")

    /// - Parameters:
    ///   - texts: the files of the folder `Records`, by name.
    ///   - exercise: takes the data set of the fictional States in place of the real one.
    /// - Throws: `.malformedInput` naming every fault of a data set; `.notFound` for a missing file.
    public init(reading texts: [Law.SourceText], exercise: Bool, law: Law) throws(ComityError) {
        func root(_ name: String) throws(ComityError) -> YAMLText {
            guard let text = texts.first(where: { $0.path == name }) else {
                throw ComityError(
                    .notFound, "The records \(name) are missing.", next: "Copy the comity_*.resources folders to where the program is.")
            }
            return try YAMLText(text.bytes, name: name)
        }
        let name = exercise ? Self.dataSets.exercise : Self.dataSets.real
        let set = try root(name)
        let data = set.value
        func text(_ member: String) throws(ComityError) -> String {
            guard let text = data[member]?.string, !text.isEmpty else {
                throw ComityError(.malformedInput, "\(name): “\(member)” is missing.")
            }
            return text
        }
        guard (data["exercise"]?.bool ?? false) == exercise else {
            throw ComityError(.malformedInput, "\(name): “exercise” is \(exercise) in this file, and nowhere else.")
        }
        self.law = law
        self.exercise = exercise
        rules = try TreatyRules(law, instrument: try text("instrument"))
        title = try text("title")
        retrieved = try CalendarDay(try text("retrieved"))
        participants =
            exercise
            ? Participants(try Participants.read(data, name: name))
            : Participants(try Participants.read(try root(Self.dataSets.participants).value, name: Self.dataSets.participants))
        unknown = (data["unknown"]?.array ?? []).compactMap(\.string)
        counts = try Self.read(data["counts"]?.array ?? [], name)
        assumed = try Self.assumption(data["assumed"])
        var found: [TreatyRecord] = []
        var faults: [String] = []
        for (index, item) in (data["records"]?.array ?? []).enumerated() {
            let (record, says) = RecordReader.read(item, .init(retrieved: retrieved, known: retrieved))
            faults += says.map { "\(name):\(set.line(of: "records.\(index)")): \($0)" }
            if let record { found.append(record) }
        }
        records = []
        let rows = found.enumerated().map { (row: $0.offset + 1, record: $0.element) }
        if faults.isEmpty {
            faults += problems(of: rows, today: retrieved, anywhere: retrieved).map { "\(name), record \($0.row) “\($0.id)”: \($0.says)" }
        }
        guard faults.isEmpty else {
            throw ComityError(
                .malformedInput, "The records have faults:\n" + faults.joined(separator: "\n"), next: "Correct the lines named above.")
        }
        records = found
    }

    private static func read(_ items: [JSONValue], _ name: String) throws(ComityError) -> [PublishedCount] {
        var found: [PublishedCount] = []
        for item in items {
            guard let of = item["of"]?.string.flatMap(PublishedCount.What.init), let date = item["date"]?.string,
                let value = item["value"]?.integer, (0...1000).contains(value), let title = item["source"]?["title"]?.string,
                let tag = item["tag"]?.string.flatMap(VerificationTag.init)
            else { throw ComityError(.malformedInput, "\(name): a published count has of, date, value, tag and source.") }
            found.append(
                PublishedCount(
                    of: of, date: try SourceDate(date), value: Int(value), tag: tag,
                    source: .init(title: title, url: item["source"]?["url"]?.string), note: item["note"]?.string))
        }
        return found
    }

    private static func assumption(_ item: JSONValue?) throws(ComityError) -> Assumption? {
        guard let item else { return nil }
        var parties: [StateCode] = []
        for code in item["parties"]?.array ?? [] { parties.append(try StateCode(code.string ?? "")) }
        return Assumption(
            inForce: try CalendarDay(item["in_force"]?.string ?? ""), parties: parties, note: item["note"]?.string ?? "")
    }

    /// The same with the records that a node keeps. They were judged when they were kept.
    public func adding(_ more: [TreatyRecord]) -> Treaty {
        var treaty = self
        treaty.records += more
        return treaty
    }

    /// The day that counts for deposits and signatures at a moment: that of New York.
    public func day(of instant: Instant) -> CalendarDay { CalendarDay(of: instant, zone: rules.zone.value) }

    /// Reads `2026-11-21`, or a moment with a zone, of which the day in New York counts.
    /// - Throws: `.malformedInput`, `.timeWithoutZone`.
    public func day(reading text: String) throws(ComityError) -> CalendarDay {
        if text.utf8.count > 10 { return day(of: try Instant(text)) }
        return try CalendarDay(text)
    }

    /// What holds of the records that were known by a day.
    func ledger(knownBy: CalendarDay) -> Ledger { Ledger(records.filter { $0.known <= knownBy }) }

    /// The status as of a day, from what was known by a day.
    public func status(asOf: CalendarDay, knownBy: CalendarDay) -> TreatyStatus { TreatyStatus(self, asOf: asOf, knownBy: knownBy) }
}

/// Records that were known, and which of them hold.
struct Ledger {
    /// All, corrected ones too.
    let visible: [TreatyRecord]
    /// Id of a record to the one that takes its place.
    let correctedBy: [String: TreatyRecord]
    /// Neither corrected, nor void, nor only another source's contradiction.
    let effective: [TreatyRecord]

    init(_ visible: [TreatyRecord]) {
        self.visible = visible
        let pairs = visible.compactMap { record in record.corrects.map { ($0, record) } }
        let corrected = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        correctedBy = corrected
        effective = visible.filter { corrected[$0.id] == nil && !$0.void && $0.disputes == nil }
    }
}
