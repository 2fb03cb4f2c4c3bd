// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Records as a table (CSV, RFC 4180) and as JSON, out and in. What is read back is what was written.
public enum RecordTable {
    public static let maximumBytes = 16 << 20
    public static let maximumRows = 50_000

    public enum Format: String, Sendable, CaseIterable { case csv, json }

    /// The columns: the members of a record in their order, the text as one column for each language.
    private static func columns(_ records: [TreatyRecord]) -> [String] {
        let languages = Set(records.flatMap(\.text.keys)).sorted()
        return TreatyRecord.Member.allCases.flatMap { member in
            member == .text ? languages.map { "text_" + $0 } : [member.rawValue]
        }
    }

    public static func write(_ records: [TreatyRecord], as format: Format) throws(ComityError) -> String {
        switch format {
        case .json: return try IJSON.pretty(["records": records]) + "\n"
        case .csv:
            let columns = columns(records)
            var lines = [columns]
            for record in records {
                let members = try IJSON.decode(JSONValue.self, from: try IJSON.encode(record), limit: 1 << 24)
                lines.append(columns.map { cell(members, $0) })
            }
            return lines.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
        }
    }

    private static func cell(_ record: JSONValue, _ column: String) -> String {
        switch column {
        case "source": return record["source"]?["title"]?.string ?? ""
        case "url": return record["source"]?["url"]?.string ?? ""
        case "void": return record["void"]?.bool == true ? "true" : ""
        default:
            if column.hasPrefix("text_") { return record["text"]?[String(column.dropFirst(5))]?.string ?? "" }
            return record[column]?.string ?? ""
        }
    }

    private static func quoted(_ text: String) -> String {
        let special = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) } || text.hasPrefix(" ") || text.hasSuffix(" ")
        return special ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
    }

    /// The rows of an import as members by name. The number of a row is that of a spreadsheet (the head is row 1), of JSON the
    /// number of the record.
    /// - Throws: `.malformedInput`, `.schema`, `.tooLarge` when it is no table, or no JSON, at all.
    static func read(_ bytes: [UInt8], as format: Format) throws(ComityError) -> [(row: Int, value: JSONValue)] {
        guard bytes.count <= maximumBytes else {
            throw ComityError(.tooLarge, "The import has more than \(maximumBytes) bytes.", next: "Import it in parts.")
        }
        let rows: [(row: Int, value: JSONValue)]
        switch format {
        case .json:
            let root = try IJSON.decode(JSONValue.self, from: bytes, limit: maximumBytes)
            guard let items = root.array ?? root["records"]?.array else {
                throw ComityError(
                    .malformedInput, "The import has no list of records.", next: "Write {\"records\": […]}, as comity treaty export does.")
            }
            rows = items.enumerated().map { ($0.offset + 1, $0.element) }
        case .csv:
            var cells = try parse(bytes)
            guard !cells.isEmpty else { throw ComityError(.malformedInput, "The table is empty.") }
            let head = cells.removeFirst()
            guard Set(head).count == head.count, head.contains("participant"), head.contains("action") else {
                throw ComityError(
                    .malformedInput, "The first row does not name the columns, or names one twice.",
                    next: "The columns are those of comity treaty export; participant, action and source are needed.")
            }
            rows = cells.enumerated().map { ($0.offset + 2, value($0.element, head)) }
        }
        guard rows.count <= maximumRows else {
            throw ComityError(.tooLarge, "The import has more than \(maximumRows) rows.", next: "Import it in parts.")
        }
        return rows
    }

    private static func value(_ cells: [String], _ head: [String]) -> JSONValue {
        // A row of another width is no object, and its reader says so.
        guard cells.count == head.count else { return .array(cells.map { .string($0) }) }
        var members: [String: JSONValue] = [:]
        var texts: [String: JSONValue] = [:]
        for (name, cell) in zip(head, cells) where !cell.isEmpty {
            if name.hasPrefix("text_") { texts[String(name.dropFirst(5))] = .string(cell) } else { members[name] = .string(cell) }
        }
        if !texts.isEmpty { members["text"] = .object(texts) }
        return .object(members)
    }

    /// Rows and cells of a table (RFC 4180); rows also end with LF alone, and a byte order mark is passed over.
    /// - Throws: `.malformedInput` with the line: a quotation mark inside a plain cell, text after a closing one, one that never closes, not UTF-8.
    static func parse(_ bytes: [UInt8]) throws(ComityError) -> [[String]] {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw ComityError(.malformedInput, "The table is not UTF-8 text.", next: "Save it as “CSV UTF-8”.")
        }
        func bad(_ line: Int, _ why: String) -> ComityError {
            ComityError(
                .malformedInput, "Line \(line) of the table cannot be read.", why: why,
                next: "Write the table as RFC 4180 says, with commas.")
        }
        let (comma, quote, lf, cr) = (UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var line = 1
        var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        func next(_ ahead: Int) -> UInt8? { position + ahead < bytes.count ? bytes[position + ahead] : nil }
        func endCell() {
            row.append(String(decoding: cell, as: UTF8.self))
            cell.removeAll(keepingCapacity: true)
        }
        func endRow() {
            rows.append(row)
            row = []
            line += 1
        }
        while position < bytes.count {
            if bytes[position] == quote {
                guard cell.isEmpty else { throw bad(line, "A quotation mark stands inside a plain cell.") }
                let opened = line
                position += 1
                while true {
                    guard let byte = next(0) else { throw bad(opened, "A quotation mark is never closed.") }
                    position += 1
                    if byte == quote {
                        guard next(0) == quote else { break }
                        position += 1
                    }
                    if byte == lf { line += 1 }
                    cell.append(byte)
                }
                guard let after = next(0) else { break }
                guard after == comma || after == lf || after == cr && next(1) == lf else {
                    throw bad(line, "Text follows a closing quotation mark.")
                }
                // What is quoted and empty is a cell all the same.
                endCell()
                position += after == cr ? 2 : 1
                if after != comma { endRow() }
                continue
            }
            let byte = bytes[position]
            position += 1
            switch byte {
            case comma: endCell()
            case lf:
                endCell()
                endRow()
            case cr:
                guard next(0) == lf else { throw bad(line, "A carriage return stands alone.") }
            default: cell.append(byte)
            }
        }
        if !cell.isEmpty || !row.isEmpty || bytes.last == quote {
            endCell()
            endRow()
        }
        // An empty line holds no record.
        return rows.filter { $0 != [""] }
    }
}

