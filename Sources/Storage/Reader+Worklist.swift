// SPDX-License-Identifier: Apache-2.0

import Dossier
internal import GRDB
public import Standards

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Reader {
    /// Rows of the worklist in the order of the query.
    ///
    /// Each sort has an index that carries every column a filter asks for, so that even a filter that nearly nothing passes reads
    /// no more than one index.
    public func work(_ query: WorkQuery) throws -> [WorkRow] {
        var (conditions, arguments) = Self.conditions(query)
        let order = Self.order(query.sort)
        let isBackward = query.place?.isBefore == true
        let isDescending = order.isDescending != isBackward
        if let place = query.place {
            conditions.append("(\(order.key), ref) \(isDescending ? "<" : ">") (?, ?)")
            arguments += [place.key, place.ref]
        }
        let direction = isDescending ? "DESC" : "ASC"
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT work.* FROM (
                  SELECT id FROM work INDEXED BY \(order.index) WHERE \(Self.all(conditions))
                  ORDER BY \(order.key) \(direction), ref \(direction) LIMIT ?) AS chosen
                JOIN work ON work.id = chosen.id ORDER BY work.\(order.key) \(direction), work.ref \(direction)
                """, arguments: StatementArguments(arguments + [query.limit])
        ).map(workRow)
        return isBackward ? rows.reversed() : rows
    }

    /// The place of a row in a list.
    public static func key(of row: WorkRow, sort: WorkQuery.Sort) -> Int64 {
        switch sort {
        case .due: row.press
        case .changed: row.changed.milliseconds
        case .reference: 0
        case .ends: row.ends
        }
    }

    /// How many rows the query finds, whatever its place and limit; counting stops at `most`.
    public func countWork(_ query: WorkQuery, most: Int) throws -> Int {
        // A whole list needs no counting.
        var rest = query
        (rest.sort, rest.place, rest.limit, rest.onlyReferences) = (WorkQuery().sort, nil, WorkQuery().limit, false)
        if let due = query.due {
            rest.due = nil
            if rest == WorkQuery() { return min(most, try countWork(due: due)) }
        } else {
            if let text = query.text, let match = Self.match(text, onlyReferences: query.onlyReferences) {
                rest.text = nil
                if rest == WorkQuery() {
                    return try Int.fetchOne(
                        db.cachedStatement(sql: "SELECT COUNT(*) FROM (SELECT 1 FROM work_text WHERE work_text MATCH ? LIMIT ?)"),
                        arguments: [match, most])
                        ?? 0
                }
                rest.text = text
            }
            (rest.anyOf, rest.noneOf) = (0, 0)
            if rest == WorkQuery() {
                return min(
                    most,
                    try countWorkByViews().reduce(0) { sum, group in
                        (query.anyOf == 0 || group.key & query.anyOf != 0) && group.key & query.noneOf == 0 ? sum + group.value : sum
                    })
            }
        }
        let (conditions, arguments) = Self.conditions(query)
        return try Int.fetchOne(
            db,
            sql:
                "SELECT COUNT(*) FROM (SELECT 1 FROM work INDEXED BY \(query.sort == .ends ? "work_by_ends" : "work_by_due") WHERE \(Self.all(conditions)) LIMIT ?)",
            arguments: StatementArguments(arguments + [most])) ?? 0
    }

    /// How many rows have each combination of bits.
    public func countWorkByViews() throws -> [Int: Int] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT views, many FROM work_count WHERE many > 0"))
            .reduce(into: [:]) { try $0[$1["views"]] = $1["many"] }
    }

    /// The counts, counted out: for the audit.
    public func countWorkByViewsAnew() throws -> [Int: Int] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT views, COUNT(*) AS many FROM work GROUP BY views")).reduce(into: [:]) {
            try $0[$1["views"]] = $1["many"]
        }
    }

    /// How many rows have a pressing clock that ends in this stretch, milliseconds since 1970.
    public func countWork(due: ClosedRange<Int64>) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT COUNT(*) FROM work INDEXED BY work_by_end WHERE due BETWEEN ? AND ?"),
            arguments: [due.lowerBound, due.upperBound]) ?? 0
    }

    /// How many preservations would be let go in this stretch, milliseconds since 1970.
    public func countWork(lapses: ClosedRange<Int64>) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT COUNT(*) FROM work INDEXED BY work_by_lapse WHERE lapses BETWEEN ? AND ?"),
            arguments: [lapses.lowerBound, lapses.upperBound]) ?? 0
    }

    /// How many rows an officer has in hand or wrote, without those with one of these bits.
    public func countWork(officer: String, noneOf: Int) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT (SELECT COUNT(*) FROM work INDEXED BY work_by_assigned WHERE assigned = ?1 AND views & ?2 = 0)
                    + (SELECT COUNT(*) FROM work INDEXED BY work_by_author WHERE author = ?1 AND assigned IS NOT ?1 AND views & ?2 = 0)
                    """), arguments: [officer, noneOf]) ?? 0
    }

    public func workRow(_ ref: FileReference) throws -> WorkRow? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM work WHERE ref = ?"), arguments: [ref.description]).map(workRow)
    }

    /// From when until before when the row holds, in milliseconds since 1970; nil when there is none.
    public func workStretch(_ ref: FileReference) throws -> (since: Int64, until: Int64)? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT since, until FROM work WHERE ref = ?"), arguments: [ref.description])
            .map { row in (try row[0], try row[1]) }
    }

    /// The worklist has this row, in every column, also those that only sort.
    public func lists(_ row: WorkRow) throws -> Bool {
        let names = Writer.columns.joined(separator: ", ")
        let statement = try db.cachedStatement(sql: "SELECT \(names), zero FROM work WHERE ref = ?")
        guard let stored = try Row.fetchOne(statement, arguments: [row.ref.description]) else { return false }
        let expected = try Writer.values(row).map { $0?.databaseValue ?? .null } + [0.databaseValue]
        return Array(stored.databaseValues) == expected
    }

    /// Rows that time has changed: the moment lies outside the stretch for which they were computed.
    public func outdatedWork(at now: Int64, limit: Int) throws -> [WorkRow.Key] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT ref, file FROM work INDEXED BY work_by_until WHERE until <= ?1
                    UNION SELECT ref, file FROM work INDEXED BY work_by_since WHERE since > ?1 LIMIT ?2
                    """), arguments: [now, limit]
        ).map { row in
            guard let file = try row["file"] as String? else { return .draft(try FileReference(row["ref"])) }
            return .file(try UUIDv7(file))
        }
    }

    /// Files with a reminder that is due and was not given, the longest due first.
    public func workToRemind(at now: Int64, limit: Int) throws -> [UUIDv7] {
        try String.fetchAll(
            db.cachedStatement(
                sql: "SELECT file FROM work INDEXED BY work_by_remind WHERE remind <= ? AND file IS NOT NULL ORDER BY remind, id LIMIT ?"),
            arguments: [now, limit]
        ).map { text throws(ComityError) in try UUIDv7(text) }
    }

    /// The officer who has a file or draft in hand.
    public func assigned(_ ref: FileReference) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: "SELECT officer FROM assignment WHERE ref = ?"), arguments: [ref.description])
    }

    /// When the last act of a file was registered here.
    public func lastRegistered(of file: UUIDv7) throws -> Instant? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT registered FROM act WHERE file = ? ORDER BY idx DESC LIMIT 1"), arguments: [file.description]
        ).map { text throws(ComityError) in try Instant(text) }
    }

    /// When a draft was last worked on.
    public func changed(_ draft: DraftRow) throws -> Instant {
        let text = try String.fetchOne(
            db.cachedStatement(sql: "SELECT changed FROM draft WHERE ref = ?"), arguments: [draft.ref.description])
        return try text.map { text throws(ComityError) in try Instant(text) } ?? draft.created
    }

    /// Every column of every row but its number, in the order of the references: two worklists are equal when these are.
    public func eachWorkRow(_ body: (_ values: [String]) throws -> Void) throws {
        let names = Writer.columns.map { "quote(work.\($0))" } + ["quote(work_text.ref)", "quote(work_text.title)"]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT \(names.joined(separator: ", ")) FROM work LEFT JOIN work_text ON work_text.rowid = work.id ORDER BY work.ref")
        while let row = try rows.next() { try body((0..<names.count).map { try row[$0] }) }
    }

    // MARK: Parts

    private static func order(_ sort: WorkQuery.Sort) -> (index: String, key: String, isDescending: Bool) {
        switch sort {
        case .due: ("work_by_due", "press", false)
        case .changed: ("work_by_changed", "changed", true)
        // References differ, so the key before them is the same for all.
        case .reference: ("work_by_ref", "zero", false)
        case .ends: ("work_by_ends", "ends", false)
        }
    }

    private static func all(_ conditions: [String]) -> String { conditions.isEmpty ? "TRUE" : conditions.joined(separator: " AND ") }

    private static func conditions(_ query: WorkQuery) -> (conditions: [String], arguments: [(any DatabaseValueConvertible)?]) {
        var conditions: [String] = []
        var arguments: [(any DatabaseValueConvertible)?] = []
        func add(_ condition: String, _ values: (any DatabaseValueConvertible)?...) {
            conditions.append(condition)
            arguments += values
        }
        if query.anyOf != 0 { add("views & ? <> 0", query.anyOf) }
        if query.noneOf != 0 { add("views & ? = 0", query.noneOf) }
        if let due = query.due { add("due BETWEEN ? AND ?", due.lowerBound, due.upperBound) }
        if let lapses = query.lapses { add("lapses BETWEEN ? AND ?", lapses.lowerBound, lapses.upperBound) }
        if let officer = query.officer { add("(assigned = ? OR author = ?)", officer, officer) }
        if let assigned = query.assigned { add("assigned = ?", assigned) }
        if let type = query.type { add("type = ?", type.rawValue) }
        if let counterpart = query.counterpart { add("instr(counterpart, ?) > 0", counterpart.description) }
        if let side = query.side { add("side = ?", side.rawValue) }
        if let state = query.state { add("state = ?", state.rawValue) }
        for (states, word) in [(query.states, "IN"), (query.noneOfStates, "NOT IN")] where !states.isEmpty {
            conditions.append("state \(word) (\(Array(repeating: "?", count: states.count).joined(separator: ", ")))")
            arguments += states.map(\.rawValue).sorted()
        }
        if let text = query.text {
            if let match = match(text, onlyReferences: query.onlyReferences) {
                add("+id IN (SELECT rowid FROM work_text WHERE work_text MATCH ?)", match)
            } else {
                add("FALSE")
            }
        }
        return (conditions, arguments)
    }

    private static func match(_ text: String, onlyReferences: Bool) -> String? {
        match(text).map { onlyReferences ? "{ref} : (\($0))" : $0 }
    }

    /// The search as SQLite's index reads it: each word as a phrase whose end may be missing. Nil when there is no word in it.
    static func match(_ text: String) -> String? {
        let words = text.prefix(200).split(whereSeparator: \.isWhitespace).prefix(12)
            .filter { $0.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
        guard !words.isEmpty else { return nil }
        return words.map { "\"\($0.filter { $0 != "\"" && $0 != "\0" })\"*" }.joined(separator: " ")
    }

    private func workRow(_ row: Row) throws -> WorkRow {
        guard let type = try FileType(rawValue: row["type"]), let side = try Side(rawValue: row["side"]),
            let state = try FileState(rawValue: row["state"]), let whose = try WorkRow.Whose(rawValue: row["whose"])
        else { throw ComityError(.storage, "A row of the worklist cannot be read.") }
        return try WorkRow(
            ref: try FileReference(row["ref"]),
            file: try (row["file"] as String?).map { text throws(ComityError) in try UUIDv7(text) }, type: type, side: side,
            counterparts: try (row["counterpart"] as String).split(separator: ",").map { try StateCode(String($0)) },
            title: row["title"], state: state, step: row["step"], whose: whose, press: row["press"],
            clock: try (row["clock"] as Data?).map { data throws(ComityError) in try IJSON.decode(Clock.self, from: data, limit: 1 << 16) },
            lapses: row["lapses"], remind: row["remind"], since: row["since"], until: row["until"], opened: try Instant(row["opened"]),
            changed: try Instant(row["changed_at"]), unanswered: row["unanswered"], urgency: row["urgency"], assigned: row["assigned"],
            author: row["author"], pending: (row["pending"] as String?).flatMap(ActKind.init(rawValue:)), views: row["views"],
            withheld: row["withheld"], ends: row["ends"])
    }
}
