// SPDX-License-Identifier: Apache-2.0

import Law
import Standards

/// What is wrong with one record of a collection, and in which row of the input it stands.
public struct RecordProblem: Sendable, Equatable, Codable {
    /// Row of the input, 1 for the first record; 0 where it is none.
    public let row: Int
    /// Id of the record, as far as it can be read.
    public let id: String
    public let says: String

    public init(row: Int, id: String, says: String) {
        self.row = row
        self.id = id
        self.says = says
    }
}

/// Reads one record from members by name: of a data set, of a table, of JSON. All faults, never only the first.
struct RecordReader {
    /// What is taken where the record does not say it: of a data set, or of a node that adds a record.
    struct Defaults {
        var retrieved: CalendarDay?
        var known: CalendarDay?
        var id: String?
    }

    static let longestText = 20_000
    static let longestLine = 1_000

    private let value: JSONValue
    private(set) var faults: [String] = []

    private init(_ value: JSONValue) { self.value = value }

    /// - Parameter value: an object; `source` is an object with `title` and `url`, or a text beside `url`.
    static func read(_ value: JSONValue, _ defaults: Defaults) -> (record: TreatyRecord?, faults: [String]) {
        var reader = RecordReader(value)
        let record = reader.record(defaults)
        return (reader.faults.isEmpty ? record : nil, reader.faults)
    }

    private mutating func record(_ defaults: Defaults) -> TreatyRecord? {
        guard let members = value.object else {
            faults.append("A record is a list of names and values.")
            return nil
        }
        let known = Set(TreatyRecord.Member.allCases.map(\.rawValue))
        for name in members.keys.sorted() where !known.contains(name) {
            faults.append("“\(Text.safe(name, limit: 40))” is not a member of a record.")
        }
        let id = line("id") ?? defaults.id ?? ""
        if !Self.isID(id) { faults.append("The id consists of 1 to 80 small letters, digits and hyphens.") }
        let state = parse("participant", required: true) { text throws(ComityError) in try StateCode(text) }
        let action: TreatyRecord.Action? = choice("action", required: true)
        let phase: TreatyRecord.Phase? = choice("phase")
        let date = parse("date") { text throws(ComityError) in try SourceDate(text) }
        let deposited = parse("deposited") { text throws(ComityError) in try SourceDate(text) }
        let source = source()
        let retrieved = parse("retrieved") { text throws(ComityError) in try CalendarDay(text) } ?? defaults.retrieved
        let since = parse("known") { text throws(ComityError) in try CalendarDay(text) } ?? defaults.known
        let tag: VerificationTag? = choice("tag", required: true)
        if retrieved == nil { missing("retrieved") }
        if since == nil { missing("known") }
        let texts = texts()
        let expires = parse("expires") { text throws(ComityError) in try CalendarDay(text) }
        let void = flag("void")
        let lines = ["article", "notification", "of", "reference", "corrects", "reason", "disputes", "note"].map { line($0) }
        guard let state, let action, let source, let retrieved, let since, let tag else { return nil }
        var record = TreatyRecord(
            id: id, participant: state, action: action, phase: phase, date: date, deposited: deposited, source: source,
            retrieved: retrieved, tag: tag, known: since)
        (record.article, record.notification, record.of, record.reference) = (lines[0], lines[1], lines[2], lines[3])
        (record.corrects, record.reason, record.disputes, record.note) = (lines[4], lines[5], lines[6], lines[7])
        record.text = texts
        record.expires = expires
        record.void = void
        return record
    }

    static func isID(_ text: String) -> Bool {
        (1...80).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    private mutating func missing(_ name: String) { faults.append("“\(name)” is missing.") }

    /// A short text; an empty one says nothing.
    private mutating func line(_ name: String) -> String? {
        switch value[name] {
        case nil, .null: return nil
        case .string(let text):
            if text.allSatisfy(\.isWhitespace) { return nil }
            if text.count > Self.longestLine || Text.safe(text, limit: Self.longestLine) != text {
                faults.append("“\(name)” has more than \(Self.longestLine) characters, or invisible ones.")
            }
            return text
        case .integer(let number): return String(number)
        default:
            faults.append("“\(name)” is a text.")
            return nil
        }
    }

    private mutating func parse<Value>(
        _ name: String, required: Bool = false, _ make: (String) throws(ComityError) -> Value
    ) -> Value? {
        guard let text = line(name) else {
            if required { missing(name) }
            return nil
        }
        do { return try make(text) } catch {
            faults.append("\(name): \(error.what)")
            return nil
        }
    }

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, required: Bool = false) -> Choice?
    where Choice.RawValue == String {
        guard let text = line(name) else {
            if required { missing(name) }
            return nil
        }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        faults.append("\(name): “\(Text.safe(text, limit: 40))” is not known; known are \(known).")
        return nil
    }

    private mutating func flag(_ name: String) -> Bool {
        switch value[name] {
        case nil, .null, .bool(false), .string(""), .string("false"): return false
        case .bool(true), .string("true"): return true
        default:
            faults.append("“\(name)” is true or false.")
            return false
        }
    }

    private mutating func source() -> TreatyRecord.Source? {
        let title: String?
        var url = line("url")
        if let inside = value["source"]?.object {
            title = inside["title"]?.string
            url = url ?? inside["url"]?.string
            for name in inside.keys.sorted() where !["title", "url"].contains(name) {
                faults.append("source: “\(Text.safe(name, limit: 40))” is not known; known are title, url.")
            }
        } else {
            title = line("source")
        }
        if let url,
            !url.hasPrefix("https://") && !url.hasPrefix("http://") || url.count > Self.longestLine || Text.safe(url, limit: 1000) != url
        {
            faults.append("url: an address begins with https://.")
        }
        guard let title, !title.allSatisfy(\.isWhitespace) else {
            faults.append("The source is missing: a fact says where it was read.")
            return nil
        }
        if title.count > Self.longestLine || Text.safe(title, limit: 1000) != title {
            faults.append("The title of the source is too long, or has invisible characters.")
        }
        return .init(title: title, url: url)
    }

    private mutating func texts() -> [String: String] {
        guard let given = value["text"], given != .null else { return [:] }
        guard let members = given.object else {
            faults.append("“text” is a list of languages and texts.")
            return [:]
        }
        var found: [String: String] = [:]
        for (language, text) in members.sorted(by: { $0.key < $1.key }) {
            let plain = language.utf8.count <= 12 && !language.isEmpty && language.utf8.allSatisfy { $0 == 0x2D || Self.isLetter($0) }
            if !plain { faults.append("text: “\(Text.safe(language, limit: 20))” is not a language such as en or fr.") }
            guard let text = text.string, text.count <= Self.longestText else {
                faults.append("text \(Text.safe(language, limit: 20)): a text of at most \(Self.longestText) characters.")
                continue
            }
            if !text.isEmpty { found[language] = text }
        }
        return found
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) }
}