extension Treaty {
    /// Reads an import and judges it: every problem of every row. Without problems, the records may be kept in one step.
    /// - Parameters:
    ///   - known: from which day on the reader has them, whatever the input says: nobody knew them here before.
    ///   - newID: an id for a record without one.
    public func read(
        _ bytes: [UInt8], as format: RecordTable.Format, at now: Instant, newID: () -> String
    ) throws(ComityError) -> (records: [TreatyRecord], problems: [RecordProblem], rows: Int) {
        let rows = try RecordTable.read(bytes, as: format)
        let known = day(of: now)
        var found: [(row: Int, record: TreatyRecord)] = []
        var problems: [RecordProblem] = []
        for (row, value) in rows {
            let (record, faults) = RecordReader.read(value, .init(retrieved: known, known: known, id: newID()))
            let id = value["id"]?.string ?? ""
            problems += faults.map { RecordProblem(row: row, id: Text.safe(id, limit: 80), says: $0) }
            if var record {
                record.known = known
                found.append((row, record))
            }
        }
        problems += self.problems(of: found, at: now)
        return (found.map(\.record), problems.sorted { ($0.row, $0.says) < ($1.row, $1.says) }, rows.count)
    }

    /// Reads a record that a node keeps, as it was written.
    /// - Throws: `.malformedInput`.
    public static func record(kept bytes: [UInt8]) throws(ComityError) -> TreatyRecord {
        let (record, faults) = RecordReader.read(try IJSON.decode(JSONValue.self, from: bytes, limit: 1 << 22), .init())
        guard let record else {
            throw ComityError(
                .malformedInput, "A record of the treaty cannot be read: \(faults.joined(separator: " "))", next: "comity audit check")
        }
        return record
    }
}
